"""A copy made while another process posts opens, passes its checks, and goes on to the same books."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from denialml.errors import NotFoundError, RefusedError, StorageError, UsageError
from denialml.service.backup import back_up, verify_backup, verify_home
from denialml.settings import Settings
from fault_story import State, ended, forked, state, story, tell
from postgres_server import Server, find_programs


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home in the middle of the story."""
    settings = Settings(home=tmp_path / "home")
    tell(settings, story(tmp_path / "files")[:4])
    return settings


def while_told(settings: Settings, files: Path, act: Callable[[int], object]) -> int:
    """Tell the story from its fifth step in another process, and ``act`` again and again until it ends."""
    child = forked(lambda: tell(settings, story(files)[4:]))
    times = 0
    try:
        while not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            act(times)
            times += 1
    finally:
        if not os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            os.kill(child, signal.SIGKILL)
        assert ended(child) == 0
    return times


def test_copies_made_while_posting_go_on_to_the_same_books(home: Settings, tmp_path: Path, told: State) -> None:
    def copy(turn: int) -> None:
        back_up(home, tmp_path / f"{turn:03d}.sqlite3")

    assert while_told(home, tmp_path / "files", copy) >= 3
    assert state(home) == told
    copies = sorted(tmp_path.glob("*.sqlite3"))
    assert not list(tmp_path.glob("*.part*"))
    events = [verify_backup(each).audit_events for each in copies]
    assert events == sorted(events)
    for path in {copies[0], copies[len(copies) // 2], copies[-1]}:
        again = Settings(home=tmp_path / f"again-{path.stem}")
        again.home.mkdir()
        shutil.copy(path, again.home / "denialml.sqlite3")
        assert tell(again, story(tmp_path / "files")) == told
        verify_home(again)


def test_a_dump_made_while_posting_goes_on_to_the_same_books(
    postgres_server: Server, postgres_template: str, tmp_path: Path, told: State
) -> None:
    programs = find_programs()
    assert programs is not None
    if not (programs / "pg_dump").exists():
        pytest.skip("no pg_dump here (apt-get install postgresql-client)")
    name = postgres_server.borrow(postgres_template)
    home = Settings(home=tmp_path, database_url=postgres_server.url(name))
    tell(home, story(tmp_path / "files")[:4])

    def dump(turn: int) -> None:
        run(programs / "pg_dump", "--format=custom", f"--file={tmp_path / f'{turn:03d}.dump'}", plain(home))

    assert while_told(home, tmp_path / "files", dump) >= 1
    assert state(home) == told
    postgres_server.give_back(name, postgres_template)
    dumps = sorted(tmp_path.glob("*.dump"))
    for path in {dumps[0], dumps[-1]}:
        name = postgres_server.create()
        again = Settings(home=tmp_path, database_url=postgres_server.url(name))
        run(programs / "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={plain(again)}", path)
        verify_home(again)
        assert tell(again, story(tmp_path / "files")) == told
        postgres_server.drop(name)


def run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def plain(settings: Settings) -> str:
    return make_url(settings.url).set(drivername="postgresql").render_as_string(hide_password=False)


def test_copying_waits_for_no_writer(home: Settings, tmp_path: Path) -> None:
    writer = sqlite3.connect(home.home / "denialml.sqlite3", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO payer (id, identifier) VALUES (77, 'UNSEEN')")
    started = time.monotonic()
    back_up(home, tmp_path / "copy")
    assert time.monotonic() - started < 20
    writer.execute("COMMIT")
    writer.close()
    with sqlite3.connect(tmp_path / "copy") as copy:
        assert copy.execute("SELECT count(*) FROM payer WHERE id = 77").fetchone() == (0,)
    copy.close()


def test_a_copy_is_one_file_that_checking_does_not_alter(home: Settings, tmp_path: Path) -> None:
    made = back_up(home, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    before = (tmp_path / "copy").read_bytes()
    (tmp_path / "copy").chmod(0o444)
    assert verify_backup(tmp_path / "copy") == made
    assert (tmp_path / "copy").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"copy", "files", "home"}
    assert made.kept_files == 4
    assert made.audit_events == 4


def test_no_file_is_written_over(home: Settings, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(RefusedError, match="is there already"):
        back_up(home, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"


def test_what_cannot_be_copied(home: Settings, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="check that its folder exists"):
        back_up(home, tmp_path / "nowhere" / "copy")
    with pytest.raises(NotFoundError, match="holds no practice yet"):
        back_up(Settings(home=tmp_path / "none"), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_copy_that_no_longer_fits_leaves_nothing(home: Settings, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=128k", "none", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here (mount needs root)")
    try:
        with pytest.raises(StorageError, match="the disk is full; free some space"):
            back_up(home, disk / "copy")
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_postgresql_has_its_own_tool_and_no_password_is_shown(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url="postgresql://pat:secret@db.example:5433/books")
    with pytest.raises(UsageError) as caught:
        back_up(settings, tmp_path / "books.dump")
    told = str(caught.value)
    assert f"pg_dump --format=custom --file={tmp_path}/books.dump postgresql://pat@db.example:5433/books" in told
    assert "secret" not in told


ALTERED = {
    "DELETE FROM audit_event WHERE id = 2": "audit trail: event 2 is missing",
    "UPDATE audit_event SET person = 'NOBODY' WHERE id = 3": "audit trail: event 3 is not as it was written",
    "UPDATE ledger_entry SET amount_cents = amount_cents + 1 WHERE transaction_id = 3 AND ordinal = 1": (
        "ledger transaction 3 comes to 1 cents, not to zero"
    ),
    "DELETE FROM claim WHERE id = 2": "is damaged: a row of .* refers to one of claim that is gone",
    "DROP TABLE alembic_version": "it is no database of denialml",
}


@pytest.mark.parametrize("statement", ALTERED)
def test_a_copy_that_was_altered_is_told(home: Settings, tmp_path: Path, statement: str) -> None:
    back_up(home, tmp_path / "copy")
    with sqlite3.connect(tmp_path / "copy") as copy:
        for (trigger,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f"DROP TRIGGER {trigger}")
        copy.execute(statement)
    copy.close()
    with pytest.raises(StorageError, match=ALTERED[statement]):
        verify_backup(tmp_path / "copy")


def test_a_copy_that_was_cut_or_overwritten_is_told(home: Settings, tmp_path: Path) -> None:
    back_up(home, tmp_path / "copy")
    whole = (tmp_path / "copy").read_bytes()
    for at in (4096, len(whole) // 2, len(whole) - 4096):
        (tmp_path / "cut").write_bytes(whole[:at])
        with pytest.raises(StorageError, match="is damaged"):
            verify_backup(tmp_path / "cut")
    (tmp_path / "noise").write_bytes(b"ISA*00*" * 1000)
    with pytest.raises(StorageError, match="not a SQLite database"):
        verify_backup(tmp_path / "noise")
    with pytest.raises(NotFoundError, match="no such file"):
        verify_backup(tmp_path / "none")
