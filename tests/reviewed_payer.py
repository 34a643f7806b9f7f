"""A small payer with rules given as plain functions, a review block, and denials made with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from denialml.claims import Adjustment, Claim, Procedure, ServiceLine, replace
from denialml.simulator.actions import Denial, denials_of
from denialml.simulator.data import document
from denialml.simulator.decisions import Cause, Decision, Family, Judgement, LineDecision, Verdict
from denialml.simulator.dice import Fates
from denialml.simulator.edits import Edit
from denialml.simulator.office import Habits, Team
from denialml.simulator.outcomes import Outcomes, ReviewTerms
from denialml.simulator.pricing import Price
from made_up_claims import made_claim

SERVED = date(2025, 3, 3)
TOLD = date(2025, 3, 24)
STAFF = document("staff.yaml")

REVIEW: dict[str, Any] = {
    "window": {"corrected": 180, "reconsideration": 90, "appeal": 180, "second": 60},
    "lag": {"median_days": 30, "spread": 0.4},
    "half_life_days": {"corrected": 240, "reconsideration": 120, "appeal": 120, "second": 90},
    "wins": {
        family.value: {"reconsideration": 0.3, "appeal": 0.4, "with_records": 0.6, "second": 0.1} for family in Family
    },
}


@dataclass(frozen=True)
class SmallRule:
    """A rule as a function of claim, line and day of receipt."""

    name: str
    family: Family
    reason: str
    meets: Callable[[Claim, ServiceLine, date], bool]
    probability: float = 1.0
    whole_claim: bool = False


class SmallFees:
    """Pays eight tenths of every charge."""

    def price(self, line: ServiceLine, member_id: str, served: date) -> Price:  # noqa: ARG002 - reviewers' Pricing
        paid = line.charge_cents * 8 // 10
        return Price(paid, paid, 0, (Adjustment("CO", "45", line.charge_cents - paid),))


class SmallPayer:
    """Judges by its rules with dice that belong to the line; pays a week later."""

    def __init__(self, key: str = "small", *rules: SmallRule, seed: int = 1, **review: Any) -> None:
        self.key = key
        self.rules = rules
        self.fees = SmallFees()
        self.data = {"review": REVIEW | review}
        self._fates = Fates(seed, f"{key} verdicts")
        self._decided = 0

    def judge(self, claim: Claim, received_on: date) -> tuple[Judgement, ...]:
        return tuple(self._judge(claim, line, received_on) for line in claim.lines)

    def _judge(self, claim: Claim, line: ServiceLine, received_on: date) -> Judgement:
        met = [rule for rule in self.rules if rule.meets(claim, line, received_on)]
        escapes, verdict = 1.0, None
        for rule in met:
            escapes *= 1.0 - rule.probability
            thing = (claim.control_number, rule.name) + (() if rule.whole_claim else (line.number,))
            if verdict is None and self._fates.chance(rule.probability, *thing):
                verdict = Verdict(rule.reason, "CO", ("N382",), rule.whole_claim, rule.name, rule.family)
        causes = tuple(Cause(rule.name, rule.family, rule.reason, rule.probability, 1 / len(met)) for rule in met)
        return Judgement(line, 1.0 - escapes, causes, verdict)

    def decide(self, claim: Claim, received_on: date, *, replaces: Decision | None = None) -> Decision:
        self._decided += 1
        lines = []
        paid = {line.line.number for line in replaces.lines if line.price} if replaces else set()
        for each in self.judge(claim, received_on):
            judged = dataclasses.replace(each, verdict=None) if each.line.number in paid else each
            price = self.fees.price(judged.line, "", SERVED)
            lines.append(LineDecision(judged, None if judged.verdict else price, price.paid_cents))
        number = f"9{self._decided:06d}"
        return Decision(claim, number, received_on, self.pay_day(received_on), tuple(lines), replaces=replaces)

    def reopen(self, decision: Decision, won: Collection[int], decided_on: date) -> Decision:
        lines = []
        for line in decision.lines:
            if line.verdict is not None and line.line.number in won:
                judgement = dataclasses.replace(line.judgement, verdict=None)
                lines.append(LineDecision(judgement, self.fees.price(line.line, "", SERVED), line.payable_cents))
            else:
                lines.append(line)
        return self._again(decision.claim, tuple(lines), decided_on, decision)

    def uphold(self, claim: Claim, received_on: date, replaces: Decision) -> Decision:
        return self._again(claim, replaces.lines, received_on, replaces)

    def _again(self, claim: Claim, lines: tuple[LineDecision, ...], day: date, replaces: Decision) -> Decision:
        self._decided += 1
        return Decision(claim, f"9{self._decided:06d}", day, self.pay_day(day), lines, replaces=replaces)

    def pay_day(self, received_on: date) -> date:
        return received_on + timedelta(days=7)


def always(name: str, family: Family, reason: str, probability: float = 1.0) -> SmallRule:
    """A rule that every line meets."""
    return SmallRule(name, family, reason, lambda _claim, _line, _day: True, probability)


def needs_modifier(modifier: str = "25", probability: float = 1.0) -> SmallRule:
    """Denies the lines without a modifier."""
    return SmallRule(
        "modifier-missing",
        Family.CODING,
        "4",
        lambda _claim, line, _day: modifier not in line.procedure.modifiers,
        probability,
    )


def claim(serial: int = 1, *dollars: int) -> Claim:
    """A claim with one line for each amount of dollars."""
    dollars = dollars or (300,)
    made = made_claim(serial, served_on=SERVED, lines=len(dollars))
    lines = tuple(
        replace(line, procedure=Procedure("99213"), charge_cents=each * 100, units=Decimal(1), diagnosis_pointers=(1,))
        for line, each in zip(made.lines, dollars, strict=True)
    )
    return replace(made, lines=lines, charge_cents=sum(dollars) * 100)


def denied(
    payer: SmallPayer,
    serial: int = 1,
    *dollars: int,
    edits: Sequence[Edit] = (),
    documented: bool = True,
    told_on: date = TOLD,
) -> list[Denial]:
    """The denials of a claim sent two weeks before it is answered."""
    decision = payer.decide(claim(serial, *dollars), told_on - timedelta(days=14))
    return denials_of(decision, payer.key, told_on, edits, documented=documented)


def outcomes(*payers: SmallPayer, seed: int = 1) -> Outcomes:
    """The potential outcomes' maker for these payers."""
    return Outcomes({payer.key: payer for payer in payers}, STAFF["minutes"], seed)


def terms(*payers: SmallPayer) -> dict[str, ReviewTerms]:
    """What everybody knows of these payers' windows."""
    return {payer.key: ReviewTerms.of(payer.data) for payer in payers}


def team(daily_claims: float = 100, seed: int = 1, **changes: Any) -> Team:
    """The team of the data, with changes."""
    return Team(STAFF | changes, daily_claims, seed)


def habits(**changes: Any) -> Habits:
    """The habits of the data, with changes."""
    return Habits(STAFF | changes)
