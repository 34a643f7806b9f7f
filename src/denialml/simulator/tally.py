"""Counts of a simulated history, made as it is written: integers alone, so that practices add up in any order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from denialml.claims import Claim
from denialml.simulator.decisions import Decision, Family, LineDecision


@dataclass(slots=True)
class PayerTally:
    """What one payer was sent and how it answered at first; money in cents, lags in days.

    ``kind`` is medicare, medicaid, managed medicaid, advantage or commercial. ``rejected_claims`` are those that came
    back without being decided. Denied lines are counted among answered ones. ``contract_lines`` are paid lines,
    ``matched_lines`` those of them paid as the contract says.
    """

    identifier: str
    name: str
    kind: str
    lines: int = 0
    claims: int = 0
    rejected_claims: int = 0
    answered_lines: int = 0
    answered_claims: int = 0
    answered_cents: int = 0
    denied_lines: int = 0
    denied_claims: int = 0
    denied_cents: int = 0
    allowed_cents: int = 0
    charge_of_allowed_cents: int = 0
    patient_cents: int = 0
    contract_lines: int = 0
    matched_lines: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    families: Counter[Family] = field(default_factory=Counter)
    lags: Counter[int] = field(default_factory=Counter)

    def sent(self, claim: Claim) -> None:
        """Count a claim sent for the first time."""
        self.claims += 1
        self.lines += len(claim.lines)

    def rejected(self) -> None:
        """Count a claim that the clearinghouse or the payer's door sent back at first."""
        self.rejected_claims += 1

    def answered(self, decision: Decision) -> None:
        """Count a claim answered for the first time."""
        denied = 0
        for line in decision.lines:
            if line.verdict is None:
                self._covered(line)
                continue
            denied += 1
            self.denied_cents += line.line.charge_cents
            self.reasons[line.verdict.reason] += 1
            self.families[line.verdict.family] += 1
        self.answered_lines += len(decision.lines)
        self.answered_claims += 1
        self.answered_cents += decision.claim.charge_cents
        self.denied_lines += denied
        self.denied_claims += denied > 0
        self.lags[(decision.pays_on - decision.received_on).days] += 1

    def merge(self, other: PayerTally) -> None:
        """Add what another history counted of the same payer."""
        _merge(self, other)

    def _covered(self, line: LineDecision) -> None:
        price = line.price
        assert price is not None, "a line is denied or priced"
        self.allowed_cents += price.allowed_cents
        self.charge_of_allowed_cents += line.line.charge_cents
        self.patient_cents += price.patient_cents
        self.contract_lines += 1
        self.matched_lines += price.underpaid_cents == 0


@dataclass(slots=True)
class WorkTally:
    """What became of denials: how many there were, how many were worked, what each attempt brought.

    ``attempts`` and ``wins`` stand by true cause and by the age in days, in steps of 30.
    """

    denials: int = 0
    worked: int = 0
    attempts: Counter[tuple[Family, int]] = field(default_factory=Counter)
    wins: Counter[tuple[Family, int]] = field(default_factory=Counter)

    def told(self, denials: int) -> None:
        """Count denials of which the office has heard."""
        self.denials += denials

    def tried(self, family: Family, age_days: int, *, first: bool, won: bool) -> None:
        """Count one action on a denial, once it is answered; ``first`` says that it is the denial's first."""
        key = (family, age_days // 30)
        self.worked += first
        self.attempts[key] += 1
        self.wins[key] += won

    def won_share(self, families: Iterable[Family], steps: range = range(1_000)) -> float | None:
        """The share of attempts that won, for some causes and ages in steps of 30 days; None without attempts."""
        wanted = frozenset(families)
        keys = [(family, step) for family, step in self.attempts if family in wanted and step in steps]
        return ratio(sum(self.wins[key] for key in keys), sum(self.attempts[key] for key in keys))

    def merge(self, other: WorkTally) -> None:
        """Add the counts of another desk."""
        _merge(self, other)


@dataclass(slots=True)
class Tally:
    """The whole history's counts: ``files`` by folder, lines by charge over Medicare's fee in percent (``ratios``)."""

    claims: int = 0
    drafts: int = 0
    lines: int = 0
    billed_cents: int = 0
    files: Counter[str] = field(default_factory=Counter)
    payers: dict[str, PayerTally] = field(default_factory=dict)
    ratios: Counter[int] = field(default_factory=Counter)
    work: WorkTally = field(default_factory=WorkTally)

    def made(self, claim: Claim, fees: Mapping[str, int], *, draft: bool) -> None:
        """Count a claim that became ready; ``fees`` are Medicare's in cents by procedure."""
        self.claims += 1
        self.drafts += draft
        self.lines += len(claim.lines)
        self.billed_cents += claim.charge_cents
        for line in claim.lines:
            self.ratios[round(100 * line.charge_cents / (fees[line.procedure.code] * int(line.units)))] += 1

    def merge(self, other: Tally) -> None:
        """Add the counts of another practice; payers are the same where their keys are."""
        for key, payer in other.payers.items():
            mine = self.payers.setdefault(key, PayerTally(payer.identifier, payer.name, payer.kind))
            mine.merge(payer)
        _merge(self, other, leave=("payers",))


def ratio(part: int, whole: int) -> float | None:
    """A share; None where there is nothing to have a share of."""
    return part / whole if whole else None


def quantile(counts: Counter[int], share: float) -> int | None:
    """The least value below or at which that share of what was counted lies; None where nothing was counted."""
    wanted = share * counts.total()
    running = 0
    for value in sorted(counts):
        running += counts[value]
        if running >= wanted:
            return value
    return None


def _merge(into: Any, other: Any, leave: Iterable[str] = ()) -> None:
    """Add counts and counters, part by part; words stay."""
    for each in fields(into):
        mine, theirs = getattr(into, each.name), getattr(other, each.name)
        if each.name in leave or isinstance(mine, str):
            continue
        if isinstance(mine, int):
            setattr(into, each.name, mine + theirs)
        elif isinstance(mine, Counter):
            mine.update(theirs)
        else:
            mine.merge(theirs)
