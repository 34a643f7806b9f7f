"""The ledger as a manager reads it: trial balance, receivables by age, and how much was posted without a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from denialml.service.practice import existing_store
from denialml.settings import Settings

if TYPE_CHECKING:
    from denialml.ledger import CountFrom, GroupBy
    from denialml.store.ledger_reports import Aged


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account: debits, credits, and debits less credits."""

    account: str
    debit_cents: int
    credit_cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account as of an accounting day. ``difference_cents`` is the sum of all balances; anything but 0 is wrong.

    ``closed_through`` is the last day of the last closed period, or None.
    """

    as_of: date
    closed_through: date | None
    rows: tuple[TrialRow, ...]
    debit_cents: int
    credit_cents: int
    difference_cents: int


@dataclass(frozen=True, slots=True)
class AgingRow:
    """What is open of a group, on one account, by days since the service (or since the claim was sent).

    ``credit_cents`` are claims of which more was taken off than was owed, and on an account of its own patients' unused
    money; they stand apart and lessen no bucket. ``balance_cents`` is all together.
    """

    account: str
    group: str
    claims: int
    days_0_30_cents: int
    days_31_60_cents: int
    days_61_90_cents: int
    days_91_120_cents: int
    over_120_cents: int
    undated_cents: int
    credit_cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True)
class AgingReport:
    """Receivables by age, and the sums of each account.

    ``groups`` counts the groups, of which ``rows`` shows those with the most open on each account.
    ``difference_cents`` is what the sums differ from the trial balance; anything but 0 is wrong.
    """

    as_of: date
    by: str
    counted_from: str
    groups: int
    rows: tuple[AgingRow, ...]
    accounts: tuple[AgingRow, ...]
    difference_cents: int


def trial_balance(settings: Settings, as_of: date) -> TrialBalance:
    """The trial balance as of an accounting day.

    Raises:
        NotFoundError: there is no database yet.
        StorageError: the database cannot be read.
    """
    from denialml.store.ledger_reports import account_totals
    from denialml.store.periods import closed_through

    with existing_store(settings) as store, store.reading() as connection:
        totals = account_totals(connection, as_of)
        closed = closed_through(connection)
    rows = tuple(
        TrialRow(each.account, each.debit_cents, each.credit_cents, each.debit_cents - each.credit_cents)
        for each in totals
    )
    debit, credit = sum(row.debit_cents for row in rows), sum(row.credit_cents for row in rows)
    return TrialBalance(as_of, closed, rows, debit, credit, debit - credit)


def aging(settings: Settings, as_of: date, *, by: GroupBy, counted_from: CountFrom, top: int) -> AgingReport:
    """Receivables by age as of an accounting day.

    Args:
        settings: Where the store is.
        as_of: The day; also the one that ages are counted to.
        by: What the rows are: the claims' payers, patients (by our number) or rendering providers.
        counted_from: Whether a claim ages from its first day of service or from the day it was sent.
        top: How many groups to show of each account, those with the most open first.

    Raises:
        NotFoundError: there is no database yet.
        StorageError: the database cannot be read.
    """
    from denialml.ledger import BUCKETS, OPEN_ACCOUNTS, Account
    from denialml.store.ledger_reports import account_totals, aged

    with existing_store(settings) as store, store.reading() as connection:
        groups = aged(connection, as_of, by, counted_from)
        totals = account_totals(connection, as_of)
    balances = {each.account: each.debit_cents - each.credit_cents for each in totals}
    by_account: dict[str, list[AgingRow]] = {}
    for group in groups:
        by_account.setdefault(group.account, []).append(_aging_row(group))
    sums = tuple(_sum(account, rows) for account, rows in by_account.items())
    difference = sum(row.balance_cents for row in sums) - sum(balances.get(each, 0) for each in OPEN_ACCOUNTS)
    unused = balances.get(Account.PATIENT_CREDIT, 0)
    if unused:
        sums += (_row(Account.PATIENT_CREDIT, "all", 0, dict.fromkeys(BUCKETS, 0), unused),)
    shown = [row for rows in by_account.values() for row in sorted(rows, key=_most_open)[:top]]
    number = len({group.group for group in groups})
    return AgingReport(as_of, by.value, counted_from.value, number, tuple(shown), sums, difference)


def _aging_row(group: Aged) -> AgingRow:
    return _row(group.account, group.group, group.claims, group.buckets, group.credit_cents)


def _row(account: str, group: str, claims: int, buckets: dict[str, int], credit_cents: int) -> AgingRow:
    # The buckets are in the order of ledger.BUCKETS, and so are the fields.
    cents = (*buckets.values(), credit_cents, sum(buckets.values()) + credit_cents)
    return AgingRow(account, group, claims, *cents)


def _most_open(row: AgingRow) -> tuple[int, str]:
    return (row.credit_cents - row.balance_cents, row.group)


def _sum(account: str, rows: Iterable[AgingRow]) -> AgingRow:
    cents = [(row.claims, *_cents(row)) for row in rows]
    return AgingRow(account, "all", *(sum(column) for column in zip(*cents, strict=True)))


def _cents(row: AgingRow) -> tuple[int, ...]:
    return (
        row.days_0_30_cents,
        row.days_31_60_cents,
        row.days_61_90_cents,
        row.days_91_120_cents,
        row.over_120_cents,
        row.undated_cents,
        row.credit_cents,
        row.balance_cents,
    )
