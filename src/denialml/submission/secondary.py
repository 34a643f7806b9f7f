"""The claim to the second payer, made from the claim that the first one answered (837 guides, section 1.4).

What is the destination's and what is the other payer's trade places: the second cover leaves loop 2320 for 2000B, the
first one takes its place there, with what its payer decided of the claim and of each line. Numbers that one payer gave
(authorisation, referral) go where that payer stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from denialml.claims import (
    Adjustment,
    Amount,
    Claim,
    ClaimPayment,
    Coverage,
    InpatientAdjudication,
    LineAdjudication,
    OtherCoverage,
    OutpatientAdjudication,
    Party,
    Patient,
    Reference,
    ServiceLine,
    ServicePayment,
    replace,
)
from denialml.money import dollars
from denialml.submission.held import Held, HeldReason

_SELF: Final = "18"
_GIVEN: Final = frozenset({"G1", "9F"})  # REF01 of numbers that a payer gave: prior authorisation, referral
_PAYERS_OWN: Final = frozenset({"2U", "EI", "FY", "NF"})  # REF01 of numbers that a payer has, in 2010BB and 2330B alike
_PAID: Final = "D"  # AMT01: what the payer paid
_LEFT: Final = "EAF"  # AMT01: what it left to the patient
NO_SECOND_COVER: Final = Held(
    HeldReason.NO_SECOND_COVER, "the claim as sent names no second payer (loop 2320, SBR01 S)"
)
_Told = TypeVar("_Told", InpatientAdjudication, OutpatientAdjudication)


@dataclass(frozen=True, slots=True)
class AnswerAsTold:
    """An answer of the first payer as its remittance told it.

    ``lines`` are the numbers (LX01) of the claim's lines that its services answer, in their order. ``decided_on`` is
    the remittance's date.
    """

    payment: ClaimPayment
    decided_on: date
    lines: tuple[int, ...]


def secondary_claim(claim: Claim, answers: Sequence[AnswerAsTold]) -> Claim | Held:
    """The claim to the second payer, under the first one's control number, so that both answers come back to it.

    ``claim`` is what the first payer answered, with the second cover in loop 2320; ``answers`` are all of its answers
    that stand. Of what comes out each line's charge is what was paid and adjusted, and so is the claim's.
    """
    second = _second_cover(claim)
    if isinstance(second, Held):
        return second
    problem = _imbalance(claim, answers)
    if problem:
        return Held(HeldReason.OUT_OF_BALANCE, f"{problem}; bill it by hand, from the remittance")
    decided_on = max(answer.decided_on for answer in answers)
    of_lines = _services(answers)
    patient = _patient(claim, second)
    return replace(
        claim,
        coverage=_destination(claim, second, patient),
        patient=patient,
        frequency="1",
        benefits_assigned=second.benefits_assigned or claim.benefits_assigned,
        release=second.release or claim.release,
        patient_signature=second.patient_signature,
        references=(
            *(each for each in claim.references if each.qualifier not in _GIVEN | {"F8"}),
            *(each for each in second.payer.references if each.qualifier in _GIVEN),
        ),
        lines=tuple(
            _line(line, claim.payer_id, second.payer.identifier, of_lines.get(line.number, ()), decided_on)
            for line in claim.lines
        ),
        other_payers=(
            _first_payer(claim, answers, decided_on, by_line=bool(of_lines)),
            *(each for each in claim.other_payers if each is not second),
        ),
    )


def _second_cover(claim: Claim) -> OtherCoverage | Held:
    if claim.coverage.sequence != "P":
        return Held(HeldReason.UNCLEAR_COVER, "the claim itself does not go to the first payer (SBR01)")
    found = [each for each in claim.other_payers if each.sequence == "S"]
    if not found:
        return NO_SECOND_COVER
    second = found[0]
    if len(found) > 1:
        message = "the claim names more than one second payer (loop 2320, SBR01 S)"
    elif not second.payer.identifier or not claim.payer_id:
        message = "one of the payers has no identifier (2010BB, 2330B NM109)"
    elif (second.payer.identifier, second.subscriber.identifier) == (claim.payer_id, claim.coverage.member_id):
        message = "the second cover is the first one again: payer and member are the same"
    elif not second.relationship or not second.subscriber.identifier:
        message = "the second cover lacks the member id or what the patient is to its subscriber (2330A NM109, SBR02)"
    elif any(each.qualifier == _PAID for each in second.amounts):
        return Held(HeldReason.NEXT_ANSWERED, "the claim says that the second payer decided it already (2320 AMT*D)")
    else:
        return second
    return Held(HeldReason.UNCLEAR_COVER, f"{message}; bill it by hand")


# What the first payer decided.


def _services(answers: Iterable[AnswerAsTold]) -> dict[int, list[ServicePayment]]:
    found: dict[int, list[ServicePayment]] = defaultdict(list)
    for answer in answers:
        for number, service in zip(answer.lines, answer.payment.services, strict=True):
            found[number].append(service)
    return dict(found)


def _imbalance(claim: Claim, answers: Sequence[AnswerAsTold]) -> str:
    """What of the answers does not add up to the claim, or empty."""
    if any(len(answer.lines) != len(answer.payment.services) for answer in answers):
        return "a service of the answer fits no line of the claim"
    of_lines = _services(answers)
    paid = sum(answer.payment.paid_cents for answer in answers)
    taken = _sum(adjustment for answer in answers for adjustment in answer.payment.adjustments)
    if not of_lines:
        gap = claim.charge_cents - taken - paid
        return f"what was paid and adjusted on the claim differs from its charge by {dollars(gap)}" if gap else ""
    if not of_lines.keys() <= {line.number for line in claim.lines}:
        return "the answer speaks of a line that the claim does not have"
    for line in claim.lines:
        services = of_lines.get(line.number, [])
        decided = sum(each.paid_cents + _sum(each.adjustments) for each in services)
        if decided != line.charge_cents:
            what = "what was paid and adjusted differs from its charge" if services else "it has no answer, of a charge"
            return f"line {line.number}: {what} by {dollars(line.charge_cents - decided)}"
    gap = sum(each.paid_cents for services in of_lines.values() for each in services) - taken - paid
    return f"what was paid on the claim differs from its lines by {dollars(gap)}" if gap else ""


def _line(
    line: ServiceLine, first_id: str, second_id: str, services: Sequence[ServicePayment], decided_on: date
) -> ServiceLine:
    adjudications = (_adjudication(line, first_id, services, decided_on),) if services else ()
    return replace(
        line,
        references=tuple(_told_by(each, first_id, second_id) for each in line.references),
        adjudications=(*adjudications, *(each for each in line.adjudications if each.payer_id != first_id)),
    )


def _told_by(reference: Reference, first_id: str, second_id: str) -> Reference:
    """A payer's number on a line: the destination's bears no payer, another payer's bears its identifier (REF04)."""
    if reference.qualifier not in _GIVEN:
        return reference
    if reference.payer_id == second_id:
        return replace(reference, payer_id="")
    return reference if reference.payer_id else replace(reference, payer_id=first_id)


def _adjudication(
    line: ServiceLine, payer_id: str, services: Sequence[ServicePayment], decided_on: date
) -> LineAdjudication:
    """Services into which the payer split a line are told as one: the line's charge is what they come to."""
    only = services[0] if len(services) == 1 else None
    adjustments = _merged(each for service in services for each in service.adjustments)
    return LineAdjudication(
        payer_id=payer_id,
        paid_cents=sum(service.paid_cents for service in services),
        procedure=only.procedure if only else line.procedure,
        revenue_code=only.revenue_code if only else line.revenue_code,
        units=sum((_units(service) for service in services), Decimal(0)),
        adjudicated_on=decided_on,
        adjustments=adjustments,
        amounts=(Amount(_LEFT, _patients(adjustments)),),
    )


def _units(service: ServicePayment) -> Decimal:
    return Decimal(1) if service.units is None else service.units  # SVC05: one when it is not sent


def _first_payer(claim: Claim, answers: Sequence[AnswerAsTold], decided_on: date, *, by_line: bool) -> OtherCoverage:
    """The first cover, with what its payer decided of the claim as a whole; what it left only where no line says so."""
    cover = claim.coverage
    adjustments = _merged(each for answer in answers for each in answer.payment.adjustments)
    paid = Amount(_PAID, sum(answer.payment.paid_cents for answer in answers))
    left = () if by_line else (Amount(_LEFT, _patients(adjustments)),)
    own = tuple(each for each in cover.payer.references if each.qualifier in _PAYERS_OWN)
    given = tuple(each for each in claim.references if each.qualifier in _GIVEN)
    last = answers[-1].payment
    return OtherCoverage(
        payer=Party(
            name=cover.payer.name,
            id_qualifier=cover.payer.id_qualifier,
            identifier=cover.payer.identifier,
            references=own + given,
        ),
        subscriber=replace(
            cover.subscriber, references=tuple(each for each in cover.subscriber.references if each.qualifier == "SY")
        ),
        sequence="P",
        relationship=claim.patient.relationship if claim.patient else cover.relationship or _SELF,
        group_number=cover.group_number,
        group_name=cover.group_name,
        insurance_type=cover.insurance_type,
        filing_indicator=cover.filing_indicator,
        benefits_assigned=claim.benefits_assigned,
        patient_signature=claim.patient_signature,
        release=claim.release,
        adjudicated_on=None if by_line else decided_on,
        amounts=(paid, *left),
        adjustments=adjustments,
        inpatient=_with_remarks(last.inpatient, InpatientAdjudication(), last, "MIA"),
        outpatient=_with_remarks(last.outpatient, OutpatientAdjudication(), last, "MOA"),
    )


def _with_remarks(told: _Told | None, empty: _Told, payment: ClaimPayment, source: str) -> _Told | None:
    """MIA or MOA as the remittance told it: a payment keeps the remark codes of both apart from the rest."""
    codes = tuple(each.code for each in payment.remarks if each.source == source)
    return replace(told or empty, remarks=codes) if told is not None or codes else None


# Sums of adjustments.


def _sum(adjustments: Iterable[Adjustment]) -> int:
    return sum(each.amount_cents for each in adjustments)


def _patients(adjustments: Iterable[Adjustment]) -> int:
    return _sum(each for each in adjustments if each.group == "PR")


def _merged(adjustments: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
    """Each group and reason once, groups together, in the order told; those that come to nothing left out."""
    found: dict[tuple[str, str], list[Adjustment]] = {}
    for each in adjustments:
        found.setdefault((each.group, each.reason), []).append(each)
    groups = list(dict.fromkeys(group for group, _ in found))
    merged = [_one(same) for (group, _), same in sorted(found.items(), key=lambda item: groups.index(item[0][0]))]
    return tuple(each for each in merged if each.amount_cents)


def _one(same: Sequence[Adjustment]) -> Adjustment:
    if len(same) == 1:
        return same[0]
    quantities = [each.quantity for each in same if each.quantity is not None]
    return replace(
        same[0], amount_cents=_sum(same), quantity=sum(quantities, Decimal(0)) if len(quantities) == len(same) else None
    )


# People.


def _destination(claim: Claim, second: OtherCoverage, patient: Patient | None) -> Coverage:
    payer = replace(
        second.payer,
        references=tuple(each for each in second.payer.references if each.qualifier in _PAYERS_OWN),
    )
    plain = Coverage(
        payer=payer,
        subscriber=second.subscriber,
        sequence="S",
        relationship="" if patient else _SELF,
        group_number=second.group_number,
        group_name=second.group_name,
        insurance_type=second.insurance_type,
        filing_indicator=second.filing_indicator,
    )
    if patient:
        return plain
    treated, cover = claim.patient, claim.coverage
    return replace(
        plain,
        subscriber=replace(second.subscriber, address=second.subscriber.address or claim.treated.address),
        subscriber_birth=claim.treated_birth,
        subscriber_sex=claim.treated_sex,
        subscriber_death=treated.death if treated else cover.subscriber_death,
        subscriber_weight=treated.weight if treated else cover.subscriber_weight,
        subscriber_pregnant=treated.pregnant if treated else cover.subscriber_pregnant,
    )


def _patient(claim: Claim, second: OtherCoverage) -> Patient | None:
    """The patient where somebody else holds the second cover."""
    if second.relationship == _SELF:
        return None
    if claim.patient is not None:
        return replace(claim.patient, relationship=second.relationship)
    person, cover = claim.treated, claim.coverage
    return Patient(
        party=replace(person, id_qualifier="", identifier="", references=(), contacts=()),
        relationship=second.relationship,
        birth=cover.subscriber_birth,
        sex=cover.subscriber_sex,
        death=cover.subscriber_death,
        weight=cover.subscriber_weight,
        pregnant=cover.subscriber_pregnant,
    )
