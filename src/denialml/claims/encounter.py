"""What happened in the exam room, and the claim that charges for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.claim import Claim, ServiceLine
from denialml.claims.coverage import Coverage, Patient
from denialml.claims.parts import DatedFact, Diagnosis, Procedure, Reference
from denialml.claims.people import Party
from denialml.claims.value import Value


class EncounterCharge(Value, frozen=True):
    """One service given: procedure, units, charge, and the diagnoses of the encounter it was given for."""

    procedure: Procedure
    charge_cents: int
    units: Decimal = Decimal(1)
    diagnosis_pointers: tuple[int, ...] = (1,)


class Encounter(Value, frozen=True):
    """One visit: who was treated by whom, where, when, why, and what was done.

    ``admitted_on`` is the day a patient seen in hospital was admitted (X12 DTP*435).
    """

    served_on: date
    place_of_service: str
    billing: Party
    rendering: Party
    coverage: Coverage
    diagnoses: tuple[str, ...]
    charges: tuple[EncounterCharge, ...]
    patient: Patient | None = None
    referring: Party | None = None
    facility: Party | None = None
    prior_authorization: str = ""
    referral_number: str = ""
    clia_number: str = ""
    admitted_on: date | None = None


def claim_from(encounter: Encounter, control_number: str) -> Claim:
    """The original claim (frequency 1) for an encounter, its lines numbered from 1 and traceable by REF*6R.

    Raises:
        ValueError: the encounter has no charge, or a charge points to a diagnosis that is not there.
    """
    if not encounter.charges:
        raise ValueError("an encounter without a charge makes no claim")
    known = range(1, len(encounter.diagnoses) + 1)
    if any(pointer not in known for charge in encounter.charges for pointer in charge.diagnosis_pointers):
        raise ValueError("a charge points to a diagnosis that the encounter does not have")
    lines = tuple(
        _line(encounter, number, charge, control_number) for number, charge in enumerate(encounter.charges, 1)
    )
    numbered = (
        ("G1", encounter.prior_authorization),
        ("9F", encounter.referral_number),
        ("X4", encounter.clia_number),
    )
    return Claim(
        control_number=control_number,
        charge_cents=sum(line.charge_cents for line in lines),
        place_of_service=encounter.place_of_service,
        billing=encounter.billing,
        coverage=encounter.coverage,
        lines=lines,
        diagnoses=tuple(
            Diagnosis(code, "ABK" if place == 0 else "ABF") for place, code in enumerate(encounter.diagnoses)
        ),
        patient=encounter.patient,
        referring=encounter.referring,
        rendering=None if encounter.rendering == encounter.billing else encounter.rendering,
        facility=encounter.facility,
        references=tuple(Reference(qualifier, value) for qualifier, value in numbered if value),
        dates=(DatedFact("435", encounter.admitted_on),) if encounter.admitted_on else (),
    )


def _line(encounter: Encounter, number: int, charge: EncounterCharge, control_number: str) -> ServiceLine:
    return ServiceLine(
        number=number,
        procedure=charge.procedure,
        charge_cents=charge.charge_cents,
        units=charge.units,
        service_from=encounter.served_on,
        service_to=encounter.served_on,
        diagnosis_pointers=charge.diagnosis_pointers,
        control_number=f"{control_number}-{number}",
    )
