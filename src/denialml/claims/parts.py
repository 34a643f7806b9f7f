"""Small parts shared by claims and remittances. Qualifiers keep X12's codes, so that nothing read is lost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.value import Value


class Reference(Value, frozen=True):
    """An identifier (X12 REF): what it identifies (``G1`` prior authorisation, ``F8`` payer's number), its value.

    ``description`` is REF03, rarely sent. ``payer_id`` is the payer who gave it (REF04, qualifier ``2U``), where a line
    of a claim to several payers says so.
    """

    qualifier: str
    value: str
    description: str = ""
    payer_id: str = ""


class DatedFact(Value, frozen=True):
    """A date with a meaning (X12 DTP or DTM): ``431`` onset, ``439`` accident, ``435`` admission, ``050`` received.

    ``until`` is set when a range was sent. ``time`` is ``HHMM`` when the format carried one, else empty.
    """

    qualifier: str
    day: date
    until: date | None = None
    time: str = ""


class Amount(Value, frozen=True):
    """Supplemental money (X12 AMT), informational, in signed cents: ``F5`` patient paid, ``B6`` allowed."""

    qualifier: str
    cents: int


class Note(Value, frozen=True):
    """Free text (X12 NTE) with its purpose (``ADD``, ``DCP``, ...)."""

    purpose: str
    text: str

    def __repr__(self) -> str:
        return f"Note({self.purpose}, ***)"


class Diagnosis(Value, frozen=True):
    """A diagnosis code without dots: ``ABK``/``ABF`` ICD-10-CM (principal/other), ``BK``/``BF`` ICD-9-CM.

    ``present_on_admission`` is for institutional claims (C022-09): ``Y``, ``N``, ``U`` unknown, ``W`` undetermined.
    """

    code: str
    qualifier: str = "ABF"
    present_on_admission: str = ""


class Procedure(Value, frozen=True):
    """A procedure with its modifiers in the order sent (X12 composite C003). ``qualifier`` ``HC`` is HCPCS and CPT.

    ``description`` is free text of the sender (C003-07), never a code set's wording of ours. A line of an institutional
    claim that has a revenue code alone holds a procedure whose code and qualifier are empty.
    """

    code: str
    modifiers: tuple[str, ...] = ()
    qualifier: str = "HC"
    description: str = ""


class Attachment(Value, frozen=True):
    """Paper or files that support a claim (X12 PWK): what it is, how it comes, and the number to find it by.

    ``transmission`` is PWK02: ``AA`` on request, ``BM`` by mail, ``EL`` electronically, ``FX`` by fax.
    """

    report_type: str = ""
    transmission: str = ""
    control_number: str = ""
    qualifier: str = ""


class Contract(Value, frozen=True):
    """The contract a claim or line is billed under (X12 CN1)."""

    kind: str = ""
    amount_cents: int | None = None
    percent: Decimal | None = None
    code: str = ""
    discount_percent: Decimal | None = None
    version: str = ""


class Conditions(Value, frozen=True):
    """Conditions of one category that hold or do not (X12 CRC): ``07`` ambulance, ``E1`` spectacles, ``ZZ`` EPSDT.

    ``applies`` is ``Y`` or ``N``, for all of the ``codes``.
    """

    category: str = ""
    applies: str = ""
    codes: tuple[str, ...] = ()


class Quantity(Value, frozen=True):
    """A quantity with a meaning (X12 QTY): ``PT`` patients in an ambulance, ``FL`` anaesthesia units."""

    qualifier: str
    quantity: Decimal


class Measurement(Value, frozen=True):
    """A test result or size (X12 MEA): of what (``TR`` test result, ``OG`` original), what it is, and its value."""

    subject: str = ""
    qualifier: str = ""
    value: Decimal | None = None

    def __repr__(self) -> str:
        return "Measurement(***)"


class Repricing(Value, frozen=True):
    """What a repricer made of a claim or line before the payer saw it (X12 HCP)."""

    method: str = ""
    allowed_cents: int | None = None
    saving_cents: int | None = None
    repricer_id: str = ""
    rate: Decimal | None = None
    group_code: str = ""
    group_cents: int | None = None
    revenue_code: str = ""
    procedure_qualifier: str = ""
    procedure_code: str = ""
    unit_basis: str = ""
    units: Decimal | None = None
    rejection: str = ""
    compliance: str = ""
    exception: str = ""


class RelatedCauses(Value, frozen=True):
    """What a condition comes from (X12 CLM11): ``AA`` car accident, ``EM`` employment, ``OA`` another accident.

    ``state`` and ``country`` are where a car accident happened; its day is the claim's date ``439``.
    """

    causes: tuple[str, ...]
    state: str = ""
    country: str = ""
