"""Sums kept beside the entries of the books, so that reports on millions of claims answer at once.

``account_total`` holds debits and credits of each account and day, ``receivable`` what is open of each claim. Both are
brought up to date in the unit of work that inserts the entries (:func:`book_rows`), and say nothing that the entries
do not say: :func:`differences` compares them with what a replay of all entries gives, :func:`rebuild` replays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Insert,
    Select,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
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

_AMOUNT: Final = ledger_entry.c.amount_cents
# Written out: a parameter would not tell SQLite that the index on rows without money serves.
_NOTHING: Final[ColumnElement[int]] = literal_column("0", BigInteger)
#: The claim that an entry stands on: its line's, else its transaction's, else none (0). As a number, outright: SQLite
#: would not look up a bare expression in an index.
CLAIM_OF_ENTRY: Final = cast(
    func.coalesce(service_line.c.claim_id, ledger_transaction.c.claim_id, _NOTHING), BigInteger
)


def book_rows(
    unit: Unit,
    transactions: Sequence[Mapping[str, Any]],
    entry_columns: tuple[str, ...],
    entries: Sequence[tuple[Any, ...]],
) -> None:
    """Insert new rows of ledger transactions, of consecutive ids, with their entries, and keep the sums.

    What would fall into a closed period is booked on the first open day.

    Raises:
        StorageError: the database refused a row.
    """
    if not transactions:
        return
    placed = posting_days(unit.connection, transactions)
    unit.insert(ledger_transaction, placed)
    unit.insert_tuples(ledger_entry, entry_columns, entries)
    ids = [row["id"] for row in placed]
    _add_up(unit.connection, min(ids), max(ids))


def _add_up(connection: Connection, first: int, last: int) -> None:
    """Add the entries of the ledger transactions from one id through another to the sums."""
    for statement in _additions(connection.dialect.name):
        connection.execute(statement, {"first": first, "last": last})
    connection.execute(_SETTLED)


@cache
def _additions(dialect: str) -> tuple[Insert, Insert]:
    """Built once: to build them costs more than to run them on a file's entries."""
    upsert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    totals = upsert(account_total).from_select(list(account_total.c.keys()), totals_by_day(_WITHIN))
    opened = upsert(receivable).from_select(list(receivable.c.keys()), with_claims(sums_by_claim(_WITHIN)))
    return (
        totals.on_conflict_do_update(
            index_elements=[account_total.c.account, account_total.c.known_on],
            set_={name: account_total.c[name] + totals.excluded[name] for name in ("debit_cents", "credit_cents")},
        ),
        opened.on_conflict_do_update(
            index_elements=[receivable.c.claim_id, receivable.c.account],
            set_={"cents": receivable.c.cents + opened.excluded.cents},
        ),
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


_LAST_ID: Final = 2**63 - 1
_ALL: Final = ledger_transaction.c.id > _NOTHING
_WITHIN: Final = and_(
    ledger_transaction.c.id >= bindparam("first", type_=BigInteger),
    ledger_transaction.c.id <= bindparam("last", type_=BigInteger),
)
_SETTLED: Final = delete(receivable).where(receivable.c.cents == _NOTHING)


def rebuild(unit: Unit) -> None:
    """Replay all entries into the sums."""
    for table in (account_total, receivable):
        unit.connection.execute(delete(table))
    _add_up(unit.connection, 0, _LAST_ID)


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
