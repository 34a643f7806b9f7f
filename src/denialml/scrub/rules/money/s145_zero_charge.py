"""S145: Line without charge.

What:
    A line of no charge is for performance measurement (category II), a vaccine supplied free, a visit included in an
    operation (99024), or a bundled item.

Why:
    Payers drop or deny other lines without a charge.

Source:
    837 guides, SV102; Medicare Claims Processing Manual, chapter 26.

Fix:
    Enter the charge, or take the line off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import CATEGORY_2, VACCINE, CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import INFO, line_rule
from denialml.scrub.view import LineView

_FREE: Final = CATEGORY_2 | VACCINE | CodeSet("99024 G8395-G9999")


@line_rule("S145", tables=("fee",), severity=INFO, layer=6, prevents=("246",), remarks=("N620",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if line.sent.charge_cents == 0 and line.code and line.code not in _FREE:
        fee = line.fee
        if fee is None or fee.status not in {"B", "P"}:
            yield Problem("2400 SV102", "the line has no charge", line.code)
