"""Charges in the books: booked when a claim is sent, taken out when a replacement or void of it is."""

from __future__ import annotations

from denialml.ledger.accounts import Account, TransactionKind
from denialml.ledger.entries import mirror
from denialml.ledger.keys import digest
from denialml.ledger.known import FIRST, KnownClaim
from denialml.ledger.plan import Entry, LedgerTransaction

_VOID = "8"


def charge(claim: KnownClaim) -> LedgerTransaction | None:
    """The charges of a claim on the day it was sent: its first payer owes them, they are revenue.

    None of a void, and of a claim to a later payer: its services were charged once, to the first.
    """
    if claim.sent_on is None or claim.sequence != FIRST or claim.frequency == _VOID:
        return None
    entries = [
        entry
        for line in claim.lines
        if line.charge_cents
        for entry in (
            Entry(Account.AR_INSURER, line.charge_cents, line.id),
            Entry(Account.REVENUE_CHARGES, -line.charge_cents, line.id),
        )
    ]
    key = digest("charge", claim.key)
    return LedgerTransaction(key, TransactionKind.CHARGE, claim.sent_on, tuple(entries), claim.id)


def takes_over(later: KnownClaim, earlier: KnownClaim) -> bool:
    """Whether a claim to the first payer takes the place of an earlier one under its number.

    A replacement or void (frequency 7, 8) does. So does an original that is sent again, corrected after a rejection or
    turned to another payer: of the same first day and the same charge, it is the same debt. (A number alone does not
    tell: some practices use the patient's account for it.)
    """
    if later.frequency != "1":
        return True
    return later.served_from == earlier.served_from and later.charge_cents == earlier.charge_cents


def cancelled(original: LedgerTransaction, by: KnownClaim) -> LedgerTransaction:
    """The mirror of a claim's charges, on the day that the claim that takes its place was sent."""
    assert by.sent_on is not None
    key = digest("charge cancelled", original.key, by.key)
    return mirror(original, key, TransactionKind.CHARGE_CANCELLED, by.sent_on)
