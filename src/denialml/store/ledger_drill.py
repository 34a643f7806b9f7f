"""From a total of the books down to the bytes that it came from: account, claim, transaction, entries, segments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, func, or_, select

from denialml import ledger, x12
from denialml.ledger import Entry, TransactionKind
from denialml.ledger.keys import digest
from denialml.store.claim_file import split_segments
from denialml.store.exceptions import booked_key, decisions
from denialml.store.files import load_file
from denialml.store.ledger_rows import entries_of
from denialml.store.schema import (
    account_total,
    claim,
    claim_payment,
    deposit,
    deposit_match,
    file,
    ledger_entry,
    ledger_transaction,
    patient_event,
    patient_transaction,
    remittance,
    service_line,
    write_off_decision,
)

_T: Final = ledger_transaction
_E: Final = ledger_entry
_OF_CLAIM: Final = {TransactionKind.CHARGE, TransactionKind.CHARGE_CANCELLED, TransactionKind.NEXT_PAYER}


@dataclass(frozen=True, slots=True)
class DayTotal:
    """Debits and credits of an account on an accounting day, both positive."""

    day: date
    debit_cents: int
    credit_cents: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A transaction, and what it moved on an account (or in all, as debits)."""

    transaction: int
    kind: str
    happened_on: date
    known_on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a transaction came from. ``segments`` are those of X12, as they came; patients' data.

    ``what`` says it in words; ``span`` are the bytes of the file, from and up to.
    """

    what: str
    file_name: str = ""
    span: tuple[int, int] | None = None
    segments: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Booked:
    """A transaction with its entries; ``reverses`` and ``reversed_by`` are ids of its mirrors."""

    transaction: int
    kind: str
    happened_on: date
    known_on: date
    control_number: str
    reverses: int | None
    reversed_by: tuple[int, ...]
    entries: tuple[Entry, ...]
    line_numbers: dict[int, int]


def days_of(connection: Connection, account: str, as_of: date) -> list[DayTotal]:
    """The days on which something was booked on an account, up to one."""
    total = account_total.c
    statement = select(total.known_on, total.debit_cents, total.credit_cents)
    rows = connection.execute(
        statement.where(total.account == account, total.known_on <= as_of).order_by(total.known_on)
    )
    return [DayTotal(*row) for row in rows]


def moved_on(connection: Connection, account: str, day: date) -> list[Moved]:
    """What was booked on an account on one accounting day, in the order it was."""
    statement = _moved(account).where(_T.c.known_on == day)
    return [Moved(*row) for row in connection.execute(statement)]


def moved_of_claim(connection: Connection, control_number: str, account: str, as_of: date) -> list[Moved]:
    """What was booked on a claim number, on an account (empty: on any; then the sum of debits), up to a day."""
    ids = list(
        connection.execute(
            select(claim.c.id).where(claim.c.control_number == ledger.normalised(control_number))
        ).scalars()
    )
    lines = select(service_line.c.id).where(service_line.c.claim_id.in_(ids))
    of_lines = select(_E.c.transaction_id).where(_E.c.line_id.in_(lines))
    statement = _moved(account).where(or_(_T.c.claim_id.in_(ids), _T.c.id.in_(of_lines)), _T.c.known_on <= as_of)
    return [Moved(*row) for row in connection.execute(statement)]


def _moved(account: str) -> Any:
    statement = (
        select(_T.c.id, _T.c.kind, _T.c.happened_on, _T.c.known_on, func.sum(_E.c.amount_cents))
        .join_from(_T, _E, _E.c.transaction_id == _T.c.id)
        .group_by(_T.c.id, _T.c.kind, _T.c.happened_on, _T.c.known_on)
        .order_by(_T.c.known_on, _T.c.id)
    )
    return statement.where(_E.c.account == account) if account else statement.where(_E.c.amount_cents > 0)


def booked(connection: Connection, transaction_id: int) -> Booked | None:
    """A transaction, or None."""
    statement = select(_T, claim.c.control_number).outerjoin(claim, claim.c.id == _T.c.claim_id)
    row = connection.execute(statement.where(_T.c.id == transaction_id)).first()
    if row is None:
        return None
    entries = tuple(entries_of(connection, [transaction_id]).get(transaction_id, ()))
    ids = {entry.line_id for entry in entries if entry.line_id is not None}
    numbers = select(service_line.c.id, service_line.c.number).where(service_line.c.id.in_(ids))
    mirrors = select(_T.c.id).where(_T.c.reverses_id == transaction_id).order_by(_T.c.id)
    return Booked(
        transaction=row.id,
        kind=row.kind,
        happened_on=row.happened_on,
        known_on=row.known_on,
        control_number=row.control_number or "",
        reverses=row.reverses_id,
        reversed_by=tuple(connection.execute(mirrors).scalars()),
        entries=entries,
        line_numbers=dict(connection.execute(numbers).all()),
    )


def source_of(connection: Connection, transaction_id: int) -> Source:
    """Where a transaction came from. A correction comes from what it corrects."""
    row = connection.execute(select(_T).where(_T.c.id == transaction_id)).one()
    if row.claim_payment_id is not None:
        return _claim_payment(connection, row.claim_payment_id)
    if row.kind == TransactionKind.CORRECTION and row.reverses_id is not None:
        found = source_of(connection, row.reverses_id)
        return Source(f"correction of {row.reverses_id}: {found.what}", found.file_name, found.span, found.segments)
    if row.claim_id is not None and row.kind in _OF_CLAIM:
        return _claim(connection, row.claim_id)
    finders = (_of_remittance, _deposit, _patient, _write_off)
    found_by = (source for find in finders if (source := find(connection, row)))
    return next(found_by, None) or _decision(connection, row)


def _claim_payment(connection: Connection, identity: int) -> Source:
    statement = (
        select(claim_payment.c.file_start, claim_payment.c.file_end, remittance.c.file_id)
        .join(remittance, remittance.c.id == claim_payment.c.remittance_id)
        .where(claim_payment.c.id == identity)
    )
    row = connection.execute(statement).one()
    return _cut(connection, "claim payment", row.file_id, (row.file_start, row.file_end))


def _claim(connection: Connection, identity: int) -> Source:
    statement = select(claim.c.file_id, claim.c.file_start, claim.c.file_end).where(claim.c.id == identity)
    row = connection.execute(statement).one()
    return _cut(connection, "claim as sent", row.file_id, (row.file_start, row.file_end))


def _of_remittance(connection: Connection, row: Any) -> Source | None:
    """A provider adjustment, or a claim payment that could not be read: found again in the file by its key."""
    if row.remittance_id is None:
        return None
    statement = select(remittance).where(remittance.c.id == row.remittance_id)
    of = connection.execute(statement).one()
    content = load_file(connection, of.file_id)
    # The day does not matter here: it only dates what is read.
    read = next(each for each in ledger.remittances(x12.read(content), of.known_on) if each.ordinal == of.ordinal)
    for what, name, spans in (
        ("provider adjustment", "provider adjustment", [each.span for each in read.adjustments]),
        ("unreadable", "claim payment that could not be read", [each.span for each in read.refused]),
    ):
        for ordinal, span in enumerate(spans, 1):
            if digest(what, of.payment_key, ordinal) == row.key:
                return _cut(connection, name, of.file_id, (span.start, span.end))
    return None


def _deposit(connection: Connection, row: Any) -> Source | None:
    statement = (
        select(deposit.c.ordinal, file.c.name)
        .join(deposit_match, deposit_match.c.deposit_id == deposit.c.id)
        .join(file, file.c.id == deposit.c.file_id)
        .where(deposit_match.c.transaction_id == row.id)
    )
    found = connection.execute(statement).first()
    return Source(f"entry {found.ordinal} of a bank file", found.name) if found else None


def _patient(connection: Connection, row: Any) -> Source | None:
    statement = (
        select(patient_event.c.id, patient_event.c.kind, patient_event.c.person)
        .join(patient_transaction, patient_transaction.c.event_id == patient_event.c.id)
        .where(patient_transaction.c.transaction_id == row.id)
    )
    found = connection.execute(statement).first()
    return Source(f"{found.kind} of a patient, event {found.id} of {found.person}") if found else None


def _write_off(connection: Connection, row: Any) -> Source | None:
    decision = write_off_decision
    statement = select(decision.c.write_off_id, decision.c.action, decision.c.person)
    found = connection.execute(statement.where(decision.c.transaction_id == row.id)).first()
    return Source(f"write-off {found.write_off_id}, {found.action} by {found.person}") if found else None


def _decision(connection: Connection, row: Any) -> Source:
    for subject, decision in decisions(connection):
        if booked_key(subject, decision.id) == row.key:
            return Source(f"decision {decision.id} of {decision.person}: {decision.action}")
    return Source("what a person decided")


def _cut(connection: Connection, what: str, file_id: int, span: tuple[int, int]) -> Source:
    name = connection.execute(select(file.c.name).where(file.c.id == file_id)).scalar_one()
    return Source(what, name, span, split_segments(load_file(connection, file_id), *span))
