"""The people of the practice: who treats, who sits at the desk, who codes. Habits are probabilities from the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from denialml.claims import Address, Contact, Party, Reference
from denialml.ids import npi_check_digit
from denialml.simulator.dice import Dice, Weighted
from denialml.simulator.people import Patient


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at the front desk: how often cover is verified, papers are obtained, mistakes are made and repaired."""

    verifies: float
    mistypes_member: float
    obtains_authorization: float
    stale_authorization: float
    takes_referral: float
    names_referrer: float
    repairs: float


@dataclass(frozen=True, slots=True)
class Coder:
    """A person who turns visits into claims: days it takes (log-normal), and how often which detail is missed."""

    lag_median: float
    lag_spread: float
    late: float
    modifier_25: float
    modifier_59: float
    side: float
    telehealth: float
    misses_link: float
    cuts_diagnosis: float
    repeats: float
    omits_taxonomy: float


@dataclass(frozen=True, slots=True)
class LineKind:
    """A line that a kind of visit may have: which procedures at what weight, how often, for whom, for what."""

    codes: Weighted[str]
    chance: float
    units: Weighted[int] | None
    modifiers: tuple[str, ...]
    diagnoses: Weighted[str] | None
    beside: str
    ages: tuple[int, int]
    telehealth: bool


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


@dataclass(slots=True)
class Provider:
    """One who treats, with the patients who come back."""

    party: Party
    specialty: str
    load: float
    desk: Desk
    coder: Coder
    visits: Weighted[VisitKind]
    bands: Weighted[tuple[int, int]]
    sex: str
    new_patient: float
    referred: float
    series: int
    late_enrolments: Mapping[str, date]
    charges: Mapping[str, int] = field(default_factory=dict)
    panel: list[Patient] = field(default_factory=list)


def organisation(practice: Mapping[str, Any]) -> Party:
    """The billing provider."""
    about = practice["organisation"]
    return Party(
        name=about["name"],
        id_qualifier="XX",
        identifier=about["npi"] + npi_check_digit(about["npi"]),
        taxonomy=about["taxonomy"],
        address=Address(about["line1"], "", about["city"], about["state"], about["postal_code"]),
        references=(Reference("EI", about["tax_id"]),),
    )


def submitter(practice: Mapping[str, Any]) -> Party:
    """Who sends the files, with a telephone number to ask at."""
    about = practice["organisation"]
    contact = Contact(name=about["contact"], numbers=(("TE", about["telephone"]),))
    return Party(name=about["name"], id_qualifier="46", identifier=about["submitter"], contacts=(contact,))


def providers(practice: Mapping[str, Any], fees: Mapping[str, float], count: int, seed: int) -> list[Provider]:
    """The practice's providers in the order of the data, from the start again when there are to be more of them."""
    dice = Dice(seed, "staff")
    charges = practice["charges"]
    ratios = {code: dice.lognormal(charges["ratio"], charges["by_procedure"]) for code in fees}
    kinds = {name: _visit_kinds(practice, data) for name, data in practice["specialties"].items()}
    made = []
    for place in range(count):
        entry = practice["providers"][place % len(practice["providers"])]
        data = practice["specialties"][entry["specialty"]]
        party = _person(entry, "173", place, data["taxonomy"])
        level = dice.lognormal(1.0, charges["by_provider"])
        made.append(
            Provider(
                party=party,
                specialty=entry["specialty"],
                load=float(entry["load"]),
                desk=Desk(**practice["front_desk"][entry["desk"]]),
                coder=Coder(**practice["coders"][entry["coder"]]),
                visits=kinds[entry["specialty"]],
                bands=Weighted.of({(low, high): weight for low, high, weight in data["ages"]}),
                sex=data.get("sex", ""),
                new_patient=float(data["new_patient"]),
                referred=float(data.get("referred", 0)),
                series=int(data.get("series", 0)),
                late_enrolments=entry.get("enrolled", {}),
                charges={
                    code: max(1, round(value * charges["conversion"] * max(1.05, ratios[code] * level))) * 100
                    for code, value in fees.items()
                },
            )
        )
    return made


def referring_doctors(practice: Mapping[str, Any]) -> list[Party]:
    """The doctors outside who send patients."""
    return [_person(entry, "189", place, "") for place, entry in enumerate(practice["referring"])]


def _person(entry: Mapping[str, Any], prefix: str, place: int, taxonomy: str) -> Party:
    """A provider with an NPI of its own: the factor has no divisor in common with a million, so none repeats."""
    first_nine = f"{prefix}{place * 7919 % 1_000_000:06d}"
    return Party(
        name=entry["name"],
        first=entry["first"],
        is_person=True,
        id_qualifier="XX",
        identifier=first_nine + npi_check_digit(first_nine),
        taxonomy=taxonomy,
    )


def _ages(data: Mapping[str, Any]) -> tuple[int, int]:
    return data.get("from_age", 0), data.get("until_age", 150)


def _visit_kinds(practice: Mapping[str, Any], specialty: Mapping[str, Any]) -> Weighted[VisitKind]:
    diagnoses = {name: Weighted.of(codes) for name, codes in practice["diagnoses"].items()}
    kinds = {}
    for data in specialty["visits"]:
        lines = tuple(
            LineKind(
                codes=Weighted.of(line["codes"]),
                chance=float(line.get("chance", 1)),
                units=Weighted.of(line["units"]) if "units" in line else None,
                modifiers=tuple(line.get("modifiers", ())),
                diagnoses=diagnoses[line["diagnoses"]] if "diagnoses" in line else None,
                beside=line.get("with", ""),
                ages=_ages(line),
                telehealth=line.get("telehealth", False),
            )
            for line in data["lines"]
        )
        kind = VisitKind(
            place=data["place"],
            diagnoses=diagnoses[data["diagnoses"]],
            more=float(data.get("more", 0)),
            ages=_ages(data),
            sex=data.get("sex", ""),
            lines=lines,
        )
        kinds[kind] = float(data["weight"])
    return Weighted.of(kinds)
