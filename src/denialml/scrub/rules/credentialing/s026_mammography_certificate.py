"""S026: Mammography certification number.

What:
    A mammogram names the certification number of the facility, but where only the reading is billed.

Why:
    Medicare pays certified facilities only.

Source:
    21 CFR 900; FDA list of certified mammography facilities; 837P guide, REF*EW.

Fix:
    Enter the facility's certification number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FEDERAL, WARN, line_rule
from denialml.scrub.view import LineView

_MAMMOGRAPHY: Final = CodeSet("77063 77065-77067 G0279")


@line_rule(
    "S026",
    severity=WARN,
    layer=4,
    prevents=("B7",),
    remarks=("MA128",),
    payers=FEDERAL,
    codes=_MAMMOGRAPHY,
    institutional=False,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if "26" in line.marks:
        return
    if not any(each.qualifier == "EW" for each in (*line.sent.references, *line.claim.sent.references)):
        yield Problem("2300 REF*EW", "a mammogram needs the facility's certification number")
