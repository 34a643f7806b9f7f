"""Copies of the database: made while others post, and checked before anybody relies on them."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine, func, make_url, select, text

from denialml.errors import StorageError
from denialml.store import audit, schema
from denialml.store.engine import Store
from denialml.store.failures import storage_error, translated
from denialml.store.migrations import revision_of


@dataclass(frozen=True, slots=True)
class Checked:
    """What a database holds in which no check found a fault: its schema's number, files, transactions and events."""

    schema: str
    kept_files: int
    transactions: int
    audit_events: int


def copy_database(store: Store, path: Path) -> None:
    """Copy an embedded database into a new file by SQLite's own backup, as it stands at this moment.

    Nobody is made to wait: the copy is a reader, and sees either all of what another program is committing or nothing.

    Raises:
        StorageError: the database cannot be read, or the copy not be written.
    """
    with store.reading() as connection, closing(_new(path)) as copy:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        try:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, which may lie where nobody can write
        except sqlite3.Error as error:
            raise storage_error(error, f"the copy {path}") from None


def _new(path: Path) -> sqlite3.Connection:
    """An empty file that its owner alone may read: patients are in it."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise StorageError(
            f"the copy {path}: cannot be made ({error.strerror}); check that its folder exists and may be written to"
        ) from None
    return sqlite3.connect(path)


@contextmanager
def open_copy(path: Path) -> Iterator[Connection]:
    """A copy made by :func:`copy_database`, which is not altered by being looked at.

    Raises:
        StorageError: the file is no database, or is damaged.
    """
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), hide_parameters=True)
    try:
        with translated(f"the copy {path}"), engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def check(connection: Connection, place: str) -> Checked:
    """Look a database over: its pages and references (SQLite), the audit trail's chain, and that the ledger balances.

    ``place`` names it in messages.

    Raises:
        StorageError: the first thing that is not as it should be.
    """
    if connection.dialect.name == "sqlite":
        _check_pages(connection, place)
    revision = revision_of(connection)
    if revision is None:
        raise StorageError(f"{place}: it is no database of denialml; name another file")
    events = audit.verify(connection)
    _check_balance(connection, place)
    return Checked(revision, _count(connection, "file"), _count(connection, "ledger_transaction"), events)


def _check_pages(connection: Connection, place: str) -> None:
    found = connection.execute(text("PRAGMA integrity_check(1)")).scalar()
    if found != "ok":
        raise StorageError(f"{place}: it is damaged ({found}); take another copy")
    lost = connection.execute(text("PRAGMA foreign_key_check")).first()
    if lost:
        raise StorageError(f"{place}: it is damaged: a row of {lost[0]} refers to one of {lost[2]} that is gone")


def _check_balance(connection: Connection, place: str) -> None:
    entry, transaction = schema.ledger_entry, schema.ledger_transaction
    total = func.coalesce(func.sum(entry.c.amount_cents), 0)
    uneven = (
        select(transaction.c.id, total)
        .join_from(transaction, entry, entry.c.transaction_id == transaction.c.id)
        .group_by(transaction.c.id)
        .having(total != 0)
        .order_by(transaction.c.id)
    )
    found = connection.execute(uneven).first()
    if found:
        raise StorageError(f"{place}: ledger transaction {found[0]} comes to {found[1]} cents, not to zero")


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one())


def dump_commands(url: str, path: Path) -> tuple[str, str] | None:
    """The commands that copy a PostgreSQL database and bring the copy back into an empty one; without its password.

    None for an embedded database.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return None
    plain = URL.create(
        "postgresql", parsed.username, None, parsed.host, parsed.port, parsed.database, parsed.query
    ).render_as_string()
    return (
        shlex.join(["pg_dump", "--format=custom", f"--file={path}", plain]),
        shlex.join(["pg_restore", "--no-owner", "--exit-on-error", "--dbname=postgresql://HOST/EMPTY", str(path)]),
    )
