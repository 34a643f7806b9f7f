"""Medicine: what kinds of visits a specialty has, and what truly happens in one, before anybody writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from denialml.simulator.data import document, renewed
from denialml.simulator.dice import Dice, Weighted

_SIDES = ("LT", "RT")
_BOTH_SIDES = 0.06
_MOST_DIAGNOSES = 8


@dataclass(frozen=True, slots=True)
class LineKind:
    """A line that a kind of visit may have: which procedures at what weight, how often, for whom, for what.

    ``beside`` is a procedure that always goes with it, or empty; ``modifiers`` are those that nobody forgets.
    """

    codes: Weighted[str]
    chance: float
    units: Weighted[int] | None
    modifiers: tuple[str, ...]
    diagnoses: Weighted[str] | None
    beside: str
    ages: tuple[int, int]


@dataclass(frozen=True, slots=True)
class VisitKind:
    """A kind of visit: where, why, for whom, and its lines. ``more`` is the chance of each further diagnosis."""

    place: str
    diagnoses: Weighted[str]
    more: float
    ages: tuple[int, int]
    sex: str
    lines: tuple[LineKind, ...]

    def suits(self, age: int, sex: str) -> bool:
        """Whether a patient of that age and sex comes for this."""
        return self.ages[0] <= age <= self.ages[1] and self.sex in {"", sex}


@dataclass(frozen=True, slots=True)
class Specialty:
    """A specialty: its visits, its patients (ages by weight, sex or empty) and how they come.

    ``series`` is the mean number of sessions of a course of treatment, 0 where there are none; ``months`` (January
    first) and ``weekdays`` (Monday first) are how much is done then against an even year and week.
    """

    name: str
    taxonomy: str
    visits: Weighted[VisitKind]
    ages: Weighted[tuple[int, int]]
    sex: str
    new_patient: float
    referred: float
    series: int
    months: tuple[float, ...]
    weekdays: tuple[float, ...]


@dataclass(slots=True)
class Service:
    """A service as it was given. ``habitual`` modifiers nobody forgets; ``due`` ones a coder may, each with its slip.

    ``pointer`` is the place, from 1, of the diagnosis it was given for.
    """

    code: str
    units: int
    pointer: int
    habitual: tuple[str, ...]
    due: list[tuple[str, str]]


class Medicine:
    """The specialties and the rules of coding that everybody knows.

    Services are known by their codes of before the code updates; the lists that claims are laid beside hold both.
    """

    def __init__(self) -> None:
        data = document("medicine.yaml")
        diagnoses = {name: Weighted.of(codes) for name, codes in data["diagnoses"].items()}
        self.specialties = {name: _specialty(name, each, data, diagnoses) for name, each in data["specialties"].items()}
        self.visit_codes = renewed(data["visit_codes"])
        self.needs_25 = renewed(data["needs_25"])
        self.authorization_sought = renewed(data["authorization_sought"])
        self.records_kept = renewed(data["records_kept"])
        self.records_poor = renewed(data["records_poor"])
        self.laboratory = renewed(data["laboratory"])
        self._needs_59 = {code: frozenset(others) for code, others in data["needs_59"].items()}
        self._lateral = frozenset(data["lateral"])
        self._telehealth = data["telehealth_place"]
        self._sides: Mapping[str, str] = data["sides"]
        self._new_patient: Mapping[str, str] = data["new_patient"]
        self._established = {new: old for old, new in self._new_patient.items()}
        self.ordered = renewed(data["ordered"])
        self.hospital_places = frozenset(data["hospital"]["places"])
        self._hospital = data["hospital"]["place"]
        self._later_visits = frozenset(data["hospital"]["later_visits"])

    def visit(self, kind: VisitKind, age: int, dice: Dice, *, new: bool) -> tuple[list[str], list[Service]]:
        """What was done and why: diagnoses, the principal first, and services with every modifier they are due.

        ``new`` says that the patient was never seen in this specialty.
        """
        diagnoses = [dice.weighted(kind.diagnoses)]
        services: list[Service] = []
        wanted = [line for line in kind.lines if line.ages[0] <= age <= line.ages[1] and dice.chance(line.chance)]
        for line in wanted or kind.lines[:1]:
            pointer = _place(diagnoses, dice.weighted(line.diagnoses)) if line.diagnoses else 1
            units = dice.weighted(line.units) if line.units else 1
            code = self._visit_code(dice.weighted(line.codes), new=new)
            services.append(Service(code, units, pointer, line.modifiers, []))
            if line.beside:
                services.append(Service(line.beside, 1, pointer, (), []))
        while len(diagnoses) < _MOST_DIAGNOSES and dice.chance(kind.more):
            _place(diagnoses, dice.weighted(kind.diagnoses))
        self._due(services, diagnoses, kind, dice)
        return diagnoses, services

    def _visit_code(self, code: str, *, new: bool) -> str:
        return self._new_patient.get(code, code) if new else self._established.get(code, code)

    def admission(self, kind: VisitKind, codes: set[str], served: date) -> date | None:
        """The day a patient seen in hospital was admitted: one to three days before a later visit, else that day."""
        if kind.place != self._hospital:
            return None
        later = not self._later_visits.isdisjoint(codes)
        return date.fromordinal(served.toordinal() - 1 - served.toordinal() % 3) if later else served

    def lacks_25(self, modifiers_by_code: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether a visit stands beside a procedure without the modifier that tells them apart."""
        beside = not self.needs_25.isdisjoint(modifiers_by_code)
        return beside and any(
            "25" not in modifiers
            for code, modifiers in modifiers_by_code.items()
            if code in self.visit_codes and not self.needs_25.isdisjoint(modifiers_by_code.keys() - {code})
        )

    def _due(self, services: list[Service], diagnoses: list[str], kind: VisitKind, dice: Dice) -> None:
        """The modifiers that each service is due, by what stands beside it, by side and by place."""
        codes = {service.code for service in services}
        for service in services:
            code, due = service.code, service.due
            if code in self.visit_codes and not self.needs_25.isdisjoint(codes - {code}):
                due.append(("25", "modifier_25"))
            if code in self._needs_59 and not self._needs_59[code].isdisjoint(codes):
                due.append(("59", "modifier_59"))
            if code in self._lateral:
                thrown = "50" if dice.chance(_BOTH_SIDES) else dice.one_of(_SIDES)
                due.append((self._sides.get(diagnoses[service.pointer - 1], thrown), "side"))
            if kind.place == self._telehealth:
                due.append(("95", "telehealth"))


def _place(diagnoses: list[str], code: str) -> int:
    """The place, from 1, of a diagnosis among those of the claim, where it is put if not there yet."""
    if code not in diagnoses:
        diagnoses.append(code)
    return diagnoses.index(code) + 1


def _specialty(
    name: str, own: Mapping[str, Any], data: Mapping[str, Any], diagnoses: Mapping[str, Weighted[str]]
) -> Specialty:
    season = data["seasons"][own.get("season", "even")]
    return Specialty(
        name=name,
        taxonomy=own["taxonomy"],
        visits=Weighted.of({_visit_kind(visit, diagnoses): float(visit["weight"]) for visit in own["visits"]}),
        ages=Weighted.of({(low, high): weight for low, high, weight in own["ages"]}),
        sex=own.get("sex", ""),
        new_patient=float(own["new_patient"]),
        referred=float(own.get("referred", 0)),
        series=int(own.get("series", 0)),
        months=tuple(float(season.get(month, 1)) for month in range(1, 13)),
        weekdays=(*data["weekdays"], float(own.get("saturday", 0)), 0.0),
    )


def _visit_kind(visit: Mapping[str, Any], diagnoses: Mapping[str, Weighted[str]]) -> VisitKind:
    lines = tuple(
        LineKind(
            codes=Weighted.of(line["codes"]),
            chance=float(line.get("chance", 1)),
            units=Weighted.of(line["units"]) if "units" in line else None,
            modifiers=tuple(line.get("modifiers", ())),
            diagnoses=diagnoses[line["diagnoses"]] if "diagnoses" in line else None,
            beside=line.get("with", ""),
            ages=_ages(line),
        )
        for line in visit["lines"]
    )
    return VisitKind(
        place=visit["place"],
        diagnoses=diagnoses[visit["diagnoses"]],
        more=float(visit.get("more", 0)),
        ages=_ages(visit),
        sex=visit.get("sex", ""),
        lines=lines,
    )


def _ages(data: Mapping[str, Any]) -> tuple[int, int]:
    return data.get("from_age", 0), data.get("until_age", 150)
