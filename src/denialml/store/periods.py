"""Closed periods of the books. A closing freezes the trial balance of its last day; what comes later is booked later.

The accounting day of a ledger transaction is its ``known_on``. Rows are never changed: opening a period again is a row
that names its closing. The database refuses a transaction of a closed day, whoever inserts it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, case, exists, func, select

from denialml import ledger
from denialml.money import dollars
from denialml.store.audit import utc
from denialml.store.lookup import rows_with
from denialml.store.schema import ledger_entry, ledger_transaction, period, period_balance
from denialml.store.units import Unit

Balances = dict[str, tuple[int, int]]
"""Debits and credits in cents, both positive, by account."""

_LATER: Final = period.alias("later")
_STANDING: Final = (
    select(period)
    .where(period.c.reopens_id.is_(None), ~exists().where(_LATER.c.reopens_id == period.c.id))
    .order_by(period.c.through)
)
_CLOSED_THROUGH: Final = select(func.max(_STANDING.subquery().c.through))
_AMOUNT: Final = ledger_entry.c.amount_cents
_DEBITS: Final = select(func.coalesce(func.sum(_AMOUNT), 0)).where(_AMOUNT > 0)
_MOVED: Final = "denialml_moved"  # of a connection, which lives as long as its unit of work: ids by their period's end


@dataclass(frozen=True, slots=True)
class Period:
    """A closing, or with ``reopens_id`` the opening of one again."""

    id: int
    through: date
    transactions: int
    digest: str
    person: str
    reason: str
    reopens_id: int | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """What the books say of a period: its transactions counted, its digest, and the balances as of its last day."""

    transactions: int
    digest: str
    balances: Balances


@dataclass(frozen=True, slots=True)
class MovedBookings:
    """Ledger transactions of one closed period, of which ``period_through`` is the last day, booked after it.

    ``amount_cents`` is what they debit.
    """

    period_through: date
    booked_on: date
    bookings: int
    amount_cents: int


def closed_through(connection: Connection) -> date | None:
    """The last day of the last closed period, or None."""
    found: date | None = connection.execute(_CLOSED_THROUGH).scalar()
    return found


def posting_day(connection: Connection, known_on: date) -> date:
    """The accounting day of what is known from a day on: that day, or the first open one."""
    return ledger.posting_day(known_on, closed_through(connection))


def posting_days(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows of new ledger transactions, none of them on a closed day; :func:`moved` tells which that changed."""
    through = closed_through(connection)
    if through is None:
        return list(rows)
    late = [row for row in rows if row["known_on"] <= through]
    if late:
        _note_moved(connection, late)
    return [{**row, "known_on": ledger.posting_day(row["known_on"], through)} for row in rows]


def _note_moved(connection: Connection, late: Sequence[Mapping[str, Any]]) -> None:
    ends = [each.through for each in standing(connection)]
    noted: dict[date, list[int]] = connection.get_execution_options().get(_MOVED) or defaultdict(list)
    for row in late:
        noted[ends[bisect_left(ends, row["known_on"])]].append(row["id"])
    connection.execution_options(**{_MOVED: noted})


def moved(connection: Connection) -> tuple[MovedBookings, ...]:
    """What the unit of work of a connection booked later than on its day so far, because that is closed."""
    noted: Mapping[date, Sequence[int]] = connection.get_execution_options().get(_MOVED) or {}
    if not noted:
        return ()
    first_open = posting_day(connection, date.min)
    return tuple(
        MovedBookings(through, first_open, len(ids), sum(_debits(connection, ids)))
        for through, ids in sorted(noted.items())
    )


def _debits(connection: Connection, ids: Sequence[int]) -> Iterator[int]:
    return (int(cents) for (cents,) in rows_with(connection, _DEBITS, ledger_entry.c.transaction_id, ids))


def standing(connection: Connection) -> list[Period]:
    """Periods that are closed, the earliest first."""
    return [_period(row) for row in connection.execute(_STANDING)]


def history(connection: Connection) -> list[Period]:
    """Every closing and opening, in their order."""
    return [_period(row) for row in connection.execute(select(period).order_by(period.c.id))]


def content(connection: Connection, after: Period | None, through: date) -> Content:
    """What the books say now of the period after another one (or from the beginning) through a day."""
    balances = _balances(connection, through)
    counted = _Counted(connection, after.through if after else None, through)
    digest = ledger.period_digest(after.digest if after else "", balances, counted.rows())
    return Content(counted.transactions, digest, balances)


def frozen(connection: Connection, period_id: int) -> Balances:
    """The trial balance that a closing froze."""
    rows = connection.execute(select(period_balance).where(period_balance.c.period_id == period_id))
    return {row.account: (row.debit_cents, row.credit_cents) for row in rows}


def changed_periods(connection: Connection) -> list[str]:
    """What is wrong with each closed period that is not as it was closed."""
    found = []
    before: Period | None = None
    for each in standing(connection):
        now = content(connection, before, each.through)
        was = frozen(connection, each.id)
        found += [f"period {each.id} through {each.through}: {what}" for what in _changes(was, now.balances)]
        if now.balances == was and now.digest != each.digest:
            found.append(f"period {each.id} through {each.through}: its entries are not those that were closed")
        before = each
    return found


def _changes(was: Balances, now: Balances) -> list[str]:
    nets = {account: (_net(was, account), _net(now, account)) for account in sorted(was.keys() | now.keys())}
    found = [
        f"{account} was {dollars(before)} and is {dollars(after)}"
        for account, (before, after) in nets.items()
        if before != after
    ]
    turned = [
        account for account in nets if was.get(account) != now.get(account) and nets[account][0] == nets[account][1]
    ]
    return found + [f"{account} has other debits and credits" for account in turned]


def _net(balances: Balances, account: str) -> int:
    debit, credit = balances.get(account, (0, 0))
    return debit - credit


def add_closing(unit: Unit, through: date, what: Content, *, person: str, at: datetime, known_on: date) -> int:
    """Keep a closing with the balances that it freezes; its id.

    Raises:
        StorageError: the database refused a row.
    """
    identity = unit.allocate(period.name, 1)
    unit.insert(
        period,
        [
            {
                "id": identity,
                "through": through,
                "transactions": what.transactions,
                "digest": what.digest,
                "person": person,
                "happened_at": utc(at),
                "known_on": known_on,
            }
        ],
    )
    rows = [
        {"period_id": identity, "account": account, "debit_cents": debit, "credit_cents": credit}
        for account, (debit, credit) in what.balances.items()
    ]
    unit.insert(period_balance, rows)
    return identity


def add_reopening(unit: Unit, closing: Period, *, person: str, reason: str, at: datetime, known_on: date) -> int:
    """Keep that a closing was taken back; the id of the row.

    Raises:
        StorageError: it was taken back before.
    """
    identity = unit.allocate(period.name, 1)
    row = {
        "id": identity,
        "through": closing.through,
        "transactions": closing.transactions,
        "digest": closing.digest,
        "person": person,
        "reason": reason,
        "reopens_id": closing.id,
        "happened_at": utc(at),
        "known_on": known_on,
    }
    unit.insert(period, [row])
    return identity


def _period(row: Any) -> Period:
    return Period(
        row.id, row.through, row.transactions, row.digest, row.person, row.reason, row.reopens_id, row.happened_at
    )


def _balances(connection: Connection, through: date) -> Balances:
    """From the entries themselves, not from the sums beside them."""
    debit = func.sum(case((_AMOUNT > 0, _AMOUNT), else_=0))
    credit = func.sum(case((_AMOUNT < 0, -_AMOUNT), else_=0))
    statement = (
        select(ledger_entry.c.account, debit, credit)
        .join_from(ledger_transaction, ledger_entry, ledger_entry.c.transaction_id == ledger_transaction.c.id)
        .where(ledger_transaction.c.known_on <= through)
        .group_by(ledger_entry.c.account)
    )
    return {account: (int(debits), int(credits_)) for account, debits, credits_ in connection.execute(statement)}


class _Counted:
    """The entries of a period, one after the other; ``transactions`` counts those passed by."""

    def __init__(self, connection: Connection, after: date | None, through: date) -> None:
        self._connection = connection
        self._days = (after or date.min, through)
        self.transactions = 0

    def rows(self) -> Iterator[tuple[object, ...]]:
        t, e = ledger_transaction, ledger_entry
        statement = (
            select(t.c.id, t.c.key, t.c.kind, t.c.happened_on, t.c.known_on, t.c.claim_id, t.c.reverses_id)
            .add_columns(e.c.ordinal, e.c.account, e.c.line_id, e.c.amount_cents, e.c.group_code, e.c.reason)
            .outerjoin_from(t, e, e.c.transaction_id == t.c.id)
            .where(t.c.known_on > self._days[0], t.c.known_on <= self._days[1])
            .order_by(t.c.known_on, t.c.id, e.c.ordinal)
        )
        last = None
        for row in self._connection.execute(statement.execution_options(yield_per=10_000)):
            self.transactions += row.id != last
            last = row.id
            yield (*row[1:3], str(row.happened_on), str(row.known_on), *row[5:])
