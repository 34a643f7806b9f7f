"""A payer's policy: rules read from its data file, each a conjunction of conditions on what the claim shows.

A rule that hits denies with its probability of enforcement. ``scope: claim`` rules are enforced once for a whole claim,
``scope: line`` rules (the default) once for each line. ``from`` and ``until`` are dates of service, both inclusive.
Two rules of one name are two versions of it; where one ends and the next begins lies a policy change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from denialml.errors import BadInputError
from denialml.simulator.data import document


@dataclass(slots=True)
class ClaimFacts:
    """What a payer finds about a claim as a whole. ``days`` run from service to receipt.

    ``cover``: ``active``, ``ended``, ``moved`` (to a sister plan), ``not-begun``, ``unknown``, ``other-primary``.
    ``authorization``: ``valid``, ``wrong``, ``absent``. ``referral``, ``referrer``, ``taxonomy`` and ``group_number``:
    ``present`` or ``absent``.
    """

    served: date
    days: int
    cover: str
    enrolled: bool
    authorization: str
    referral: str
    referrer: str
    taxonomy: str
    taxonomy_code: str
    group_number: str
    relationship: str
    age: int
    sex: str
    diagnosis_count: int
    diagnosis_cut: bool


@dataclass(slots=True)
class LineFacts:
    """What a payer finds about one line. ``beside`` are the other procedures of the claim.

    ``services`` is how often this member had this procedure earlier in the year, by what the payer has paid.
    """

    procedure: str
    modifiers: tuple[str, ...]
    beside: frozenset[str]
    diagnoses: tuple[str, ...]
    units: float
    charge_cents: int
    place: str
    services: int
    duplicate: bool


Condition = Callable[[ClaimFacts, LineFacts], bool]


def _claim_is(name: str) -> Callable[[Any], Condition]:
    def make(value: Any) -> Condition:
        return lambda claim, _line: getattr(claim, name) == value

    return make


def _starts(prefixes: Sequence[str]) -> Callable[[Sequence[str]], bool]:
    wanted = tuple(prefixes)
    return lambda codes: any(code.startswith(wanted) for code in codes)


def _diagnoses(prefixes: Sequence[str]) -> Condition:
    among = _starts(prefixes)
    return lambda _claim, line: among(line.diagnoses)


def _diagnoses_none(prefixes: Sequence[str]) -> Condition:
    among = _starts(prefixes)
    return lambda _claim, line: not among(line.diagnoses)


def _beside(codes: Sequence[str]) -> Condition:
    wanted = frozenset(codes)
    return lambda _claim, line: not wanted.isdisjoint(line.beside)


def _modifiers_any(codes: Sequence[str]) -> Condition:
    wanted = frozenset(codes)
    return lambda _claim, line: not wanted.isdisjoint(line.modifiers)


def _modifiers_none(codes: Sequence[str]) -> Condition:
    unwanted = frozenset(codes)
    return lambda _claim, line: unwanted.isdisjoint(line.modifiers)


_CLAIM_CONDITIONS: dict[str, Callable[[Any], Condition]] = {
    "cover": _claim_is("cover"),
    "enrolled": _claim_is("enrolled"),
    "authorization": _claim_is("authorization"),
    "referral": _claim_is("referral"),
    "referrer": _claim_is("referrer"),
    "taxonomy": _claim_is("taxonomy"),
    "group_number": _claim_is("group_number"),
    "diagnosis_cut": _claim_is("diagnosis_cut"),
    "relationships": lambda codes: lambda claim, _line: claim.relationship in codes,
    "taxonomies": lambda codes: lambda claim, _line: claim.taxonomy_code in codes,
    "days_over": lambda days: lambda claim, _line: claim.days > days,
    "age_over": lambda years: lambda claim, _line: claim.age > years,
    "age_under": lambda years: lambda claim, _line: claim.age < years,
    "diagnosis_count_under": lambda count: lambda claim, _line: claim.diagnosis_count < count,
}
_LINE_CONDITIONS: dict[str, Callable[[Any], Condition]] = {
    "places": lambda codes: lambda _claim, line: line.place in codes,
    "with": _beside,
    "modifiers_any": _modifiers_any,
    "modifiers_none": _modifiers_none,
    "diagnoses": _diagnoses,
    "diagnoses_none": _diagnoses_none,
    "units_over": lambda units: lambda _claim, line: line.units > units,
    "charge_over": lambda dollars: lambda _claim, line: line.charge_cents > dollars * 100,
    "services_over": lambda count: lambda _claim, line: line.services > count,
    "duplicate": lambda wanted: lambda _claim, line: line.duplicate is wanted,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of one rule. ``procedures`` empty means any. ``reason`` is a CARC, ``remarks`` are RARCs."""

    name: str
    whole_claim: bool
    procedures: frozenset[str]
    conditions: tuple[Condition, ...]
    reason: str
    group: str
    remarks: tuple[str, ...]
    probability: float
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


@dataclass(frozen=True, slots=True)
class Policy:
    """A payer's rules, those of whole claims apart from those of lines, the latter by procedure."""

    key: str
    data: Mapping[str, Any]
    rules: tuple[Rule, ...]
    claim_rules: tuple[Rule, ...]
    any_procedure: tuple[Rule, ...]
    by_procedure: Mapping[str, tuple[Rule, ...]]

    def counted(self) -> frozenset[str]:
        """The procedures of which some rule wants to know how often a member had them this year."""
        rules = [rule for rule in self.rules if "services_over" in rule.source["when"]]
        return frozenset(procedure for rule in rules for procedure in rule.procedures)

    def line_rules(self, procedure: str) -> tuple[Rule, ...]:
        """The line rules that may concern a procedure, in the order of the file."""
        return self.by_procedure.get(procedure, self.any_procedure)


def load_policy(key: str) -> Policy:
    """The policy in ``data/payers/<key>.yaml``.

    Raises:
        BadInputError: a rule names a condition that does not exist, or a line condition for a whole claim.
    """
    data = document(f"payers/{key}.yaml")
    return policy_from(key, data)


def policy_from(key: str, data: Mapping[str, Any]) -> Policy:
    """A policy from the content of its file; raises as :func:`load_policy` does."""
    lists: Mapping[str, list[str]] = data.get("lists", {})
    rules = tuple(_rule(key, entry, lists) for entry in data["rules"])
    line_rules = [rule for rule in rules if not rule.whole_claim]
    named = sorted({procedure for rule in line_rules for procedure in rule.procedures})
    return Policy(
        key=key,
        data=data,
        rules=rules,
        claim_rules=tuple(rule for rule in rules if rule.whole_claim),
        any_procedure=tuple(rule for rule in line_rules if not rule.procedures),
        by_procedure={
            procedure: tuple(rule for rule in line_rules if not rule.procedures or procedure in rule.procedures)
            for procedure in named
        },
    )


def _rule(key: str, entry: Mapping[str, Any], lists: Mapping[str, list[str]]) -> Rule:
    when = dict(entry["when"])
    procedures = when.pop("procedures", ())
    whole_claim = entry.get("scope") == "claim"
    usable = _CLAIM_CONDITIONS if whole_claim else _CLAIM_CONDITIONS | _LINE_CONDITIONS
    unknown = sorted(set(when) - set(usable))
    if "services_over" in when and not procedures:
        raise BadInputError(f"policy {key}, rule {entry['name']}: services_over counts the procedures it names")
    if unknown or (whole_claim and procedures):
        raise BadInputError(f"policy {key}, rule {entry['name']}: condition not usable here: {unknown or 'procedures'}")
    return Rule(
        name=entry["name"],
        whole_claim=whole_claim,
        procedures=frozenset(lists[procedures] if isinstance(procedures, str) else procedures),
        conditions=tuple(usable[name](value) for name, value in when.items()),
        reason=entry["reason"],
        group=entry["group"],
        remarks=tuple(entry.get("remarks", ())),
        probability=float(entry["probability"]),
        first=entry.get("from", date.min),
        last=entry.get("until", date.max),
        source=entry,
    )


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A payer changes its mind for services from ``day`` on. ``before`` is None for a new rule."""

    payer: str
    day: date
    rule: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


def policy_changes(policy: Policy, first: date, last: date) -> list[PolicyChange]:
    """The changes of a policy between two days (both inclusive), in the order of the file."""
    identifier = policy.data["payer"]["identifier"]
    changes = []
    for rule in policy.rules:
        if not first <= rule.first <= last:
            continue
        eve = rule.first - timedelta(days=1)
        before = next((other for other in policy.rules if other.name == rule.name and other.last == eve), None)
        changes.append(
            PolicyChange(identifier, rule.first, rule.name, _told(before) if before else None, _told(rule)),
        )
    return changes


def _told(rule: Rule) -> dict[str, Any]:
    return {
        "when": dict(rule.source["when"]),
        "reason": rule.reason,
        "probability": rule.probability,
    }
