"""Who is insured, by whom, and who is treated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.people import Party
from denialml.claims.value import Value


class Coverage(Value, frozen=True):
    """One payer's cover for a claim (X12 loops 2000B, 2010BA and 2010BB).

    ``sequence`` is ``P``, ``S`` or ``T`` (SBR01); ``relationship`` is ``18`` when the patient is the subscriber and
    empty otherwise (SBR02); ``filing_indicator`` is SBR09: ``MB`` Medicare B, ``MC`` Medicaid, ``16`` Medicare
    Advantage, ``CI`` commercial, ``BL`` Blue, ``HM`` HMO. ``subscriber`` carries the member id, and ``payer`` among its
    references the billing provider's numbers there (``G2``, ``LU``). Death, weight in pounds and pregnancy (``Y``) of
    the subscriber are told when that is the patient (PAT).
    """

    payer: Party
    subscriber: Party
    sequence: str = "P"
    relationship: str = "18"
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    filing_indicator: str = ""
    subscriber_birth: date | None = None
    subscriber_sex: str = ""
    subscriber_death: date | None = None
    subscriber_weight: Decimal | None = None
    subscriber_pregnant: str = ""

    def __repr__(self) -> str:
        return f"Coverage({self.sequence}, {self.filing_indicator}, ***)"

    @property
    def payer_id(self) -> str:
        """The payer's identifier (NM109 of 2010BB)."""
        return self.payer.identifier

    @property
    def member_id(self) -> str:
        """The subscriber's member number (NM109 of 2010BA)."""
        return self.subscriber.identifier


class Patient(Value, frozen=True):
    """The patient, when not the subscriber (X12 loops 2000C and 2010CA). ``relationship`` is PAT01.

    ``weight`` is in pounds (PAT08), ``pregnant`` is ``Y`` or empty (PAT09).
    """

    party: Party
    relationship: str = ""
    birth: date | None = None
    sex: str = ""
    death: date | None = None
    weight: Decimal | None = None
    pregnant: str = ""

    def __repr__(self) -> str:
        return "Patient(***)"
