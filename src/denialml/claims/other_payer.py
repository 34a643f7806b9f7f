"""What the payers before this one said: secondary and tertiary claims (X12 837, loops 2320, 2330 and 2430)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.adjudication import InpatientAdjudication, OutpatientAdjudication
from denialml.claims.parts import Amount, Procedure
from denialml.claims.people import Party
from denialml.claims.remittance import Adjustment
from denialml.claims.value import Value


class OtherPayerProvider(Value, frozen=True):
    """A provider as the other payer knows it (loops 2330C to 2330I): its role (NM101) and its numbers there."""

    role: str
    party: Party


class OtherCoverage(Value, frozen=True):
    """The cover by another payer and what that payer decided of the claim, if anything yet (loops 2320 and 2330).

    ``sequence`` is SBR01, ``relationship`` SBR02: what the patient is to the subscriber. ``amounts`` are ``D`` paid,
    ``EAF`` the patient's remaining share, ``A8`` not covered. ``adjustments`` are those of the claim level; each
    adjustment stands at one level, never at both. ``benefits_assigned``, ``patient_signature`` and ``release`` are
    OI03, OI04 and OI06. A payer or subscriber that was not sent, though the guide asks for it, is an empty party.
    """

    payer: Party = Party()
    subscriber: Party = Party()
    sequence: str = ""
    relationship: str = ""
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    filing_indicator: str = ""
    benefits_assigned: str = ""
    patient_signature: str = ""
    release: str = ""
    adjudicated_on: date | None = None
    amounts: tuple[Amount, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    inpatient: InpatientAdjudication | None = None
    outpatient: OutpatientAdjudication | None = None
    providers: tuple[OtherPayerProvider, ...] = ()

    def __repr__(self) -> str:
        return f"OtherCoverage({self.sequence}, {self.filing_indicator}, ***)"


class LineAdjudication(Value, frozen=True):
    """What another payer decided of a line (loop 2430). ``payer_id`` is that payer's identifier in its loop 2330B.

    ``bundled_into`` is the number of the line that this one was bundled into (SVD06). ``amounts`` is ``EAF``, the
    patient's remaining share.
    """

    payer_id: str
    paid_cents: int
    procedure: Procedure | None = None
    revenue_code: str = ""
    units: Decimal | None = None
    bundled_into: str = ""
    adjudicated_on: date | None = None
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[Amount, ...] = ()
