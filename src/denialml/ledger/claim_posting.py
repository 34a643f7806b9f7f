"""Posting the claim payments of one remittance: each is posted whole, noted, or parked with a typed reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from denialml import codes
from denialml.claims import ClaimPayment, Procedure, ServicePayment, replace
from denialml.codes import Treatment
from denialml.ledger.accounts import Disposition, ParkedKind, TransactionKind
from denialml.ledger.balance import claim_delta, line_delta, services_delta
from denialml.ledger.entries import mirrored, payment_entries, suspense_entries
from denialml.ledger.keys import digest
from denialml.ledger.known import KnownClaim, KnownLine
from denialml.ledger.matching import Mismatch, candidates, find_claim, match_lines
from denialml.ledger.plan import ClaimPosting, LedgerTransaction, Parked, ServicePosting
from denialml.ledger.state import State
from denialml.money import dollars
from denialml.x12.events import Span

_PRIMARY: Final = frozenset({"1", "4", "19"})
_SECONDARY: Final = frozenset({"2", "3", "20", "21"})
REVERSAL: Final = "22"  #: CLP02 of a claim payment that takes an earlier one back
_INFORMATION: Final = frozenset({"23", "25"})


@dataclass(frozen=True, slots=True)
class Event:
    """A claim payment with its own key and the remittance's day."""

    payment: ClaimPayment
    span: Span
    occurrence: int
    key: str
    on: date


class Claims:
    """Posts claim payments one after the other into a running state."""

    def __init__(self, state: State) -> None:
        self._state = state

    def post(self, events: Sequence[Event]) -> tuple[ClaimPosting, ...]:
        """Postings in the order of the events, whatever order they must be booked in.

        A reversal frees the claim for its correction, so that it goes first; one whose original stands in the same
        remittance waits until that is booked, and so does a payment for what a later reversal may free.
        """
        done: dict[int, ClaimPosting] = {}
        waiting = sorted(range(len(events)), key=lambda place: events[place].payment.status != REVERSAL)
        while waiting:
            done |= {place: self._post(events[place]) for place in waiting}
            stuck = [place for place in waiting if _may_fit_later(done[place])]
            waiting = stuck if len(stuck) < len(waiting) else []
        return tuple(done[place] for place in range(len(events)))

    def _post(self, event: Event) -> ClaimPosting:
        payment = event.payment
        problem = _unbalanced(payment) or _unknown(payment, event.on)
        if problem:
            return parked_claim(event, problem.kind, problem.message)
        if payment.status == REVERSAL:
            return self._reverse(event)
        claim = find_claim(payment, self._state.known)
        if isinstance(claim, Mismatch):
            return parked_claim(event, claim.kind, claim.message)
        if payment.status in _INFORMATION:
            return _noted(event, claim)
        if payment.status in _SECONDARY:
            return parked_claim(event, ParkedKind.SECONDARY_PAYER, "answered by a payer after the first", claim)
        return self._settle(event, claim)

    def _settle(self, event: Event, claim: KnownClaim) -> ClaimPosting:
        """Book what the claim's first payer decided."""
        lines = match_lines(claim, event.payment)
        problem = (
            next((line for line in lines if isinstance(line, Mismatch)), None)
            or _charge_differs(claim, event.payment, lines)
            or _not_billed(claim)
        )
        if problem:
            return parked_claim(event, problem.kind, problem.message, claim)
        payment, services = _services(event.payment, claim, lines, event.on)
        entries = payment_entries(payment, services, event.on)
        excess = self._state.overpaid_by(claim, entries)
        if excess:
            message = f"takes {dollars(excess)} more off than the payer owes"
            return parked_claim(event, ParkedKind.OVERPAYMENT, message, claim)
        key = digest("claim posting", event.key)
        transaction = LedgerTransaction(key, TransactionKind.PAYMENT, event.on, entries, claim.id) if entries else None
        self._state.post(claim, payment, transaction)
        return _posting(event, claim, Disposition.POSTED, services=services, transaction=transaction, payment=payment)

    def _reverse(self, event: Event) -> ClaimPosting:
        """Mirror the original's entries, whatever amounts the reversal itself lists."""
        known = self._state.known
        found = [(c, o) for c in candidates(event.payment, known) if (o := self._state.original_of(c, event.payment))]
        if len(found) != 1:
            kind = ParkedKind.AMBIGUOUS if found else ParkedKind.REVERSAL_WITHOUT_ORIGINAL
            return parked_claim(event, kind, f"{len(found)} of our claims have a payment that it reverses")
        claim, original = found[0]
        transaction = None
        if original.transaction_key:
            transaction = LedgerTransaction(
                key=digest("claim posting", event.key),
                kind=TransactionKind.REVERSAL,
                happened_on=event.on,
                entries=mirrored(original.entries),
                claim_id=claim.id,
                reverses_key=original.transaction_key,
            )
        self._state.reverse(claim, original, transaction)
        lines = match_lines(claim, event.payment)
        services = tuple(
            ServicePosting(service, line.id if isinstance(line, KnownLine) else None)
            for service, line in zip(event.payment.services, lines, strict=True)
        )
        return _posting(event, claim, Disposition.POSTED, services=services, transaction=transaction)


def parked_claim(
    event: Event, kind: ParkedKind, message: str, claim: KnownClaim | None = None, *, in_books: bool = True
) -> ClaimPosting:
    """A claim payment that waits for a person, its money in suspense unless it may be in the books already."""
    cents = event.payment.paid_cents
    entries = suspense_entries(cents) if in_books else ()
    key = digest("claim posting", event.key)
    services = tuple(ServicePosting(service, None) for service in event.payment.services)
    where = f"segment {event.span.segment}, byte {event.span.start}"
    return _posting(
        event,
        claim,
        Disposition.PARKED,
        services=services,
        transaction=LedgerTransaction(key, TransactionKind.SUSPENSE, event.on, entries) if entries else None,
        parked=Parked(digest("parked", event.key), kind, cents, f"{message} ({where})"),
    )


def _noted(event: Event, claim: KnownClaim) -> ClaimPosting:
    if event.payment.paid_cents:
        message = "a status that pays nothing carries money"
        return parked_claim(event, ParkedKind.UNEXPECTED_MONEY, message, claim)
    services = tuple(ServicePosting(service, None) for service in event.payment.services)
    return _posting(event, claim, Disposition.NOTED, services=services)


def _posting(
    event: Event,
    claim: KnownClaim | None,
    disposition: Disposition,
    *,
    services: tuple[ServicePosting, ...],
    transaction: LedgerTransaction | None = None,
    parked: Parked | None = None,
    payment: ClaimPayment | None = None,
) -> ClaimPosting:
    return ClaimPosting(
        payment=payment or event.payment,
        span=event.span,
        occurrence=event.occurrence,
        event_key=event.key,
        disposition=disposition,
        claim=claim,
        services=services,
        transaction=transaction,
        parked=parked,
    )


def _may_fit_later(posting: ClaimPosting) -> bool:
    """Whether a claim payment is parked for want of what may still be booked."""
    return posting.parked is not None and posting.parked.kind in _WAITING


_WAITING = frozenset({ParkedKind.REVERSAL_WITHOUT_ORIGINAL, ParkedKind.OVERPAYMENT})


def _unbalanced(payment: ClaimPayment) -> Mismatch | None:
    for place, service in enumerate(payment.services, start=1):
        if delta := line_delta(service):
            message = f"service {place}: charge less adjustments less paid leaves {dollars(delta)}"
            return Mismatch(ParkedKind.UNBALANCED_LINE, message)
    if delta := claim_delta(payment):
        message = f"charge less all adjustments less paid leaves {dollars(delta)}"
        return Mismatch(ParkedKind.UNBALANCED_CLAIM, message)
    if delta := services_delta(payment):
        return Mismatch(ParkedKind.UNBALANCED_CLAIM, f"its lines and it differ by {dollars(delta)} paid")
    return None


def _unknown(payment: ClaimPayment, on: date) -> Mismatch | None:
    if payment.status == REVERSAL:
        return None  # its original's entries are mirrored, whatever codes it repeats
    if payment.status not in _PRIMARY | _SECONDARY | _INFORMATION:
        return Mismatch(ParkedKind.UNKNOWN_CODE, "its claim status (CLP02) is none of the guide's")
    every = [*payment.adjustments, *(a for service in payment.services for a in service.adjustments)]
    for adjustment in every:
        treatment = codes.treatment(adjustment.group, adjustment.reason, on)
        if treatment is Treatment.UNKNOWN:
            return Mismatch(ParkedKind.UNKNOWN_CODE, "an adjustment's group or reason is none of the guide's")
        if treatment is Treatment.UNCLASSIFIED and adjustment.amount_cents:
            message = f"who bears an adjustment {adjustment.group}-{adjustment.reason} must be said by a person"
            return Mismatch(ParkedKind.UNCLASSIFIED_GROUP, message)
    return None


def _charge_differs(claim: KnownClaim, payment: ClaimPayment, lines: Iterable[KnownLine | Mismatch]) -> Mismatch | None:
    if not payment.services:
        differs = payment.charge_cents != claim.charge_cents
        return Mismatch(ParkedKind.CHARGE_DIFFERS, "its charge is not our claim's") if differs else None
    answered: dict[KnownLine, int] = {}
    for service, line in zip(payment.services, lines, strict=True):
        if isinstance(line, KnownLine):
            answered[line] = answered.get(line, 0) + service.charge_cents
    if any(line.charge_cents != cents for line, cents in answered.items()):
        return Mismatch(ParkedKind.CHARGE_DIFFERS, "the charge of a service is not our line's")
    return None


def _not_billed(claim: KnownClaim) -> Mismatch | None:
    if claim.charged:
        return None
    return Mismatch(ParkedKind.NOT_SENT, "our claim is not recorded as sent to a first payer: import it as sent")


def _services(
    payment: ClaimPayment, claim: KnownClaim, lines: Sequence[KnownLine | Mismatch], on: date
) -> tuple[ClaimPayment, tuple[ServicePosting, ...]]:
    """Services with their lines. Where the payer decided the claim as a whole, our lines stand in.

    A claim of one line takes all of the claim's figures. Of more lines that is only sure when nothing was paid and
    the claim is refused: then each was refused. Otherwise the figures stay with the claim as a whole.
    """
    if payment.services:
        matched = zip(payment.services, lines, strict=True)
        return payment, tuple(ServicePosting(s, line.id) for s, line in matched if isinstance(line, KnownLine))
    if len(claim.lines) == 1:
        only = replace(_standing_in(claim.lines[0]), paid_cents=payment.paid_cents, adjustments=payment.adjustments)
        whole = replace(payment, adjustments=(), services=(only,))
        return whole, (ServicePosting(only, claim.lines[0].id, derived=True),)
    if payment.paid_cents == 0 and _refused(payment, on):
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


def _refused(payment: ClaimPayment, on: date) -> bool:
    found = {codes.treatment(a.group, a.reason, on) for a in payment.adjustments if a.amount_cents > 0}
    return Treatment.DENIABLE in found and Treatment.PENDING not in found
