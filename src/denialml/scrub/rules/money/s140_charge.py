"""S140: Charge is plausible.

What:
    A line's charge is not negative, not below what the fee schedule is expected to pay, and not more than twenty times
    that.

Why:
    A charge below the payer's price gives money away; one far above is a slip of the decimal point.

Source:
    CMS physician fee schedule amounts; the practice's own fees.

Fix:
    Correct the charge in the fee list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.money import dollars
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView

_MOST: Final = 20


@line_rule("S140", tables=("fee",), severity=WARN, layer=6, prevents=("45",), remarks=("N381",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    charge = line.sent.charge_cents
    if charge < 0:
        yield Problem("2400 SV102", "the charge is negative", dollars(charge))
    fee = line.fee
    if charge <= 0 or fee is None or not fee.expected_cents or not line.marks.isdisjoint({"52", "53", "26", "TC"}):
        return
    expected = int(fee.expected_cents * line.units)
    if charge < expected:
        yield Problem(
            "2400 SV102",
            "the charge is below what Medicare pays",
            dollars(charge),
            dollars(expected),
            table=line.claim.release("fee"),
        )
    elif charge > expected * _MOST:
        yield Problem(
            "2400 SV102",
            "the charge is far above what Medicare pays",
            dollars(charge),
            dollars(expected),
            table=line.claim.release("fee"),
        )
