"""Build the feature table of a snapshot with DuckDB: one row a service line, everything as of the day it was ready.

Peak memory stays under the limit given; what does not fit spills into a folder beside the target that is removed.
"""

# ruff: noqa: S608 -- the SQL is put together from this package's declarations; values from outside are parameters
from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from denialml.errors import BadInputError, StorageError
from denialml.features import asof, claimlines, columns
from denialml.features.declarations import FEATURES, declaration_hash
from denialml.features.levels import LEVELS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class SnapshotFiles(Protocol):
    """What is asked of a snapshot: its two Parquet files, the day it was cut, what names its data, how many lines."""

    @property
    def lines(self) -> Path:
        """Parquet file of the lines known at the cut."""

    @property
    def outcomes(self) -> Path:
        """Parquet file of the adjudications received up to the cut."""

    @property
    def as_of(self) -> date:
        """The day of the cut."""

    @property
    def data_hash(self) -> str:
        """The hash that names the data."""

    @property
    def line_count(self) -> int:
        """Rows in ``lines``."""


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """A feature table that was written, and what names its content.

    ``names`` are all features in column order, ``categories`` those of kind category. The same ``declaration_hash``
    and ``data_hash`` give the same values.
    """

    path: Path
    names: tuple[str, ...]
    categories: tuple[str, ...]
    declaration_hash: str
    data_hash: str
    line_count: int


def build(snapshot: SnapshotFiles, target: Path, *, threads: int = 2, memory: str = "4GB") -> FeatureTable:
    """Compute every declared feature and the labels for every line of the snapshot, ordered by ``line_id``.

    Columns: keys (``columns.KEY_COLUMNS``), features (``FEATURES``), labels (``columns.LABEL_COLUMNS``).

    Raises:
        BadInputError: the snapshot names a line twice, or two first adjudications for one line.
        StorageError: a file cannot be read, or the table cannot be written.
    """
    import duckdb  # importing denialml.features must stay light

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": scratch,
        }
        unfinished = Path(scratch) / target.name
        try:
            with duckdb.connect(config=config) as connection:
                line_count = _compute(connection, snapshot, unfinished)
        except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.BinderException) as error:
            raise StorageError(f"features of {snapshot.lines.parent}: {error}") from error
        unfinished.replace(target)
    return FeatureTable(
        path=target,
        names=tuple(feature.name for feature in FEATURES),
        categories=tuple(feature.name for feature in FEATURES if feature.kind == "category"),
        declaration_hash=declaration_hash(),
        data_hash=snapshot.data_hash,
        line_count=line_count,
    )


def _compute(connection: DuckDBPyConnection, snapshot: SnapshotFiles, target: Path) -> int:
    connection.execute("SET preserve_insertion_order = false")
    line_count = _load(connection, snapshot)
    sizes = _encode(connection)
    for statement in asof.event_tables(", ".join(f"code_{column}" for column in claimlines.KEYS)):
        connection.execute(statement)
    for level in LEVELS.values():
        connection.execute(asof.level_sql(level, sizes))
    connection.execute(_table_sql(sizes), {"target": str(target)})
    return line_count


def _load(connection: DuckDBPyConnection, snapshot: SnapshotFiles) -> int:
    connection.execute(claimlines.PREPARED, {"lines": str(snapshot.lines)})
    for statement in (claimlines.CLAIM, claimlines.REPEATED, claimlines.ENRICHED):
        connection.execute(statement)
    connection.execute(asof.OUTCOME, {"outcomes": str(snapshot.outcomes)})
    line_count = _distinct_or_refuse(connection, "prepared", "lines")
    _distinct_or_refuse(connection, "outcome", "first adjudications")
    for table in ("prepared", "claim", "repeated"):
        connection.execute(f"DROP TABLE {table}")
    return line_count


def _distinct_or_refuse(connection: DuckDBPyConnection, table: str, what: str) -> int:
    row = connection.execute(f"SELECT count(*), count(DISTINCT line_id) FROM {table}").fetchone()
    assert row is not None, "an aggregate without groups has one row"
    if row[0] != row[1]:
        raise BadInputError(f"the snapshot holds {row[0] - row[1]} {what} too many: one for each line id is expected")
    return int(row[0])


def _encode(connection: DuckDBPyConnection) -> Mapping[str, int]:
    """Number the values of each key column and make ``line``, the enriched lines with their codes."""
    sizes: dict[str, int] = {}
    for column, value in claimlines.KEYS.items():
        connection.execute(
            f"CREATE TABLE numbered_{column} AS"
            f" SELECT value, CAST(row_number() OVER (ORDER BY value) - 1 AS INTEGER) AS code_{column}"
            f" FROM (SELECT DISTINCT {value} AS value FROM enriched)"
        )
        row = connection.execute(f"SELECT count(*) FROM numbered_{column}").fetchone()
        assert row is not None, "an aggregate without groups has one row"
        sizes[column] = int(row[0])
    codes = ", ".join(f"code_{column}" for column in claimlines.KEYS)
    joined = " ".join(
        f"JOIN numbered_{column} ON numbered_{column}.value = {sql}" for column, sql in claimlines.KEYS.items()
    )
    connection.execute(f"CREATE TABLE line AS SELECT enriched.*, {codes} FROM enriched {joined}")
    connection.execute("DROP TABLE enriched")
    return sizes


def _table_sql(sizes: Mapping[str, int]) -> str:
    labels = ", ".join(columns.LABEL_COLUMNS)
    return f"""
COPY (
    SELECT {", ".join(columns.KEY_COLUMNS)},
    {columns.written()},
    {labels}
    FROM (
        SELECT line.* EXCLUDE (
            units, is_visit, procedures_beside, visits_beside, same_procedure_beside, same_procedure_above
        ),
        {columns.worked()},
        {labels}
        FROM line
        {asof.joins(sizes)}
        LEFT JOIN (
            SELECT line_id AS labelled_line_id, received_on AS label_known_on, denied, denied_cents, allowed_cents
            FROM outcome
        ) ON labelled_line_id = line_id
    )
    ORDER BY line_id
) TO $target (FORMAT parquet, COMPRESSION zstd)
"""
