"""S088: Reduced and discontinued services.

What:
    52 and 53 stand on no institutional claim and 73 and 74 on no professional one; a reduced service is charged less
    than the practice's fee.

Why:
    The modifier says that less was done; a full charge contradicts it, and the wrong pair is denied.

Source:
    CPT modifiers 52, 53, 73 and 74; Medicare Claims Processing Manual, chapters 4 and 12.

Fix:
    Use the modifier of the setting and lower the charge.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.money import dollars
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S088",
    severity=WARN,
    layer=5,
    prevents=("115", "203"),
    remarks=("N519",),
    marks=frozenset({"52", "53", "73", "74"}),
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    facility = line.marks & {"73", "74"}
    professional = line.marks & {"52", "53"}
    if facility and not line.claim.institutional and line.place != "24":
        yield Problem("2400 SV101-3", "73 and 74 are a facility's modifiers", min(facility), "53")
    if "53" in professional and line.claim.institutional:
        yield Problem("2400 SV101-3", "53 is a physician's modifier", "53", "73 or 74")
    fee = context.practice.fees_cents.get(line.code)
    if professional and fee and line.sent.charge_cents >= fee * line.units:
        yield Problem(
            "2400 SV102",
            "the service is reduced, and its charge is not",
            dollars(line.sent.charge_cents),
            f"below {dollars(int(fee * line.units))}",
        )
