"""A simulated history in a process of its own, whose files can be taken in while later ones are still being written."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from denialml.errors import DenialmlError
from denialml.service.simulation import SimulationConfig, SimulationReport, simulate

_PATTERNS = {"sent": "*", "charges": "*", "remits": "*", "acks": "*.*", "bank": "*.ach"}
_DAY = len("YYYYMMDD")


@dataclass(frozen=True, slots=True)
class Arrived:
    """Files finished since the last time, each folder's by name.

    837 sent, 837 not sent yet, 835 received, TA1, 999 and 277CA received, and bank files.
    """

    message: str
    sent: tuple[Path, ...] = ()
    charges: tuple[Path, ...] = ()
    remits: tuple[Path, ...] = ()
    acks: tuple[Path, ...] = ()
    bank: tuple[Path, ...] = ()

    def by_day(self) -> Iterator[Arrived]:
        """The same files a day at a time, in the order of days, with which their names begin.

        Taken in like this each answer is posted once; in another order the books end the same, by way of corrections.
        """
        folders = (self.sent, self.charges, self.remits, self.acks, self.bank)
        for day in sorted({path.name[:_DAY] for paths in folders for path in paths}):
            yield Arrived(self.message, *(_of(day, paths) for paths in folders))


def arrivals(directory: Path, config: SimulationConfig) -> Iterator[Arrived | SimulationReport]:
    """Simulate into ``directory``; yield what has arrived about once a simulated month, and the report at the end.

    Raises:
        RefusedError: the directory holds something already.
        DenialmlError: the simulating process ended before its time.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_simulate, args=(there, directory, config), daemon=True)
    process.start()
    there.close()
    try:
        while True:
            told = here.recv()
            if isinstance(told, DenialmlError):
                raise told
            yield told
            if isinstance(told, SimulationReport):
                return
    except EOFError:
        raise DenialmlError("the simulation ended before its time; see its message above") from None
    finally:
        process.terminate()
        process.join()


def _of(day: str, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(path for path in paths if path.name.startswith(day))


def _simulate(link: Connection, directory: Path, config: SimulationConfig) -> None:
    known: set[Path] = set()

    def tell(message: str) -> None:
        """Nothing is being written while this runs, so that every file found is whole."""
        new = {
            folder: tuple(path for path in sorted((directory / folder).glob(pattern)) if path not in known)
            for folder, pattern in _PATTERNS.items()
        }
        known.update(path for paths in new.values() for path in paths)
        link.send(Arrived(message, **new))

    try:
        report = simulate(directory, config, tell)
        tell("the end")
        link.send(report)
    except DenialmlError as error:
        link.send(error)
