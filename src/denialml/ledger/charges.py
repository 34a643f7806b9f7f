"""Charges in the books: booked when a claim is sent, taken out when a replacement or void of it is."""

from __future__ import annotations

from collections.abc import Sequence

from denialml.ledger.accounts import Account, TransactionKind
from denialml.ledger.entries import mirror
from denialml.ledger.keys import digest
from denialml.ledger.known import FIRST, KnownClaim
from denialml.ledger.plan import Entry, LedgerTransaction

VOID = "8"  #: CLM05-3 of a claim that takes an earlier one back


def charge(claim: KnownClaim) -> LedgerTransaction | None:
    """The charges of a claim on the day it was sent: its first payer owes them, they are revenue.

    None of a void, and of a claim to a later payer: its services were charged once, to the first.
    """
    if claim.sent_on is None or claim.sequence != FIRST or claim.frequency == VOID:
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


def taken_over(later: KnownClaim, standing: Sequence[KnownClaim]) -> Sequence[KnownClaim]:
    """The claims under one number whose place a later one to the first payer takes.

    A replacement or void (frequency 7, 8) takes that of the same first day and charge, else of the same day, else of
    the same charge, else of all. An original that is sent again, corrected after a rejection or turned to another
    payer, is the same debt when first day and charge are both the same. (A number alone does not tell: some practices
    use the patient's account for it.)
    """
    same_day = [claim for claim in standing if claim.served_from == later.served_from]
    same_charge = [claim for claim in standing if claim.charge_cents == later.charge_cents]
    same = [claim for claim in same_day if claim in same_charge]
    return same if later.frequency == "1" else same or same_day or same_charge or standing


def cancelled(original: LedgerTransaction, by: KnownClaim) -> LedgerTransaction:
    """The mirror of a claim's charges, on the day that the claim that takes its place was sent."""
    assert by.sent_on is not None
    key = digest("charge cancelled", original.key, by.key)
    return mirror(original, key, TransactionKind.CHARGE_CANCELLED, by.sent_on)
