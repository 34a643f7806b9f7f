"""What a practice agreed with its payers and set for itself: contracts, enrolments and fees, by date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final, get_origin

import msgspec
import yaml

from denialml import codes
from denialml.contracts import Terms
from denialml.errors import BadInputError


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
    ``telehealth_place`` are what the payer takes. ``replacements`` maps codes to those it wants instead. ``pays`` is
    how it prices services; scrubbing does not look at it.
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
    pays: Terms | None = None


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
    ``waived``, ``ppm`` or ``full``. ``medicare_contractors`` are the contract numbers under which Medicare's contractor
    publishes its coverage policies for the practice.
    """

    contracts: Mapping[str, tuple[Contract, ...]] = field(default_factory=dict)
    enrolments: Mapping[str, tuple[Enrolment, ...]] = field(default_factory=dict)
    fees_cents: Mapping[str, int] = field(default_factory=dict)
    certificate: str = ""
    medicare_contractors: frozenset[str] = frozenset()

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


def read_practice(text: str, where: str) -> Practice:
    """A practice's data from YAML, in the fields of :class:`Practice`; ``where`` is named in messages.

    Raises:
        BadInputError: no YAML, an unknown field, or a value of another kind.
    """
    try:
        described = yaml.safe_load(text) or {}
        _check_names(described, Practice, where)
        return msgspec.convert(described, Practice, dec_hook=_pattern)
    except yaml.YAMLError as error:
        raise BadInputError(f"{where}: this is no YAML: {error}") from error
    except (msgspec.ValidationError, re.error) as error:
        raise BadInputError(f"{where}: {error}") from error


def _check_names(described: Any, kind: type, where: str) -> None:
    """A misspelt field must not pass for one left out."""
    known = {each.name for each in fields(kind)}
    if not isinstance(described, dict) or not described.keys() <= known:
        raise BadInputError(f"{where}: the fields are {', '.join(sorted(known))}")
    for name, inner in (("contracts", Contract), ("enrolments", Enrolment)) if kind is Practice else ():
        for payer, rows in described.get(name, {}).items():
            for row in rows:
                _check_names(row, inner, f"{where}, {name} of {payer}")
                if row.get("pays") is not None:
                    _check_names(row["pays"], Terms, f"{where}, what {payer} pays")


def _pattern(kind: type, value: Any) -> Any:
    if get_origin(kind) is re.Pattern:
        return re.compile(value)
    raise NotImplementedError


NO_CONTRACT: Final = Contract(date.min)

MEDICARE: Final = "medicare_ffs"
MEDICARE_ADVANTAGE: Final = "medicare_advantage"
MEDICAID: Final = "medicaid"
OTHER: Final = "other"  # workers' compensation, cars, liability, and what no indicator names


def payer_kind(filing_indicator: str, on: date) -> str:
    """The kind of payer by the claim filing indicator (SBR09), as :func:`denialml.codes.payer_kind` names it."""
    return codes.payer_kind(filing_indicator, on) or OTHER
