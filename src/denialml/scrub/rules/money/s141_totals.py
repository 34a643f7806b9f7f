"""S141: Charges add up.

What:
    The claim's charge is the sum of its lines to the cent, and what the patient paid is not more.

Why:
    A claim that does not add up is refused.

Source:
    837 guides, CLM02 and AMT*F5.

Fix:
    Correct the line or the total.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.money import dollars
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S141", severity=BLOCK, layer=3, prevents=("16",), remarks=("M54",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    sent = claim.sent
    total = sum([line.charge_cents for line in sent.lines])
    if total != sent.charge_cents:
        yield Problem(
            "2300 CLM02", "the claim's charge is not the sum of its lines", dollars(sent.charge_cents), dollars(total)
        )
    paid = next((each.cents for each in sent.amounts if each.qualifier == "F5"), 0)
    if paid > sent.charge_cents:
        yield Problem("2300 AMT*F5", "the patient paid more than the charge", dollars(paid), dollars(sent.charge_cents))
