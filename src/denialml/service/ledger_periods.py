"""Closing periods of the books, opening them again, and seeing whether a closed one is still as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from denialml.errors import NotFoundError, RefusedError
from denialml.money import dollars
from denialml.service.decisions import named, reasoned
from denialml.service.practice import existing_store
from denialml.settings import Settings

if TYPE_CHECKING:
    from denialml.store.periods import MovedBookings, Period


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period that is or was closed. ``state`` is closed or reopened; ``digest`` is that of its closing."""

    period: int
    through: date
    state: str
    transactions: int
    person: str
    closed_at: datetime
    reopened_by: str
    reason: str
    digest: str


@dataclass(frozen=True, slots=True)
class PeriodsReport:
    """All periods, the earliest first.

    ``verified`` says that closed ones were recomputed; ``problems`` then names each that is not as it was closed.
    """

    closed_through: date | None
    first_open_day: date | None
    rows: tuple[PeriodRow, ...]
    verified: bool
    problems: tuple[str, ...]


def added_up(moved: Iterable[Iterable[MovedBookings]]) -> tuple[MovedBookings, ...]:
    """What several units of work moved out of closed periods, by period."""
    sums: dict[tuple[date, date], MovedBookings] = {}
    for each in chain.from_iterable(moved):
        days = each.period_through, each.booked_on
        known = sums.get(days)
        sums[days] = (
            each
            if known is None
            else replace(
                each, bookings=known.bookings + each.bookings, amount_cents=known.amount_cents + each.amount_cents
            )
        )
    return tuple(sums[days] for days in sorted(sums))


def close_period(settings: Settings, through: date, *, person: str, today: date, at: datetime) -> PeriodsReport:
    """Close the books through a day: what comes later for these days is booked on the first open one.

    Raises:
        UsageError: nobody is named.
        RefusedError: the day is not over, is closed already, or the books are not in balance.
        NotFoundError: there is no database yet.
        StorageError: the database failed.
    """
    from denialml.store import periods

    who = named(person)
    if through >= today:
        raise RefusedError(f"{through} is not over: close the books through a day before {today}")
    with existing_store(settings) as store, store.unit() as unit:
        closed = periods.standing(unit.connection)
        last = closed[-1] if closed else None
        if last and through <= last.through:
            raise RefusedError(f"the books are closed through {last.through} already")
        content = periods.content(unit.connection, last, through)
        off = sum(debit - credit for debit, credit in content.balances.values())
        if off:
            raise RefusedError(f"the books are out of balance by {dollars(off)}: run `denialml ledger verify`")
        period = periods.add_closing(unit, through, content, person=who, at=at, known_on=today)
        detail = {"through": through, "digest": content.digest, "transactions": content.transactions}
        unit.audit(who, "close period", f"period/{period}", detail, at)
        return _report(unit.connection)


def reopen_period(settings: Settings, *, person: str, reason: str, today: date, at: datetime) -> PeriodsReport:
    """Open the last closed period again.

    Raises:
        UsageError: nobody is named, or no reason is given, or it is too long.
        NotFoundError: no period is closed, or there is no database yet.
        StorageError: the database failed.
    """
    from denialml.store import periods

    who, why = named(person), reasoned(reason)
    with existing_store(settings) as store, store.unit() as unit:
        closed = periods.standing(unit.connection)
        if not closed:
            raise NotFoundError("no period of the books is closed")
        last = closed[-1]
        periods.add_reopening(unit, last, person=who, reason=why, at=at, known_on=today)
        unit.audit(who, "reopen period", f"period/{last.id}", {"through": last.through}, at)
        return _report(unit.connection)


def list_periods(settings: Settings, *, verify: bool = False) -> PeriodsReport:
    """All periods; with ``verify``, closed ones are recomputed from the entries and compared.

    Raises:
        NotFoundError: there is no database yet.
        StorageError: the database cannot be read.
    """
    with existing_store(settings) as store, store.reading() as connection:
        return _report(connection, verify=verify)


def _report(connection: Any, *, verify: bool = False) -> PeriodsReport:
    from denialml.ledger import posting_day
    from denialml.store import periods

    every = periods.history(connection)
    through = periods.closed_through(connection)
    return PeriodsReport(
        closed_through=through,
        first_open_day=posting_day(date.min, through) if through else None,
        rows=_rows(every),
        verified=verify,
        problems=tuple(periods.changed_periods(connection)) if verify else (),
    )


def _rows(every: list[Period]) -> tuple[PeriodRow, ...]:
    reopenings = {each.reopens_id: each for each in every if each.reopens_id is not None}
    rows = []
    for each in every:
        if each.reopens_id is None:
            again = reopenings.get(each.id)
            rows.append(
                PeriodRow(
                    period=each.id,
                    through=each.through,
                    state="reopened" if again else "closed",
                    transactions=each.transactions,
                    person=each.person,
                    closed_at=each.happened_at,
                    reopened_by=again.person if again else "",
                    reason=again.reason if again else "",
                    digest=each.digest,
                )
            )
    return tuple(rows)
