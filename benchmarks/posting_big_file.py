"""How one large 835 is posted: 100,000 claims of three lines in one file, durably, on SQLite and on PostgreSQL.

    python benchmarks/posting_big_file.py [--claims 100000] [--postgresql URL]

The claims are imported first, untimed. Then, each in a fresh process, so that its peak memory is its own: the file is
posted; the same file is posted again and refused. The floor does the least that anybody must: our own parse of the same
bytes, and the rows that posting made into the same tables by the same bulk door, beside the same claims in another
database. Prints one JSON line. Processor seconds beside
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

from sqlalchemy import Select, Table, select

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

FILE = {"sha256": "", "name": "", "kind": "835", "size_bytes": 0, "content": b""}


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
    """Parse the bytes and keep nothing; put the rows that posting made beside the same claims in another database."""
    content = (folder / "answers.835").read_bytes()
    parse, _ = timed(lambda: sum(1 for _ in x12.read(content)))
    source = open_store(settings_of(folder / "home", url).url)
    with source.reading() as connection:
        rows = {table: connection.execute(posted(table)).all() for table in TABLES}
    source.close()
    target = open_store(floor_of(folder, url).url)

    def insert_all() -> None:
        with target.unit() as unit:
            file_ids = {row.file_id for row in rows[schema.remittance]}
            unit.insert(schema.file, [FILE | {"id": each, "known_on": FIRST_DAY.date()} for each in file_ids])
            for table, of_table in rows.items():
                unit.insert_tuples(table, tuple(table.c.keys()), of_table)

    insert, _ = timed(insert_all)
    target.close()
    return {"parse": parse, "insert": insert, "rows": sum(map(len, rows.values()))}


def posted(table: Table) -> Select[Any]:
    """A table's rows that posting made: of the ledger those of charges were there before."""
    booked = select(schema.ledger_transaction.c.id).where(schema.ledger_transaction.c.remittance_id.is_not(None))
    if table is schema.ledger_transaction:
        return select(table).where(table.c.id.in_(booked))
    if table is schema.ledger_entry:
        return select(table).where(table.c.transaction_id.in_(booked))
    return select(table)


def floor_of(folder: Path, url: str | None) -> Settings:
    """The home of the floor."""
    return settings_of(folder / "floor", None if url is None else f"{url}_floor")


def fresh(step: str, folder: Path, url: str | None) -> dict[str, Any]:
    """What a step tells from a process of its own."""
    command = [sys.executable, __file__, "--step", step, "--folder", str(folder), *(["--url", url] if url else [])]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def measure(folder: Path, url: str | None) -> dict[str, Any]:
    """Import, post, post again, and the floor, on one database."""
    for settings in (settings_of(folder / "home", url), floor_of(folder, url)):
        report = import_charges(settings, sorted(folder.glob("*.837")), sent=True)
        assert not report.unreadable_files
    done, floor = fresh("post", folder, url), fresh("floor", folder, url)
    least = floor["parse"]["seconds"] + floor["insert"]["seconds"]  # a server's work is none of our processor's
    return {**done, "floor": floor, "times_the_floor": round(done["seconds"] / least, 2)}


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
        step = {"post": step_post, "floor": step_floor}[said.step]
        print(json.dumps(step(said.folder, said.url)))
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
