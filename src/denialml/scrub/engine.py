"""Scrubbing: a claim's form is repaired, then every rule that has something to say about it is asked.

Rules are chosen by the stage, the kind of payer and what the contract adds or takes out, and those choices are
remembered; within a claim, a rule for certain procedures or modifiers is reached by these alone. So the cost grows
with what a claim holds, not with how many rules there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from denialml.claims import Claim
from denialml.errors import Severity
from denialml.scrub import catalogue
from denialml.scrub.context import Context
from denialml.scrub.finding import Override, Problem, Repair, ScrubFinding
from denialml.scrub.repair import repaired
from denialml.scrub.rule import ClaimRule, LineRule, Rule
from denialml.scrub.view import ClaimView, LineView


@dataclass(frozen=True, slots=True)
class Report:
    """What scrubbing a claim came to: the claim in its proper form, the repairs made, and the findings."""

    claim: Claim
    findings: tuple[ScrubFinding, ...]
    repairs: tuple[Repair, ...]

    @property
    def is_held(self) -> bool:
        """Whether a finding that nobody has overridden keeps the claim from being sent."""
        return any(each.severity is Severity.ERROR and each.override is None for each in self.findings)


class RuleSet:
    """Rules ready to be asked. Making one costs little; using one again is what makes scrubbing fast."""

    def __init__(self, rules: Iterable[ClaimRule | LineRule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._programs: dict[tuple[object, ...], _Program] = {}

    def run(self, claim: Claim, context: Context, overrides: Iterable[Override] = ()) -> Report:
        """Repair the claim's form and ask every rule; findings are in the order of rules, then of lines."""
        claim, repairs = repaired(claim)
        view = ClaimView(claim, context)
        findings = list(self._program(view).findings(view))
        if len(findings) > 1:
            findings.sort(key=lambda each: (each.code, each.line))
        overriding = {(each.rule, each.line): each for each in overrides}
        if overriding:
            findings = [replace(each, override=overriding.get((each.code, each.line))) for each in findings]
        return Report(claim, tuple(findings), repairs)

    def _program(self, view: ClaimView) -> _Program:
        contract = view.contract
        key = (view.context.stage, view.kind, view.institutional, contract.follows, contract.ignores)
        program = self._programs.get(key)
        if program is None:
            program = _Program([rule for rule in self.rules if _holds(rule, view)])
            self._programs[key] = program
        return program


def _holds(rule: Rule, view: ClaimView) -> bool:
    contract, stage = view.contract, view.context.stage
    if stage not in rule.stages or rule.id in contract.ignores:
        return False
    if rule.institutional is not None and rule.institutional is not view.institutional:
        return False
    return rule.payers is None or view.kind in rule.payers or rule.id in contract.follows


class _Program:
    """The rules that hold for one kind of claim, by what they look at."""

    __slots__ = ("_by_code", "_claim", "_claim_by_code", "_line", "_of_codes")

    def __init__(self, rules: Iterable[ClaimRule | LineRule]) -> None:
        rules = tuple(rules)
        self._claim = [rule for rule in rules if isinstance(rule, ClaimRule) and rule.codes is None]
        self._of_codes = [rule for rule in rules if isinstance(rule, ClaimRule) and rule.codes is not None]
        self._line = [rule for rule in rules if isinstance(rule, LineRule)]
        self._by_code: dict[str, tuple[list[LineRule], list[LineRule]]] = {}
        self._claim_by_code: dict[str, list[ClaimRule]] = {}

    def findings(self, view: ClaimView) -> Iterator[ScrubFinding]:
        context = view.context
        for rule in self._claim_rules(view):
            if rule.marks is None or rule.marks & view.marks:
                for problem in rule.check(view, context):
                    yield _finding(rule, problem, problem.line)
        for line in view.lines:
            plain, marked = self._line_rules(line.code)
            for line_rule in plain:
                for problem in line_rule.check(line, context):
                    yield _finding(line_rule, problem, line.number)
            if line.marks:
                yield from _marked(marked, line, context)

    def _claim_rules(self, view: ClaimView) -> Iterable[ClaimRule]:
        """Those for every claim and those for one of its procedures."""
        found: list[ClaimRule] = []
        for code in view.codes:
            rules = self._claim_by_code.get(code)
            if rules is None:
                rules = [rule for rule in self._of_codes if rule.codes is not None and code in rule.codes]
                if len(self._claim_by_code) < _REMEMBERED:
                    self._claim_by_code[code] = rules
            found += [rule for rule in rules if rule not in found] if found else rules
        return (*self._claim, *found)

    def _line_rules(self, code: str) -> tuple[list[LineRule], list[LineRule]]:
        """Those for a procedure whatever its modifiers, and those for some modifiers."""
        rules = self._by_code.get(code)
        if rules is None:
            fit = [rule for rule in self._line if rule.codes is None or code in rule.codes]
            rules = [r for r in fit if r.marks is None], [r for r in fit if r.marks is not None]
            if len(self._by_code) < _REMEMBERED:
                self._by_code[code] = rules
        return rules


_REMEMBERED = 100_000  # procedures a programme remembers; a practice meets some thousands


def _marked(rules: list[LineRule], line: LineView, context: Context) -> Iterator[ScrubFinding]:
    for rule in rules:
        if rule.marks and not rule.marks.isdisjoint(line.marks):
            for problem in rule.check(line, context):
                yield _finding(rule, problem, line.number)


def _finding(rule: Rule, problem: Problem, line: int) -> ScrubFinding:
    """A rule's problem with all that the rule declares."""
    return ScrubFinding(
        code=rule.id,
        severity=problem.severity or rule.severity,
        where=f"line {line}, {problem.where}" if line else problem.where,
        message=problem.message,
        line=line,
        seen=problem.seen,
        expected=problem.expected,
        source=rule.words.source,
        table=problem.table,
        fix=rule.words.fix,
        reasons=problem.reasons or rule.prevents,
        remarks=rule.remarks,
        route=problem.route,
    )


@cache
def standard() -> RuleSet:
    """The rules that denialml comes with."""
    return RuleSet(catalogue.rules())


def run(claim: Claim, context: Context, overrides: Iterable[Override] = ()) -> Report:
    """Scrub a claim with the standard rules. Pure: the same claim and context give the same report."""
    return standard().run(claim, context, overrides)
