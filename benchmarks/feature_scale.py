"""Seconds to build the feature table of 40,000 and of 1,000,000 claims, beside DuckDB re-writing the same files.

``python benchmarks/feature_scale.py [CLAIMS ...]`` prints one JSON line. Each size runs in a process of its own, so
that its peak memory is its own. The floor reads the snapshot and the finished feature table and writes both again.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from denialml import features
from made_snapshot import MadeSnapshot, made_snapshot

CLAIMS = (40_000, 1_000_000)
THREADS = 2
LIMIT_SECONDS = 30.0  # for the largest of the two sizes


def measured(claims: int) -> dict[str, Any]:
    """Build once on a fresh snapshot and take the time."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        snapshot = made_snapshot(Path(folder), claims)
        started, processor = time.perf_counter(), time.process_time()
        table = features.build(snapshot, Path(folder) / "features.parquet", threads=THREADS)
        seconds, processor = time.perf_counter() - started, time.process_time() - processor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return {
            "claims": claims,
            "lines": table.line_count,
            "seconds": round(seconds, 2),
            "processor_seconds": round(processor, 2),
            "microseconds_per_line": round(seconds / table.line_count * 1e6, 1),
            "floor_seconds": round(_floor(snapshot, table.path), 2),
            "peak_megabytes": round(peak / 1024),
        }


def _floor(snapshot: MadeSnapshot, table: Path) -> float:
    """Seconds in which DuckDB reads and re-writes the snapshot and the table."""
    started = time.perf_counter()
    with duckdb.connect(config={"threads": THREADS}) as connection:
        for source in (snapshot.lines, snapshot.outcomes, table):
            connection.execute(
                f"COPY (FROM read_parquet('{source}')) TO '{source}.again' (FORMAT parquet, COMPRESSION lz4_raw)"
            )
    return time.perf_counter() - started


def main(arguments: list[str]) -> None:
    """Print the line, or one size's part of it."""
    if arguments[:1] == ["--one"]:
        print(json.dumps(measured(int(arguments[1]))))
        return
    sizes = [int(argument) for argument in arguments] or list(CLAIMS)
    command = [sys.executable, __file__, "--one"]
    runs = [json.loads(subprocess.check_output([*command, str(claims)])) for claims in sizes]
    line = {"benchmark": "feature_scale", "features": len(features.FEATURES), "threads": THREADS, "runs": runs}
    if sizes == list(CLAIMS):
        line["limit_seconds"] = LIMIT_SECONDS
        line["within_limit"] = runs[-1]["seconds"] <= LIMIT_SECONDS
    print(json.dumps(line))


if __name__ == "__main__":
    main(sys.argv[1:])
