"""The disk, the database or another program fails while posting: nothing is half done, and it can be done again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import denialml.store
from denialml.errors import NotFoundError, StorageError
from denialml.ledger import RemittanceAsRead
from denialml.service import exceptions
from denialml.service.posting import post_files
from denialml.settings import Settings
from denialml.store import Unit, open_store
from fault_story import BY, State, ended, forked, paid, posting, rows, state, story, tell
from postgres_server import OWNER, Server
from posting_cases import as_read, remit_file

# Which of the two it is depends on whether the server's last word still arrives.
CUT = "the connection was lost; try again: what is done|the server is stopping or has cancelled the work; try again"
FILE = 4  # the step that posts the first payer's answer, for which a second payer's one waits


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 32 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=32m,mode=755", "none", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here (mount needs root)")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(ballast: Path, left: int) -> None:
    """Fill a disk up to so many bytes."""
    free = shutil.disk_usage(ballast.parent).free
    ballast.write_bytes(bytes(max(0, free - left)))


def fails(settings: Settings, step: Callable[[Settings], object], message: str) -> None:
    """A step ends in a storage error with a message, and nothing at all was written."""
    before = rows(settings)
    with pytest.raises(StorageError, match=message):
        step(settings)
    assert rows(settings) == before


def test_the_disk_fills_up(small_disk: Path, tmp_path: Path, told: State) -> None:
    """With nothing left, and with so much that a file, its rows or only its commit no longer fits."""
    home = Settings(home=small_disk / "home")
    steps = story(tmp_path / "files")
    steps[0](home)
    failed = 0
    for place, step in enumerate(steps[1:]):
        fill(small_disk / "ballast", 4096 * (place * 7 % 40))
        try:
            step(home)
        except StorageError as error:
            assert "is full; free some space" in str(error)  # noqa: PT017 - with much left it does not fail
            failed += 1
        (small_disk / "ballast").unlink()
        state(home)
        step(home)
    assert failed >= 10
    assert state(home) == told


def test_no_page_is_left(tmp_path: Path, told: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no disk can be mounted: SQLite's own limit of pages, which fails as a full disk does (SQLITE_FULL)."""
    home = Settings(home=tmp_path / "home")
    steps = story(tmp_path / "files")
    tell(home, steps[:FILE])
    usual = Unit.insert

    def insert(self: Unit, *args: Any) -> None:
        pages = self.connection.execute(text("PRAGMA page_count")).scalar_one()
        self.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        usual(self, *args)

    with monkeypatch.context() as patched:
        patched.setattr(Unit, "insert", insert)
        fails(home, posting(remit_file(tmp_path / "long.835", many())), "the disk is full; free some space")
    assert tell(home, steps[FILE:]) == told


def many() -> RemittanceAsRead:
    return as_read(*(paid(f"N{serial}") for serial in range(200)), trace="MANY")


def test_the_disk_of_the_server_fills_up(
    small_disk: Path, tmp_path: Path, postgres_server: Server, postgres_template: str, told: State
) -> None:
    """On a tablespace of its own, so that the server itself goes on."""
    folder = small_disk / "space"
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER, OWNER)
    for parent in small_disk.parents:  # the server's user goes through them
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    postgres_server.run(f"CREATE TABLESPACE small LOCATION '{folder}'")
    postgres_server.run(f'CREATE DATABASE full_disk TEMPLATE "{postgres_template}" TABLESPACE small')
    home = Settings(home=tmp_path, database_url=postgres_server.url("full_disk"))
    steps = story(tmp_path / "files")
    steps[0](home)
    failed = 0
    for step in steps[1:]:
        fill(small_disk / "ballast", 0)
        try:
            step(home)
        except StorageError as error:
            assert "the server has run out of room" in str(error)  # noqa: PT017 - where pages have room it does not fail
            failed += 1
        (small_disk / "ballast").unlink()
        state(home)
        step(home)
    assert failed
    assert state(home) == told
    postgres_server.drop("full_disk")
    postgres_server.run("DROP TABLESPACE small")


def test_the_disk_turns_read_only(small_disk: Path, tmp_path: Path, told: State) -> None:
    home = Settings(home=small_disk / "home")
    steps = story(tmp_path / "files")
    tell(home, steps[:FILE])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(StorageError, match="cannot be opened or made; check that its folder exists and may be written"):
        steps[FILE](home)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert tell(home, steps[FILE:]) == told


def test_the_file_may_not_be_written(told: State) -> None:
    """Root may write anywhere, and must step down to see it."""
    folder = Path(tempfile.mkdtemp(prefix="denialml-read-only-"))
    home = Settings(home=folder / "home")
    steps = story(folder / "files")
    tell(home, steps[:FILE])
    (folder / "home" / "denialml.sqlite3").chmod(0o444)
    for each in (folder, folder / "home"):
        each.chmod(0o555)

    def post_as_anybody() -> None:
        if os.geteuid() == 0:
            os.setuid(65_534)  # nobody
        with pytest.raises(StorageError, match=r"may (not )?be written to"):
            steps[FILE](home)

    assert ended(forked(post_as_anybody)) == 0
    for each in (folder, folder / "home"):
        each.chmod(0o755)
    (folder / "home" / "denialml.sqlite3").chmod(0o644)
    assert tell(home, steps[FILE:]) == told
    shutil.rmtree(folder)


def test_the_server_allows_reading_only(
    tmp_path: Path, postgres_server: Server, postgres_template: str, told: State
) -> None:
    name = postgres_server.create(postgres_template)
    home = Settings(home=tmp_path, database_url=postgres_server.url(name))
    steps = story(tmp_path / "files")
    tell(home, steps[:FILE])
    postgres_server.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    fails(home, steps[FILE], "it may not be written to; is it a standby server")
    postgres_server.run(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    assert tell(home, steps[FILE:]) == told
    postgres_server.drop(name)


def test_the_command_line_ends_with_the_code_of_storage(tmp_path: Path) -> None:
    story(tmp_path / "files")
    (tmp_path / "books.sqlite3").write_bytes(b"ISA*00*" * 1000)
    words = ["post", str(tmp_path / "files" / "01.835"), "--home", str(tmp_path)]
    command = [str(Path(sys.executable).parent / "denialml"), *words]
    url = f"sqlite:///{tmp_path / 'books.sqlite3'}"
    done = subprocess.run([*command, "--database-url", url], capture_output=True, text=True, check=False)
    assert done.returncode == 13
    assert "the file is not a SQLite database; name another file or move this one away" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "books.sqlite3").read_bytes() == b"ISA*00*" * 1000


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """How long posting waits for another writer, in seconds."""

    def wait(seconds: float) -> None:
        monkeypatch.setattr(denialml.store, "open_store", partial(open_store, wait_seconds=seconds))

    return wait


def hold(settings: Settings, flag: Path, seconds: float) -> int:
    """A process that writes for so long, and then takes it back; ``flag`` appears when it has begun."""

    def work() -> None:
        store = open_store(settings.url)
        with store.unit() as unit:
            unit.allocate("claim", 1)
            flag.touch()
            time.sleep(seconds)
            unit.connection.rollback()

    child = forked(work)
    while not flag.exists():
        time.sleep(0.01)
    return child


def test_another_program_writes_for_too_long(
    home: Settings, tmp_path: Path, told: State, patience: Callable[[float], None]
) -> None:
    steps = story(tmp_path / "files")
    tell(home, steps[:FILE])
    child = hold(home, tmp_path / "flag", 1.5)
    patience(0.2)
    fails(home, steps[FILE], "another program is writing to it; wait until it has ended, then try again")
    assert ended(child) == 0
    assert tell(home, steps[FILE:]) == told


def test_another_program_writes_for_a_while(
    home: Settings, tmp_path: Path, told: State, patience: Callable[[float], None]
) -> None:
    steps = story(tmp_path / "files")
    tell(home, steps[:FILE])
    child = hold(home, tmp_path / "flag", 0.5)
    patience(60)
    assert tell(home, steps[FILE:]) == told
    assert ended(child) == 0


@pytest.fixture
def at_insert(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], object]], None]:
    """Do something once, before the n-th insert from now on."""

    def plan(number: int, do: Callable[[], object]) -> None:
        usual, left = Unit.insert, number

        def insert(self: Unit, *args: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                do()
            usual(self, *args)

        monkeypatch.setattr(Unit, "insert", insert)

    return plan


AtInsert = Callable[[int, Callable[[], object]], None]


@pytest.mark.postgres
@pytest.mark.parametrize("insert", [1, 4, 8])
def test_the_connection_is_cut(
    insert: int, tmp_path: Path, postgres_server: Server, postgres_template: str, told: State, at_insert: AtInsert
) -> None:
    name = postgres_server.borrow(postgres_template)
    home = Settings(home=tmp_path, database_url=postgres_server.url(name))
    steps = story(tmp_path / "files")
    tell(home, steps[:FILE])
    at_insert(insert, lambda: postgres_server.cut(name))
    fails(home, steps[FILE], CUT)
    assert tell(home, steps[FILE:]) == told
    postgres_server.give_back(name, postgres_template)


@pytest.mark.postgres
def test_the_server_stops_and_comes_back(
    tmp_path: Path, postgres_server: Server, postgres_template: str, told: State, at_insert: AtInsert
) -> None:
    name = postgres_server.borrow(postgres_template)
    home = Settings(home=tmp_path, database_url=postgres_server.url(name))
    # The server of these tests is set to be fast; as people run it, what is committed outlives it.
    postgres_server.run(f"ALTER DATABASE {name} SET synchronous_commit = on")
    steps = story(tmp_path / "files")
    tell(home, steps[:FILE])
    before = rows(home)
    at_insert(5, postgres_server.stop)
    with pytest.raises(StorageError, match=CUT):
        steps[FILE](home)
    with pytest.raises(StorageError, match="the server cannot be reached; check that it runs"):
        steps[FILE](home)
    postgres_server.start()
    assert rows(home) == before
    assert tell(home, steps[FILE:]) == told
    postgres_server.run(f"ALTER DATABASE {name} RESET synchronous_commit")
    postgres_server.give_back(name, postgres_template)


def at_once(works: list[Callable[[], object]], folder: Path) -> list[str]:
    """What each of several processes that start at the same moment says in the end."""

    def run(place: int, work: Callable[[], object]) -> None:
        while not (folder / "go").exists():
            time.sleep(0.001)
        try:
            said = str(work())
        except NotFoundError as error:
            said = str(error)
        (folder / f"said{place}").write_text(said)

    children = [forked(partial(run, place, work)) for place, work in enumerate(works)]
    (folder / "go").touch()
    assert [ended(child) for child in children] == [0] * len(works)
    return [(folder / f"said{place}").read_text() for place in range(len(works))]


def test_two_workers_post_the_same_files_at_once(home: Settings, tmp_path: Path, told: State) -> None:
    """Of each file one wins, and the other says that it is posted already."""
    steps = story(tmp_path / "files")
    steps[0](home)
    files = sorted((tmp_path / "files").glob("*.835"))[:4]

    def work() -> list[bool]:
        return [file.repeated for file in post_files(home, files).files]

    said = [json.loads(each.lower()) for each in at_once([work, work], tmp_path)]
    assert [sum(pair) for pair in zip(*said, strict=True)] == [1] * len(files)
    assert tell(home, steps[1:]) == told


def test_two_people_decide_about_the_same_thing_at_once(home: Settings, tmp_path: Path, told: State) -> None:
    steps = story(tmp_path / "files")
    tell(home, steps[:9])
    (row,) = exceptions.list_exceptions(home, kind="unmatched_claim").rows

    def work() -> str:
        return exceptions.resolve(home, row.item, "place", claim="C5", **BY).disposition

    said = sorted(at_once([work, work], tmp_path))
    assert said == [f"nothing waits under number {row.item}; denialml exceptions list shows what does", "posted"]
    assert tell(home, steps[9:]) == told
