"""Worlds: one small clinic, one multi-specialty group, or the practices that a billing company bills for.

Every practice is described by its :class:`Blueprint`. Those of a company are put together from lists by their number
alone, so that practice 7 is the same practice in a company of eight and in one of thirty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from denialml.errors import UsageError
from denialml.simulator.data import document
from denialml.simulator.dice import Dice, Weighted

WORLDS = ("clinic", "group", "company")
_STEP = 7_919  # a prime: numbers so far apart share no divisor with a power of ten, so that none comes twice
_ORGANISATIONS = 384_750  # where the company's NPIs begin
_ROLES = ("front_desk", "coders")


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What a practice is made from. ``index`` is its number in the world, from 0; no two share an identifier.

    ``front_desk`` and ``coders`` are seats, each with its people in turn; providers name their seats by place.
    """

    index: int
    organisation: Mapping[str, Any]
    providers: Sequence[Mapping[str, Any]]
    referring: Sequence[Mapping[str, Any]]
    front_desk: Sequence[Sequence[Mapping[str, Any]]]
    coders: Sequence[Sequence[Mapping[str, Any]]]
    billers: Sequence[Mapping[str, Any]]


def practices_of(world: str) -> int:
    """How many practices a world has when nothing else is asked for.

    Raises:
        UsageError: there is no such world.
    """
    if world not in WORLDS:
        raise UsageError(f"simulation: there is no world {world!r}; there are {', '.join(WORLDS)}")
    return int(document("worlds.yaml")["company"]["practices"]) if world == "company" else 1


def blueprint(world: str, index: int = 0) -> Blueprint:
    """The practice of that number in a world.

    Raises:
        UsageError: there is no such world, or a clinic or group is asked for another practice than its only one.
    """
    if practices_of(world) == 1:
        if index:
            raise UsageError(f"simulation: the {world} is one practice, number 0")
        return _told(document("worlds.yaml")[world])
    return _Company(index).blueprint()


def claims_of(world: str, practices: int, claims: int) -> tuple[int, ...]:
    """How many of the claims each practice of a world makes, by its size; they add up to ``claims``."""
    sizes = [len(blueprint(world, index).providers) ** 0.5 for index in range(practices)]
    whole, shares, passed, given = sum(sizes), [], 0.0, 0
    for size in sizes:
        passed += size
        until = round(claims * passed / whole)
        shares.append(until - given)
        given = until
    return tuple(shares)


def _told(data: Mapping[str, Any]) -> Blueprint:
    office = document("office.yaml")
    return Blueprint(
        index=0,
        organisation=data["organisation"],
        providers=data["providers"],
        referring=data["referring"],
        front_desk=office["front_desk"],
        coders=office["coders"],
        billers=[office["billers"][place] for place in data["billers"]],
    )


class _Company:
    """Puts together practice ``index`` of the company."""

    def __init__(self, index: int) -> None:
        self._index = index
        self._dice = Dice(index, "company")
        self._data = document("worlds.yaml")["company"]
        self._names = document("names.yaml")

    def blueprint(self) -> Blueprint:
        office = document("office.yaml")
        kinds = self._data["kinds"]
        kind = kinds[self._dice.weighted(Weighted.of({place: each["weight"] for place, each in enumerate(kinds)}))]
        level = 0.6 + self._dice.uniform()  # how careful the whole office is
        return Blueprint(
            index=self._index,
            organisation=self._organisation(kind),
            providers=self._providers(kind),
            referring=[self._person() for _ in range(4)],
            **{role: [self._seat(seat, level) for seat in office[role]] for role in _ROLES},
            billers=[{**office["billers"][self._index % len(office["billers"])], "name": self._initialled()}],
        )

    def _organisation(self, kind: Mapping[str, Any]) -> dict[str, str]:
        """Its name and numbers. Names come round after so many practices, then with a numeral behind."""
        words = self._data["first_names"]
        turn, place = divmod(self._index, len(words))
        name = " ".join([words[place], kind["name"], *([str(turn + 1)] if turn else [])])
        town, state, postal_code = self._dice.one_of(self._names["towns"])
        number = self._index + 1
        return {
            "name": name,
            "tax_id": f"84{(1_935_027 + number * _STEP) % 10_000_000:07d}",
            "npi": f"129{(_ORGANISATIONS + number * _STEP) % 1_000_000:06d}",
            "taxonomy": kind["taxonomy"],
            "line1": f"{100 + self._dice.below(9000)} {self._dice.one_of(self._names['streets'])}",
            "city": town,
            "state": state,
            "postal_code": f"{postal_code}{number % 10_000:04d}",
            "contact": "BILLING OFFICE",
            "telephone": f"309555{100 + number % 100:04d}",
            "submitter": f"{''.join(word[0] for word in name.split()[:3] if word.isalpha())}{2000 + number}",
            "clia": f"14D2{(47_718 + number * 101) % 1_000_000:06d}",
        }

    def _providers(self, kind: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Three to eight of them, the leading specialty first."""
        fewest, most = self._data["providers"]
        specialties = Weighted.of(kind["specialties"])
        count = fewest + self._dice.below(most - fewest + 1)
        chosen = [specialties.choices[0], *(self._dice.weighted(specialties) for _ in range(count - 1))]
        return [self._provider(specialty) for specialty in chosen]

    def _provider(self, specialty: str) -> dict[str, Any]:
        office = document("office.yaml")
        late = self._data["late_enrolment"]
        enrolled: dict[str, date] = {}
        if self._dice.chance(late["chance"]):
            first = late["from"] + timedelta(days=self._dice.below(late["days"]))
            enrolled[self._dice.one_of(late["payers"])] = first
        return {
            **self._person(),
            "specialty": specialty,
            "load": 6 + self._dice.below(6),
            "documents": round(0.78 + 0.18 * self._dice.uniform(), 3),
            "desk": self._dice.below(len(office["front_desk"])),
            "coder": self._dice.below(len(office["coders"])),
            "enrolled": enrolled,
        }

    def _seat(self, seat: Sequence[Mapping[str, Any]], level: float) -> list[dict[str, Any]]:
        """A seat of another office: its own people on its own days, with more or fewer slips."""
        later = timedelta(days=self._dice.below(150))
        return [
            {
                **{name: _scaled(name, value, level) for name, value in person.items()},
                "name": self._initialled(),
                "from": person["from"] + later,
            }
            for person in seat
        ]

    def _person(self) -> dict[str, str]:
        first = self._dice.one_of(self._names[self._dice.one_of(("female", "male"))])
        return {"name": self._dice.one_of(self._names["last"]), "first": first}

    def _initialled(self) -> str:
        person = self._person()
        return f"{person['first'][0]}. {person['name']}"


def _scaled(name: str, value: Any, level: float) -> Any:
    """A slip at another level of care; days and dates stay."""
    return min(0.9, round(value * level, 5)) if isinstance(value, float) and not name.startswith("lag_") else value
