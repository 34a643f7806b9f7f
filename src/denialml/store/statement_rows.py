"""What statements to patients are made of: lines of claims with what every account says of them, and what changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, case, func, select

from denialml.ledger import Account, TransactionKind
from denialml.ledger.known import FIRST
from denialml.store.lookup import rows_with
from denialml.store.patients import Knowledge
from denialml.store.schema import (
    claim,
    ledger_entry,
    ledger_transaction,
    patient_event,
    patient_transaction,
    payer,
    service_line,
)


@dataclass(frozen=True, slots=True)
class ClaimHead:
    """A claim of a statement."""

    claim_id: int
    control_number: str
    payer_name: str
    served_from: date


@dataclass(frozen=True, slots=True)
class LineHead:
    """A service line of a statement."""

    claim_id: int
    line_id: int
    number: int
    procedure: str
    served_from: date
    charge_cents: int


@dataclass(frozen=True, slots=True)
class LineAmount:
    """A sum of the books of one line (None: of the claim as a whole), by what it comes from.

    ``own`` says that it is the patient's own money, ``written_off`` that a person gave it up.
    """

    claim_id: int
    line_id: int | None
    account: Account
    own: bool
    written_off: bool
    reason: str
    cents: int


def claim_heads(connection: Connection, claim_ids: Iterable[int]) -> dict[int, ClaimHead]:
    """Claims by id."""
    statement = select(claim.c.id, claim.c.control_number, payer.c.name, claim.c.served_from).join(
        payer, payer.c.id == claim.c.payer_id
    )
    return {row.id: ClaimHead(*row) for row in rows_with(connection, statement, claim.c.id, claim_ids)}


def line_heads(connection: Connection, claim_ids: Iterable[int]) -> dict[int, list[LineHead]]:
    """The lines of claims by claim id, in their order."""
    line = service_line
    statement = select(
        line.c.claim_id, line.c.id, line.c.number, line.c.procedure, line.c.served_from, line.c.charge_cents
    ).order_by(line.c.claim_id, line.c.number)
    found: dict[int, list[LineHead]] = {}
    for row in rows_with(connection, statement, line.c.claim_id, claim_ids):
        found.setdefault(row.claim_id, []).append(LineHead(*row))
    return found


def line_amounts(connection: Connection, claim_ids: Iterable[int], known: Knowledge) -> dict[int, list[LineAmount]]:
    """What the books say of claims' lines, by claim id, in the order in which the payers were asked.

    A claim to a later payer is of the same services: what is booked with it counts on the lines of the first.
    """
    wanted = frozenset(claim_ids)
    later, lines = _later_claims(connection, wanted), _later_lines(connection, wanted)
    entry, booked, moved = ledger_entry, ledger_transaction, patient_transaction
    own = case((moved.c.transaction_id.is_not(None), 1), else_=0)
    given_up = case((booked.c.kind == TransactionKind.WRITE_OFF, 1), else_=0)
    what = (
        booked.c.claim_id,
        service_line.c.claim_id.label("line_of"),
        entry.c.line_id,
        entry.c.account,
        entry.c.reason,
    )
    statement = (
        select(*what, own.label("own"), given_up.label("given_up"), func.sum(entry.c.amount_cents).label("cents"))
        .join_from(entry, booked, booked.c.id == entry.c.transaction_id)
        .outerjoin(moved, moved.c.transaction_id == booked.c.id)
        .outerjoin(service_line, service_line.c.id == entry.c.line_id)
        .where(known.holds())
        .group_by(booked.c.claim_id, service_line.c.claim_id, *what[2:], "own", "given_up")
        .order_by(*what)
    )
    found: dict[int, list[LineAmount]] = {}
    for row in rows_with(connection, statement, booked.c.claim_id, wanted | later.keys()):
        owner, line = row.line_of or row.claim_id, row.line_id
        owner, line = later.get(owner, owner), lines.get(line, None if owner in later else line)
        if owner in wanted:
            amount = LineAmount(
                owner, line, Account(row.account), bool(row.own), bool(row.given_up), row.reason, int(row.cents)
            )
            found.setdefault(owner, []).append(amount)
    return found


_FIRST_CLAIM: Final = claim.alias("first_claim")
_FIRST_LINE: Final = service_line.alias("first_line")
_SAME_CARE: Final = (
    (claim.c.control_number == _FIRST_CLAIM.c.control_number)
    & (claim.c.served_from == _FIRST_CLAIM.c.served_from)
    & (claim.c.coverage_sequence != FIRST)
)


def _later_claims(connection: Connection, firsts: Iterable[int]) -> dict[int, int]:
    """Claims to later payers, each with the newest of these claims that it is about."""
    statement = (
        select(claim.c.id, _FIRST_CLAIM.c.id.label("first_id"))
        .join_from(_FIRST_CLAIM, claim, _SAME_CARE)
        .order_by(_FIRST_CLAIM.c.id)
    )
    return {row.id: row.first_id for row in rows_with(connection, statement, _FIRST_CLAIM.c.id, firsts)}


def _later_lines(connection: Connection, firsts: Iterable[int]) -> dict[int, int]:
    """Their lines, each with the line of the same number."""
    statement = (
        select(service_line.c.id, _FIRST_LINE.c.id.label("first_id"))
        .join_from(_FIRST_CLAIM, claim, _SAME_CARE)
        .join(service_line, service_line.c.claim_id == claim.c.id)
        .join(
            _FIRST_LINE,
            (_FIRST_LINE.c.claim_id == _FIRST_CLAIM.c.id) & (_FIRST_LINE.c.number == service_line.c.number),
        )
        .order_by(_FIRST_CLAIM.c.id)
    )
    return {row.id: row.first_id for row in rows_with(connection, statement, _FIRST_CLAIM.c.id, firsts)}


def newest_transaction(connection: Connection, known: Knowledge) -> int:
    """The id of the newest ledger transaction that is known; 0 when there is none."""
    return connection.execute(select(func.max(ledger_transaction.c.id)).where(known.holds())).scalar() or 0


def claims_paid_on(connection: Connection, patient_id: int, since: Knowledge, until: Knowledge) -> frozenset[int]:
    """The claims to which a patient's money was put after ``since`` and not after ``until``."""
    booked = ledger_transaction
    statement = (
        select(booked.c.claim_id)
        .join(patient_transaction, patient_transaction.c.transaction_id == booked.c.id)
        .join(patient_event, patient_event.c.id == patient_transaction.c.event_id)
        .where(patient_event.c.patient_id == patient_id, booked.c.claim_id.is_not(None))
        .where(until.holds(), ~since.holds())
    )
    return frozenset(connection.execute(statement).scalars())


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed for a patient between two statements, in cents of what is owed: payments are below zero."""

    shares_cents: int = 0
    payments_cents: int = 0
    refunds_cents: int = 0
    write_offs_cents: int = 0

    @property
    def total_cents(self) -> int:
        """All of them."""
        return self.shares_cents + self.payments_cents + self.refunds_cents + self.write_offs_cents


_OF_KIND: Final = {
    TransactionKind.PATIENT_PAYMENT: "payments_cents",
    TransactionKind.REFUND: "refunds_cents",
    TransactionKind.WRITE_OFF: "write_offs_cents",
}


def changes(connection: Connection, patient_id: int, since: Knowledge, until: Knowledge) -> Changes:
    """What became known for a patient after ``since`` and not after ``until``. Transfers of credit change nothing."""
    entry, booked = ledger_entry, ledger_transaction
    of_claims = (
        select(booked.c.kind, func.sum(entry.c.amount_cents).label("cents"))
        .join_from(entry, booked, booked.c.id == entry.c.transaction_id)
        .join(claim, claim.c.id == booked.c.claim_id)
        .where(entry.c.account == Account.AR_PATIENT, claim.c.patient_id == patient_id)
    )
    of_credit = (
        select(booked.c.kind, func.sum(entry.c.amount_cents).label("cents"))
        .join_from(entry, booked, booked.c.id == entry.c.transaction_id)
        .join(patient_transaction, patient_transaction.c.transaction_id == booked.c.id)
        .join(patient_event, patient_event.c.id == patient_transaction.c.event_id)
        .where(entry.c.account == Account.PATIENT_CREDIT, patient_event.c.patient_id == patient_id)
    )
    found = dict.fromkeys(Changes.__dataclass_fields__, 0)
    for statement in (of_claims, of_credit):
        for row in connection.execute(statement.where(until.holds(), ~since.holds()).group_by(booked.c.kind)):
            found[_OF_KIND.get(TransactionKind(row.kind), "shares_cents")] += int(row.cents)
    return Changes(**found)
