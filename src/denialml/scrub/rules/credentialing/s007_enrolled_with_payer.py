"""S007: Rendering provider enrolled with the payer.

What:
    Where the practice records its enrolments with this payer, the rendering provider has one that holds on the day of
    service.

Why:
    Payers deny, or pay out of network, what somebody not enrolled has rendered.

Source:
    the practice's enrolment records; CMS PECOS public file for Medicare.

Fix:
    Wait for the enrolment's effective date, or bill under who supervised where the payer allows that.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S007", severity=BLOCK, layer=7, prevents=("185", "208", "B7", "299"), remarks=("N95", "N570"), stages=FROM_BOOKING
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    enrolments = context.practice.enrolments.get(claim.sent.payer_id)
    if not enrolments:
        return
    for loop, line, party in claim.parties:
        if loop not in {"2310B", "2420A"} or claim.institutional or not party.npi:
            continue
        day = claim.lines[0].day if not line else next(each.day for each in claim.lines if each.number == line)
        if not any(each.npi == party.npi and each.holds(day) for each in enrolments):
            yield Problem(
                f"{loop} NM109", "no enrolment with this payer holds on the day of service", party.npi, line=line
            )
