"""The vocabulary to 835 transactions (implementation guide 005010X221A1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Final

from denialml.claims import (
    Amount,
    BankAccount,
    ClaimGroup,
    ClaimPayment,
    DatedFact,
    OutpatientAdjudication,
    ProviderAdjustment,
    Quantity,
    Reference,
    Remittance,
    ServicePayment,
    replace,
)
from denialml.errors import RefusedError
from denialml.x12 import writeparties
from denialml.x12.adjustments import write_cas
from denialml.x12.claimshapes import MIA, MOA
from denialml.x12.guide import guide
from denialml.x12.head835 import RDM, TS2, TS3
from denialml.x12.segments import SegmentWriter
from denialml.x12.values import day_text, money_text, number_text
from denialml.x12.writeclaim import procedure_text

VERSION: Final = "005010X221A1"

_PAIRS: Final = 6  # of a PLB


@dataclass(frozen=True, slots=True)
class RemittanceTransaction:
    """One 835 transaction: its head, its claims and the money between payer and provider outside them.

    A :class:`~denialml.claims.ClaimGroup` among the ``payments`` heads those that follow it.
    """

    remittance: Remittance
    payments: Sequence[ClaimPayment | ClaimGroup]
    adjustments: Sequence[ProviderAdjustment] = ()

    def headed(self) -> Sequence[ClaimPayment | ClaimGroup]:
        """The payments as they are written: a header comes first, a plain one where none is given."""
        if self.payments and not isinstance(self.payments[0], ClaimGroup):
            return [ClaimGroup(), *self.payments]
        return self.payments


def write_set(writer: SegmentWriter, transaction: RemittanceTransaction) -> None:
    """One ST to SE.

    Raises:
        RefusedError: something is there that the guide has no room for.
    """
    start = len(writer)
    control_number = transaction.remittance.control_number
    writer.add("ST", "835", control_number)
    _head(writer, transaction.remittance)
    for each in transaction.headed():
        if isinstance(each, ClaimGroup):
            _group(writer, each)
        else:
            _payment(writer, each)
    _provider_adjustments(writer, transaction.adjustments)
    writer.add("SE", str(len(writer) - start + 1), control_number)


def _head(writer: SegmentWriter, head: Remittance) -> None:
    writer.add(
        "BPR", head.handling, money_text(abs(head.payment_cents)), "D" if head.payment_cents < 0 else "C", head.method,
        head.payment_format, *_account(head.payer_account), head.originating_company, head.company_supplement,
        *_account(head.payee_account), day_text(head.paid_on) if head.paid_on else "",
    )  # fmt: skip
    if head.trace or head.originator or head.originator_supplement:
        writer.add("TRN", "1", head.trace, head.originator, head.originator_supplement)
    if head.currency:
        writer.add("CUR", "PR", head.currency)
    if head.receiver_id:
        writer.add("REF", "EV", head.receiver_id)
    if head.system_version:
        writer.add("REF", "F2", head.system_version)
    if head.produced_on:
        writer.add("DTM", "405", day_text(head.produced_on))
    for role, party in (("PR", head.payer), ("PE", head.payee)):
        writeparties.n1(writer, role, party)
        writeparties.address(writer, party.address)
        writeparties.references(writer, party)
        writeparties.contacts(writer, party)
    if head.delivery is not None:
        RDM.write(writer, head.delivery)


def _account(account: BankAccount | None) -> tuple[str, str, str, str]:
    if account is None:
        return ("",) * 4
    return account.bank_qualifier, account.bank, account.account_qualifier, account.account


def _group(writer: SegmentWriter, group: ClaimGroup) -> None:
    writer.add("LX", group.number)
    if group.provider is not None:
        TS3.write(writer, group.provider)
    if group.inpatient is not None:
        TS2.write(writer, group.inpatient)


def _payment(writer: SegmentWriter, payment: ClaimPayment) -> None:
    patient_share = payment.patient_responsibility_cents
    weight, fraction = payment.drg_weight, payment.discharge_fraction
    writer.add(
        "CLP", payment.control_number, payment.status, money_text(payment.charge_cents),
        money_text(payment.paid_cents), money_text(patient_share) if patient_share else "", payment.filing_indicator,
        payment.payer_control_number, payment.place_of_service, payment.frequency, "", payment.drg,
        number_text(weight) if weight is not None else "", number_text(fraction) if fraction is not None else "",
    )  # fmt: skip
    write_cas(writer, payment.adjustments)
    for role, party in (
        ("QC", payment.patient), ("IL", payment.subscriber), ("74", payment.corrected), ("82", payment.rendering),
        ("TT", payment.crossover), ("PR", payment.priority_payer), ("GB", payment.other_subscriber),
    ):  # fmt: skip
        if party is not None:
            writeparties.nm1(writer, role, party)
    if payment.remarks or payment.inpatient is not None or payment.outpatient is not None:
        _adjudications(writer, payment)
    _references(writer, payment.references)
    _dates(writer, payment.dates)
    for contact in payment.contacts:
        writeparties.contact(writer, contact)
    _amounts(writer, payment.amounts)
    _quantities(writer, payment.quantities)
    for service in payment.services:
        _service(writer, service)


def _adjudications(writer: SegmentWriter, payment: ClaimPayment) -> None:
    """MIA and MOA, with the remark codes of the claim."""
    inpatient, outpatient = payment.inpatient, payment.outpatient
    for value in (inpatient, outpatient):
        if value is not None and value.remarks:
            raise RefusedError("MIA, MOA: the remark codes of a claim payment are its own, not its adjudication's")
    codes = tuple(remark.code for remark in payment.remarks if remark.source == "MIA")
    others = tuple(remark.code for remark in payment.remarks if remark.source == "MOA")
    if len(codes) + len(others) < len(payment.remarks):
        raise RefusedError("MIA, MOA: the remark codes of a claim payment say in which of the two they stand")
    if codes and inpatient is None:
        raise RefusedError("MIA01: remark codes of an inpatient claim need its adjudication, and the days covered")
    if inpatient is not None:
        MIA.write(writer, replace(inpatient, remarks=codes))
    if others or outpatient is not None:
        MOA.write(writer, replace(outpatient or OutpatientAdjudication(), remarks=others))


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
    _dates(writer, service.dates)
    write_cas(writer, service.adjustments)
    _service_references(writer, service)
    _amounts(writer, service.amounts)
    _quantities(writer, service.quantities)
    for remark in service.remarks:
        writer.add("LQ", remark.qualifier, remark.code)


def _service_references(writer: SegmentWriter, service: ServicePayment) -> None:
    """REF: the line's control number stands where the guide puts it, after those that identify the service."""
    references, place = service.references, 0
    if service.line_control_number:
        while place < len(references) and references[place].qualifier in _before_line_control():
            place += 1
        _references(writer, references[:place])
        writer.add("REF", "6R", service.line_control_number)
    _references(writer, references[place:])


@cache
def _before_line_control() -> frozenset[str]:
    """Codes of the references that come before the line's control number."""
    specs = [spec for spec in guide("835").loops["2110"].segments if spec.name == "REF"]
    control = next(spec.order for spec in specs if "6R" in spec.key_codes)
    return frozenset(code for spec in specs if spec.order < control for code in spec.key_codes)


def _references(writer: SegmentWriter, references: tuple[Reference, ...]) -> None:
    for reference in references:
        writer.add("REF", reference.qualifier, reference.value, reference.description)


def _dates(writer: SegmentWriter, dates: tuple[DatedFact, ...]) -> None:
    for fact in dates:
        if fact.until or fact.time:
            raise RefusedError("DTM: a date of a payment has no range and no time")
        writer.add("DTM", fact.qualifier, day_text(fact.day))


def _amounts(writer: SegmentWriter, amounts: tuple[Amount, ...]) -> None:
    for amount in amounts:
        writer.add("AMT", amount.qualifier, money_text(amount.cents))


def _quantities(writer: SegmentWriter, quantities: tuple[Quantity, ...]) -> None:
    for each in quantities:
        writer.add("QTY", each.qualifier, number_text(each.quantity))


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
