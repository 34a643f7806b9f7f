"""S143: Charge is units times fee.

What:
    Where the practice has a fee for the procedure, the line's charge is its units times that fee, to the cent.

Why:
    Another charge is a slip, or a fee list that is out of date.

Source:
    the practice's fee list.

Fix:
    Correct charge, units or fee list.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.money import dollars
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView


@line_rule("S143", severity=WARN, layer=6, prevents=("16",), remarks=("M79",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    fee = context.practice.fee(line.code, line.modifiers) if context.practice.fees_cents else None
    if fee is None or line.sent.charge_cents == 0 or not line.marks.isdisjoint({"52", "53"}):
        return
    expected = fee * line.units
    if abs(line.sent.charge_cents - expected) > 1:
        yield Problem(
            "2400 SV102",
            "the charge is not the fee times the units",
            dollars(line.sent.charge_cents),
            dollars(int(expected)),
        )
