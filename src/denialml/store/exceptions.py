"""Things that wait (parked items) with what people decided about them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, or_, select

from denialml.codes import Treatment
from denialml.ledger import Account, Action, Entry, LedgerTransaction, ParkedKind, Ruling, Standing, TransactionKind
from denialml.ledger.keys import digest
from denialml.ledger.other_posting import adjustment_items, item_key
from denialml.store.answers import standing
from denialml.store.audit import utc
from denialml.store.ledger_rows import insert_transactions
from denialml.store.lookup import rows_with
from denialml.store.remittances import stands
from denialml.store.schema import (
    claim_payment,
    exception_decision,
    file,
    parked_item,
    provider_adjustment,
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
        stands().label("standing"),
        remittance.c.fault,
        remittance.c.payment_key,
        remittance.c.payer_name,
        remittance.c.trace,
        remittance.c.id.label("remittance_id"),
        file.c.name.label("file_name"),
    )
    .outerjoin(claim_payment, claim_payment.c.id == parked_item.c.claim_payment_id)
    .outerjoin(remittance, remittance.c.id == parked_item.c.remittance_id)
    .outerjoin(file, file.c.id == func.coalesce(parked_item.c.file_id, remittance.c.file_id))
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
    """A thing that waits. ``settled`` says that posting looks at it again whenever more is known: a claim payment.

    ``standing`` is how its remittance ``payment_key`` stands (both None where it is of none), ``fault`` what is wrong
    with that by itself.
    """

    id: int
    subject: str
    settled: bool
    standing: Standing | None
    fault: ParkedKind | None
    payment_key: str | None
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
    rows = [row for row in rows if row.event_key or _WHILE.get(row.kind, row.standing) == row.standing]
    decided = standing_decisions(connection, {_subject(row) for row in rows})
    return [
        _waiting(row, decided.get(_subject(row), ()))
        for row in rows
        if not any(_resolves(each, row) for each in decided.get(_subject(row), ()))
    ]


#: What is no claim payment waits for these reasons only while its remittance stands so.
_WHILE: Final[Mapping[str, Standing]] = {
    ParkedKind.PROVIDER_ADJUSTMENT_UNCLASSIFIED: Standing.POSTED,
    ParkedKind.PAYMENT_DIFFERS: Standing.POSTED,
    ParkedKind.UNBALANCED_TRANSACTION: Standing.QUARANTINED,
    ParkedKind.TRACE_CONFLICT: Standing.SET_ASIDE,
}


def _resolves(decision: Decision, row: Any) -> bool:
    """Whether a decision that leaves the parked item as it is ends its wait; what is in the books is not dismissed."""
    if decision.action == Action.DISMISS:
        return _settled(row) or bool(row.standing == Standing.SET_ASIDE)
    return decision.action == Action.BOOK


def _subject(row: Any) -> str:
    """What decisions are about: an answer, or what is parked of a remittance that waits as a whole."""
    if _settled(row):
        return str(row.event_key)
    return held_subject(row.event_key) if row.event_key else str(row.key)


def held_subject(event_key: str) -> str:
    """What decisions are about that speak of an answer as a part of a remittance that waits as a whole."""
    return digest("parked", event_key)


def _settled(row: Any) -> bool:
    return row.event_key is not None and row.standing == Standing.POSTED


def _waiting(row: Any, decided: Sequence[Decision]) -> Waiting:
    owners = [each.detail["owner"] for each in decided if each.action == ASSIGN]
    return Waiting(
        id=row.id,
        subject=_subject(row),
        settled=_settled(row),
        standing=Standing(row.standing) if row.standing else None,
        fault=ParkedKind(row.fault) if row.fault else None,
        payment_key=row.payment_key,
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
    of_subject = standing_decisions(connection, {row.subject}).get(row.subject, ())
    found = next((each for each in of_subject if each.id == identity), None)
    return (row.subject, found) if found else None


def decisions(connection: Connection) -> list[tuple[str, Decision]]:
    """Every decision that stands, with its subject, the oldest first."""
    return list(_standing(connection.execute(_DECISIONS).all()))


def rulings(connection: Connection, event_keys: Iterable[str]) -> dict[str, Ruling]:
    """What people's decisions about claim payments that stand come to, by event key."""
    found = standing_decisions(connection, event_keys)
    return {
        key: _ruling(ruled) for key, of in found.items() if (ruled := [each for each in of if each.action != ASSIGN])
    }


def standing_decisions(connection: Connection, subjects: Iterable[str]) -> dict[str, list[Decision]]:
    """What stands of people's decisions, by subject, the oldest first."""
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
    suspense = suspense_of(unit.connection, [item])[item.id]
    if not suspense:
        return
    entries = (Entry(Account.SUSPENSE_REMIT, -suspense), Entry(account, suspense))
    key = booked_key(item.subject, decision)
    transaction = LedgerTransaction(key, TransactionKind.TRANSFER, known_on, entries)
    insert_transactions(unit, [(transaction, known_on, item.remittance_id, None)])


def booked_key(subject: str, decision: int) -> str:
    """The key of the transaction that a decision to book made."""
    return digest("exception", subject, decision)


def suspense_of(connection: Connection, items: Sequence[Waiting]) -> dict[int, int]:
    """Cents that things that wait have on the suspense account, debit positive, by their ids.

    Payments were credited. A provider adjustment lowers a payment; a remittance that says nothing but its sum is parked
    without any; and what may be in the books already is not in suspense.
    """
    others = _parked_otherwise(connection, {item.remittance_id for item in items if not item.settled})
    return {
        item.id: 0 if item.standing is Standing.SET_ASIDE else others.get(item.subject, -item.amount_cents)
        for item in items
    }


def _parked_otherwise(connection: Connection, remittance_ids: Iterable[int | None]) -> dict[str, int]:
    """Cents in suspense of what is no payment, by the key of what waits."""
    a, r = provider_adjustment, remittance
    found: dict[str, int] = {}
    wanted = {each for each in remittance_ids if each is not None}
    for payment_key in [row.payment_key for row in rows_with(connection, select(r.c.payment_key), r.c.id, wanted)]:
        keys = (digest("parked", payment_key), item_key(payment_key, ParkedKind.UNBALANCED_TRANSACTION))
        found |= dict.fromkeys(keys, 0)
    statement = select(r.c.payment_key, a.c.ordinal, a.c.amount_cents).join(r, r.c.id == a.c.remittance_id)
    for row in rows_with(connection, statement, r.c.id, wanted):
        found |= dict.fromkeys(adjustment_items(row.payment_key, row.ordinal), row.amount_cents)
    return found
