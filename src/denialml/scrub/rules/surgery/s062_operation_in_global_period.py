"""S062: Operation inside another's global period.

What:
    An operation in the global period of another by the same group and specialty bears 58 (staged), 78 (back to theatre)
    or 79 (unrelated).

Why:
    Without one of them it is denied as included.

Source:
    Medicare Claims Processing Manual, chapter 12, section 40.2; physician fee schedule, global days.

Fix:
    Choose 58, 78 or 79 from the record.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import Operation, operations, period_around
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S062",
    tables=("fee",),
    severity=BLOCK,
    layer=5,
    prevents=("97",),
    remarks=("M144",),
    payers=FEDERAL,
    institutional=False,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    done: list[Operation] | None = None
    for line in claim.lines:
        fee = line.fee
        if (
            fee is None
            or fee.global_days not in {"000", "010", "090"}
            or not line.marks.isdisjoint({"58", "78", "79", "55"})
        ):
            continue
        done = operations(claim) if done is None else done
        around = period_around(line.day, done)
        if around:
            yield Problem(
                "2400 SV101-3",
                "the operation lies in the global period of another",
                f"{around.code} on {around.day.isoformat()}",
                "58, 78 or 79",
                line.number,
                claim.release("fee"),
            )
