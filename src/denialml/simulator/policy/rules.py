"""A payer's policy, ready to be asked: rules, each a conjunction of conditions on what the claim shows.

A rule that hits denies with its probability of enforcement. ``scope: claim`` rules are enforced once for a whole claim,
``scope: line`` rules (the default) once for each line. ``from`` and ``until`` are dates of service, both inclusive.
Two rules of one name are two versions of it; where one ends and the next begins lies a policy change.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from denialml.simulator.data import renewed
from denialml.simulator.decisions import Family
from denialml.simulator.policy.facts import NO_LINE, ClaimFacts, Condition, LineFacts
from denialml.simulator.policy.when import conditions_from, names_in

_LEAST = 0.001  # drift never makes a rule certain or impossible
_YEAR = 365.25  # days


@dataclass(frozen=True, slots=True)
class Drift:
    """A probability that changes slowly: by ``per_year`` from a day of receipt on."""

    per_year: float
    first: date


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of one rule. ``procedures`` empty means any. ``reason`` is a CARC, ``remarks`` are RARCs."""

    name: str
    family: Family
    whole_claim: bool
    procedures: frozenset[str]
    conditions: tuple[Condition, ...]
    reason: str
    group: str
    remarks: tuple[str, ...]
    probability: float
    drift: Drift | None
    first: date
    last: date
    source: Mapping[str, Any]

    def hits(self, claim: ClaimFacts, line: LineFacts) -> bool:
        """Whether every condition holds on the day of service; the procedure is the index's business."""
        if not self.first <= claim.served <= self.last:
            return False
        for condition in self.conditions:  # noqa: SIM110 - the busiest place of all; all() takes twice as long
            if not condition(claim, line):
                return False
        return True

    def probability_on(self, received: date) -> float:
        """The probability of enforcement for claims received on that day."""
        drift = self.drift
        if drift is None or received <= drift.first:
            return self.probability
        moved = self.probability + drift.per_year * (received - drift.first).days / _YEAR
        return min(1 - _LEAST, max(_LEAST, moved))


@dataclass(frozen=True, slots=True)
class IntakeRule:
    """A rule of the payer's front end: what it hits is refused by a 277CA (STC01) and never decided."""

    name: str
    conditions: tuple[Condition, ...]
    category: str
    status: str
    entity: str
    probability: float
    first: date
    last: date
    source: Mapping[str, Any]

    def hits(self, claim: ClaimFacts) -> bool:
        """Whether every condition holds on the day of service."""
        return self.first <= claim.served <= self.last and all(holds(claim, NO_LINE) for holds in self.conditions)


@dataclass(frozen=True)
class Policy:
    """A payer's rules and everything else its file holds (``data``), checked. ``key`` is the name of the file."""

    key: str
    data: Mapping[str, Any]
    rules: tuple[Rule, ...]
    intake: tuple[IntakeRule, ...]

    @cached_property
    def claim_rules(self) -> tuple[Rule, ...]:
        """The rules of whole claims, in the order of the file."""
        return tuple(rule for rule in self.rules if rule.whole_claim)

    @cached_property
    def _line_rules(self) -> tuple[tuple[Rule, ...], dict[str, tuple[Rule, ...]]]:
        of_lines = [rule for rule in self.rules if not rule.whole_claim]
        named = sorted({procedure for rule in of_lines for procedure in rule.procedures})
        by_procedure = {
            procedure: tuple(rule for rule in of_lines if not rule.procedures or procedure in rule.procedures)
            for procedure in named
        }
        return tuple(rule for rule in of_lines if not rule.procedures), by_procedure

    @cached_property
    def counted(self) -> frozenset[str]:
        """The procedures of which some rule wants to know how often a member had them this year."""
        rules = [rule for rule in self.rules if "services_over" in names_in(rule.source["when"])]
        return frozenset(procedure for rule in rules for procedure in rule.procedures)

    @cached_property
    def asked(self) -> frozenset[str]:
        """The conditions that some rule of the policy uses: facts that none asks for need not be found out."""
        return frozenset(name for rule in self.all_rules for name in names_in(rule.source["when"]))

    @property
    def all_rules(self) -> list[Rule | IntakeRule]:
        """The rules that deny, then those that refuse."""
        return [*self.rules, *self.intake]

    def line_rules(self, procedure: str) -> tuple[Rule, ...]:
        """The line rules that may concern a procedure, in the order of the file."""
        any_procedure, by_procedure = self._line_rules
        return by_procedure.get(procedure, any_procedure)


def rule_from(entry: Mapping[str, Any], lists: Mapping[str, list[str]]) -> Rule:
    """A rule from its checked entry under ``rules``."""
    when = dict(entry["when"])
    procedures = when.pop("procedures", ())
    drift = entry.get("drift")
    return Rule(
        name=entry["name"],
        family=Family(entry["cause"]),
        whole_claim=entry.get("scope") == "claim",
        procedures=renewed(lists[procedures] if isinstance(procedures, str) else procedures),
        conditions=conditions_from(when),
        reason=entry["reason"],
        group=entry["group"],
        remarks=tuple(entry.get("remarks", ())),
        probability=float(entry["probability"]),
        drift=Drift(float(drift["per_year"]), drift["from"]) if drift else None,
        first=entry.get("from", date.min),
        last=entry.get("until", date.max),
        source=entry,
    )


def intake_rule_from(entry: Mapping[str, Any]) -> IntakeRule:
    """A rule of the front end from its checked entry under ``intake``."""
    return IntakeRule(
        name=entry["name"],
        conditions=conditions_from(entry["when"]),
        category=entry["category"],
        status=entry["status"],
        entity=entry.get("entity", ""),
        probability=float(entry["probability"]),
        first=entry.get("from", date.min),
        last=entry.get("until", date.max),
        source=entry,
    )


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A payer changes its mind from ``day`` on: ``before`` is None for what is new, ``after`` None for what ends.

    Changes of rules go by the day of service, drift and the joining of a payer by the day of receipt.
    """

    payer: str
    day: date
    rule: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def policy_changes(policy: Policy, first: date, last: date) -> list[PolicyChange]:
    """What changes with a payer between two days (both inclusive): rules in the order of the file, then the rest.

    A drift that is under way on the first day is told of that day.
    """
    changes = [change for rule in policy.all_rules for change in _rule_changes(policy, rule)]
    changes += [
        _drifting(policy, rule, rule.drift, first) for rule in policy.rules if rule.drift and rule.last >= first
    ]
    changes += _other_changes(policy)
    return [change for change in changes if first <= change.day <= last]


def _rule_changes(policy: Policy, rule: Rule | IntakeRule) -> list[PolicyChange]:
    payer = policy.data["payer"]["identifier"]
    versions = [other for other in policy.all_rules if other.name == rule.name]
    changes = []
    if rule.first > date.min:
        eve = rule.first - timedelta(days=1)
        before = next((other for other in versions if other.last == eve), None)
        changes.append(PolicyChange(payer, rule.first, rule.name, _told(before) if before else None, _told(rule)))
    if rule.last < date.max:
        morrow = rule.last + timedelta(days=1)
        if all(other.first != morrow for other in versions):
            changes.append(PolicyChange(payer, morrow, rule.name, _told(rule), None))
    return changes


def _drifting(policy: Policy, rule: Rule, drift: Drift, first: date) -> PolicyChange:
    day = max(first, drift.first)
    after = {"probability": rule.probability_on(day), "per_year": drift.per_year}
    return PolicyChange(policy.data["payer"]["identifier"], day, f"{rule.name} (drift)", _told(rule), after)


def _other_changes(policy: Policy) -> list[PolicyChange]:
    """A new payer, and new fee schedules."""
    payer = policy.data["payer"]["identifier"]
    joins = policy.data["population"].get("joins")
    changes = [PolicyChange(payer, joins, "(new payer)", None, {"name": policy.data["payer"]["name"]})] if joins else []
    schedules = policy.data["fees"]
    for before, after in itertools.pairwise(schedules):
        told = [{name: schedule[name] for name in ("factor", "visit_factor")} for schedule in (before, after)]
        changes.append(PolicyChange(payer, after["from"], "(fee schedule)", told[0], told[1]))
    return changes


def _told(rule: Rule | IntakeRule) -> dict[str, Any]:
    reason = rule.reason if isinstance(rule, Rule) else f"{rule.category}:{rule.status}"
    return {"when": dict(rule.source["when"]), "reason": reason, "probability": rule.probability}
