"""A remittance as a reader yields it, gathered into one value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from denialml.claims import Party, Remittance
from denialml.errors import BadInputError
from denialml.money import cents_from_text
from denialml.x12.events import (
    ClaimPaymentRead,
    Event,
    ProviderAdjustmentRead,
    Refused,
    RemittanceRead,
    Transaction,
    TransactionEnd,
)


@dataclass(frozen=True, slots=True)
class RemittanceAsRead:
    """One 835 transaction. ``ordinal`` is that of the ST within its file, from 1.

    ``received_on`` is the day from which its facts are known. ``headless`` means that its head could not be read:
    then ``remittance`` is empty, and nobody knows what payment its claims belong to.
    """

    remittance: Remittance
    ordinal: int
    received_on: date
    payments: tuple[ClaimPaymentRead, ...]
    refused: tuple[Refused, ...]
    adjustments: tuple[ProviderAdjustmentRead, ...]
    headless: bool = False


_NO_HEAD: Final = Remittance(
    control_number="",
    payment_cents=0,
    method="",
    paid_on=None,
    trace="",
    originator="",
    payer=Party(),
    payee=Party(),
)


@dataclass(slots=True)
class _Gathering:
    ordinal: int
    received_on: date
    remittance: Remittance | None = None
    payments: list[ClaimPaymentRead] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    adjustments: list[ProviderAdjustmentRead] = field(default_factory=list)

    def keep(self, event: Event) -> None:
        match event:
            case RemittanceRead(remittance):
                self.remittance = remittance
            case ClaimPaymentRead():
                self.payments.append(event)
            case Refused():
                self.refused.append(event)
            case ProviderAdjustmentRead():
                self.adjustments.append(event)
            case _:
                pass  # findings about the file are the caller's

    def done(self) -> RemittanceAsRead:
        return RemittanceAsRead(
            remittance=self.remittance or _NO_HEAD,
            ordinal=self.ordinal,
            received_on=self.received_on,
            payments=tuple(self.payments),
            refused=tuple(self.refused),
            adjustments=tuple(self.adjustments),
            headless=self.remittance is None,
        )


def remittances(events: Iterable[Event], received_on: date | None = None) -> Iterator[RemittanceAsRead]:
    """Gather a reader's events by remittance, in file order. Transactions of other kinds are passed over.

    Args:
        events: What ``x12.read`` yields.
        received_on: The day the file came, instead of the day its own envelopes name (GS04).

    Raises:
        BadInputError: no day is given and an envelope names none.
    """
    ordinal = 0
    current: _Gathering | None = None
    for event in events:
        match event:
            case Transaction():
                ordinal += 1
                current = _Gathering(ordinal, _day(event, received_on)) if event.set_id == "835" else None
            case TransactionEnd():
                if current and _says_something(current):
                    yield current.done()
                current = None
            case _:
                if current:
                    current.keep(event)


def _day(transaction: Transaction, received_on: date | None) -> date:
    day = received_on or transaction.created_on
    if day is None:
        raise BadInputError("its envelope names no day (GS04); say when it was received")
    return day


def _says_something(gathered: _Gathering) -> bool:
    """Whether anything was read: transactions of versions that are not read have an end, but no content."""
    return bool(gathered.remittance or gathered.payments or gathered.refused or gathered.adjustments)


def refused_cents(refused: Refused) -> int | None:
    """CLP04 of a claim payment that could not be read, or None when not even that can be told."""
    claim = next((s for s in refused.segments if s.name == "CLP"), None)
    if claim is None or len(claim.elements) < 4:
        return None
    try:
        return cents_from_text(claim.elements[3])
    except ValueError:
        return None
