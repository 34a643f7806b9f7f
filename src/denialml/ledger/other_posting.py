"""Posting what is not a claim payment: provider adjustments, claim payments that could not be read, what is left over.

Each is a part of its remittance under a key of its own. It is booked, or waits, as its remittance stands; when that
changes, :func:`parts_of` says anew what of it is booked and what waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from denialml import codes
from denialml.claims import ProviderAdjustment
from denialml.ledger.accounts import Account, Disposition, ParkedKind, TransactionKind
from denialml.ledger.entries import provider_adjustment_entries, suspense_entries
from denialml.ledger.keys import digest
from denialml.ledger.plan import Entry, LedgerTransaction, Parked, ProviderAdjustmentPosting, UnreadablePosting
from denialml.ledger.source import refused_cents
from denialml.ledger.whole import Held
from denialml.money import dollars
from denialml.x12.events import Refused


@dataclass(frozen=True, slots=True)
class Parts:
    """A remittance that is known, but for its claim payments.

    ``unreadable_cents`` are those of claim payments that could not be read, in their order. ``bare``: it holds no part
    at all. ``difference_cents`` is what it pays beyond its parts, where it was released although it does not balance.
    """

    payment_key: str
    noticed_on: date
    payment_cents: int
    adjustments: tuple[ProviderAdjustment, ...]
    unreadable_cents: tuple[int, ...]
    bare: bool
    difference_cents: int = 0


def parts_of(parts: Parts, held: Held | None) -> tuple[list[LedgerTransaction], list[tuple[str, Parked]]]:
    """What is booked of a remittance's parts, and what waits, each with the key of its part.

    What could not be read waits however its remittance stands, and is not told of again.
    """
    key, on = parts.payment_key, parts.noticed_on
    transactions: list[LedgerTransaction | None] = []
    waiting: list[tuple[str, Parked]] = []
    for each in adjustment_postings(parts.adjustments, key, on, held):
        transactions.append(each.transaction)
        if each.parked:
            waiting.append((_adjustment_key(key, each.ordinal), each.parked))
    for ordinal, cents in enumerate(parts.unreadable_cents, 1):
        transactions.append(_unreadable_transaction(unreadable_key(key, ordinal), cents, on, held))
    if held and parts.bare:
        waiting.append((key, bare_parked(key, parts.payment_cents, held)))
    if parts.difference_cents and held is None:
        part, cents = digest("difference", key), parts.difference_cents
        message = f"the payment differs by {dollars(cents)} from what its claims and provider adjustments come to"
        transactions.append(_transaction(part, suspense_entries(cents), on, suspense=True))
        kind = ParkedKind.PAYMENT_DIFFERS
        waiting.append((part, Parked(item_key(part, kind), kind, cents, message)))
    return [each for each in transactions if each], waiting


def adjustment_postings(
    adjustments: Iterable[ProviderAdjustment], payment_key: str, on: date, held: Held | None
) -> tuple[ProviderAdjustmentPosting, ...]:
    """Provider adjustments on their accounts, or parked: all of them when held, else those a person must classify."""
    return tuple(
        _adjustment(adjustment, ordinal, _adjustment_key(payment_key, ordinal), on, held)
        for ordinal, adjustment in enumerate(adjustments, 1)
    )


def _adjustment(
    adjustment: ProviderAdjustment, ordinal: int, key: str, on: date, held: Held | None
) -> ProviderAdjustmentPosting:
    cents = adjustment.amount_cents
    account = _account(adjustment, on)
    reason = held
    if held is None and account is Account.SUSPENSE_REMIT:
        reason = Held(
            ParkedKind.PROVIDER_ADJUSTMENT_UNCLASSIFIED,
            f"a provider adjustment with reason {adjustment.reason} must be classified by a person",
        )
    in_books = reason is None or reason.in_books
    entries = provider_adjustment_entries(Account.SUSPENSE_REMIT if reason else account, cents) if in_books else ()
    return ProviderAdjustmentPosting(
        adjustment=adjustment,
        ordinal=ordinal,
        disposition=Disposition.PARKED if reason else Disposition.POSTED,
        transaction=_transaction(key, entries, on, suspense=reason is not None),
        parked=Parked(item_key(key, reason.kind), reason.kind, cents, reason.message) if reason else None,
    )


def unreadable_postings(
    refused: Iterable[Refused], payment_key: str, on: date, held: Held | None
) -> tuple[UnreadablePosting, ...]:
    """Claim payments that could not be read, their money in suspense."""
    return tuple(
        _unreadable(each, unreadable_key(payment_key, ordinal), on, held) for ordinal, each in enumerate(refused, 1)
    )


def _unreadable(refused: Refused, key: str, on: date, held: Held | None) -> UnreadablePosting:
    is_claim = any(segment.name == "CLP" for segment in refused.segments)
    kind = ParkedKind.UNREADABLE_CLAIM if is_claim else ParkedKind.UNREADABLE_TRANSACTION
    message = f"{refused.finding.message} ({refused.finding.where})"
    cents = refused_cents(refused) or 0
    return UnreadablePosting(
        parked=Parked(digest("parked", key), kind, cents, message),
        transaction=_unreadable_transaction(key, cents, on, held),
    )


def _unreadable_transaction(key: str, cents: int, on: date, held: Held | None) -> LedgerTransaction | None:
    in_books = held is None or held.in_books
    return _transaction(key, suspense_entries(cents) if in_books else (), on, suspense=True)


def bare_parked(payment_key: str, cents: int, held: Held) -> Parked:
    """What waits of a remittance that says nothing but its sum: nothing of it is in the books."""
    return Parked(item_key(payment_key, held.kind), held.kind, cents, held.message)


def unreadable_key(payment_key: str, ordinal: int) -> str:
    """The key of a part that could not be read."""
    return digest("unreadable", payment_key, ordinal)


def _adjustment_key(payment_key: str, ordinal: int) -> str:
    return digest("provider adjustment", payment_key, ordinal)


def item_key(part_key: str, kind: ParkedKind) -> str:
    """The key of what waits of a part for a reason: another one for each, since a remittance may stand otherwise."""
    return digest("parked", part_key, kind.value)


def adjustment_items(payment_key: str, ordinal: int) -> Iterator[str]:
    """The keys of all that may wait of a provider adjustment. The first is of rows from before a reason counted."""
    yield digest("parked", _adjustment_key(payment_key, ordinal))
    for kind in ParkedKind:
        yield item_key(_adjustment_key(payment_key, ordinal), kind)


def _account(adjustment: ProviderAdjustment, on: date) -> Account:
    rule = codes.provider_adjustment(adjustment.reason, on)
    return Account(rule.account) if rule else Account.SUSPENSE_REMIT


def _transaction(key: str, entries: tuple[Entry, ...], on: date, *, suspense: bool) -> LedgerTransaction | None:
    kind = TransactionKind.SUSPENSE if suspense else TransactionKind.PROVIDER_ADJUSTMENT
    return LedgerTransaction(key, kind, on, entries) if entries else None
