"""Simulate a practice's history into a folder of X12 files, and say how it compares with published figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from denialml.errors import RefusedError
from denialml.service.simulation_report import Figure, PayerFigures, SimulationReport, report_of
from denialml.simulator.config import SimulationConfig
from denialml.simulator.history import History

__all__ = ["Figure", "PayerFigures", "SimulationConfig", "SimulationReport", "simulate"]


def simulate(
    directory: Path, config: SimulationConfig, progress: Callable[[str], None] | None = None
) -> SimulationReport:
    """Write a practice's history under ``directory`` and report on it. The same configuration gives the same bytes.

    ``sent/`` holds the 837 files sent, ``charges/`` those not sent yet, ``remits/`` the 835 files received, ``truth/``
    what only the simulation knows, ``manifest.json`` the configuration with ``as_of``, the history's today.

    Raises:
        RefusedError: the directory holds something already.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise RefusedError(f"{directory} is not an empty folder; name one that is empty or does not exist")
    directory.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    tally = History(directory, config).write(progress)
    return report_of(directory, config, tally, time.perf_counter() - started)
