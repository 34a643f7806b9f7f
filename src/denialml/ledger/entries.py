"""Entries of the books for what a payer did. Each function's entries sum to zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from denialml.claims import Adjustment, ClaimPayment
from denialml.codes import Treatment
from denialml.ledger.accounts import Account, TransactionKind
from denialml.ledger.answers import Answer
from denialml.ledger.plan import Entry, LedgerTransaction, ServicePosting

_SHARES: Final = frozenset({Account.AR_PATIENT, Account.AR_NEXT_PAYER})
_CROSSOVER: Final = frozenset({"19", "20", "21"})

# A denial, information and what is undecided move nothing: what the payer owes stays owed.
_ACCOUNTS: Final = {
    Treatment.CONTRACTUAL: Account.ADJ_CONTRACTUAL,
    Treatment.SEQUESTRATION: Account.ADJ_SEQUESTRATION,
    Treatment.WITHHOLD: Account.WITHHOLD_RECEIVABLE,
    Treatment.PATIENT: Account.AR_PATIENT,
}


def payment_entries(answer: Answer, payment: ClaimPayment, services: Sequence[ServicePosting]) -> tuple[Entry, ...]:
    """Cash, write-offs and shares of a claim payment; empty when it moves nothing.

    What a claim was paid differs from the sum of its lines by the claim level's adjustments; that difference is
    booked on the claim as a whole, and so are those adjustments, so that the books hold exactly CLP04 in cash.
    """
    entries = [Entry(Account.CASH_CLEARING, payment.paid_cents)]
    for posting in services:
        entries.append(Entry(Account.AR_INSURER, -posting.service.paid_cents, posting.line_id))
        entries += _adjusted(posting.service.adjustments, posting.line_id, answer)
    of_lines = sum(posting.service.paid_cents for posting in services)
    entries.append(Entry(Account.AR_INSURER, of_lines - payment.paid_cents))
    entries += _adjusted(payment.adjustments, None, answer)
    return tuple([entry for entry in entries if entry.amount_cents])


def _adjusted(
    adjustments: Iterable[Adjustment], line_id: int | None, answer: Answer, of: Account = Account.AR_INSURER
) -> list[Entry]:
    entries = []
    for adjustment in adjustments:
        account = _account(adjustment, answer)
        if account:
            cents, group, reason = adjustment.amount_cents, adjustment.group, adjustment.reason
            entries += [Entry(account, cents, line_id, group, reason), Entry(of, -cents, line_id, group, reason)]
    return entries


def _account(adjustment: Adjustment, answer: Answer) -> Account | None:
    account = _ACCOUNTS.get(answer.treatment(adjustment))
    if account is Account.AR_PATIENT and answer.payment.status in _CROSSOVER:
        return Account.AR_NEXT_PAYER
    return account


OpenShares = Callable[[int | None], Sequence[tuple[Account, int | None, int]]]
"""What the payers before left open of a line, or of the claim: account, line id, cents; in the order to take from."""


def later_payment_entries(
    answer: Answer,
    payment: ClaimPayment,
    services: Sequence[ServicePosting],
    shares: OpenShares,
    patients_line: Callable[[int | None], int | None],
) -> tuple[Entry, ...]:
    """The same for an answer of a payer after the first, which pays of what the payers before left.

    It speaks of the whole charge: what the payers before paid and took off is among its adjustments, as information
    (OA 23) or as a reduction of its own. So its contractual reductions count only as far as something is left, and take
    nothing off what the first payer refused: that is for a person to appeal or give up. What it leaves to the patient
    stands on ``patients_line`` of its line.
    """
    taking = _Taking(answer, shares, patients_line)
    entries = [Entry(Account.CASH_CLEARING, payment.paid_cents)]
    for posting in services:
        service = posting.service
        entries += taking.entries(service.paid_cents, service.adjustments, posting.line_id)
    if not services:
        entries += taking.entries(payment.paid_cents, payment.adjustments, None)
    elif payment.adjustments:
        of_lines = sum(posting.service.paid_cents for posting in services)
        entries.append(Entry(Account.AR_NEXT_PAYER, of_lines - payment.paid_cents))
        entries += _adjusted(payment.adjustments, None, answer, of=Account.AR_NEXT_PAYER)
    return tuple(entry for entry in entries if entry.amount_cents)


class _Taking:
    """Takes what a later payer decides off the open shares, none of them twice."""

    def __init__(self, answer: Answer, shares: OpenShares, patients_line: Callable[[int | None], int | None]) -> None:
        self._answer = answer
        self._patients_line = patients_line
        self._shares = shares
        self._taken: dict[tuple[Account, int | None], int] = {}

    def entries(self, paid: int, adjustments: Sequence[Adjustment], line_id: int | None) -> list[Entry]:
        open_ = [(a, place, cents - self._taken.get((a, place), 0)) for a, place, cents in self._shares(line_id)]
        booked = [(account, each) for each in adjustments if (account := _account(each, self._answer))]
        patients = sum(each.amount_cents for account, each in booked if account in _SHARES)
        asked = sum(cents for account, _, cents in open_ if account is not Account.AR_INSURER)
        left = max(0, asked - paid - patients)
        entries, total = [], paid
        for account, each in booked:
            cents = each.amount_cents if account in _SHARES else min(each.amount_cents, left)
            left -= 0 if account in _SHARES else cents
            total += cents
            place = self._patients_line(line_id) if account is Account.AR_PATIENT else line_id
            entries.append(Entry(account, cents, place, each.group, each.reason))
        return entries + self._take(total, open_, line_id)

    def _take(self, total: int, open_: Sequence[tuple[Account, int | None, int]], line_id: int | None) -> list[Entry]:
        entries = []
        for account, place, cents in open_:
            part = min(cents, total)
            if part > 0:
                entries.append(Entry(account, -part, place))
                self._taken[account, place] = self._taken.get((account, place), 0) + part
                total -= part
        return [*entries, Entry(Account.AR_NEXT_PAYER, -total, line_id)]


def mirrored(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same entries with the sides exchanged."""
    return tuple(Entry(e.account, -e.amount_cents, e.line_id, e.group, e.reason) for e in entries)


def mirror(original: LedgerTransaction, key: str, kind: TransactionKind, on: date) -> LedgerTransaction:
    """A transaction that takes another one back: it points to it, and its entries have the sides exchanged."""
    return LedgerTransaction(key, kind, on, mirrored(original.entries), original.claim_id, original.key)


def returned_entries(cents: int) -> tuple[Entry, ...]:
    """Money that is not ours and goes back."""
    return _pair(Account.CASH_CLEARING, Account.REFUND_CLEARING, cents)


def applied_entries(cents: int) -> tuple[Entry, ...]:
    """Money that a person puts on a claim as a whole."""
    return _pair(Account.CASH_CLEARING, Account.AR_INSURER, cents)


def suspense_entries(cents: int) -> tuple[Entry, ...]:
    """Parked money of a claim: received, not yet anybody's."""
    return _pair(Account.CASH_CLEARING, Account.SUSPENSE_REMIT, cents)


def provider_adjustment_entries(account: Account, cents: int) -> tuple[Entry, ...]:
    """A provider adjustment: positive lowers the payment, so that the account is debited."""
    return _pair(account, Account.CASH_CLEARING, cents)


def _pair(debit: Account, credit: Account, cents: int) -> tuple[Entry, ...]:
    return (Entry(debit, cents), Entry(credit, -cents)) if cents else ()
