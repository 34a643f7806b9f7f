"""What a payer says of an adjudicated claim as a whole, beside its adjustments: segments MIA and MOA.

They stand in a remittance (835, loop 2100) and in a claim to the next payer (837, loop 2320). Money is signed cents.
"""

from __future__ import annotations

from decimal import Decimal

from denialml.claims.value import Value


class InpatientAdjudication(Value, frozen=True):
    """Of an inpatient claim (X12 MIA). ``remarks`` are remark codes; amounts that were not sent are None."""

    covered_days: Decimal | None = None
    operating_outlier_cents: int | None = None
    lifetime_psychiatric_days: Decimal | None = None
    drg_cents: int | None = None
    remarks: tuple[str, ...] = ()
    disproportionate_share_cents: int | None = None
    secondary_payer_pass_through_cents: int | None = None
    capital_cents: int | None = None
    capital_federal_drg_cents: int | None = None
    capital_hospital_drg_cents: int | None = None
    capital_disproportionate_share_cents: int | None = None
    old_capital_cents: int | None = None
    capital_indirect_education_cents: int | None = None
    operating_hospital_drg_cents: int | None = None
    cost_report_days: Decimal | None = None
    operating_federal_drg_cents: int | None = None
    capital_outlier_cents: int | None = None
    indirect_teaching_cents: int | None = None
    professional_component_cents: int | None = None
    capital_exception_cents: int | None = None


class OutpatientAdjudication(Value, frozen=True):
    """Of an outpatient or professional claim (X12 MOA). ``reimbursement_rate`` is a share of one."""

    reimbursement_rate: Decimal | None = None
    hcpcs_payable_cents: int | None = None
    remarks: tuple[str, ...] = ()
    esrd_cents: int | None = None
    professional_component_cents: int | None = None
