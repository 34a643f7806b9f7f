"""S061: Visit inside a global period.

What:
    A visit in the days that an operation's payment covers, by the same group and specialty, bears 24 (or is billed as
    included, 99024).

Why:
    Care after an operation is in its payment; the visit is denied as included.

Source:
    CMS physician fee schedule, global days; Medicare Claims Processing Manual, chapter 12, section 40.

Fix:
    Add 24 where the visit had nothing to do with the operation and the record says so; else do not bill it.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import EVALUATION
from denialml.scrub.context import Context
from denialml.scrub.facts import operations, period_around
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S061",
    tables=("fee",),
    severity=BLOCK,
    layer=5,
    prevents=("97",),
    remarks=("M144",),
    payers=FEDERAL,
    codes=EVALUATION,
    institutional=False,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    done = operations(claim)
    if not done:
        return
    for line in claim.lines:
        if line.code in EVALUATION and line.marks.isdisjoint({"24", "55", "79"}):
            around = period_around(line.day, done)
            if around:
                yield Problem(
                    "2400 SV101-3",
                    "the visit lies in the global period of an operation",
                    f"{around.code} on {around.day.isoformat()}",
                    "24",
                    line.number,
                    claim.release("fee"),
                )
