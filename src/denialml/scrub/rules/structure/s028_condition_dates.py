"""S028: Dates and marks of conditions.

What:
    Chiropractic manipulation for Medicare bears AT and the day treatment began; routine foot care names the day a
    physician last saw the patient.

Why:
    Medicare pays active treatment only, and foot care only under a physician's care.

Source:
    Medicare Benefit Policy Manual, chapter 15, sections 240 and 290; Claims Processing Manual, chapter 12.

Fix:
    Add AT and the date of initial treatment (DTP*454), or the date last seen (DTP*304).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import CHIROPRACTIC, CodeSet
from denialml.scrub.context import Context
from denialml.scrub.facts import dated
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, WARN, line_rule
from denialml.scrub.view import LineView

_FOOT_CARE: Final = CodeSet("11055-11057 11719-11721 G0127")


@line_rule(
    "S028",
    severity=WARN,
    layer=7,
    prevents=("16", "272"),
    remarks=("N311",),
    payers=ANY_MEDICARE,
    codes=CHIROPRACTIC | _FOOT_CARE,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    dates = (*line.sent.dates, *line.claim.sent.dates)
    if line.code in CHIROPRACTIC:
        if "AT" not in line.marks:
            yield Problem("2400 SV101-3", "active treatment by manipulation bears AT", expected="AT")
        if dated(dates, "454") is None:
            yield Problem("2300 DTP*454", "the day on which treatment began is missing")
    elif dated(dates, "304") is None:
        yield Problem("2300 DTP*304", "the day on which a physician last saw the patient is missing")
