"""S087: Equipment is rented, new or used.

What:
    Durable equipment bears one of RR, NU and UE; the months of a capped rental (KH, KI, KJ) stand only with RR.

Why:
    The price hangs on it; without it the line is denied.

Source:
    Medicare Claims Processing Manual, chapter 20, section 30; DMEPOS fee schedule (quarterly).

Fix:
    Add RR, NU or UE as delivered.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import EQUIPMENT
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, line_rule
from denialml.scrub.view import LineView


@line_rule("S087", severity=BLOCK, layer=5, prevents=("108", "4"), remarks=("N519",), payers=FEDERAL, codes=EQUIPMENT)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if line.marks.isdisjoint({"RR", "NU", "UE"}):
        yield Problem("2400 SV101-3", "whether it is rented, new or used is missing", expected="RR, NU or UE")
    months = line.marks & {"KH", "KI", "KJ"}
    if months and "RR" not in line.marks:
        yield Problem("2400 SV101-3", "a month of rental stands without RR", min(months), "RR")
