"""S148: Weeks of pregnancy beside obstetric codes.

What:
    A claim with a diagnosis of pregnancy, childbirth or the puerperium also codes the weeks of gestation, but for
    abortive outcomes and the time after birth.

Why:
    The tabular list asks for it; maternity programmes need it.

Source:
    CDC ICD-10-CM tabular list, chapter 15 note; category Z3A.

Fix:
    Add the code of the weeks from the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import INFO, claim_rule
from denialml.scrub.view import ClaimView

# Abortive outcomes (O00-O08), delivery and the puerperium (O80-O92 and on) take no weeks by the note's own words.
_PREGNANT: Final = CodeSet("O09-O77")


@claim_rule("S148", severity=INFO, layer=5, prevents=("11",), remarks=("M64",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    code = next((each for each in claim.diagnoses if each[:3] in _PREGNANT), None)
    if code and not any(each.startswith("Z3A") for each in claim.diagnoses):
        yield Problem("2300 HI", "the weeks of pregnancy are not coded", code, "Z3A")
