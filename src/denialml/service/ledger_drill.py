"""Drilling down: from an account to claims, to transactions, to entries, to the segments that they came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from denialml.errors import NotFoundError, UsageError
from denialml.ledger import CountFrom
from denialml.service.decisions import named
from denialml.service.practice import existing_store
from denialml.settings import Settings
from denialml.store import ledger_drill
from denialml.store.ledger_drill import DayTotal, Moved
from denialml.store.ledger_reports import OpenClaim, open_claims


@dataclass(frozen=True, slots=True)
class ClaimsOfAccount:
    """The claims that make up a total of receivables: ``claims`` counts all, ``rows`` are the largest."""

    account: str
    as_of: date
    claims: int
    total_cents: int
    rows: tuple[OpenClaim, ...]


@dataclass(frozen=True, slots=True)
class DaysOfAccount:
    """The accounting days that make up the balance of an account that is not kept by claim."""

    account: str
    as_of: date
    total_cents: int
    rows: tuple[DayTotal, ...]


@dataclass(frozen=True, slots=True)
class Transactions:
    """Transactions, with what each moved on the account."""

    account: str
    of: str
    total_cents: int
    rows: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One side of a transaction: debit positive."""

    account: str
    line: int | None
    amount_cents: int
    adjustment: str


@dataclass(frozen=True, slots=True)
class TransactionView:
    """A transaction, its entries, and the segments that it came from: these are patients' data."""

    transaction: int
    kind: str
    happened_on: date
    known_on: date
    claim: str
    reverses: int | None
    reversed_by: tuple[int, ...]
    source: str
    file: str
    from_byte: int | None
    to_byte: int | None
    entries: tuple[EntryRow, ...]
    segments: tuple[str, ...]


def drill_account(
    settings: Settings,
    account: str,
    as_of: date,
    *,
    payer: str = "",
    bucket: str = "",
    counted_from: CountFrom = CountFrom.SERVICE,
    top: int,
) -> ClaimsOfAccount | DaysOfAccount:
    """What an account's balance is made of: open claims (of a payer, in a bucket), or the days it was booked on.

    Raises:
        UsageError: no account or bucket is called so, or the account is not kept by claim.
        NotFoundError: there is no database yet.
        StorageError: the database cannot be read.
    """
    from denialml.ledger import BUCKETS, OPEN_ACCOUNTS

    _check_account(account)
    if bucket and bucket not in BUCKETS:
        raise UsageError(f"no bucket is called {bucket}: {', '.join(BUCKETS)} are")
    if (payer or bucket) and account not in OPEN_ACCOUNTS:
        raise UsageError(f"{account} is not kept by claim: it has no payers and buckets")
    with existing_store(settings) as store, store.reading() as connection:
        if account not in OPEN_ACCOUNTS:
            days = ledger_drill.days_of(connection, account, as_of)
            total = sum(each.debit_cents - each.credit_cents for each in days)
            return DaysOfAccount(account, as_of, total, tuple(days))
        claims = open_claims(connection, as_of, account, payer_name=payer, bucket=bucket, since=counted_from)
    return ClaimsOfAccount(account, as_of, len(claims), sum(each.open_cents for each in claims), tuple(claims[:top]))


def drill_day(settings: Settings, account: str, day: date) -> Transactions:
    """What was booked on an account on one accounting day.

    Raises:
        UsageError: no account is called so.
        NotFoundError: there is no database yet.
        StorageError: the database cannot be read.
    """
    _check_account(account)
    with existing_store(settings) as store, store.reading() as connection:
        rows = ledger_drill.moved_on(connection, account, day)
    return Transactions(account, day.isoformat(), sum(each.amount_cents for each in rows), tuple(rows))


def drill_claim(settings: Settings, control_number: str, as_of: date, *, account: str = "") -> Transactions:
    """What was booked on a claim number, on one account or on all.

    Raises:
        UsageError: no account is called so.
        NotFoundError: nothing was booked on such a claim, or there is no database yet.
        StorageError: the database cannot be read.
    """
    if account:
        _check_account(account)
    with existing_store(settings) as store, store.reading() as connection:
        rows = ledger_drill.moved_of_claim(connection, control_number, account, as_of)
    if not rows:
        raise NotFoundError(f"nothing is booked on a claim {control_number}" + (f" on {account}" if account else ""))
    return Transactions(account or "all accounts", control_number, sum(each.amount_cents for each in rows), tuple(rows))


def drill_transaction(settings: Settings, transaction: int, *, person: str, at: datetime) -> TransactionView:
    """A transaction with its entries and the segments it came from, and an audit event that says who looked.

    Raises:
        UsageError: nobody is named.
        NotFoundError: there is no such transaction, or no database yet.
        StorageError: the database failed.
    """
    who = named(person, "who looks (segments tell of patients)")
    with existing_store(settings) as store, store.unit() as unit:
        booked = ledger_drill.booked(unit.connection, transaction)
        if booked is None:
            raise NotFoundError(f"the books have no transaction {transaction}")
        source = ledger_drill.source_of(unit.connection, transaction)
        unit.audit(who, "view", f"ledger_transaction/{transaction}", {"segments": len(source.segments)}, at)
    return TransactionView(
        transaction=booked.transaction,
        kind=booked.kind,
        happened_on=booked.happened_on,
        known_on=booked.known_on,
        claim=booked.control_number,
        reverses=booked.reverses,
        reversed_by=booked.reversed_by,
        source=source.what,
        file=source.file_name,
        from_byte=source.span[0] if source.span else None,
        to_byte=source.span[1] if source.span else None,
        entries=tuple(
            EntryRow(
                each.account,
                booked.line_numbers.get(each.line_id) if each.line_id is not None else None,
                each.amount_cents,
                "-".join(part for part in (each.group, each.reason) if part),
            )
            for each in booked.entries
        ),
        segments=source.segments,
    )


def _check_account(account: str) -> None:
    from denialml.ledger import Account

    if account not in set(Account):
        raise UsageError(
            f"no account of the books is called {account}" if account else "say which account of the books"
        )
