"""Things that wait (parked items) with what people decided about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from denialml.codes import Treatment
from denialml.ledger import Account, Action, Entry, LedgerTransaction, ParkedKind, Ruling, TransactionKind
from denialml.ledger.keys import digest
from denialml.store.answers import standing
from denialml.store.audit import utc
from denialml.store.ledger_rows import entries_of, insert_transactions
from denialml.store.lookup import rows_with
from denialml.store.schema import (
    claim_payment,
    exception_decision,
    file,
    ledger_transaction,
    parked_item,
    remittance,
)
from denialml.store.units import Unit

ASSIGN: Final = "assign"
WITHDRAW: Final = "withdraw"

_DECISIONS: Final = select(exception_decision).order_by(exception_decision.c.id)
_PARKED: Final = (
    select(
        parked_item.c.id,
        parked_item.c.key,
        parked_item.c.kind,
        parked_item.c.amount_cents,
        parked_item.c.message,
        parked_item.c.known_on,
        claim_payment.c.event_key,
        claim_payment.c.account,
        remittance.c.status.label("remittance_status"),
        remittance.c.payer_name,
        remittance.c.trace,
        remittance.c.id.label("remittance_id"),
        file.c.name.label("file_name"),
    )
    .outerjoin(claim_payment, claim_payment.c.id == parked_item.c.claim_payment_id)
    .outerjoin(remittance, remittance.c.id == parked_item.c.remittance_id)
    .outerjoin(file, file.c.id == parked_item.c.file_id)
    .where(or_(parked_item.c.claim_payment_id.is_(None), standing()))
    .order_by(parked_item.c.id)
)


@dataclass(frozen=True, slots=True)
class Decision:
    """One row: ``detail`` as it was decided."""

    id: int
    action: str
    detail: Mapping[str, Any]
    person: str
    reason: str
    known_on: date


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thing that waits. ``settled`` says that posting looks at it again whenever more is known: a claim payment."""

    id: int
    subject: str
    settled: bool
    kind: ParkedKind
    amount_cents: int
    message: str
    since: date
    account: str
    payer_name: str
    trace: str
    file_name: str
    remittance_id: int | None
    owner: str


def waiting(connection: Connection) -> list[Waiting]:
    """Everything that waits now, the oldest first."""
    rows = connection.execute(_PARKED).all()
    decided = _standing_decisions(connection, {_subject(row) for row in rows})
    return [
        _waiting(row, decided.get(_subject(row), ()))
        for row in rows
        if not any(each.action in _RESOLVING for each in decided.get(_subject(row), ()))
    ]


_RESOLVING: Final = frozenset({Action.BOOK.value, Action.DISMISS.value})  # what leaves the parked item as it is


def _subject(row: Any) -> str:
    return str(row.event_key if _settled(row) else row.key)


def _settled(row: Any) -> bool:
    return row.event_key is not None and row.remittance_status == "posted"


def _waiting(row: Any, decided: Sequence[Decision]) -> Waiting:
    owners = [each.detail["owner"] for each in decided if each.action == ASSIGN]
    return Waiting(
        id=row.id,
        subject=_subject(row),
        settled=_settled(row),
        kind=ParkedKind(row.kind),
        amount_cents=row.amount_cents,
        message=row.message,
        since=row.known_on,
        account=row.account or "",
        payer_name=row.payer_name or "",
        trace=row.trace or "",
        file_name=row.file_name or "",
        remittance_id=row.remittance_id,
        owner=owners[-1] if owners else "",
    )


def add_decision(
    unit: Unit,
    subject: str,
    action: str,
    detail: Mapping[str, Any],
    *,
    person: str,
    reason: str,
    at: datetime,
    known_on: date,
    withdraws: int | None = None,
) -> int:
    """Write down what a person decided; the id of the row.

    Raises:
        StorageError: the decision that it takes back was taken back before.
    """
    identity = unit.allocate(exception_decision.name, 1)
    row = {
        "id": identity,
        "subject": subject,
        "action": action,
        "detail": json.dumps(detail, sort_keys=True),
        "person": person,
        "reason": reason,
        "withdraws_id": withdraws,
        "happened_at": utc(at),
        "known_on": known_on,
    }
    unit.insert(exception_decision, [row])
    return identity


def decision_of(connection: Connection, identity: int) -> tuple[str, Decision] | None:
    """A decision that stands, with its subject; None when there is none, or it was taken back."""
    row = connection.execute(_DECISIONS.where(exception_decision.c.id == identity)).first()
    if row is None:
        return None
    of_subject = _standing_decisions(connection, {row.subject}).get(row.subject, ())
    found = next((each for each in of_subject if each.id == identity), None)
    return (row.subject, found) if found else None


def decisions(connection: Connection) -> list[tuple[str, Decision]]:
    """Every decision that stands, with its subject, the oldest first."""
    return list(_standing(connection.execute(_DECISIONS).all()))


def rulings(connection: Connection, event_keys: Iterable[str]) -> dict[str, Ruling]:
    """What people's decisions about claim payments that stand come to, by event key."""
    found = _standing_decisions(connection, event_keys)
    return {
        key: _ruling(ruled) for key, of in found.items() if (ruled := [each for each in of if each.action != ASSIGN])
    }


def _standing_decisions(connection: Connection, subjects: Iterable[str]) -> dict[str, list[Decision]]:
    rows = list(rows_with(connection, _DECISIONS, exception_decision.c.subject, subjects))
    found: dict[str, list[Decision]] = {}
    for subject, decision in _standing(rows):
        found.setdefault(subject, []).append(decision)
    return found


def _standing(rows: Sequence[Any]) -> Iterator[tuple[str, Decision]]:
    """Those decisions that none of the rows takes back, each with its subject."""
    taken_back = {row.withdraws_id for row in rows if row.withdraws_id}
    for row in rows:
        if row.id not in taken_back and row.action != WITHDRAW:
            detail = json.loads(row.detail)
            yield row.subject, Decision(row.id, row.action, detail, row.person, row.reason, row.known_on)


def _ruling(decisions: Sequence[Decision]) -> Ruling:
    """The last of some decisions, on what those before said of the answer's claim and of its adjustments."""
    ruling = Ruling(Action.CLASSIFY)
    for each in decisions:
        action, detail, bears = Action(each.action), each.detail, dict(ruling.bears)
        for code, treatment in detail.get("bears", {}).items():
            group, _, reason = code.partition("-")
            bears[group, reason] = Treatment(treatment)
        where = detail if detail.get("account") else {"account": ruling.account, "version": ruling.version}
        last = ruling.action if action is Action.CLASSIFY else action
        ruling = Ruling(last, where["account"], where["version"], bears)
    return ruling


def book(unit: Unit, item: Waiting, decision: int, account: Account, known_on: date) -> None:
    """Move what waits in suspense to the account that a person named.

    Raises:
        StorageError: the database refused a row.
    """
    suspense = _suspense(unit.connection, item)
    if not suspense:
        return
    entries = (Entry(Account.SUSPENSE_REMIT, -suspense), Entry(account, suspense))
    key = booked_key(item.subject, decision)
    transaction = LedgerTransaction(key, TransactionKind.TRANSFER, known_on, entries)
    insert_transactions(unit, [(transaction, known_on, item.remittance_id, None)])


def booked_key(subject: str, decision: int) -> str:
    """The key of the transaction that a decision to book made."""
    return digest("exception", subject, decision)


def _suspense(connection: Connection, item: Waiting) -> int:
    """Cents that a parked item has on the suspense account, debit positive."""
    rows = connection.execute(
        select(ledger_transaction.c.id, ledger_transaction.c.key, claim_payment.c.event_key)
        .outerjoin(claim_payment, claim_payment.c.id == ledger_transaction.c.claim_payment_id)
        .where(
            ledger_transaction.c.remittance_id == item.remittance_id,
            ledger_transaction.c.kind == TransactionKind.SUSPENSE,
        )
    ).all()
    mine = [row.id for row in rows if item.subject == digest("parked", row.event_key or row.key)]
    entries = [entry for found in entries_of(connection, mine).values() for entry in found]
    return sum(entry.amount_cents for entry in entries if entry.account is Account.SUSPENSE_REMIT)
