"""S146: Vaccine and its administration.

What:
    A vaccine stands with its administration on the same day, and an administration with a vaccine.

Why:
    One without the other is denied as incomplete.

Source:
    CPT guidelines on vaccines; Medicare Claims Processing Manual, chapter 18, section 10; CDC map of CVX and procedure
    codes.

Fix:
    Add the missing line; bill a free vaccine with no charge and SL where the state supplied it.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import VACCINE, VACCINE_ADMINISTRATION
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S146", severity=WARN, layer=5, prevents=("107", "16"), remarks=("M51",), codes=VACCINE | VACCINE_ADMINISTRATION
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    vaccines = {line.day: line for line in claim.lines if line.code in VACCINE}
    given = {line.day: line for line in claim.lines if line.code in VACCINE_ADMINISTRATION}
    for day, line in vaccines.items():
        if day not in given:
            yield Problem("2400 SV101-2", "the vaccine's administration is missing", line.code, line=line.number)
    for day, line in given.items():
        if day not in vaccines:
            yield Problem("2400 SV101-2", "the administration has no vaccine", line.code, line=line.number)
