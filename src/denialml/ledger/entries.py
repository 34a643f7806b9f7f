"""Entries of the books for what a payer did. Each function's entries sum to zero."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from denialml import codes
from denialml.claims import Adjustment, ClaimPayment
from denialml.codes import Treatment
from denialml.ledger.accounts import Account
from denialml.ledger.plan import Entry, ServicePosting

_CROSSOVER: Final = frozenset({"19", "20", "21"})

# A denial, information and what is undecided move nothing: what the payer owes stays owed.
_ACCOUNTS: Final = {
    Treatment.CONTRACTUAL: Account.ADJ_CONTRACTUAL,
    Treatment.SEQUESTRATION: Account.ADJ_SEQUESTRATION,
    Treatment.WITHHOLD: Account.WITHHOLD_RECEIVABLE,
    Treatment.PATIENT: Account.AR_PATIENT,
}


def payment_entries(payment: ClaimPayment, services: Sequence[ServicePosting], on: date) -> tuple[Entry, ...]:
    """Cash, write-offs and shares of a claim payment; empty when it moves nothing.

    What a claim was paid differs from the sum of its lines by the claim level's adjustments; that difference is
    booked on the claim as a whole, and so are those adjustments, so that the books hold exactly CLP04 in cash.
    """
    entries = [Entry(Account.CASH_CLEARING, payment.paid_cents)]
    for posting in services:
        entries.append(Entry(Account.AR_INSURER, -posting.service.paid_cents, posting.line_id))
        entries += _adjusted(posting.service.adjustments, posting.line_id, payment.status, on)
    of_lines = sum(posting.service.paid_cents for posting in services)
    entries.append(Entry(Account.AR_INSURER, of_lines - payment.paid_cents))
    entries += _adjusted(payment.adjustments, None, payment.status, on)
    return tuple(entry for entry in entries if entry.amount_cents)


def _adjusted(adjustments: Iterable[Adjustment], line_id: int | None, status: str, on: date) -> Iterable[Entry]:
    for adjustment in adjustments:
        account = _ACCOUNTS.get(codes.treatment(adjustment.group, adjustment.reason, on))
        if account is None:
            continue
        if account is Account.AR_PATIENT and status in _CROSSOVER:
            account = Account.AR_NEXT_PAYER
        cents, group, reason = adjustment.amount_cents, adjustment.group, adjustment.reason
        yield Entry(account, cents, line_id, group, reason)
        yield Entry(Account.AR_INSURER, -cents, line_id, group, reason)


def mirrored(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same entries with the sides exchanged."""
    return tuple(Entry(e.account, -e.amount_cents, e.line_id, e.group, e.reason) for e in entries)


def suspense_entries(cents: int) -> tuple[Entry, ...]:
    """Parked money of a claim: received, not yet anybody's."""
    return _pair(Account.CASH_CLEARING, Account.SUSPENSE_REMIT, cents)


def provider_adjustment_entries(account: Account, cents: int) -> tuple[Entry, ...]:
    """A provider adjustment: positive lowers the payment, so that the account is debited."""
    return _pair(account, Account.CASH_CLEARING, cents)


def _pair(debit: Account, credit: Account, cents: int) -> tuple[Entry, ...]:
    return (Entry(debit, cents), Entry(credit, -cents)) if cents else ()
