"""Loading code tables into a home: all or nothing, exactly once, with what changed, from the command line too."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

import code_files as made
from denialml.codes.releases import Shelf
from denialml.errors import BadInputError, NotFoundError, RefusedError, StorageError, UsageError
from denialml.service.codes import load_files, loaded_releases, show_code, tables
from denialml.settings import Settings

Q1, Q2, Q3 = date(2024, 2, 1), date(2024, 5, 1), date(2024, 8, 1)


def limits(folder: Path, month: int, rows: dict[str, int]) -> Path:
    path = folder / f"MCR_MUE_Practitioner_Eff_{month:02d}-01-2024.csv"
    path.write_text(made.units_text([[code, units, "3 x", "y"] for code, units in rows.items()]), encoding="utf-8")
    return path


def pairs(folder: Path, name: str, rows: list[list[str]]) -> Path:
    path = folder / name
    path.write_text(made.pairs_text(rows), encoding="utf-8")
    return path


def test_releases_follow_one_another(settings: Settings, tmp_path: Path) -> None:
    load_files(settings, [limits(tmp_path, 1, {"97110": 6, "97140": 4, "20610": 2})])
    load_files(settings, [limits(tmp_path, 7, {"97110": 8, "20610": 2, "11042": 1})])
    report = load_files(settings, [limits(tmp_path, 4, {"97110": 7, "20610": 2})])  # late, but in its place
    (loaded,) = report.tables
    assert (loaded.before, loaded.added, loaded.removed, loaded.changed) == ("2024Q1", 0, 1, 1)
    assert loaded.examples == ("removed 97140", "changed 97110")
    door = tables(settings)
    units = [[(mue := door.mue(code, on)) and mue.units for on in (Q1, Q2, Q3)] for code in ("97110", "97140", "11042")]
    assert units == [[6, 7, 8], [4, None, None], [None, None, 1]]
    (whole,) = door.history("mue_practitioner", "20610")  # three releases that agree are one interval
    assert (whole.effective, whole.end) == (date(2024, 1, 1), None)
    assert [(each.release, each.to_day) for each in loaded_releases(settings)] == [
        ("2024Q1", date(2024, 3, 31)),
        ("2024Q2", date(2024, 6, 30)),
        ("2024Q3", date(2024, 10, 8)),
    ]


def test_an_open_door_answers_as_before(settings: Settings, tmp_path: Path) -> None:
    load_files(settings, [limits(tmp_path, 1, {"97110": 6})])
    door = tables(settings)
    load_files(settings, [limits(tmp_path, 4, {"97110": 7})])
    assert door.mue("97110", Q2).units == 6  # type: ignore[union-attr]
    assert tables(settings).mue("97110", Q2).units == 7  # type: ignore[union-attr]


def test_loading_again_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    path = limits(tmp_path, 1, {"97110": 6})
    load_files(settings, [path])
    folder = settings.home / "codes"
    before = {each.name: each.stat().st_mtime_ns for each in folder.iterdir() if each.suffix == ".tbl"}
    (again,) = load_files(settings, [path]).tables
    assert (again.files, again.rows) == ((), 1)
    assert {each.name: each.stat().st_mtime_ns for each in folder.iterdir() if each.suffix == ".tbl"} == before


def test_a_corrected_file_replaces_the_one_of_its_name(settings: Settings, tmp_path: Path) -> None:
    load_files(settings, [limits(tmp_path, 1, {"97110": 6, "97140": 4})])
    load_files(settings, [limits(tmp_path, 1, {"97110": 5})])
    door = tables(settings)
    assert door.mue("97110", Q1).units == 5  # type: ignore[union-attr]
    assert door.mue("97140", Q1) is None
    assert len(loaded_releases(settings)) == 1


def test_parts_may_come_one_after_another(settings: Settings, tmp_path: Path) -> None:
    one = pairs(tmp_path, "ccipra-v302r0-f1.txt", [["11042", "97597", "", "20200101", "*", "1", "x"]])
    two = pairs(tmp_path, "ccipra-v302r0-f2.txt", [["20610", "20605", "", "20200101", "*", "0", "x"]])
    load_files(settings, [one])
    load_files(settings, [two])
    door = tables(settings)
    assert door.ptp("11042", "97597", Q3)
    assert door.ptp("20610", "20605", Q3)


def test_a_dated_table_learns_the_past_from_its_newest_release(settings: Settings, tmp_path: Path) -> None:
    old = [["11042", "97597", "", "20200101", "*", "1", "x"], ["20610", "20605", "", "20200101", "*", "1", "x"]]
    new = [["11042", "97597", "", "20200101", "20240331", "1", "x"]]
    load_files(settings, [pairs(tmp_path, "ccipra-v300r0-f1.txt", old)])
    (loaded,) = load_files(settings, [pairs(tmp_path, "ccipra-v302r0-f1.txt", new)]).tables
    assert (loaded.removed, loaded.changed) == (1, 1)
    door = tables(settings)
    assert [bool(door.ptp("11042", "97597", on)) for on in (Q1, Q2)] == [True, False]
    assert [bool(door.ptp("20610", "20605", on)) for on in (Q2, Q3)] == [
        True,
        False,
    ]  # gone without a day: ended before


def test_a_bad_file_among_good_ones_changes_nothing(settings: Settings, tmp_path: Path) -> None:
    load_files(settings, [limits(tmp_path, 1, {"97110": 6})])
    good = limits(tmp_path, 4, {"97110": 7})
    bad = pairs(tmp_path, "ccipra-v302r0-f1.txt", [["11042", "97597", "", "20200101", "*", "5", "x"]])
    with pytest.raises(BadInputError, match="line 7"):
        load_files(settings, [good, bad])
    assert [each.release for each in loaded_releases(settings)] == ["2024Q1"]
    assert tables(settings).mue("97110", Q2).units == 6  # type: ignore[union-attr]


def test_a_release_keeps_its_first_day(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "revenue.csv"
    path.write_text("code\n0450\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--effective"):
        load_files(settings, [path], release="ours")
    load_files(settings, [path], release="ours", effective=Q1)
    path.write_text("code\n0451\n", encoding="utf-8")
    with pytest.raises(RefusedError, match="was loaded as of 2024-02-01"):
        load_files(settings, [path], release="ours", effective=Q2)


def test_two_loads_at_once_are_refused(settings: Settings, tmp_path: Path) -> None:
    path = limits(tmp_path, 1, {"97110": 6})
    with Shelf(settings.home / "codes").locked(), pytest.raises(RefusedError, match="another command"):
        load_files(settings, [path])


def test_damaged_files_of_the_home_are_named(settings: Settings, tmp_path: Path) -> None:
    load_files(settings, [limits(tmp_path, 1, {"97110": 6})])
    folder = settings.home / "codes"
    for path in folder.glob("*.tbl"):
        path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(StorageError, match="load the table's files again"):
        tables(settings)
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(StorageError, match="backup"):
        tables(settings)


@pytest.mark.parametrize("after", [0.0, 0.15, 0.3, 0.45, 0.6, 0.9])
def test_a_killed_load_leaves_what_was_there(settings: Settings, tmp_path: Path, after: float) -> None:
    """Whenever a load is killed, the old release or the new one answers, whole; and a later load goes through."""
    load_files(settings, [limits(tmp_path, 1, {f"{code:05d}": 1 for code in range(20_000)})])
    new = limits(tmp_path, 4, {f"{code:05d}": 2 for code in range(20_000)})
    words = "from denialml.cli import main; main()"
    command = [sys.executable, "-c", words, "codes", "load", str(new), "--home", str(settings.home)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True, env={**os.environ})
    time.sleep(after)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    found = {tables(settings).mue(f"{code:05d}", Q2).units for code in range(0, 20_000, 97)}  # type: ignore[union-attr]
    assert found in ({1}, {2})
    load_files(settings, [new])
    assert tables(settings).mue("00000", Q2).units == 2  # type: ignore[union-attr]
    assert not list((settings.home / "codes").glob("*.part"))


def test_showing_a_code(settings: Settings, tmp_path: Path) -> None:
    load_files(settings, [limits(tmp_path, 1, {"97110": 6}), limits(tmp_path, 4, {"97110": 7})])
    shown = show_code(settings, "mue_practitioner", "97110", Q1)
    assert [row["units"] for row in shown.in_force] == [6]
    assert [row["units"] for row in shown.history] == [6, 7]
    assert shown.covered
    assert not show_code(settings, "mue_practitioner", "97110", date(2030, 1, 1)).covered
    with pytest.raises(NotFoundError, match="has no 97111"):
        show_code(settings, "mue_practitioner", "97111")
    with pytest.raises(NotFoundError, match="no code table mue"):
        show_code(settings, "mue", "97110")


def test_a_home_that_is_no_demo_sees_no_made_up_table(settings: Settings, tmp_path: Path) -> None:
    assert tables(settings).icd10("I10", Q1) is None
    assert not tables(settings).covers("icd10", Q1)
    demo = Settings(home=settings.home, demo=True)
    assert tables(demo).icd10("I10", Q1)
    load_files(settings, [limits(tmp_path, 1, {"97110": 99})])
    assert tables(demo).mue("97110", Q1).units == 99  # type: ignore[union-attr]  # what was loaded comes first


def test_the_command_line(tmp_path: Path) -> None:
    home, path = tmp_path / "home", limits(tmp_path, 1, {"97110": 6})
    words = [sys.executable, "-c", "from denialml.cli import main; main()", "codes"]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*words, *more, "--home", str(home)], capture_output=True, text=True, check=False)

    assert "no code table is loaded" in run("list").stdout
    loaded = run("load", str(path), "--json")
    assert json.loads(loaded.stdout)["tables"][0]["added"] == 1
    assert json.loads(run("list", "--json").stdout)[0]["from_day"] == "2024-01-01"
    shown = run("show", "mue_practitioner", "97110", "--on", "2024-02-01")
    assert "in force" in shown.stdout
    assert run("show", "mue_practitioner", "00000").returncode == NotFoundError.exit_code
    (tmp_path / "letter.txt").write_text("hello", encoding="utf-8")
    refused = run("load", str(tmp_path / "letter.txt"))
    assert refused.returncode == BadInputError.exit_code
    assert "docs/how-to/load-code-tables.md" in refused.stderr
