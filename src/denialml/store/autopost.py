"""How much of what payers answered was posted without a person, and what kept the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, case, exists, extract, func, literal_column, select

from denialml.ledger import Action, Disposition
from denialml.store.answers import standing
from denialml.store.exceptions import ASSIGN, WITHDRAW
from denialml.store.schema import claim_payment, exception_decision, parked_item, remittance

_FIRST: Final = claim_payment.alias("first")
_DECISION: Final = exception_decision
_CLOSING: Final = (Action.BOOK, Action.DISMISS)  # what leaves an answer parked, and nothing to do
_TAKING_BACK: Final = exception_decision.alias("taking_back")


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers of a payer that came in a month and fared alike.

    ``kind`` is why they were parked when they came, or empty; ``disposition`` is what became of them (``closed``:
    parked, and a person did the rest), and ``ruled`` whether a person decided about them. ``cents`` are amounts paid,
    reversals counted as positive.
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
    disposition = claim_payment.c.disposition
    closed = and_(disposition == Disposition.PARKED, _decided(_DECISION.c.action.in_(_CLOSING)))
    keys: dict[str, ColumnElement[Any]] = {
        "payer": remittance.c.payer_name,
        "year": extract("year", _FIRST.c.known_on),
        "month": extract("month", _FIRST.c.known_on),
        "kind": func.coalesce(parked_item.c.kind, ""),
        "disposition": case((closed, literal_column("'closed'")), else_=disposition),
        "ruled": case((_decided(_DECISION.c.action.not_in((ASSIGN, WITHDRAW))), 1), else_=0),
    }
    rows = (
        select(*(key.label(name) for name, key in keys.items()))
        .add_columns(func.abs(_FIRST.c.paid_cents).label("cents"))
        .join_from(_FIRST, claim_payment, claim_payment.c.event_key == _FIRST.c.event_key)
        .join(remittance, remittance.c.id == _FIRST.c.remittance_id)
        .outerjoin(parked_item, parked_item.c.claim_payment_id == _FIRST.c.id)
        .where(_FIRST.c.revision == 1, standing(), _FIRST.c.known_on >= since, _FIRST.c.known_on <= until)
        .subquery()
    )
    groups = [rows.c[name] for name in keys]
    sums = (func.count().label("claims"), func.sum(rows.c.cents).label("total"))
    statement = select(*groups, *sums).group_by(*groups).order_by(*groups)
    return [
        Answered(
            payer=row["payer"],
            year=int(row["year"]),
            month=int(row["month"]),
            kind=row["kind"],
            disposition=row["disposition"],
            ruled=bool(row["ruled"]),
            claims=row["claims"],
            cents=int(row["total"]),
        )
        for row in connection.execute(statement).mappings()
    ]


def _decided(what: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a decision of that sort stands about an answer, its parked item or its remittance as a whole."""
    about = _DECISION.c.subject.in_([_FIRST.c.event_key, parked_item.c.key, remittance.c.payment_key])
    return exists().where(about, what, ~exists().where(_TAKING_BACK.c.withdraws_id == _DECISION.c.id))
