"""S042: Diagnosis fits the patient's age.

What:
    The patient's age is in the range that the diagnosis table gives: newborn, child, maternity, adult.

Why:
    The Medicare code editor and payers that use it refuse the conflict.

Source:
    CMS Medicare Code Editor definitions, age conflict lists (yearly).

Fix:
    Check birth date and diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S042", tables=("icd10",), severity=WARN, layer=5, prevents=("9",), remarks=("MA63",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    age = claim.age(claim.day)
    if age is None:
        return
    for place, (code, row) in enumerate(claim.conditions, 1):
        if row is not None and not row.age_low <= age <= row.age_high:
            yield Problem(
                f"2300 HI{place:02d}-2",
                "the diagnosis is for another age",
                code,
                f"{row.age_low}-{row.age_high}",
                table=claim.release("icd10"),
            )
