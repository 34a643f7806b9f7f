"""Charges in the books: booked when a claim is sent, taken out when a replacement or void of it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from denialml.ledger.accounts import Account, TransactionKind
from denialml.ledger.entries import mirrored
from denialml.ledger.keys import digest
from denialml.ledger.plan import Entry, LedgerTransaction


def charge(claim_id: int, version_key: str, lines: Sequence[tuple[int, int]], sent_on: date) -> LedgerTransaction:
    """The charges of a claim on the day it was sent, from (line id, cents): the payer owes them, they are revenue."""
    entries = [
        entry
        for line_id, cents in lines
        if cents
        for entry in (
            Entry(Account.AR_INSURER, cents, line_id),
            Entry(Account.REVENUE_CHARGES, -cents, line_id),
        )
    ]
    key = digest("charge", version_key)
    return LedgerTransaction(key, TransactionKind.CHARGE, sent_on, tuple(entries), claim_id)


def cancel_charges(original: LedgerTransaction, sent_on: date) -> LedgerTransaction:
    """The mirror of a claim's charges, on the day that a replacement (frequency 7) or void (8) of it was sent."""
    return LedgerTransaction(
        key=digest("charge cancelled", original.key),
        kind=TransactionKind.CHARGE_CANCELLED,
        happened_on=sent_on,
        entries=mirrored(original.entries),
        claim_id=original.claim_id,
        reverses_key=original.key,
    )
