"""A unit of work: everything inside one transaction, or nothing of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import chain, groupby, islice
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    Text,
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

_SQLITE_VALUES: Final = 10_000  # in one statement, where SQLite allows as many: before 3.32 it took 999
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
        for names, alike in groupby(rows, key=tuple):
            self.insert_tuples(table, names, [tuple(row.values()) for row in alike])

    def insert_tuples(self, table: Table, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """The same for very many rows: values in the order of ``names``; other columns get their default or null.

        Raises:
            ValueError: there is no column of such a name.
            StorageError: the database refused a row; the unit cannot go on and rolls back.
        """
        if unknown := [name for name in names if name not in table.columns]:
            raise ValueError(f"{table.name} has no column {', '.join(sorted(unknown))}")
        for start in range(0, len(rows), _CHUNK_ROWS):
            portion = zip(names, zip(*rows[start : start + _CHUNK_ROWS], strict=True), strict=True)
            columns = {name: values for name, values in portion if not _is_left_out(table.columns[name], values)}
            self._insert_columns(table, columns)

    def audit(self, person: str, action: str, object_: str, detail: Mapping[str, Any], happened_at: datetime) -> None:
        """Append to the audit trail (see :mod:`denialml.store.audit`). ``detail`` holds nothing of a patient."""
        audit.append(self.connection, self.allocate("audit_event", 1), person, action, object_, detail, happened_at)

    def _insert_columns(self, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
        # The driver's own bulk door: SQLAlchemy's costs a dictionary and a call for each value.
        driver: Any = self.connection.connection
        put = _copy if self.connection.dialect.name == "postgresql" else _insert_many
        try:
            with closing(driver.cursor()) as cursor:
                put(cursor, table, columns)
        except self.connection.dialect.loaded_dbapi.Error as error:
            raise storage_error(error, self.place) from None


def _is_left_out(column: Column[Any], values: Sequence[Any]) -> bool:
    """Whether a column of nothing but nulls may stay unsaid. To a driver each null costs more than a value."""
    return (
        bool(column.nullable) and column.server_default is None and values[0] is None and not any(map(_is_said, values))
    )


def _is_said(value: Any) -> bool:
    return value is not None


def _copy(cursor: Any, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """PostgreSQL's COPY."""
    with cursor.copy(f'COPY "{table.name}" ({_listed(columns)}) FROM STDIN') as copy:
        for row in zip(*columns.values(), strict=True):
            copy.write_row(row)


def _insert_many(cursor: Any, table: Table, columns: Mapping[str, Sequence[Any]]) -> None:
    """SQLite: so many rows to a statement that the journal which a trigger makes it keep is kept once for them all."""
    head = f'INSERT INTO "{table.name}" ({_listed(columns)}) VALUES '  # noqa: S608 - names of our own schema
    marks = f"({', '.join('?' * len(columns))})"
    values = min(_SQLITE_VALUES, cursor.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER))
    together = max(1, values // len(columns))
    rows = zip(*(_stored(table.columns[name], values) for name, values in columns.items()), strict=True)
    whole, rest = divmod(len(next(iter(columns.values()))), together)
    if whole:
        blocks = (list(chain.from_iterable(islice(rows, together))) for _ in range(whole))
        cursor.executemany(head + ", ".join([marks] * together), blocks)
    if rest:
        cursor.executemany(head + marks, rows)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _stored(column: Column[Any], values: Sequence[Any]) -> Sequence[Any]:
    """Values as SQLite's driver takes them at once: for any other type it would look up an adapter, value by value."""
    if _PLAIN.issuperset(map(type, values)):
        return values
    convert = _SQLITE_CONVERTERS[type(column.type)]
    return [None if value is None else convert(value) for value in values]


_PLAIN: Final = frozenset({int, str, float, bytes})
# As SQLAlchemy's SQLite types store them; a store test reads every type back through SQLAlchemy.
_SQLITE_CONVERTERS: Final[Mapping[type, Callable[[Any], Any]]] = {
    Date: cache(date.isoformat),
    DateTime: lambda moment: moment.isoformat(sep=" ", timespec="microseconds"),
    Numeric: float,
    Boolean: int,
    String: str.__str__,  # of an enumeration's member, or of masked text, what it says
    Text: str.__str__,
    BigInteger: int,
    Integer: int,
    Float: float,
    LargeBinary: bytes,
}
