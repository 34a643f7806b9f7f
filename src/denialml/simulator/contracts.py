"""What was agreed with the payers, as a practice would keep it: ``truth/contracts``.

``practice.yaml`` holds each payer's terms, ``schedules`` a CSV file of fees for each. Copied into a home they are its
contracts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from denialml.simulator.payer import Payer
from denialml.simulator.pricing import MODIFIER_PERCENTS, Schedule

_SINCE = date(2000, 1, 1)  # before any history


def write_contracts(directory: Path, payers: Iterable[Payer]) -> None:
    """Write every payer's terms and fees below a folder that does not exist yet."""
    (directory / "schedules").mkdir(parents=True)
    contracts = {}
    for payer in payers:
        identifier = payer.party.identifier
        name = f"{identifier}.csv"
        contracts[identifier] = [{"effective": _SINCE.isoformat(), "pays": _terms(name)}]
        with (directory / "schedules" / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("code", "cents", "effective", "end"))
            writer.writerows(_fees(payer.fees.schedules))
    text = yaml.safe_dump({"contracts": contracts}, sort_keys=False)
    (directory / "practice.yaml").write_text(text, encoding="utf-8")


def _terms(schedule: str) -> dict[str, Any]:
    """No simulated payer pays less for the second procedure of a day."""
    return {"schedule": schedule, "modifier_percents": dict(MODIFIER_PERCENTS), "multiple_procedures": []}


def _fees(schedules: tuple[Schedule, ...]) -> Iterator[tuple[str, int, str, str]]:
    for place, schedule in enumerate(schedules):
        later = schedules[place + 1 : place + 2]
        first = "" if place == 0 else schedule.first.isoformat()
        last = (later[0].first - timedelta(days=1)).isoformat() if later else ""
        for code, cents in sorted(schedule.fees.items()):
            yield code, cents, first, last
