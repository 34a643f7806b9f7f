"""Build the feature table of a snapshot: one row a service line, everything as of the day its claim was ready.

DuckDB reads the snapshot, describes each line and its claim, and writes events; ``asof`` counts history level by level
into scratch files beside the target; the table is then written run by run of lines. Memory holds one level for each
thread and one run of lines, whatever the number of features.
"""

# ruff: noqa: S608 -- the SQL is put together from this package's declarations; values from outside are parameters
from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from denialml.errors import BadInputError, StorageError
from denialml.features import asof, claimlines
from denialml.features.columns import KEY_COLUMNS, LABEL_COLUMNS, HistoryColumns
from denialml.features.content import CONTENT
from denialml.features.declarations import FEATURES, declaration_hash
from denialml.features.feature import Feature, Level
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
                _load(connection, snapshot)
                read = _read(connection, threads)
                _write(connection, read, _count(read.facts, Path(folder), threads), unfinished)
            unfinished.replace(target)
        except (
            duckdb.IOException,
            duckdb.InvalidInputException,
            duckdb.BinderException,
            duckdb.OutOfMemoryException,
            OSError,
        ) as error:
            raise StorageError(f"features of {snapshot.lines.parent}: {error}") from error
    return FeatureTable(
        path=target,
        names=tuple(feature.name for feature in FEATURES),
        categories=tuple(feature.name for feature in FEATURES if feature.kind == "category"),
        declaration_hash=declaration_hash(),
        data_hash=snapshot.data_hash,
        line_count=len(read.line_ids),
    )


def _load(connection: DuckDBPyConnection, snapshot: SnapshotFiles) -> None:
    """Make ``enriched``, the lines in order of their ids with what their claims say together, and ``outcome``."""
    connection.read_parquet(str(snapshot.lines)).create_view("snapshot_lines")
    connection.read_parquet(str(snapshot.outcomes)).create_view("snapshot_outcomes")
    for statement in (
        claimlines.PREPARED,
        claimlines.OUTCOME,
        claimlines.CLAIM,
        claimlines.REPEATED,
        claimlines.ENRICHED,
    ):
        connection.execute(statement)
    for table in ("claim", "repeated"):
        connection.execute(f"DROP TABLE {table}")


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a snapshot: line ids in order, the facts to count, and each line's label.

    ``labels`` is an Arrow table of the outcomes; ``labelled`` the row of it for each line, or -1.
    """

    line_ids: asof.Whole
    facts: asof.Facts
    labels: Any
    labelled: asof.Whole


def _read(connection: DuckDBPyConnection, threads: int) -> Read:
    """Lines and events as numbers, key columns numbered in order of appearance."""
    lines: Any = connection.sql(claimlines.LINE_EVENTS).to_arrow_table()
    line_ids = lines["line_id"].to_numpy()
    _refuse_repeated(line_ids, "lines")
    outcomes, position = _placed(connection.sql(claimlines.OUTCOME_EVENTS).to_arrow_table(), line_ids)
    labelled = np.full(len(line_ids), -1)
    labelled[position] = np.arange(len(position))
    shares = {name: outcomes[name].to_numpy() for name in ("day", "is_denied", "family", *asof.PAID_SHARES)}
    numbers = {name: lines[name].to_numpy() for name in ("day", *asof.LINE_SHARES)}
    codes, sizes = _codes(lines, threads)
    first_day, last_day = _first_and_last(numbers["day"], shares["day"])
    facts = asof.Facts(
        day=numbers["day"],
        codes=codes,
        sizes=sizes,
        events={"outcomes": asof.outcome_events(position, shares), "lines": asof.line_events(numbers)},
        first_day=first_day,
        span_days=last_day - first_day + 1,
    )
    return Read(line_ids, facts, outcomes.select(LABEL_COLUMNS).combine_chunks(), labelled)


def _placed(outcomes: Any, line_ids: asof.Whole) -> tuple[Any, asof.Whole]:
    """The outcomes of lines that are there, and the place of each one's line."""
    wanted = outcomes["line_id"].to_numpy()
    _refuse_repeated(wanted, "first adjudications")
    position = np.searchsorted(line_ids, wanted)
    known = position < len(line_ids)
    known[known] = line_ids[position[known]] == wanted[known]
    return outcomes.filter(known), position[known]


def _refuse_repeated(in_order: asof.Whole, what: str) -> None:
    repeated = int(np.count_nonzero(in_order[1:] == in_order[:-1]))
    if repeated:
        raise BadInputError(f"the snapshot holds {repeated} {what} too many: one for each line id is expected")


def _codes(lines: Any, threads: int) -> tuple[dict[str, asof.Whole], dict[str, int]]:
    def encode(name: str) -> tuple[asof.Whole, int]:
        encoded = lines[f"key_{name}"].combine_chunks().dictionary_encode()
        return encoded.indices.to_numpy(), max(1, len(encoded.dictionary))

    with ThreadPoolExecutor(threads) as pool:
        encoded = dict(zip(claimlines.KEYS, pool.map(encode, claimlines.KEYS), strict=True))
    return {name: codes for name, (codes, _) in encoded.items()}, {name: size for name, (_, size) in encoded.items()}


def _first_and_last(*days: asof.Whole) -> tuple[int, int]:
    given = [each for each in days if len(each)]
    return min((int(each.min()) for each in given), default=0), max((int(each.max()) for each in given), default=0)


def _count(facts: asof.Facts, folder: Path, threads: int) -> Mapping[str, NDArray[Any]]:
    """Every level's tallies and recencies by ``<level>.<name>``, each level in a scratch file of its own."""

    def count(level: Level) -> list[tuple[str, NDArray[Any]]]:
        path = folder / level.name
        columns = []
        with path.open("wb") as file:
            for name, values in asof.count(level, facts):
                columns.append((f"{level.name}.{name}", values.dtype, file.tell()))
                values.tofile(file)
        stored = np.memmap(path, np.uint8, "r") if len(facts.day) else np.zeros(0, np.uint8)
        return [
            (name, stored[start : start + dtype.itemsize * len(facts.day)].view(dtype))
            for name, dtype, start in columns
        ]

    with ThreadPoolExecutor(threads) as pool:
        return dict(chain.from_iterable(pool.map(count, LEVELS.values())))


_CONTENT_SQL: Final = ", ".join(
    f"CAST({feature.expression} AS {'VARCHAR' if feature.kind == 'category' else 'FLOAT'}) AS feature_{feature.name}"
    for feature in CONTENT
)
_ROWS_SQL: Final = f"""
SELECT {", ".join(KEY_COLUMNS)}, {_CONTENT_SQL},
    CASE WHEN charge_cents > 0 AND units > 0 THEN charge_cents / units END AS priced_unit_cents
FROM enriched
"""


_REPEATING_KEYS: Final = ("payer", "payer_name", "procedure", "known_on", "sent_on")


def _write(connection: DuckDBPyConnection, read: Read, counted: Mapping[str, NDArray[Any]], target: Path) -> None:
    """Write the table, a row group for each run of lines; one run is encoded while the next is computed."""
    from pyarrow import parquet

    repeating = [*_REPEATING_KEYS, *(feature.name for feature in CONTENT if feature.kind == "category")]
    floats = [feature.name for feature in FEATURES if feature.kind == "number"]
    with ThreadPoolExecutor(1) as encoder:
        writer = None
        written: Future[None] | None = None
        for table in _runs(connection, read, counted):
            if writer is None:
                writer = parquet.ParquetWriter(
                    target, table.schema, compression="lz4", use_dictionary=repeating, use_byte_stream_split=floats
                )
            if written is not None:
                written.result()
            written = encoder.submit(writer.write_table, table)
        assert writer is not None, "there is a run, if an empty one"
        assert written is not None, "and it was written"
        written.result()
        writer.close()


def _runs(connection: DuckDBPyConnection, read: Read, counted: Mapping[str, NDArray[Any]]) -> Iterator[Any]:
    """The table in runs of lines; one empty run when there are no lines."""
    import pyarrow as pa

    names = [*KEY_COLUMNS, *(feature.name for feature in FEATURES), *LABEL_COLUMNS]
    rows: Any = connection.sql(_ROWS_SQL).to_arrow_reader(RUN_LINES)
    start = 0
    for batch in chain([next(rows, None) or pa.RecordBatch.from_pylist([], rows.schema)], rows):
        stop = start + batch.num_rows
        if not np.array_equal(batch["line_id"].to_numpy(), read.line_ids[start:stop]):
            raise StorageError("the lines came back in another order than they were stored in")
        history = HistoryColumns(
            {name: column[start:stop] for name, column in counted.items()},
            batch["priced_unit_cents"].to_numpy(zero_copy_only=False),
        )
        labelled = read.labelled[start:stop]
        labels = read.labels.take(pa.array(labelled, mask=labelled < 0))
        columns = [batch[name] for name in KEY_COLUMNS]
        columns += [_column(feature, batch, history) for feature in FEATURES]
        yield pa.table([*columns, *labels.columns], names=names)
        start = stop


def _column(feature: Feature, batch: Any, history: HistoryColumns) -> Any:
    import pyarrow as pa

    if not feature.level:
        return batch[f"feature_{feature.name}"]
    return pa.array(history.values(feature), from_pandas=feature.statistic in {"days_since", "ratio"})
