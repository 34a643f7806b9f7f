"""How remittances stand as wholes, as SQL: as they came, or as decisions left them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, select

from denialml.ledger import Standing
from denialml.store.schema import remittance, remittance_standing

_LAST = (
    select(remittance_standing)
    .where(remittance_standing.c.remittance_id == remittance.c.id)
    .order_by(remittance_standing.c.id.desc())
    .limit(1)
    .correlate(remittance)
)


def stands() -> ColumnElement[str]:
    """How a remittance stands: a :class:`denialml.ledger.Standing` value."""
    last = _LAST.with_only_columns(remittance_standing.c.standing).scalar_subquery()
    return func.coalesce(last, remittance.c.status)


def is_posted() -> ColumnElement[bool]:
    """Whether the answers of a remittance count."""
    return stands() == Standing.POSTED


def stood_on() -> ColumnElement[date]:
    """The day from which a remittance stands as it does."""
    last = _LAST.with_only_columns(remittance_standing.c.known_on).scalar_subquery()
    return func.coalesce(last, remittance.c.known_on)
