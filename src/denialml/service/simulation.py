"""Simulate practices, their payers and reviewers as files, and say how they compare with published figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from denialml.errors import RefusedError
from denialml.service.simulation_report import Figure, PayerFigures, SimulationReport, report_of
from denialml.simulator.company import write_world
from denialml.simulator.config import SimulationConfig

__all__ = ["Figure", "PayerFigures", "SimulationConfig", "SimulationReport", "simulate"]


def simulate(
    directory: Path, config: SimulationConfig, progress: Callable[[str], None] | None = None, *, workers: int = 1
) -> SimulationReport:
    """Write the history of a world under ``directory`` and report on it. The same configuration gives the same bytes,
    however many ``workers`` write it.

    What a practice's folder holds is told in ``docs/how-to/simulate.md``; a billing company has one for each practice.

    Raises:
        RefusedError: the directory holds something already.
        BadInputError: the payers' files are refused, each problem with its file and line.
        UsageError: a fault's name or rate is.
    """  # noqa: D205 - one sentence
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise RefusedError(f"{directory} is not an empty folder; name one that is empty or does not exist")
    directory.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    written = write_world(directory, config, workers, progress)
    return report_of(directory, config, written.tally, time.perf_counter() - started)
