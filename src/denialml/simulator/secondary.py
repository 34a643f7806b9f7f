"""Claims to the payer that pays second: made from what the first one told, and decided in the light of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from denialml.claims import (
    Adjustment,
    Amount,
    Claim,
    ClaimPayment,
    Coverage,
    LineAdjudication,
    OtherCoverage,
    Party,
    Patient,
    ServiceLine,
    ServicePayment,
    replace,
)
from denialml.simulator.decisions import Decision, LineDecision
from denialml.simulator.pricing import Price

_SELF: Final = "18"
_MEDICARE: Final = frozenset({"MA", "MB"})
_WORKING_AGED: Final = "12"  # why Medicare pays second (SBR05): the usual reason at a practice


def secondary_claim(
    claim: Claim, payment: ClaimPayment, told_on: date, coverage: Coverage, patient: Patient | None
) -> Claim:
    """The claim to the second payer, under the first one's control number, so that both answers come back to it.

    ``payment`` is the first payer's answer to ``claim``, told on ``told_on``; ``coverage`` is the second cover,
    with the ``patient`` where that is not its subscriber. Each line carries what the first payer paid and why not more
    (loop 2430: charge = paid + adjustments). A line that the answer does not speak of carries nothing.
    """
    answers = _answers(claim, payment)
    reason = _WORKING_AGED if coverage.filing_indicator in _MEDICARE else coverage.insurance_type
    payer_id = claim.payer_id
    lines = tuple(
        replace(line, adjudications=(_adjudication(payer_id, answers[line.number], told_on),))
        if line.number in answers
        else line
        for line in claim.lines
    )
    return replace(
        claim,
        coverage=replace(coverage, sequence="S", insurance_type=reason),
        patient=patient,
        frequency="1",
        references=tuple(each for each in claim.references if each.qualifier not in {"F8", "G1"}),
        lines=lines,
        other_payers=(_first_payer(claim, payment),),
    )


def coordinated(decision: Decision) -> Decision:
    """A decision of a secondary claim as if its payer paid first, made into what it pays as the second (CLP02 2).

    Of each covered line it pays the patient's remaining share, as long as both payers together stay within its own
    allowed amount. What the first payer paid or adjusted is OA 23; what is left stays with the patient (PR).
    """
    lines = tuple(_coordinated(line) for line in decision.lines)
    return replace(decision, lines=lines, status="2")


def _answers(claim: Claim, payment: ClaimPayment) -> dict[int, ServicePayment]:
    """The answered service of each line number: by the line's control number, else by its place."""
    by_number = {service.line_control_number: service for service in payment.services}
    if set(by_number) == {""} and len(payment.services) == len(claim.lines):
        return {line.number: service for line, service in zip(claim.lines, payment.services, strict=True)}
    return {line.number: by_number[line.control_number] for line in claim.lines if line.control_number in by_number}


def _adjudication(payer_id: str, service: ServicePayment, told_on: date) -> LineAdjudication:
    share = _patient_cents(service.adjustments)
    return LineAdjudication(
        payer_id=payer_id,
        paid_cents=service.paid_cents,
        procedure=service.procedure,
        units=service.units,
        adjudicated_on=told_on,
        adjustments=service.adjustments,
        amounts=(Amount("EAF", share),) if share else (),
    )


def _first_payer(claim: Claim, payment: ClaimPayment) -> OtherCoverage:
    """The first cover, with what its payer paid and left to the patient of the claim as a whole."""
    cover = claim.coverage
    return OtherCoverage(
        payer=Party(name=cover.payer.name, id_qualifier="PI", identifier=claim.payer_id),
        subscriber=replace(cover.subscriber, references=()),
        sequence="P",
        relationship=claim.patient.relationship if claim.patient else cover.relationship or _SELF,
        group_number=cover.group_number,
        filing_indicator=cover.filing_indicator,
        benefits_assigned="Y",
        release="Y",
        amounts=(Amount("D", payment.paid_cents), *_left(payment.patient_responsibility_cents)),
        adjustments=payment.adjustments,
    )


def _left(cents: int) -> Iterator[Amount]:
    if cents:
        yield Amount("EAF", cents)


def _coordinated(decided: LineDecision) -> LineDecision:
    line, price = decided.line, decided.price
    room = max(0, (price.allowed_cents if price else decided.payable_cents) - _paid_before(line))
    shares = _shares(line)
    left = sum(share.amount_cents for share in shares)
    paid = min(left, room)
    if price is None:
        return replace(decided, payable_cents=paid)
    remaining = _less(shares, paid)
    before = line.charge_cents - left
    adjustments = (*((Adjustment("OA", "23", before),) if before else ()), *remaining)
    return replace(decided, price=Price(min(left, price.allowed_cents), paid, left - paid, adjustments))


def _paid_before(line: ServiceLine) -> int:
    return sum(answer.paid_cents for answer in line.adjudications)


def _shares(line: ServiceLine) -> tuple[Adjustment, ...]:
    """What the first payer left to the patient; all of the line when it did not answer it."""
    if not line.adjudications:
        return (Adjustment("PR", "96", line.charge_cents),)
    return tuple(a for answer in line.adjudications for a in answer.adjustments if a.group == "PR")


def _less(shares: tuple[Adjustment, ...], paid: int) -> Iterator[Adjustment]:
    """The shares that remain once so much of them is paid."""
    for share in shares:
        met = min(paid, share.amount_cents)
        paid -= met
        if share.amount_cents > met:
            yield Adjustment("PR", share.reason, share.amount_cents - met)


def _patient_cents(adjustments: tuple[Adjustment, ...]) -> int:
    return sum(a.amount_cents for a in adjustments if a.group == "PR")
