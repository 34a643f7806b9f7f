"""S098: Care that is billed once a month.

What:
    Care management is billed once in a calendar month, transitional care and device monitoring once in thirty days.

Why:
    The second is denied as exceeding the limit.

Source:
    Medicare Claims Processing Manual, chapter 12; CMS care management and remote monitoring fact sheets.

Fix:
    Wait for the next month or period, or add the minutes to the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, WARN, line_rule
from denialml.scrub.view import LineView

_BY_MONTH: Final = CodeSet("99487 99490 99491 99424 99426 99484 99492 99493 G0506 G0556-G0558")
_BY_THIRTY_DAYS: Final = CodeSet("99454 99495 99496")


@line_rule(
    "S098",
    severity=WARN,
    layer=7,
    prevents=("119", "151", "18"),
    remarks=("M86",),
    payers=ANY_MEDICARE,
    codes=_BY_MONTH | _BY_THIRTY_DAYS,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    claim, code = line.claim, line.code
    days = [each.day for each in claim.services if each.code == code]
    days += [each.day for each in claim.by_code[code] if each.number < line.number]
    if line.units > 1:
        yield Problem("2400 SV104", "this is billed with one unit", str(line.units), "1")
    for day in days:
        same = (day.year, day.month) == (line.day.year, line.day.month)
        if same if code in _BY_MONTH else abs((line.day - day).days) < 30:
            yield Problem("2400 SV101-2", "this was billed for the same month or thirty days", day.isoformat())
            return
