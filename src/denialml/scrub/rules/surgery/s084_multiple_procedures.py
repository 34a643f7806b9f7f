"""S084: Modifier 51 where it has no use.

What:
    51 is not sent to Medicare, which ranks multiple procedures itself, and stands on no procedure that is exempt.

Why:
    It changes nothing at best, and cuts the payment of an exempt procedure at worst.

Source:
    Medicare Claims Processing Manual, chapter 12, section 40.6; physician fee schedule, multiple procedure indicator.

Fix:
    Take 51 off.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICARE
from denialml.scrub.rule import INFO, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S084", tables=("fee",), severity=INFO, layer=5, prevents=("59",), remarks=("N670",), marks=frozenset({"51"})
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    fee = line.fee
    if line.claim.kind == MEDICARE:
        yield Problem("2400 SV101-3", "Medicare ranks multiple procedures itself", "51")
    elif fee is not None and fee.multiple == "0":
        yield Problem(
            "2400 SV101-3",
            "the procedure is exempt from multiple procedure rules",
            "51",
            table=line.claim.release("fee"),
        )
