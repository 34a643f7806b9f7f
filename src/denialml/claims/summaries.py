"""A provider's sums over a group of claim payments (835 loop 2000), as payers of Medicare send them.

Money is signed cents; what was not sent is None.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from denialml.claims.value import Value


class ProviderSummary(Value, frozen=True):
    """Sums over all claims of the group (X12 TS3).

    ``facility_type`` is the type of bill without its frequency, or the place of service. ``secondary_payer`` amounts
    are those of payers before Medicare; ``interim`` counts and sums what was paid in periodic interim payments.
    """

    provider_id: str = ""
    facility_type: str = ""
    fiscal_period_end: date | None = None
    claims: Decimal | None = None
    charge_cents: int | None = None
    secondary_payer_cents: int | None = None
    non_laboratory_charge_cents: int | None = None
    hcpcs_reportable_cents: int | None = None
    hcpcs_payable_cents: int | None = None
    professional_component_cents: int | None = None
    secondary_payer_patient_cents: int | None = None
    patient_reimbursement_cents: int | None = None
    interim_claims: Decimal | None = None
    interim_adjustment_cents: int | None = None


class InpatientSummary(Value, frozen=True):
    """Sums over the inpatient claims of the group, paid by DRG (X12 TS2)."""

    drg_cents: int | None = None
    federal_cents: int | None = None
    hospital_cents: int | None = None
    disproportionate_share_cents: int | None = None
    capital_cents: int | None = None
    indirect_education_cents: int | None = None
    outlier_days: Decimal | None = None
    day_outlier_cents: int | None = None
    cost_outlier_cents: int | None = None
    average_stay_days: Decimal | None = None
    discharges: Decimal | None = None
    cost_report_days: Decimal | None = None
    covered_days: Decimal | None = None
    non_covered_days: Decimal | None = None
    secondary_payer_pass_through_cents: int | None = None
    average_drg_weight: Decimal | None = None
    capital_federal_drg_cents: int | None = None
    capital_hospital_drg_cents: int | None = None
    disproportionate_share_drg_cents: int | None = None
