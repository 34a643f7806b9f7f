"""Until when a denial can be corrected or appealed, by the kind of payer, with the rule it comes from."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from denialml import codes
from denialml.codes import Deadline
from denialml.denials.routes import Route


@dataclass(frozen=True, slots=True)
class Clocks:
    """Last days to send a corrected (or new) claim and to appeal; None where no limit is known or no right exists.

    ``source`` names the rows used, and marks terms that only are usual ones.
    """

    correct_by: date | None
    appeal_by: date | None
    source: str


@lru_cache(maxsize=4096)
def clocks(filing_indicator: str, noticed_on: date, served_on: date, route: Route) -> Clocks:
    """The time limits of a denial.

    Args:
        filing_indicator: SBR09 of the claim (``MB``, ``CI``), which tells the kind of payer.
        noticed_on: The remittance's date, from which appeals are counted.
        served_on: First day of service, from which filing limits are counted.
        route: The denial's route: an unprocessable claim is filed anew and cannot be appealed.
    """
    kind = codes.payer_kind(filing_indicator, noticed_on)
    if kind is None:
        return Clocks(None, None, "")
    correction = codes.deadline(kind, "new_claim" if route.route == "new_claim" else "correct", noticed_on)
    appeal = codes.deadline(kind, "appeal", noticed_on) if route.appealable else None
    used = [f"{step}: {_named(row)}" for step, row in (("correct", correction), ("appeal", appeal)) if row]
    return Clocks(
        correct_by=_end(correction, noticed_on, served_on),
        appeal_by=_end(appeal, noticed_on, served_on),
        source="; ".join(used),
    )


def _named(row: Deadline) -> str:
    return f"{row.source} [not verified]" if row.uncertain else row.source


def _end(row: Deadline | None, noticed_on: date, served_on: date) -> date | None:
    if row is None:
        return None
    start = served_on if row.anchor == "service" else noticed_on + timedelta(days=row.receipt_days)
    if row.unit == "days":
        return start + timedelta(days=row.count)
    if row.unit == "year_end":
        return date(start.year + row.count, 12, 31)
    return _after_months(start, row.count * (12 if row.unit == "years" else 1))


def _after_months(start: date, months: int) -> date:
    """The same day some months later, or the month's last day where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
