"""What these tests share: a home, a simulated history, and the books that a story ends in."""

from __future__ import annotations

from pathlib import Path

import pytest

from denialml.service.simulation import SimulationConfig, SimulationReport, simulate
from denialml.settings import Settings
from fault_story import State, story, tell
from written_history import WrittenHistory


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    """Settings on an empty home and a database of this test's own, of each kind in turn."""
    return Settings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    """A group's 3,000 claims over eight months, with everyday faults only."""
    return simulate(tmp_path_factory.mktemp("history") / "practice", SimulationConfig(claims=3_000, months=8, seed=11))


@pytest.fixture(scope="session")
def history(simulated: SimulationReport) -> WrittenHistory:
    """Its files, read."""
    return WrittenHistory(simulated.directory)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> State:
    """The books at the end of the story, told without any fault."""
    folder = tmp_path_factory.mktemp("told")
    return tell(Settings(home=folder / "home"), story(folder / "files"))
