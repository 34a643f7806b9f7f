"""A practice's own rules, without code: conditions over the catalogue of fields, and what to do where all hold.

A rule is one YAML file, so that a mistake in one stops no other::

    id: L-KNEE
    title: Knee injections need the drug on the claim
    why: denied 14 times in 2024 as incomplete
    author: ada
    when:
      - {field: payer, is: P1}
      - {field: procedures, has_any: ["20610", "20611"]}
    unless:
      - {field: procedures, any_begins_with: J}
    then: hold
    say: the drug that was injected is missing
    fix: Add the drug's line, or the note that none was used.
    effective: 2025-01-01

``then`` is ``hold``, ``warn`` or ``route`` (to the queue that ``route`` names). Only an approved rule is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import msgspec
import yaml

from denialml.errors import BadInputError, Finding, Severity
from denialml.scrub.conditions import Condition, condition
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BEFORE_SENDING, BLOCK, INFO, WARN, ClaimRule, LineRule, Words
from denialml.scrub.view import ClaimView, LineView

_SEVERITY: Final = {"hold": BLOCK, "warn": WARN, "route": INFO}


class LocalRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A practice's rule as its file says it.

    ``version`` counts its changes. It holds for services from ``effective`` to ``expires``, once somebody approved it
    (``approved_by``) and until somebody retires it (``retired_by``, ``retired_on``). ``prevents`` names the adjustment
    reasons it is against. ``measured`` are the figures of a rule that was proposed from the past.
    """

    id: str
    title: str
    why: str
    author: str
    when: tuple[dict[str, Any], ...]
    then: Literal["hold", "warn", "route"]
    say: str
    effective: date
    fix: str = ""
    unless: tuple[dict[str, Any], ...] = ()
    route: str = ""
    version: int = 1
    expires: date | None = None
    approved_by: str = ""
    approved_on: date | None = None
    retired_by: str = ""
    retired_on: date | None = None
    prevents: tuple[str, ...] = ()
    measured: dict[str, dict[str, int | float]] = {}

    @property
    def state(self) -> str:
        """``draft``, ``proposed`` (a draft that was found in the past), ``approved`` or ``retired``."""
        if self.retired_on:
            return "retired"
        if self.approved_by:
            return "approved"
        return "proposed" if self.measured else "draft"


@dataclass(frozen=True, slots=True)
class LocalRules:
    """Rules of a practice that can be used, and what is wrong with those that cannot."""

    rules: tuple[LocalRule, ...]
    problems: tuple[Finding, ...]

    def ready(self) -> tuple[ClaimRule | LineRule, ...]:
        """The approved ones as rules of the engine."""
        return tuple(compiled(rule) for rule in self.rules if rule.state == "approved")


def read_rule(text: str, where: str) -> LocalRule:
    """A rule from its YAML text; ``where`` is named in messages.

    Raises:
        BadInputError: no YAML, a field missing or unknown, or a condition that cannot be asked.
    """
    try:
        described = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise BadInputError(f"{where}{line}: this is no YAML; see the example in the reference of rules") from error
    if not isinstance(described, dict):
        raise BadInputError(f"{where}: a rule is written as `name: value`, one below the other")
    try:
        rule = msgspec.convert(described, LocalRule)
    except msgspec.ValidationError as error:
        raise BadInputError(f"{where}: {error}") from error
    _check(rule, where)
    return rule


def _check(rule: LocalRule, where: str) -> None:
    if not rule.id.startswith("L"):
        raise BadInputError(f"{where}: the id {rule.id!r} must begin with L; S is for the rules of denialml")
    if not rule.when:
        raise BadInputError(f"{where}: it has no conditions, so that it would hold every claim; add some under when")
    if (rule.then == "route") != bool(rule.route):
        raise BadInputError(f"{where}: route names a queue, and is there where then is route, and only there")
    if rule.expires and rule.expires < rule.effective:
        raise BadInputError(f"{where}: it expires before it is effective")
    for name in ("title", "why", "author", "say"):
        if not getattr(rule, name).strip():
            raise BadInputError(f"{where}: {name} is empty")
    _conditions(rule, where)


def read_rules(texts: Mapping[str, str]) -> LocalRules:
    """Every rule that can be read, of texts by the names of their files; a bad one is a finding and stops no other."""
    rules: dict[str, LocalRule] = {}
    problems = []
    for where, text in texts.items():
        try:
            rule = read_rule(text, where)
            _check_new(rule, rules, where)
        except BadInputError as error:
            problems.append(Finding("bad-rule", Severity.ERROR, where, str(error)))
        else:
            rules[rule.id] = rule
    return LocalRules(tuple(rules.values()), tuple(problems))


def _check_new(rule: LocalRule, known: Mapping[str, LocalRule], where: str) -> None:
    if rule.id in known:
        raise BadInputError(f"{where}: another file holds a rule {rule.id}; give it an id of its own")


def compiled(rule: LocalRule) -> ClaimRule | LineRule:
    """A rule of the engine, whatever its state: it looks at each line where a condition does, else at the claim.

    It finds fault where every condition of ``when`` holds and none of ``unless``.
    """
    when, unless = _conditions(rule, rule.id)
    common: dict[str, Any] = {
        "id": rule.id,
        "group": "local",
        "words": Words(rule.title, rule.say, rule.why, f"{rule.author}, version {rule.version}", rule.fix),
        "severity": _SEVERITY[rule.then],
        "layer": 7,
        "stages": BEFORE_SENDING,
        "prevents": rule.prevents,
    }
    problem = Problem("2300", rule.say, route=rule.route)

    def applies(day: date, holds: Callable[[Condition], bool]) -> bool:
        return _in_force(rule, day) and all(map(holds, when)) and not any(map(holds, unless))

    def of_line(line: LineView, context: Context) -> Iterator[Problem]:  # noqa: ARG001  # the shape of a check
        if applies(line.day, lambda each: each.holds(line)):
            yield problem._replace(where="2400")

    def of_claim(claim: ClaimView, context: Context) -> Iterator[Problem]:  # noqa: ARG001  # the shape of a check
        if applies(claim.day, lambda each: each.holds_of(claim)):
            yield problem

    if any(each.is_of_line for each in (*when, *unless)):
        return LineRule(**common, check=of_line)
    return ClaimRule(**common, check=of_claim)


def _conditions(rule: LocalRule, where: str) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    def each_of(described: Iterable[dict[str, Any]], name: str) -> tuple[Condition, ...]:
        return tuple(condition(each, f"{where}, {name} {n}") for n, each in enumerate(described, 1))

    return each_of(rule.when, "when"), each_of(rule.unless, "unless")


def _in_force(rule: LocalRule, day: date) -> bool:
    return rule.effective <= day and (rule.expires is None or day <= rule.expires)
