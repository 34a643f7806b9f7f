"""Sums kept beside the entries of the books, so that reports on millions of claims answer at once.

``account_total`` holds debits and credits of each account and day, ``receivable`` what is open of each claim. Both are
brought up to date in the unit of work that inserts the entries (:func:`book_rows`), and say nothing that the entries
do not say: :func:`differences` compares them with what a replay of all entries gives, :func:`rebuild` replays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from denialml.ledger import OPEN_ACCOUNTS
from denialml.store.periods import posting_days
from denialml.store.schema import (
    account_total,
    claim,
    ledger_entry,
    ledger_transaction,
    receivable,
    service_line,
    submission,
)
from denialml.store.units import Unit

#: What an entry's row says, in this order: transaction id, ordinal, account, line id, cents, group, reason.
EntryRow = tuple[int, int, str, int | None, int, str, str]
ENTRY_COLUMNS: Final = ("transaction_id", "ordinal", "account", "line_id", "amount_cents", "group_code", "reason")
_UPSERTS: Final[Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_AMOUNT: Final = ledger_entry.c.amount_cents
# Written out: a parameter would not tell SQLite that the index on rows without money serves.
_NOTHING: Final[ColumnElement[int]] = literal_column("0", BigInteger)
#: The claim that an entry stands on: its line's, else its transaction's, else none (0). As a number, outright: SQLite
#: would not look up a bare expression in an index.
CLAIM_OF_ENTRY: Final = cast(
    func.coalesce(service_line.c.claim_id, ledger_transaction.c.claim_id, _NOTHING), BigInteger
)


def book_rows(unit: Unit, transactions: Sequence[Mapping[str, Any]], entries: Sequence[EntryRow]) -> None:
    """Insert new rows of ledger transactions, of consecutive ids, with their entries, and keep the sums.

    What would fall into a closed period is booked on the first open day.

    Raises:
        StorageError: the database refused a row.
    """
    if not transactions:
        return
    placed = posting_days(unit.connection, transactions)
    unit.insert(ledger_transaction, placed)
    unit.insert_tuples(ledger_entry, ENTRY_COLUMNS, entries)
    days = {row["id"]: row["known_on"] for row in placed}
    connection = unit.connection
    connection.execute(_added_totals(connection.dialect.name), _totals(days, entries))
    connection.execute(_added_receivables(connection.dialect.name), {"first": min(days), "last": max(days)})
    connection.execute(_SETTLED)


def _totals(days: Mapping[int, date], entries: Sequence[EntryRow]) -> list[dict[str, Any]]:
    """Debits and credits of entries by account and day: to add them up here costs less than to have them read again."""
    found: dict[tuple[str, date], list[int]] = {}
    for transaction_id, _, account, _, cents, _, _ in entries:
        sides = found.setdefault((account, days[transaction_id]), [0, 0])
        sides[cents < 0] += abs(cents)
    return [
        {"account": str(account), "known_on": day, "debit_cents": debit, "credit_cents": credit_}
        for (account, day), (debit, credit_) in found.items()
    ]


# Statements are built once: to build one costs more than to run it on a file's entries.
@cache
def _added_totals(dialect: str) -> Insert:
    totals = _UPSERTS[dialect](account_total)
    return totals.on_conflict_do_update(
        index_elements=[account_total.c.account, account_total.c.known_on],
        set_={name: account_total.c[name] + totals.excluded[name] for name in ("debit_cents", "credit_cents")},
    )


@cache
def _added_receivables(dialect: str) -> Insert:
    columns = list(receivable.c.keys())
    opened = _UPSERTS[dialect](receivable).from_select(columns, with_claims(sums_by_claim(_WITHIN)))
    return opened.on_conflict_do_update(
        index_elements=[receivable.c.claim_id, receivable.c.account],
        set_={"cents": receivable.c.cents + opened.excluded.cents},
    )


def totals_by_day(which: ColumnElement[bool]) -> Select[Any]:
    """Debits and credits by account and day of the ledger transactions that fulfil a condition."""
    debit = func.sum(case((_AMOUNT > 0, _AMOUNT), else_=_NOTHING))
    credit = func.sum(case((_AMOUNT < 0, -_AMOUNT), else_=_NOTHING))
    return (
        select(ledger_entry.c.account, ledger_transaction.c.known_on, debit, credit)
        .join_from(ledger_transaction, ledger_entry, ledger_entry.c.transaction_id == ledger_transaction.c.id)
        .where(which)
        .group_by(ledger_entry.c.account, ledger_transaction.c.known_on)
    )


def sums_by_claim(which: ColumnElement[bool]) -> Select[Any]:
    """Cents by claim and open account of the ledger transactions that fulfil a condition, those of zero left out."""
    total = func.sum(_AMOUNT)
    return (
        select(CLAIM_OF_ENTRY.label("claim_id"), ledger_entry.c.account, total.label("cents"))
        .join_from(ledger_transaction, ledger_entry, ledger_entry.c.transaction_id == ledger_transaction.c.id)
        .outerjoin(service_line, service_line.c.id == ledger_entry.c.line_id)
        .where(which, ledger_entry.c.account.in_(OPEN_ACCOUNTS))
        .group_by(CLAIM_OF_ENTRY, ledger_entry.c.account)
        .having(total != _NOTHING)
    )


def with_claims(sums: Select[Any]) -> Select[Any]:
    """Rows of claim, account and cents, with what reports ask of the claim, in the columns of ``receivable``."""
    of = sums.subquery("sums")
    return (
        select(
            of.c.claim_id,
            of.c.account,
            of.c.cents,
            claim.c.payer_id,
            claim.c.patient_id,
            func.coalesce(claim.c.rendering_npi, "").label("provider"),
            claim.c.served_from.label("served_on"),
            submission.c.sent_on,
        )
        .outerjoin(claim, claim.c.id == of.c.claim_id)
        .outerjoin(submission, submission.c.claim_id == of.c.claim_id)
    )


_ALL: Final = ledger_transaction.c.id > _NOTHING
_FIRST: Final = bindparam("first", type_=BigInteger)
_LAST: Final = bindparam("last", type_=BigInteger)
# Said of the entries too: PostgreSQL does not conclude it, and would read all entries there are for every file.
_WITHIN: Final = and_(
    ledger_transaction.c.id.between(_FIRST, _LAST), ledger_entry.c.transaction_id.between(_FIRST, _LAST)
)
_SETTLED: Final = delete(receivable).where(receivable.c.cents == _NOTHING)


def rebuild(unit: Unit) -> None:
    """Replay all entries into the sums."""
    replayed = ((account_total, totals_by_day(_ALL)), (receivable, with_claims(sums_by_claim(_ALL))))
    for table, rows in replayed:
        unit.connection.execute(delete(table))
        unit.connection.execute(insert(table).from_select(list(table.c.keys()), rows))


def differences(connection: Connection) -> list[str]:
    """Where the sums are not what a replay of all entries gives: account and day, or account and claim id."""
    kept = select(
        account_total.c.account, account_total.c.known_on, account_total.c.debit_cents, account_total.c.credit_cents
    )
    found = [f"{account} on {day}" for account, day, *_ in _unlike(connection, kept, totals_by_day(_ALL))]
    open_ = select(receivable.c.claim_id, receivable.c.account, receivable.c.cents)
    return found + [
        f"{account} of claim {claim_id}" for claim_id, account, _ in _unlike(connection, open_, sums_by_claim(_ALL))
    ]


def _unlike(connection: Connection, kept: Select[Any], replayed: Select[Any]) -> list[tuple[Any, ...]]:
    """Rows that only one of two statements gives."""
    there, wanted = kept.except_(replayed), replayed.except_(kept)
    rows = {tuple(row) for statement in (there, wanted) for row in connection.execute(statement)}
    return sorted({row[:2]: row for row in rows}.values(), key=str)
