"""What only an institutional claim says (X12 837I, implementation guide 005010X223A2): codes of the UB-04 form.

Code sets belong to the NUBC; here are only their codes, and what they mean is the code tables' business.
"""

from __future__ import annotations

from datetime import date

from denialml.claims.parts import Diagnosis
from denialml.claims.people import Party
from denialml.claims.value import Value


class DatedProcedure(Value, frozen=True):
    """A procedure of a stay and its day (HI): ``BBR``/``BBQ`` ICD-10-PCS principal and other, ``BR``/``BQ`` ICD-9."""

    code: str
    qualifier: str = ""
    day: date | None = None


class Occurrence(Value, frozen=True):
    """Something that happened on a day (HI*BH): an occurrence code, such as ``11`` onset of symptoms."""

    code: str
    day: date


class OccurrenceSpan(Value, frozen=True):
    """Something that went on from a day to a day (HI*BI): an occurrence span code."""

    code: str
    first: date
    last: date


class ValueCode(Value, frozen=True):
    """A value code (HI*BE) with its amount in hundredths: cents of money, or hundredths of days, visits and such."""

    code: str
    amount_cents: int


class InstitutionalDetail(Value, frozen=True):
    """The part of an institutional claim that a professional one does not have.

    ``admission_type``, ``admission_source`` and ``patient_status`` are CL101 to CL103. ``discharge_hour`` is ``HHMM``
    (DTP*096). The statement period (DTP*434) and the admission (DTP*435) stand among the claim's ``dates``.
    """

    admission_type: str = ""
    admission_source: str = ""
    patient_status: str = ""
    discharge_hour: str = ""
    admitting_diagnosis: Diagnosis | None = None
    reasons_for_visit: tuple[Diagnosis, ...] = ()
    external_causes: tuple[Diagnosis, ...] = ()
    drg: str = ""
    principal_procedure: DatedProcedure | None = None
    other_procedures: tuple[DatedProcedure, ...] = ()
    occurrence_spans: tuple[OccurrenceSpan, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    values: tuple[ValueCode, ...] = ()
    treatment_codes: tuple[str, ...] = ()
    attending: Party | None = None
    operating: Party | None = None
    other_operating: Party | None = None
