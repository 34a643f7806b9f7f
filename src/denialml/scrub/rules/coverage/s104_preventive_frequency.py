"""S104: Preventive services in their time.

What:
    A preventive service of Medicare is not billed before its full months have passed since the last (mammogram 11, bone
    density 23, screening colonoscopy 119, ...), or before the day that the payer answered.

Why:
    It is denied as exceeding the benefit.

Source:
    42 CFR 410.31 to 410.56; Medicare Claims Processing Manual, chapter 18.

Fix:
    Wait until it is due, bill the diagnostic service where there is a reason, or have the patient sign a notice.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import NOTICE, WELLNESS
from denialml.scrub.context import Context
from denialml.scrub.facts import PREVENTIVE_SERVICES, paid_again_from
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, WARN, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S104",
    severity=WARN,
    layer=7,
    prevents=("119",),
    remarks=("M90", "N362"),
    payers=ANY_MEDICARE,
    codes=PREVENTIVE_SERVICES,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if line.code in WELLNESS or not line.marks.isdisjoint(NOTICE):
        return
    again = paid_again_from(line)
    if again and line.day < again:
        yield Problem("2400 SV101-2", "the service is not due yet", line.day.isoformat(), again.isoformat())
