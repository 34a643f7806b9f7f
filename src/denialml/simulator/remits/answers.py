"""A decided claim as its 835 tells it, and the answer that takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from denialml.claims import (
    Adjustment,
    Amount,
    ClaimPayment,
    DatedFact,
    Party,
    Remark,
    ServicePayment,
    replace,
)
from denialml.money import share_of
from denialml.simulator.decisions import Decision, LineDecision
from denialml.simulator.payer import Payer

_CLAIM_FILING: Final = {"CI": "12", "BL": "12"}  # CLP06 has no code for indemnity or Blue plans; both answer as PPO
_FORWARDED: Final = MappingProxyType(
    {"1": "19", "2": "20", "3": "21"}
)  # CLP02 of a claim that went on to another payer
_KEPT: Final = MappingProxyType({forwarded: kept for kept, forwarded in _FORWARDED.items()})
_FORWARD_REMARK: Final = Remark("MA18", source="MOA")
_INTEREST_AFTER: Final = 30  # days to a payment before interest is due (prompt-payment laws, mostly 30 days)
_INTEREST_PERCENT: Final = 10  # a year
_LEAST_INTEREST: Final = 10  # cents; less is not worth a segment


def answered(payer: Payer, decision: Decision, crossover: Party | None = None) -> ClaimPayment:
    """The answer to a claim; ``crossover`` is the payer that it is forwarded to, if any."""
    claim = decision.claim
    treated = claim.treated
    services = tuple([_service(line) for line in decision.lines])
    whole = next((line.verdict for line in decision.lines if line.verdict and line.verdict.whole_claim), None)
    remarks = tuple(Remark(code, source="MOA") for code in whole.remarks) if whole else ()
    payment = ClaimPayment(
        control_number=claim.control_number,
        status="4" if all(line.verdict for line in decision.lines) else _KEPT.get(decision.status, decision.status),
        charge_cents=claim.charge_cents,
        paid_cents=sum([service.paid_cents for service in services]),
        patient_responsibility_cents=patient_share(services),
        payer_control_number=decision.number,
        filing_indicator=_CLAIM_FILING.get(payer.filing_indicator, payer.filing_indicator),
        place_of_service=claim.place_of_service,
        frequency=claim.frequency,
        patient=Party(
            treated.name, treated.first, is_person=True, id_qualifier="MI", identifier=claim.coverage.member_id
        ),
        rendering=_named(claim.rendering),
        remarks=remarks,
        services=services,
        dates=(DatedFact("050", decision.received_on),),
    )
    return payment if crossover is None else _forwarded(payment, crossover)


def reversal(payment: ClaimPayment) -> ClaimPayment:
    """An earlier answer with every amount negated (guide section 1.10.2.8); CLP05 stays zero.

    It repeats the remarks: some reasons, which stay, may not stand without one.
    """
    return replace(
        payment,
        status="22",
        charge_cents=-payment.charge_cents,
        paid_cents=-payment.paid_cents,
        patient_responsibility_cents=0,
        remarks=tuple(remark for remark in payment.remarks if remark != _FORWARD_REMARK),
        crossover=None,
        services=tuple(_negated(service) for service in payment.services),
    )


def with_services(payment: ClaimPayment, services: Sequence[ServicePayment]) -> ClaimPayment:
    """The answer with these services in place of its own, added up anew."""
    return replace(
        payment,
        charge_cents=sum(service.charge_cents for service in services),
        paid_cents=sum(service.paid_cents for service in services),
        patient_responsibility_cents=patient_share(services),
        services=tuple(services),
    )


def patient_share(services: Sequence[ServicePayment]) -> int:
    """What falls to the patient, in cents."""
    return sum([a.amount_cents for service in services for a in service.adjustments if a.group == "PR"])


def interest(decision: Decision, paid_cents: int) -> int:
    """Simple interest in cents on a payment made late."""
    late = (decision.pays_on - decision.received_on).days - _INTEREST_AFTER
    cents = share_of(paid_cents * late, _INTEREST_PERCENT, 36_500) if late > 0 else 0
    return cents if cents >= _LEAST_INTEREST else 0


def _forwarded(payment: ClaimPayment, to: Party) -> ClaimPayment:
    """The answer of a payer that sends the claim on; a claim denied whole is forwarded with its denial."""
    return replace(
        payment,
        status=_FORWARDED[payment.status] if payment.status != "4" else "4",
        crossover=Party(name=to.name, id_qualifier="PI", identifier=to.identifier),
        remarks=(_FORWARD_REMARK, *payment.remarks),
    )


def _named(provider: Party | None) -> Party | None:
    if provider is None:
        return None
    return Party(
        provider.name, provider.first, is_person=provider.is_person, id_qualifier="XX", identifier=provider.npi
    )


def _service(decided: LineDecision) -> ServicePayment:
    judgement, price = decided.judgement, decided.price
    line, verdict = judgement.line, judgement.verdict
    if price is not None:
        adjustments, paid = price.adjustments, price.paid_cents
        amounts: tuple[Amount, ...] = (Amount("B6", price.allowed_cents),)
    else:
        assert verdict is not None, "a line without a price is denied"
        adjustments, paid, amounts = (Adjustment(verdict.group, verdict.reason, line.charge_cents),), 0, ()
    told = () if verdict is None or verdict.whole_claim else verdict.remarks
    return ServicePayment(
        procedure=line.procedure,
        charge_cents=line.charge_cents,
        paid_cents=paid,
        units=line.units,
        service_from=line.service_from,
        service_to=line.service_to,
        line_control_number=line.control_number,
        adjustments=adjustments,
        remarks=tuple([Remark(code) for code in told]),
        amounts=amounts,
    )


def _negated(service: ServicePayment) -> ServicePayment:
    return replace(
        service,
        charge_cents=-service.charge_cents,
        paid_cents=-service.paid_cents,
        adjustments=tuple(Adjustment(a.group, a.reason, -a.amount_cents) for a in service.adjustments),
        amounts=(),
    )
