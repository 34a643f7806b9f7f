"""S081: Modifier 50 where it is allowed.

What:
    50 stands only on procedures that the schedule pays at 150 percent (1) or for each side (3), with one unit.

Why:
    Elsewhere the procedure is already bilateral or has no sides, and the line is denied or paid wrongly.

Source:
    CMS physician fee schedule, bilateral surgery indicator.

Fix:
    Take 50 off, or send one unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, line_rule
from denialml.scrub.view import LineView

_WHY: Final = {
    "0": "this procedure is not bilateral",
    "2": "this procedure is for both sides already",
    "9": "bilateral rules do not apply here",
}


@line_rule(
    "S081",
    tables=("fee",),
    severity=BLOCK,
    layer=5,
    prevents=("4", "97", "59"),
    remarks=("N519",),
    payers=FEDERAL,
    marks=frozenset({"50"}),
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    fee = line.fee
    if fee is None:
        return
    if fee.bilateral in _WHY:
        yield Problem("2400 SV101-3", _WHY[fee.bilateral], fee.bilateral, "1 or 3", table=line.claim.release("fee"))
    elif line.units != 1:
        yield Problem("2400 SV104", "a bilateral procedure with 50 has one unit", str(line.units), "1")
