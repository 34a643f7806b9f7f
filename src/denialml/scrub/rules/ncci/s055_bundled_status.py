"""S055: Status codes that are not paid by themselves.

What:
    For Medicare, no charge stands for a code that is always bundled (status B), bundled beside others (P), and none of
    status T beside other paid services.

Why:
    They are denied, and the patient may not be billed for them.

Source:
    CMS physician fee schedule, status indicators (quarterly).

Fix:
    Leave the line out; its payment is in the other service.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FEE_FOR_SERVICE, WARN, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S055",
    tables=("fee",),
    severity=WARN,
    layer=5,
    prevents=("97", "234"),
    remarks=("M15", "N19"),
    payers=FEE_FOR_SERVICE,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    fee = line.fee
    if fee is None or fee.status not in {"B", "P", "T"} or line.sent.charge_cents <= 0:
        return
    if fee.status == "T" and len(line.claim.lines) == 1:
        return
    yield Problem(
        "2400 SV101-2",
        "Medicare does not pay this by itself",
        f"{line.code} status {fee.status}",
        table=line.claim.release("fee"),
    )
