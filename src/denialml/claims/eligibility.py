"""What a payer is asked about a patient's cover, and what it answers (X12 270 and 271, guide 005010X279A1).

Codes are kept as sent; nothing is concluded here. An answer without an active benefit is not yet "not covered":
``V`` (cannot process) and ``U`` (ask somebody else) say that nothing is known.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.parts import Amount, DatedFact, Diagnosis, Procedure, Reference
from denialml.claims.people import Party
from denialml.claims.value import Value


class Trace(Value, frozen=True):
    """A number to find an inquiry again (TRN): ``kind`` is ``1`` of who sends this, ``2`` of the inquiry answered."""

    number: str
    originator: str = ""
    supplement: str = ""
    kind: str = ""

    def __repr__(self) -> str:
        return f"Trace({self.kind}, ***)"


class Rejection(Value, frozen=True):
    """Why a request, or a part of it, was not answered (AAA).

    ``reason`` is AAA03 (``42`` cannot answer now, ``72`` member number, ``75`` not found), ``follow_up`` AAA04 (``C``
    correct and send again, ``N`` do not send again). ``valid`` (AAA01) is ``Y`` when the request was in order and
    cannot be answered all the same.
    """

    reason: str
    follow_up: str = ""
    valid: str = ""


class ProviderRole(Value, frozen=True):
    """The part a provider plays (PRV): ``role`` (``PE`` performing, ``PC`` primary care), and an identifier.

    ``qualifier`` says what the identifier is: ``PXC`` a taxonomy code, ``HPI`` an NPI.
    """

    role: str = ""
    qualifier: str = ""
    identifier: str = ""

    def __repr__(self) -> str:
        return f"ProviderRole({self.role}, ***)"


class EligibilityEntity(Value, frozen=True):
    """A payer, provider or other party of an inquiry or answer (loops 2100A, 2100B and 2120).

    ``role`` is NM101: ``PR`` payer, ``1P`` provider, ``P3`` primary care provider. ``relationship`` is NM110, its
    relation to the patient. The taxonomy code is in ``provider``, not in ``party``.
    """

    role: str = ""
    party: Party = Party()
    provider: ProviderRole | None = None
    relationship: str = ""

    def __repr__(self) -> str:
        return f"EligibilityEntity({self.role}, ***)"


class InsuredRelation(Value, frozen=True):
    """How a member is insured (INS): ``subscriber`` is ``Y`` or ``N``, ``relationship`` ``18`` self, ``01`` spouse.

    ``maintenance`` ``001`` with ``maintenance_reason`` ``25`` tells that the payer corrected identifying facts.
    ``birth_order`` is the place among children born together, from 1.
    """

    subscriber: str = ""
    relationship: str = ""
    maintenance: str = ""
    maintenance_reason: str = ""
    birth_order: int | None = None


class MilitaryService(Value, frozen=True):
    """A member's service in the armed forces (MPI), which payers of the military tell; codes as sent."""

    status: str = ""
    employment: str = ""
    branch: str = ""
    description: str = ""
    rank: str = ""
    begin: date | None = None
    end: date | None = None

    def __repr__(self) -> str:
        return "MilitaryService(***)"


class Member(Value, frozen=True):
    """A subscriber (loops 2000C and 2100C) or dependent (2000D and 2100D) as asked about, or as the payer knows them.

    ``diagnoses`` count from 1 for the pointers of questions and benefits; ``dates`` hold for all of those. The
    references of the card (group number ``6P``, plan ``18``) are in ``party``.
    """

    party: Party = Party()
    birth: date | None = None
    sex: str = ""
    traces: tuple[Trace, ...] = ()
    provider: ProviderRole | None = None
    relation: InsuredRelation | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    military: tuple[MilitaryService, ...] = ()

    def __repr__(self) -> str:
        return "Member(***)"


class Circumstance(Value, frozen=True):
    """Where or why a service is given (III): ``ZZ`` a place of service, ``BF`` or ``ABF`` a diagnosis, or free text."""

    code_list: str = ""
    code: str = ""
    category: str = ""
    text: str = ""

    def __repr__(self) -> str:
        return f"Circumstance({self.code_list}, ***)"


class EligibilityQuestion(Value, frozen=True):
    """What is asked about a patient (EQ and loop 2110): service types (``30`` the plan), or a procedure.

    ``amounts`` are those of a spend-down (``R`` what is to be spent, ``PB`` what was billed).
    """

    service_types: tuple[str, ...] = ()
    procedure: Procedure | None = None
    coverage_level: str = ""
    diagnosis_pointers: tuple[int, ...] = ()
    amounts: tuple[Amount, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DatedFact, ...] = ()

    def __repr__(self) -> str:
        return f"EligibilityQuestion({'^'.join(self.service_types)}, ***)"


class BenefitDelivery(Value, frozen=True):
    """How often and how long a benefit may be used (HSD): 12 visits (``VS``) in 3 (``periods``) months (``34``)."""

    quantity_qualifier: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    every: Decimal | None = None
    period: str = ""
    periods: Decimal | None = None
    days: str = ""
    hours: str = ""


class Benefit(Value, frozen=True):
    """One statement on a patient's cover (EB and loop 2110).

    ``code`` is EB01: ``1`` to ``5`` active, ``6`` to ``8`` inactive, ``A`` coinsurance, ``B`` copayment, ``C``
    deductible, ``G`` out-of-pocket limit, ``I`` not covered, ``R`` another payer, ``U`` ask elsewhere, ``V`` cannot
    process. ``period`` is EB06 (``23`` calendar year, ``29`` remaining), ``share`` EB08 as a fraction (0.2 is 20 %).
    ``authorization`` (EB11) is ``Y``, ``N`` or ``U``; ``in_network`` (EB12) those or ``W``, it makes no difference.
    """

    code: str
    coverage_level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan: str = ""
    period: str = ""
    amount_cents: int | None = None
    share: Decimal | None = None
    quantity_qualifier: str = ""
    quantity: Decimal | None = None
    authorization: str = ""
    in_network: str = ""
    procedure: Procedure | None = None
    diagnosis_pointers: tuple[int, ...] = ()
    deliveries: tuple[BenefitDelivery, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    messages: tuple[str, ...] = ()
    circumstances: tuple[Circumstance, ...] = ()
    entities: tuple[EligibilityEntity, ...] = ()

    def __repr__(self) -> str:
        return f"Benefit({self.code}, ***)"


class EligibilityInquiry(Value, frozen=True):
    """What is asked of a payer about one patient (270).

    The patient is the dependent, or the subscriber where there is none. ``reference`` (BHT03), ``sent_on`` and
    ``sent_at`` (HHMM) are those of the transaction, and come back in a real-time answer; ``purpose`` is BHT02 (``13``
    a request), ``transaction_type`` BHT06.
    """

    source: EligibilityEntity
    receiver: EligibilityEntity
    subscriber: Member
    dependent: Member | None = None
    questions: tuple[EligibilityQuestion, ...] = ()
    reference: str = ""
    sent_on: date | None = None
    sent_at: str = ""
    purpose: str = "13"
    transaction_type: str = ""

    def __repr__(self) -> str:
        return f"EligibilityInquiry({self.source.role}, ***)"

    @property
    def patient(self) -> Member:
        """The person asked about."""
        return self.dependent or self.subscriber


class EligibilityResponse(Value, frozen=True):
    """What a payer answers about one patient (271), or why it answers nothing.

    Where the receiver is rejected there is no subscriber, and where the source itself cannot answer there is no
    receiver either. ``rejections`` are those of the innermost party named; ``source_rejections`` (loop 2000A) are of
    the request as a whole, and stand only where there is no receiver. Rejections of one benefit are with the benefit.
    The rest is as in :class:`EligibilityInquiry`; ``purpose`` ``11`` is an answer.
    """

    source: EligibilityEntity
    receiver: EligibilityEntity | None = None
    subscriber: Member | None = None
    dependent: Member | None = None
    rejections: tuple[Rejection, ...] = ()
    source_rejections: tuple[Rejection, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    reference: str = ""
    sent_on: date | None = None
    sent_at: str = ""
    purpose: str = "11"
    transaction_type: str = ""

    def __repr__(self) -> str:
        return f"EligibilityResponse({self.source.role}, ***)"

    @property
    def patient(self) -> Member | None:
        """The person answered about, if the answer came so far."""
        return self.dependent or self.subscriber
