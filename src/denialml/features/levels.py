"""The levels of history, one declaration each: what "such lines" means. A parent stands before its children.

Keys are columns of the enriched line (``claimlines.py``). Besides the snapshot's own: ``diagnosis_category`` is the
first three characters of the diagnosis, ``companion`` the procedure of the dearest other line of the claim (empty when
alone), ``delay_band`` the days from service to ready in bands that end at 30, 60, 90, 120, 180 and 365 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from denialml.features.feature import Level

DELAY_BANDS_DAYS: Final = (30, 60, 90, 120, 180, 365)
"""Upper ends (inclusive) of the filing delay bands: the filing limits that payers' contracts commonly state."""

PRIOR_RATE: Final = 0.1
"""Denial rate assumed before any history, worth ``prior_lines`` of the widest level. Industry: 5 to 17% of claims."""

DEFAULT_ALLOWED_RATIO: Final = 0.4
"""Allowed amount per charge assumed before any payment is known."""

ALLOWED_MINIMUM_LINES: Final = 5
"""Paid lines a level needs before its own allowed ratio is used."""

OUTCOME_LEVELS: Final = (
    Level("practice", (), "of the practice", "payer_history", windows=(90, 365), keeps_allowed=True),
    Level(
        "payer",
        ("payer",),
        "to this payer",
        "payer_history",
        parent="practice",
        windows=(30, 90, 365),
        keeps_allowed=True,
    ),
    Level("procedure", ("procedure",), "of this procedure to any payer", "payer_procedure_history", parent="practice"),
    Level(
        "payer_procedure",
        ("payer", "procedure"),
        "of this procedure to this payer",
        "payer_procedure_history",
        parent="payer",
        windows=(30, 90, 365),
        families=(
            "authorization",
            "eligibility",
            "documentation",
            "necessity",
            "bundling",
            "noncovered",
            "units",
            "place",
            "provider",
            "duplicate",
            "timely",
        ),
        keeps_allowed=True,
    ),
    Level(
        "payer_procedure_authorization",
        ("payer", "procedure", "has_prior_authorization"),
        "of this procedure to this payer, alike with or without a prior authorization,",
        "authorization",
        parent="payer_procedure",
        windows=(30, 90, 365),
    ),
    Level(
        "payer_procedure_referral",
        ("payer", "procedure", "has_referral", "has_referring"),
        "of this procedure to this payer, alike in referral and referring provider,",
        "documentation",
        parent="payer_procedure",
    ),
    Level(
        "payer_procedure_modifiers",
        ("payer", "procedure", "modifiers"),
        "of this procedure with the same modifiers to this payer",
        "modifier_and_bundling",
        parent="payer_procedure",
    ),
    Level(
        "payer_procedure_companion",
        ("payer", "procedure", "modifiers", "companion"),
        "of this procedure with the same modifiers beside the same other procedure to this payer",
        "modifier_and_bundling",
        parent="payer_procedure_modifiers",
    ),
    Level(
        "payer_procedure_units",
        ("payer", "procedure", "units"),
        "of this procedure with as many units to this payer",
        "claim_content",
        parent="payer_procedure",
    ),
    Level(
        "payer_diagnosis_category",
        ("payer", "diagnosis_category"),
        "with a diagnosis of this category to this payer",
        "diagnosis_history",
        parent="payer",
    ),
    Level(
        "payer_diagnosis",
        ("payer", "diagnosis"),
        "with this diagnosis to this payer",
        "diagnosis_history",
        parent="payer_diagnosis_category",
    ),
    Level(
        "payer_procedure_diagnosis_category",
        ("payer", "procedure", "diagnosis_category"),
        "of this procedure with a diagnosis of this category to this payer",
        "diagnosis_history",
        parent="payer_procedure",
        families=("necessity",),
    ),
    Level(
        "payer_provider",
        ("payer", "rendering_npi"),
        "of this provider to this payer",
        "provider_history",
        parent="payer",
        families=("provider",),
    ),
    Level(
        "payer_procedure_provider",
        ("payer", "procedure", "rendering_npi"),
        "of this procedure by this provider to this payer",
        "provider_history",
        parent="payer_procedure",
    ),
    Level(
        "payer_place",
        ("payer", "place_of_service"),
        "at this place of service to this payer",
        "place_of_service",
        parent="payer",
    ),
    Level(
        "payer_procedure_place",
        ("payer", "procedure", "place_of_service"),
        "of this procedure at this place of service to this payer",
        "place_of_service",
        parent="payer_procedure",
    ),
    Level(
        "payer_coverage",
        ("payer", "coverage_sequence", "relationship"),
        "with cover of the same order and relationship to this payer",
        "eligibility",
        parent="payer",
    ),
    Level(
        "payer_delay",
        ("payer", "delay_band"),
        "filed after about as many days to this payer",
        "timely_filing",
        parent="payer",
    ),
    Level(
        "member",
        ("member_key",),
        "of this member",
        "eligibility",
        parent="payer",
        windows=(90, 365),
        prior_lines=5,
        families=("eligibility",),
        days_since=("denial", "payment", "eligibility"),
    ),
)
"""Levels counted over first adjudications, visible from the day after they were received."""

LINE_LEVELS: Final = (
    Level(
        "patient",
        ("patient_id",),
        "of this patient",
        "duplicate",
        "lines",
        windows=(365,),
        days_since=("line",),
        shares=("claims",),
    ),
    Level(
        "patient_procedure",
        ("patient_id", "procedure"),
        "of this procedure for this patient",
        "duplicate",
        "lines",
        windows=(30, 365),
        days_since=("line",),
    ),
    Level(
        "patient_served_day",
        ("patient_id", "served_day"),
        "for this patient's services of the same day",
        "duplicate",
        "lines",
        windows=(365,),
        days_since=(),
    ),
    Level(
        "same_service",
        ("patient_id", "procedure", "served_day"),
        "of this procedure for this patient on the same day",
        "duplicate",
        "lines",
        windows=(365,),
        days_since=("line",),
    ),
    Level(
        "procedure_charge",
        ("procedure",),
        "of this procedure",
        "claim_content",
        "lines",
        windows=(365,),
        days_since=(),
        shares=("usual_charge_cents", "usual_milliunits"),
    ),
)
"""Levels counted over lines of other claims, visible from the day after they were ready."""

LEVELS: Final[Mapping[str, Level]] = MappingProxyType({level.name: level for level in (*OUTCOME_LEVELS, *LINE_LEVELS)})
"""Every level by name."""
