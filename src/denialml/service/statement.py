"""What a statement to a patient says, as values in plain words; nothing here knows of paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from denialml import codes
from denialml.claims import Claim, Party
from denialml.clock import age_in_years
from denialml.ledger import Account
from denialml.ledger.patients import Instalment
from denialml.settings import StatementSettings
from denialml.store.patients import Patient
from denialml.store.statement_rows import ClaimHead, LineAmount, LineHead

ADULT_YEARS: Final = 18

_REASONS: Final = {
    "1": "deductible",
    "2": "coinsurance",
    "3": "copay",
    "247": "deductible",
    "248": "coinsurance",
    "66": "deductible for blood",
}

#: The words for shares, explained to the patient.
GLOSSARY: Final = {
    "deductible": "what you pay for care each year before your plan begins to pay",
    "coinsurance": "your percentage of the price that your plan allows",
    "copay": "the fixed amount that your plan has you pay for a visit or service",
    "not covered": "your plan does not pay for this service, and says that you do",
}

# First and last code, and what we call such services. Our own words: the owners' descriptions are not ours to print.
_SERVICES: Final = (
    ("00100", "01999", "Anesthesia"),
    ("59000", "59899", "Maternity care"),
    ("10000", "69999", "Procedure"),
    ("70000", "79999", "Imaging"),
    ("80000", "89999", "Laboratory test"),
    ("90281", "90399", "Injection"),
    ("90460", "90474", "Vaccination"),
    ("90476", "90756", "Vaccine"),
    ("90785", "90899", "Mental health care"),
    ("92002", "92499", "Eye care"),
    ("93000", "93998", "Heart test or care"),
    ("96360", "96549", "Injection or infusion"),
    ("97000", "97999", "Therapy"),
    ("99202", "99215", "Office visit"),
    ("99221", "99239", "Hospital care"),
    ("99281", "99288", "Emergency care"),
    ("99381", "99429", "Preventive visit"),
    ("90000", "99999", "Medical care"),
    ("A0000", "A0999", "Ambulance"),
    ("A1000", "A9999", "Supplies"),
    ("E0000", "E9999", "Equipment"),
    ("J0000", "J9999", "Medicine given"),
    ("K0000", "L9999", "Equipment"),
)


@dataclass(frozen=True, slots=True)
class Practice:
    """Who sends the statement, and how to reach it; empty is left out."""

    name: str
    address: tuple[str, ...]
    phone: str
    hours: str
    website: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One service: what was charged, what came off, who pays what, in cents.

    ``why`` is the patient's share in words, each with its cents;
    ``waiting_cents`` is what the insurer has not decided or paid yet.
    """

    served_on: date
    code: str
    words: str
    charge_cents: int
    discount_cents: int
    insurer_paid_cents: int
    waiting_cents: int
    share_cents: int
    why: tuple[tuple[str, int], ...]
    paid_cents: int
    written_off_cents: int

    @property
    def owed_cents(self) -> int:
        """What is left for the patient to pay."""
        return self.share_cents - self.paid_cents - self.written_off_cents

    @property
    def allowed_cents(self) -> int | None:
        """The price that the plan allows, charge less discount; None while the insurer has decided nothing."""
        decided = self.insurer_paid_cents or self.share_cents or not self.waiting_cents
        return self.charge_cents - self.discount_cents if decided else None


@dataclass(frozen=True, slots=True)
class Visit:
    """One claim: its day, our number for it, the insurer and its services."""

    served_on: date
    control_number: str
    insurer: str
    lines: tuple[StatementLine, ...]

    @property
    def owed_cents(self) -> int:
        """What is left for the patient to pay."""
        return sum(line.owed_cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """Money that came from the patient, or went back (below zero)."""

    day: date
    words: str
    cents: int


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """From the last statement's balance to this one's: (words, cents), which add up."""

    last_on: date
    last_balance_cents: int
    steps: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole statement. ``ages`` are cents by age: up to 30, 60, 90 days and older."""

    account: str
    as_of: date
    pay_by: date
    practice: Practice
    addressee: tuple[str, ...]
    patient: str
    visits: tuple[Visit, ...]
    held_visits: tuple[date, ...]
    credit_cents: int
    balance_cents: int
    due_cents: int
    payments: tuple[PaymentLine, ...]
    plan: tuple[Instalment, ...]
    ages: tuple[int, ...]
    changes: ChangesSince | None

    def __repr__(self) -> str:
        return f"Statement({self.account})"


def practice_of(settings: StatementSettings, claim: Claim) -> Practice:
    """The practice by its settings, and where these say nothing by the claim's billing provider."""
    billing, pay_to = claim.billing, claim.pay_to or claim.billing
    name = settings.name or " ".join(filter(None, (billing.first, billing.name)))
    phones = [number for contact in billing.contacts for kind, number in contact.numbers if kind == "TE"]
    address = settings.address or _address(pay_to) or _address(billing)
    return Practice(name, address, settings.phone or next(iter(phones), ""), settings.hours, settings.website)


def addressee_of(patient: Patient, claim: Claim, as_of: date) -> tuple[str, ...]:
    """Whom the statement goes to: the patient, or a minor's parent or guardian."""
    name = name_of(patient)
    minor = patient.birth is not None and age_in_years(patient.birth, as_of) < ADULT_YEARS
    first = ("Parent or guardian of", name) if minor else (name,)
    return (*first, *(_address(claim.treated) or _address(claim.coverage.subscriber)))


def name_of(patient: Patient) -> str:
    """A patient's name, first name first."""
    return " ".join(filter(None, (patient.first_name, patient.last_name)))


def visit(head: ClaimHead, lines: Sequence[LineHead], amounts: Sequence[LineAmount], on: date) -> Visit:
    """A claim with its services; sums that the payer decided for the claim as a whole are a line of their own."""
    by_line: dict[int | None, list[LineAmount]] = {}
    for amount in amounts:
        by_line.setdefault(amount.line_id, []).append(amount)
    found = [
        _line(line.served_from, line.procedure, service_words(line.procedure), by_line.get(line.line_id, ()), on)
        for line in lines
    ]
    whole = _line(head.served_from, "", "Visit as a whole", by_line.get(None, ()), on)
    if whole.waiting_cents < 0:  # decided as a whole: what stands open on lines, and off the whole, waits for nobody
        left = whole.waiting_cents + sum(line.waiting_cents for line in found)
        found = [replace(line, waiting_cents=0) for line in found]
        whole = replace(whole, waiting_cents=max(0, left))
    if whole.discount_cents or whole.insurer_paid_cents or whole.share_cents or whole.waiting_cents:
        found.append(whole)
    return Visit(head.served_from, head.control_number, head.payer_name, tuple(found))


def service_words(code: str) -> str:
    """What we call a service of that code."""
    for first, last, words in _SERVICES:
        if first <= code <= last and code[0].isalpha() is first[0].isalpha():
            return words
    return "Medical care"


def _line(day: date, code: str, words: str, amounts: Sequence[LineAmount], on: date) -> StatementLine:
    """What the books say of a line. What the insurer paid is what is left of the charge when all else is taken off."""

    def total(*accounts: Account, own: bool | None = None, written_off: bool | None = None) -> int:
        return sum(
            each.cents
            for each in amounts
            if each.account in accounts
            and (own is None or each.own is own)
            and (written_off is None or each.written_off is written_off)
        )

    charge = -total(Account.REVENUE_CHARGES)
    discount = total(Account.ADJ_CONTRACTUAL, Account.ADJ_SEQUESTRATION, Account.WITHHOLD_RECEIVABLE)
    share = total(Account.AR_PATIENT, own=False, written_off=False)
    waiting = total(Account.AR_INSURER, Account.AR_NEXT_PAYER)
    given_up_of_insurer = -total(Account.AR_INSURER, written_off=True)
    return StatementLine(
        served_on=day,
        code=code,
        words=words,
        charge_cents=charge,
        discount_cents=discount + given_up_of_insurer,
        insurer_paid_cents=charge - discount - share - waiting - given_up_of_insurer,
        waiting_cents=waiting,
        share_cents=share,
        why=_why(amounts, on),
        paid_cents=-total(Account.AR_PATIENT, own=True),
        written_off_cents=-total(Account.AR_PATIENT, written_off=True),
    )


def _why(amounts: Sequence[LineAmount], on: date) -> tuple[tuple[str, int], ...]:
    """The patient's share in words. What a later payer was asked for is no longer of what the one before said."""
    shares = [
        each
        for each in amounts
        if each.account is Account.AR_PATIENT and not each.own and not each.written_off and each.cents
    ]
    asked = -sum(each.cents for each in shares if not each.reason and each.cents < 0)
    cents: dict[str, int] = {}
    for each in shares:
        if not each.reason and each.cents < 0:
            continue
        left = each.cents - max(0, min(asked, each.cents))
        asked -= each.cents - left
        words = share_words(each.reason, on)
        cents[words] = cents.get(words, 0) + left
    return tuple((words, amount) for words, amount in cents.items() if amount)


def share_words(reason: str, on: date) -> str:
    """Why a share is the patient's, from the payer's reason (CARC)."""
    if reason in _REASONS:
        return _REASONS[reason]
    rule = codes.reason(reason, on)
    return f"not covered: {rule.wording[0].lower()}{rule.wording[1:]}" if rule else "not covered"


def _address(party: Party) -> tuple[str, ...]:
    found = party.address
    if found is None or not found.line1:
        return ()
    town = f"{found.city}, {found.state} {_zip(found.postal_code)}".strip(", ")
    return tuple(filter(None, (found.line1, found.line2, town, found.country)))


def _zip(code: str) -> str:
    return f"{code[:5]}-{code[5:]}" if len(code) == 9 and code.isdigit() else code
