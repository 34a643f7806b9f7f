"""The front desk: whose cover is on file, what is asked of payers, and the papers a claim needs.

The desk knows what cards, patients and payers' answers tell it. What would put its slips right is kept as edits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from denialml import claims
from denialml.claims import Coverage, Party, Phi, replace
from denialml.simulator.data import document
from denialml.simulator.dice import Dice
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.people import Cover, Insurer, Patient
from denialml.simulator.staff import Desk
from denialml.simulator.visit import Ready

_HMO_FILING = frozenset({"HM", "16"})
_OTHER_PAYER_REASON = "22"
_NO_GROUP = 0.3  # of the chance to mistype a member id: that of leaving out the group


class EligibilityAnswer(Protocol):
    """What the desk reads in a 271. ``state``: ``active``, ``inactive``, ``unknown`` (no such member) or another."""

    @property
    def state(self) -> str:
        """Whether the cover is in force."""
        ...

    @property
    def other_payer(self) -> str:
        """The name of another payer who insures as well, or empty."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about cover that a desk has before a visit: is this plan in force on the day of service?"""

    person: Patient
    cover: Cover
    served: date
    desk: Desk

    @property
    def payer(self) -> str:
        """The key of the payer asked."""
        return self.cover.payer

    @property
    def coverage(self) -> Coverage:
        """The cover as the desk has written it."""
        return self.cover.on_claims

    @property
    def patient(self) -> claims.Patient | None:
        """The patient, when not the subscriber."""
        return self.cover.patient


@dataclass(frozen=True, slots=True)
class Papers:
    """What the desk has got together for a visit, as it will stand on the claim, and what would put it right."""

    authorization: str
    referral: str
    referrer: Party | None
    edits: tuple[Edit, ...]


class FrontDesk:
    """What the people at the desk do; who of them does it is told each time."""

    def __init__(
        self, payers: Mapping[str, Insurer], sought: frozenset[str], referring: Sequence[Party], seed: int
    ) -> None:
        self._payers = payers
        self._sought = sought
        self._referring = referring
        self._asks = frozenset(key for key, payer in payers.items() if payer.data["population"]["asks_authorization"])
        self._dice = Dice(seed, "front desk")
        self._terms: Mapping[str, Any] = document("office.yaml")

    def register(self, desk: Desk, patient: Patient) -> None:
        """A new patient shows a card: that of the day on which the practice came to know the person."""
        self._show_card(desk, patient, patient.known_since)

    def check_in(self, desk: Desk, patient: Patient, served: date) -> Asked | None:
        """A visit is booked. The question that the desk sends the payer about it, if it takes the time to ask."""
        terms = self._terms["checks"]
        away = (served - patient.seen_on).days
        patient.seen_on = served
        if patient.on_file is None:
            self._show_card(desk, patient, served)
        checks = (1.0 - desk.skips_check) * terms["returning" if away > terms["after_days"] else "regular"]
        asks = self._dice.chance(checks * terms["january"] if served.month == 1 else checks)
        return Asked(patient, patient.on_file, served, desk) if asks and patient.on_file is not None else None

    def hear(self, asked: Asked, answer: EligibilityAnswer) -> None:
        """The payer has answered: the desk may ask the patient and put right what is on file."""
        patient, desk = asked.person, asked.desk
        if patient.on_file is not asked.cover:
            return  # put right meanwhile
        if answer.state == "active":
            if answer.other_payer and not self._dice.chance(desk.leaves_unrepaired):
                self._settle_order(patient, asked.cover, asked.served)
        elif answer.state == "unknown" and asked.cover.on_claims is not asked.cover.coverage:
            if not self._dice.chance(desk.leaves_unrepaired):
                asked.cover.as_written = asked.cover.coverage
        elif answer.state in {"inactive", "unknown"} and self._dice.chance(self._terms["brings_card"]):
            self._show_card(desk, patient, asked.served)

    def learn(self, made: Ready, day: date, reason: str) -> None:
        """A remit has denied a claim for cover: the desk may find out what is wrong and put it right."""
        patient = made.patient
        if self._dice.chance(made.provider.desk.on(day).leaves_unrepaired):
            return
        if reason == _OTHER_PAYER_REASON:
            self._settle_order(patient, made.cover, day)
            return
        patient.on_file = _usual(patient, day)
        if patient.on_file is not None:
            patient.on_file.as_written = patient.on_file.coverage

    def standing(self, patient: Patient, cover: Cover, served: date) -> tuple[tuple[Edit, ...], Cover | None]:
        """The edit of a cover that is not the one to bill, or not as on the card; and the cover that pays second."""
        truly = patient.covers_on(served)
        if not truly:
            return (), None
        first = truly[0]
        if cover is first:
            second = truly[1] if len(truly) > 1 else None
            if cover.on_claims is cover.coverage:
                return (), second
            return (Edit(EditKind.MEMBER, coverage=cover.coverage, patient=cover.patient),), second
        kind = EditKind.OTHER_PAYER if cover in truly else EditKind.ELIGIBILITY
        return (Edit(kind, coverage=first.coverage, patient=first.patient, payer=first.payer),), None

    def papers(self, desk: Desk, cover: Cover, codes: set[str], *, referred: bool) -> Papers:
        """Authorisation, referral and referrer for a visit; each may be forgotten."""
        edits: list[Edit] = []
        authorization = referral = ""
        if cover.payer in self._asks and not self._sought.isdisjoint(codes):
            authorization = self._authorization(desk, self._payers[cover.payer], edits)
        referrer = None
        if referred:
            referrer = self._dice.one_of(self._referring)
            if self._dice.chance(desk.no_referrer):
                edits.append(Edit(EditKind.REFERRER, party=referrer))
                referrer = None
            if cover.coverage.filing_indicator in _HMO_FILING:
                referral = self._referral(desk, edits)
        return Papers(authorization, referral, referrer, tuple(edits))

    def _authorization(self, desk: Desk, payer: Insurer, edits: list[Edit]) -> str:
        """The number as the claim shows it. One never asked for may still be given afterwards."""
        if self._dice.chance(desk.no_authorization):
            if self._dice.chance(self._terms["retroactive"]):
                edits.append(Edit(EditKind.AUTHORIZATION, text=payer.authorize()))
            return ""
        number = payer.authorize()
        shown = number
        if self._dice.chance(desk.omits_authorization):
            shown = ""
        elif self._dice.chance(desk.mistypes_authorization):
            shown = _swapped(number)
        if shown != number:
            edits.append(Edit(EditKind.AUTHORIZATION, text=number))
        return shown

    def _referral(self, desk: Desk, edits: list[Edit]) -> str:
        number = f"R{self._dice.digits(8)}"
        if not self._dice.chance(desk.no_referral):
            return number
        if self._dice.chance(self._terms["referral_follows"]):
            edits.append(Edit(EditKind.REFERRAL, text=number))
        return ""

    def _settle_order(self, patient: Patient, cover: Cover, day: date) -> None:
        """The patient says who pays first: that card is put on file, or the payer told that its record is old."""
        first = patient.cover_on(day)
        if first is None or first is cover:
            self._payers[cover.payer].correct_other_insurance(cover.coverage.member_id)
            return
        patient.on_file = first
        first.as_written = first.coverage

    def _show_card(self, desk: Desk, patient: Patient, day: date) -> None:
        """The card that the patient shows, written as this desk writes. Of two cards the wrong one may be taken."""
        cover = _usual(patient, day)
        if cover is not None and self._dice.chance(desk.confuses_order):
            later = [each for each in patient.covers_on(day) if each.order > cover.order]
            cover = later[0] if later else cover
        patient.on_file = cover
        if cover is None:
            return
        wrong_id = self._dice.chance(desk.mistypes_member)
        no_group = self._dice.chance(desk.mistypes_member * _NO_GROUP)
        written = cover.coverage
        if wrong_id:
            subscriber = replace(written.subscriber, identifier=Phi(_swapped(written.member_id)))
            written = replace(written, subscriber=subscriber)
        if no_group and written.group_number:
            written = replace(written, group_number="")
        cover.as_written = written


def _usual(patient: Patient, day: date) -> Cover | None:
    """The plan whose card a patient shows when not asked for others."""
    covers = patient.covers_on(day)
    return next((cover for cover in covers if cover.order), covers[0] if covers else None)


def _swapped(right: str) -> str:
    """A number with its last two characters swapped or, where that changes nothing, another last digit."""
    typed = right[:-2] + right[-1] + right[-2]
    return typed if typed != right else right[:-1] + str((int(right[-1]) + 1) % 10)
