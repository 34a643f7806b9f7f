"""Patients' money as values: what a patient owes, how their money is put to it, and instalments.

All money of a patient goes through one account, PATIENT_CREDIT. A payment is received into it whole; ``settle`` then
says what of it goes to which share, and takes back what an answer of the payer that came later has made too much. So
the sum a patient owes never depends on which came first, the payment or the remittance.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Final

from denialml.ledger.accounts import Account, TransactionKind
from denialml.ledger.entries import mirror
from denialml.ledger.keys import digest
from denialml.ledger.plan import Entry, LedgerTransaction

AGE_LIMITS_DAYS: Final = (30, 60, 90)


class Method(StrEnum):
    """How money changes hands."""

    CASH = "cash"
    CHECK = "check"
    CARD = "card"


class EventKind(StrEnum):
    """What happened to a patient's money."""

    PAYMENT = "payment"
    REFUND = "refund"
    SETTLEMENT = "settlement"  # credit was put to shares, or came back from them
    UNDO = "undo"


class Hold(StrEnum):
    """Why a share is not asked of the patient."""

    NEXT_PAYER = "next_payer"  # another payer is asked first
    REPLACED = "replaced"  # a corrected claim is with the payer
    PROTECTED = "protected"  # the payer says that the law forbids it (qualified Medicare beneficiary)


@dataclass(frozen=True, slots=True)
class Share:
    """What a patient owes on one line of a claim (``line_id`` None: on the claim as a whole), in cents.

    ``owed_cents`` is the balance of AR_PATIENT, ``applied_cents`` the patient's own money put to it so far, ``since``
    the day the share arose. ``hold`` is the same for all shares of a claim.
    """

    claim_id: int
    line_id: int | None
    served_on: date
    since: date
    owed_cents: int
    applied_cents: int = 0
    hold: Hold | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Cents of a patient's credit put to a share, or with a minus taken back from it."""

    claim_id: int
    line_id: int | None
    cents: int


@dataclass(frozen=True, slots=True)
class Balance:
    """A patient's account in cents: owed in all, the part held back, the credit, and what may be asked for."""

    owed_cents: int
    held_cents: int
    credit_cents: int

    @property
    def due_cents(self) -> int:
        """What the patient owes now."""
        return max(0, self.owed_cents - self.held_cents - self.credit_cents)


def balance(shares: Sequence[Share], credit_cents: int) -> Balance:
    """What a patient owes: with a credit that is not below zero the same before and after :func:`settle`.

    Money put to a claim that no longer takes it, or may not be billed, counts as credit. What is below zero on a claim
    for another reason (its share was written off before the payer took it back) is not the patient's money, and pays
    for no other claim.
    """
    running = _Settlement(shares, credit_cents)
    running.release()
    return running.balance()


def settle(
    shares: Sequence[Share], credit_cents: int, *, first: Collection[int] = (), take_first: Collection[int] = ()
) -> tuple[Move, ...]:
    """How a patient's credit is put to open shares, oldest first.

    What shares no longer take, because the payer took them back or forbids to bill them, comes back before. A credit
    below zero (a payment was undone) is filled up from shares, newest first.

    Args:
        shares: All shares of the patient.
        credit_cents: The balance of the credit.
        first: Ids of claims that money goes to first.
        take_first: Ids of claims that money is taken back from first.
    """
    running = _Settlement(shares, credit_cents)
    running.release()
    running.take_back(take_first)
    running.apply(first)
    return running.moves()


class _Settlement:
    def __init__(self, shares: Sequence[Share], credit_cents: int) -> None:
        self._claims = [sorted(each, key=_age) for each in _by_claim(shares)]
        self._credit = credit_cents
        self._moved: dict[tuple[int, int | None], int] = {}

    def release(self) -> None:
        for shares in self._claims:
            for share in shares:
                self._take(share, share.applied_cents if share.hold is Hold.PROTECTED else -self._owed(share))
            for share in reversed(shares):
                self._take(share, -sum(map(self._owed, shares)))

    def take_back(self, first: Collection[int]) -> None:
        every = sorted((share for shares in self._claims for share in shares), key=_age, reverse=True)
        for share in sorted(every, key=lambda share: share.claim_id not in first):
            self._take(share, -self._credit)

    def apply(self, first: Collection[int]) -> None:
        open_claims = [shares for shares in self._claims if shares[0].hold is None]
        for shares in sorted(open_claims, key=lambda shares: (shares[0].claim_id not in first, _age(shares[0]))):
            for share in shares:
                self._move(share, max(0, min(self._credit, self._owed(share), sum(map(self._owed, shares)))))

    def balance(self) -> Balance:
        owed = [(max(0, sum(map(self._owed, shares))), shares[0].hold) for shares in self._claims]
        return Balance(sum(cents for cents, _ in owed), sum(cents for cents, hold in owed if hold), self._credit)

    def moves(self) -> tuple[Move, ...]:
        return tuple(Move(claim, line, cents) for (claim, line), cents in self._moved.items() if cents)

    def _owed(self, share: Share) -> int:
        return share.owed_cents - self._moved.get((share.claim_id, share.line_id), 0)

    def _take(self, share: Share, wanted: int) -> None:
        left = share.applied_cents + self._moved.get((share.claim_id, share.line_id), 0)
        self._move(share, -max(0, min(left, wanted)))

    def _move(self, share: Share, cents: int) -> None:
        place = (share.claim_id, share.line_id)
        self._moved[place] = self._moved.get(place, 0) + cents
        self._credit -= cents


def _age(share: Share) -> tuple[date, int, int]:
    return (share.served_on, share.claim_id, share.line_id or 0)


def _by_claim(shares: Iterable[Share]) -> list[list[Share]]:
    ordered = sorted(shares, key=lambda share: share.claim_id)
    return [list(each) for _, each in groupby(ordered, key=lambda share: share.claim_id)]


def event_key(kind: EventKind, patient_key: str, *identity: object) -> str:
    """The key of an event, which the same event always has."""
    return digest("patient", kind.value, patient_key, *identity)


def payment_received(key: str, cents: int, on: date) -> LedgerTransaction:
    """A patient's payment as it is taken in: not yet at the bank, not yet used."""
    entries = (Entry(Account.CASH_UNDEPOSITED, cents), Entry(Account.PATIENT_CREDIT, -cents))
    return LedgerTransaction(digest("patient money", key), TransactionKind.PATIENT_PAYMENT, on, entries)


def refund_paid(key: str, cents: int, method: Method, on: date) -> LedgerTransaction:
    """Credit paid out: cash from the drawer, anything else from the bank."""
    source = Account.CASH_UNDEPOSITED if method is Method.CASH else Account.CASH_BANK
    entries = (Entry(Account.PATIENT_CREDIT, cents), Entry(source, -cents))
    return LedgerTransaction(digest("patient money", key), TransactionKind.REFUND, on, entries)


def undone(original: LedgerTransaction, key: str, on: date) -> LedgerTransaction:
    """The mirror of a payment or refund that was none, as part of the event of that key."""
    return mirror(original, digest("patient money", key), original.kind, on)


def transfers(key: str, moves: Iterable[Move], on: date) -> tuple[LedgerTransaction, ...]:
    """The moves of an event as ledger transactions, one for each claim."""
    ordered = sorted(moves, key=lambda move: move.claim_id)
    booked = []
    for claim_id, of_claim in groupby(ordered, key=lambda move: move.claim_id):
        entries = [
            entry
            for move in of_claim
            for entry in (
                Entry(Account.PATIENT_CREDIT, move.cents),
                Entry(Account.AR_PATIENT, -move.cents, move.line_id),
            )
        ]
        transfer = digest("patient transfer", key, claim_id)
        booked.append(LedgerTransaction(transfer, TransactionKind.TRANSFER, on, tuple(entries), claim_id))
    return tuple(booked)


@dataclass(frozen=True, slots=True)
class Plan:
    """A payment plan: a sum agreed upon, paid in monthly parts on a day of the month (or the month's last)."""

    total_cents: int
    monthly_cents: int
    day_of_month: int
    starts_on: date


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of a plan, and what of it is paid."""

    due_on: date
    amount_cents: int
    paid_cents: int

    @property
    def open_cents(self) -> int:
        """What is left to pay of it."""
        return self.amount_cents - self.paid_cents


def instalments(plan: Plan, paid_cents: int) -> tuple[Instalment, ...]:
    """The parts of a plan; what was paid since it was agreed goes to the oldest first."""
    parts: list[Instalment] = []
    left, paid = plan.total_cents, max(0, paid_cents)
    year, month = plan.starts_on.year, plan.starts_on.month
    while left > 0:
        due_on = date(year, month, min(plan.day_of_month, monthrange(year, month)[1]))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        if due_on < plan.starts_on:
            continue
        amount = min(left, plan.monthly_cents)
        part_paid = min(paid, amount)
        parts.append(Instalment(due_on, amount, part_paid))
        left, paid = left - amount, paid - part_paid
    return tuple(parts)


def due_under_plan(parts: Sequence[Instalment], due_cents: int, until: date) -> int:
    """What is asked for by a day: open parts due by then, and what is owed beyond the plan."""
    beyond = max(0, due_cents - sum(part.open_cents for part in parts))
    return min(due_cents, beyond + sum(part.open_cents for part in parts if part.due_on <= until))


def ageing(shares: Iterable[tuple[date, int]], as_of: date) -> tuple[int, ...]:
    """Cents by age in days, up to 30, 60, 90 and older, from (day it arose, cents)."""
    buckets = [0] * (len(AGE_LIMITS_DAYS) + 1)
    for since, cents in shares:
        age = (as_of - since).days
        buckets[sum(age > limit for limit in AGE_LIMITS_DAYS)] += cents
    return tuple(buckets)
