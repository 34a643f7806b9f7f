"""Made-up rows for any table of the schema, related to each other."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, LargeBinary, Numeric, String, Table

from denialml.store import Unit, schema

VALUES: tuple[tuple[type, Any], ...] = (
    (Boolean, True),
    (Numeric, Decimal("2.125")),
    (Float, 0.625),
    (Integer, 1),
    (Date, date(2025, 3, 1)),
    (DateTime, datetime(2025, 3, 1, 14, 5, 6, 789)),
    (LargeBinary, b"\x00\xff"),
)


def made_row(table: Table) -> dict[str, Any]:
    """A row with a value in every column: 1 for ids and references, the column's name for text."""
    return {column.name: _value(column) for column in table.columns}


def fill(unit: Unit) -> None:
    """Put the made-up row into every table but ``id_block``."""
    for table in schema.metadata.sorted_tables:
        if table is not schema.id_block:
            unit.insert(table, [made_row(table)])


def _value(column: Column[Any]) -> Any:
    if isinstance(column.type, Float):
        return 0.625  # a Float is a Numeric too
    for kind, value in VALUES:
        if isinstance(column.type, kind):
            return value
    assert isinstance(column.type, String)
    return f"é {column.name}"
