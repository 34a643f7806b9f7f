"""Claim payments as events: what a payer answered, when, and under which key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from denialml import codes
from denialml.claims import Adjustment, ClaimPayment, Party, Remittance, Value
from denialml.codes import Treatment
from denialml.ledger.keys import digest, event_identity
from denialml.ledger.known import normalised, payer_names
from denialml.ledger.rulings import Action, Ruling
from denialml.ledger.source import RemittanceAsRead
from denialml.x12.events import Span

#: CLP02 of an answer of a payer after the first.
LATER_PAYERS = frozenset({"2", "3", "20", "21"})
REVERSAL = "22"  #: CLP02 of a claim payment that takes an earlier one back


class Answer(Value, frozen=True):
    """A claim payment with its own key, and what posting needs of its remittance.

    ``on`` is the remittance's day, ``decided_on`` the day the payer closed its books, ``received_on`` the day we knew
    it; ``payers`` is what its payer is called. ``place`` orders answers of one day alike, whatever order their files
    came in: payment key, then place in the remittance. ``ruling`` is what a person decided about it, ``revision`` how
    often it was decided what becomes of it, from 1. ``number`` is the claim number it names (CLP01), as compared.
    """

    payment: ClaimPayment
    number: str
    span: Span
    occurrence: int
    key: str
    on: date
    decided_on: date
    received_on: date
    payers: frozenset[str]
    place: tuple[str, int]
    ruling: Ruling | None = None
    revision: int = 1

    @property
    def transaction_key(self) -> str:
        """The key of its ledger transaction: another one each time that something else becomes of it."""
        return digest("claim posting", self.key, *self._turn)

    @property
    def parked_key(self) -> str:
        """The key of what waits for its sake."""
        return digest("parked", self.key, *self._turn)

    @property
    def _turn(self) -> tuple[int, ...]:
        return (self.revision,) if self.revision > 1 else ()

    def rules(self, *actions: Action) -> bool:
        """Whether a person decided one of these."""
        return self.ruling is not None and self.ruling.action in actions

    def treatment(self, adjustment: Adjustment) -> Treatment:
        """What the books do with one of its adjustments: what a person said, else what its codes say."""
        said = self.ruling.bears.get((adjustment.group, adjustment.reason)) if self.ruling else None
        return said or codes.treatment(adjustment.group, adjustment.reason, self.on)

    @property
    def is_reversal(self) -> bool:
        """Whether it takes an earlier answer back."""
        return self.payment.status == REVERSAL


def answers_of(source: RemittanceAsRead, payment_key: str, on: date, decided_on: date) -> Iterator[Answer]:
    """The claim payments of a remittance: two alike in one remittance are legal, so that they are numbered."""
    seen: Counter[tuple[str, str, str, int, int]] = Counter()
    payers = payers_of(source.remittance)
    for place, read in enumerate(source.payments):
        identity = event_identity(read.payment)
        seen[identity] += 1
        occurrence = seen[identity]
        key = digest("claim payment", payment_key, *identity, occurrence)
        yield Answer(
            payment=read.payment,
            number=normalised(read.payment.control_number),
            span=read.span,
            occurrence=occurrence,
            key=key,
            on=on,
            decided_on=decided_on,
            received_on=source.received_on,
            payers=payers,
            place=(payment_key, place),
        )


def payers_of(head: Remittance) -> frozenset[str]:
    """What the payer of a remittance is called: its name and ids. Its originator may pay for several payers."""
    numbers = (reference.value for reference in head.payer.references)
    return payer_names(head.payer.name, head.payer.identifier, *numbers)


def member_of(payment: ClaimPayment) -> str:
    """The member id that a claim payment names (NM109 with qualifier MI): the subscriber's, else the patient's."""
    return _member(payment.subscriber) or _member(payment.patient)


def _member(party: Party | None) -> str:
    return normalised(party.identifier) if party and party.id_qualifier == "MI" else ""


def claim_day(payment: ClaimPayment) -> date | None:
    """The start of the claim's period (DTM*232), which lines without a date of their own inherit."""
    return next((fact.day for fact in payment.dates if fact.qualifier == "232"), None)


def first_day(payment: ClaimPayment) -> date | None:
    """The first day of the services that a claim payment tells of."""
    days = [service.service_from for service in payment.services if service.service_from]
    return min(days) if days else claim_day(payment)
