"""What we know of the claims that a remittance names. Whoever keeps the store gathers it before posting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from denialml.ledger.plan import Entry


def normalised(number: str) -> str:
    """A control number as compared: upper case, trimmed."""
    return number.strip().upper()


@dataclass(frozen=True, slots=True)
class KnownLine:
    """One of our service lines. ``modifiers`` are a set: payers reorder them."""

    id: int
    procedure: str
    modifiers: frozenset[str]
    charge_cents: int
    served_from: date
    control_number: str


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """One version of one of our claims.

    ``charged`` says that its charges are in the ledger (it was sent), ``cancelled`` that they were taken out again
    because a replacement or void was sent.
    """

    id: int
    control_number: str
    frequency: str
    sequence: str
    member_id: str = field(repr=False)
    filing_indicator: str
    charge_cents: int
    served_from: date
    lines: tuple[KnownLine, ...]
    charged: bool = True
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class PriorPayment:
    """A posted claim payment that no reversal has taken back. Without money there is no ledger transaction."""

    charge_cents: int
    paid_cents: int
    transaction_key: str | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """Everything posting may look at.

    ``claims`` is by normalised control number; ``by_payer_number`` by the payer's claim number of earlier
    remittances; ``by_member`` by member id. ``owed`` is the balance of accounts receivable from the insurer by claim
    id and line id (None: booked on the claim as a whole). ``payments`` maps payment keys to content keys, ``traces``
    holds originator and trace number of every payment of money.
    """

    claims: Mapping[str, tuple[KnownClaim, ...]] = field(default_factory=dict)
    by_payer_number: Mapping[str, tuple[KnownClaim, ...]] = field(default_factory=dict)
    by_member: Mapping[str, tuple[KnownClaim, ...]] = field(default_factory=dict)
    owed: Mapping[tuple[int, int | None], int] = field(default_factory=dict)
    history: Mapping[int, tuple[PriorPayment, ...]] = field(default_factory=dict)
    payments: Mapping[str, str] = field(default_factory=dict)
    traces: frozenset[tuple[str, str]] = frozenset()
