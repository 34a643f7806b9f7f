"""S072: Modifiers that change the price stand first.

What:
    A modifier that changes payment comes before those that only inform.

Why:
    Some payers price by the first modifier alone.

Source:
    payers' claim guides; Medicare contractors' articles on the order of modifiers.

Fix:
    Put the pricing modifier first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import ANESTHESIA_ROLES, ASSISTANT, DISTINCT, NOTICE, SIDES
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView

_PRICING: Final = (
    frozenset({"22", "26", "50", "52", "53", "54", "55", "56", "62", "66", "78", "TC", "RR", "NU", "UE"})
    | ASSISTANT
    | ANESTHESIA_ROLES
)
_INFORMING: Final = NOTICE | DISTINCT | SIDES | {"KX", "GC", "GE", "91", "76", "77", "QW", "95", "GT"}


@line_rule("S072", severity=WARN, layer=7, prevents=("4",), remarks=("N519",), marks=_PRICING)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    informing = ""
    for modifier in line.modifiers:
        if modifier in _INFORMING:
            informing = modifier
        elif informing and modifier in _PRICING:
            yield Problem(
                "2400 SV101-3",
                "a modifier that informs stands before one that prices",
                f"{informing} {modifier}",
                f"{modifier} {informing}",
            )
            return
