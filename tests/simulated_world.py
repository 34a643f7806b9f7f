"""A practice run day by day with payers that only keep a roster, and answer the desk from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from denialml.claims import Party
from denialml.simulator.data import PAYER_KEYS, document
from denialml.simulator.desk import Asked
from denialml.simulator.practice import Practice, Span
from denialml.simulator.visit import Ready
from denialml.simulator.worlds import blueprint

START = date(2025, 6, 1)
UNTIL = date(2026, 6, 30)


@dataclass
class Member:
    first: date
    last: date | None
    moved: bool
    other_from: date | None


@dataclass
class Roster:
    """Everything of a payer that a practice deals with, and nothing else."""

    key: str
    data: Mapping[str, Any]
    members: dict[str, Member] = field(default_factory=dict)
    providers: dict[str, date] = field(default_factory=dict)
    authorizations: set[str] = field(default_factory=set)

    @property
    def party(self) -> Party:
        about = self.data["payer"]
        return Party(name=about["name"], id_qualifier="PI", identifier=about["identifier"])

    def enrol(self, member_id: str, first: date, last: date | None, *, moved: bool, other_from: date | None) -> None:
        self.members[member_id] = Member(first, last, moved, other_from)

    def enrol_provider(self, npi: str, first: date) -> None:
        self.providers[npi] = first

    def authorize(self) -> str:
        number = f"{self.data['payer']['identifier'][:2]}{100_000_000 + 987_653 * len(self.authorizations):09d}"
        self.authorizations.add(number)
        return number

    def correct_other_insurance(self, member_id: str) -> None:
        if member_id in self.members:
            self.members[member_id].other_from = None


@dataclass(frozen=True)
class Answer:
    state: str
    other_payer: str = ""


def rosters(**changes: Mapping[str, Any]) -> dict[str, Roster]:
    """The built-in payers as rosters; ``changes`` replace parts of a payer's ``population``."""
    made = {}
    for key in PAYER_KEYS:
        data = document(f"payers/{key}.yaml")
        made[key] = Roster(key, data | {"population": data["population"] | dict(changes.get(key, {}))})
    return made


def answer(asked: Asked, payer: Roster) -> Answer:
    member = payer.members.get(asked.coverage.member_id)
    if member is None:
        return Answer("unknown")
    if asked.served < member.first or (member.last is not None and asked.served > member.last):
        return Answer("inactive")
    other = member.other_from is not None and member.other_from <= asked.served
    return Answer("active", "SOME OTHER PLAN" if other else "")


@dataclass
class World:
    """A practice, its payers, and everything that became ready, with the day it did."""

    practice: Practice
    payers: dict[str, Roster]
    ready: list[tuple[date, Ready]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    @property
    def claims(self) -> list[Ready]:
        return [made for _, made in self.ready]


def run(
    count: int = 1_500,
    seed: int = 4,
    *,
    world: str = "group",
    index: int = 0,
    payers: dict[str, Roster] | None = None,
    numbered: bool = False,
) -> World:
    """The history of a practice. ``numbered``: each claim is answered at once, which tells the payer's number."""
    payers = payers or rosters()
    practice = Practice(blueprint(world, index), payers, Span(START, UNTIL, count), seed)
    made = World(practice, payers)
    day = practice.first_day
    while day <= UNTIL:
        for asked in practice.asks(day):
            made.asked.append(asked)
            practice.told(asked, answer(asked, payers[asked.payer]))
        practice.serve(day)
        for ready in practice.ready(day):
            made.ready.append((day, ready))
            if numbered:
                practice.numbered(ready.claim.control_number, f"P{ready.claim.control_number}")
        day += timedelta(days=1)
    return made
