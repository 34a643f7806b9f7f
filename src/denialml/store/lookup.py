"""Looking up many keys at once, in portions that every database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam

_PORTION: Final = 500  # keys a statement; SQLite before 3.32 takes 999, PostgreSQL 65,535


def rows_with(
    connection: Connection, statement: Select[Any], column: ColumnElement[Any], keys: Iterable[Any]
) -> Iterator[Any]:
    """The statement's rows whose column holds one of the keys, portion by portion; order only within a portion.

    A statement that is a constant of its module is built once; to build one costs more than to run it.
    """
    wanted = sorted(set(keys))
    limited = _limited(statement, column)
    for start in range(0, len(wanted), _PORTION):
        yield from connection.execute(limited, {"wanted": wanted[start : start + _PORTION]})


@lru_cache(maxsize=64)
def _limited(statement: Select[Any], column: ColumnElement[Any]) -> Select[Any]:
    return statement.where(column.in_(bindparam("wanted", expanding=True)))
