"""Features of the claim itself, declared one by one. Each expression reads one enriched line (``claimlines.py``).

The claim is seen whole, as it was ready on T: its other lines are content, other claims are history (``history.py``).
"""

from __future__ import annotations

from typing import Final

from denialml.features.feature import Feature, Kind


def _content(
    name: str, meaning: str, inputs: str, group: str, unit: str, expression: str, kind: Kind = "number"
) -> Feature:
    return Feature(name, meaning, tuple(inputs.split()), "known_on", kind, group, unit, expression)


def _modifier(name: str, meaning: str, codes: str) -> Feature:
    listed = ", ".join(f"'{code}'" for code in codes.split())
    expression = f"CAST(list_has_any(modifier_list, [{listed}]) AS INTEGER)"
    return _content(
        name, f"{meaning} ({codes.replace(' ', ', ')})", "modifiers", "modifier_and_bundling", "flag", expression
    )


MONEY_AND_SIZE: Final = (
    _content("line_charge_cents", "Charge of the line", "charge_cents", "claim_content", "cents", "charge_cents"),
    _content(
        "log_line_charge",
        "Natural logarithm of one plus the line's charge in cents",
        "charge_cents",
        "claim_content",
        "log",
        "ln(1 + greatest(charge_cents, 0))",
    ),
    _content(
        "unit_charge_cents",
        "Charge for one unit",
        "charge_cents units",
        "claim_content",
        "cents",
        "CASE WHEN units > 0 THEN charge_cents / units END",
    ),
    _content("units", "Units of service", "units", "claim_content", "units", "units"),
    _content(
        "claim_charge_total_cents",
        "Charge of the whole claim",
        "claim_charge_cents",
        "claim_content",
        "cents",
        "claim_charge_cents",
    ),
    _content(
        "charge_share_of_claim",
        "The line's share of the claim's charge",
        "charge_cents claim_charge_cents",
        "claim_content",
        "share",
        "CASE WHEN claim_charge_cents > 0 THEN charge_cents / claim_charge_cents END",
    ),
    _content(
        "position_on_claim", "Number of the line on the claim", "line_number", "claim_content", "number", "line_number"
    ),
    _content("lines_on_claim", "Lines on the claim", "line_count", "claim_content", "lines", "line_count"),
    _content("payer_code", "The payer", "payer", "payer_history", "code", "payer", "category"),
    _content(
        "procedure_code", "The procedure", "procedure", "payer_procedure_history", "code", "procedure", "category"
    ),
    _content(
        "claim_frequency",
        "Claim frequency: 1 original, 7 replacement, 8 void",
        "frequency",
        "claim_content",
        "code",
        "frequency",
        "category",
    ),
)

COVERAGE_AND_PATIENT: Final = (
    _content(
        "patient_age_years", "Patient's age at the service", "patient_age", "demographics", "years", "patient_age"
    ),
    _content("sex", "Patient's sex as registered", "patient_sex", "demographics", "code", "patient_sex", "category"),
    _content(
        "coverage_kind",
        "Kind of cover (claim filing indicator)",
        "filing_indicator",
        "eligibility",
        "code",
        "filing_indicator",
        "category",
    ),
    _content(
        "coverage_order",
        "Whether this payer is primary, secondary or tertiary",
        "coverage_sequence",
        "eligibility",
        "code",
        "coverage_sequence",
        "category",
    ),
    _content(
        "patient_is_dependent",
        "The patient is not the subscriber",
        "relationship",
        "eligibility",
        "flag",
        "CASE WHEN relationship <> '' THEN CAST(relationship <> '18' AS INTEGER) END",
    ),
    _content(
        "has_prior_authorization_number",
        "A prior authorization number is on the claim",
        "has_prior_authorization",
        "authorization",
        "flag",
        "CAST(has_prior_authorization AS INTEGER)",
    ),
    _content(
        "has_referral_number",
        "A referral number is on the claim",
        "has_referral",
        "authorization",
        "flag",
        "CAST(has_referral AS INTEGER)",
    ),
    _content(
        "has_referring_provider",
        "A referring provider is on the claim",
        "has_referring",
        "documentation",
        "flag",
        "CAST(has_referring AS INTEGER)",
    ),
)

PLACE_TIME_AND_PROVIDER: Final = (
    _content(
        "place", "Place of service", "place_of_service", "place_of_service", "code", "place_of_service", "category"
    ),
    _content(
        "specialty",
        "Billing or rendering specialty (taxonomy)",
        "taxonomy",
        "provider_history",
        "code",
        "taxonomy",
        "category",
    ),
    _content(
        "rendering_is_billing",
        "The rendering provider is also the billing one",
        "rendering_npi billing_npi",
        "provider_history",
        "flag",
        "CASE WHEN rendering_npi <> '' THEN CAST(rendering_npi = billing_npi AS INTEGER) END",
    ),
    _content(
        "days_service_to_ready",
        "Days from the service until the claim was ready",
        "served_on known_on",
        "timely_filing",
        "days",
        "day - served_day",
    ),
    _content(
        "service_weekday",
        "Weekday of the service, Monday is 1",
        "served_on",
        "place_of_service",
        "number",
        "isodow(served_on)",
    ),
    _content(
        "service_day_of_year",
        "Day of the year of the service (cover often changes in January)",
        "served_on",
        "eligibility",
        "days",
        "dayofyear(served_on)",
    ),
)

DIAGNOSES: Final = (
    _content(
        "diagnoses_on_claim",
        "Diagnoses on the claim",
        "diagnosis_count",
        "diagnosis_history",
        "number",
        "diagnosis_count",
    ),
    _content(
        "diagnosis_chapter",
        "First letter of the line's diagnosis",
        "diagnosis",
        "diagnosis_history",
        "code",
        "left(diagnosis, 1)",
        "category",
    ),
    _content(
        "diagnosis_length",
        "Characters of the line's diagnosis code: longer is more specific",
        "diagnosis",
        "diagnosis_history",
        "number",
        "length(diagnosis)",
    ),
    _content(
        "diagnosis_is_unspecified",
        "The line's diagnosis code ends in 9, which mostly means unspecified",
        "diagnosis",
        "diagnosis_history",
        "flag",
        "CAST(length(diagnosis) > 3 AND diagnosis LIKE '%9' AS INTEGER)",
    ),
    _content(
        "diagnosis_is_principal",
        "The line points to the claim's principal diagnosis",
        "diagnosis principal_diagnosis",
        "diagnosis_history",
        "flag",
        "CAST(diagnosis = principal_diagnosis AS INTEGER)",
    ),
)

MODIFIERS: Final = (
    _content(
        "modifiers_on_line",
        "Modifiers on the line",
        "modifiers",
        "modifier_and_bundling",
        "number",
        "len(modifier_list)",
    ),
    _modifier("modifier_separate_visit", "Significant, separately identifiable visit", "25"),
    _modifier("modifier_distinct_service", "Distinct procedural service", "59 XE XP XS XU"),
    _modifier("modifier_component", "Professional or technical component", "26 TC"),
    _modifier("modifier_side", "Left, right or both sides", "50 LT RT"),
    _modifier("modifier_telehealth", "Telehealth", "93 95 FQ GQ GT"),
    _modifier("modifier_global_period", "Within or outside a global period", "24 57 58 78 79"),
    _modifier("modifier_notice", "Notice of likely non-coverage", "GA GX GY GZ"),
    _modifier("modifier_repeat", "Repeated service", "76 77 91"),
    _modifier("modifier_criteria_met", "Payer's criteria stated as met", "KX"),
)

OTHER_LINES: Final = (
    _content(
        "is_visit",
        "The line is an evaluation and management visit (CPT 99202 to 99499)",
        "procedure",
        "modifier_and_bundling",
        "flag",
        "CAST(is_visit AS INTEGER)",
    ),
    _content(
        "procedures_beside",
        "Other lines on the claim that are procedures: CPT 10004 to 69990 and 90281 to 99199",
        "procedure line_number",
        "modifier_and_bundling",
        "lines",
        "procedures_beside",
    ),
    _content(
        "visits_beside",
        "Other lines on the claim that are visits",
        "procedure line_number",
        "modifier_and_bundling",
        "lines",
        "visits_beside",
    ),
    _content(
        "visit_beside_procedure_without_25",
        "A visit beside a procedure on the same claim, without modifier 25",
        "procedure modifiers line_number",
        "modifier_and_bundling",
        "flag",
        "CAST(is_visit AND procedures_beside > 0 AND NOT list_contains(modifier_list, '25') AS INTEGER)",
    ),
    _content(
        "procedure_beside_procedure_without_59",
        "A procedure beside another on the same claim, without modifier 59 or X",
        "procedure modifiers line_number",
        "modifier_and_bundling",
        "flag",
        "CAST(is_procedure AND procedures_beside > 0"
        " AND NOT list_has_any(modifier_list, ['59', 'XE', 'XP', 'XS', 'XU']) AS INTEGER)",
    ),
    _content(
        "same_procedure_beside",
        "Other lines on the claim with the same procedure",
        "procedure line_number",
        "duplicate",
        "lines",
        "same_procedure_beside",
    ),
    _content(
        "same_procedure_above",
        "Earlier lines on the claim with the same procedure",
        "procedure line_number",
        "duplicate",
        "lines",
        "same_procedure_above",
    ),
)

CONTENT: Final[tuple[Feature, ...]] = (
    *MONEY_AND_SIZE,
    *COVERAGE_AND_PATIENT,
    *PLACE_TIME_AND_PROVIDER,
    *DIAGNOSES,
    *MODIFIERS,
    *OTHER_LINES,
)
"""Every feature of the claim itself."""
