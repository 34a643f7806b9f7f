"""S044: First diagnosis may stand first.

What:
    An external cause, a manifestation or another code that may not stand first does not.

Why:
    Payers take the first diagnosis for the reason of the visit and refuse what cannot be one.

Source:
    ICD-10-CM Official Guidelines, sections I.A.13, I.C.20 and IV; CMS Medicare Code Editor.

Fix:
    Put the underlying condition or the injury first.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S044", tables=("icd10",), severity=BLOCK, layer=5, prevents=("146", "16", "11"), remarks=("MA63",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    if not claim.diagnoses or not claim.is_icd10:
        return
    first, row = claim.conditions[0]
    if first[:1] in "VWXY" or (row is not None and row.never_first):
        yield Problem("2300 HI01-2", "this diagnosis may not stand first", first, table=claim.release("icd10"))
