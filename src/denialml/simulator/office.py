"""The office that works denials: its people and its habits, as ``data/staff.yaml`` has them.

People: when they are there, what they know, how fast they are. Habits: whose turn it is, how a reason is read, what is
then done and how long it takes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from denialml.simulator.dice import Dice, Fates

_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Rule:
    """Whose turn it is, from ``first`` on: ``order`` is ``dollars``, ``oldest`` or ``skill``.

    Charges below ``smallest_cents`` are never worked.
    """

    name: str
    first: date
    order: str
    smallest_cents: int


@dataclass(frozen=True, slots=True)
class Category:
    """How an office reads some reasons. ``acts`` weigh what it then does; ``records``: the record is what is asked for.

    ``minutes`` are a practised person's, by action.
    """

    name: str
    acts: Mapping[str, float]
    records: bool
    minutes: Mapping[str, int]


class Habits:
    """The office's rules.

    ``goes_on`` is how often a lost first level goes to the second, ``rounds`` how often a claim is worked before it is
    given up.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.goes_on = float(data["goes_on"])
        self.rounds = int(data["rounds"])
        self._rules = tuple(
            Rule(entry["name"], entry["from"], entry["order"], round(float(entry["smallest"]) * 100))
            for entry in data["rules"]
        )
        self._by_reason: dict[str, Category] = {}
        for name, entry in data["categories"].items():
            category = Category(name, entry["acts"], bool(entry.get("records", False)), data["minutes"][name])
            self._by_reason |= dict.fromkeys(entry["reasons"], category)
            if name == "other":
                self._other = category

    def rule(self, day: date) -> Rule:
        """The rule of a day; before the first begins, the first."""
        return next((rule for rule in reversed(self._rules) if rule.first <= day), self._rules[0])

    def category(self, reason: str) -> Category:
        """How the office reads a reason (CARC)."""
        return self._by_reason.get(reason, self._other)

    def changes(self) -> list[tuple[date, str, str]]:
        """When the office changes its rule: day, name of the new rule, its order."""
        return [(rule.first, rule.name, rule.order) for rule in self._rules[1:]]


@dataclass(frozen=True, slots=True)
class Specialist:
    """One who works denials from ``first`` to ``last``, both inclusive.

    ``share`` is the part of the office's minutes; ``skill`` the chance to find what is wrong with a claim, by category,
    of which a newcomer has a part at first.
    """

    name: str
    first: date
    last: date
    share: float
    skill: Mapping[str, float]

    def employed(self, day: date) -> bool:
        """Whether this person works here then, on holiday or not."""
        return self.first <= day <= self.last


class Team:
    """All who ever work a practice's denials.

    ``data`` is ``data/staff.yaml``, ``daily_claims`` the practice's claims a working day: minutes grow with it.
    """

    def __init__(self, data: Mapping[str, Any], daily_claims: float, seed: int) -> None:
        staffing = data["staffing"]
        level = Dice(seed, "denial staffing").lognormal(1.0, float(staffing["spread"]))
        self._minutes = daily_claims * float(staffing["minutes_a_claim"]) * level
        self._closed = frozenset(data["workday"]["closed"])
        self._vacation_weeks = int(data["workday"]["vacation_weeks"])
        self._start = float(data["learning"]["start"])
        self._months = float(data["learning"]["months"])
        self._novice, self._expert = float(data["pace"]["novice"]), float(data["pace"]["expert"])
        self._fates = Fates(seed, "vacations")
        self._away: dict[tuple[str, int], frozenset[int]] = {}
        self._people = tuple(
            Specialist(
                entry["name"],
                entry.get("from", date.min),
                entry.get("until", date.max),
                float(entry["share"]),
                entry["skill"],
            )
            for entry in data["specialists"]
        )

    def present(self, day: date) -> list[Specialist]:
        """Who is at work on a day, in the order of the data: nobody at weekends and on holidays."""
        if day.weekday() > 4 or f"{day:%m-%d}" in self._closed:
            return []
        return [person for person in self._people if person.employed(day) and not self._on_vacation(person, day)]

    def gone(self, day: date) -> list[Specialist]:
        """Who has left by then."""
        return [person for person in self._people if person.last < day]

    def minutes(self, person: Specialist) -> float:
        """The minutes that a person has for denials on a day at work."""
        return self._minutes * person.share

    def minutes_on(self, day: date) -> float:
        """The minutes of all who are at work on a day."""
        return sum(self.minutes(person) for person in self.present(day))

    def skill(self, person: Specialist, category: str, day: date) -> float:
        """The chance that a person finds what is wrong with a claim; it grows with the time in the job."""
        months = (day - person.first).days / 30.4
        learned = 1.0 - (1.0 - self._start) * math.exp(-months / self._months)
        return person.skill[category] * learned

    def pace(self, skill: float) -> float:
        """How many minutes a person of that skill takes for each of a practised one's."""
        return self._novice + (self._expert - self._novice) * skill

    def changes(self) -> list[tuple[date, str, str]]:
        """Who comes and who goes: day, name, ``joins`` or ``leaves``, by day."""
        joins = [(person.first, person.name, "joins") for person in self._people if person.first != date.min]
        leaves = [(person.last, person.name, "leaves") for person in self._people if person.last != date.max]
        return sorted(joins + leaves)

    def _on_vacation(self, person: Specialist, day: date) -> bool:
        year, week, _ = day.isocalendar()
        away = self._away.get((person.name, year))
        if away is None:
            weeks = sorted(range(1, _WEEKS + 1), key=lambda number: self._fates.uniform(person.name, year, number))
            away = self._away[person.name, year] = frozenset(weeks[: self._vacation_weeks])
        return week in away
