"""What a practice agreed with its payers and set for itself: contracts, enrolments and fees, by date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from denialml import codes


@dataclass(frozen=True, slots=True)
class FrequencyLimit:
    """At most ``most`` units of a family of codes in ``days`` days, the day of service included."""

    codes: frozenset[str]
    most: int
    days: int


@dataclass(frozen=True, slots=True)
class Contract:
    """What a payer wants of the practice's claims, from ``effective`` on.

    Empty texts, None and empty sets mean that nothing is known, so that rules stay silent. ``follows`` and ``ignores``
    are numbers of rules that hold for this payer though not for its kind, or the reverse. ``filing_days`` counts from
    the service, ``secondary_filing_days`` from the answer of the payer before. ``telehealth_modifier`` and
    ``telehealth_place`` are what the payer takes. ``replacements`` maps codes to those it wants instead.
    """

    effective: date
    filing_indicators: frozenset[str] = frozenset()
    member_id: re.Pattern[str] | None = None
    assignment: str = ""
    follows: frozenset[str] = frozenset()
    ignores: frozenset[str] = frozenset()
    filing_days: int | None = None
    secondary_filing_days: int | None = None
    takes_replacements: bool = True
    wants_referral: bool = False
    wants_subset_modifiers: bool = False
    wants_drug_codes: bool = False
    telehealth_modifier: str = ""
    telehealth_place: str = ""
    replacements: Mapping[str, str] = field(default_factory=dict)
    authorized_codes: frozenset[str] = frozenset()
    investigational: frozenset[str] = frozenset()
    excluded_services: frozenset[str] = frozenset()
    wants_records: frozenset[str] = frozenset()
    frequency_limits: tuple[FrequencyLimit, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A provider's enrolment with a payer: under which tax id and taxonomy, from when to when."""

    npi: str
    payer_id: str
    effective: date
    end: date | None = None
    tax_id: str = ""
    taxonomy: str = ""

    def holds(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.effective <= on and (self.end is None or on <= self.end)


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice's own data, which rules look into. What it leaves empty, rules stay silent about.

    ``contracts`` are by payer id, the oldest first. ``enrolments`` are by payer id. ``fees_cents`` is the charge of one
    unit by code, or by code and modifiers joined with dashes (``70450-26``). ``certificate`` is the laboratory's:
    ``waived``, ``ppm`` or ``full``.
    """

    contracts: Mapping[str, tuple[Contract, ...]] = field(default_factory=dict)
    enrolments: Mapping[str, tuple[Enrolment, ...]] = field(default_factory=dict)
    fees_cents: Mapping[str, int] = field(default_factory=dict)
    certificate: str = ""

    def contract(self, payer_id: str, on: date) -> Contract:
        """The contract that holds on a day, or one that says nothing."""
        for each in reversed(self.contracts.get(payer_id, ())):
            if each.effective <= on:
                return each
        return NO_CONTRACT

    def fee(self, code: str, modifiers: tuple[str, ...]) -> int | None:
        """The charge of one unit in cents; None where the practice has none on file."""
        exact = self.fees_cents.get("-".join((code, *modifiers))) if modifiers else None
        return exact if exact is not None else self.fees_cents.get(code)


NO_CONTRACT: Final = Contract(date.min)

MEDICARE: Final = "medicare_ffs"
MEDICARE_ADVANTAGE: Final = "medicare_advantage"
MEDICAID: Final = "medicaid"
OTHER: Final = "other"  # workers' compensation, cars, liability, and what no indicator names


def payer_kind(filing_indicator: str, on: date) -> str:
    """The kind of payer by the claim filing indicator (SBR09), as :func:`denialml.codes.payer_kind` names it."""
    return codes.payer_kind(filing_indicator, on) or OTHER
