"""What is written down of a practice's history: its files, its truth, and the counts of both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from denialml.simulator.actions import Denial, denial_row
from denialml.simulator.bounds import Bounds
from denialml.simulator.choices import Choice
from denialml.simulator.faults import FaultRow
from denialml.simulator.outcomes import Outcome, outcome_row
from denialml.simulator.schedules import CaseBook, Chance
from denialml.simulator.tally import Tally
from denialml.simulator.truth import TruthFiles
from denialml.simulator.truth_tables import ACTIONS, CHOICES, DENIALS, FAULTS
from denialml.simulator.wire import WireFile

FOLDERS = ("sent", "charges", "acks", "eligibility", "status", "remits", "bank", "appeals", "decisions", "truth")


class Record:
    """The folder of one practice's history. Money and counts go to ``tally`` and ``bounds``, denials to ``cases``."""

    def __init__(self, directory: Path, as_of: date, tally: Tally) -> None:
        for name in FOLDERS:
            (directory / name).mkdir()
        self.directory = directory
        self._root = str(directory)
        self.truth = TruthFiles(directory / "truth", as_of)
        self.tally = tally
        self.bounds = Bounds()
        self.cases = CaseBook()

    def __enter__(self) -> Self:
        self.truth.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.truth.__exit__(kind, error, trace)

    def store(self, *files: WireFile) -> None:
        """Keep files that came or went."""
        for file in files:
            with open(f"{self._root}/{file.folder}/{file.name}", "wb") as stream:  # noqa: PTH123 - half as dear
                stream.write(file.content)
            self.tally.files[file.folder] += 1

    def denied(self, denial: Denial, outcomes: Iterable[Outcome]) -> None:
        """Keep a denial that was told, with what would come of every action on it."""
        told = tuple(outcomes)
        self.truth.add(DENIALS, denial_row(denial))
        self.truth.add(ACTIONS, *map(outcome_row, told))
        self.cases.add(denial.told_on, [_chance(outcome) for outcome in told])

    def chose(self, choices: Iterable[Choice]) -> None:
        """Keep what people chose."""
        self.truth.add(CHOICES, *map(_choice_row, choices))

    def spoilt(self, faults: Iterable[FaultRow]) -> None:
        """Keep which faults were put into files."""
        self.truth.add(FAULTS, *map(_fault_row, faults))


def _chance(outcome: Outcome) -> Chance:
    return Chance(
        outcome.probability_at_0,
        outcome.half_life_days,
        outcome.window_days,
        outcome.wins_through,
        outcome.minutes,
        outcome.cents,
        outcome.lag_days,
        after_loss=outcome.action == "second",
    )


def _choice_row(choice: Choice) -> tuple[str | date | float | bool, ...]:
    return (
        choice.control_number, choice.day, choice.kind, choice.person, choice.rule, choice.propensity, choice.random,
        choice.action,
    )  # fmt: skip


def _fault_row(row: FaultRow) -> tuple[str | date | int, ...]:
    return row.fault, row.day, row.file, row.control_number, row.trace, row.cents
