"""A columnar copy of what was known on a day: the only thing that analysis reads.

Two Parquet files, ``lines.parquet`` (each service line of each claim version) and ``outcomes.parquet`` (each service
payment that was matched to a line). A fact enters by the day it was known, never by the day it happened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from denialml.errors import StorageError
from denialml.store.engine import Store
from denialml.store.snapshot_lines import LINES, line_batches
from denialml.store.snapshot_outcomes import OUTCOMES, outcome_batches


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot on disk. ``data_hash`` is SHA-256 over its day and all its values: equal data, equal hash.

    ``lines`` and ``outcomes`` are the two files, ``line_count`` the rows of the first.
    """

    lines: Path
    outcomes: Path
    as_of: date
    data_hash: str
    line_count: int


def snapshot(store: Store, directory: Path, as_of: date) -> Snapshot:
    """Write what was known up to and including a day into a folder, replacing a snapshot that lies there.

    Memory does not grow with the number of lines. Rows are ordered by id, so equal data make equal files.

    Raises:
        StorageError: the database cannot be read, or the folder cannot be written.
    """
    digest = hashlib.sha256(as_of.isoformat().encode())
    lines, outcomes = directory / "lines.parquet", directory / "outcomes.parquet"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with store.reading() as connection:
            line_count = _write(lines, LINES, line_batches(connection, as_of), digest)
            _write(outcomes, OUTCOMES, outcome_batches(connection, as_of), digest)
    except OSError as error:
        raise StorageError(f"the snapshot cannot be written to {directory}: {error.strerror or error}") from error
    return Snapshot(lines, outcomes, as_of, digest.hexdigest(), line_count)


def _write(target: Path, columns: pa.Schema, batches: Iterator[pa.RecordBatch], digest: Any) -> int:
    """Write beside the target, then move: whoever reads the old file goes on reading it."""
    count = 0
    unfinished = target.with_suffix(".unfinished")
    with pq.ParquetWriter(unfinished, columns, compression="zstd", compression_level=1) as writer:
        for batch in batches:
            count += batch.num_rows
            digest.update(batch.serialize())
            writer.write_batch(batch)
    unfinished.replace(target)
    return count
