"""What a payer answers: the remittance advice (X12 835, implementation guide 005010X221A1).

Signs are the payer's own and are never flipped: a positive adjustment lowers the payment, a reversal (claim status
22) carries negated amounts. Balances (section 1.10.2 of the guide): line charge - adjustments = line paid; claim
charge - adjustments of claim and lines = claim paid; claims paid - provider adjustments = payment.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.adjudication import InpatientAdjudication, OutpatientAdjudication
from denialml.claims.parts import Amount, DatedFact, Procedure, Quantity, Reference
from denialml.claims.people import Contact, Party
from denialml.claims.summaries import InpatientSummary, ProviderSummary
from denialml.claims.value import Value


class Adjustment(Value, frozen=True):
    """One reason why payment and charge differ (CAS): group (``CO`` ``PR`` ``OA`` ``PI``), reason (CARC), cents."""

    group: str
    reason: str
    amount_cents: int
    quantity: Decimal | None = None


class Remark(Value, frozen=True):
    """A remark code; qualifier ``HE`` is a RARC; ``source`` is its segment (``LQ``, ``MOA``, ``MIA``)."""

    code: str
    qualifier: str = "HE"
    source: str = "LQ"


class ServicePayment(Value, frozen=True):
    """One service as adjudicated (SVC). ``submitted`` is set when the payer changed the procedure (SVC06).

    ``dates`` are those other than of the service itself (DTM*150, 151 and 472), ``references`` those other than the
    ``line_control_number`` (REF*6R).
    """

    procedure: Procedure
    charge_cents: int
    paid_cents: int
    revenue_code: str = ""
    units: Decimal | None = None
    submitted: Procedure | None = None
    submitted_units: Decimal | None = None
    service_from: date | None = None
    service_to: date | None = None
    line_control_number: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[Remark, ...] = ()
    amounts: tuple[Amount, ...] = ()
    references: tuple[Reference, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    quantities: tuple[Quantity, ...] = ()


class ClaimPayment(Value, frozen=True):
    """One claim as adjudicated (CLP). ``status`` is CLP02: 1 2 3 processed, 4 denied, 19 20 21 forwarded, 22 reversal.

    ``adjustments`` are those of the claim level only; each adjustment stands at one level, never at both.
    The parties are told by their NM101: ``patient`` QC, ``subscriber`` IL, ``corrected`` (patient or subscriber) 74,
    ``rendering`` 82, ``crossover`` TT, ``priority_payer`` (who should have paid first) PR, ``other_subscriber`` GB.
    ``remarks`` are the codes of MIA and MOA; the rest of these is in ``inpatient`` and ``outpatient``, whose own
    ``remarks`` stay empty here, and which are None when nothing but remark codes was sent. ``drg_weight`` is CLP12,
    ``discharge_fraction`` CLP13 (a share of one).
    """

    control_number: str
    status: str
    charge_cents: int
    paid_cents: int
    patient_responsibility_cents: int
    payer_control_number: str = ""
    filing_indicator: str = ""
    place_of_service: str = ""
    frequency: str = ""
    patient: Party | None = None
    subscriber: Party | None = None
    corrected: Party | None = None
    rendering: Party | None = None
    crossover: Party | None = None
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[Remark, ...] = ()
    services: tuple[ServicePayment, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    amounts: tuple[Amount, ...] = ()
    references: tuple[Reference, ...] = ()
    drg: str = ""
    drg_weight: Decimal | None = None
    discharge_fraction: Decimal | None = None
    priority_payer: Party | None = None
    other_subscriber: Party | None = None
    inpatient: InpatientAdjudication | None = None
    outpatient: OutpatientAdjudication | None = None
    contacts: tuple[Contact, ...] = ()
    quantities: tuple[Quantity, ...] = ()


class BankAccount(Value, frozen=True):
    """A bank account of an electronic payment (BPR06 to BPR09, BPR12 to BPR15).

    ``bank_qualifier`` ``01`` is an ABA routing number, ``04`` a Canadian one; ``account_qualifier`` ``DA`` is a demand
    deposit account, ``SG`` a savings account.
    """

    bank_qualifier: str = ""
    bank: str = ""
    account_qualifier: str = ""
    account: str = ""

    def __repr__(self) -> str:
        return "BankAccount(***)"


class Delivery(Value, frozen=True):
    """Where the payee gets the remittance when not with the payment (RDM): ``BM`` mail, ``EM`` email, ``FT`` file."""

    method: str = ""
    name: str = ""
    address: str = ""

    def __repr__(self) -> str:
        return f"Delivery({self.method}, ***)"


class Remittance(Value, frozen=True):
    """The head of one 835 transaction: who pays whom, how much, when, under which trace number.

    ``payment_cents`` is BPR02, negative when BPR03 is ``D``; ``trace`` is TRN02 and ``originator`` TRN03 (``1`` and
    the payer's tax id), ``originator_supplement`` TRN04; ``method`` is BPR04 (``ACH``, ``CHK``, ``NON``);
    ``payment_format`` BPR05 (``CCP``, ``CTX``); ``paid_on`` is BPR16, ``produced_on`` DTM*405. ``currency`` is CUR02,
    empty for US dollars; ``system_version`` REF*F2; ``delivery`` the payee's RDM. ``payer_account`` and
    ``payee_account`` are the accounts the money moves between, ``originating_company`` and its ``company_supplement``
    BPR10 and BPR11.
    """

    control_number: str
    payment_cents: int
    method: str
    paid_on: date | None
    trace: str
    originator: str
    payer: Party
    payee: Party
    handling: str = "I"
    produced_on: date | None = None
    receiver_id: str = ""
    payment_format: str = ""
    payer_account: BankAccount | None = None
    payee_account: BankAccount | None = None
    originating_company: str = ""
    company_supplement: str = ""
    originator_supplement: str = ""
    currency: str = ""
    system_version: str = ""
    delivery: Delivery | None = None


class ClaimGroup(Value, frozen=True):
    """What heads the claim payments that follow it (LX): its number, and a provider's sums over them.

    ``provider`` is TS3, ``inpatient`` TS2; payers of Medicare send them, one group for each provider, kind of facility
    and fiscal year.
    """

    number: str = "1"
    provider: ProviderSummary | None = None
    inpatient: InpatientSummary | None = None


class ProviderAdjustment(Value, frozen=True):
    """Money between payer and provider outside this payment's claims (PLB). Positive lowers the payment."""

    provider_id: str
    fiscal_period_end: date | None
    reason: str
    reference: str
    amount_cents: int
