"""Write-offs in the store: what was asked for, what was decided, and what is owed on the lines concerned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, func, select

from denialml.ledger import Account, LedgerTransaction, normalised
from denialml.ledger.writeoffs import WriteOffReason
from denialml.store.audit import utc
from denialml.store.ledger_rows import insert_transactions
from denialml.store.schema import claim, ledger_entry, ledger_transaction, service_line, write_off, write_off_decision
from denialml.store.units import Unit

PROPOSED: Final = "proposed"
APPROVED: Final = "approved"
REJECTED: Final = "rejected"
UNDONE: Final = "undone"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a claim (``line_id`` and ``line`` None: the claim as a whole), and what is owed there in cents."""

    claim_id: int
    line_id: int | None
    line: int | None
    line_cents: int
    claim_cents: int


@dataclass(frozen=True, slots=True)
class WriteOff:
    """A write-off that somebody asked for; ``state`` and ``decided_by`` are of the last decision about it."""

    id: int
    control_number: str
    claim_id: int
    line_id: int | None
    line: int | None
    account: Account
    amount_cents: int
    reason: WriteOffReason
    note: str
    person: str
    proposed_on: date
    state: str = PROPOSED
    decided_by: str = ""
    decided_on: date | None = None


def places(connection: Connection, control_number: str, account: Account) -> list[Place]:
    """Where something is booked on an account for a claim, the newest version of it last.

    What a later payer left to the patient is booked with its own claim, on the line of the first payer's.
    """
    booked, entry = ledger_transaction, ledger_entry
    owner = func.coalesce(service_line.c.claim_id, booked.c.claim_id)
    cents = func.sum(entry.c.amount_cents).label("cents")
    statement = (
        select(owner.label("claim_id"), entry.c.line_id, service_line.c.number, cents)
        .join_from(entry, booked, booked.c.id == entry.c.transaction_id)
        .outerjoin(service_line, service_line.c.id == entry.c.line_id)
        .join(claim, claim.c.id == owner)
        .where(claim.c.control_number == normalised(control_number), entry.c.account == account)
        .group_by(owner, entry.c.line_id, service_line.c.number)
        .order_by(owner, service_line.c.number)
    )
    found = connection.execute(statement).all()
    in_all: dict[int, int] = {}
    for row in found:
        in_all[row.claim_id] = in_all.get(row.claim_id, 0) + int(row.cents)
    return [Place(row.claim_id, row.line_id, row.number, int(row.cents), in_all[row.claim_id]) for row in found]


def propose(
    unit: Unit,
    place: Place,
    account: Account,
    cents: int,
    reason: WriteOffReason,
    *,
    note: str,
    person: str,
    at: datetime,
    known_on: date,
) -> int:
    """Keep that somebody asks for a write-off; its number."""
    identity = unit.allocate(write_off.name, 1)
    row = {
        "id": identity,
        "claim_id": place.claim_id,
        "line_id": place.line_id,
        "account": account,
        "amount_cents": cents,
        "reason": reason,
        "note": note,
        "person": person,
        "happened_at": utc(at),
        "known_on": known_on,
    }
    unit.insert(write_off, [row])
    return identity


def decide(
    unit: Unit,
    identity: int,
    action: str,
    transaction: LedgerTransaction | None,
    *,
    note: str,
    person: str,
    at: datetime,
    known_on: date,
) -> None:
    """Keep a decision about a write-off, with what it books."""
    booked = None
    if transaction is not None:
        booked = insert_transactions(unit, [(transaction, known_on, None, None)])[transaction.key]
    row = {
        "id": unit.allocate(write_off_decision.name, 1),
        "write_off_id": identity,
        "action": action,
        "note": note,
        "person": person,
        "transaction_id": booked,
        "happened_at": utc(at),
        "known_on": known_on,
    }
    unit.insert(write_off_decision, [row])


def write_offs(connection: Connection, identity: int | None = None) -> list[WriteOff]:
    """Every write-off asked for, or one of them, as the last decision left it, oldest first."""
    decisions = select(write_off_decision).order_by(write_off_decision.c.id)
    statement = (
        select(write_off, claim.c.control_number, service_line.c.number)
        .join(claim, claim.c.id == write_off.c.claim_id)
        .outerjoin(service_line, service_line.c.id == write_off.c.line_id)
        .order_by(write_off.c.id)
    )
    if identity is not None:
        decisions = decisions.where(write_off_decision.c.write_off_id == identity)
        statement = statement.where(write_off.c.id == identity)
    decided = {row.write_off_id: row for row in connection.execute(decisions)}
    found = []
    for row in connection.execute(statement):
        last = decided.get(row.id)
        said = (last.action, last.person, last.known_on) if last is not None else (PROPOSED, "", None)
        found.append(
            WriteOff(
                row.id, row.control_number, row.claim_id, row.line_id, row.number, Account(row.account),
                row.amount_cents, WriteOffReason(row.reason), row.note, row.person, row.known_on, *said,
            )
        )  # fmt: skip
    return found


def waiting(found: Sequence[WriteOff], place: Place, account: Account) -> WriteOff | None:
    """The write-off of a place that nobody decided about yet."""
    wanted = (place.claim_id, place.line_id, account, PROPOSED)
    return next((each for each in found if (each.claim_id, each.line_id, each.account, each.state) == wanted), None)
