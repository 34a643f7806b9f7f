"""S147: Unit of measure.

What:
    Units are counted (UN), or minutes (MJ) on professional lines, or days (DA) on institutional ones; minutes stand on
    anaesthesia alone.

Why:
    Another measure is refused, or read as a different amount.

Source:
    837P and 837I guides, SV103 and SV204.

Fix:
    Choose UN, but minutes for anaesthesia and days for rooms.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import ANESTHESIA
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule("S147", severity=BLOCK, layer=2, prevents=("16",), remarks=("M53",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    basis = line.sent.unit_basis
    allowed = {"UN", "DA"} if line.claim.institutional else {"UN", "MJ"}
    if basis not in allowed:
        yield Problem("2400 SV103", "this unit of measure is not taken here", basis, " or ".join(sorted(allowed)))
    elif basis == "MJ" and line.code not in ANESTHESIA:
        yield Problem("2400 SV103", "minutes are for anaesthesia", basis, "UN")
