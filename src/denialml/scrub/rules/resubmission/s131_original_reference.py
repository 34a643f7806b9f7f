"""S131: Replacement and void name the payer's claim.

What:
    A replacement or void (frequency 7 or 8) names the payer's number of the claim it replaces, the newest known; an
    original names none.

Why:
    Without the number the payer takes it for a duplicate, or refuses it.

Source:
    837 guides, CLM05-3 and REF*F8.

Fix:
    Take the number from the remittance (CLP07) of the claim.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BEFORE_SENDING, BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S131", severity=BLOCK, layer=4, prevents=("16", "18"), remarks=("M47", "N152"), stages=BEFORE_SENDING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    number = claim.sent.reference("F8")
    if claim.sent.frequency not in {"7", "8"}:
        if number and claim.sent.frequency == "1":
            yield Problem("2300 REF*F8", "an original claim names an earlier one", number)
        return
    if not number:
        yield Problem("2300 REF*F8", "a replacement or void names no earlier claim")
        return
    sent = context.history.sent(claim.sent.control_number)
    if sent and sent.payer_control_number and sent.payer_control_number != number:
        yield Problem(
            "2300 REF*F8", "the payer's newest number of the claim is another", number, sent.payer_control_number
        )
