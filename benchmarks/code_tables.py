"""What full-size code tables cost: loading, opening cold, looking up, memory; SQLite on the same pairs is the floor.

The tables are made up, of the sizes of the publishers': 2.5 million NCCI pairs, 15,000 unit limits, 75,000 ICD-10-CM
codes, a million diagnoses that coverage articles name. The pairs are read from the publisher's layout. Prints one JSON
line.
"""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from denialml.codes.kinds import KINDS
from denialml.codes.loading import load
from denialml.codes.publishers import Edition
from denialml.codes.releases import Shelf

PAIRS, LIMITS, DIAGNOSES, PROCEDURES_COVERED, DIAGNOSES_COVERED = 2_500_000, 15_000, 75_000, 1_000, 1_000
LOOKUPS = 200_000
ON = date(2026, 8, 1)
COLD = """
import time; began = time.perf_counter()
import sys; from pathlib import Path; from datetime import date
from denialml.codes.releases import Shelf
door = Shelf(Path(sys.argv[1])).open()
on = date(2026, 8, 1)
door.ptp("10000", "10001", on), door.mue("10000", on), door.icd10("A0000", on), door.coverage("10000", "A0000", on)
print(time.perf_counter() - began)
"""


def codes(count: int) -> list[str]:
    """Procedure codes."""
    return [str(10_000 + number) for number in range(count)]


def diagnoses(count: int) -> list[str]:
    """Diagnosis codes."""
    return [f"{letter}{number:04d}" for letter in "ABCDEFGH" for number in range(10_000)][:count]


def pairs() -> Iterator[tuple[str, str]]:
    """The pairs, each procedure with the 250 after it."""
    for at in range(PAIRS // 250):
        for step in range(1, 251):
            yield str(10_000 + at), str(10_000 + at + step)


def write_files(folder: Path) -> list[Path]:
    """Publishers' files of full size."""
    titles = "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\n"
    with (folder / "ccipra-v322r0-f1.txt").open("w", encoding="ascii") as stream:
        stream.write(titles)
        for number, (one, other) in enumerate(pairs()):
            begun = f"20{number % 26:02d}0101"
            stream.write(f"{one}\t{other}\t\t{begun}\t{'*' if number % 5 else '20261231'}\t{number % 2}\tmade up\n")
    lists = {
        "mue_practitioner": ["code,units,adjudication_indicator", *(f"{code},2,3" for code in codes(LIMITS))],
        "icd10": ["code,billable,description", *(f"{code},y,made up {code}" for code in diagnoses(DIAGNOSES))],
        "coverage_procedure": [
            "code,article",
            *(f"{code},{int(code) - 10_000:05d}" for code in codes(PROCEDURES_COVERED)),
        ],
        "coverage_diagnosis": [
            "article,code,covered",
            *(f"{at:05d},{code},y" for at in range(PROCEDURES_COVERED) for code in diagnoses(DIAGNOSES_COVERED)),
        ],
    }  # fmt: skip
    for name, lines in lists.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="ascii")
    return [folder / "ccipra-v322r0-f1.txt", *(folder / f"{name}.csv" for name in lists)]


def each_second(look_up: Callable[[str, str], object], asked: list[tuple[str, str]]) -> int:
    """Lookups a second, one at a time."""
    began = time.perf_counter()
    for one, other in asked:
        look_up(one, other)
    return round(len(asked) / (time.perf_counter() - began))


def peak_memory_mb() -> int:
    """The most memory this process held, mapped pages too (Linux; what getrusage tells a child holds its parent's)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def sqlite_floor(folder: Path, asked: list[tuple[str, str]]) -> int:
    """The same pairs in SQLite with a primary key, asked one at a time."""
    base = sqlite3.connect(folder / "pairs.sqlite3")
    base.execute("CREATE TABLE pair (one, other, effective, until, indicator, PRIMARY KEY (one, other)) WITHOUT ROWID")
    base.executemany("INSERT INTO pair VALUES (?, ?, '2020-01-01', NULL, '1')", pairs())
    base.commit()
    query = "SELECT indicator FROM pair WHERE one = ? AND other = ? AND effective <= '2026-08-01'"
    return each_second(lambda one, other: base.execute(query, (one, other)).fetchone(), asked)


def main() -> None:
    """Measure and print."""
    dice = random.Random(7)
    columns = [str(10_000 + dice.randrange(PAIRS // 250)) for _ in range(LOOKUPS)]
    asked = [(one, str(int(one) + dice.randrange(1, 500))) for one in columns]  # half of them are pairs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write_files(folder)
        began = time.perf_counter()
        shelf = Shelf(folder / "codes")
        load(shelf, files[:1], ON)
        pairs_loaded = time.perf_counter() - began
        load(shelf, files[1:], ON, edition=Edition("made up", date(2026, 7, 1)))
        loaded = time.perf_counter() - began
        size = sum(shelf.tables[table].rows for table in KINDS if table in shelf.tables)
        loading_memory = peak_memory_mb()
        cold = [float(run(COLD, folder / "codes")) for _ in range(5)]
        print(
            json.dumps(
                {
                    "benchmark": "code_tables",
                    "rows": size,
                    "load_pairs_seconds": round(pairs_loaded, 1),
                    "load_all_seconds": round(loaded, 1),
                    "load_memory_mb": loading_memory,
                    "cold_first_answers_seconds": round(sorted(cold)[2], 3),
                    **json.loads(run(WARM, folder / "codes", json.dumps(asked))),
                    "floor_sqlite_pairs_a_second": sqlite_floor(folder, asked),
                    "target_cold_seconds": 1,
                    "target_memory_mb": 1024,
                }
            )
        )


WARM = """
import json, sys; from pathlib import Path; from datetime import date
from denialml.codes.releases import Shelf
from benchmarks.code_tables import each_second, ON, peak_memory_mb
asked = json.loads(sys.stdin.read())
door = Shelf(Path(sys.argv[1])).open()
dx = [(f"{'ABCDEFGH'[i % 8]}{i % 10_000:04d}", str(10_000 + i % 1_000)) for i in range(len(asked))]
print(json.dumps({
    "pairs_a_second": each_second(lambda one, other: door.ptp(one, other, ON), asked),
    "limits_a_second": each_second(lambda one, other: door.mue(one, ON), asked),
    "diagnoses_a_second": each_second(lambda one, other: door.icd10(one, ON), dx),
    "coverage_a_second": each_second(lambda one, other: door.coverage(other, one, ON), dx),
    "process_memory_mb": peak_memory_mb(),
}))
"""


def run(program: str, folder: Path, given: str = "") -> str:
    """What a program prints, in a process of its own."""
    command = [sys.executable, "-c", program, str(folder)]
    root = str(Path(__file__).parents[1])
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True, cwd=root).stdout


if __name__ == "__main__":
    main()
