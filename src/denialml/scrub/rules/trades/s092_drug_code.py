"""S092: National drug code of a drug.

What:
    Where the payer wants it (Medicaid always), a drug line has an eleven-digit national drug code with a quantity and a
    unit, and the code is of a drug billed under this procedure.

Why:
    Medicaid collects rebates by it, and denies the line without it.

Source:
    42 CFR 447.520; 837 guides, loop 2410 LIN and CTP; CMS ASP crosswalk of drug and procedure codes (quarterly).

Fix:
    Take the code from the package, eleven digits in groups of 5, 4 and 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import DRUG
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICAID
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView

_UNITS: Final = frozenset({"F2", "GR", "ME", "ML", "UN"})


@line_rule("S092", tables=("drug",), severity=BLOCK, layer=4, prevents=("16", "211"), remarks=("M119",), codes=DRUG)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    drug, claim = line.sent.drug, line.claim
    if drug is None or not drug.code:
        if claim.kind == MEDICAID or claim.contract.wants_drug_codes:
            yield Problem("2410 LIN03", "the payer wants the national drug code")
        return
    if drug.qualifier != "N4" or len(drug.code) != 11 or not drug.code.isdigit():
        yield Problem("2410 LIN03", "a national drug code has eleven digits", drug.code)
        return
    if not drug.quantity or drug.quantity <= 0 or drug.unit not in _UNITS:
        yield Problem(
            "2410 CTP04",
            "the drug's quantity and unit are missing or wrong",
            f"{drug.quantity} {drug.unit}",
            " ".join(sorted(_UNITS)),
        )
    row = context.tables.drug(drug.code, line.day)
    if row is not None and row.procedure != line.code:
        yield Problem(
            "2410 LIN03",
            "this drug is billed under another procedure",
            drug.code,
            row.procedure,
            table=claim.release("drug"),
        )
