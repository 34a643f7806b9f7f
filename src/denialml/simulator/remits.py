"""A payer's answers: one 835 for each pay day, balanced at every level, with what happens later to claims once paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from denialml.claims import (
    Adjustment,
    Amount,
    BankAccount,
    ClaimPayment,
    Contact,
    DatedFact,
    Party,
    ProviderAdjustment,
    Remark,
    Remittance,
    ServicePayment,
    replace,
)
from denialml.money import share_of
from denialml.simulator.decisions import Decision, Judgement, LineDecision, Verdict
from denialml.simulator.dice import Dice, Weighted
from denialml.simulator.payer import Payer, next_weekday
from denialml.x12 import Envelope, RemittanceBatch, RemittanceTransaction

_MISDIRECTED = 0.001  # share of paid claims beside which the payer pays one of another practice, by mistake
_CORRECTED = 0.006  # share of paid claims that the payer reverses and corrects later
_TAKEN_BACK = 0.35  # of those, how many are denied after all
_DEFERRED = 0.5  # of those taken back, how many are collected from a later remit (PLB WO)
_BANK = "990000017"  # routing number of everyone's bank; none that begins with 99 is assigned
_INTEREST_AFTER = 30  # days to a payment before interest is due (prompt-payment laws, mostly 30 days)
_INTEREST_PERCENT = 10  # a year
_LEAST_INTEREST = 10  # cents; less is not worth a segment
_CLAIM_FILING = {"CI": "12", "BL": "12"}  # CLP06 has no code for indemnity or Blue plans; both answer as PPO
_TAKEBACKS: Weighted[tuple[str, tuple[str, ...]]] = Weighted.of(
    {("22", ("MA04",)): 4, ("97", ("M15",)): 2, ("50", ("N115",)): 2, ("109", ("N418",)): 1}
)


@dataclass(frozen=True, slots=True)
class _Correction:
    """What replaces an earlier decision: its lines as decided anew, and whether the money is taken later."""

    earlier: Decision
    lines: tuple[LineDecision, ...]
    deferred: bool


@dataclass(frozen=True, slots=True)
class Remit:
    """An 835 to be written, and the decisions that it tells for the first time."""

    batch: RemittanceBatch
    decisions: tuple[Decision, ...]


class RemitOffice:
    """Keeps a payer's decisions until their pay day and makes the remittance of that day."""

    def __init__(self, payer: Payer, payee: Party, receiver_id: str, seed: int) -> None:
        self._payer = payer
        self._payee = payee
        self._receiver_id = receiver_id
        self._dice = Dice(seed, f"{payer.key} corrections")
        self._mistakes = Dice(seed, f"{payer.key} misdirected payments")
        self._decisions: dict[date, list[Decision]] = {}
        self._corrections: dict[date, list[_Correction]] = {}
        self._collections: dict[date, list[ProviderAdjustment]] = {}
        self._forwarded: ProviderAdjustment | None = None
        self._issued = 0
        self._told = 0

    def keep(self, decision: Decision) -> None:
        """Take a decision in, and settle whether it will be corrected one day."""
        self._decisions.setdefault(decision.pays_on, []).append(decision)
        paid = any(line.price is not None and line.price.paid_cents > 0 for line in decision.lines)
        corrected = self._dice.chance(_CORRECTED)
        if paid and corrected:
            day = decision.pays_on + timedelta(days=21 + self._dice.below(56))
            day = next_weekday(day, self._payer.data["remits"]["weekdays"])
            self._corrections.setdefault(day, []).append(self._correction(decision))

    def issue(self, day: date) -> Remit | None:
        """The remittance of a day, or None when there is nothing to tell."""
        decisions = self._decisions.pop(day, [])
        corrections = self._corrections.pop(day, [])
        collections = self._collections.pop(day, [])
        payments: list[ClaimPayment] = []
        adjustments: list[ProviderAdjustment] = []
        for correction in corrections:
            payments += [
                _reversal(self._payer, correction.earlier),
                _payment(self._payer, correction.earlier, correction.lines),
            ]
            if correction.deferred:
                adjustments.append(self._deferral(correction, day))
        unpaid: list[ClaimPayment] = []
        for decision in decisions:
            payment = _payment(self._payer, decision, decision.lines)
            apart = self._payer.data["remits"].get("denials_apart", False) and payment.status == "4"
            (unpaid if apart else payments).append(payment)
            if self._mistakes.chance(_MISDIRECTED) and payment.paid_cents > 0:
                payments.append(self._misdirected(payment))
            interest = _interest(decision, payment.paid_cents)
            if interest:
                adjustments.append(self._adjustment(day, "L6", decision.claim.control_number, -interest))
        transactions = []
        if payments:
            transactions.append(self._transaction(day, payments, [*collections, *adjustments]))
        elif collections:  # nothing to take it from today
            self._collections.setdefault(self._later(day, 1), []).extend(collections)
        if unpaid:
            transactions.append(self._transaction(day, unpaid, []))
        return Remit(self._batch(day, transactions), tuple(decisions)) if transactions else None

    def _correction(self, decision: Decision) -> _Correction:
        if not self._dice.chance(_TAKEN_BACK):
            percent = 78 + self._dice.below(37)
            fees = self._payer.fees
            lines = [
                replace(line, price=line.price and fees.repriced(line.line, line.price, percent))
                for line in decision.lines
            ]
            return _Correction(decision, tuple(lines), deferred=False)
        reason, remarks = self._dice.weighted(_TAKEBACKS)
        verdict = Verdict(reason, "CO", remarks, whole_claim=True)
        lines = [
            LineDecision(Judgement(line.line, 0.0, (), verdict), None, line.payable_cents) for line in decision.lines
        ]
        return _Correction(decision, tuple(lines), deferred=self._dice.chance(_DEFERRED))

    def _misdirected(self, payment: ClaimPayment) -> ClaimPayment:
        """A payment as much as this one for a claim of somebody else's patient, which we never sent."""
        digits = self._mistakes.digits
        stranger = Party("STRANGER", "PAT", is_person=True, id_qualifier="MI", identifier=digits(10))
        return replace(
            payment,
            control_number=f"X{digits(9)}",
            payer_control_number=digits(13),
            patient=stranger,
            services=tuple(replace(service, line_control_number="") for service in payment.services),
        )

    def _deferral(self, correction: _Correction, day: date) -> ProviderAdjustment:
        """The WO that leaves the money with the provider for now; its counterpart is collected weeks later."""
        control_number = correction.earlier.claim.control_number
        owed = sum(line.price.paid_cents for line in correction.earlier.lines if line.price)
        later = self._later(day, 35)
        self._collections.setdefault(later, []).append(self._adjustment(later, "WO", control_number, owed))
        return self._adjustment(day, "WO", control_number, -owed)

    def _later(self, day: date, days: int) -> date:
        return next_weekday(day + timedelta(days=days), self._payer.data["remits"]["weekdays"])

    def _adjustment(self, day: date, reason: str, reference: str, cents: int) -> ProviderAdjustment:
        return ProviderAdjustment(self._payee.npi, date(day.year, 12, 31), reason, reference, cents)

    def _transaction(
        self, day: date, payments: list[ClaimPayment], adjustments: list[ProviderAdjustment]
    ) -> RemittanceTransaction:
        """One payment (ST to SE). A negative total is carried to the next one (PLB FB), never asked back."""
        payer = self._payer
        self._told += 1
        trace = f"{payer.party.identifier[-3:]}{day:%y%m%d}{self._told:05d}"
        if self._forwarded is not None and any(payment.paid_cents for payment in payments):
            adjustments.append(self._adjustment(day, "FB", self._forwarded.reference, -self._forwarded.amount_cents))
            self._forwarded = None
        total = sum(payment.paid_cents for payment in payments) - sum(a.amount_cents for a in adjustments)
        if total < 0:
            self._forwarded = self._adjustment(day, "FB", trace, total)
            adjustments.append(self._forwarded)
            total = 0
        remittance = Remittance(
            control_number=f"{self._told:04d}",
            payment_cents=total,
            method="ACH" if total else "NON",
            paid_on=next_weekday(day + timedelta(days=1), range(5)),
            trace=trace,
            originator=payer.originator,
            payer=_paying(payer),
            payee=self._payee,
            handling="I" if total else "H",
            produced_on=day,
            payment_format="CCP" if total else "",
            payer_account=_account(payer.originator) if total else None,
            payee_account=_account(self._payee.tax_id) if total else None,
            originating_company=payer.originator if total else "",
        )
        return RemittanceTransaction(remittance, payments, adjustments)

    def _batch(self, day: date, transactions: list[RemittanceTransaction]) -> RemittanceBatch:
        self._issued += 1
        envelope = Envelope(
            sender_id=self._payer.party.identifier,
            receiver_id=self._receiver_id,
            control_number=self._issued,
            created_at=datetime.combine(day, time(5, 30)),
            usage="P",
        )
        return RemittanceBatch(envelope, transactions)


def _account(number: str) -> BankAccount:
    return BankAccount("01", _BANK, "DA", number)


def _paying(payer: Payer) -> Party:
    """The payer as the head of a remittance names it (N103 is XV there), with its technical contact."""
    contact = Contact("BL", "EDI SUPPORT", (("TE", payer.data["payer"]["telephone"]),))
    return replace(payer.party, id_qualifier="XV", contacts=(contact,))


def _payment(payer: Payer, decision: Decision, lines: tuple[LineDecision, ...]) -> ClaimPayment:
    """A decided claim as its 835 tells it (status 1 processed as primary, 4 denied as a whole)."""
    claim = decision.claim
    treated = claim.treated
    services = tuple(_service(line) for line in lines)
    adjustments = [adjustment for service in services for adjustment in service.adjustments]
    whole = next((line.verdict for line in lines if line.verdict and line.verdict.whole_claim), None)
    return ClaimPayment(
        control_number=claim.control_number,
        status="4" if all(line.verdict for line in lines) else "1",
        charge_cents=claim.charge_cents,
        paid_cents=sum(service.paid_cents for service in services),
        patient_responsibility_cents=sum(a.amount_cents for a in adjustments if a.group == "PR"),
        payer_control_number=decision.number,
        filing_indicator=_CLAIM_FILING.get(payer.filing_indicator, payer.filing_indicator),
        place_of_service=claim.place_of_service,
        frequency=claim.frequency,
        patient=Party(
            treated.name, treated.first, is_person=True, id_qualifier="MI", identifier=claim.coverage.member_id
        ),
        rendering=_named(claim.rendering),
        remarks=tuple(Remark(code, source="MOA") for code in whole.remarks) if whole else (),
        services=services,
        dates=(DatedFact("050", decision.received_on),),
    )


def _named(provider: Party | None) -> Party | None:
    if provider is None:
        return None
    return Party(
        provider.name, provider.first, is_person=provider.is_person, id_qualifier="XX", identifier=provider.npi
    )


def _service(decided: LineDecision) -> ServicePayment:
    line, verdict, price = decided.line, decided.verdict, decided.price
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
        remarks=tuple(Remark(code) for code in told),
        amounts=amounts,
    )


def _reversal(payer: Payer, decision: Decision) -> ClaimPayment:
    """The earlier answer with every amount negated (guide section 1.10.2.8); CLP05 stays zero."""
    earlier = _payment(payer, decision, decision.lines)
    return replace(
        earlier,
        status="22",
        charge_cents=-earlier.charge_cents,
        paid_cents=-earlier.paid_cents,
        patient_responsibility_cents=0,
        remarks=(),
        services=tuple(_negated(service) for service in earlier.services),
    )


def _negated(service: ServicePayment) -> ServicePayment:
    return replace(
        service,
        charge_cents=-service.charge_cents,
        paid_cents=-service.paid_cents,
        adjustments=tuple(Adjustment(a.group, a.reason, -a.amount_cents) for a in service.adjustments),
        remarks=(),
        amounts=(),
    )


def _interest(decision: Decision, paid_cents: int) -> int:
    """Simple interest in cents on a payment made late."""
    late = (decision.pays_on - decision.received_on).days - _INTEREST_AFTER
    interest = share_of(paid_cents * late, _INTEREST_PERCENT, 36_500) if late > 0 else 0
    return interest if interest >= _LEAST_INTEREST else 0
