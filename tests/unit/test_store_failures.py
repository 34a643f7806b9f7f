"""Messages of a failing database."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import make_url

from denialml.errors import StorageError
from denialml.store.failures import place_of, storage_error, translated


class _PostgresError(Exception):
    """As psycopg's errors look: a code of SQLSTATE and a diagnosis."""

    def __init__(self, sqlstate: str | None, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate
        self.diag = SimpleNamespace(message_primary=message)


def test_a_place_shows_no_user_and_no_password() -> None:
    url = make_url("postgresql+psycopg://billing:s3cret@db.example.org:5433/practice?sslpassword=s3cret")
    assert place_of(url) == "the PostgreSQL database practice at db.example.org:5433"


def test_a_place_without_host_and_name() -> None:
    assert place_of(make_url("postgresql+psycopg://")) == "the PostgreSQL database of the default name at this machine"


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("database is locked", "another program is writing"),
        ("attempt to write a readonly database", "may not be written to"),
        ("unable to open database file", "cannot be opened"),
        ("database or disk is full", "free some space"),
        ("disk I/O error", "check the disk"),
        ("file is not a database", "not a SQLite database"),
        ("database disk image is malformed", "restore a backup"),
        ("claim is append-only", "claim is append-only"),
    ],
)
def test_sqlite(message: str, advice: str) -> None:
    error = storage_error(sqlite3.OperationalError(message), "the database x")
    assert str(error).startswith("the database x: ")
    assert advice in str(error)
    assert error.exit_code == 13


@pytest.mark.parametrize(
    ("state", "message", "advice"),
    [
        ("55P03", "canceling statement due to lock timeout", "another program is writing"),
        ("25006", "cannot execute INSERT in a read-only transaction", "may not be written to"),
        ("28P01", "password authentication failed", "refused the user name or password"),
        ("3D000", "no such database", "createdb"),
        ("42501", "permission denied", "rights"),
        ("53100", "disk full", "out of room"),
        ("57P01", "terminating connection", "stopping"),
        ("23505", 'duplicate key value violates unique constraint "uq_file_sha256"', "uq_file_sha256"),
        (None, "connection failed: Connection refused", "cannot be reached"),
        (None, "the connection is lost", "the connection was lost; try again"),
        (None, "consuming input failed: server closed the connection unexpectedly", "not done twice"),
        (None, 'FATAL: password authentication failed for user "billing"', "refused the user name or password"),
        (None, 'FATAL: database "practice" does not exist', "create it first"),
    ],
)
def test_postgresql(state: str | None, message: str, advice: str) -> None:
    assert advice in str(storage_error(_PostgresError(state, message), "the database x"))


def test_a_value_that_postgresql_quotes_is_not_told() -> None:
    error = storage_error(_PostgresError("22P02", 'invalid input syntax for type date: "Jane Doe"'), "the database x")
    assert "Jane" not in str(error)
    assert "22P02" in str(error)


def test_the_name_of_a_refused_user_is_not_told() -> None:
    error = storage_error(_PostgresError(None, 'password authentication failed for user "billing"'), "the database x")
    assert "billing" not in str(error)


def test_a_number_too_long_for_the_database_is_told_and_other_overflows_stay() -> None:
    with pytest.raises(StorageError, match="more digits"), translated("the database x"):
        sqlite3.connect(":memory:").execute("SELECT ?", (10**20,))
    with pytest.raises(OverflowError), translated("the database x"):
        date.max + timedelta(1)
