"""S036: Diagnosis in force on the day of service.

What:
    Each diagnosis is in the ICD-10-CM release that holds on the first day of service (new each October, with additions
    in April).

Why:
    A code of last year, or a mistyped one, is denied as invalid.

Source:
    CDC and CMS ICD-10-CM, yearly and April releases; 45 CFR 162.1002.

Fix:
    Look the condition up in the release of the day of service.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S036", tables=("icd10",), severity=BLOCK, layer=5, prevents=("146",), remarks=("M76", "MA63"))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    if not claim.is_icd10:
        return
    for place, (code, row) in enumerate(claim.conditions, 1):
        if row is None:
            release = claim.release("icd10")
            if release:
                yield Problem(
                    f"2300 HI{place:02d}-2", "the diagnosis is not in force on the day of service", code, table=release
                )
