"""The services of a claim payment with the lines of ours that they answer, where the payer wrote none as well."""

from __future__ import annotations

from collections.abc import Sequence

from denialml.claims import ClaimPayment, Procedure, ServicePayment, replace
from denialml.codes import Treatment
from denialml.ledger.answers import Answer
from denialml.ledger.known import KnownClaim, KnownLine
from denialml.ledger.matching import Mismatch
from denialml.ledger.plan import ServicePosting


def service_postings(
    answer: Answer, claim: KnownClaim, lines: Sequence[KnownLine | Mismatch]
) -> tuple[ClaimPayment, tuple[ServicePosting, ...]]:
    """Services with their lines. Where the payer decided the claim as a whole, our lines stand in.

    A claim of one line takes all of the claim's figures. Of more lines that is only sure when nothing was paid and
    the claim is refused: then each was refused. Otherwise the figures stay with the claim as a whole.
    """
    payment = answer.payment
    if payment.services:
        matched = zip(payment.services, lines, strict=True)
        return payment, tuple(ServicePosting(s, line.id) for s, line in matched if isinstance(line, KnownLine))
    if len(claim.lines) == 1:
        only = replace(_standing_in(claim.lines[0]), paid_cents=payment.paid_cents, adjustments=payment.adjustments)
        whole = replace(payment, adjustments=(), services=(only,))
        return whole, (ServicePosting(only, claim.lines[0].id, derived=True),)
    if payment.paid_cents == 0 and _refused(answer):
        return payment, tuple(ServicePosting(_standing_in(line), line.id, derived=True) for line in claim.lines)
    return payment, ()


def _standing_in(line: KnownLine) -> ServicePayment:
    return ServicePayment(
        procedure=Procedure(line.procedure, tuple(sorted(line.modifiers))),
        charge_cents=line.charge_cents,
        paid_cents=0,
        service_from=line.served_from,
        line_control_number=line.control_number,
    )


def _refused(answer: Answer) -> bool:
    found = {answer.treatment(a) for a in answer.payment.adjustments if a.amount_cents > 0}
    return Treatment.DENIABLE in found and Treatment.PENDING not in found
