"""S045: Diagnoses that exclude each other.

What:
    No two diagnoses of the claim are linked by an Excludes1 note, at the code or at a heading above it.

Why:
    The note says that the two cannot be together; payers deny one as inconsistent.

Source:
    CDC ICD-10-CM tabular list, Excludes1 notes; Official Guidelines, section I.A.12.

Fix:
    Keep the one that the record supports; where they are unrelated, the guidelines allow both, and the note says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import in_spans
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S045", tables=("icd10",), severity=WARN, layer=5, prevents=("11", "146"), remarks=("M64",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for code, row in claim.conditions:
        if row is None or not row.excludes1:
            continue
        for other in claim.diagnoses:
            if other != code and in_spans(other, row.excludes1):
                yield Problem(
                    "2300 HI", "two diagnoses exclude each other", f"{code} {other}", table=claim.release("icd10")
                )
