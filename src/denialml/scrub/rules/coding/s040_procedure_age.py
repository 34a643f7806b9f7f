"""S040: Procedure fits the patient's age.

What:
    The patient's age on the day of service is in the range that the procedure table gives.

Why:
    Preventive visits, vaccines and newborn care have codes by age; the wrong one is denied.

Source:
    CMS integrated outpatient code editor, age edits; payer preventive care tables.

Fix:
    Bill the code for the patient's age; check the birth date.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView


@line_rule("S040", tables=("procedure",), severity=WARN, layer=5, prevents=("6",), remarks=("N129",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    row = line.procedure
    if row is None or (row.age_low == 0 and row.age_high >= 124):
        return
    age = line.claim.age(line.day)
    if age is not None and not row.age_low <= age <= row.age_high:
        yield Problem(
            "2400 SV101-2",
            "the procedure is for another age",
            str(age),
            f"{row.age_low}-{row.age_high}",
            table=line.claim.release("procedure"),
        )
