"""Made-up patients and what insures them. Nobody here exists; addresses are of towns that do not either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from denialml import claims
from denialml.claims import Address, Coverage, Party, Phi
from denialml.clock import age_in_years
from denialml.simulator.data import document
from denialml.simulator.dice import Dice, Weighted

_MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_SISTERS = ({"medicare", "advantage"}, {"medicaid", "community"})


class Registrar(Protocol):
    """A payer, as far as enrolling a member goes."""

    key: str

    @property
    def party(self) -> Party:
        """Who it is, as claims name it."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """Its policy data: filing indicator, shape of member ids, whether it has groups."""
        ...

    def enrol(self, member_id: str, first: date, last: date | None, *, moved: bool, other_from: date | None) -> None:
        """Put a member on the roster."""
        ...


@dataclass(slots=True)
class Cover:
    """One stretch of insurance. ``last`` is None while it goes on. ``coverage`` is what the card says."""

    payer: str
    first: date
    last: date | None
    coverage: Coverage
    patient: claims.Patient | None
    as_written: Coverage | None = None  # what the front desk typed, once the card was on file

    def holds(self, day: date) -> bool:
        """Whether it insures on that day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(slots=True)
class Patient:
    """A person of the practice. ``on_file`` is the cover that the front desk would bill, None when it knows of none.

    ``churn`` scales how often the cover changes; ``seen_on`` are the days of service billed so far.
    """

    number: int
    party: Party
    birth: date
    sex: str
    covers: list[Cover]
    on_file: Cover | None = None
    sessions_left: int = 0
    seen_on: list[date] = field(default_factory=list)
    known_since: date = date.min
    churn: float = 1.0

    def cover_on(self, day: date) -> Cover | None:
        """The cover that truly insures on that day."""
        return next((cover for cover in self.covers if cover.holds(day)), None)


class Population:
    """Makes patients, their insurance until the end of the history, and puts them on the payers' rosters."""

    def __init__(self, seed: int, payers: Mapping[str, Registrar], until: date) -> None:
        names = document("names.yaml")
        practice = document("practice.yaml")
        self._people = Dice(seed, "people")
        self._cover = Dice(seed, "cover")
        self._members = Dice(seed, "member ids")
        self._payers = payers
        self._until = until
        self._names = names
        self._habits: Mapping[str, Mapping[str, Any]] = practice["coverage"]
        self._switches = {key: Weighted.of(habit["switches_to"]) for key, habit in self._habits.items()}
        self._shares = {
            group: Weighted.of({key: share[group] for key, share in practice["payers"].items() if share[group]})
            for group in ("child", "adult", "senior")
        }
        self._other: Mapping[str, float] = practice["other_insurance"]
        self._made = 0

    def patient(self, day: date, lowest: int, highest: int, sex: str) -> Patient:
        """A new person of that age range (years on that day), insured for some while already."""
        people = self._people
        sex = sex or ("F" if people.chance(0.54) else "M")
        years = lowest + people.below(highest - lowest + 1)
        birth = day - timedelta(days=int(years * 365.25) + 1 + people.below(360))
        party = Party(
            name=people.one_of(self._names["last"]),
            first=people.one_of(self._names["female" if sex == "F" else "male"]),
            is_person=True,
            address=self._address(),
        )
        self._made += 1
        since = day - timedelta(days=people.below(420) if people.chance(0.55) else 0)
        churn = 3.0 if people.chance(0.2) else 0.5  # a fifth of people change their cover most of the time
        patient = Patient(self._made, party, birth, sex, [], known_since=since, churn=churn)
        self._insure(patient, since, day)
        return patient

    def _address(self) -> Address:
        people = self._people
        town, state, postal_code = people.one_of(self._names["towns"])
        street = f"{100 + people.below(9800)} {people.one_of(self._names['streets'])}"
        return Address(street, "", town, state, postal_code)

    def _insure(self, patient: Patient, since: date, day: date) -> None:
        years = age_in_years(patient.birth, day)
        group = "child" if years < 18 else "adult" if years < 65 else "senior"
        key = self._cover.weighted(self._shares[group])
        first = since - timedelta(days=400 + self._cover.below(1600))
        while first <= self._until:
            last, following = self._end(key, max(first, since), patient.churn)
            sister = following != key and any({key, following} <= pair for pair in _SISTERS)
            gap = last is not None and self._cover.chance(float(self._habits[key]["gap"]))
            patient.covers.append(self._enrol(patient, key, first, last, moved=sister and not gap))
            if last is None:
                break
            first = _month_after(last, self._cover.below(4) + 1 if gap else 0)
            key = following

    def _end(self, key: str, since: date, churn: float) -> tuple[date | None, str]:
        """When cover that is in force on ``since`` ends (last days of months), and which payer follows."""
        habit = self._habits[key]
        month_end = _month_after(since, 0) - timedelta(days=1)
        while month_end <= self._until:
            chance = habit["january_switch"] if month_end.month == 12 else habit["monthly_end"]
            if self._cover.chance(float(chance) * churn):
                return month_end, self._cover.weighted(self._switches[key])
            month_end = _month_after(month_end, 1) - timedelta(days=1)
        return None, key

    def _enrol(self, patient: Patient, key: str, first: date, last: date | None, *, moved: bool) -> Cover:
        payer = self._payers[key]
        member_id = Phi(self._member_id(str(payer.data["member_shape"])))
        other_from = None
        if self._cover.chance(self._other[key]):
            other_from = max(first, patient.known_since) + timedelta(days=self._cover.below(620) - 200)
        payer.enrol(member_id, first, last, moved=moved, other_from=other_from)
        subscriber, person = self._subscriber(patient, payer, member_id)
        group = self._names["employers"][self._cover.below(6)] if payer.data["group_numbers"] else ""
        coverage = Coverage(
            payer=payer.party,
            subscriber=subscriber,
            relationship="" if person else "18",
            group_number=f"{payer.party.identifier[-3:]}{sum(group.encode()) % 900 + 100}" if group else "",
            filing_indicator=str(payer.data["payer"]["filing_indicator"]),
            subscriber_birth=patient.birth if person is None else patient.birth - timedelta(days=10_950),
            subscriber_sex=patient.sex if person is None else "F",
        )
        return Cover(key, first, last, coverage, person)

    def _subscriber(self, patient: Patient, payer: Registrar, member_id: str) -> tuple[Party, claims.Patient | None]:
        """The subscriber with the member id, and the patient apart when insured through a parent."""
        child = age_in_years(patient.birth, self._until) < 24 and payer.data["group_numbers"]
        party = patient.party
        first = party.first if not child else self._people.one_of(self._names["female"])
        subscriber = Party(
            name=party.name,
            first=first,
            is_person=True,
            id_qualifier="MI",
            identifier=member_id,
            address=party.address,
        )
        return subscriber, claims.Patient(party, "19", patient.birth, patient.sex) if child else None

    def _member_id(self, shape: str) -> str:
        """A member id of the payer's shape: ``mbi`` (CMS's pattern), or letters and digits by count."""
        dice = self._members
        if shape == "mbi":
            letters = "".join(dice.one_of(_MBI_LETTERS) for _ in range(6))
            digits = dice.digits(5)
            return (
                f"{digits[0]}{letters[0]}{letters[1]}{digits[1]}{letters[2]}{letters[3]}{digits[2]}"
                f"{letters[4]}{letters[5]}{digits[3:]}"
            )
        words = shape.split("-")
        counts = dict(zip(words[::2], (int(word) for word in words[1::2]), strict=True))
        lettered = counts.get("letters", counts.get("letter", 0))
        return "".join(dice.one_of(_MBI_LETTERS) for _ in range(lettered)) + dice.digits(counts["digits"])


def _month_after(day: date, months: int) -> date:
    """The first of the month that lies ``months`` after the month following ``day``."""
    count = day.year * 12 + day.month + months
    return date(count // 12, count % 12 + 1, 1)
