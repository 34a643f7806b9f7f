"""A remittance as a reader yields it, gathered into one value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from denialml.claims import Remittance
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
    """One 835 transaction. ``ordinal`` is that of the ST within its file, from 1."""

    remittance: Remittance
    ordinal: int
    payments: tuple[ClaimPaymentRead, ...]
    refused: tuple[Refused, ...]
    adjustments: tuple[ProviderAdjustmentRead, ...]


@dataclass(slots=True)
class _Gathering:
    remittance: Remittance
    ordinal: int
    payments: list[ClaimPaymentRead] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    adjustments: list[ProviderAdjustmentRead] = field(default_factory=list)

    def done(self) -> RemittanceAsRead:
        return RemittanceAsRead(
            self.remittance, self.ordinal, tuple(self.payments), tuple(self.refused), tuple(self.adjustments)
        )


def remittances(events: Iterable[Event]) -> Iterator[RemittanceAsRead]:
    """Gather a reader's events by remittance, in file order. Transactions of other kinds are passed over."""
    ordinal = 0
    current: _Gathering | None = None
    for event in events:
        match event:
            case Transaction():
                ordinal += 1
            case RemittanceRead(remittance):
                current = _Gathering(remittance, ordinal)
            case TransactionEnd():
                if current:
                    yield current.done()
                current = None
            case _:
                if current:
                    _keep(current, event)


def _keep(current: _Gathering, event: Event) -> None:
    match event:
        case ClaimPaymentRead():
            current.payments.append(event)
        case Refused():
            current.refused.append(event)
        case ProviderAdjustmentRead():
            current.adjustments.append(event)
        case _:
            pass  # findings about the file are the caller's


def refused_cents(refused: Refused) -> int | None:
    """CLP04 of a claim payment that could not be read, or None when not even that can be told."""
    claim = next((s for s in refused.segments if s.name == "CLP"), None)
    if claim is None or len(claim.elements) < 4:
        return None
    try:
        return cents_from_text(claim.elements[3])
    except ValueError:
        return None
