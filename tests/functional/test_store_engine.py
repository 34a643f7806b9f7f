"""Opening a database, and what happens when that fails."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from denialml.errors import StorageError
from denialml.store import Store, open_store, schema
from denialml.store.migrations import HEAD
from postgres_server import Server


def test_a_new_database_has_every_table_and_opens_again(empty_database_url: str) -> None:
    for _ in range(2):
        store = open_store(empty_database_url)
        with store.reading() as connection:
            for table in schema.metadata.sorted_tables:
                assert connection.execute(select(table)).all() == []
        store.close()


def test_the_folders_of_the_file_are_made(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'a' / 'b' / 'c.sqlite3'}").close()
    assert (tmp_path / "a" / "b" / "c.sqlite3").exists()


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'x.sqlite3'}", wait_seconds=1.5)
    with store.reading() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    store.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 1500}


def test_an_open_database_is_opened_again_without_alembic(database_url: str) -> None:
    open_store(database_url).close()
    program = (
        "import sys; from denialml.store import open_store; "
        f"open_store({database_url!r}).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_reading_sees_one_state_throughout(store: Store) -> None:
    count = select(schema.payer.c.id)
    with store.reading() as connection:
        assert connection.execute(count).all() == []
        with store.unit() as unit:
            unit.insert(schema.payer, [{"id": 1, "identifier": "P1"}])
        assert connection.execute(count).all() == []
    with store.reading() as connection:
        assert connection.execute(count).all() == [(1,)]


def test_reading_cannot_write(store: Store) -> None:
    with pytest.raises(StorageError, match="may not be written to"), store.reading() as connection:
        connection.execute(insert(schema.payer), {"id": 1, "identifier": "P1"})
    with store.unit() as unit:  # and the connection that comes back from the pool can
        unit.insert(schema.payer, [{"id": 1, "identifier": "P1"}])


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("no url", "cannot be read"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("mysql://localhost/x", "mysql is not supported"),
    ],
)
def test_other_urls_are_refused(url: str, message: str) -> None:
    with pytest.raises(StorageError, match=message):
        open_store(url)


def test_a_server_that_does_not_answer_is_named_without_credentials() -> None:
    with pytest.raises(StorageError, match="cannot be reached") as caught:
        open_store("postgresql://billing:s3cret@127.0.0.1:1/practice", wait_seconds=2)
    assert "practice at 127.0.0.1:1" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "billing" not in str(caught.value)


def test_a_missing_driver_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StorageError, match=r"pip install 'denialml\[postgres\]'"):
        open_store("postgresql://localhost/practice")


@pytest.mark.postgres
@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_the_short_urls_of_postgresql_will_do(postgres_server: Server, postgres_template: str, scheme: str) -> None:
    store = open_store(postgres_server.url(postgres_template).replace("postgresql+psycopg", scheme))
    assert store.verify_audit() == 0
    store.close()


@pytest.mark.postgres
def test_a_missing_database_is_named(postgres_server: Server) -> None:
    with pytest.raises(StorageError, match=r"database nowhere .*create it first"):
        open_store(postgres_server.url("nowhere"))


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite3").write_bytes(b"a letter, not a database" * 100)
    with pytest.raises(StorageError, match="not a SQLite database"):
        open_store(f"sqlite:///{tmp_path / 'x.sqlite3'}")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StorageError, match="cannot be made: Not a directory; name another home"):
        open_store(f"sqlite:///{tmp_path / 'home' / 'inner' / 'x.sqlite3'}")


def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    store = open_store(database_url)
    with store.unit() as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StorageError, match=f"newer version .schema 9999, this one knows {HEAD}."):
        open_store(database_url)


def test_a_database_of_another_program_is_left_alone(database_url: str) -> None:
    store = open_store(database_url)
    with store.unit() as unit:
        unit.connection.execute(text("UPDATE alembic_version SET version_num = 'bd07f7e963c5'"))
    store.close()
    with pytest.raises(StorageError, match="belongs to another program"):
        open_store(database_url)


def test_a_writer_that_waits_too_long_is_told_why(database_url: str) -> None:
    first, second = open_store(database_url), open_store(database_url, wait_seconds=0.2)
    with (
        first.unit(),
        pytest.raises(StorageError, match="another program is writing to it; wait"),
        second.unit() as unit,
    ):
        unit.allocate("claim", 1)
    with second.unit() as unit:
        assert unit.allocate("claim", 1) == 1
    first.close()
    second.close()


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'x.sqlite3'}")

    def fill_the_disk() -> None:
        with store.unit() as unit:
            unit.insert(schema.payer, [{"id": 1, "identifier": "P1"}])
            pages = unit.connection.execute(text("PRAGMA page_count")).scalar_one()
            unit.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            unit.insert(schema.payer, [{"id": i, "identifier": f"{i:0500}"} for i in range(2, 5000)])

    with pytest.raises(StorageError, match="the disk is full; free some space"):
        fill_the_disk()
    store.close()
    with sqlite3.connect(tmp_path / "x.sqlite3") as plain:
        assert plain.execute("SELECT count(*) FROM payer").fetchone() == (0,)
    plain.close()


def test_a_program_killed_in_the_middle_leaves_nothing_half_written(database_url: str) -> None:
    program = (
        "import os, signal; from denialml.store import open_store, schema\n"
        f"with open_store({database_url!r}).unit() as unit:\n"
        "    unit.insert(schema.payer, [{'id': unit.allocate('payer', 1), 'identifier': 'P1'}])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    open_store(database_url).close()
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    store = open_store(database_url)
    with store.unit() as unit:
        assert unit.connection.execute(select(schema.payer)).all() == []
        assert unit.allocate("payer", 1) == 1
    store.close()


@pytest.fixture
def unwritable_folder() -> Iterator[Path]:
    """A folder that an ordinary user can read but not write; root, who can write anywhere, must step down."""
    folder = Path(tempfile.mkdtemp(prefix="denialml-read-only-"))
    open_store(f"sqlite:///{folder / 'x.sqlite3'}").close()
    (folder / "x.sqlite3").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def _message_of_opening(url: str, answer: Connection) -> None:
    if os.geteuid() == 0:
        os.setuid(65_534)  # nobody
    try:
        store = open_store(url)
        with store.unit() as unit:
            unit.allocate("claim", 1)
    except StorageError as error:
        answer.send(str(error))
    else:
        answer.send("written")


def test_a_read_only_disk_is_told(unwritable_folder: Path) -> None:
    processes = multiprocessing.get_context("fork")
    here, there = processes.Pipe(duplex=False)
    url = f"sqlite:///{unwritable_folder / 'x.sqlite3'}"
    process = processes.Process(target=_message_of_opening, args=(url, there))
    process.start()
    told = here.poll(60)
    process.kill()
    assert told, "no answer"
    message = here.recv()
    assert str(unwritable_folder) in message
    assert "may be written to" in message or "may not be written to" in message
