"""The only place that asks the machine what day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from denialml.settings import Settings


def today(settings: Settings) -> date:
    """The day work is planned for: the home's fixed day when it has one (a demo), else the machine's date."""
    return settings.today or datetime.now(tz=UTC).astimezone().date()


def now() -> datetime:
    """This moment in UTC, for audit events."""
    return datetime.now(tz=UTC)


def moment(settings: Settings) -> datetime:
    """The time of the machine's clock on the day work is planned for: when a file is said to be written."""
    return datetime.combine(today(settings), datetime.now(tz=UTC).astimezone().time())
