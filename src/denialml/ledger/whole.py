"""Remittances as wholes: which of those with one trace number counts, and why all of one may wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from denialml.ledger.accounts import ParkedKind, Standing
from denialml.money import dollars


@dataclass(frozen=True, slots=True)
class Held:
    """Why all of a remittance waits."""

    kind: ParkedKind
    message: str

    @property
    def in_books(self) -> bool:
        """Whether its money waits in suspense; what may be in the books already does not."""
        return self.kind is not ParkedKind.TRACE_CONFLICT

    @property
    def standing(self) -> Standing:
        """Where it waits."""
        return Standing.QUARANTINED if self.in_books else Standing.SET_ASIDE


CONFLICTING: Final = Held(ParkedKind.TRACE_CONFLICT, "its trace number is known with other content")
HEADLESS: Final = Held(ParkedKind.UNREADABLE_TRANSACTION, "its head could not be read")


def unbalanced(delta_cents: int) -> Held:
    """Why a remittance waits whose claims less provider adjustments are so much more than its payment.

    Nothing more: then a part of it could not be read.
    """
    if not delta_cents:
        return Held(ParkedKind.UNBALANCED_TRANSACTION, "a part of it could not be read, so that its sum cannot be told")
    message = f"claims less provider adjustments differ from the payment by {dollars(delta_cents)}"
    return Held(ParkedKind.UNBALANCED_TRANSACTION, message)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A remittance of money with its trace number. Those ``typed`` from paper seldom name an originator."""

    key: str
    originator: str
    trace: str
    payment_cents: int
    typed: bool = False


def counting(bearers: Sequence[Bearer], superseding: Sequence[str] = ()) -> frozenset[str]:
    """The keys of those that count: each with which no other conflicts that goes before it.

    Args:
        bearers: Remittances, in the order they came.
        superseding: Keys of those of which a person said that they count instead, the last word last: it goes first.
    """
    said = {key: place for place, key in enumerate(superseding, 1)}
    ordered = sorted(bearers, key=lambda each: -said.get(each.key, 0))
    return frozenset(
        each.key for place, each in enumerate(ordered) if not any(_conflict(each, other) for other in ordered[:place])
    )


def _conflict(one: Bearer, other: Bearer) -> bool:
    """Whether two that say different things name the same payment of money."""
    if one.trace != other.trace:
        return False
    if one.originator == other.originator:
        return True
    told = one.originator and other.originator
    return not told and (one.typed or other.typed) and one.payment_cents == other.payment_cents
