"""S031: Dates of service are past and in order.

What:
    No line begins after the day the claim is sent, and none ends before it begins.

Why:
    Payers refuse claims for services not yet given.

Source:
    837 guides, DTP*472 and DTP*434.

Fix:
    Correct the date, or hold the claim until the service has been given.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule("S031", severity=BLOCK, layer=4, prevents=("110",), remarks=("M52",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if line.last_day > context.as_of:
        yield Problem("2400 DTP*472", "the service is dated after the day of sending", line.last_day.isoformat())
    if line.last_day < line.day:
        yield Problem(
            "2400 DTP*472", "the service ends before it begins", line.last_day.isoformat(), line.day.isoformat()
        )
