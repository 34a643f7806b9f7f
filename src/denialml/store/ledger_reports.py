"""The books as a manager reads them: trial balance, receivables by age, and what each total is made of.

Reports read the sums that stand beside the entries (:mod:`denialml.store.sums`), so that they do not grow with the
books. "As of a day" means: by what was booked through that accounting day (``ledger_transaction.known_on``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    exists,
    func,
    literal_column,
    select,
    union_all,
)

from denialml.ledger import UNDATED, Days, bucket_days
from denialml.store.schema import account_total, claim, ledger_transaction, payer, receivable
from denialml.store.sums import sums_by_claim, with_claims


class GroupBy(StrEnum):
    """What receivables are listed by."""

    PAYER = "payer"  # the payer of the claim
    PATIENT = "patient"  # our number of the patient
    PROVIDER = "provider"  # NPI of the rendering provider


class CountFrom(StrEnum):
    """The day from which a receivable ages."""

    SERVICE = "service"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """Debits and credits of an account, both positive, in cents."""

    account: str
    debit_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class Aged:
    """What is open of a group on one account: cents by bucket, and apart from it what we owe (negative)."""

    account: str
    group: str
    buckets: dict[str, int]
    credit_cents: int
    claims: int


@dataclass(frozen=True, slots=True)
class OpenClaim:
    """A claim with what is open of it on one account."""

    claim_id: int
    account: str
    control_number: str
    payer: str
    served_on: date | None
    sent_on: date | None
    cents: int


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
    items = _open_items(connection, as_of)
    key = _GROUPS[by](items)
    cents = items.c.cents
    buckets = {
        name: func.sum(case((and_(cents > 0, where), cents), else_=_NOTHING))
        for name, where in _buckets(items, as_of, since).items()
    }
    statement = (
        select(
            items.c.account,
            key.label("key"),
            func.count().label("claims"),
            func.sum(case((cents < 0, cents), else_=_NOTHING)).label("credit"),
            *(total.label(name) for name, total in buckets.items()),
        )
        .group_by(items.c.account, key)
        .order_by(items.c.account, key)
    )
    rows = connection.execute(statement).mappings().all()
    names = _names(connection) if by is GroupBy.PAYER else {}
    return [
        Aged(
            account=row["account"],
            group=_named(row["key"], names),
            buckets={name: int(row[name]) for name in buckets},
            credit_cents=int(row["credit"]),
            claims=row["claims"],
        )
        for row in rows
    ]


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
        statement = statement.where(items.c.cents > 0, _buckets(items, as_of, since)[bucket])
    rows = connection.execute(statement.order_by(func.abs(items.c.cents).desc(), items.c.claim_id)).mappings()
    return [
        OpenClaim(
            claim_id=row["claim_id"],
            account=row["account"],
            control_number=row["control_number"] or "",
            payer=row["name"] or "",
            served_on=row["served_on"],
            sent_on=row["sent_on"],
            cents=row["cents"],
        )
        for row in rows
    ]


NO_CLAIM: Final = "(no claim)"  #: the group of entries that name none
_NOTHING: Final = literal_column("0")
_GROUPS: Final[dict[GroupBy, Any]] = {
    GroupBy.PAYER: lambda items: items.c.payer_id,
    GroupBy.PATIENT: lambda items: items.c.patient_id,
    GroupBy.PROVIDER: lambda items: items.c.provider,
}


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


def _buckets(items: FromClause, as_of: date, since: CountFrom) -> dict[str, ColumnElement[bool]]:
    day = items.c.served_on
    if since is CountFrom.SENT:
        day = func.coalesce(items.c.sent_on, items.c.served_on)
    within = {name: _within(day, days) for name, days in bucket_days(as_of).items()}
    return {**within, UNDATED: items.c.served_on.is_(None)}


def _within(day: ColumnElement[Any], days: Days) -> ColumnElement[bool]:
    return and_(*([day >= days.first] if days.first else []), *([day <= days.last] if days.last else []))


def _open_items(connection: Connection, as_of: date) -> FromClause:
    """Rows as in ``receivable``, as of a day: what is open now, less what was booked after it."""
    after = ledger_transaction.c.known_on > as_of
    if not connection.execute(select(exists().where(after))).scalar():
        return receivable
    later = sums_by_claim(after).cte("booked_later")
    here = and_(later.c.claim_id == receivable.c.claim_id, later.c.account == receivable.c.account)
    kept = [column for column in receivable.c if column.name not in {"claim_id", "account", "cents"}]
    cents = receivable.c.cents - func.coalesce(later.c.cents, _NOTHING)
    still = (
        select(receivable.c.claim_id, receivable.c.account, cents.label("cents"), *kept)
        .outerjoin(later, here)
        .where(cents != _NOTHING)
    )
    closed = with_claims(
        select(later.c.claim_id, later.c.account, (-later.c.cents).label("cents")).where(
            ~exists().where(here).correlate(later)
        )
    )
    return union_all(still, closed).subquery("open_items")
