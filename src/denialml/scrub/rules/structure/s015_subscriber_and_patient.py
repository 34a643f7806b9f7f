"""S015: Subscriber and patient agree.

What:
    Where the patient is the subscriber (relationship 18), there is no patient apart and the subscriber has address,
    birth date and sex; otherwise the patient stands in a loop of its own, with the relationship.

Why:
    A claim that says both, or neither, is refused at the door.

Source:
    837 guides, loops 2000B, 2000C, 2010BA and 2010CA.

Fix:
    Correct the relationship, or enter the patient apart from the subscriber.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S015", severity=BLOCK, layer=4, prevents=("16",), remarks=("MA61", "N382"), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    coverage, patient = claim.sent.coverage, claim.sent.patient
    if coverage.relationship == "18":
        if patient is not None:
            yield Problem("2000B SBR02", "the patient is the subscriber, and yet stands in a loop of its own")
        elif coverage.subscriber.address is None:
            yield Problem("2010BA N3", "the subscriber is the patient and has no address")
    elif patient is None:
        yield Problem("2000C", "the patient is not the subscriber, and is not described")
    elif not patient.relationship:
        yield Problem("2000C PAT01", "the patient's relationship to the subscriber is missing")
