"""S066: Operation and its aftercare split between physicians.

What:
    54, 55 and 56 stand only on procedures with 10 or 90 global days, and 55 comes with the day on which care was taken
    over.

Why:
    The parts must add up to one operation; without the dates the payer cannot share the payment.

Source:
    Medicare Claims Processing Manual, chapter 12, section 40.4; 837P guide, DTP*090 and DTP*091.

Fix:
    Add the dates from the transfer agreement, or take the modifier off.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import dated
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FEDERAL, WARN, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S066",
    tables=("fee",),
    severity=WARN,
    layer=5,
    prevents=("B20", "97"),
    remarks=("M144",),
    payers=FEDERAL,
    marks=frozenset({"54", "55", "56"}),
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    fee = line.fee
    if fee is not None and fee.global_days not in {"010", "090"}:
        yield Problem(
            "2400 SV101-3",
            "this procedure has no aftercare to share",
            fee.global_days,
            "010 or 090",
            table=line.claim.release("fee"),
        )
    if "55" in line.marks and dated((*line.sent.dates, *line.claim.sent.dates), "090") is None:
        yield Problem("2300 DTP*090", "the day on which aftercare was taken over is missing")
