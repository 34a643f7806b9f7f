"""Build the feature table of a snapshot: one row a service line, everything as of the day its claim was ready.

DuckDB reads the snapshot, describes each line and its claim, and writes events; ``asof`` counts history level by level
into scratch files beside the target; the table is then written run by run of lines. Memory holds one level for each
thread and one run of lines, whatever the number of features.
"""

# ruff: noqa: S608 -- the SQL is put together from this package's declarations; values from outside are parameters
from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from denialml.errors import BadInputError, StorageError
from denialml.features import asof, claimlines
from denialml.features.columns import KEY_COLUMNS, LABEL_COLUMNS, HistoryColumns
from denialml.features.content import CONTENT
from denialml.features.declarations import FEATURES, declaration_hash
from denialml.features.levels import LEVELS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RUN_LINES: Final = 131_072
"""Lines written at once: a Parquet row group."""


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
    ``memory`` limits DuckDB, which spills beside the target.

    Raises:
        BadInputError: the snapshot names a line twice, or two first adjudications for one line.
        StorageError: a file cannot be read, or the table cannot be written.
    """
    import duckdb  # importing denialml.features must stay light

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": memory,
            "temp_directory": folder,
        }
        unfinished = Path(folder) / target.name
        try:
            with duckdb.connect(config=config) as connection:
                line_count = _load(connection, snapshot)
                counted = _count(_facts(connection), Path(folder), threads)
                _write(connection, counted, unfinished)
            unfinished.replace(target)
        except (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.BinderException, OSError) as error:
            raise StorageError(f"features of {snapshot.lines.parent}: {error}") from error
    return FeatureTable(
        path=target,
        names=tuple(feature.name for feature in FEATURES),
        categories=tuple(feature.name for feature in FEATURES if feature.kind == "category"),
        declaration_hash=declaration_hash(),
        data_hash=snapshot.data_hash,
        line_count=line_count,
    )


def _load(connection: DuckDBPyConnection, snapshot: SnapshotFiles) -> int:
    """Make ``enriched`` (in order of line id) and ``outcome``; the number of lines."""
    connection.execute(claimlines.PREPARED, {"lines": str(snapshot.lines)})
    connection.execute(claimlines.OUTCOME, {"outcomes": str(snapshot.outcomes)})
    line_count = _distinct_or_refuse(connection, "prepared", "lines")
    _distinct_or_refuse(connection, "outcome", "first adjudications")
    for statement in (claimlines.CLAIM, claimlines.REPEATED, claimlines.ENRICHED):
        connection.execute(statement)
    for table in ("prepared", "claim", "repeated"):
        connection.execute(f"DROP TABLE {table}")
    return line_count


def _distinct_or_refuse(connection: DuckDBPyConnection, table: str, what: str) -> int:
    row = connection.execute(f"SELECT count(*), count(DISTINCT line_id) FROM {table}").fetchone()
    assert row is not None, "an aggregate without groups has one row"
    if row[0] != row[1]:
        raise BadInputError(f"the snapshot holds {row[0] - row[1]} {what} too many: one for each line id is expected")
    return int(row[0])


def _facts(connection: DuckDBPyConnection) -> asof.Facts:
    """Lines and events as numbers, key columns numbered in order of appearance."""
    lines: Any = connection.sql(claimlines.LINE_EVENTS).to_arrow_table()
    outcomes: Any = connection.sql(claimlines.OUTCOME_EVENTS).fetchnumpy()
    codes, sizes = {}, {}
    for name in claimlines.KEYS:
        encoded = lines[f"key_{name}"].combine_chunks().dictionary_encode()
        codes[name] = encoded.indices.to_numpy()
        sizes[name] = max(1, len(encoded.dictionary))
    numbers = {name: lines[name].to_numpy() for name in lines.column_names if not name.startswith("key_")}
    days = [numbers["day"], outcomes["day"]]
    first_day = min((int(each.min()) for each in days if len(each)), default=0)
    last_day = max((int(each.max()) for each in days if len(each)), default=0)
    return asof.Facts(
        day=numbers["day"],
        codes=codes,
        sizes=sizes,
        events={"outcomes": asof.outcome_events(outcomes), "lines": asof.line_events(numbers)},
        first_day=first_day,
        span_days=last_day - first_day + 1,
    )


def _count(facts: asof.Facts, folder: Path, threads: int) -> Mapping[str, NDArray[Any]]:
    """Every level's tallies and recencies by ``<level>.<name>``, each in a scratch file of its own."""
    counted: dict[str, NDArray[Any]] = {}

    def count(name: str) -> None:
        def put(column: str, values: NDArray[Any]) -> None:
            path = folder / f"{name}.{column}"
            values.tofile(path)
            counted[path.name] = np.memmap(path, values.dtype, "r") if len(values) else values

        asof.count(LEVELS[name], facts, put)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(count, LEVELS))
    return counted


_CONTENT_SQL: Final = ", ".join(
    f"CAST({feature.expression} AS {'VARCHAR' if feature.kind == 'category' else 'FLOAT'}) AS feature_{feature.name}"
    for feature in CONTENT
)
_ROWS_SQL: Final = f"""
SELECT {", ".join(f"enriched.{column}" for column in KEY_COLUMNS)}, {_CONTENT_SQL},
    CASE WHEN enriched.charge_cents > 0 AND units > 0 THEN enriched.charge_cents / units END AS priced_unit_cents,
    received_on AS label_known_on, denied, denied_cents, allowed_cents
FROM enriched LEFT JOIN (
    SELECT line_id, received_on, denied, denied_cents, allowed_cents FROM outcome
) AS label USING (line_id)
ORDER BY position
"""


def _write(connection: DuckDBPyConnection, counted: Mapping[str, NDArray[Any]], target: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    rows = connection.sql(_ROWS_SQL).to_arrow_reader(RUN_LINES)
    writer = None
    texts = [*KEY_COLUMNS, *(f.name for f in CONTENT if f.kind == "category")]
    for start, batch in _runs(rows):
        run = {name: column[start : start + batch.num_rows] for name, column in counted.items()}
        history = HistoryColumns(run, batch["priced_unit_cents"].to_numpy(zero_copy_only=False))
        columns = [batch[name] for name in KEY_COLUMNS]
        columns += [
            pa.array(history.values(feature), from_pandas=True) if feature.level else batch[f"feature_{feature.name}"]
            for feature in FEATURES
        ]
        columns += [batch[name] for name in LABEL_COLUMNS]
        names = [*KEY_COLUMNS, *(feature.name for feature in FEATURES), *LABEL_COLUMNS]
        table = pa.table(columns, names=names)
        if writer is None:
            writer = parquet.ParquetWriter(target, table.schema, compression="zstd", use_dictionary=texts)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _runs(rows: Any) -> Iterator[tuple[int, Any]]:
    start = 0
    for batch in rows:
        yield start, batch
        start += batch.num_rows
