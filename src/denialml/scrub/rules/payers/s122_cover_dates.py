"""S122: Cover holds for every line, and in network.

What:
    Each day of service lies between begin and end of the cover that the payer answered; the answer does not say out of
    network, nor that premiums are in their grace period.

Why:
    Lines outside are denied; in the grace period the payer may take its money back.

Source:
    eligibility answers (271, DTP*346 to 349 and EB12); 45 CFR 156.270 for the grace period.

Fix:
    Split the claim at the change of cover; tell the patient of network or premium.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FROM_BOOKING, WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S122",
    severity=WARN,
    layer=7,
    prevents=("26", "27", "200", "242", "257", "279"),
    remarks=("N30",),
    stages=FROM_BOOKING,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    cover = claim.cover
    if cover is None or cover.active is False:
        return
    for line in claim.lines:
        if cover.begin and line.day < cover.begin:
            yield Problem(
                "2400 DTP*472",
                "the service is before the cover began",
                line.day.isoformat(),
                cover.begin.isoformat(),
                line.number,
                reasons=("26",),
            )
        if cover.end and line.day > cover.end:
            yield Problem(
                "2400 DTP*472",
                "the service is after the cover ended",
                line.day.isoformat(),
                cover.end.isoformat(),
                line.number,
                reasons=("27",),
            )
    if cover.in_network is False:
        yield Problem("2010BB", "the payer answered that the provider is out of network", reasons=("242",))
    if cover.in_grace_period:
        yield Problem("2010BB", "the patient's premiums are in their grace period", reasons=("257",))
