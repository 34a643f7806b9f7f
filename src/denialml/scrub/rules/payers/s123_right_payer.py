"""S123: The payer that covers the service.

What:
    The payer did not answer that another plan covers the patient in its place (Medicare Advantage, a managed care plan,
    a carve-out).

Why:
    The claim is denied and must be sent again, with the clock running.

Source:
    eligibility answers (271, loop 2120C) in the practice's record.

Fix:
    Send the claim to the plan that the answer names.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S123",
    severity=BLOCK,
    layer=7,
    prevents=("109", "24", "166", "254", "270", "280"),
    remarks=("N418",),
    stages=FROM_BOOKING,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    cover = claim.cover
    if (
        cover is not None
        and cover.other_payer_id
        and not cover.other_payer_first
        and cover.other_payer_id != claim.sent.payer_id
    ):
        yield Problem(
            "2010BB NM109",
            "the payer answered that another plan covers the patient",
            claim.sent.payer_id,
            cover.other_payer_id,
        )
