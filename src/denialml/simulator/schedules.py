"""What the hours of a denial desk could have brought: a bound in hindsight, and simple schedules on the same cases.

A denial is a case with a window of days and, for each action, minutes and money. The bound knows every die: it is the
linear program that spreads each case's minutes over the days on which it still wins, under the desk's minutes a day.
Windows are intervals of days, so a set of cases fits exactly when no interval holds more minutes of cases that lie
wholly inside it than the desk has there (Hall's condition); the amounts that fit form a polymatroid, over which the
greedy by dollars a minute is optimal (Edmonds 1970). No schedule, whatever it knows, brings more.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_Order = Callable[["_Plans", _Ints, _Ints], _Floats]


@dataclass(frozen=True, slots=True)
class Chance:
    """One action on a denial, with truth: it wins up to an age of ``wins_through`` days (-1: never).

    ``after_loss``: open only after another action was lost, as a second level of appeal is; its ages run from the
    notice of that loss. ``lag_days`` is how long an answer takes.
    """

    probability: float
    half_life_days: float
    window_days: int
    wins_through: int
    minutes: int
    cents: int
    lag_days: int = 0
    after_loss: bool = False


@dataclass(slots=True)
class Schedules:
    """Cents recovered by each schedule, of ``cases`` denials of which ``winnable`` win by some action in time.

    ``bound_cents`` is the most that any schedule could bring, ``minutes`` what the desk had.
    """

    cases: int = 0
    winnable: int = 0
    winnable_cents: int = 0
    minutes: int = 0
    bound_cents: int = 0
    desk_cents: int = 0
    simple_cents: dict[str, int] = field(default_factory=dict)

    def merge(self, other: Schedules) -> None:
        """Add those of another desk."""
        for name in ("cases", "winnable", "winnable_cents", "minutes", "bound_cents", "desk_cents"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, cents in other.simple_cents.items():
            self.simple_cents[name] = self.simple_cents.get(name, 0) + cents

    def told(self) -> dict[str, Any]:
        """The figures as ``bounds.json`` has them."""
        return {
            "cases": self.cases,
            "winnable": self.winnable,
            "winnable_cents": self.winnable_cents,
            "minutes": self.minutes,
            "bound_cents": self.bound_cents,
            "desk_cents": self.desk_cents,
            "simple_cents": dict(sorted(self.simple_cents.items())),
        }


class CaseBook:
    """The denials of one desk as numbers, 100 bytes each, until the history ends."""

    def __init__(self) -> None:
        self._best = array("q")  # of the actions that win: told on, last day, minutes, cents
        self._plan = array("d")  # of the most promising action: told on, minutes, cents, p, half life, window, wins
        self._desk_cents = 0

    def add(self, told_on: date, chances: Sequence[Chance]) -> None:
        """Add a denial of which the desk heard on ``told_on``. One without chances counts and never wins."""
        told = told_on.toordinal()
        at_once = [chance for chance in chances if not chance.after_loss]
        # Before a second level somebody worked a first one, and its answer came at the latest after so many days.
        work = min((chance.minutes for chance in at_once), default=0)
        wait = max((chance.window_days + chance.lag_days for chance in at_once), default=0)
        winning = [chance for chance in chances if chance.wins_through >= 0]
        # The bound takes the last day, the fewest minutes and the most money of all actions that win.
        last = max((chance.wins_through + wait * chance.after_loss for chance in winning), default=-1)
        minutes = min((chance.minutes + work * chance.after_loss for chance in winning), default=0)
        self._best.extend((told, told + last, max(1, minutes), max((chance.cents for chance in winning), default=0)))
        plan = max(at_once, key=_promise, default=_NO_CHANCE)
        self._plan.extend(
            (told, max(1, plan.minutes), plan.cents, plan.probability, plan.half_life_days, plan.window_days,
             plan.wins_through)
        )  # fmt: skip

    def recovered(self, cents: int) -> None:
        """Count what the desk itself has won."""
        self._desk_cents += cents

    def schedules(self, capacity: Mapping[date, int]) -> Schedules:
        """What the desk's ``capacity``, minutes by day, could have brought; other days have none."""
        days = np.array(sorted(day.toordinal() for day, minutes in capacity.items() if minutes > 0), dtype=np.int64)
        minutes = np.array([capacity[date.fromordinal(day)] for day in days.tolist()], dtype=np.int64)
        best = np.frombuffer(self._best, dtype=np.int64).reshape(-1, 4)
        plans = _Plans.of(self._plan)
        wins = best[best[:, 1] >= best[:, 0]]
        return Schedules(
            cases=len(best),
            winnable=len(wins),
            winnable_cents=int(wins[:, 3].sum()),
            minutes=int(minutes.sum()),
            bound_cents=_bound(wins, days, minutes),
            desk_cents=self._desk_cents,
            simple_cents={name: _simulated(plans, order, days, minutes) for name, order in _ORDERS.items()},
        )


def hindsight_cents(windows: _Ints, minutes: _Ints, cents: _Ints, capacity: _Ints) -> Fraction:
    """The optimum of the linear program: the most cents that cases bring under the minutes of each day.

    ``windows`` are the first and last day of each case as places in ``capacity``. Part of a case brings its part.
    """
    count = len(capacity)
    running = np.concatenate(([0], np.cumsum(capacity)))
    slack = running[None, 1:] - running[:-1, None]  # of the days from row to column; below the diagonal never read
    full = np.full(count, -1, dtype=np.int64)  # for each first day, the last of a window around it without room
    brought = Fraction(0)
    for place in np.argsort(-(cents / minutes), kind="stable").tolist():
        first, last = int(windows[place, 0]), int(windows[place, 1])
        if full[first] >= last:
            continue
        around = slack[: first + 1, last:]
        wanted = int(minutes[place])
        room = min(wanted, int(around.min()))
        if room:
            around -= room
            brought += Fraction(int(cents[place]) * room, wanted)
        if room < wanted:
            np.maximum(full[first:], last, out=full[first:])
    return brought


def _bound(wins: _Ints, days: _Ints, minutes: _Ints) -> int:
    """The bound over the cases that win, with windows in working days; those without a working day bring nothing."""
    windows = np.stack(
        (np.searchsorted(days, wins[:, 0], "left"), np.searchsorted(days, wins[:, 1], "right") - 1), axis=1
    )
    open_ = windows[:, 0] <= windows[:, 1]
    return math.ceil(hindsight_cents(windows[open_], wins[open_, 2], wins[open_, 3], minutes))


@dataclass(frozen=True, slots=True)
class _Plans:
    """Each case's most promising action, which is what the simple schedules do with it."""

    told: _Ints
    minutes: _Ints
    cents: _Ints
    probability: _Floats
    half_life: _Floats
    window: _Ints
    wins_through: _Ints

    @classmethod
    def of(cls, numbers: array[float]) -> _Plans:
        columns = np.frombuffer(numbers, dtype=np.float64).reshape(-1, 7).T
        told, minutes, cents, window, wins = columns[[0, 1, 2, 5, 6]].astype(np.int64)
        return cls(told, minutes, cents, columns[3], columns[4], window, wins)


def _simulated(plans: _Plans, order: _Order, days: _Ints, minutes: _Ints) -> int:
    """Work cases day by day, the lowest of ``order`` first; one begun is finished on the next day."""
    waiting = np.ones(len(plans.told), dtype=np.bool_)
    begun, owed, recovered = -1, 0, 0
    for day, available in zip(days.tolist(), minutes.tolist(), strict=True):
        left = available
        if begun >= 0:
            done = min(left, owed)
            left, owed = left - done, owed - done
            if owed:
                continue
            recovered += _won(plans, np.array([begun]), day)
            begun = -1
        ages = day - plans.told
        choice = np.flatnonzero(waiting & (ages >= 0) & (ages <= plans.window) & (plans.probability > 0))
        choice = choice[np.argsort(order(plans, choice, ages[choice]), kind="stable")]
        spent = np.cumsum(plans.minutes[choice])
        whole = int(np.searchsorted(spent, left, "right"))
        recovered += _won(plans, choice[:whole], day)
        waiting[choice[: whole + 1]] = False
        rest = left - (int(spent[whole - 1]) if whole else 0)
        if whole < len(choice):
            begun, owed = int(choice[whole]), int(plans.minutes[choice[whole]]) - rest
    return recovered


def _won(plans: _Plans, finished: _Ints, day: int) -> int:
    """Cents of the cases finished on a day that win at their age."""
    in_time = day - plans.told[finished] <= plans.wins_through[finished]
    return int(plans.cents[finished][in_time].sum())


def _promise(chance: Chance) -> float:
    return chance.probability * chance.cents / max(1, chance.minutes)


def _expected(plans: _Plans, choice: _Ints, ages: _Ints) -> _Floats:
    now = plans.probability[choice] * 0.5 ** (ages / plans.half_life[choice])
    density: _Floats = now * plans.cents[choice] / plans.minutes[choice]
    return -density


_NO_CHANCE = Chance(0.0, 1.0, -1, -1, 0, 0)

_ORDERS: Mapping[str, _Order] = {
    "largest dollars first": lambda plans, choice, _: -plans.cents[choice].astype(np.float64),
    "oldest first": lambda plans, choice, _: plans.told[choice].astype(np.float64),
    "expected dollars a minute": _expected,
}
