"""The words features are told in: a biller's reason groups, families of denial reasons, kinds of procedure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "authorization": "Prior authorization and referral",
        "eligibility": "Eligibility and coverage",
        "payer_procedure_history": "How this payer treats this procedure",
        "payer_history": "How this payer treats our claims",
        "diagnosis_history": "Diagnosis and medical necessity",
        "provider_history": "Rendering provider",
        "modifier_and_bundling": "Modifiers and bundling",
        "timely_filing": "Filing delay",
        "place_of_service": "Place of service",
        "duplicate": "Duplicate or repeated service",
        "claim_content": "Charge and size of the claim",
        "documentation": "Missing data and documentation",
        "demographics": "Patient's age and sex",
    }
)
"""A biller's reason groups: key, title."""

FAMILIES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "authorization": frozenset({"15", "39", "95", "197", "198", "210", "243", "284"}),
        "eligibility": frozenset({"22", "26", "27", "31", "32", "33", "34", "109", "140", "177", "179", "180", "200"}),
        "documentation": frozenset({"16", "148", "163", "164", "206", "207", "226", "227", "250", "251", "252"}),
        "necessity": frozenset({"11", "50", "55", "56", "146", "167", "261", "272"}),
        "bundling": frozenset({"4", "60", "97", "107", "182", "231", "234", "236"}),
        "noncovered": frozenset({"35", "49", "96", "119", "149", "202", "204", "256", "273"}),
        "units": frozenset({"150", "151", "152", "153", "154", "222"}),
        "place": frozenset({"5", "58"}),
        "provider": frozenset({"8", "12", "170", "171", "172", "183", "184", "185", "208", "242", "279", "B7"}),
        "duplicate": frozenset({"18"}),
        "timely": frozenset({"29"}),
    }
)
"""Families of claim adjustment reason codes (X12 external code source 139) that one office habit answers."""

FAMILY_GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "authorization": "authorization",
        "eligibility": "eligibility",
        "documentation": "documentation",
        "necessity": "diagnosis_history",
        "bundling": "modifier_and_bundling",
        "noncovered": "payer_procedure_history",
        "units": "claim_content",
        "place": "place_of_service",
        "provider": "provider_history",
        "duplicate": "duplicate",
        "timely": "timely_filing",
    }
)
"""The reason group each family belongs to."""
