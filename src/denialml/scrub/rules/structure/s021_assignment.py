"""S021: Assignment of the claim and of benefits.

What:
    Assignment is A, B or C and, where the contract says which, that one; benefits are assigned Y, N or W.

Why:
    Whom the payer pays, and at which rate, hangs on them.

Source:
    837 guides, CLM07 and CLM08; Medicare participation agreement.

Fix:
    Take assignment from the contract and benefits from the patient's consent.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S021", severity=BLOCK, layer=4, prevents=("100", "111"), remarks=("N211",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    sent, agreed = claim.sent, claim.contract.assignment
    if sent.assignment not in {"A", "B", "C"}:
        yield Problem("2300 CLM07", "assignment is A, B or C", sent.assignment, "A B C")
    elif agreed and sent.assignment != agreed:
        yield Problem("2300 CLM07", "the contract agrees on another assignment", sent.assignment, agreed)
    if sent.benefits_assigned not in {"Y", "N", "W"}:
        yield Problem("2300 CLM08", "assignment of benefits is Y, N or W", sent.benefits_assigned, "Y N W")
