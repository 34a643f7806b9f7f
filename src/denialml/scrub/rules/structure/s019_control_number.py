"""S019: Control number is safe and used once.

What:
    The claim's own number has 1 to 20 characters, letters, digits, dots and dashes alone, and no other original claim
    went to its payer under it. One that is not answered may have been refused: then this weighs less.

Why:
    The remittance finds the claim by this number; two claims under one number are posted to each other.

Source:
    837 guides, CLM01 (payers need return 20 characters only).

Fix:
    Give the claim a number of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.history import ClaimState
from denialml.scrub.rule import BEFORE_SENDING, BLOCK, WARN, claim_rule
from denialml.scrub.view import ClaimView

_SAFE: Final = re.compile(r"[A-Z0-9.-]{1,20}", re.IGNORECASE)


@claim_rule("S019", severity=BLOCK, layer=1, stages=BEFORE_SENDING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    number = claim.sent.control_number
    if not _SAFE.fullmatch(number):
        yield Problem("2300 CLM01", "the control number is empty, too long, or holds unsafe characters", number)
    elif claim.sent.frequency == "1":
        earlier = context.history.sent(number)
        taken = earlier is not None and earlier.payer_id == claim.sent.payer_id
        if earlier and taken and earlier.state not in {ClaimState.REJECTED, ClaimState.VOID}:
            unanswered = WARN if earlier.state is ClaimState.OPEN else None
            message = "another original claim went out under this control number"
            yield Problem("2300 CLM01", message, number, severity=unanswered)
