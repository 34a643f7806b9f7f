"""A simulated history that the tests of its files and of its truth share."""

from __future__ import annotations

import pytest

from denialml.service.simulation import SimulationConfig, SimulationReport, simulate
from written_history import WrittenHistory


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    """A group's 3,000 claims over eight months, with everyday faults only."""
    return simulate(tmp_path_factory.mktemp("history") / "practice", SimulationConfig(claims=3_000, months=8, seed=11))


@pytest.fixture(scope="session")
def history(simulated: SimulationReport) -> WrittenHistory:
    """Its files, read."""
    return WrittenHistory(simulated.directory)
