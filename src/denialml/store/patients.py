"""Patients' accounts in the store: what they owe, what they paid, their plans and statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, case, exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from denialml.ledger import Account, Disposition, LedgerTransaction, normalised
from denialml.ledger.answers import LATER_PAYERS
from denialml.ledger.charges import VOID
from denialml.ledger.patients import EventKind, Hold, Plan, Share
from denialml.store.answers import standing
from denialml.store.audit import utc
from denialml.store.ledger_rows import insert_transactions, transactions_by_id
from denialml.store.lookup import rows_with
from denialml.store.schema import (
    claim,
    claim_payment,
    decision,
    ledger_entry,
    ledger_transaction,
    patient,
    patient_event,
    patient_statement,
    patient_transaction,
    payer,
    payment_plan,
    service_line,
    service_payment,
    submission,
)
from denialml.store.units import Unit

BILLED: Final = "patient_billed"  #: decision: nobody else pays, the patient is asked

#: Remarks by which Medicare says that the patient is a qualified beneficiary, who may not be billed (42 USC 1396a(n)).
_PROTECTING: Final = frozenset({"N781", "N782", "N783"})
_SHORTEST_KEY: Final = 8  # digits by which a patient may be named

_PATIENTS: Final = select(patient.c.id, patient.c.key, patient.c.last_name, patient.c.first_name, patient.c.birth)
_EVENTS: Final = select(*(column for column in patient_event.c if column.name != "undoes_id")).order_by(
    patient_event.c.id
)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a look at the books takes in: what was known at the end of a day.

    A statement that is made again takes in what it knew: up to its last ledger transaction and its moment.
    """

    as_of: date = date.max
    last_transaction_id: int | None = None
    moment: datetime | None = None

    def holds(self) -> ColumnElement[bool]:
        """Whether a ledger transaction belongs to it."""
        until = ledger_transaction.c.known_on <= self.as_of
        if self.last_transaction_id is None:
            return until
        return until & (ledger_transaction.c.id <= self.last_transaction_id)

    def told(self, table: Table) -> ColumnElement[bool]:
        """Whether a row of a table of events belongs to it."""
        until = table.c.known_on <= self.as_of
        return until if self.moment is None else until & (table.c.happened_at <= self.moment)


EVERYTHING: Final = Knowledge()


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient's row. ``name`` and ``birth`` are for statements only."""

    id: int
    key: str
    last_name: str
    first_name: str
    birth: date | None

    def __repr__(self) -> str:
        return f"Patient({self.id})"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a patient's money. ``undone`` says that a later event took it back."""

    id: int
    key: str
    patient_id: int
    kind: EventKind
    amount_cents: int
    method: str
    reference: str
    reason: str
    person: str
    happened_on: date
    happened_at: datetime
    known_on: date
    undone: bool


@dataclass(frozen=True, slots=True)
class AgreedPlan:
    """A plan with the moment it was agreed at; payments from then on count."""

    plan: Plan
    agreed_at: datetime


@dataclass(frozen=True, slots=True)
class SentStatement:
    """A statement that was sent."""

    patient_id: int
    as_of: date
    balance_cents: int
    due_cents: int
    last_transaction_id: int
    happened_at: datetime

    def knowledge(self) -> Knowledge:
        """What it took in."""
        return Knowledge(self.as_of, self.last_transaction_id, self.happened_at)


def patients_named(connection: Connection, word: str) -> list[Patient]:
    """The patients of the claims to first payers with a control number, or of a key or its first digits."""
    numbered = (claim.c.control_number == normalised(word)) & (claim.c.coverage_sequence == "P")
    found = _PATIENTS.join(claim, claim.c.patient_id == patient.c.id).where(numbered).distinct()
    rows = connection.execute(found).all()
    start = word.strip().lower()
    if not rows and len(start) >= _SHORTEST_KEY and start.isalnum():
        rows = connection.execute(_PATIENTS.where(patient.c.key.startswith(start))).all()
    return [Patient(*row) for row in rows]


def patients_of(connection: Connection, ids: Collection[int]) -> dict[int, Patient]:
    """Patients by id."""
    return {row.id: Patient(*row) for row in rows_with(connection, _PATIENTS, patient.c.id, ids)}


def claim_ids_of(connection: Connection, control_number: str) -> frozenset[int]:
    """The ids of all versions of a claim."""
    number = normalised(control_number)
    return frozenset(connection.execute(select(claim.c.id).where(claim.c.control_number == number)).scalars())


def shares(
    connection: Connection, patient_id: int | None = None, known: Knowledge = EVERYTHING
) -> dict[int, list[Share]]:
    """The shares of one patient, or of all, by patient id; without :class:`Hold`, which :func:`holds` tells."""
    entry, booked, moved = ledger_entry, ledger_transaction, patient_transaction
    own = moved.c.transaction_id.is_not(None)
    arose = case(((entry.c.amount_cents > 0) & ~own, booked.c.happened_on), else_=None)
    owner = func.coalesce(service_line.c.claim_id, booked.c.claim_id)  # what a later payer left is of the first claim
    statement = (
        select(
            claim.c.patient_id,
            owner.label("claim_id"),
            entry.c.line_id,
            func.coalesce(service_line.c.served_from, claim.c.served_from).label("served_on"),
            func.min(arose).label("since"),
            func.sum(entry.c.amount_cents).label("owed"),
            func.sum(case((own, -entry.c.amount_cents), else_=0)).label("applied"),
        )
        .join(booked, booked.c.id == entry.c.transaction_id)
        .outerjoin(service_line, service_line.c.id == entry.c.line_id)
        .join(claim, claim.c.id == owner)
        .outerjoin(moved, moved.c.transaction_id == booked.c.id)
        .where(entry.c.account == Account.AR_PATIENT, known.holds())
        .group_by(
            claim.c.patient_id,
            owner,
            entry.c.line_id,
            service_line.c.served_from,
            claim.c.served_from,
        )
        .order_by(owner, entry.c.line_id)
    )
    if patient_id is not None:
        statement = statement.where(claim.c.patient_id == patient_id)
    found: dict[int, list[Share]] = {}
    for row in connection.execute(statement):
        share = Share(
            row.claim_id, row.line_id, row.served_on, row.since or row.served_on, int(row.owed), int(row.applied)
        )
        found.setdefault(row.patient_id, []).append(share)
    return found


def credit_of(connection: Connection, patient_id: int | None = None, known: Knowledge = EVERYTHING) -> dict[int, int]:
    """Cents of credit of one patient, or of all that ever had any, by patient id."""
    found: dict[int, int] = {}
    for owner, _, cents in credit_entries(connection, patient_id, known):
        found[owner] = found.get(owner, 0) + cents
    return found


def credit_entries(
    connection: Connection, patient_id: int | None = None, known: Knowledge = EVERYTHING
) -> list[tuple[int, date, int]]:
    """Changes of patients' credit in the order of days, as (patient id, day, cents)."""
    statement = (
        select(patient_event.c.patient_id, ledger_transaction.c.happened_on, -ledger_entry.c.amount_cents)
        .join_from(ledger_entry, ledger_transaction, ledger_transaction.c.id == ledger_entry.c.transaction_id)
        .join(patient_transaction, patient_transaction.c.transaction_id == ledger_transaction.c.id)
        .join(patient_event, patient_event.c.id == patient_transaction.c.event_id)
        .where(ledger_entry.c.account == Account.PATIENT_CREDIT, known.holds())
        .order_by(ledger_transaction.c.happened_on, ledger_transaction.c.id)
    )
    if patient_id is not None:
        statement = statement.where(patient_event.c.patient_id == patient_id)
    return [(owner, day, int(cents)) for owner, day, cents in connection.execute(statement)]


def insurer_entries(connection: Connection) -> list[tuple[str, str, date, int]]:
    """Changes of what insurers owe on claims that are below zero, as (control number, payer, day, cents) by day."""
    booked, entry = ledger_transaction, ledger_entry
    owed = select(booked.c.claim_id).join(entry, entry.c.transaction_id == booked.c.id)
    overpaid = (
        owed.where(entry.c.account == Account.AR_INSURER, booked.c.claim_id.is_not(None))
        .group_by(booked.c.claim_id)
        .having(func.sum(entry.c.amount_cents) < 0)
    )
    statement = (
        select(claim.c.control_number, payer.c.name, booked.c.happened_on, entry.c.amount_cents)
        .join_from(entry, booked, booked.c.id == entry.c.transaction_id)
        .join(claim, claim.c.id == booked.c.claim_id)
        .join(payer, payer.c.id == claim.c.payer_id)
        .where(entry.c.account == Account.AR_INSURER, booked.c.claim_id.in_(overpaid))
        .order_by(booked.c.happened_on, booked.c.id)
    )
    return [(number, name, day, int(cents)) for number, name, day, cents in connection.execute(statement)]


@dataclass(frozen=True, slots=True)
class Holds:
    """What is known of holds: of claims for sure, and of those whose later payers were answered or are let go.

    ``settled`` are claims for which nobody need be asked before the patient: a payer after the first answered, or a
    person decided so.
    """

    by_claim: Mapping[int, Hold]
    settled: frozenset[int]


def holds(connection: Connection, claim_ids: Iterable[int], as_of: date = date.max) -> Holds:
    """Which claims may not be billed to their patients at the end of a day, by the books and by what was sent."""
    wanted = frozenset(claim_ids)
    numbers = dict(rows_with(connection, select(claim.c.id, claim.c.control_number), claim.c.id, wanted))
    answered = _answered_by_later(connection, numbers.values(), as_of)
    decided = select(decision.c.claim_id).where(decision.c.action == BILLED, decision.c.known_on <= as_of)
    let_go = {row.claim_id for row in rows_with(connection, decided, decision.c.claim_id, wanted)}
    settled = frozenset(each for each in wanted if each in let_go or numbers[each] in answered)
    waiting = _sent_to_later(connection, numbers.values(), as_of)
    found: dict[int, Hold] = {each: Hold.NEXT_PAYER for each in wanted if numbers[each] in waiting} if waiting else {}
    found = {each: hold for each, hold in found.items() if each not in settled}
    sums = _sums(connection, wanted, as_of)
    for each in wanted:
        if sums.get((each, Account.AR_NEXT_PAYER), 0) > 0:
            found[each] = Hold.NEXT_PAYER
        if not sums.get((each, Account.REVENUE_CHARGES), 0):
            found[each] = Hold.REPLACED
    return Holds(found | dict.fromkeys(_protected(connection, wanted, as_of), Hold.PROTECTED), settled)


def _answered_by_later(connection: Connection, numbers: Iterable[str], as_of: date) -> frozenset[str]:
    statement = (
        select(claim.c.control_number)
        .join(claim_payment, claim_payment.c.claim_id == claim.c.id)
        .where(
            claim_payment.c.status.in_(LATER_PAYERS),
            claim_payment.c.disposition == Disposition.POSTED,
            claim_payment.c.known_on <= as_of,
            standing(),
        )
    )
    return frozenset(row.control_number for row in rows_with(connection, statement, claim.c.control_number, numbers))


def _sent_to_later(connection: Connection, numbers: Iterable[str], as_of: date) -> frozenset[str]:
    """Claim numbers under which a claim to a later payer was sent that no void has taken back."""
    void, sent = claim.alias("void"), submission.alias("void_sent")
    voided = exists().where(
        void.c.control_number == claim.c.control_number,
        void.c.coverage_sequence == claim.c.coverage_sequence,
        void.c.frequency == VOID,
        void.c.id >= claim.c.id,
        sent.c.claim_id == void.c.id,
        sent.c.known_on <= as_of,
    )
    statement = (
        select(claim.c.control_number)
        .join(submission, submission.c.claim_id == claim.c.id)
        .where(claim.c.coverage_sequence != "P", submission.c.known_on <= as_of, ~voided)
    )
    return frozenset(row.control_number for row in rows_with(connection, statement, claim.c.control_number, numbers))


def _sums(connection: Connection, claim_ids: Iterable[int], as_of: date) -> dict[tuple[int, str], int]:
    booked, entry = ledger_transaction, ledger_entry
    statement = (
        select(booked.c.claim_id, entry.c.account, func.sum(entry.c.amount_cents).label("cents"))
        .join(entry, entry.c.transaction_id == booked.c.id)
        .where(entry.c.account.in_((Account.AR_NEXT_PAYER, Account.REVENUE_CHARGES)), booked.c.known_on <= as_of)
        .group_by(booked.c.claim_id, entry.c.account)
    )
    rows = rows_with(connection, statement, booked.c.claim_id, claim_ids)
    return {(row.claim_id, row.account): int(row.cents) for row in rows}


def _protected(connection: Connection, claim_ids: Iterable[int], as_of: date) -> frozenset[int]:
    posted = (claim_payment.c.disposition == Disposition.POSTED) & (claim_payment.c.known_on <= as_of) & standing()
    of_claim = select(claim_payment.c.claim_id, claim_payment.c.remarks).where(posted)
    of_line = (
        select(claim_payment.c.claim_id, service_payment.c.remarks)
        .join(service_payment, service_payment.c.claim_payment_id == claim_payment.c.id)
        .where(posted)
    )
    wanted = frozenset(claim_ids)
    return frozenset(
        row.claim_id
        for statement in (of_claim, of_line)
        for row in rows_with(connection, statement, claim_payment.c.claim_id, wanted)
        if _PROTECTING.intersection(row.remarks.split())
    )


def add_event(
    unit: Unit,
    event: Mapping[str, Any],
    transactions: Sequence[LedgerTransaction],
    at: datetime,
) -> int:
    """Keep an event (columns of ``patient_event``) with its ledger transactions; the event's id."""
    identity = unit.allocate(patient_event.name, 1)
    unit.insert(patient_event, [{**event, "id": identity, "happened_at": utc(at)}])
    add_transactions(unit, identity, transactions, event["known_on"])
    return identity


def add_transactions(unit: Unit, event_id: int, transactions: Sequence[LedgerTransaction], known_on: date) -> None:
    """Book ledger transactions as part of an event."""
    ids = insert_transactions(unit, [(each, known_on, None, None) for each in transactions])
    unit.insert(patient_transaction, [{"transaction_id": each, "event_id": event_id} for each in ids.values()])


def event_with_key(connection: Connection, key: str) -> int | None:
    """The id of the event with that key, if it is there."""
    return connection.execute(select(patient_event.c.id).where(patient_event.c.key == key)).scalar()


def events(
    connection: Connection,
    *,
    patient_ids: Collection[int] | None = None,
    event_id: int | None = None,
    known: Knowledge = EVERYTHING,
) -> list[Event]:
    """Events in the order they were kept: one, those of some patients, or all."""
    statement = _EVENTS.where(known.told(patient_event))
    if event_id is not None:
        rows: Iterable[Any] = connection.execute(statement.where(patient_event.c.id == event_id))
    elif patient_ids is not None:
        rows = rows_with(connection, statement, patient_event.c.patient_id, patient_ids)
    else:
        rows = connection.execute(statement)
    found = [row._asdict() for row in rows]
    undoing = select(patient_event.c.undoes_id).where(known.told(patient_event))
    undone = {
        row.undoes_id for row in rows_with(connection, undoing, patient_event.c.undoes_id, [r["id"] for r in found])
    }
    return [Event(**{**row, "kind": EventKind(row["kind"])}, undone=row["id"] in undone) for row in found]


def transactions_of(connection: Connection, event_id: int) -> list[LedgerTransaction]:
    """The ledger transactions of an event."""
    booked = patient_transaction
    ids = connection.execute(select(booked.c.transaction_id).where(booked.c.event_id == event_id)).scalars()
    return [each for _, each in sorted(transactions_by_id(connection, ids).items())]


def add_plan(unit: Unit, patient_id: int, plan: Plan, *, person: str, reason: str, at: datetime, day: date) -> None:
    """Keep what was agreed; a plan of no cents a month ends the one before."""
    row = {
        "id": unit.allocate(payment_plan.name, 1),
        "patient_id": patient_id,
        "total_cents": plan.total_cents,
        "monthly_cents": plan.monthly_cents,
        "day_of_month": plan.day_of_month,
        "starts_on": plan.starts_on,
        "person": person,
        "reason": reason,
        "happened_at": utc(at),
        "known_on": day,
    }
    unit.insert(payment_plan, [row])


def plan_of(connection: Connection, patient_id: int, known: Knowledge = EVERYTHING) -> AgreedPlan | None:
    """The plan that holds for a patient: the one agreed last, unless that ended another."""
    table = payment_plan
    agreed = select(table).where(table.c.patient_id == patient_id, known.told(table))
    row = connection.execute(agreed.order_by(table.c.id.desc()).limit(1)).first()
    if row is None or not row.monthly_cents:
        return None
    return AgreedPlan(Plan(row.total_cents, row.monthly_cents, row.day_of_month, row.starts_on), row.happened_at)


def statements(connection: Connection) -> dict[int, list[SentStatement]]:
    """Statements sent, by patient id, oldest first."""
    table = patient_statement
    found: dict[int, list[SentStatement]] = {}
    for row in connection.execute(select(table).order_by(table.c.as_of)):
        sent = SentStatement(
            row.patient_id,
            row.as_of,
            row.balance_cents,
            row.due_cents,
            row.last_transaction_id,
            row.happened_at,
        )
        found.setdefault(row.patient_id, []).append(sent)
    return found


def add_statements(unit: Unit, sent: Sequence[tuple[SentStatement, str]], *, person: str, known_on: date) -> None:
    """Write down that statements were sent, each with the SHA-256 of its PDF."""
    first = unit.allocate(patient_statement.name, len(sent))
    rows = [
        {
            "id": first + place,
            "patient_id": each.patient_id,
            "as_of": each.as_of,
            "balance_cents": each.balance_cents,
            "due_cents": each.due_cents,
            "last_transaction_id": each.last_transaction_id,
            "sha256": sha256,
            "person": person,
            "happened_at": utc(each.happened_at),
            "known_on": known_on,
        }
        for place, (each, sha256) in enumerate(sent)
    ]
    unit.insert(patient_statement, rows)
