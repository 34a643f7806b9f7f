"""S082: Side of a procedure with two sides.

What:
    A procedure that can be done on either side bears LT, RT or 50, or a digit, lid or vessel.

Why:
    The payer cannot tell it from the same procedure on the other side.

Source:
    CMS physician fee schedule, bilateral surgery indicator 1 and 3.

Fix:
    Add the side from the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import ANATOMIC
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FEDERAL, WARN, line_rule
from denialml.scrub.view import LineView

_SIDED: Final = ANATOMIC | {"50"}


@line_rule("S082", tables=("fee",), severity=WARN, layer=5, prevents=("4",), remarks=("N822",), payers=FEDERAL)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    fee = line.fee
    if fee is not None and fee.bilateral in {"1", "3"} and line.marks.isdisjoint(_SIDED):
        yield Problem("2400 SV101-3", "the side is missing", line.code, "LT, RT or 50", table=line.claim.release("fee"))
