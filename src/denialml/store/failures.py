"""What went wrong in the database, in words that help and hold neither credentials nor anybody's data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from denialml.errors import StorageError

# Bookings are moved to the first open day before they are written, so only another program meets this.
_CLOSED_ADVICE: Final = (
    "book on the first open day, which `denialml ledger periods` names, or run `denialml ledger reopen` first"
)
# SQLite: words of its message, and what to do. Its messages quote names of tables, never values.
_SQLITE_ADVICE: Final = (
    ("database is locked", "another program is writing to it; wait until it has ended, then try again"),
    ("readonly", "it may not be written to; check the permissions of the file, its folder and its disk"),
    ("unable to open", "it cannot be opened or made; check that its folder exists and may be written to"),
    ("disk is full", "the disk is full; free some space, then try again"),
    # A disk with hardly a page left answers so too: SQLite cannot make its shared memory.
    ("disk I/O", "the disk failed or is full; free some space, check the disk, restore a backup if the error stays"),
    ("not a database", "the file is not a SQLite database; name another file or move this one away"),
    ("malformed", "the file is damaged; restore a backup"),
    ("period of the books is closed", _CLOSED_ADVICE),
)
# PostgreSQL: class or code of SQLSTATE (its manual, appendix A), and what to do.
_POSTGRES_ADVICE: Final = (
    ("55P03", "another program is writing to it; wait until it has ended, then try again"),
    ("25006", "it may not be written to; is it a standby server?"),
    ("28", "the server refused the user name or password; check the URL"),
    ("3D000", "there is no database of that name; create it first (createdb)"),
    ("42501", "the user may not do this; grant it the rights of an owner"),
    ("53", "the server has run out of room (disk, memory or connections)"),
    ("57", "the server is stopping or has cancelled the work; try again when it is up"),
)


def place_of(url: URL) -> str:
    """How messages name a database: the file, or database and host; never a user or a password."""
    if url.get_backend_name() == "sqlite":
        return f"the database {url.database}"
    host = url.host or "this machine"
    return (
        f"the PostgreSQL database {url.database or 'of the default name'} at {host}{f':{url.port}' if url.port else ''}"
    )


def storage_error(error: BaseException, place: str) -> StorageError:
    """The :class:`StorageError` for an error of a database driver."""
    state = getattr(error, "sqlstate", None)
    if state is None and not hasattr(error, "diag"):
        return StorageError(f"{place}: {_advice_for_sqlite(str(error))}")
    return StorageError(f"{place}: {_advice_for_postgres(error, state)}")


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn SQLAlchemy's driver errors inside the block, and its drivers' own, into :class:`StorageError`.

    The original is not chained: PostgreSQL quotes whole rows in its details, and they are patients'.
    """
    try:
        yield
    except DBAPIError as error:
        raise storage_error(error.orig or error, place) from None
    except OverflowError as error:
        if "too large to convert" not in str(error):
            raise
        raise StorageError(f"{place}: a number has more digits than the database holds") from None


def _advice_for_sqlite(message: str) -> str:
    for words, advice in _SQLITE_ADVICE:
        if words in message:
            return f"{advice} ({message})"
    return message


def _advice_for_postgres(error: BaseException, state: str | None) -> str:
    if state is None:
        return _advice_without_code(error)
    for prefix, advice in _POSTGRES_ADVICE:
        if state.startswith(prefix):
            return f"{advice} (SQLSTATE {state})"
    if state.startswith("22"):  # data exceptions quote the value
        return f"a value does not fit its column (SQLSTATE {state})"
    said = getattr(error, "diag", None) and error.diag.message_primary  # type: ignore[attr-defined]  # psycopg's
    if said and "period of the books is closed" in said:
        return f"{_CLOSED_ADVICE} ({said})"
    return f"{said} (SQLSTATE {state})"


def _advice_without_code(error: BaseException) -> str:
    """For what psycopg says by itself: of connecting, and of values that it cannot send."""
    message = str(error)
    if type(error).__name__ == "DataError":
        return "a value cannot be stored (a text with a NUL character, for one)"
    if "password" in message or "authentication" in message:
        return "the server refused the user name or password; check the URL"
    if "connection is lost" in message or "closed the connection" in message:
        return "the connection was lost; try again: what is done already is not done twice"
    if "does not exist" in message:
        return "there is no database or user of that name; create it first"
    return "the server cannot be reached; check that it runs and that host and port are right"
