"""The vocabulary to 835 transactions (implementation guide 005010X221A1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from denialml.claims import (
    Adjustment,
    Amount,
    ClaimPayment,
    ProviderAdjustment,
    Reference,
    Remark,
    Remittance,
    ServicePayment,
)
from denialml.errors import RefusedError
from denialml.x12 import writeparties
from denialml.x12.segments import SegmentWriter
from denialml.x12.values import day_text, money_text, number_text
from denialml.x12.write837 import procedure_text

VERSION = "005010X221A1"

_TRIPLETS = 6  # of a CAS
_PAIRS = 6  # of a PLB
_MOST_MOA = 5  # remark codes: MOA03 to MOA07
_MOST_MIA = 5  # remark codes: MIA05, MIA20 to MIA23


@dataclass(frozen=True, slots=True)
class RemittanceTransaction:
    """One 835 transaction: its head, its claims and the money between payer and provider outside them."""

    remittance: Remittance
    payments: Sequence[ClaimPayment]
    adjustments: Sequence[ProviderAdjustment] = ()


def write_set(writer: SegmentWriter, transaction: RemittanceTransaction) -> None:
    """One ST to SE.

    Raises:
        RefusedError: something is there that the guide has no room for.
    """
    start = len(writer)
    control_number = transaction.remittance.control_number
    writer.add("ST", "835", control_number)
    _head(writer, transaction.remittance)
    if transaction.payments:
        writer.add("LX", "1")
    for payment in transaction.payments:
        _payment(writer, payment)
    _provider_adjustments(writer, transaction.adjustments)
    writer.add("SE", str(len(writer) - start + 1), control_number)


def _head(writer: SegmentWriter, head: Remittance) -> None:
    direction = "D" if head.payment_cents < 0 else "C"
    paid_on = day_text(head.paid_on) if head.paid_on else ""
    amount = money_text(abs(head.payment_cents))
    writer.add("BPR", head.handling, amount, direction, head.method, *[""] * 11, paid_on)
    if head.trace or head.originator:
        writer.add("TRN", "1", head.trace, head.originator)
    if head.receiver_id:
        writer.add("REF", "EV", head.receiver_id)
    if head.produced_on:
        writer.add("DTM", "405", day_text(head.produced_on))
    for role, party in (("PR", head.payer), ("PE", head.payee)):
        writeparties.n1(writer, role, party)
        writeparties.address(writer, party.address)
        writeparties.references(writer, party)
        writeparties.contacts(writer, party)


def _payment(writer: SegmentWriter, payment: ClaimPayment) -> None:
    patient_share = payment.patient_responsibility_cents
    writer.add(
        "CLP", payment.control_number, payment.status, money_text(payment.charge_cents),
        money_text(payment.paid_cents), money_text(patient_share) if patient_share else "", payment.filing_indicator,
        payment.payer_control_number, payment.place_of_service, payment.frequency,
    )  # fmt: skip
    _adjustments(writer, payment.adjustments)
    for role, party in (
        ("QC", payment.patient), ("IL", payment.subscriber), ("74", payment.corrected), ("82", payment.rendering),
        ("TT", payment.crossover),
    ):  # fmt: skip
        if party is not None:
            writeparties.nm1(writer, role, party)
    if payment.remarks:
        _claim_remarks(writer, payment.remarks)
    _references(writer, payment.references)
    for fact in payment.dates:
        if fact.until or fact.time:
            raise RefusedError("DTM: a date of a claim payment has no range and no time")
        writer.add("DTM", fact.qualifier, day_text(fact.day))
    _amounts(writer, payment.amounts)
    for service in payment.services:
        _service(writer, service)


def _service(writer: SegmentWriter, service: ServicePayment) -> None:
    submitted = procedure_text(writer, "SVC06", service.submitted) if service.submitted else ""
    paid = procedure_text(writer, "SVC01", service.procedure)
    writer.add(
        "SVC", paid, money_text(service.charge_cents),
        money_text(service.paid_cents), service.revenue_code,
        number_text(service.units) if service.units is not None else "", submitted,
        number_text(service.submitted_units) if service.submitted_units is not None else "",
    )  # fmt: skip
    if service.service_from is not None and service.service_from == service.service_to:
        writer.add("DTM", "472", day_text(service.service_from))
    else:
        if service.service_from is not None:
            writer.add("DTM", "150", day_text(service.service_from))
        if service.service_to is not None:
            writer.add("DTM", "151", day_text(service.service_to))
    _adjustments(writer, service.adjustments)
    if service.line_control_number:
        writer.add("REF", "6R", service.line_control_number)
    _references(writer, service.references)
    _amounts(writer, service.amounts)
    for remark in service.remarks:
        writer.add("LQ", remark.qualifier, remark.code)


def _references(writer: SegmentWriter, references: tuple[Reference, ...]) -> None:
    for reference in references:
        writer.add("REF", reference.qualifier, reference.value, reference.description)


def _amounts(writer: SegmentWriter, amounts: tuple[Amount, ...]) -> None:
    for amount in amounts:
        writer.add("AMT", amount.qualifier, money_text(amount.cents))


def _adjustments(writer: SegmentWriter, adjustments: tuple[Adjustment, ...]) -> None:
    """CAS segments: neighbours of one group share one, six at a time."""
    place = 0
    while place < len(adjustments):
        group = adjustments[place].group
        elements = ["CAS", group]
        for each in adjustments[place : place + _TRIPLETS]:
            if each.group != group:
                break
            quantity = number_text(each.quantity) if each.quantity is not None else ""
            elements += [each.reason, money_text(each.amount_cents), quantity]
            place += 1
        writer.add(*elements)


def _claim_remarks(writer: SegmentWriter, remarks: tuple[Remark, ...]) -> None:
    inpatient = [remark.code for remark in remarks if remark.source == "MIA"]
    outpatient = [remark.code for remark in remarks if remark.source == "MOA"]
    if len(inpatient) > _MOST_MIA or len(outpatient) > _MOST_MOA or len(inpatient) + len(outpatient) < len(remarks):
        raise RefusedError("MOA: a claim payment has at most five remark codes in MIA and five in MOA, and no others")
    if inpatient:
        writer.add("MIA", "0", "", "", "", inpatient[0], *[""] * 14, *inpatient[1:])
    if outpatient:
        writer.add("MOA", "", "", *outpatient)


def _provider_adjustments(writer: SegmentWriter, adjustments: Sequence[ProviderAdjustment]) -> None:
    """PLB segments: neighbours of one provider and fiscal year share one, six at a time."""
    for (provider, year_end), group in groupby(
        adjustments, key=lambda each: (each.provider_id, each.fiscal_period_end)
    ):
        waiting = list(group)
        for start in range(0, len(waiting), _PAIRS):
            pairs = waiting[start : start + _PAIRS]
            whats = [writer.composite("PLB03", each.reason, each.reference) for each in pairs]
            amounts = [money_text(each.amount_cents) for each in pairs]
            year_end_text = day_text(year_end) if year_end else ""
            elements = [text for pair in zip(whats, amounts, strict=True) for text in pair]
            writer.add("PLB", provider, year_end_text, *elements)
