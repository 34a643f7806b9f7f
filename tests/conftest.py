"""What tests of every kind share: sample files, settings on a temporary home, and databases of both kinds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from denialml.settings import Settings
from denialml.store import Store, open_store
from postgres_server import Server, find_programs, running_server

SAMPLES = Path(__file__).parents[1] / "../shared/samples"

# How long an example takes tells of the machine, which may be busy.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real sample files, which is no part of the repository."""
    if not SAMPLES.is_dir():
        pytest.skip("the folder of sample files (../shared/samples) is not here")
    return SAMPLES.resolve()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings on an empty temporary home with the embedded database, whatever the environment says."""
    for name in [name for name in os.environ if name.startswith("DENIALML_")]:
        monkeypatch.delenv(name)
    return Settings(home=tmp_path / "home")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One PostgreSQL server for the whole run."""
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server programs here (apt-get install postgresql)")
    with running_server(programs) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> str:
    """A database at the newest schema, to be copied: faster than migrating for each test."""
    name = postgres_server.create()
    open_store(postgres_server.url(name)).close()
    return name


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database without any tables, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty' / 'denialml.sqlite3'}"
        return
    server: Server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a database of this test's own, of each kind in turn; ``open_store`` finds or makes the tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'database' / 'denialml.sqlite3'}"
        return
    template: str = request.getfixturevalue("postgres_template")
    server: Server = request.getfixturevalue("postgres_server")
    name = server.borrow(template)
    yield server.url(name)
    server.give_back(name, template)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store, empty, on each kind of database in turn."""
    opened = open_store(database_url)
    yield opened
    opened.close()
