"""How much of what payers answered was posted without a person, and what kept the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, case, exists, extract, func, literal_column, select

from denialml.store.answers import standing
from denialml.store.exceptions import ASSIGN, WITHDRAW
from denialml.store.schema import claim_payment, exception_decision, parked_item, remittance

_FIRST: Final = claim_payment.alias("first")
_TAKING_BACK: Final = exception_decision.alias("taking_back")


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers of a payer that came in a month and fared alike.

    ``kind`` is why they were parked when they came, or empty; ``disposition`` is what became of them, and ``ruled``
    whether a person decided about them. ``cents`` are amounts paid, reversals counted as positive.
    """

    payer: str
    year: int
    month: int
    kind: str
    disposition: str
    ruled: bool
    claims: int
    cents: int


def answers_by_fate(connection: Connection, since: date, until: date) -> list[Answered]:
    """All claim payments that came within some days, summed up by payer, month and fate."""
    ruling = exception_decision
    ruled = exists().where(
        ruling.c.subject == _FIRST.c.event_key,
        ruling.c.action.not_in((ASSIGN, WITHDRAW)),
        ~exists().where(_TAKING_BACK.c.withdraws_id == ruling.c.id),
    )
    keys: list[Any] = [
        remittance.c.payer_name,
        extract("year", _FIRST.c.known_on),
        extract("month", _FIRST.c.known_on),
        func.coalesce(parked_item.c.kind, ""),
        claim_payment.c.disposition,
        case((ruled, literal_column("1")), else_=literal_column("0")),
    ]
    rows = (
        select(*(key.label(f"key_{place}") for place, key in enumerate(keys)))
        .add_columns(func.abs(_FIRST.c.paid_cents).label("cents"))
        .join_from(_FIRST, claim_payment, claim_payment.c.event_key == _FIRST.c.event_key)
        .join(remittance, remittance.c.id == _FIRST.c.remittance_id)
        .outerjoin(parked_item, parked_item.c.claim_payment_id == _FIRST.c.id)
        .where(_FIRST.c.revision == 1, standing(), _FIRST.c.known_on >= since, _FIRST.c.known_on <= until)
        .subquery()
    )
    groups = [rows.c[f"key_{place}"] for place in range(len(keys))]
    statement = select(*groups, func.count(), func.sum(rows.c.cents)).group_by(*groups).order_by(*groups)
    return [
        Answered(payer, int(year), int(month), kind, disposition, bool(ruled_), claims, int(total))
        for payer, year, month, kind, disposition, ruled_, claims, total in connection.execute(statement)
    ]
