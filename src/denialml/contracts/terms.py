"""The payment terms of a contract, as data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Final

import msgspec

from denialml.contracts.schedule import FeeSchedule

#: Medicare's multiple procedure indicators (MULT PROC) under which something is reduced.
REDUCED: Final = frozenset("1234567")

_HUNDRED: Final = Decimal(100)
_SURGERY: Final = (_HUNDRED, Decimal(50), Decimal(50), Decimal(50), Decimal(50))  # Medicare manual, chapter 12, 40.6


@dataclass(frozen=True, slots=True)
class Terms:
    """How a payer prices services. The first of these that knows a code prices it:

    1. ``case_rates_cents``: one amount for a code, whatever the units, modifiers and other lines are.
    2. ``schedule``: the payer's own fees, a CSV file in the home's folder ``schedules`` (:func:`read_schedule`).
    3. ``medicare_percent`` of Medicare's physician fee schedule in ``locality`` (the contractor's five digits and the
       locality's two), on the day of service or always as on ``medicare_as_of``, with Medicare's conversion factor or
       the contract's own (``conversion_factor``, dollars).
    4. ``charge_percent`` of what was charged.

    Under 2 and 3 modifiers and other procedures of the day count: ``modifier_percents`` replaces what Medicare does
    with a modifier, ``multiple_procedures`` are the MULT PROC indicators whose reduction this payer takes, and
    ``surgery_percents`` its percents for surgery from the dearest procedure on. ``provider_percents`` are by rendering
    NPI (assistants and practitioners that are paid less). With ``lesser_of_charge`` no more than the charge is allowed.
    What was allowed is as expected within ``tolerance_cents`` or within ``tolerance_percent``, whichever is wider.
    """  # noqa: D415 - a list follows

    case_rates_cents: Mapping[str, int] = field(default_factory=dict)
    schedule: str = ""
    medicare_percent: Decimal | None = None
    medicare_as_of: date | None = None
    locality: str = ""
    conversion_factor: Decimal | None = None
    charge_percent: Decimal | None = None
    lesser_of_charge: bool = True
    modifier_percents: Mapping[str, Decimal] = field(default_factory=dict)
    multiple_procedures: frozenset[str] = REDUCED
    surgery_percents: tuple[Decimal, ...] = _SURGERY
    provider_percents: Mapping[str, Decimal] = field(default_factory=dict)
    tolerance_cents: int = 100
    tolerance_percent: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        """Refuse terms that cannot be meant.

        Raises:
            ValueError: saying what is wrong.
        """
        for problem in self._problems():
            raise ValueError(problem)

    def _problems(self) -> list[str]:
        percents = [*self.modifier_percents.values(), *self.surgery_percents, *self.provider_percents.values()]
        percents += [p for p in (self.medicare_percent, self.charge_percent, self.conversion_factor) if p is not None]
        amounts: list[Decimal | int] = [*percents, *self.case_rates_cents.values()]
        amounts += [self.tolerance_cents, self.tolerance_percent]
        based = self.case_rates_cents or self.schedule or self.charge_percent is not None
        return [
            words
            for words, wrong in (
                (
                    "`pays` names no price: give a case rate, a schedule or a percent",
                    not self._is_medicare and not based,
                ),
                ("`medicare_percent` needs a `locality` of seven digits", self._is_medicare and not self._has_locality),
                ("a percent, a rate or a tolerance is below zero", any(amount < 0 for amount in amounts)),
                ("`multiple_procedures` are of 1 to 7", not self.multiple_procedures <= REDUCED),
                ("`schedule` is the name of a file in `schedules`, without a folder", not _is_plain(self.schedule)),
            )
            if wrong
        ]

    @property
    def _is_medicare(self) -> bool:
        return self.medicare_percent is not None

    @property
    def _has_locality(self) -> bool:
        return len(self.locality) == 7 and self.locality.isascii() and self.locality.isalnum()


@dataclass(frozen=True)
class Agreement:
    """The terms of one payer from a day on, with the fee schedule that they name."""

    payer_id: str
    effective: date
    terms: Terms
    schedule: FeeSchedule | None = None

    @cached_property
    def version(self) -> str:
        """Payer, first day and a digest of terms and fees: two agreements that price alike in all have the same."""
        told = msgspec.json.encode(self.terms, order="sorted")
        digest = hashlib.sha256(told + (self.schedule.digest if self.schedule else "").encode()).hexdigest()[:12]
        return f"{self.payer_id} from {self.effective.isoformat()} #{digest}"


def _is_plain(name: str) -> bool:
    return not name or (not name.startswith(".") and not set(name) & set("/\\:"))
