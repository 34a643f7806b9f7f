"""The practice at work: patients come, the desk takes their cover and papers, the coder makes the claim.

The practice knows only what a practice knows. Which cover is really in force, what a payer will do with a claim, it
learns from remittances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from denialml.claims import Claim, Coverage, Encounter, EncounterCharge, Party, Phi, Procedure, claim_from, replace
from denialml.clock import age_in_years
from denialml.ids import claim_control_number
from denialml.simulator import staff
from denialml.simulator.data import document
from denialml.simulator.dice import Dice, Weighted
from denialml.simulator.payer import Payer
from denialml.simulator.people import Cover, Patient, Population
from denialml.simulator.staff import Coder, LineKind, Provider, VisitKind

_FIRST_SERIAL = 7_340_000
_SIDES = ("LT", "RT")
_HMO_FILING = frozenset({"HM", "16"})


@dataclass(slots=True)
class _Draft:
    """A line before it is coded: what was done, why, and how it will be written."""

    code: str
    units: int
    modifiers: list[str]
    pointer: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A claim that is ready to be sent, and whose it is."""

    claim: Claim
    payer: str
    patient: Patient
    cover: Cover
    provider: Provider


class Practice:
    """The group, its patients and its claims. Claims are made in the order of the days on which they become ready."""

    def __init__(self, seed: int, count: int, payers: Mapping[str, Payer], population: Population) -> None:
        data = document("practice.yaml")
        self._data = data
        self._payers = payers
        self._population = population
        self._visits = Dice(seed, "visits")
        self._desk = Dice(seed, "front desk")
        self._coding = Dice(seed, "coding")
        self.billing = staff.organisation(data)
        self.submitter = staff.submitter(data)
        self.providers = staff.providers(data, document("fees.yaml")["values"], count, seed)
        self._loads = Weighted.of(dict(enumerate(provider.load for provider in self.providers)))
        self._referring = staff.referring_doctors(data)
        self._sought = frozenset(data["authorization_sought"])
        self._asks = frozenset(data["authorization_payers"])
        self._lateral = frozenset(data["lateral"])
        self._laboratory = frozenset(data["laboratory"])
        self._visit_codes = frozenset(data["visit_codes"])
        self._needs_25 = frozenset(data["needs_25"])
        self._needs_59 = {code: frozenset(others) for code, others in data["needs_59"].items()}
        self._late_days: tuple[int, int] = tuple(data["late_days"])
        self._repeats: dict[date, list[Ready]] = {}
        self._everyone: list[Patient] = []
        self._serial = _FIRST_SERIAL
        for provider in self.providers:
            for key, payer in payers.items():
                payer.enrol_provider(provider.party.npi, provider.late_enrolments.get(key, date.min))

    def ready(self, day: date) -> Ready:
        """The next claim that becomes ready on that day: one sent again by mistake, or a visit some days ago."""
        again = self._repeats.get(day)
        if again:
            return self._again(again.pop())
        while True:
            made = self._visit(day)
            if made is not None:
                return made

    def learn(self, made: Ready, day: date, reason: str) -> None:
        """A remit has denied a claim for cover: the desk may find out what is wrong and put it right."""
        repaired = self._desk.chance(made.provider.desk.repairs)
        if not repaired:
            return
        if reason == "22":
            self._payers[made.cover.payer].correct_other_insurance(made.cover.coverage.member_id)
        else:
            self._take_card(made.patient, made.patient.cover_on(day), None)

    def _again(self, earlier: Ready) -> Ready:
        number = self._next_number()
        claim = earlier.claim
        lines = tuple(replace(line, control_number=f"{number}-{line.number}") for line in claim.lines)
        return replace(earlier, claim=replace(claim, control_number=number, lines=lines))

    def _next_number(self) -> str:
        self._serial += 1
        return claim_control_number(self._serial)

    def _visit(self, day: date) -> Ready | None:
        """One visit and its claim, or None when nothing is billed: no known cover, or here that day already."""
        provider = self.providers[self._visits.weighted(self._loads)]
        served = self._served(provider.coder, day)
        patient = self._patient(provider, served)
        if served in patient.seen_on:
            return None
        cover = self._check_in(provider, patient, served)
        if cover is None:
            return None
        kind = self._kind(provider, patient, served)
        if kind is None:
            return None
        coverage = cover.as_written or cover.coverage
        encounter = self._encounter(provider, patient, cover, coverage, kind, served)
        claim = claim_from(encounter, self._next_number())
        patient.seen_on.append(served)
        made = Ready(claim, cover.payer, patient, cover, provider)
        if self._coding.chance(provider.coder.repeats):
            later = day + timedelta(days=12 + self._coding.below(30))
            later += timedelta(days=max(0, later.weekday() - 4) and 7 - later.weekday())
            self._repeats.setdefault(later, []).append(made)
        return made

    def _served(self, coder: Coder, day: date) -> date:
        late = self._coding.chance(coder.late)
        lag = round(self._coding.lognormal(coder.lag_median, coder.lag_spread))
        if late:
            low, high = self._late_days
            lag = low + self._coding.below(high - low)
        served = day - timedelta(days=lag)
        return served - timedelta(days=max(0, served.weekday() - 4))

    def _patient(self, provider: Provider, served: date) -> Patient:
        dice = self._visits
        if provider.series:
            return self._patient_of_series(provider, served)
        if provider.panel and not dice.chance(provider.new_patient):
            return dice.one_of(provider.panel)
        if provider.referred and self._everyone and dice.chance(0.35):
            known = dice.one_of(self._everyone)
            if provider.bands.choices[0][0] <= age_in_years(known.birth, served) and provider.sex in {"", known.sex}:
                provider.panel.append(known)
                return known
        patient = self._new_patient(provider, served)
        provider.panel.append(patient)
        return patient

    def _patient_of_series(self, provider: Provider, served: date) -> Patient:
        """Someone in the middle of a course of sessions, or the first session of another one."""
        dice = self._visits
        panel = provider.panel
        if len(panel) > 8 and not dice.chance(provider.new_patient):
            place = dice.below(len(panel))
            patient = panel[place]
            patient.sessions_left -= 1
            if patient.sessions_left <= 0:
                panel[place] = panel[-1]
                panel.pop()
            return patient
        patient = self._new_patient(provider, served)
        patient.sessions_left = 2 + round(dice.geometric(provider.series))
        panel.append(patient)
        return patient

    def _new_patient(self, provider: Provider, served: date) -> Patient:
        low, high = self._visits.weighted(provider.bands)
        patient = self._population.patient(served, low, high, provider.sex)
        self._everyone.append(patient)
        self._take_card(patient, patient.cover_on(patient.known_since), provider)
        return patient

    def _check_in(self, provider: Provider, patient: Patient, served: date) -> Cover | None:
        """The cover the desk will bill. Verified sometimes, more often in January when plans change."""
        verifies = provider.desk.verifies * (1.8 if served.month == 1 else 1.0)
        if self._desk.chance(verifies) or patient.on_file is None:
            real = patient.cover_on(served)
            if real is not patient.on_file:
                self._take_card(patient, real, provider)
        return patient.on_file

    def _take_card(self, patient: Patient, cover: Cover | None, provider: Provider | None) -> None:
        """Put a cover on file, written as this desk writes; without a desk it is copied from the payer's answer."""
        patient.on_file = cover
        if cover is None:
            return
        cover.as_written = cover.coverage
        if provider is None:
            return
        wrong_id = self._desk.chance(provider.desk.mistypes_member)
        no_group = self._desk.chance(provider.desk.mistypes_member * 0.3)
        if wrong_id:
            cover.as_written = self._mistyped(cover.coverage)
        if no_group and cover.coverage.group_number:
            cover.as_written = replace(cover.as_written, group_number="")

    def _mistyped(self, coverage: Coverage) -> Coverage:
        """Two neighbouring digits of the member id swapped, or the last one wrong."""
        right = coverage.member_id
        typed = right[:-2] + right[-1] + right[-2]
        if typed == right:
            typed = right[:-1] + str((int(right[-1]) + 1) % 10)
        return replace(coverage, subscriber=replace(coverage.subscriber, identifier=Phi(typed)))

    def _kind(self, provider: Provider, patient: Patient, served: date) -> VisitKind | None:
        age = age_in_years(patient.birth, served)
        for _ in range(12):
            kind = self._visits.weighted(provider.visits)
            if kind.suits(age, patient.sex):
                return kind
        return None

    def _encounter(
        self,
        provider: Provider,
        patient: Patient,
        cover: Cover,
        coverage: Coverage,
        kind: VisitKind,
        served: date,
    ) -> Encounter:
        diagnoses, drafts = self._services(provider.coder, kind, age_in_years(patient.birth, served))
        self._modify(provider.coder, drafts, kind)
        codes = [draft.code for draft in drafts]
        rendering = provider.party
        if self._coding.chance(provider.coder.omits_taxonomy):
            rendering = replace(rendering, taxonomy="")
        referred = self._visits.chance(provider.referred)
        return Encounter(
            served_on=served,
            place_of_service=kind.place,
            billing=self.billing,
            rendering=rendering,
            coverage=coverage,
            diagnoses=tuple(self._cut(provider.coder, diagnoses)),
            charges=tuple(
                EncounterCharge(
                    Procedure(draft.code, tuple(draft.modifiers)),
                    provider.charges[draft.code] * draft.units,
                    Decimal(draft.units),
                    (draft.pointer,),
                )
                for draft in drafts
            ),
            patient=cover.patient,
            referring=self._referrer(provider) if referred else None,
            prior_authorization=self._authorization(provider, cover, codes),
            referral_number=self._referral(provider, coverage) if referred else "",
            clia_number=self._data["organisation"]["clia"] if not self._laboratory.isdisjoint(codes) else "",
            admitted_on=self._admission(kind, codes, served),
        )

    def _admission(self, kind: VisitKind, codes: list[str], served: date) -> date | None:
        """The day a patient seen in hospital was admitted: one to three days before a later visit, else that day."""
        hospital = self._data["hospital"]
        if kind.place != hospital["place"]:
            return None
        later = not set(hospital["later_visits"]).isdisjoint(codes)
        return served - timedelta(days=1 + served.toordinal() % 3) if later else served

    def _services(self, coder: Coder, kind: VisitKind, age: int) -> tuple[list[str], list[_Draft]]:
        """What was done and why, the reasons in the order of the claim; a missed link points to the first one."""
        dice = self._visits
        diagnoses = [dice.weighted(kind.diagnoses)]
        drafts: list[_Draft] = []
        wanted = [line for line in kind.lines if line.ages[0] <= age <= line.ages[1] and dice.chance(line.chance)]
        for line in wanted or kind.lines[:1]:
            pointer = self._pointer(coder, line, diagnoses)
            units = dice.weighted(line.units) if line.units else 1
            drafts.append(_Draft(dice.weighted(line.codes), units, list(line.modifiers), pointer))
            if line.beside:
                drafts.append(_Draft(line.beside, 1, [], pointer))
        while len(diagnoses) < 8 and dice.chance(kind.more):
            _place(diagnoses, dice.weighted(kind.diagnoses))
        return diagnoses, drafts

    def _pointer(self, coder: Coder, line: LineKind, diagnoses: list[str]) -> int:
        if line.diagnoses is None:
            return 1
        place = _place(diagnoses, self._visits.weighted(line.diagnoses))
        return 1 if self._coding.chance(coder.misses_link) else place

    def _modify(self, coder: Coder, drafts: list[_Draft], kind: VisitKind) -> None:
        codes = {draft.code for draft in drafts}
        dice = self._coding
        for draft in drafts:
            if draft.code in self._visit_codes and not self._needs_25.isdisjoint(codes - {draft.code}):
                _append(draft, "25", missed=dice.chance(coder.modifier_25))
            if draft.code in self._needs_59 and not self._needs_59[draft.code].isdisjoint(codes):
                _append(draft, "59", missed=dice.chance(coder.modifier_59))
            if draft.code in self._lateral:
                side = "50" if dice.chance(0.06) else dice.one_of(_SIDES)
                _append(draft, side, missed=dice.chance(coder.side))
            if kind.place == self._data["telehealth_place"]:
                _append(draft, "95", missed=dice.chance(coder.telehealth))

    def _cut(self, coder: Coder, diagnoses: list[str]) -> list[str]:
        """The diagnoses as coded: now and then one is cut to its category."""
        if not self._coding.chance(coder.cuts_diagnosis):
            return diagnoses
        place = self._coding.below(len(diagnoses))
        short = diagnoses[place][:3]
        return diagnoses if short in diagnoses else [*diagnoses[:place], short, *diagnoses[place + 1 :]]

    def _referrer(self, provider: Provider) -> Party | None:
        if not self._desk.chance(provider.desk.names_referrer):
            return None
        return self._desk.one_of(self._referring)

    def _referral(self, provider: Provider, coverage: Coverage) -> str:
        if coverage.filing_indicator not in _HMO_FILING or not self._desk.chance(provider.desk.takes_referral):
            return ""
        return f"R{self._desk.digits(8)}"

    def _authorization(self, provider: Provider, cover: Cover, codes: list[str]) -> str:
        if cover.payer not in self._asks or self._sought.isdisjoint(codes):
            return ""
        if not self._desk.chance(provider.desk.obtains_authorization):
            return ""
        number = self._payers[cover.payer].authorize()
        if self._desk.chance(provider.desk.stale_authorization):
            return number[:2] + self._desk.digits(9)
        return number


def _place(diagnoses: list[str], code: str) -> int:
    """The place, from 1, of a diagnosis among those of the claim, where it is put if not there yet."""
    if code not in diagnoses:
        diagnoses.append(code)
    return diagnoses.index(code) + 1


def _append(draft: _Draft, modifier: str, *, missed: bool) -> None:
    if not missed:
        draft.modifiers.append(modifier)
