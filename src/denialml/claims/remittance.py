"""What a payer answers: the remittance advice (X12 835, implementation guide 005010X221A1).

Signs are the payer's own and are never flipped: a positive adjustment lowers the payment, a reversal (claim status
22) carries negated amounts. Balances (section 1.10.2 of the guide): line charge - adjustments = line paid; claim
charge - adjustments of claim and lines = claim paid; claims paid - provider adjustments = payment.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.parts import Amount, DatedFact, Procedure, Reference
from denialml.claims.people import Party
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
    """One service as adjudicated (SVC). ``submitted`` is set when the payer changed the procedure (SVC06)."""

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


class ClaimPayment(Value, frozen=True):
    """One claim as adjudicated (CLP). ``status`` is CLP02: 1 2 3 processed, 4 denied, 19 20 21 forwarded, 22 reversal.

    ``adjustments`` are those of the claim level only; each adjustment stands at one level, never at both.
    ``patient`` is the QC party, ``subscriber`` the IL party, ``rendering`` the 82 party, ``crossover`` the TT party.
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


class Remittance(Value, frozen=True):
    """The head of one 835 transaction: who pays whom, how much, when, under which trace number.

    ``payment_cents`` is BPR02, negative when BPR03 is ``D``; ``trace`` is TRN02 and ``originator`` TRN03 (``1`` and
    the payer's tax id); ``method`` is BPR04 (``ACH``, ``CHK``, ``NON``); ``paid_on`` is BPR16, ``produced_on`` DTM*405.
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


class ProviderAdjustment(Value, frozen=True):
    """Money between payer and provider outside this payment's claims (PLB). Positive lowers the payment."""

    provider_id: str
    fiscal_period_end: date | None
    reason: str
    reference: str
    amount_cents: int
