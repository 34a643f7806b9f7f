"""Looking up many keys at once, in portions that every database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Column, Connection, Select

_PORTION: Final = 500  # keys a statement; SQLite before 3.32 takes 999, PostgreSQL 65,535


def rows_with(
    connection: Connection, statement: Select[Any], column: Column[Any], keys: Iterable[Any]
) -> Iterator[Any]:
    """The statement's rows whose column holds one of the keys, portion by portion; order only within a portion."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), _PORTION):
        yield from connection.execute(statement.where(column.in_(wanted[start : start + _PORTION])))
