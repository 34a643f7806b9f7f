"""S032: Spans of days.

What:
    A professional line stays within one month, and a line over several days has at least one unit for each of them.

Why:
    Eligibility and limits are by month; a span with fewer units than days looks like a wrong date.

Source:
    Medicare Claims Processing Manual, chapter 26, item 24A; payers' companion guides.

Fix:
    Split the line by month, or by day.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import EQUIPMENT
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView


@line_rule("S032", severity=WARN, layer=4, prevents=("239", "267", "268"), remarks=("N74", "N63"), institutional=False)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if line.day == line.last_day or line.last_day < line.day:
        return
    if (line.day.year, line.day.month) != (line.last_day.year, line.last_day.month):
        yield Problem("2400 DTP*472", "the line spans two months: split it")
    days = (line.last_day - line.day).days + 1
    if line.units < days and line.code not in EQUIPMENT:
        yield Problem("2400 SV104", "there are fewer units than days in the span", str(line.units), str(days))
