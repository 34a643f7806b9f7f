"""What a person decides about a remittance as a whole: that it counts instead of another, that it is released.

How a remittance stands follows from the remittances and the decisions that stand (:func:`denialml.ledger.counting`).
Where it follows otherwise than before, everything of the remittance is settled anew: its answers, its other parts, and
the deposits that pay it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, func, select

from denialml import ledger
from denialml.claims import ProviderAdjustment, replace
from denialml.errors import RefusedError
from denialml.ledger import (
    Action,
    Bearer,
    Held,
    LedgerTransaction,
    Parked,
    ParkedKind,
    Parts,
    Standing,
    TransactionKind,
)
from denialml.ledger.keys import digest
from denialml.ledger.other_posting import unreadable_key
from denialml.store import deposits, paper, schema
from denialml.store.answers import answered_of, standing
from denialml.store.exceptions import held_subject, standing_decisions
from denialml.store.known import last_of_chain
from denialml.store.ledger_rows import transactions_by_id
from denialml.store.lookup import rows_with
from denialml.store.posting import portions, resettle_answers, take_back
from denialml.store.posting_rows import Rows
from denialml.store.remittances import stands
from denialml.store.units import Unit

_REMITTANCE: Final = schema.remittance
_PAYMENT: Final = schema.claim_payment
_OTHER: Final = schema.provider_adjustment
_ITEM: Final = schema.parked_item
_LEDGER: Final = schema.ledger_transaction
_STANDING: Final = schema.remittance_standing
_REMITTANCES: Final = (
    select(_REMITTANCE, stands().label("standing"), schema.file.c.kind)
    .join(schema.file, schema.file.c.id == _REMITTANCE.c.file_id)
    .order_by(_REMITTANCE.c.id)
)
_ANSWERS: Final = (
    select(_PAYMENT.c.id, _PAYMENT.c.control_number.label("number"))
    .where(standing())
    .order_by(_PAYMENT.c.control_number, _PAYMENT.c.id)
)
_ITEMS: Final = select(_ITEM.c.key, _ITEM.c.kind, _ITEM.c.amount_cents, _PAYMENT.c.event_key).outerjoin(
    _PAYMENT, _PAYMENT.c.id == _ITEM.c.claim_payment_id
)
_BOOKED: Final = select(_LEDGER.c.id, _LEDGER.c.key).where(
    _LEDGER.c.claim_payment_id.is_(None),
    _LEDGER.c.kind.in_((TransactionKind.PROVIDER_ADJUSTMENT, TransactionKind.SUSPENSE)),
)


@dataclass(frozen=True, slots=True)
class _Whole:
    """A remittance as it stands, and why it waits by what is decided now (None: it does not)."""

    row: Any
    parts: Parts
    held: Held | None

    @property
    def wanted(self) -> Standing:
        return self.held.standing if self.held else Standing.POSTED

    @property
    def changes(self) -> bool:
        return bool(self.row.standing != self.wanted)


def restand(unit: Unit, payment_key: str, decision: int, known_on: date) -> Standing:
    """Let a remittance, and all that bear its trace number, stand as the decisions say; how it stands now.

    The matches of deposits that rules made are undone where they may not hold; to match anew is the caller's.

    Raises:
        RefusedError: a person booked a part of one, or matched a deposit with one that would not come to it any more.
        StorageError: the database refused a row.
    """
    wholes = _wholes(unit.connection, payment_key)
    changing = [each for each in wholes if each.changes]
    _refuse_booked(unit.connection, changing)
    loosened = deposits.loosen(unit, [each.row.id for each in changing], known_on)
    _add_standings(unit, changing, decision, known_on)
    _settle_answers(unit, changing, known_on)
    for each in changing:
        _settle_parts(unit, each, known_on)
    deposits.match_again(unit, loosened, _heirs(changing), known_on)
    return next(each.wanted for each in wholes if each.row.payment_key == payment_key)


# How they stand.


def _wholes(connection: Connection, payment_key: str) -> list[_Whole]:
    asked = connection.execute(_REMITTANCES.where(_REMITTANCE.c.payment_key == payment_key)).one()
    rows: Sequence[Any] = [asked]
    if asked.trace and asked.payment_cents:
        same = (_REMITTANCE.c.trace == asked.trace, _REMITTANCE.c.payment_cents != 0)
        rows = connection.execute(_REMITTANCES.where(*same)).all()
    decided = standing_decisions(connection, [row.payment_key for row in rows])
    said = sorted((each.id, key, each.action) for key, found in decided.items() for each in found)
    counting = ledger.counting(
        [_bearer(row) for row in rows], [key for _, key, action in said if action == Action.SUPERSEDE]
    )
    released = {key for _, key, action in said if action == Action.RELEASE}
    return [
        _whole(connection, row, counts=row.payment_key in counting, released=row.payment_key in released)
        for row in rows
    ]


def _bearer(row: Any) -> Bearer:
    return Bearer(row.payment_key, row.originator, row.trace, row.payment_cents, typed=row.kind == paper.ENTRY)


def _whole(connection: Connection, row: Any, *, counts: bool, released: bool) -> _Whole:
    parts, over = _parts(connection, row)
    fault = row.fault
    if fault is None:  # of before it was told
        fault = ParkedKind.UNBALANCED_TRANSACTION if over and row.status != Standing.POSTED else ""
    unbalanced = fault == ParkedKind.UNBALANCED_TRANSACTION
    if not counts:
        return _Whole(row, parts, ledger.CONFLICTING)
    if unbalanced and not released:
        return _Whole(row, parts, ledger.unbalanced(over))
    if fault and not unbalanced:
        return _Whole(row, parts, ledger.HEADLESS)
    return _Whole(row, replace(parts, difference_cents=-over), None)


def _parts(connection: Connection, row: Any) -> tuple[Parts, int]:
    """What a remittance holds beside claim payments, and by how much all that it holds is more than its payment."""
    of_claims = select(func.count(), func.sum(_PAYMENT.c.paid_cents)).where(
        _PAYMENT.c.remittance_id == row.id, _PAYMENT.c.revision == 1
    )
    claims, paid = connection.execute(of_claims).one()
    others = connection.execute(select(_OTHER).where(_OTHER.c.remittance_id == row.id).order_by(_OTHER.c.ordinal)).all()
    adjustments = tuple(ProviderAdjustment("", None, each.reason, each.reference, each.amount_cents) for each in others)
    unreadable = _unreadable(connection, row)
    over = int(paid or 0) + sum(unreadable) - sum(each.amount_cents for each in adjustments) - row.payment_cents
    bare = not (claims or adjustments or unreadable)
    return Parts(row.payment_key, row.noticed_on, row.payment_cents, adjustments, unreadable, bare), over


def _unreadable(connection: Connection, row: Any) -> tuple[int, ...]:
    """Cents of the claim payments that could not be read, in their order."""
    of_parts = _ITEMS.where(_ITEM.c.remittance_id == row.id, _ITEM.c.claim_payment_id.is_(None))
    cents = {each.key: each.amount_cents for each in connection.execute(of_parts)}
    keys = (digest("parked", unreadable_key(row.payment_key, ordinal)) for ordinal in range(1, len(cents) + 1))
    return tuple(cents[key] for key in keys if key in cents)


def _refuse_booked(connection: Connection, changing: Iterable[_Whole]) -> None:
    """What a person booked of a part stands in the books by itself: it has to be taken back first."""
    items = rows_with(connection, _ITEMS, _ITEM.c.remittance_id, [each.row.id for each in changing])
    subjects = {held_subject(item.event_key) if item.event_key else item.key for item in items}
    found = standing_decisions(connection, subjects).values()
    booked = sorted(each.id for decided in found for each in decided if each.action == Action.BOOK)
    if booked:
        raise RefusedError(
            f"decision {', '.join(map(str, booked))} booked a part of it or of the remittance in its place: take that "
            "back first (denialml exceptions undo)"
        )


def _add_standings(unit: Unit, changing: Sequence[_Whole], decision: int, known_on: date) -> None:
    first = unit.allocate(_STANDING.name, len(changing))
    rows = [
        {
            "id": first + place,
            "remittance_id": each.row.id,
            "standing": each.wanted,
            "exception_decision_id": decision,
            "known_on": max(known_on, each.row.known_on),
        }
        for place, each in enumerate(changing)
    ]
    unit.insert(_STANDING, rows)


# What follows.


def _settle_answers(unit: Unit, changing: Sequence[_Whole], known_on: date) -> None:
    held = {each.row.payment_key: each.held for each in changing}
    rows = list(rows_with(unit.connection, _ANSWERS, _PAYMENT.c.remittance_id, [each.row.id for each in changing]))
    for portion in portions(rows, attrgetter("number")):
        answered = answered_of(unit.connection, [row.id for row in portion])
        standing_now = {key: replace(each, held=held[each.answer.place[0]]) for key, each in answered.items()}
        resettle_answers(unit, standing_now, known_on)


def _settle_parts(unit: Unit, whole: _Whole, known_on: date) -> None:
    wanted, waiting = ledger.parts_of(whole.parts, whole.held)
    of_remittance = list(rows_with(unit.connection, _BOOKED, _LEDGER.c.remittance_id, [whole.row.id]))
    last = last_of_chain(unit.connection, [row.id for row in of_remittance])
    stands_now = {row.key for row in of_remittance if last[row.id].length % 2 == 0}
    booked = {each.key: each for each in transactions_by_id(unit.connection, last).values()}
    kept, new = _revised(booked, stands_now, wanted)
    take_back(unit, stands_now - kept, known_on)
    rows = Rows(unit, None, max(known_on, whole.row.known_on))
    rows.add_parts(whole.row.id, new, _untold(unit.connection, whole, waiting))
    rows.insert()


def _revised(
    booked: dict[str, LedgerTransaction], stands_now: set[str], wanted: Iterable[LedgerTransaction]
) -> tuple[set[str], list[LedgerTransaction]]:
    """The keys of what is booked as it is wanted, and what is to be booked anew under the key of its next revision."""
    kept, new = set(), []
    for each in wanted:
        key, revision = each.key, 1
        while key in booked and not (key in stands_now and _same(booked[key], each)):
            revision += 1
            key = digest(each.key, revision)
        if key in booked:
            kept.add(key)
        else:
            new.append(replace(each, key=key))
    return kept, new


def _same(one: LedgerTransaction, other: LedgerTransaction) -> bool:
    return (one.kind, one.entries) == (other.kind, other.entries)


def _untold(connection: Connection, whole: _Whole, waiting: Iterable[tuple[str, Parked]]) -> list[Parked]:
    """What waits of parts and was not parked before; what was waits again by itself."""
    of_parts = _ITEMS.where(_ITEM.c.remittance_id == whole.row.id, _ITEM.c.claim_payment_id.is_(None))
    told = {(item.key, item.kind) for item in connection.execute(of_parts)}
    return [
        each
        for part, each in waiting
        if not {(each.key, each.kind.value), (digest("parked", part), each.kind.value)} & told
    ]


def _heirs(changing: Sequence[_Whole]) -> dict[int, int]:
    """Which remittance counts now in place of which, by id, where that is one."""
    left = [each.row for each in changing if each.wanted is Standing.SET_ASIDE]
    entered = [each.row for each in changing if each.row.standing == Standing.SET_ASIDE]
    return {out.id: entered[0].id for out in left} if len(entered) == 1 else {}
