"""Questions after cover: the office asks (270), the payer answers by its roster (271), the office reads the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Protocol

from denialml import claims
from denialml.claims import (
    Benefit,
    Coverage,
    DatedFact,
    EligibilityEntity,
    EligibilityInquiry,
    EligibilityQuestion,
    EligibilityResponse,
    InsuredRelation,
    Member,
    Party,
    Rejection,
    Trace,
    replace,
)
from denialml.simulator.dice import Fates
from denialml.simulator.wire import Channel, WireFile

_PLAN: Final = "30"  # service type: the plan as a whole
_VISIT: Final = "98"  # service type: a visit to a doctor's office
_CANNOT_ANSWER: Final = Rejection("42", "R", "Y")
_NOT_FOUND: Final = Rejection("75", "C", "N")
# Kinds of insurance (EB04) by the filing indicator of claims (SBR09).
_INSURANCE: Final = {"MB": "MB", "MC": "MC", "16": "HN", "HM": "HM", "BL": "PR", "CI": "C1"}
_ASKED_AT: Final = time(4, 15)
_ANSWERED_AT: Final = time(5, 0)


class Asked(Protocol):
    """Somebody who is expected, as the office has them on file."""

    @property
    def coverage(self) -> Coverage:
        """The cover that would be billed, as it is written."""
        ...

    @property
    def patient(self) -> claims.Patient | None:
        """The patient, when not the subscriber."""
        ...

    @property
    def served(self) -> date:
        """The day of the visit."""
        ...


class Enrolment(Protocol):
    """A member on a payer's roster: from when to when, and since when insured elsewhere first."""

    first: date
    last: date | None
    other_from: date | None


class Insurer(Protocol):
    """A payer, as far as answering after cover goes."""

    key: str

    @property
    def party(self) -> Party:
        """Who it is, as claims name it."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """Its policy data: filing indicator, what patients pay."""
        ...

    def member(self, member_id: str) -> Enrolment | None:
        """The member of that number, or None."""
        ...


class CoverState(StrEnum):
    """What a 271 says of the cover on the day asked about."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"  # no such member
    NO_ANSWER = "no answer"  # nothing can be said at the moment


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as the office reads it. ``other_payer`` is the name of who insures as well, if it says so.

    ``begins`` and ``ends`` are the days of the plan, None where they are not told.
    """

    state: CoverState
    other_payer: str = ""
    begins: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A 270, its 271, and the answers read in it, in the order of what was asked."""

    inquiry: WireFile
    response: WireFile
    answers: tuple[Answer, ...]


class EligibilityOffice:
    """Between a practice and one payer. ``data`` is the part ``eligibility`` of ``clearinghouse.yaml``."""

    def __init__(self, practice: Party, payer: Insurer, seed: int, data: Mapping[str, Any]) -> None:
        self._payer = payer
        self._source = EligibilityEntity("PR", replace(payer.party, address=None))
        self._asker = EligibilityEntity(
            "1P", Party(practice.name, id_qualifier=practice.id_qualifier, identifier=practice.identifier)
        )
        self._originator = f"1{practice.tax_id}"
        practice_id = practice.npi or practice.identifier
        self._out = Channel(practice_id, payer.party.identifier, _ASKED_AT)
        self._back = Channel(payer.party.identifier, practice_id, _ANSWERED_AT)
        self._fates = Fates(seed, f"{payer.key} eligibility")
        self._no_answer = float(data["no_answer"])
        self._others = [Party(name, id_qualifier="PI", identifier=each) for each, name in data["other_payers"].items()]
        self._shares = _shares(payer.data)
        self._asked = 0

    def ask(self, asked: Sequence[Asked], day: date) -> Asking:
        """Ask the payer after everybody in one file, read its answer. ``asked`` is not empty."""
        stamp = self._out.stamp(day)
        inquiry = self._out.send([self._inquiry(each, stamp) for each in asked], day)
        stamp = self._back.stamp(day)
        response = self._back.send([self._response(each, stamp) for each in inquiry.messages], day)
        return Asking(
            WireFile.of("eligibility", day, self._payer.key, "270", inquiry.content),
            WireFile.of("eligibility", day, self._payer.key, "271", response.content),
            tuple(_answer(message) for message in response.messages),
        )

    def _inquiry(self, asked: Asked, stamp: tuple[str, date, str]) -> EligibilityInquiry:
        coverage, patient = asked.coverage, asked.patient
        self._asked += 1
        trace = (Trace(f"E{self._asked:09d}", self._originator, kind="1"),)
        when = (DatedFact("291", asked.served),)
        holder = coverage.subscriber
        named = Party(
            holder.name, holder.first, is_person=True, id_qualifier="MI", identifier=holder.identifier,
        )  # fmt: skip
        if patient is None:
            subscriber = Member(named, coverage.subscriber_birth, coverage.subscriber_sex, trace, dates=when)
            dependent = None
        else:
            subscriber = Member(named, coverage.subscriber_birth, coverage.subscriber_sex)
            person = Party(patient.party.name, patient.party.first, is_person=True)
            dependent = Member(
                person, patient.birth, patient.sex, trace, relation=InsuredRelation("N", "19"), dates=when
            )
        reference, sent_on, sent_at = stamp
        questions = (EligibilityQuestion((_PLAN,)),)
        return EligibilityInquiry(
            self._source, self._asker, subscriber, dependent, questions, reference, sent_on, sent_at
        )

    # The payer's side

    def _response(self, asked: Any, stamp: tuple[str, date, str]) -> EligibilityResponse:
        member_id = asked.subscriber.party.identifier
        patient = asked.patient
        served, day = patient.dates[0].day, stamp[1]
        member = self._payer.member(member_id)
        if self._fates.chance(self._no_answer, member_id, day.toordinal()):
            return self._told(asked, stamp, rejection=_CANNOT_ANSWER)
        if member is None:
            return self._told(asked, stamp, rejection=_NOT_FOUND)
        dates = [DatedFact("346", member.first)]
        if member.last is not None and member.last < day:  # no payer knows today who leaves tomorrow
            dates.append(DatedFact("347", member.last))
        if served < member.first or (member.last is not None and served > member.last):
            benefits: tuple[Benefit, ...] = (Benefit("6", service_types=(_PLAN,)),)
        else:
            benefits = self._shares
            if member.other_from is not None and member.other_from <= served:
                benefits = (*benefits, self._other(member_id))
        return self._told(asked, stamp, dates=tuple(dates), benefits=benefits)

    def _told(
        self, asked: EligibilityInquiry, stamp: tuple[str, date, str], *, rejection: Rejection | None = None,
        dates: tuple[DatedFact, ...] = (), benefits: tuple[Benefit, ...] = (),
    ) -> EligibilityResponse:  # fmt: skip
        """The answer about the person asked about, under the trace of the question."""
        patient = asked.patient
        traces = tuple(replace(trace, kind="2") for trace in patient.traces)
        person = replace(patient, traces=traces, dates=dates)
        own = asked.dependent is None
        reference, sent_on, sent_at = stamp
        return EligibilityResponse(
            self._source, self._asker, person if own else asked.subscriber, None if own else person,
            rejections=() if rejection is None else (rejection,), benefits=benefits,
            reference=reference, sent_on=sent_on, sent_at=sent_at,
        )  # fmt: skip

    def _other(self, member_id: str) -> Benefit:
        other = self._others[int(self._fates.uniform("other", member_id) * len(self._others))]
        return Benefit("R", service_types=(_PLAN,), entities=(EligibilityEntity("PRP", other),))


def _shares(data: Mapping[str, Any]) -> tuple[Benefit, ...]:
    """That the plan is active, and what its members pay themselves, as far as the plan has it."""
    insurance = _INSURANCE.get(str(data["payer"]["filing_indicator"]), "")
    share = data["patient_share"]
    benefits = [Benefit("1", "IND", (_PLAN,), insurance)]
    if "deductible" in share:
        cents = round(float(share["deductible"]) * 100)
        benefits.append(Benefit("C", "IND", (_PLAN,), period="23", amount_cents=cents))
    if "copay" in share:
        benefits.append(Benefit("B", "IND", (_VISIT,), amount_cents=round(float(share["copay"]) * 100)))
    if "coinsurance" in share:
        benefits.append(Benefit("A", "IND", (_PLAN,), share=Decimal(str(share["coinsurance"]))))
    return tuple(benefits)


# The office's side


def _answer(response: Any) -> Answer:
    """What the office makes of one answer: rejected is unknown only when the member is not found."""
    if response.rejections:
        found = any(rejection.reason == _NOT_FOUND.reason for rejection in response.rejections)
        return Answer(CoverState.UNKNOWN if found else CoverState.NO_ANSWER)
    days = {fact.qualifier: fact.day for fact in response.patient.dates}
    active = any(benefit.code == "1" for benefit in response.benefits)
    others = [entity.party.name for each in response.benefits if each.code == "R" for entity in each.entities]
    return Answer(
        CoverState.ACTIVE if active else CoverState.INACTIVE,
        others[0] if others else "",
        days.get("346"),
        days.get("347"),
    )
