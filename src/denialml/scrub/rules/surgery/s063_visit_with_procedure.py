"""S063: Visit on the day of a procedure.

What:
    A visit on the day of a procedure with 0 or 10 global days bears 25; one on the day of, or before, an operation with
    90 bears 57 (or 25 where it is neither the decision nor part of it).

Why:
    The visit is taken for the usual work before the procedure.

Source:
    Medicare Claims Processing Manual, chapter 12, sections 30.6.6 and 40.2; NCCI Policy Manual, chapter I.

Fix:
    Add 25 or 57 where the record shows a visit beyond the procedure's usual work.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from denialml.scrub.codesets import ASSISTANT, EVALUATION
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S063",
    tables=("fee",),
    severity=BLOCK,
    layer=5,
    prevents=("97", "B14"),
    remarks=("M144",),
    payers=FEDERAL,
    codes=EVALUATION,
    institutional=False,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    procedures = [
        (line.day, line.fee.global_days) for line in claim.lines if line.fee and line.marks.isdisjoint(ASSISTANT)
    ]
    for service in claim.services:
        if service.day >= claim.day and claim.same_group(service):
            row = context.tables.fee_schedule(service.code, "", service.day)
            procedures += [(service.day, row.global_days)] if row else []
    major = {day for day, days in procedures if days == "090"}
    minor = {day for day, days in procedures if days in {"000", "010"}}
    for line in claim.lines:
        if line.code not in EVALUATION or not line.marks.isdisjoint({"25", "57", "24"}):
            continue
        if line.day in major or line.day + timedelta(days=1) in major:
            yield Problem(
                "2400 SV101-3",
                "the visit stands beside an operation with 90 global days",
                expected="57",
                line=line.number,
            )
        elif line.day in minor:
            yield Problem(
                "2400 SV101-3",
                "the visit stands beside a procedure with 0 or 10 global days",
                expected="25",
                line=line.number,
            )
