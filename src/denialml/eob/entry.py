"""A sheet checked as an 835 would be, and made into the remittance that posting takes.

Balances are those of the 835 guide (section 1.10.2): at each line, at each claim, and of the check as a whole. Nothing
is corrected: what is off is told with its place, and as long as anything is wrong there is no remittance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from denialml import codes
from denialml.claims import (
    Adjustment,
    Amount,
    ClaimPayment,
    Party,
    ProviderAdjustment,
    Remark,
    Remittance,
    ServicePayment,
)
from denialml.codes import Treatment
from denialml.eob import values
from denialml.eob.sheet import Fields, Sheet, SheetClaim
from denialml.errors import Finding, Severity
from denialml.ledger import RemittanceAsRead
from denialml.ledger.balance import claim_delta, line_delta, services_delta, transaction_delta
from denialml.money import cents_as_written, dollars
from denialml.x12.events import ClaimPaymentRead, ProviderAdjustmentRead, Span

T = TypeVar("T")

#: CLP02 in words; the codes themselves may be written too.
STATUSES: Final = {"primary": "1", "secondary": "2", "tertiary": "3", "denied": "4", "reversal": "22"}
_METHODS: Final = frozenset({"CHK", "ACH", "NON"})  # BPR04
_ALLOWED: Final = "B6"  # AMT01


@dataclass(frozen=True, slots=True)
class Entered:
    """What a sheet says: the remittance, None as long as a finding is an error, and all findings."""

    remittance: RemittanceAsRead | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """Of a check: its amount, what is paid on its claims, and what the two differ by, provider adjustments heeded."""

    amount_cents: int
    paid_cents: int
    difference_cents: int


def sums_of(sheet: Sheet) -> Sums:
    """The sums of a sheet as far as it can be read; what cannot counts nothing."""
    reading = _Reading(sheet)
    paid = sum(payment.paid_cents for payment in reading.payments)
    amount = reading.head.payment_cents
    return Sums(amount, paid, transaction_delta(paid, reading.adjustments, amount))


def looked_over(sheet: Sheet) -> tuple[Finding, ...]:
    """Everything that is wrong with a sheet, in its order."""
    return _Reading(sheet).findings()


def entered(sheet: Sheet, received_on: date) -> Entered:
    """The remittance that a sheet says.

    Args:
        sheet: As typed, or as drafted and corrected.
        received_on: The day the paper came, from which its facts are known.
    """
    reading = _Reading(sheet)
    findings = reading.findings()
    if any(finding.severity is Severity.ERROR for finding in findings):
        return Entered(None, findings)
    read = RemittanceAsRead(
        remittance=reading.head,
        ordinal=1,
        received_on=received_on,
        payments=tuple(
            ClaimPaymentRead(payment, claim.span) for payment, claim in zip(reading.payments, sheet.claims, strict=True)
        ),
        refused=(),
        adjustments=tuple(ProviderAdjustmentRead(each, Span(0, 0, 0)) for each in reading.adjustments),
    )
    return Entered(read, findings)


class _Reading:
    """A sheet's texts as values; what could not be read has a finding and a value that stands in for it."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._findings: list[Finding] = []
        self.head = self._head(sheet.head)
        self.payments = [self._payment(claim, f"claim {n}") for n, claim in enumerate(sheet.claims, 1)]
        self.adjustments = [
            self._provider_adjustment(each, f"provider adjustment {n}")
            for n, each in enumerate(sheet.provider_adjustments, 1)
        ]
        self._readable = not self._findings

    def findings(self) -> tuple[Finding, ...]:
        """Doubts and unreadable values; balances too, once every value could be read."""
        found = [*self._doubts(), *self._findings]
        if not self._sheet.claims and not self._sheet.provider_adjustments:
            found.append(_error("no-claims", "the check", "names no claim"))
        if self._readable:
            found += self._balances()
        return tuple(found)

    # Values

    def _head(self, cells: Fields) -> Remittance:
        amount = self._wanted(cells, "amount", "the check", cents_as_written, 0)
        trace = cells["check"].text if "check" in cells else ""
        if amount and not trace:
            self._missing("check", "the check")
        if amount < 0:
            self._say("negative-payment", "the check, amount", "a check cannot be negative")
        tax_id = self._optional(cells, "payer_tax_id", "the check", _tax_id, "")
        payer_id = cells["payer_id"].text if "payer_id" in cells else ""
        npi = self._optional(cells, "payee_npi", "the check", _npi, "")
        method = self._optional(cells, "method", "the check", _method, "CHK" if amount else "NON")
        return Remittance(
            control_number="0001",
            payment_cents=amount,
            method=method,
            paid_on=self._wanted(cells, "date", "the check", values.day, None),
            trace=trace,
            originator=f"1{tax_id}" if tax_id else "",
            payer=Party(
                name=self._wanted(cells, "payer", "the check", str, ""),
                id_qualifier="PI" if payer_id else "",
                identifier=payer_id,
            ),
            payee=Party(id_qualifier="XX" if npi else "", identifier=npi),
        )

    def _payment(self, claim: SheetClaim, where: str) -> ClaimPayment:
        cells = claim.fields
        services = tuple(self._service(line, f"{where} line {n}") for n, line in enumerate(claim.lines, 1))
        own = self._adjustments(cells, where)
        every = [*own, *(a for service in services for a in service.adjustments)]
        share = sum(a.amount_cents for a in every if a.group == "PR")
        member = cells["member"].text if "member" in cells else ""
        return ClaimPayment(
            control_number=self._wanted(cells, "claim", where, str, ""),
            status=self._optional(cells, "status", where, _status, "1"),
            charge_cents=self._wanted(cells, "charge", where, cents_as_written, 0),
            paid_cents=self._wanted(cells, "paid", where, cents_as_written, 0),
            patient_responsibility_cents=self._optional(cells, "patient", where, cents_as_written, share),
            payer_control_number=cells["payer_claim"].text if "payer_claim" in cells else "",
            subscriber=Party(id_qualifier="MI", identifier=member) if member else None,
            adjustments=own,
            remarks=tuple(Remark(code, "HE", "MOA") for code in self._remarks(cells, where)),
            services=services,
        )

    def _service(self, cells: Fields, where: str) -> ServicePayment:
        served = self._optional(cells, "date", where, values.day, None)
        allowed = self._optional(cells, "allowed", where, cents_as_written, None)
        return ServicePayment(
            procedure=self._wanted(cells, "code", where, values.procedure, _NO_PROCEDURE),
            charge_cents=self._wanted(cells, "charge", where, cents_as_written, 0),
            paid_cents=self._wanted(cells, "paid", where, cents_as_written, 0),
            units=self._optional(cells, "units", where, _units, None),
            service_from=served,
            service_to=served,
            adjustments=self._adjustments(cells, where),
            remarks=tuple(Remark(code) for code in self._remarks(cells, where)),
            amounts=() if allowed is None else (Amount(_ALLOWED, allowed),),
        )

    def _provider_adjustment(self, cells: Fields, where: str) -> ProviderAdjustment:
        paid_on = self.head.paid_on
        return ProviderAdjustment(
            provider_id=self.head.payee.npi,
            fiscal_period_end=date(paid_on.year, 12, 31) if paid_on else None,
            reason=self._wanted(cells, "reason", where, str.upper, ""),
            reference=cells["reference"].text if "reference" in cells else "",
            amount_cents=self._wanted(cells, "amount", where, cents_as_written, 0),
        )

    def _adjustments(self, cells: Fields, where: str) -> tuple[Adjustment, ...]:
        found: tuple[Adjustment, ...] = self._optional(cells, "adjustments", where, values.adjustments, ())
        on = self.head.paid_on or date.max
        for each in found:
            if codes.treatment(each.group, each.reason, on) is Treatment.UNKNOWN:
                place = _at(where, cells, "adjustments")
                self._say("unknown-code", place, f"{each.group}-{each.reason}: there is no such group or reason")
        return found

    def _remarks(self, cells: Fields, where: str) -> tuple[str, ...]:
        found: tuple[str, ...] = self._optional(cells, "remarks", where, values.remarks, ())
        return found

    def _wanted(self, cells: Fields, name: str, where: str, read: Callable[[str], T], otherwise: T | None) -> T:
        if name not in cells or not cells[name].text:
            self._missing(name, where)
            return otherwise  # type: ignore[return-value]  # never used: a missing value is an error
        return self._optional(cells, name, where, read, otherwise)  # type: ignore[return-value]

    def _optional(self, cells: Fields, name: str, where: str, read: Callable[[str], T], otherwise: T) -> T:
        cell = cells.get(name)
        if cell is None or not cell.text:
            return otherwise
        try:
            return read(cell.text)
        except ValueError as error:
            self._say("unreadable", _at(where, cells, name), str(error))
            return otherwise

    # What is wrong

    def _doubts(self) -> Iterable[Finding]:
        for where, cells in places_of(self._sheet):
            for name, cell in cells.items():
                if cell.doubt:
                    message = f"{cell.doubt}: look, then take the mark off"
                    yield _error("in-doubt", _at(where, cells, name), message)

    def _balances(self) -> Iterable[Finding]:
        for n, (payment, claim) in enumerate(zip(self.payments, self._sheet.claims, strict=True), 1):
            yield from self._claim_balance(payment, claim, f"claim {n}")
        paid = sum(payment.paid_cents for payment in self.payments)
        delta = transaction_delta(paid, self.adjustments, self.head.payment_cents)
        if delta:
            where = _at("the check", self._sheet.head, "amount")
            message = f"claims less provider adjustments differ from the check by {dollars(delta)}"
            yield _error("unbalanced-check", where, message)

    def _claim_balance(self, payment: ClaimPayment, claim: SheetClaim, where: str) -> Iterable[Finding]:
        for n, (service, line) in enumerate(zip(payment.services, claim.lines, strict=True), 1):
            if delta := line_delta(service):
                message = f"charge less adjustments less paid leaves {dollars(delta)}"
                yield _error("unbalanced-line", _at(f"{where} line {n}", line, "paid"), message)
        place = _at(where, claim.fields, "paid")
        if payment.services and (off := payment.charge_cents - sum(s.charge_cents for s in payment.services)):
            message = f"its charge less those of its lines leaves {dollars(off)}"
            yield _error("unbalanced-claim", _at(where, claim.fields, "charge"), message)
        elif delta := services_delta(payment):
            yield _error("unbalanced-claim", place, f"its lines and it differ by {dollars(delta)} paid")
        elif delta := claim_delta(payment):
            yield _error("unbalanced-claim", place, f"charge less all adjustments less paid leaves {dollars(delta)}")
        every = [*payment.adjustments, *(a for service in payment.services for a in service.adjustments)]
        share = sum(a.amount_cents for a in every if a.group == "PR")
        if delta := payment.patient_responsibility_cents - share:
            message = f"the patient's share differs from the adjustments PR by {dollars(delta)}; these will be used"
            yield Finding("patient-share-differs", Severity.WARNING, _at(where, claim.fields, "patient"), message)

    def _missing(self, name: str, where: str) -> None:
        self._say("missing", where, f"{name} is missing")

    def _say(self, code: str, where: str, message: str) -> None:
        self._findings.append(_error(code, where, message))


def places_of(sheet: Sheet) -> Iterable[tuple[str, Fields]]:
    """Every set of fields with what it is called: the check, ``claim 2``, ``claim 2 line 1``."""
    yield "the check", sheet.head
    for n, claim in enumerate(sheet.claims, 1):
        yield f"claim {n}", claim.fields
        for m, line in enumerate(claim.lines, 1):
            yield f"claim {n} line {m}", line
    for n, each in enumerate(sheet.provider_adjustments, 1):
        yield f"provider adjustment {n}", each


def _at(where: str, cells: Fields, name: str) -> str:
    """``claim 2 line 1 (line 14), paid``: what it is, and where in the file it stands."""
    cell = cells.get(name) or next(iter(cells.values()), None)
    return f"{where} ({cell.where}), {name}" if cell and cell.where else f"{where}, {name}"


def _error(code: str, where: str, message: str) -> Finding:
    return Finding(code, Severity.ERROR, where, message)


def _status(text: str) -> str:
    code = STATUSES.get(text.lower(), text)
    if code not in {"1", "2", "3", "4", "19", "20", "21", "22", "23", "25"}:
        raise ValueError(f"no claim status: {', '.join(STATUSES)}, or a code of CLP02")
    return code


def _method(text: str) -> str:
    if text.upper() not in _METHODS:
        raise ValueError("no way to pay: CHK, ACH or NON")
    return text.upper()


def _tax_id(text: str) -> str:
    digits = text.replace("-", "")
    if len(digits) != 9 or not digits.isdigit():
        raise ValueError("a tax id has nine digits")
    return digits


def _npi(text: str) -> str:
    if len(text) != 10 or not text.isdigit():
        raise ValueError("an NPI has ten digits")
    return text


def _units(text: str) -> Decimal:
    try:
        units = Decimal(text)
    except InvalidOperation:
        raise ValueError("no number of units") from None
    if not units.is_finite() or units <= 0:
        raise ValueError("no number of units")
    return units


_NO_PROCEDURE: Final = values.procedure("00000")
