"""Values that change with time: thresholds, limits and lists, each with the day it holds from and who says so."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import Generic, NamedTuple, TypeVar

_T = TypeVar("_T")


class Since(NamedTuple, Generic[_T]):
    """A value from a day on, and its source."""

    effective: date
    value: _T
    source: str


@dataclass(frozen=True, slots=True, init=False)
class Dated(Generic[_T]):
    """A parameter of a rule with its history, the oldest first.

    >>> limit = Dated(Since(date(2024, 1, 1), 2330, "a"), Since(date(2025, 1, 1), 2410, "b"))
    >>> limit.on(date(2024, 12, 31)), limit.on(date(2025, 1, 1)), limit.on(date(2023, 1, 1))
    (2330, 2410, None)
    """

    history: tuple[Since[_T], ...]
    _days: tuple[date, ...]

    def __init__(self, *history: Since[_T]) -> None:
        days = tuple(each.effective for each in history)
        assert list(days) == sorted(set(days)), "each value of a parameter holds from its own day, the oldest first"
        object.__setattr__(self, "history", history)
        object.__setattr__(self, "_days", days)

    def on(self, day: date) -> _T | None:
        """The value on a day; None before the first."""
        place = bisect_right(self._days, day)
        return self.history[place - 1].value if place else None
