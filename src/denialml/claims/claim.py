"""A professional claim as it is sent (X12 837P, implementation guide 005010X222A1, loops 2300 and 2400)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.coverage import Coverage, Patient
from denialml.claims.parts import Amount, DatedFact, Diagnosis, Note, Procedure, Reference
from denialml.claims.people import Party
from denialml.claims.value import Value


class ServiceLine(Value, frozen=True):
    """One service of a claim (LX and what follows). ``number`` is LX01; ``diagnosis_pointers`` count from 1."""

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


class Claim(Value, frozen=True):
    """One version of a claim, with the billing provider and cover that its transaction hangs it under.

    ``control_number`` is ours (CLM01) and comes back in the remittance (CLP01). ``frequency`` is ``1`` original,
    ``7`` replacement, ``8`` void. ``diagnoses`` are in the order sent, the principal first. ``signature_on_file``
    (CLM06), ``assignment`` (CLM07), ``benefits_assigned`` (CLM08), ``release`` (CLM09) and ``patient_signature``
    (CLM10) keep X12's codes.
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

    def reference(self, qualifier: str) -> str:
        """The value of the first reference of that kind, or empty: ``G1`` authorisation, ``9F`` referral, ``F8``."""
        return next((r.value for r in self.references if r.qualifier == qualifier), "")

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
