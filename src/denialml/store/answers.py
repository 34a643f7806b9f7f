"""Earlier answers of payers, read back from their rows as they were posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, exists, select

from denialml.claims import (
    Adjustment,
    ClaimPayment,
    DatedFact,
    Party,
    Procedure,
    Remark,
    ServicePayment,
)
from denialml.ledger import Answer, Answered
from denialml.store import schema
from denialml.store.lookup import rows_with
from denialml.store.remittances import is_posted
from denialml.x12.events import Span

_PAYMENT: Final = schema.claim_payment
_REMITTANCE: Final = schema.remittance
_SERVICE: Final = schema.service_payment
_ADJUSTMENT: Final = schema.adjustment


def standing(as_of: date | ColumnElement[date] | None = None) -> ColumnElement[bool]:
    """Whether no other row has taken the place of a claim payment's: as far as was known on a day, or at all."""
    later = schema.claim_payment.alias("later")
    taken = exists().where(later.c.supersedes_id == _PAYMENT.c.id)
    return ~(taken if as_of is None else taken.where(later.c.known_on <= as_of))


_ALL: Final = select(
    _PAYMENT, _REMITTANCE.c.payment_key, _REMITTANCE.c.payer_names, _REMITTANCE.c.noticed_on
).join_from(_PAYMENT, _REMITTANCE, _PAYMENT.c.remittance_id == _REMITTANCE.c.id)
_ANSWERS: Final = _ALL.where(is_posted(), standing())
_STRANGE: Final = _ANSWERS.where(_PAYMENT.c.strange)
_SERVICES: Final = select(_SERVICE).order_by(_SERVICE.c.id)
_ADJUSTMENTS: Final = select(
    _ADJUSTMENT.c.claim_payment_id,
    _ADJUSTMENT.c.service_payment_id,
    _ADJUSTMENT.c.group_code,
    _ADJUSTMENT.c.reason,
    _ADJUSTMENT.c.amount_cents,
    _ADJUSTMENT.c.quantity,
).order_by(_ADJUSTMENT.c.id)


def answered_under(connection: Connection, accounts: Iterable[str]) -> dict[str, Answered]:
    """All answers that stand under claim numbers, by event key."""
    return _answered(connection, _ANSWERS, _PAYMENT.c.account, accounts)


def answered_by(connection: Connection, column: ColumnElement[Any], keys: Iterable[str]) -> dict[str, Answered]:
    """Answers whose number is none of ours, by event key: those whose column holds one of the keys."""
    return _answered(connection, _STRANGE, column, keys)


def answered_of(connection: Connection, payment_ids: Iterable[int]) -> dict[str, Answered]:
    """The answers of these rows, however their remittances stand, by event key."""
    return _answered(connection, _ALL, _PAYMENT.c.id, payment_ids)


def _answered(
    connection: Connection, statement: Select[Any], column: ColumnElement[Any], keys: Iterable[Any]
) -> dict[str, Answered]:
    rows = list(rows_with(connection, statement, column, keys))
    if not rows:
        return {}
    ids = [row.id for row in rows]
    adjustments: dict[tuple[int, int | None], list[Adjustment]] = defaultdict(list)
    for claim_payment_id, service_id, group, reason, cents, quantity in rows_with(
        connection, _ADJUSTMENTS, _ADJUSTMENT.c.claim_payment_id, ids
    ):
        adjustments[claim_payment_id, service_id].append(Adjustment(group, reason, cents, quantity))
    services: dict[int, list[Any]] = defaultdict(list)
    for service in rows_with(connection, _SERVICES, _SERVICE.c.claim_payment_id, ids):
        services[service.claim_payment_id].append(service)
    return {row.event_key: _one(row, services[row.id], adjustments) for row in rows}


_Adjustments = dict[tuple[int, int | None], list[Adjustment]]


def _one(row: Any, services: list[Any], adjustments: _Adjustments) -> Answered:
    answer = Answer(
        payment=_payment(row, services, adjustments),
        number=row.control_number,
        span=Span(row.segment, row.file_start, row.file_end),
        occurrence=row.occurrence,
        key=row.event_key,
        on=row.noticed_on,
        decided_on=row.adjudicated_on,
        received_on=row.known_on,
        payers=frozenset(row.payer_names.split()),
        place=(row.payment_key, row.place),
        revision=row.revision,
    )
    return Answered(answer, row.account, row.outcome)


def _payment(row: Any, services: list[Any], adjustments: _Adjustments) -> ClaimPayment:
    """As it was read. Services that stand in for a claim decided as a whole give their adjustments back to it."""
    own = adjustments.get((row.id, None), [])
    for service in services:
        if service.derived:
            own = [*own, *adjustments.get((row.id, service.id), ())]
    return ClaimPayment(
        control_number=row.control_number,
        status=row.status,
        charge_cents=row.charge_cents,
        paid_cents=row.paid_cents,
        patient_responsibility_cents=row.patient_cents,
        payer_control_number=row.payer_claim_number,
        frequency=row.frequency,
        subscriber=Party(id_qualifier="MI", identifier=row.member_id) if row.member_id else None,
        adjustments=tuple(own),
        remarks=_remarks(row.remarks, "MOA"),
        services=tuple(
            _service(service, adjustments.get((row.id, service.id), ())) for service in services if not service.derived
        ),
        dates=(DatedFact("232", row.period_from),) if row.period_from else (),
    )


def _service(row: Any, adjustments: Iterable[Adjustment]) -> ServicePayment:
    submitted = row.submitted_procedure
    return ServicePayment(
        procedure=Procedure(row.procedure, _split(row.modifiers)),
        charge_cents=row.charge_cents,
        paid_cents=row.paid_cents,
        units=row.units,
        submitted=Procedure(submitted, _split(row.submitted_modifiers)) if submitted else None,
        service_from=row.served_from,
        line_control_number=row.control_number,
        adjustments=tuple(adjustments),
        remarks=_remarks(row.remarks, "LQ"),
    )


def _remarks(text: str, source: str) -> tuple[Remark, ...]:
    """``text`` as :func:`said_remarks` wrote it."""
    found = []
    for each in text.split():
        qualifier, colon, code = each.rpartition(":")
        found.append(Remark(code, qualifier if colon else "HE", source))
    return tuple(found)


def said_remarks(remarks: Iterable[Remark]) -> str:
    """Remark codes joined by a space; those that are no RARC (HE) with their qualifier before a colon."""
    return " ".join([each.code if each.qualifier == "HE" else f"{each.qualifier}:{each.code}" for each in remarks])


def _split(modifiers: str) -> tuple[str, ...]:
    return tuple(modifiers.split(":")) if modifiers else ()
