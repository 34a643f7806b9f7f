"""S150: No provider who opted out of Medicare.

What:
    A claim to Medicare names nobody as rendering the service who opted out of Medicare.

Why:
    Medicare pays such a person for emergencies alone; the patient pays under a private contract.

Source:
    CMS opt-out affidavits (monthly); 42 CFR 405.400 to 405.455.

Fix:
    Bill the patient under the private contract; GJ where it was an emergency.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S150",
    tables=("opted_out",),
    severity=BLOCK,
    layer=7,
    prevents=("B7", "185"),
    remarks=("N570",),
    payers=ANY_MEDICARE,
    stages=FROM_BOOKING,
    institutional=False,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for loop, number, party in claim.parties:
        if loop not in {"2310B", "2420A"} or not party.npi:
            continue
        row = context.tables.provider(party.npi, claim.day)
        lines = [line for line in claim.lines if not number or line.number == number]
        if row and row.opted_out and not all("GJ" in line.marks for line in lines):
            yield Problem(
                f"{loop} NM109",
                "this provider opted out of Medicare",
                party.npi,
                line=number,
                table=claim.release("opted_out"),
            )
