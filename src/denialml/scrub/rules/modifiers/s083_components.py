"""S083: Professional and technical components.

What:
    A diagnostic test with two components bears 26 when it is read in a hospital or surgical centre; 26 and TC stand on
    no procedure without components.

Why:
    The hospital is paid for the technical part; a global code from the physician is denied.

Source:
    CMS physician fee schedule, PC/TC indicator; Medicare Claims Processing Manual, chapter 13.

Fix:
    Add 26, or take 26 or TC off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, line_rule
from denialml.scrub.view import LineView

_FACILITIES: Final = frozenset({"19", "21", "22", "23", "24"})


@line_rule(
    "S083",
    tables=("fee",),
    severity=BLOCK,
    layer=5,
    prevents=("4", "134", "B10"),
    remarks=("N519",),
    payers=FEDERAL,
    institutional=False,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    fee = line.fee
    if fee is None:
        return
    marked = line.marks & {"26", "TC"}
    if fee.component == "1" and line.place in _FACILITIES and not marked:
        yield Problem(
            "2400 SV101-3",
            "in this place the physician bills the professional component",
            line.place,
            "26",
            table=line.claim.release("fee"),
        )
    elif fee.component not in {"1", "6", "8"} and marked:
        yield Problem(
            "2400 SV101-3",
            "this procedure has no components to split",
            f"{min(marked)} on {fee.component}",
            table=line.claim.release("fee"),
        )
