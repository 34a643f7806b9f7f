"""Made-up patients and what insures them. Nobody here exists; addresses are of towns that do not either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from denialml import claims
from denialml.claims import Address, Coverage, Party, Phi
from denialml.clock import age_in_years
from denialml.simulator.data import document
from denialml.simulator.dice import Dice, Weighted
from denialml.simulator.market import Market

_MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


class Insurer(Protocol):
    """A payer, as far as the practice and its patients deal with it."""

    key: str

    @property
    def party(self) -> Party:
        """Who it is, as claims name it."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """Its policy data: filing indicator, shape of member ids, whether it has groups, ``population``."""
        ...

    def enrol(self, member_id: str, first: date, last: date | None, *, moved: bool, other_from: date | None) -> None:
        """Put a member on the roster."""
        ...

    def enrol_provider(self, npi: str, first: date) -> None:
        """Accept a provider's claims for services from that day on."""
        ...

    def authorize(self) -> str:
        """Issue a prior authorisation and return its number."""
        ...

    def correct_other_insurance(self, member_id: str) -> None:
        """The member has told who pays first."""
        ...


@dataclass(slots=True, eq=False)
class Cover:
    """One stretch of insurance. ``last`` is None while it goes on. ``coverage`` is what the card says.

    Where several hold on a day, the one of the lowest ``order`` pays first: 1 is a person's usual plan, 2 a second
    plan, 0 a plan that goes before the usual one.
    """

    payer: str
    first: date
    last: date | None
    coverage: Coverage
    patient: claims.Patient | None
    order: int = 1
    as_written: Coverage | None = None  # what the front desk typed, once the card was on file

    @property
    def on_claims(self) -> Coverage:
        """The cover as claims tell it."""
        return self.as_written or self.coverage

    def holds(self, day: date) -> bool:
        """Whether it insures on that day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(slots=True, eq=False)
class Patient:
    """A person of the practice. ``on_file`` is the cover that the front desk would bill, None when it knows of none.

    ``churn`` scales how often the cover changes; ``seen_on`` is the last day of service, ``seen_in`` the specialties in
    which the practice saw this person.
    """

    number: int
    party: Party
    birth: date
    sex: str
    covers: list[Cover]
    on_file: Cover | None = None
    sessions_left: int = 0
    seen_on: date = date.min
    known_since: date = date.min
    churn: float = 1.0
    seen_in: tuple[str, ...] = ()

    def covers_on(self, day: date) -> list[Cover]:
        """The covers that truly insure on that day, in the order in which they pay."""
        covers = [cover for cover in self.covers if cover.holds(day)]
        if len(covers) > 1:
            covers.sort(key=lambda cover: cover.order)
        return covers

    def cover_on(self, day: date) -> Cover | None:
        """The cover that truly pays first on that day."""
        covers = self.covers_on(day)
        return covers[0] if covers else None


class Population:
    """Makes patients, their insurance until the end of the history, and puts them on the payers' rosters.

    Raises:
        BadInputError: nobody among the payers insures an age group from the beginning.
    """

    def __init__(self, seed: int, payers: Mapping[str, Insurer], until: date) -> None:
        office = document("office.yaml")
        self._people = Dice(seed, "people")
        self._cover = Dice(seed, "cover")
        self._members = Dice(seed, "member ids")
        self._payers = payers
        self._market = Market(payers)
        self._until = until
        self._names = document("names.yaml")
        self._second: Mapping[str, float] = office["second_cover"]
        self._other_is_true: float = office["other_is_true"]
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
        key = self._cover.weighted(self._market.shares(group, since))
        first = max(since - timedelta(days=400 + self._cover.below(1600)), self._market.joins[key])
        if self._market.takes_second(key, group) and self._cover.chance(self._second[group]):
            self._insure_beside(patient, self._market.group_plans(group, since, key), first, order=2)
        while first <= self._until:
            last, following = self._end(key, max(first, since), patient.churn)
            gap = last is not None and self._cover.chance(self._market.of(key)["gap"])
            moved = self._market.of(key).get("sister") == following != key and not gap
            other_from = self._others(patient, key, group, first)
            patient.covers.append(self._enrol(patient, key, first, last, moved=moved, other_from=other_from))
            if last is None:
                break
            first = _month_after(last, self._cover.below(4) + 1 if gap else 0)
            key = following if self._market.joins[following] <= first else key

    def _others(self, patient: Patient, key: str, group: str, first: date) -> date | None:
        """From when a payer believes that somebody pays before it; of these records some are right."""
        if not self._cover.chance(self._market.of(key)["other_insurance"]):
            return None
        other_from = max(first, patient.known_since) + timedelta(days=self._cover.below(620) - 200)
        plans = self._market.group_plans(group, other_from, key)
        if self._cover.chance(self._other_is_true):
            self._insure_beside(patient, plans, other_from, order=0)
        return other_from

    def _insure_beside(self, patient: Patient, plans: Weighted[str] | None, first: date, *, order: int) -> None:
        """Another plan at the same time; none where nobody else offers one, or there is such a plan already.

        Of one that pays second (order 2) the payer knows that somebody pays before it.
        """
        if plans is None or any(cover.order == order for cover in patient.covers):
            return
        key = self._cover.weighted(plans)
        last, _ = self._end(key, max(first, patient.known_since), patient.churn)
        first = max(first, self._market.joins[key])
        cover = self._enrol(patient, key, first, last, moved=False, other_from=first if order == 2 else None)
        cover.order = order
        patient.covers.append(cover)

    def _end(self, key: str, since: date, churn: float) -> tuple[date | None, str]:
        """When cover that is in force on ``since`` ends (last days of months), and which payer follows."""
        habit = self._market.of(key)
        month_end = _month_after(since, 0) - timedelta(days=1)
        while month_end <= self._until:
            chance = habit["january_switch"] if month_end.month == 12 else habit["monthly_end"]
            if self._cover.chance(float(chance) * churn):
                return month_end, self._cover.weighted(self._market.switches[key])
            month_end = _month_after(month_end, 1) - timedelta(days=1)
        return None, key

    def _enrol(
        self, patient: Patient, key: str, first: date, last: date | None, *, moved: bool, other_from: date | None
    ) -> Cover:
        payer = self._payers[key]
        member_id = Phi(self._member_id(str(payer.data["member_shape"])))
        payer.enrol(member_id, first, last, moved=moved, other_from=other_from)
        subscriber, person = self._subscriber(patient, payer, member_id)
        employers = self._names["employers"]
        group = employers[self._cover.below(len(employers))] if payer.data["group_numbers"] else ""
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

    def _subscriber(self, patient: Patient, payer: Insurer, member_id: str) -> tuple[Party, claims.Patient | None]:
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
