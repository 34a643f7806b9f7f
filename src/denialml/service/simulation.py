"""Simulate practices, their payers and reviewers as files, and say how they compare with published figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from denialml.errors import RefusedError, UsageError
from denialml.service.simulation_report import Figure, PayerFigures, SimulationReport, report_of
from denialml.simulator.company import write_world
from denialml.simulator.config import SimulationConfig
from denialml.simulator.faults import FAULTS, Fault, Faults
from denialml.simulator.policy import load_payers

__all__ = [
    "Figure", "PayerFigures", "SimulationConfig", "SimulationReport", "fault_rates", "known_faults", "simulate",
]  # fmt: skip


def known_faults() -> tuple[Fault, ...]:
    """Every fault that can be asked for, with its everyday rate."""
    return tuple(FAULTS.values())


def fault_rates(asked: Iterable[str]) -> tuple[tuple[str, float], ...]:
    """Faults as a person asks for them, each ``NAME=RATE``.

    Raises:
        UsageError: a text has another form, a name is unknown, a rate is none.
    """
    rates = {}
    for text in asked:
        name, _, rate = text.partition("=")
        try:
            rates[name.strip()] = float(rate)
        except ValueError:
            raise UsageError(f"--fault {text}: write NAME=RATE, such as resent=0.05") from None
    Faults(rates, seed=0)
    return tuple(sorted(rates.items()))


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
    load_payers(config.payers)  # refused before anything is written
    Faults(dict(config.faults), config.seed)
    directory.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    written = write_world(directory, config, workers, progress)
    return report_of(directory, config, written.tally, time.perf_counter() - started)
