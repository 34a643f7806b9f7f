"""S013: No service after death.

What:
    No service begins after the patient's day of death, as the claim or the record has it.

Why:
    Payers recover what was paid for services after death, and look at the provider.

Source:
    837 guides, PAT06; Medicare Claims Processing Manual, chapter 1.

Fix:
    Check the days of service and the record: one of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S013", severity=BLOCK, layer=4, prevents=("13",), remarks=("N30",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    sent = claim.sent
    told = sent.patient.death if sent.patient else sent.coverage.subscriber_death
    death = told or context.history.died_on(sent)
    if death is None:
        return
    for line in claim.lines:
        if line.day > death:
            yield Problem(
                "2400 DTP*472",
                "the service is dated after the patient's death",
                line.day.isoformat(),
                death.isoformat(),
                line.number,
            )
