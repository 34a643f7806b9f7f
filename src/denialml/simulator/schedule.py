"""When who is served and when that is ready to be claimed: drawn at the start, for all claims of a practice at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from denialml.simulator.data import document
from denialml.simulator.staff import Provider

_FEWEST_DRAWN = 512
_LEAVES = ((7, 8), (12, 12))  # first and last month of each yearly leave
_LEAVE_DAYS = 7
_THURSDAY, _MONDAY = 3, 0

_Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for one claim: which provider (by place), and the day on which it will be ready to be sent."""

    provider: int
    ready: date


class Schedule:
    """Exactly ``claims`` slots that become ready from ``start`` to ``as_of``, by the day of their service.

    Nothing is served on public holidays, on Sundays, on most Saturdays or during a provider's leave; seasons are the
    specialty's. Coders work Mondays to Fridays but for holidays; it takes them days by their own habit, or months when
    a superbill is mislaid.
    """

    def __init__(self, providers: Sequence[Provider], claims: int, start: date, as_of: date, seed: int) -> None:
        self._late_days: tuple[int, int] = tuple(document("office.yaml")["late_days"])
        self._first = start - timedelta(days=self._late_days[1] + 30)
        self._days = [self._first + timedelta(days=n) for n in range((as_of - self._first).days + 1)]
        self._draw = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *b"schedule"])))
        self._ready_on = _next_working(self._days, as_of)
        self._weights = self._busy(providers)
        self._coders = _Coders(providers, self._days)
        served, ready, provider = self._slots(claims, (start - self._first).days)
        order = np.lexsort((provider, ready, served))
        self._ready, self._provider = ready[order].astype(np.int32), provider[order].astype(np.int16)
        self._places = np.searchsorted(served[order], np.arange(len(self._days) + 1))

    @property
    def first_day(self) -> date:
        """The first day on which anybody is served."""
        return self._days[int(np.argmax(self._places > 0)) - 1]

    def claims_of(self, provider: int) -> int:
        """How many of the slots are a provider's."""
        return int(np.count_nonzero(self._provider == provider))

    def on(self, day: date) -> list[Slot]:
        """The slots whose service is on that day."""
        number = (day - self._first).days
        if not 0 <= number < len(self._days):
            return []
        some = slice(int(self._places[number]), int(self._places[number + 1]))
        pairs = zip(self._provider[some].tolist(), self._ready[some].tolist(), strict=True)
        return [Slot(provider, self._days[ready]) for provider, ready in pairs]

    def _slots(self, claims: int, start: int) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Days of service and of readiness, as numbers of days, and providers: draws kept if ready in time."""
        kept: list[tuple[_Numbers, ...]] = []
        missing = claims
        while missing > 0:
            drawn = self._drawn(max(_FEWEST_DRAWN, 2 * missing))
            fits = np.flatnonzero(drawn[1] >= start)[:missing]
            kept.append(tuple(each[fits] for each in drawn))
            missing -= len(fits)
        served, ready, provider = (np.concatenate(each) for each in zip(*kept, strict=True))
        return served, ready, provider

    def _drawn(self, count: int) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Draws of a service and its coding; those that would be ready after the last day are left out."""
        sums = np.cumsum(self._weights)
        places = np.searchsorted(sums, self._draw.random(count) * sums[-1], side="right")
        provider, served = np.divmod(np.minimum(places, len(sums) - 1), len(self._days))
        lag = self._coders.median[provider, served] * self._longer(self._coders.spread[provider, served])
        low, high = self._late_days
        late = self._draw.random(count) < self._coders.late[provider, served]
        lag = np.where(late, low + np.floor(self._draw.random(count) * (high - low)), np.round(lag))
        due = served + lag.astype(np.int64)
        inside = due < len(self._days)
        ready = self._ready_on[due[inside]]
        in_time = ready < len(self._days)
        return served[inside][in_time], ready[in_time], provider[inside][in_time]

    def _longer(self, spreads: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-normal factors of median 1. Numpy's own logarithm differs between machines in the last bit."""
        uniforms = self._draw.random((2, len(spreads))).tolist()
        return np.array(
            [
                math.exp(spread * math.sqrt(-2.0 * math.log(1.0 - radius)) * math.cos(2.0 * math.pi * angle))
                for spread, radius, angle in zip(spreads.tolist(), *uniforms, strict=True)
            ]
        )

    def _busy(self, providers: Sequence[Provider]) -> NDArray[np.float64]:
        """How busy each provider is on each day, one provider's days after another's."""
        closed = {day for year in range(self._days[0].year, self._days[-1].year + 1) for day in holidays(year)}
        rows = []
        for provider in providers:
            special = provider.specialty
            away = self._leave()
            row = [
                0.0 if day in closed or day in away else special.months[day.month - 1] * special.weekdays[day.weekday()]
                for day in self._days
            ]
            rows.append(np.array(row) * provider.load)
        return np.concatenate(rows)

    def _leave(self) -> frozenset[date]:
        """The days of a provider's leaves: a week in summer and one in December of every year."""
        days: set[date] = set()
        for year in range(self._days[0].year, self._days[-1].year + 1):
            for first, last in _LEAVES:
                span = (date(year + last // 12, last % 12 + 1, 1) - date(year, first, 1)).days - _LEAVE_DAYS
                away = date(year, first, 1) + timedelta(days=int(self._draw.random() * span))
                days.update(away + timedelta(days=n) for n in range(_LEAVE_DAYS))
        return frozenset(days)


class _Coders:
    """Habits of each provider's coder on each day, as tables."""

    def __init__(self, providers: Sequence[Provider], days: Sequence[date]) -> None:
        habits: list[Any] = [[provider.coder.on(day) for day in days] for provider in providers]
        self.median = np.array([[coder.lag_median for coder in row] for row in habits])
        self.spread = np.array([[coder.lag_spread for coder in row] for row in habits])
        self.late = np.array([[coder.late for coder in row] for row in habits])


def holidays(year: int) -> tuple[date, ...]:
    """The days on which practices are closed: federal holidays that doctors keep, the day after Thanksgiving."""
    thanksgiving = _weekday_of(year, 11, _THURSDAY, 4)
    return (
        date(year, 1, 1),
        date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday()),
        date(year, 7, 4),
        _weekday_of(year, 9, _MONDAY, 1),
        thanksgiving,
        thanksgiving + timedelta(days=1),
        date(year, 12, 24),
        date(year, 12, 25),
    )


def _weekday_of(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _next_working(days: Sequence[date], as_of: date) -> _Numbers:
    """For each day the number of the first working day from it on; past the end where there is none."""
    closed = {day for year in range(days[0].year, as_of.year + 1) for day in holidays(year)}
    following = np.full(len(days), len(days), dtype=np.int64)
    upcoming = len(days)
    for number in range(len(days) - 1, -1, -1):
        if days[number].weekday() < 5 and days[number] not in closed:
            upcoming = number
        following[number] = upcoming
    return following
