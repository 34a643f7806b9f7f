"""Opening the database: engine, transactions and the way to the newest schema, alike on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from denialml.errors import StorageError
from denialml.store import audit
from denialml.store.failures import place_of, translated
from denialml.store.migrations import HEAD, is_step, migrate, revision_of
from denialml.store.units import Unit

WAIT_SECONDS: Final = 30.0  # how long a writer waits for another one before it gives up

# What a large file changes is written once, at its end; with the 2 MB that SQLite takes by itself, over and over.
_CACHE_KIB: Final = 65_536

_WRITER: Final = "denialml_writer"
# Any number that other programs in the same database do not use: "denialml" in ASCII, as a 64-bit integer.
_WRITER_LOCK: Final = int.from_bytes(b"denialml", "big")


class Store:
    """One database, open. Use :func:`open_store` to make one.

    There is one writer at a time (SQLite's BEGIN IMMEDIATE; an advisory lock on PostgreSQL), so that looking whether
    something is there and then writing it needs no further care. Readers are never blocked and block nobody.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._place = place

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """One transaction for writing: committed when the block ends, rolled back when it raises.

        Raises:
            StorageError: the database is locked by another writer, cannot be written, or refused a row.
        """
        with translated(self._place), self._engine.connect() as connection, _writing(connection):
            yield Unit(connection, self._place)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database throughout and cannot write.

        Raises:
            StorageError: the database cannot be read, or the block tried to write.
        """
        with translated(self._place), self._engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("PRAGMA query_only = ON")
                connection.rollback()
            try:
                with connection.begin():
                    if not self.is_sqlite:
                        # Said in words: the driver's own switch would be set back to writing, and with that override
                        # a server that allows reading only (default_transaction_read_only).
                        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    yield connection
            finally:
                if self.is_sqlite:
                    connection.exec_driver_sql("PRAGMA query_only = OFF")

    def verify_audit(self) -> int:
        """The number of audit events, after checking the whole chain (see :func:`denialml.store.audit.verify`).

        Raises:
            StorageError: naming the first event that does not fit.
        """
        with self.reading() as connection:
            return audit.verify(connection)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self._engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Give all connections back. The last one to leave a SQLite file folds its write-ahead log into it."""
        self._engine.dispose()


def open_store(url: str, *, wait_seconds: float = WAIT_SECONDS) -> Store:
    """Open the database of an SQLAlchemy URL, create it where needed, and bring its schema to the newest version.

    ``sqlite:///PATH`` makes the file and its folders; ``postgresql://`` needs a database that exists. Opening a
    current database asks it one question and does not load Alembic.

    Raises:
        StorageError: not such a URL, not reachable, not writable, locked for ``wait_seconds``, or written by a newer
            version of this program.
    """
    parsed = _parse(url)
    place = place_of(parsed)
    engine = (
        _sqlite_engine(parsed, wait_seconds)
        if parsed.get_backend_name() == "sqlite"
        else _postgres_engine(parsed, wait_seconds)
    )
    store = Store(engine, place)
    try:
        _bring_to_head(store, place)
    except BaseException:
        store.close()
        raise
    return store


def _bring_to_head(store: Store, place: str) -> None:
    with store.reading() as connection:
        found = revision_of(connection)
    if found == HEAD:
        return
    if found is not None and not is_step(found):
        raise StorageError(f"{place} belongs to another program; name another database")
    if found is not None and found > HEAD:
        raise StorageError(
            f"{place} was written by a newer version (schema {found}, this one knows {HEAD}); update denialml"
        )
    with store.unit() as unit:
        migrate(unit.connection)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StorageError("the database URL cannot be read; give sqlite:///FILE or postgresql://HOST/NAME") from None
    kind = parsed.get_backend_name()
    if kind == "postgres" or parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise StorageError("a database in memory would be lost; give sqlite:///FILE")
    if kind not in {"sqlite", "postgresql"}:
        raise StorageError(f"{kind} is not supported; give sqlite:///FILE or postgresql://HOST/NAME")
    return parsed


def _sqlite_engine(url: URL, wait_seconds: float) -> Engine:
    assert url.database
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"the folder {folder} cannot be made: {error.strerror}; name another home") from error
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": wait_seconds})
    event.listen(engine, "connect", lambda connection, _record: _set_up_sqlite(connection, wait_seconds))
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, wait_seconds: float) -> None:
    # The driver would begin transactions late and silently, and end them before DDL; _begin_sqlite says it outright.
    connection.isolation_level = None
    _use_write_ahead_log(connection, wait_seconds)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", f"cache_size = -{_CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}")


def _use_write_ahead_log(connection: Any, wait_seconds: float) -> None:
    """Switch a new database to WAL. SQLite's own waiting does not cover this: two that open it at once collide."""
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    writer = connection.get_execution_options().get(_WRITER, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def _postgres_engine(url: URL, wait_seconds: float) -> Engine:
    arguments = {
        "options": f"-c lock_timeout={int(wait_seconds * 1000)}",
        "connect_timeout": max(2, int(wait_seconds)),
        # A plan kept from when a table was empty reads the whole table ever after: no plans are kept.
        "prepare_threshold": None,
    }
    try:
        return create_engine(url, hide_parameters=True, connect_args=arguments)
    except ImportError:
        raise StorageError("PostgreSQL needs its driver: pip install 'denialml[postgres]'") from None


@contextmanager
def _writing(connection: Connection) -> Iterator[None]:
    connection = connection.execution_options(**{_WRITER: True})
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER_LOCK})
        yield
