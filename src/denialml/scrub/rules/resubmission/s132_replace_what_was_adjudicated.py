"""S132: Only an adjudicated claim is replaced.

What:
    A replacement or void follows a claim that the payer adjudicated, not one that was rejected; and it goes to a payer
    that takes replacements.

Why:
    The payer holds no claim to replace; a rejected claim is sent anew.

Source:
    837 guides, CLM05-3; remark MA130; Medicare contractors' rules (Part B takes no replacement claims).

Fix:
    Send a new original, or ask Medicare for a reopening.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.history import ClaimState
from denialml.scrub.practice import MEDICARE
from denialml.scrub.rule import BEFORE_SENDING, BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S132", severity=BLOCK, layer=7, prevents=("16",), remarks=("MA130",), stages=BEFORE_SENDING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    if claim.sent.frequency not in {"7", "8"}:
        return
    if claim.kind == MEDICARE and not claim.institutional:
        yield Problem(
            "2300 CLM05-3", "Medicare Part B takes no replacement or void", claim.sent.frequency, "1 or a reopening"
        )
    elif not claim.contract.takes_replacements:
        yield Problem("2300 CLM05-3", "the payer takes no replacement or void", claim.sent.frequency, "1")
    sent = context.history.sent(claim.sent.control_number)
    if sent and sent.state is ClaimState.REJECTED:
        yield Problem(
            "2300 CLM05-3", "the claim was rejected: the payer holds nothing to replace", claim.sent.frequency, "1"
        )
