"""What a payer pays for a line it covers: its fee, the patient's share, Medicare's sequestration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from denialml.claims import Adjustment, ServiceLine
from denialml.money import share_of
from denialml.simulator.data import document
from denialml.simulator.dice import Fates

MODIFIER_PERCENTS = {"26": 35, "50": 150}  # of the fee: professional component, both sides


@dataclass(slots=True)
class _Member:
    """A member's account of a year: what is left, in cents, of the deductible and of the out-of-pocket limit."""

    year: int
    deductible_cents: int
    limit_cents: int
    has_copay: bool


@dataclass(frozen=True, slots=True)
class Price:
    """A covered line in cents: what is allowed, what is paid, and the adjustments between charge and payment.

    ``underpaid_cents`` is how much less was allowed than the contract says, below zero for more.
    """

    allowed_cents: int
    paid_cents: int
    patient_cents: int
    adjustments: tuple[Adjustment, ...]
    underpaid_cents: int = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Fees in cents by procedure, for services from a day on."""

    first: date
    fees: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Design:
    """What members pay themselves, in cents and percent; ``limit`` is the most in a year."""

    deductible: int
    deductible_chance: float
    copay: int
    copay_chance: float
    coinsurance: int
    limit: int

    @classmethod
    def of(cls, share: Mapping[str, Any]) -> _Design:
        """The design in a payer's ``patient_share``."""
        return cls(
            deductible=round(float(share.get("deductible", 0)) * 100),
            deductible_chance=float(share.get("deductible_chance", 0)),
            copay=round(float(share.get("copay", 0)) * 100),
            copay_chance=float(share.get("copay_chance", 0)),
            coinsurance=round(float(share.get("coinsurance", 0)) * 100),
            limit=round(float(share.get("out_of_pocket", 10**7)) * 100),
        )


class Fees:
    """One payer's fee schedules and benefit design, with each member's deductible and limit as they are used up."""

    def __init__(self, data: Mapping[str, Any], fates: Fates) -> None:
        worth = document("fees.yaml")
        self._visits = frozenset(worth["visits"])
        self._preventive = frozenset(worth["preventive"])
        self._schedules = [self._schedule(entry, worth["values"]) for entry in reversed(data["fees"])]
        self._design = _Design.of(data["patient_share"])
        self._sequestration = round(float(data.get("sequestration", 0)) * 1000)
        self._variance: Mapping[str, Any] = data.get("variance", {"rate": 0, "low": 100, "high": 100})
        self._late = timedelta(days=self._variance.get("late_days", 0))
        self._fates = fates
        self._members: dict[str, _Member] = {}

    def fee(self, line: ServiceLine, served: date) -> int:
        """The contract's fee in cents for the line's procedure, modifiers and units."""
        procedure = line.procedure
        fee = next(schedule.fees for schedule in self._schedules if schedule.first <= served)[procedure.code]
        for modifier in procedure.modifiers:
            fee = share_of(fee, MODIFIER_PERCENTS.get(modifier, 100), 100)
        return fee * int(line.units)

    @property
    def schedules(self) -> tuple[Schedule, ...]:
        """The fee schedules, the oldest first; each holds until the next."""
        return tuple(reversed(self._schedules))

    def price(self, line: ServiceLine, member_id: str, served: date) -> Price:
        """Adjudicate the money of a covered line, and take its part of the member's deductible and limit."""
        member = self._account(member_id, served.year)
        self._members[member_id] = member
        price = self._quoted(line, member, served)
        for adjustment in price.adjustments:
            if adjustment.group == "PR":
                member.limit_cents -= adjustment.amount_cents
                if adjustment.reason == "1":
                    member.deductible_cents -= adjustment.amount_cents
        return price

    def quote(self, line: ServiceLine, member_id: str, served: date) -> Price:
        """What the price would be; nothing is used up."""
        return self._quoted(line, self._account(member_id, served.year), served)

    def give_back(self, price: Price, member_id: str, served: date) -> None:
        """Undo what a reversed price had used up, where its year is still open."""
        member = self._members.get(member_id)
        if member is None or member.year != served.year:
            return
        for adjustment in price.adjustments:
            if adjustment.group == "PR":
                member.limit_cents += adjustment.amount_cents
                if adjustment.reason == "1":
                    member.deductible_cents += adjustment.amount_cents

    def repriced(self, line: ServiceLine, price: Price, percent: int) -> Price:
        """The same line at another fee, the patient's share unchanged as far as the new amount covers it."""
        shares = [(a.reason, a.amount_cents) for a in price.adjustments if a.group == "PR"]
        contract = price.allowed_cents + price.underpaid_cents
        allowed = max(min(line.charge_cents, share_of(price.allowed_cents, percent, 100)), price.patient_cents)
        return self._settled(line.charge_cents, allowed, shares, contract - allowed)

    def _schedule(self, entry: Mapping[str, Any], values: Mapping[str, float]) -> Schedule:
        conversion = float(document("medicine.yaml")["charges"]["conversion"]) * 100
        fees = {
            code: max(1, round(value * conversion * entry["visit_factor" if code in self._visits else "factor"]))
            for code, value in values.items()
        }
        return Schedule(entry.get("from", date.min), fees)

    def _quoted(self, line: ServiceLine, member: _Member, served: date) -> Price:
        contract = min(line.charge_cents, self.fee(line, served))
        allowed = self._varied(line, min(line.charge_cents, self.fee(line, served - self._late)))
        shares = self._patient_shares(line.procedure.code, allowed, member)
        return self._settled(line.charge_cents, allowed, shares, contract - allowed)

    def _varied(self, line: ServiceLine, fee: int) -> int:
        """What the payer allows of the fee that it has on file: all but for its mistakes, always the same of a line."""
        rate, low, high = self._variance["rate"], self._variance["low"], self._variance["high"]
        die = self._fates.uniform("variance", line.control_number) if rate else 1.0
        if die >= rate:
            return fee
        return share_of(fee, low + int(die / rate * (high - low + 1)), 100)

    def _settled(self, charge: int, allowed: int, shares: list[tuple[str, int]], underpaid: int = 0) -> Price:
        patient = sum(cents for _, cents in shares)
        withheld = share_of(allowed - patient, self._sequestration, 1000)
        adjustments = [("CO", "45", charge - allowed), ("CO", "253", withheld)]
        adjustments += [("PR", reason, cents) for reason, cents in shares]
        return Price(
            allowed,
            allowed - patient - withheld,
            patient,
            tuple(Adjustment(group, reason, cents) for group, reason, cents in adjustments if cents),
            underpaid,
        )

    def _account(self, member_id: str, year: int) -> _Member:
        """The member's account, opened afresh each year."""
        member = self._members.get(member_id)
        if member is not None and year <= member.year:
            return member
        design = self._design
        has_deductible = self._fates.chance(design.deductible_chance, "deductible", member_id)
        has_copay = self._fates.chance(design.copay_chance, "copay", member_id)
        return _Member(year, design.deductible * has_deductible, design.limit, has_copay)

    def _patient_shares(self, code: str, allowed: int, member: _Member) -> list[tuple[str, int]]:
        """The patient's part as (reason, cents): 1 deductible, 2 coinsurance, 3 copay; never more than the limit."""
        if code in self._preventive:
            return []
        left = member.limit_cents
        if code in self._visits and member.has_copay:
            return [("3", min(allowed, self._design.copay, left))]
        met = min(allowed, member.deductible_cents, left)
        coinsurance = min(share_of(allowed - met, self._design.coinsurance, 100), left - met)
        return [("1", met), ("2", coinsurance)]
