"""S030: Anaesthesia in minutes.

What:
    An anaesthesia code is billed in minutes (MJ), more than none and no more than a day, but for qualifying
    circumstances that are counted.

Why:
    Payers compute anaesthesia from minutes; units are refused or paid wrongly.

Source:
    837P guide, SV103; Medicare Claims Processing Manual, chapter 12, section 50.

Fix:
    Send the minutes of anaesthesia time with MJ.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import ANESTHESIA
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S030", severity=BLOCK, layer=4, prevents=("16",), remarks=("M53", "N203"), codes=ANESTHESIA, institutional=False
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if line.code == "01996":  # daily management of continuous drugs, counted by day
        return
    if line.sent.unit_basis != "MJ":
        yield Problem("2400 SV103", "anaesthesia is billed in minutes", line.sent.unit_basis, "MJ")
    elif not 0 < line.units <= 1440:
        yield Problem("2400 SV104", "minutes of anaesthesia are between 1 and 1440", str(line.units))
