"""S086: Co-surgeons and teams are payable.

What:
    62 stands on procedures that allow two surgeons (2, or 1 with documentation), 66 on those that allow a team.

Why:
    Payers deny the second surgeon where the schedule allows none.

Source:
    CMS physician fee schedule, co-surgeon and team indicators.

Fix:
    Attach the operative note of both, or bill an assistant.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FEDERAL, WARN, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S086",
    tables=("fee",),
    severity=WARN,
    layer=5,
    prevents=("54", "4"),
    remarks=("N519",),
    payers=FEDERAL,
    marks=frozenset({"62", "66"}),
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    fee = line.fee
    if fee is None:
        return
    indicator = fee.co_surgeons if "62" in line.marks else fee.team
    if indicator in {"0", "9"}:
        yield Problem(
            "2400 SV101-3",
            "the schedule allows no second surgeon or team here",
            indicator,
            table=line.claim.release("fee"),
        )
    elif indicator == "1" and not (line.sent.attachments or line.claim.sent.attachments):
        yield Problem("2300 PWK", "two surgeons or a team are paid here only with documentation", indicator)
