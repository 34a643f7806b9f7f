"""S073: Modifiers do not contradict each other.

What:
    No line bears two modifiers that cannot both be true, such as 50 with a side, 26 with TC, new with rented, or 54
    with 55.

Why:
    The payer cannot tell which holds, and denies the line.

Source:
    CPT and HCPCS definitions of the modifiers; Medicare Claims Processing Manual, chapters 12, 20 and 30.

Fix:
    Keep the one that the record supports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView

_CONFLICTS: Final = tuple(
    frozenset(pair.split("+"))
    for pair in [
        "50+LT",
        "50+RT",
        "26+TC",
        "GA+GZ",
        "GA+GY",
        "GZ+GX",
        "GZ+GY",
        "54+55",
        "54+56",
        "55+56",
        "80+82",
        "80+81",
        "80+AS",
        "81+82",
        "RR+NU",
        "RR+UE",
        "NU+UE",
        "52+53",
        "JW+JZ",
        "58+78",
        "58+79",
        "78+79",
        "AA+QZ",
        "AA+QX",
        "QK+QX",
        "QK+AA",
        "QX+QZ",
        "QK+QZ",
        "76+77",
        "73+74",
        "CQ+CO",
        "93+95",
        "KH+KI",
        "KH+KJ",
        "KI+KJ",
    ]
)
_WATCHED: Final = frozenset().union(*_CONFLICTS)


@line_rule("S073", severity=BLOCK, layer=5, prevents=("4", "236"), remarks=("N519",), marks=_WATCHED)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if len(line.marks) < 2:
        return
    for pair in _CONFLICTS:
        if pair <= line.marks:
            yield Problem("2400 SV101-3", "two modifiers contradict each other", " ".join(sorted(pair)))
