"""Counts of a simulated history, made as it is written, in integers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import median_low

from denialml.claims import Claim
from denialml.simulator.decisions import Decision


@dataclass(slots=True)
class PayerTally:
    """What one payer was sent and answered. Denied lines are counted among answered ones; money in cents."""

    lines: int = 0
    claims: int = 0
    answered_lines: int = 0
    answered_claims: int = 0
    denied_lines: int = 0
    denied_claims: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    allowed_cents: int = 0
    charge_of_allowed_cents: int = 0
    patient_cents: int = 0
    lags: Counter[int] = field(default_factory=Counter)

    def sent(self, claim: Claim) -> None:
        """Count a claim sent."""
        self.claims += 1
        self.lines += len(claim.lines)

    def answered(self, decision: Decision) -> None:
        """Count a claim answered for the first time."""
        denied = 0
        for line in decision.lines:
            if line.verdict is not None:
                denied += 1
                self.reasons[line.verdict.reason] += 1
            elif line.price is not None:
                self.allowed_cents += line.price.allowed_cents
                self.charge_of_allowed_cents += line.line.charge_cents
                self.patient_cents += line.price.patient_cents
        self.answered_lines += len(decision.lines)
        self.answered_claims += 1
        self.denied_lines += denied
        self.denied_claims += denied > 0
        self.lags[(decision.pays_on - decision.received_on).days] += 1

    @property
    def median_lag(self) -> int:
        """Days from sending to the first answer, the median; 0 when nothing was answered."""
        days = sorted(self.lags.elements())
        return median_low(days) if days else 0


@dataclass(slots=True)
class Tally:
    """The whole history's counts. ``ratios`` are charge over Medicare's fee in percent, by line."""

    claims: int = 0
    drafts: int = 0
    lines: int = 0
    sent_files: int = 0
    draft_files: int = 0
    remit_files: int = 0
    billed_cents: int = 0
    patients: int = 0
    payers: dict[str, PayerTally] = field(default_factory=dict)
    ratios: Counter[int] = field(default_factory=Counter)

    def made(self, claim: Claim, fees: dict[str, int], *, draft: bool) -> None:
        """Count a claim that became ready; ``fees`` are Medicare's in cents by procedure."""
        self.claims += 1
        self.drafts += draft
        self.lines += len(claim.lines)
        self.billed_cents += claim.charge_cents
        for line in claim.lines:
            self.ratios[round(100 * line.charge_cents / (fees[line.procedure.code] * int(line.units)))] += 1

    def ratio_at(self, share: float) -> float:
        """The quantile of charge over Medicare's fee."""
        wanted = share * self.ratios.total()
        running = 0
        for percent in sorted(self.ratios):
            running += self.ratios[percent]
            if running >= wanted:
                return percent / 100
        return 0.0
