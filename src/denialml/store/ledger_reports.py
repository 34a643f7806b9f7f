"""The books as a manager reads them: trial balance, receivables by age, and what each total is made of.

Reports read the sums that stand beside the entries (:mod:`denialml.store.sums`), so that they do not grow with the
books. "As of a day" means: by what was booked through that accounting day (``ledger_transaction.known_on``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    select,
    union_all,
)

from denialml.ledger import BUCKETS, UNDATED, CountFrom, Days, GroupBy, bucket_days
from denialml.store.schema import account_total, claim, ledger_transaction, payer, receivable
from denialml.store.sums import sums_by_claim, with_claims


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """Debits and credits of an account, both positive, in cents."""

    account: str
    debit_cents: int
    credit_cents: int


@dataclass(slots=True)
class Aged:
    """What is open of a group on one account: cents by bucket, and apart from it what we owe (negative)."""

    account: str
    group: str
    buckets: dict[str, int]
    credit_cents: int = 0
    claims: int = 0


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """A claim with what is open of it on one account."""

    claim_id: int
    account: str
    control_number: str
    payer: str
    served_on: date | None
    sent_on: date | None
    open_cents: int


def account_totals(connection: Connection, as_of: date) -> list[AccountTotal]:
    """Every account that has entries, by name."""
    total = account_total.c
    statement = (
        select(total.account, func.sum(total.debit_cents), func.sum(total.credit_cents))
        .where(total.known_on <= as_of)
        .group_by(total.account)
        .order_by(total.account)
    )
    return [AccountTotal(account, int(debit), int(credit)) for account, debit, credit in connection.execute(statement)]


def aged(connection: Connection, as_of: date, by: GroupBy, since: CountFrom) -> list[Aged]:
    """Receivables by account, group and bucket; groups without open claims are left out."""
    names = _names(connection) if by is GroupBy.PAYER else {}
    bucket_of = _bucket_finder(as_of)
    found: dict[tuple[str, str], Aged] = {}
    for sign, rows in _portions(connection, as_of):
        for account, key, day, claims, open_cents, credit_cents in connection.execute(_by_day(rows, by, since)):
            place = (account, _named(key, names))
            group = found.setdefault(place, Aged(*place, dict.fromkeys(BUCKETS, 0)))
            group.buckets[bucket_of(day)] += sign * int(open_cents)
            group.credit_cents += sign * int(credit_cents)
            group.claims += sign * claims
    return [group for _, group in sorted(found.items()) if group.claims]


def open_claims(
    connection: Connection, as_of: date, account: str, *, payer_name: str = "", bucket: str = "", since: CountFrom
) -> list[OpenClaim]:
    """The claims that make up a total of receivables, the largest first."""
    items = _open_items(connection, as_of)
    statement = (
        select(items, claim.c.control_number, payer.c.name)
        .outerjoin(claim, claim.c.id == items.c.claim_id)
        .outerjoin(payer, payer.c.id == items.c.payer_id)
        .where(items.c.account == account)
    )
    if payer_name:
        ids = [identity for identity, name in _names(connection).items() if name == payer_name]
        statement = statement.where(items.c.payer_id.in_(ids))
    if bucket:
        statement = statement.where(items.c.cents > 0, _in_bucket(items, bucket, as_of, since))
    rows = connection.execute(statement.order_by(func.abs(items.c.cents).desc(), items.c.claim_id)).mappings()
    return [
        OpenClaim(
            claim_id=row["claim_id"],
            account=row["account"],
            control_number=row["control_number"] or "",
            payer=row["name"] or "",
            served_on=row["served_on"],
            sent_on=row["sent_on"],
            open_cents=row["cents"],
        )
        for row in rows
    ]


NO_CLAIM: Final = "(no claim)"  #: the group of entries that name none
_NOTHING: Final[ColumnElement[int]] = literal_column("0", BigInteger)
_COLUMNS: Final = {GroupBy.PAYER: "payer_id", GroupBy.PATIENT: "patient_id", GroupBy.PROVIDER: "provider"}


def _by_day(items: FromClause, by: GroupBy, since: CountFrom) -> Select[Any]:
    """Open items summed up by account, group and the day they age from: of the usual question, in an index's order."""
    key, cents = items.c[_COLUMNS[by]], items.c.cents
    days = [items.c.served_on] if since is CountFrom.SERVICE else [items.c.served_on, items.c.sent_on]
    return select(
        items.c.account,
        key,
        func.coalesce(*reversed(days)) if len(days) > 1 else days[0],
        func.count(),
        func.sum(case((cents > 0, cents), else_=_NOTHING)),
        func.sum(case((cents < 0, cents), else_=_NOTHING)),
    ).group_by(items.c.account, key, *days)


def _bucket_finder(as_of: date) -> Callable[[date | None], str]:
    """Tells the bucket of a day."""
    buckets = bucket_days(as_of)

    @cache
    def bucket_of(day: date | None) -> str:
        if day is None:
            return UNDATED
        return next(name for name, days in buckets.items() if days.holds(day))

    return bucket_of


def _portions(connection: Connection, as_of: date) -> list[tuple[int, FromClause]]:
    """Open items as of a day, in portions to add or take off: what is open now, and what moved after that day."""
    if not _moved_after(connection, as_of):
        return [(1, receivable)]
    later = _booked_after(as_of)
    now = select(receivable).join(later, _same(later)).subquery("now")
    cents = func.coalesce(receivable.c.cents, _NOTHING) - later.c.cents
    sums = select(later.c.claim_id, later.c.account, cents.label("cents")).outerjoin(receivable, _same(later))
    then = with_claims(sums.where(cents != _NOTHING)).subquery("then_open")
    return [(1, receivable), (-1, now), (1, then)]


def _named(key: Any, names: dict[int, str]) -> str:
    return names.get(key, str(key)) if key else NO_CLAIM


def _names(connection: Connection) -> dict[int, str]:
    """Payers' names by id, with the identifier where two have the same."""
    rows = connection.execute(select(payer.c.id, payer.c.name, payer.c.identifier)).all()
    names = [row.name for row in rows]
    return {
        row.id: row.name if row.name and names.count(row.name) == 1 else f"{row.name} {row.identifier}".strip()
        for row in rows
    }


def _in_bucket(items: FromClause, bucket: str, as_of: date, since: CountFrom) -> ColumnElement[bool]:
    if bucket == UNDATED:
        return items.c.served_on.is_(None)
    day = items.c.served_on if since is CountFrom.SERVICE else func.coalesce(items.c.sent_on, items.c.served_on)
    return _within(day, bucket_days(as_of)[bucket])


def _within(day: ColumnElement[Any], days: Days) -> ColumnElement[bool]:
    return and_(*([day >= days.first] if days.first else []), *([day <= days.last] if days.last else []))


def _moved_after(connection: Connection, as_of: date) -> bool:
    return bool(connection.execute(select(exists().where(ledger_transaction.c.known_on > as_of))).scalar())


def _booked_after(as_of: date) -> CTE:
    return sums_by_claim(ledger_transaction.c.known_on > as_of).cte("booked_after")


def _same(later: CTE) -> ColumnElement[bool]:
    return and_(receivable.c.claim_id == later.c.claim_id, receivable.c.account == later.c.account)


def _open_items(connection: Connection, as_of: date) -> FromClause:
    """Rows as in ``receivable``, as of a day: what is open now, less what was booked after it."""
    if not _moved_after(connection, as_of):
        return receivable
    later = _booked_after(as_of)
    kept = [column for column in receivable.c if column.name not in {"claim_id", "account", "cents"}]
    cents = receivable.c.cents - func.coalesce(later.c.cents, _NOTHING)
    still = (
        select(receivable.c.claim_id, receivable.c.account, cents.label("cents"), *kept)
        .outerjoin(later, _same(later))
        .where(cents != _NOTHING)
    )
    settled = select(later.c.claim_id, later.c.account, (-later.c.cents).label("cents")).where(
        ~exists().where(_same(later)).correlate(later)
    )
    return union_all(still, with_claims(settled)).subquery("open_items")
