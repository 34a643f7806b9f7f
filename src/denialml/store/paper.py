"""Remittances from paper: whose they are, and which payments that come as an 835 are the same money.

Paper seldom tells what an 835 calls the originator (TRN03), so that the keys of a payment differ between the two. A
payment is the same as one from paper when its number and amount are, and the originator, where the paper names one. A
remittance that pays nothing has no number of its own: it is the same when its day is, and all that it says.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from denialml import ledger
from denialml.ledger.keys import moves_money
from denialml.store import schema
from denialml.store.answers import standing
from denialml.store.audit import utc
from denialml.store.lookup import rows_with
from denialml.store.units import Unit

ENTRY: Final = "EOB"  #: ``file.kind`` of what a person entered: the values that were posted
DOCUMENT: Final = "EOB document"  #: of the paper it was read from

_REMITTANCE: Final = schema.remittance
_PAYMENT: Final = schema.claim_payment
_ADJUSTMENT: Final = schema.adjustment
_OTHER: Final = schema.provider_adjustment
_POSTED: Final = select(
    _REMITTANCE.c.id,
    _REMITTANCE.c.trace,
    _REMITTANCE.c.originator,
    _REMITTANCE.c.payment_cents,
    _REMITTANCE.c.paid_on,
    _REMITTANCE.c.known_on,
    schema.file.c.kind,
).join_from(_REMITTANCE, schema.file, _REMITTANCE.c.file_id == schema.file.c.id)
_WITHOUT_MONEY: Final = (
    _POSTED.join(_PAYMENT, _PAYMENT.c.remittance_id == _REMITTANCE.c.id)
    .where(_REMITTANCE.c.payment_cents == 0, standing())
    .distinct()
)
_CLAIMS: Final = select(
    _PAYMENT.c.id, _PAYMENT.c.remittance_id, _PAYMENT.c.control_number, _PAYMENT.c.charge_cents, _PAYMENT.c.paid_cents
).where(standing())
_ADJUSTMENTS: Final = select(
    _ADJUSTMENT.c.claim_payment_id, _ADJUSTMENT.c.group_code, _ADJUSTMENT.c.reason, _ADJUSTMENT.c.amount_cents
)

_Money = Counter[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class SameCheck:
    """A check that is posted already: the remittance's id, whether a file or paper brought it, and when."""

    remittance_id: int
    from_paper: bool
    known_on: date


@dataclass(frozen=True, slots=True)
class Recognised:
    """What 835 remittances are known by although a person typed them: contents by payment key, and trace numbers.

    ``payments`` are those that say the same as the paper did, of every claim; ``traces`` those that do not.
    """

    payments: dict[str, str]
    traces: frozenset[tuple[str, str]]


def posted_before(connection: Connection, source: ledger.RemittanceAsRead) -> SameCheck | None:
    """The posted remittance, from a file or from paper, that is the same check or letter as one typed now."""
    rows = _alike(connection, [source])
    said = {} if moves_money(source.remittance) else _said_before(connection, [row.id for row in rows])
    found = next((row for row in rows if _same(row, source) and said.get(row.id, _said(source)) == _said(source)), None)
    return SameCheck(found.id, found.kind == ENTRY, found.known_on) if found else None


def recognised(connection: Connection, sources: Sequence[ledger.RemittanceAsRead]) -> Recognised:
    """Which remittances are the same payment as one that was entered from paper before."""
    rows = [row for row in _alike(connection, sources) if row.kind == ENTRY]
    if not rows:
        return Recognised({}, frozenset())
    said = _said_before(connection, [row.id for row in rows])
    payments: dict[str, str] = {}
    traces = set()
    for source in sources:
        same = [row for row in rows if _same(row, source)]
        if any(_said(source) == said[row.id] for row in same):
            keys = ledger.payment_keys(source)
            payments[keys.payment] = keys.content
        elif same and moves_money(source.remittance):
            traces.add((source.remittance.originator.strip(), source.remittance.trace.strip()))
    return Recognised(payments, frozenset(traces))


def add_entry(unit: Unit, file_id: int, document_id: int, person: str, at: datetime, known_on: date) -> None:
    """Write down who answers for an entry, and which document it was read from (the entry itself when typed)."""
    row = {
        "id": unit.allocate("paper_entry", 1),
        "file_id": file_id,
        "document_id": document_id,
        "person": person,
        "happened_at": utc(at),
        "known_on": known_on,
    }
    unit.insert(schema.paper_entry, [row])


def _alike(connection: Connection, sources: Sequence[ledger.RemittanceAsRead]) -> list[Any]:
    """Posted remittances that bear the number of one of these, or of those without money tell of the same claims."""
    traces = {source.remittance.trace.strip() for source in sources if moves_money(source.remittance)}
    idle = [source for source in sources if not moves_money(source.remittance)]
    claims = {ledger.normalised(read.payment.control_number) for source in idle for read in source.payments}
    return [
        *rows_with(connection, _POSTED, _REMITTANCE.c.trace, traces),
        *rows_with(connection, _WITHOUT_MONEY, _PAYMENT.c.account, claims),
    ]


def _same(row: Any, source: ledger.RemittanceAsRead) -> bool:
    head = source.remittance
    if len({row.originator, head.originator.strip()} - {""}) > 1 or row.payment_cents != head.payment_cents:
        return False
    return bool(row.trace == head.trace.strip() if moves_money(head) else row.paid_on == head.paid_on)


def _said(source: ledger.RemittanceAsRead) -> _Money:
    """Its money: charge and paid of each claim, adjustments by group and reason, and provider adjustments in sum."""
    money: _Money = Counter()
    for read in source.payments:
        payment = read.payment
        number = ledger.normalised(payment.control_number)
        money[number, "charge"] += payment.charge_cents
        money[number, "paid"] += payment.paid_cents
        for each in (*payment.adjustments, *(a for service in payment.services for a in service.adjustments)):
            money[number, each.group, each.reason] += each.amount_cents
    money["refused",] = len(source.refused)
    money["provider",] = sum(read.adjustment.amount_cents for read in source.adjustments)
    return _clean(money)


def _said_before(connection: Connection, remittance_ids: Iterable[int]) -> dict[int, _Money]:
    ids = list(remittance_ids)
    money: dict[int, _Money] = defaultdict(Counter)
    numbers: dict[int, tuple[int, str]] = {}
    for row in rows_with(connection, _CLAIMS, _PAYMENT.c.remittance_id, ids):
        number = ledger.normalised(row.control_number)
        numbers[row.id] = row.remittance_id, number
        money[row.remittance_id][number, "charge"] += row.charge_cents
        money[row.remittance_id][number, "paid"] += row.paid_cents
    for claim_id, group, reason, cents in rows_with(connection, _ADJUSTMENTS, _ADJUSTMENT.c.claim_payment_id, numbers):
        remittance_id, number = numbers[claim_id]
        money[remittance_id][number, group, reason] += cents
    others = select(_OTHER.c.remittance_id, func.sum(_OTHER.c.amount_cents)).where(_OTHER.c.remittance_id.in_(ids))
    for remittance_id, cents in connection.execute(others.group_by(_OTHER.c.remittance_id)):
        money[remittance_id]["provider",] += int(cents)
    return {identity: _clean(money[identity]) for identity in ids}


def _clean(money: _Money) -> _Money:
    """Without what comes to nothing, so that both sides compare."""
    return Counter({key: cents for key, cents in money.items() if cents})
