"""Looking up many keys at once, in portions that every database takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Select, bindparam

# Stands in a statement for the keys: ``select(...).where(column.in_(WANTED))``. Statements are built once, as constants
# of their modules: to build one costs more than to run it.
WANTED: Final[BindParameter[Any]] = bindparam("wanted", expanding=True)

_PORTION: Final = 500  # keys a statement; SQLite before 3.32 takes 999, PostgreSQL 65,535


def rows_with(connection: Connection, statement: Select[Any], keys: Iterable[Any]) -> Iterator[Any]:
    """The rows of a statement for the keys, portion by portion; the statement orders rows only within a portion."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), _PORTION):
        yield from connection.execute(statement, {"wanted": wanted[start : start + _PORTION]})
