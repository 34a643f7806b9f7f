"""A claim as it is sent: X12 837P and 837I (implementation guides 005010X222A1 and 005010X223A2, loops 2300, 2400).

A professional and an institutional claim are one kind of value: most of what they say is the same. What only an
institution says stands in ``institutional``, and a claim is institutional when that is there.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.coverage import Coverage, Patient
from denialml.claims.institutional import InstitutionalDetail
from denialml.claims.other_payer import LineAdjudication, OtherCoverage
from denialml.claims.parts import (
    Amount,
    Attachment,
    Conditions,
    Contract,
    DatedFact,
    Diagnosis,
    Measurement,
    Note,
    Procedure,
    Quantity,
    Reference,
    RelatedCauses,
    Repricing,
)
from denialml.claims.people import Party
from denialml.claims.services import (
    AmbulanceTransport,
    Drug,
    EquipmentCertification,
    EquipmentService,
    Form,
    PurchasedService,
    SpinalManipulation,
)
from denialml.claims.value import Value


class ServiceLine(Value, frozen=True):
    """One service of a claim (LX and what follows). ``number`` is LX01; ``diagnosis_pointers`` count from 1.

    A line of an institutional claim has a ``revenue_code`` and may have no procedure of its own (then the code and
    qualifier of ``procedure`` are empty), and may have no date of its own: then ``undated`` is true, and the days are
    those of the claim's statement period. ``family_planning``, ``epsdt`` and ``copay_status`` (``0`` exempt) are SV112,
    SV111 and SV115. ``fixed_formats`` are K3 texts that a state or payer asks for.
    """

    number: int
    procedure: Procedure
    charge_cents: int
    units: Decimal
    service_from: date
    service_to: date
    unit_basis: str = "UN"
    place_of_service: str = ""
    diagnosis_pointers: tuple[int, ...] = ()
    control_number: str = ""
    emergency: str = ""
    rendering: Party | None = None
    references: tuple[Reference, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    amounts: tuple[Amount, ...] = ()
    notes: tuple[Note, ...] = ()
    revenue_code: str = ""
    non_covered_cents: int | None = None
    undated: bool = False
    epsdt: str = ""
    family_planning: str = ""
    copay_status: str = ""
    purchased: Party | None = None
    facility: Party | None = None
    supervising: Party | None = None
    ordering: Party | None = None
    referring: Party | None = None
    primary_care: Party | None = None
    operating: Party | None = None
    other_operating: Party | None = None
    pick_up: Party | None = None
    drop_off: Party | None = None
    drug: Drug | None = None
    equipment: EquipmentService | None = None
    equipment_certification: EquipmentCertification | None = None
    ambulance: AmbulanceTransport | None = None
    purchased_service: PurchasedService | None = None
    contract: Contract | None = None
    repricing: Repricing | None = None
    attachments: tuple[Attachment, ...] = ()
    conditions: tuple[Conditions, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    fixed_formats: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()


class Claim(Value, frozen=True):
    """One version of a claim, with the billing provider and cover that its transaction hangs it under.

    ``control_number`` is ours (CLM01) and comes back in the remittance (CLP01). ``frequency`` is ``1`` original,
    ``7`` replacement, ``8`` void. ``diagnoses`` are in the order sent, the principal first. ``signature_on_file``
    (CLM06), ``assignment`` (CLM07), ``benefits_assigned`` (CLM08), ``release`` (CLM09), ``patient_signature``
    (CLM10), ``special_program`` (CLM12) and ``delay_reason`` (CLM20) keep X12's codes.

    Of an institutional claim ``facility_qualifier`` is ``A``, ``place_of_service`` the first two digits of the type of
    bill (after its leading zero) and ``frequency`` the last one. ``anaesthesia_procedures`` are codes of the surgery
    that an anaesthesia was for (HI*BP). ``other_payers`` are those who pay before or after this one.
    """

    control_number: str
    charge_cents: int
    place_of_service: str
    billing: Party
    coverage: Coverage
    lines: tuple[ServiceLine, ...]
    diagnoses: tuple[Diagnosis, ...] = ()
    frequency: str = "1"
    facility_qualifier: str = "B"
    signature_on_file: str = "Y"
    assignment: str = "A"
    benefits_assigned: str = "Y"
    release: str = "Y"
    patient_signature: str = ""
    patient: Patient | None = None
    pay_to: Party | None = None
    referring: Party | None = None
    rendering: Party | None = None
    facility: Party | None = None
    supervising: Party | None = None
    references: tuple[Reference, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    amounts: tuple[Amount, ...] = ()
    notes: tuple[Note, ...] = ()
    institutional: InstitutionalDetail | None = None
    other_payers: tuple[OtherCoverage, ...] = ()
    pay_to_plan: Party | None = None
    currency: str = ""
    primary_care: Party | None = None
    pick_up: Party | None = None
    drop_off: Party | None = None
    related_causes: RelatedCauses | None = None
    special_program: str = ""
    delay_reason: str = ""
    condition_codes: tuple[str, ...] = ()
    anaesthesia_procedures: tuple[str, ...] = ()
    contract: Contract | None = None
    repricing: Repricing | None = None
    ambulance: AmbulanceTransport | None = None
    spinal_manipulation: SpinalManipulation | None = None
    attachments: tuple[Attachment, ...] = ()
    conditions: tuple[Conditions, ...] = ()
    fixed_formats: tuple[str, ...] = ()

    def reference(self, qualifier: str) -> str:
        """The value of the first reference of that kind, or empty: ``G1`` authorisation, ``9F`` referral, ``F8``."""
        return next((r.value for r in self.references if r.qualifier == qualifier), "")

    @property
    def type_of_bill(self) -> str:
        """The four characters of form locator 4 of the UB-04, such as ``0131``; empty for a professional claim."""
        return f"0{self.place_of_service}{self.frequency}" if self.institutional else ""

    @property
    def payer_id(self) -> str:
        """The identifier of the payer it goes to."""
        return self.coverage.payer_id

    @property
    def treated(self) -> Party:
        """The person treated: the patient, or the subscriber when they are the same."""
        return self.patient.party if self.patient else self.coverage.subscriber

    @property
    def treated_birth(self) -> date | None:
        """The birth date of the person treated."""
        return self.patient.birth if self.patient else self.coverage.subscriber_birth

    @property
    def treated_sex(self) -> str:
        """The sex code of the person treated: ``F``, ``M``, ``U`` or empty."""
        return self.patient.sex if self.patient else self.coverage.subscriber_sex
