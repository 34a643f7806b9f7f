"""S037: Diagnosis at its full length.

What:
    Each diagnosis is one that may be billed, not the heading of more exact ones.

Why:
    Payers deny a heading as incomplete.

Source:
    CMS ICD-10-CM order file; Official Guidelines, section I.B.2.

Fix:
    Code all characters, with the placeholder X and the seventh character where the table asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S037", tables=("icd10",), severity=BLOCK, layer=5, prevents=("146", "16"), remarks=("M76",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for place, (code, row) in enumerate(claim.conditions, 1):
        if row is not None and not row.billable:
            yield Problem(
                f"2300 HI{place:02d}-2",
                "this heads more exact codes and may not be billed",
                code,
                table=claim.release("icd10"),
            )
