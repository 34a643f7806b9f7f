"""S043: Diagnosis fits the patient's sex.

What:
    A diagnosis of one sex is not coded for the other, unless condition code 45 or a line with KX says that it is meant.

Why:
    Payers that use the Medicare code editor refuse the conflict.

Source:
    CMS Medicare Code Editor definitions, sex conflict lists (shortened in recent years).

Fix:
    Check the sex on file and the diagnosis; say so where both are right.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S043", tables=("icd10",), severity=WARN, layer=5, prevents=("10",), remarks=("MA63",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    sex = claim.sent.treated_sex
    if sex not in {"F", "M"} or "KX" in claim.marks or "45" in claim.sent.condition_codes:
        return
    for place, (code, row) in enumerate(claim.conditions, 1):
        if row is not None and row.sex and row.sex != sex:
            yield Problem(
                f"2300 HI{place:02d}-2",
                "the diagnosis is for the other sex",
                code,
                row.sex,
                table=claim.release("icd10"),
            )
