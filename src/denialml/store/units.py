"""A unit of work: everything inside one transaction, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    DefaultClause,
    Numeric,
    Table,
    bindparam,
    insert,
    select,
    update,
)

from denialml.store import audit, schema
from denialml.store.failures import storage_error

# Two statements serve where RETURNING would need SQLite 3.35: nobody else writes in between.
_NEXT: Final = select(schema.id_block.c.next).where(schema.id_block.c.name == bindparam("series"))
_MOVE: Final = (
    update(schema.id_block)
    .where(schema.id_block.c.name == bindparam("series"))
    .values(next=schema.id_block.c.next + bindparam("count"))
)

_CHUNK_ROWS: Final = 50_000  # bounds the memory of one insert: about 50 MB of references and values


@dataclass(frozen=True, slots=True)
class Unit:
    """One open transaction. Made by :meth:`denialml.store.engine.Store.unit`; there is one writer at a time.

    ``connection`` is for SQLAlchemy statements; ``place`` names the database in messages.
    """

    connection: Connection
    place: str

    def allocate(self, name: str, count: int) -> int:
        """The first of ``count`` consecutive ids of a series (by custom a table's name), which starts at 1.

        Raises:
            ValueError: the count is negative.
        """
        if count < 0:
            raise ValueError("ids cannot be given back")
        first: int | None = self.connection.execute(_NEXT, {"series": name}).scalar()
        if first is None:
            self.connection.execute(insert(schema.id_block), {"name": name, "next": 1 + count})
            return 1
        self.connection.execute(_MOVE, {"series": name, "count": count})
        return first

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert many rows, fast. A column that a row leaves out gets its default (empty text) or null.

        Raises:
            ValueError: a row names a column that the table does not have.
            StorageError: the database refused a row; the unit cannot go on and rolls back.
        """
        names = frozenset(column.name for column in table.columns)
        if not all(row.keys() <= names for row in rows):
            extra = set().union(*(row.keys() for row in rows)) - names
            raise ValueError(f"{table.name} has no column {', '.join(sorted(extra))}")
        plan = _plan(table, tuple(column.name for column in table.columns), self.connection.dialect.name)
        remaining = iter(rows)
        while chunk := list(islice(remaining, _CHUNK_ROWS)):
            self._insert_chunk(plan, [_values(column, chunk) for column in plan.columns])

    def insert_tuples(self, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """The same for very many rows: values in the order of ``names``; other columns get their default or null.

        Raises:
            StorageError: the database refused a row; the unit cannot go on and rolls back.
        """
        plan = _plan(table, names, self.connection.dialect.name)
        for start in range(0, len(rows), _CHUNK_ROWS):
            columns = zip(*rows[start : start + _CHUNK_ROWS], strict=True)
            self._insert_chunk(
                plan, [_converted(column, each) for column, each in zip(plan.columns, columns, strict=True)]
            )

    def audit(self, person: str, action: str, object_: str, detail: Mapping[str, Any], happened_at: datetime) -> None:
        """Append to the audit trail (see :mod:`denialml.store.audit`). ``detail`` holds nothing of a patient."""
        audit.append(self.connection, self.allocate("audit_event", 1), person, action, object_, detail, happened_at)

    def _insert_chunk(self, plan: _Plan, columns: Sequence[Sequence[Any]]) -> None:
        # The driver's own bulk door: SQLAlchemy's costs a dictionary and a call for each value.
        driver: Any = self.connection.connection
        try:
            with closing(driver.cursor()) as cursor:
                if plan.is_copy:
                    with cursor.copy(plan.sql) as copy:
                        for row in zip(*columns, strict=True):
                            copy.write_row(row)
                else:
                    cursor.executemany(plan.sql, zip(*columns, strict=True))
        except self.connection.dialect.loaded_dbapi.Error as error:
            raise storage_error(error, self.place) from None


@dataclass(frozen=True, slots=True)
class _PlannedColumn:
    name: str
    default: str | None
    convert: Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Plan:
    sql: str
    columns: tuple[_PlannedColumn, ...]
    is_copy: bool


@cache
def _plan(table: Table, names: tuple[str, ...], dialect: str) -> _Plan:
    """How rows with these columns go in: PostgreSQL's COPY, or one INSERT statement run for many rows."""
    is_copy = dialect == "postgresql"
    columns = tuple(
        _PlannedColumn(
            column.name,
            _default_of(column),
            None if is_copy else _SQLITE_CONVERTERS.get(type(column.type)),
        )
        for column in (table.columns[name] for name in names)
    )
    listed = ", ".join(f'"{name}"' for name in names)
    if is_copy:
        return _Plan(f'COPY "{table.name}" ({listed}) FROM STDIN', columns, is_copy)
    marks = ", ".join("?" * len(columns))
    return _Plan(f'INSERT INTO "{table.name}" ({listed}) VALUES ({marks})', columns, is_copy)  # noqa: S608 - names of our own schema


def _default_of(column: Column[Any]) -> str | None:
    default = column.server_default
    return str(default.arg) if isinstance(default, DefaultClause) else None


def _values(column: _PlannedColumn, rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
    name, default = column.name, column.default
    return _converted(column, [row.get(name, default) for row in rows])


def _converted(column: _PlannedColumn, values: Sequence[Any]) -> Sequence[Any]:
    convert = column.convert
    return values if convert is None else [None if value is None else convert(value) for value in values]


# As SQLAlchemy's SQLite types store them; a store test reads every type back through SQLAlchemy.
_SQLITE_CONVERTERS: Final[Mapping[type, Callable[[Any], Any]]] = {
    Date: date.isoformat,
    DateTime: lambda moment: moment.isoformat(sep=" ", timespec="microseconds"),
    Numeric: float,
    Boolean: int,
}
