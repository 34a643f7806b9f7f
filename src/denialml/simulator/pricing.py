"""What a payer pays for a line it covers: its fee, the patient's share, Medicare's sequestration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from denialml.claims import Adjustment, ServiceLine
from denialml.money import share_of
from denialml.simulator.data import document
from denialml.simulator.dice import Dice

_MODIFIER_SHARES = {"26": 35, "50": 150}  # percent of the fee: professional component, both sides


@dataclass(slots=True)
class _Member:
    """A member's share this year: what is left of the deductible in cents, whether visits have a copay."""

    year: int
    deductible_cents: int
    has_deductible: bool
    has_copay: bool


@dataclass(frozen=True, slots=True)
class Price:
    """A covered line in cents: what is allowed, what is paid, and the adjustments between charge and payment."""

    allowed_cents: int
    paid_cents: int
    patient_cents: int
    adjustments: tuple[Adjustment, ...]


class Fees:
    """One payer's fee schedule and benefit design, with each member's deductible as it is used up."""

    def __init__(self, data: Mapping[str, Any], dice: Dice) -> None:
        schedule = document("fees.yaml")
        conversion = float(document("medicine.yaml")["charges"]["conversion"]) * 100
        self._visits = frozenset(schedule["visits"])
        self._preventive = frozenset(schedule["preventive"])
        factors = data["fees"]
        self._fees = {
            code: max(1, round(value * conversion * factors["visit_factor" if code in self._visits else "factor"]))
            for code, value in schedule["values"].items()
        }
        self._share: Mapping[str, Any] = data["patient_share"]
        self._sequestration = round(float(data.get("sequestration", 0)) * 1000)
        self._dice = dice
        self._members: dict[str, _Member] = {}

    def price(self, line: ServiceLine, member_id: str, served: date) -> Price:
        """Adjudicate the money of a covered line."""
        procedure = line.procedure
        fee = self._fees[procedure.code]
        for modifier in procedure.modifiers:
            fee = share_of(fee, _MODIFIER_SHARES.get(modifier, 100), 100)
        allowed = min(line.charge_cents, fee * int(line.units))
        shares = self._patient_shares(procedure.code, allowed, self._member(member_id, served.year))
        return self._settled(line.charge_cents, allowed, shares)

    def repriced(self, line: ServiceLine, price: Price, percent: int) -> Price:
        """The same line at another fee, the patient's share unchanged as far as the new amount covers it."""
        shares = [(a.reason, a.amount_cents) for a in price.adjustments if a.group == "PR"]
        allowed = min(line.charge_cents, share_of(price.allowed_cents, percent, 100))
        return self._settled(line.charge_cents, max(allowed, price.patient_cents), shares)

    def _settled(self, charge: int, allowed: int, shares: list[tuple[str, int]]) -> Price:
        patient = sum(cents for _, cents in shares)
        withheld = share_of(allowed - patient, self._sequestration, 1000)
        adjustments = [("CO", "45", charge - allowed), ("CO", "253", withheld)]
        adjustments += [("PR", reason, cents) for reason, cents in shares]
        return Price(
            allowed,
            allowed - patient - withheld,
            patient,
            tuple(Adjustment(group, reason, cents) for group, reason, cents in adjustments if cents),
        )

    def _member(self, member_id: str, year: int) -> _Member:
        """The member's account, opened afresh each year."""
        member = self._members.get(member_id)
        if member is None:
            has_deductible = self._dice.chance(float(self._share.get("deductible_chance", 0)))
            has_copay = self._dice.chance(float(self._share.get("copay_chance", 0)))
            member = self._members[member_id] = _Member(0, 0, has_deductible, has_copay)
        if year > member.year:
            member.year = year
            member.deductible_cents = round(float(self._share.get("deductible", 0)) * 100) * member.has_deductible
        return member

    def _patient_shares(self, code: str, allowed: int, member: _Member) -> list[tuple[str, int]]:
        """The patient's part as (reason, cents): 1 deductible, 2 coinsurance, 3 copay."""
        if code in self._preventive:
            return []
        if code in self._visits and member.has_copay:
            return [("3", min(allowed, round(float(self._share["copay"]) * 100)))]
        met = min(allowed, member.deductible_cents)
        member.deductible_cents -= met
        coinsurance = share_of(allowed - met, round(float(self._share.get("coinsurance", 0)) * 100), 100)
        return [("1", met), ("2", coinsurance)]
