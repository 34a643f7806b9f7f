"""The practice at work, day by day: patients are booked and treated, the coder makes the claim, and it becomes ready.

The practice knows only what a practice knows. Which cover is really in force, what a payer will do with a claim, it
learns from answers to its questions and from remittances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from denialml.claims import Claim, Encounter, Party, claim_from, replace
from denialml.clock import age_in_years
from denialml.ids import claim_control_number
from denialml.simulator.coding import Coded, Coding
from denialml.simulator.data import document
from denialml.simulator.desk import Asked, EligibilityAnswer, FrontDesk, Papers
from denialml.simulator.dice import Dice
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.medicine import Medicine, VisitKind
from denialml.simulator.people import Cover, Insurer, Patient, Population
from denialml.simulator.schedule import Schedule, Slot
from denialml.simulator.staff import Provider, Staff, Turnover, hospital, organisation, submitter
from denialml.simulator.visit import Ready
from denialml.simulator.worlds import Blueprint

_FIRST_SERIAL = 7_340_000
_SERIALS = 10_000_000  # kept for the claims of one practice, so that no control number comes twice in a company
_FROM_COLLEAGUE = 0.35  # chance that a new patient of one who is referred to is a patient of the practice already
_TRIES = 12  # kinds of visits tried for a patient, and patients of the panel for a slot


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last day (both inclusive) on which claims become ready, and how many in all."""

    start: date
    as_of: date
    claims: int


@dataclass(slots=True)
class _Visit:
    """Somebody comes to somebody for something."""

    provider: Provider
    patient: Patient
    kind: VisitKind
    age: int
    ready: date


@dataclass(frozen=True, slots=True)
class _Repeat:
    """A claim that will be sent again by mistake, from that day on."""

    earlier: Ready
    due: date


class Practice:
    """The group, its patients and its claims.

    Each day of service is opened by :meth:`asks` and closed by :meth:`serve`; the answers to the questions come
    between, by :meth:`told`.
    """

    def __init__(self, plan: Blueprint, payers: Mapping[str, Insurer], span: Span, seed: int) -> None:
        office = document("office.yaml")
        self.medicine = Medicine()
        self._staff = Staff.of(plan, self.medicine, seed)
        self.billing = organisation(plan)
        self.submitter = submitter(plan)
        self.providers = self._staff.providers
        self._clia: str = plan.organisation["clia"]
        self._visits = Dice(seed, "visits")
        self._notes = Dice(seed, "clinicians' notes")
        self._coding = Coding(seed)
        self._population = Population(seed, payers, span.as_of)
        self._hospital = hospital()
        self._desk = FrontDesk(payers, self.medicine.authorization_sought, self._staff.referring, seed)
        self._schedule = Schedule(self.providers, span.claims, span.start, span.as_of, seed)
        self._panel: int = document("medicine.yaml")["panel"]
        self._poor: float = office["poor_record"]
        self._repeated_after: tuple[int, int] = tuple(office["repeated_after"])
        self._booked: list[_Visit] = []
        self._held: dict[date, list[Ready]] = {}
        self._repeats: list[_Repeat] = []
        self._payer_numbers: dict[str, str] = {}
        self._serial = _FIRST_SERIAL + plan.index * _SERIALS
        for provider in self.providers:
            for key, payer in payers.items():
                payer.enrol_provider(provider.party.npi, provider.late_enrolments.get(key, date.min))
        self._know_some(document("medicine.yaml")["known_at_start"], span.start)

    @property
    def first_day(self) -> date:
        """The first day of service."""
        return self._schedule.first_day

    def turnover(self) -> list[Turnover]:
        """Who followed whom at which seat, in the order of days."""
        return self._staff.turnover()

    def asks(self, day: date) -> list[Asked]:
        """Book the visits of a day of service; what the desk asks payers before them."""
        asked = []
        for slot in self._schedule.on(day):
            if self._repeats and self._repeat(slot, day):
                continue
            visit = self._book(slot, day)
            self._booked.append(visit)
            question = self._desk.check_in(visit.provider.desk.on(day), visit.patient, day)
            if question is not None:
                asked.append(question)
        return asked

    def told(self, asked: Asked, answer: EligibilityAnswer) -> None:
        """A payer has answered a question of today; what the desk has on file may change before the visit."""
        self._desk.hear(asked, answer)

    def serve(self, day: date) -> None:
        """The visits booked for the day; each is held until its claim is ready. Who is not insured is not billed."""
        booked, self._booked = self._booked, []
        for visit in booked:
            while visit.patient.on_file is None:
                visit = self._stand_in(visit, day)  # noqa: PLW2901 - somebody else has the appointment
            self._held.setdefault(visit.ready, []).append(self._claim(visit, visit.patient.on_file, day))

    def ready(self, day: date) -> list[Ready]:
        """The claims that become ready on a day; one that was sent before says so where its number is known."""
        return [self._dated(made) if made.repeats else made for made in self._held.pop(day, ())]

    def learn(self, made: Ready, day: date, reason: str) -> None:
        """A remit has denied a claim for cover: the desk may find out what is wrong and put it right."""
        self._desk.learn(made, day, reason)

    def numbered(self, control_number: str, payer_number: str) -> bool:
        """A remit has named the payer's number of a claim; whether a repetition is to come that could refer to it."""
        repeated = control_number in self._payer_numbers
        if repeated:
            self._payer_numbers[control_number] = payer_number
        return repeated

    def _know_some(self, share: float, start: date) -> None:
        """Patients from before the history; where a treatment is a series, everybody's ends before long."""
        for place, provider in enumerate(self.providers):
            special = provider.specialty
            expected = 0.0 if special.series else special.new_patient * self._schedule.claims_of(place)
            for _ in range(round(share * expected)):
                self._new_patient(provider, start).seen_in = (special.name,)

    def _book(self, slot: Slot, day: date) -> _Visit:
        provider = self.providers[slot.provider]
        for _ in range(_TRIES):
            patient = self._patient(provider, day)
            age = age_in_years(patient.birth, day)
            kind = self._kind(provider, age, patient.sex) if patient.seen_on != day else None
            if kind is not None:
                return _Visit(provider, patient, kind, age, slot.ready)
        return self._walk_in(provider, slot.ready, day)

    def _stand_in(self, visit: _Visit, day: date) -> _Visit:
        """Another visit in the place of one that is not billed: its patient has no cover that anybody knows of."""
        made = self._walk_in(visit.provider, visit.ready, day)
        self._desk.check_in(made.provider.desk.on(day), made.patient, day)  # too late to hear from the payer
        return made

    def _walk_in(self, provider: Provider, ready: date, day: date) -> _Visit:
        """A new patient, of an age and sex for which there is a kind of visit."""
        while True:
            patient = self._new_patient(provider, day)
            age = age_in_years(patient.birth, day)
            kind = self._kind(provider, age, patient.sex)
            if kind is not None:
                return _Visit(provider, patient, kind, age, ready)

    def _patient(self, provider: Provider, day: date) -> Patient:
        dice = self._visits
        special = provider.specialty
        panel = provider.panel
        if special.series:
            return self._patient_of_series(provider, day)
        if panel and not dice.chance(special.new_patient):
            return dice.one_of(panel)
        if special.referred and dice.chance(_FROM_COLLEAGUE):
            colleague = dice.one_of(self.providers)
            known = dice.one_of(colleague.panel) if colleague.panel else None
            lowest = special.ages.choices[0][0]
            if known and age_in_years(known.birth, day) >= lowest and special.sex in {"", known.sex}:
                self._join(panel, known)
                return known
        return self._new_patient(provider, day)

    def _patient_of_series(self, provider: Provider, day: date) -> Patient:
        """Someone in the middle of a course of sessions, or the first session of another one."""
        dice = self._visits
        panel = provider.panel
        if len(panel) > 8 and not dice.chance(provider.specialty.new_patient):
            place = dice.below(len(panel))
            patient = panel[place]
            patient.sessions_left -= 1
            if patient.sessions_left <= 0:
                panel[place] = panel[-1]
                panel.pop()
            return patient
        patient = self._new_patient(provider, day)
        patient.sessions_left = 2 + round(dice.geometric(provider.specialty.series))
        return patient

    def _new_patient(self, provider: Provider, day: date) -> Patient:
        low, high = self._visits.weighted(provider.specialty.ages)
        patient = self._population.patient(day, low, high, provider.specialty.sex)
        self._desk.register(provider.desk.on(day), patient)
        self._join(provider.panel, patient)
        return patient

    def _join(self, panel: list[Patient], patient: Patient) -> None:
        """A panel is full one day: then somebody has moved away for each who comes."""
        if len(panel) < self._panel:
            panel.append(patient)
        else:
            panel[self._visits.below(len(panel))] = patient

    def _kind(self, provider: Provider, age: int, sex: str) -> VisitKind | None:
        for _ in range(_TRIES):
            kind = self._visits.weighted(provider.specialty.visits)
            if kind.suits(age, sex):
                return kind
        return None

    def _claim(self, visit: _Visit, cover: Cover, day: date) -> Ready:
        """The visit's claim as this desk and this coder make it, with the edits that it would need to be right."""
        provider = visit.provider
        patient, specialty = visit.patient, provider.specialty
        new = specialty.name not in patient.seen_in
        if new:
            patient.seen_in = (*patient.seen_in, specialty.name)
        diagnoses, services = self.medicine.visit(visit.kind, visit.age, self._visits, new=new)
        codes = {service.code for service in services}
        coder = provider.coder.on(day)
        coded = self._coding.code(coder, diagnoses, services, provider.charges, day)
        referred = self._visits.chance(specialty.referred)
        papers = self._desk.papers(provider.desk.on(day), cover, codes, referred=referred)
        wrong_cover, secondary = self._desk.standing(patient, cover, day)
        documented = self._documented(provider, codes)
        edits = [*coded.edits, *papers.edits, *wrong_cover]
        if not coded.taxonomy:
            edits.append(Edit(EditKind.TAXONOMY, text=provider.party.taxonomy))
        if documented and not self.medicine.records_kept.isdisjoint(codes):
            edits.append(Edit(EditKind.RECORDS))
        claim = claim_from(self._encounter(visit, cover, coded, papers, codes, day), self._next_number())
        if not self.medicine.ordered.isdisjoint(codes):
            claim = self._with_orders(claim, papers.referrer if referred else replace(provider.party, taxonomy=""))
        made = Ready(claim, cover.payer, patient, cover, provider, tuple(edits), documented, secondary)
        if self._coding.repeats(coder):
            due = visit.ready + timedelta(days=self._coding.between(*self._repeated_after))
            self._repeats.append(_Repeat(made, due))
            self._payer_numbers[claim.control_number] = ""
        return made

    def _with_orders(self, claim: Claim, orderer: Party | None) -> Claim:
        """The claim with who ordered each test and image: who sent the patient, else who saw the patient."""
        ordered = self.medicine.ordered
        return replace(
            claim,
            lines=tuple(
                replace(line, ordering=orderer) if line.procedure.code in ordered else line for line in claim.lines
            ),
        )

    def _documented(self, provider: Provider, codes: set[str]) -> bool:
        """Whether the notes support what is billed: the clinician's habit, less for services that ask for much."""
        poor = self._poor if not self.medicine.records_poor.isdisjoint(codes) else 0.0
        return self._notes.chance(provider.documents * (1.0 - poor))

    def _encounter(
        self, visit: _Visit, cover: Cover, coded: Coded, papers: Papers, codes: set[str], day: date
    ) -> Encounter:
        party = visit.provider.party
        return Encounter(
            served_on=day,
            place_of_service=visit.kind.place,
            billing=self.billing,
            rendering=party if coded.taxonomy else replace(party, taxonomy=""),
            coverage=cover.on_claims,
            diagnoses=coded.diagnoses,
            charges=coded.charges,
            patient=cover.patient,
            referring=papers.referrer,
            facility=self._hospital if visit.kind.place in self.medicine.hospital_places else None,
            prior_authorization=papers.authorization,
            referral_number=papers.referral,
            clia_number="" if self.medicine.laboratory.isdisjoint(codes) else self._clia,
            admitted_on=self.medicine.admission(visit.kind, codes, day),
        )

    def _repeat(self, slot: Slot, day: date) -> bool:
        """Whether the slot is taken by a claim sent again by mistake, whose day has come."""
        for place, each in enumerate(self._repeats):
            if each.due <= day:
                del self._repeats[place]
                self._held.setdefault(slot.ready, []).append(self._again(each.earlier))
                return True
        return False

    def _again(self, earlier: Ready) -> Ready:
        number = self._next_number()
        claim = earlier.claim
        lines = tuple(replace(line, control_number=f"{number}-{line.number}") for line in claim.lines)
        return replace(
            earlier,
            claim=replace(claim, control_number=number, lines=lines),
            repeats=claim.control_number,
        )

    def _dated(self, made: Ready) -> Ready:
        """A repetition on the day it goes: it should replace the payer's claim, whose number a remit may have told."""
        number = self._payer_numbers.pop(made.repeats, "")
        return replace(made, edits=(*made.edits, Edit(EditKind.FREQUENCY, text=number))) if number else made

    def _next_number(self) -> str:
        self._serial += 1
        return claim_control_number(self._serial)
