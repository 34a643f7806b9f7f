"""S149: No excluded provider.

What:
    No provider of the claim is excluded from federal health programmes on the day of service.

Why:
    Nothing may be paid for what an excluded person gave or ordered, and billing it is fined.

Source:
    HHS OIG List of Excluded Individuals and Entities (monthly); 42 CFR 1001.1901.

Fix:
    Do not bill; ask counsel about what was billed before.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S149",
    tables=("excluded",),
    severity=BLOCK,
    layer=7,
    prevents=("B7", "185"),
    remarks=("N570",),
    stages=FROM_BOOKING,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    release = claim.release("excluded")
    if not release:
        return
    for loop, line, party in claim.parties:
        if party.npi and context.tables.excluded(party.npi, claim.day):
            yield Problem(
                f"{loop} NM109",
                "this provider is excluded from federal health programmes",
                party.npi,
                line=line,
                table=release,
            )
