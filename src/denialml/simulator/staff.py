"""The people of the practice: who treats, who sits at the desk, who codes; how they learn, leave and are followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Generic, TypeVar

from denialml.claims import Address, Contact, Party, Reference, replace
from denialml.ids import npi_check_digit
from denialml.simulator.data import document
from denialml.simulator.dice import Dice
from denialml.simulator.medicine import Medicine, Specialty
from denialml.simulator.people import Patient
from denialml.simulator.worlds import Blueprint

_STEP = 7_919  # shares no divisor with a million: NPIs that far apart do not repeat
_PLACES = 100  # numbers kept for the people of one practice
_DAYS_A_MONTH = 30.4375
_NO_SLIPS = frozenset({"name", "lag_median", "lag_spread"})


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at the front desk and how often each slip happens: see ``office.yaml``."""

    name: str
    skips_check: float
    mistypes_member: float
    no_authorization: float
    omits_authorization: float
    mistypes_authorization: float
    no_referral: float
    no_referrer: float
    confuses_order: float
    leaves_unrepaired: float


@dataclass(frozen=True, slots=True)
class Coder:
    """A person who turns visits into claims: days it takes (log-normal), and how often which detail is missed."""

    name: str
    lag_median: float
    lag_spread: float
    late: float
    modifier_25: float
    modifier_59: float
    side: float
    telehealth: float
    misses_link: float
    cuts_diagnosis: float
    misses_update: float
    repeats: float
    omits_taxonomy: float


_Role = TypeVar("_Role", bound=Desk | Coder)


@dataclass(frozen=True, slots=True)
class Turnover:
    """On ``day`` somebody follows somebody else at a seat: a change that data show."""

    day: date
    seat: str
    leaves: str
    comes: str


class Seat(Generic[_Role]):
    """A seat and the people who sit there one after the other. In the first months a person slips more often."""

    def __init__(self, name: str, role: type[_Role], people: Sequence[Mapping[str, Any]]) -> None:
        self.name = name
        self._role = role
        self._people = sorted(people, key=lambda person: person["from"])
        self._learning = document("office.yaml")["learning"]
        self._month = (0, 0, "")
        self._now: _Role | None = None

    def on(self, day: date) -> _Role:
        """Who sits there on that day, with the slips of that month of the job."""
        person = self._people[0]
        for later in self._people[1:]:
            if later["from"] <= day:
                person = later
        month = (day.year, day.month, person["name"])
        if self._now is None or month != self._month:
            self._month = month
            self._now = self._experienced(person, day)
        return self._now

    def turnover(self) -> tuple[Turnover, ...]:
        """Who followed whom, and when."""
        pairs = zip(self._people, self._people[1:], strict=False)
        return tuple(Turnover(comes["from"], self.name, leaves["name"], comes["name"]) for leaves, comes in pairs)

    def _experienced(self, person: Mapping[str, Any], day: date) -> _Role:
        """The person as of that month: slips grow by what is not learnt yet."""
        learning = self._learning
        months = max(0.0, (day.replace(day=1) - person["from"]).days / _DAYS_A_MONTH)
        beginner = learning["beginner"] * 0.5 ** (months / learning["half_life_months"])
        values = {each.name: person[each.name] for each in fields(self._role)}
        for name in values.keys() - _NO_SLIPS:
            values[name] = min(max(learning["at_most"], values[name]), values[name] * (1.0 + beginner))
        return self._role(**values)


@dataclass(slots=True)
class Provider:
    """One who treats, with the patients who come back. ``documents``: how often the notes support what is billed."""

    party: Party
    specialty: Specialty
    load: float
    documents: float
    desk: Seat[Desk]
    coder: Seat[Coder]
    late_enrolments: Mapping[str, date]
    charges: Mapping[str, int] = field(default_factory=dict)
    panel: list[Patient] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody at work in a practice, and the doctors outside who send patients."""

    providers: tuple[Provider, ...]
    referring: tuple[Party, ...]

    @classmethod
    def of(cls, plan: Blueprint, medicine: Medicine, seed: int) -> Staff:
        """The staff of a practice as its blueprint says; charges differ by procedure and by provider."""
        desks = [Seat(f"front desk {place}", Desk, each) for place, each in enumerate(plan.front_desk, 1)]
        coders = [Seat(f"coder {place}", Coder, each) for place, each in enumerate(plan.coders, 1)]
        first = plan.index * _PLACES
        rates = _Rates(seed)
        providers = []
        for place, entry in enumerate(plan.providers):
            specialty = medicine.specialties[entry["specialty"]]
            providers.append(
                Provider(
                    party=_person(entry, "173", first + place, specialty.taxonomy),
                    specialty=specialty,
                    load=float(entry["load"]),
                    documents=float(entry["documents"]),
                    desk=desks[entry["desk"]],
                    coder=coders[entry["coder"]],
                    late_enrolments=entry.get("enrolled", {}),
                    charges=rates.provider(),
                )
            )
        referring = tuple(_person(entry, "189", first + place, "") for place, entry in enumerate(plan.referring))
        return cls(tuple(providers), referring)

    def turnover(self) -> list[Turnover]:
        """Every change at a seat that somebody's work passes through, in the order of days."""
        seats: dict[str, Seat[Any]] = {}
        for provider in self.providers:
            seats[provider.desk.name] = provider.desk
            seats[provider.coder.name] = provider.coder
        changes = [change for seat in seats.values() for change in seat.turnover()]
        return sorted(changes, key=lambda change: (change.day, change.seat))


class _Rates:
    """What is charged, in cents: a ratio to Medicare's amount by procedure, and a level by provider."""

    def __init__(self, seed: int) -> None:
        self._dice = Dice(seed, "charges")
        self._terms = document("medicine.yaml")["charges"]
        self._values: Mapping[str, float] = document("fees.yaml")["values"]
        terms = self._terms
        self._ratios = {code: self._dice.lognormal(terms["ratio"], terms["by_procedure"]) for code in self._values}

    def provider(self) -> dict[str, int]:
        level = self._dice.lognormal(1.0, self._terms["by_provider"])
        conversion = self._terms["conversion"]
        return {
            code: max(1, round(value * conversion * max(1.05, self._ratios[code] * level))) * 100
            for code, value in self._values.items()
        }


def organisation(plan: Blueprint) -> Party:
    """The billing provider."""
    about = plan.organisation
    references = (Reference("EI", about["tax_id"]),)
    return replace(_organisation(about), taxonomy=about["taxonomy"], references=references)


def hospital() -> Party:
    """The hospital where patients are seen outside the office."""
    return _organisation(document("medicine.yaml")["hospital"]["organisation"])


def submitter(plan: Blueprint) -> Party:
    """Who sends the files, with a telephone number to ask at."""
    about = plan.organisation
    contact = Contact(name=about["contact"], numbers=(("TE", about["telephone"]),))
    return Party(name=about["name"], id_qualifier="46", identifier=about["submitter"], contacts=(contact,))


def _organisation(about: Mapping[str, Any]) -> Party:
    return Party(
        name=about["name"],
        id_qualifier="XX",
        identifier=about["npi"] + npi_check_digit(about["npi"]),
        address=Address(about["line1"], "", about["city"], about["state"], about["postal_code"]),
    )


def _person(entry: Mapping[str, Any], prefix: str, place: int, taxonomy: str) -> Party:
    first_nine = f"{prefix}{place * _STEP % 1_000_000:06d}"
    return Party(
        name=entry["name"],
        first=entry["first"],
        is_person=True,
        id_qualifier="XX",
        identifier=first_nine + npi_check_digit(first_nine),
        taxonomy=taxonomy,
    )
