"""How one large 835 is posted: 100,000 claims of three lines in one file, durably, on SQLite and on PostgreSQL.

    python benchmarks/posting_big_file.py [--claims 100000] [--postgresql URL]

The claims are imported first, untimed. Then, each in a fresh process, so that its peak memory is its own: the file is
posted; the same file is posted again and refused. The floor does the least that anybody must: our own parse of the same
bytes, and the same rows into the same tables by the same bulk door. Prints one JSON line. Processor seconds beside
those of the clock tell what a busy machine would do were it quiet.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from denialml import x12
from denialml.service.charges import import_charges
from denialml.service.posting import post_files
from denialml.settings import Settings
from denialml.store import open_store, schema
from posting_speed import FIRST_DAY, RECEIVER, SUBMITTER, answer, claim, remittance

LINES = 3
PORTION = 10_000
TABLES = (
    schema.remittance, schema.claim_payment, schema.service_payment, schema.adjustment,
    schema.ledger_transaction, schema.ledger_entry, schema.denial_case,
)  # fmt: skip


def write(folder: Path, count: int) -> None:
    """The claims in files of ten thousand, and one remittance that answers all of them."""
    answers = []
    for first in range(0, count, PORTION):
        batch = [claim(serial, FIRST_DAY.date(), LINES) for serial in range(first, min(first + PORTION, count))]
        envelope = x12.Envelope("PRACTICE", "PAYER", first // PORTION + 1, FIRST_DAY + timedelta(days=2))
        sent = x12.ClaimBatch(envelope, SUBMITTER, RECEIVER, batch)
        (folder / f"{first:07d}.837").write_bytes(x12.write(sent))
        answers += [answer(each, serial) for serial, each in enumerate(batch, first)]
    batch_of_answers = remittance(0, FIRST_DAY + timedelta(days=20), answers)
    (folder / "answers.835").write_bytes(x12.write(batch_of_answers))


def settings_of(home: Path, url: str | None) -> Settings:
    """A home of its own, on SQLite or the given database."""
    return Settings(home=home, database_url=url)


def timed(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    """Seconds, and what the work gave."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    seconds = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    return {name: round(value, 2) for name, value in seconds.items()}, done


def step_post(folder: Path, url: str | None) -> dict[str, Any]:
    """Post the file; then again."""
    settings = settings_of(folder / "home", url)
    seconds, report = timed(lambda: post_files(settings, [folder / "answers.835"]))
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    again, second = timed(lambda: post_files(settings, [folder / "answers.835"]))
    assert report.parked_items == 0
    assert second.repeated_files == 1
    return {
        **seconds,
        "claims": report.posted_claims,
        "claims_a_second": round(report.posted_claims / seconds["seconds"]),
        "claims_a_cpu_second": round(report.posted_claims / seconds["cpu_seconds"]),
        "peak_mib": mib,
        "again_seconds": again["seconds"],
    }


def step_floor(folder: Path, url: str | None) -> dict[str, Any]:
    """Parse the bytes and keep nothing; put the rows that posting made into an empty database."""
    content = (folder / "answers.835").read_bytes()
    parse, _ = timed(lambda: sum(1 for _ in x12.read(content)))
    source = open_store(settings_of(folder / "home", url).url)
    with source.reading() as connection:
        rows = {table: connection.execute(select(table)).all() for table in TABLES}
    source.close()
    target = open_store(settings_of(folder / "floor", None if url is None else f"{url}_floor").url)
    with target.unit() as unit:  # what the rows refer to is not there: only the rows themselves are measured
        if url is None:
            unit.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        else:
            unit.connection.exec_driver_sql("SET session_replication_role = replica")
        insert, _ = timed(lambda: [unit.insert_tuples(t, tuple(t.c.keys()), of) for t, of in rows.items()])
        if url is None:
            unit.connection.exec_driver_sql("PRAGMA defer_foreign_keys = OFF")
        raise _Measured(parse, insert, sum(map(len, rows.values())))
    return {}


class _Measured(Exception):  # noqa: N818 - rolls the floor's rows back: they lack what they refer to
    def __init__(self, parse: dict[str, float], insert: dict[str, float], rows: int) -> None:
        super().__init__()
        self.told = {"parse": parse, "insert": insert, "rows": rows}


def fresh(step: str, folder: Path, url: str | None) -> dict[str, Any]:
    """What a step tells from a process of its own."""
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder), *(["--url", url] if url else [])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def measure(folder: Path, url: str | None) -> dict[str, Any]:
    """Import, post, post again, and the floor, on one database."""
    report = import_charges(settings_of(folder / "home", url), sorted(folder.glob("*.837")), sent=True)
    assert not report.unreadable_files
    posted, floor = fresh("post", folder, url), fresh("floor", folder, url)
    least = floor["parse"]["cpu_seconds"] + floor["insert"]["cpu_seconds"]
    return {**posted, "floor": floor, "times_the_floor": round(posted["cpu_seconds"] / least, 2)}


def main() -> None:
    """Measure on SQLite, and on PostgreSQL where a URL is given, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--postgresql", help="an empty database; beside it another of the same name with _floor")
    parser.add_argument("--step", choices=["post", "floor"])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--url")
    said = parser.parse_args()
    if said.step:
        try:
            told = {"post": step_post, "floor": step_floor}[said.step](said.folder, said.url)
        except _Measured as measured:
            told = measured.told
        print(json.dumps(told))
        return
    result: dict[str, Any] = {"benchmark": "posting_big_file", "claims": said.claims, "lines": said.claims * LINES}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, said.claims)
        result["file_mb"] = round((folder / "answers.835").stat().st_size / 1e6, 1)
        result["sqlite"] = measure(folder, None)
        if said.postgresql:
            result["postgresql"] = measure(folder, said.postgresql)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
