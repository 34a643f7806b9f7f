"""The outcomes of a snapshot: what first payers answered to each line, and which answer was the first final one.

An answer that was posted otherwise later is kept as it was known before, but the one that stands is the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.sql.selectable import ScalarSelect

from denialml.ledger.known import FIRST
from denialml.store import schema
from denialml.store.answers import standing

_CHUNK_ROWS: Final = 50_000
# CLP02: 22 reversal of an earlier payment, 23 not our claim and forwarded, 25 predetermination.
_NOT_FINAL_STATUS: Final = ("22", "23", "25")
# CARC 133: pending further review; 257: undetermined during the premium grace period.
_PENDING_REASONS: Final = ("133", "257")

OUTCOMES: Final = pa.schema(
    [
        ("line_id", pa.int64()),
        ("claim_id", pa.int64()),
        ("received_on", pa.date32()),
        ("adjudicated_on", pa.date32()),
        ("first", pa.bool_()),
        ("denied", pa.bool_()),
        ("denied_cents", pa.int64()),
        ("allowed_cents", pa.int64()),
        ("paid_cents", pa.int64()),
        ("charge_cents", pa.int64()),
        ("reason", pa.string()),
        ("group_code", pa.string()),
    ]
)


def outcome_batches(connection: Connection, as_of: date) -> Iterator[pa.RecordBatch]:
    """The matched service payments received up to and including a day, in the order of their ids, chunk by chunk."""
    streaming = connection.execution_options(yield_per=_CHUNK_ROWS)
    for rows in streaming.execute(_statement(as_of)).partitions():
        columns = zip(*rows, strict=True)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, OUTCOMES, strict=True)]
        yield pa.record_batch(arrays, schema=OUTCOMES)


def _statement(as_of: date) -> Select[Any]:
    service, payment, line = schema.service_payment, schema.claim_payment, schema.service_line
    final = and_(payment.c.status.not_in(_NOT_FINAL_STATUS), ~_is_pending(), standing(as_of))
    place = func.row_number().over(
        partition_by=(service.c.line_id, case((final, 1), else_=0)),
        order_by=(payment.c.known_on, payment.c.id, service.c.id),
    )
    return (
        select(
            service.c.line_id,
            line.c.claim_id,
            payment.c.known_on.label("received_on"),
            payment.c.adjudicated_on,
            case((final, place == 1), else_=false()).label("first"),
            service.c.denied,
            case((service.c.denied, service.c.charge_cents), else_=0).label("denied_cents"),
            service.c.allowed_cents,
            service.c.paid_cents,
            service.c.charge_cents,
            service.c.denial_reason.label("reason"),
            case((service.c.denied, func.coalesce(_group_code(), "")), else_="").label("group_code"),
        )
        .join_from(service, payment, service.c.claim_payment_id == payment.c.id)
        .join(line, service.c.line_id == line.c.id)
        .where(payment.c.known_on <= as_of, payment.c.sequence == FIRST)
        .order_by(service.c.id)
    )


def _of_this_service() -> ColumnElement[bool]:
    """Adjustments of the service itself, or of its claim as a whole."""
    adjustment, service = schema.adjustment, schema.service_payment
    return and_(
        adjustment.c.claim_payment_id == service.c.claim_payment_id,
        or_(adjustment.c.service_payment_id == service.c.id, adjustment.c.service_payment_id.is_(None)),
    )


def _is_pending() -> ColumnElement[bool]:
    return exists().where(_of_this_service(), schema.adjustment.c.reason.in_(_PENDING_REASONS))


def _group_code() -> ScalarSelect[str]:
    """The group of the adjustment that denied the service: the service's own before the claim's."""
    adjustment = schema.adjustment
    return (
        select(adjustment.c.group_code)
        .where(_of_this_service(), adjustment.c.reason == schema.service_payment.c.denial_reason)
        .order_by(adjustment.c.service_payment_id.is_(None), adjustment.c.id)
        .limit(1)
        .scalar_subquery()
    )
