"""The payment terms of a home's contracts: ``practice.yaml``, and fee schedules in the folder ``schedules``."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from denialml.contracts import Agreement, FeeSchedule, Terms, read_schedule
from denialml.errors import BadInputError, RefusedError
from denialml.service.scrub import PRACTICE_FILE, practice_of
from denialml.settings import Settings

SCHEDULE_FOLDER = "schedules"


@dataclass(frozen=True, slots=True)
class Agreements:
    """Agreements by payer id, the oldest first; None where a contract without payment terms takes over."""

    by_payer: Mapping[str, tuple[tuple[date, Agreement | None], ...]]

    def on(self, payer_id: str, day: date) -> Agreement | None:
        """What holds with a payer on a day."""
        for effective, agreement in reversed(self.by_payer.get(payer_id, ())):
            if effective <= day:
                return agreement
        return None


def agreements_of(settings: Settings) -> Agreements:
    """The agreements of a home; none where it has no ``practice.yaml``.

    Raises:
        BadInputError: the file or a fee schedule cannot be used.
    """
    practice = practice_of(settings)
    schedules: dict[str, FeeSchedule] = {}

    def agreed(payer_id: str, effective: date, terms: Terms | None) -> Agreement | None:
        if terms is None:
            return None
        if terms.schedule and terms.schedule not in schedules:
            schedules[terms.schedule] = _schedule(settings, terms.schedule, payer_id)
        return Agreement(payer_id, effective, terms, schedules.get(terms.schedule))

    return Agreements(
        {
            payer_id: tuple((each.effective, agreed(payer_id, each.effective, each.pays)) for each in contracts)
            for payer_id, contracts in practice.contracts.items()
        }
    )


def adopt(settings: Settings, folder: Path) -> None:
    """Copy ``practice.yaml`` and ``schedules`` of a folder, as a simulation writes them, into a home that has none.

    Raises:
        RefusedError: the home has contracts already.
    """
    if (settings.home / PRACTICE_FILE).exists() or (settings.home / SCHEDULE_FOLDER).exists():
        raise RefusedError(f"{settings.home} has contracts already: they are not replaced")
    shutil.copytree(folder, settings.home, dirs_exist_ok=True)


def _schedule(settings: Settings, name: str, payer_id: str) -> FeeSchedule:
    path = settings.home / SCHEDULE_FOLDER / name
    if not path.is_file():
        raise BadInputError(f"{path} is not there: the contract with {payer_id} names it as its fee schedule")
    return read_schedule(path.read_text("utf-8", errors="replace"), name)
