"""A PostgreSQL server for tests: made in a temporary folder, reachable by a socket there only, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

OWNER = "postgres"


def find_programs() -> Path | None:
    """Folder of initdb and pg_ctl: of the path, else the newest one that Debian's packages put in."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(installed, key=lambda found: float(found.parts[-3]), default=None)
    return newest.parent if newest else None


# What a test may have altered besides rows: tables and indexes, triggers, the schema's version.
_SHAPE = """
    SELECT version_num FROM alembic_version
    UNION ALL SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    ORDER BY 1
"""
# Deleting the few rows of a test is ten times as fast as making a database; "replica" holds all triggers still.
_EMPTY = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET session_replication_role = replica;
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
    END $$;
"""


class Server:
    """A running server: makes and drops databases, and lends emptied ones again."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._made = 0
        self._free: list[str] = []

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self._folder}"

    def create(self, template: str = "template0") -> str:
        """Make a database and return its name."""
        self._made += 1
        name = f"test_{self._made}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def borrow(self, template: str) -> str:
        """Name of a database that looks like the template, which has no rows."""
        return self._free.pop() if self._free else self.create(template)

    def give_back(self, name: str, template: str) -> None:
        """Take a borrowed database back: emptied to be lent again, or dropped where its shape was altered."""
        if self.run(_SHAPE, name) == self.run(_SHAPE, template):
            self.run(_EMPTY, name)
            self._free.append(name)
        else:
            self.drop(name)

    def cut(self, name: str) -> None:
        """End every connection to a database, as an operator or a failing network does."""
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = (
            f"-c listen_addresses='' -k {self._folder} -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        )
        self._control("-w", "-l", self._folder / "log", "-o", options, "start")

    def stop(self) -> None:
        """Stop the server at once, whatever it is doing."""
        self._control("-m", "immediate", "stop")

    def _control(self, *words: object) -> None:
        _as_owner(self._programs / "pg_ctl", "-D", self._folder / "data", *words)

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """The rows of a statement, which is committed by itself."""
        with psycopg.connect(host=str(self._folder), user=OWNER, dbname=database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def running_server(programs: Path) -> Iterator[Server]:
    """Start a server on fresh data and stop it at the end, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="denialml-pg-"))
    data = folder / "data"
    try:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, OWNER, OWNER)
        _as_owner(programs / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        server = Server(folder, programs)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _as_owner(*command: object) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", OWNER, "--", *words]
    # A file, not a pipe: the server keeps the handle that pg_ctl gives it, and a pipe would never end.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(words, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False)
        output.seek(0)
        if done.returncode:
            raise RuntimeError(f"{Path(words[-1]).name} failed:\n{output.read().decode(errors='replace')}")
