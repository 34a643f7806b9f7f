"""Scrubbing: a claim's form is repaired, then every rule that has something to say about it is asked.

Rules are chosen by the stage, the kind of payer and what the contract adds or takes out, and those choices are
remembered; within a claim, a rule for certain procedures or modifiers is reached by these alone: procedures that the
same rules name are one family. So the cost grows with what a claim holds, not with how many rules there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from denialml.claims import Claim
from denialml.errors import Severity
from denialml.scrub import catalogue
from denialml.scrub.codesets import CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Override, Problem, Repair, ScrubFinding
from denialml.scrub.repair import repaired
from denialml.scrub.rule import ClaimRule, LineRule, Rule
from denialml.scrub.view import ClaimView


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


Family = frozenset[CodeSet]  # the code sets, of those that rules name, that hold a procedure
_NONE: Family = frozenset()
_REMEMBERED = 100_000  # procedures, and families of them; a practice meets some thousands
_Rule = TypeVar("_Rule", ClaimRule, LineRule)
_Chosen = tuple[list[_Rule], list[_Rule]]  # those whatever the modifiers, and those for some modifiers


class RuleSet:
    """Rules ready to be asked. Making one costs little; using one again is what makes scrubbing fast."""

    def __init__(self, rules: Iterable[ClaimRule | LineRule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.id))
        self._programs: dict[tuple[object, ...], _Program] = {}
        self._code_sets = {rule.codes for rule in self.rules if rule.codes is not None}
        self._families: dict[str, Family] = {}

    def run(self, claim: Claim, context: Context, overrides: Iterable[Override] = ()) -> Report:
        """Repair the claim's form and ask every rule; findings are in the order of rules, then of lines."""
        claim, repairs = repaired(claim)
        view = ClaimView(claim, context)
        families = [self._family(line.code) for line in view.lines]
        findings = list(self._program(view).findings(view, families))
        if len(findings) > 1:
            findings.sort(key=lambda each: (each.code, each.line))
        overriding = {(each.rule, each.line): each for each in overrides}
        if overriding:
            findings = [replace(each, override=overriding.get((each.code, each.line))) for each in findings]
        return Report(claim, tuple(findings), repairs)

    def _family(self, code: str) -> Family:
        family = self._families.get(code)
        if family is None:
            family = frozenset(codes for codes in self._code_sets if code in codes)
            if len(self._families) < _REMEMBERED:
                self._families[code] = family
        return family

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

    def __init__(self, rules: Iterable[ClaimRule | LineRule]) -> None:
        rules = tuple(rules)
        self._claim = [rule for rule in rules if isinstance(rule, ClaimRule)]
        self._line = [rule for rule in rules if isinstance(rule, LineRule)]
        self._claim_by_family: dict[Family, _Chosen[ClaimRule]] = {}
        self._line_by_family: dict[Family, _Chosen[LineRule]] = {}

    def findings(self, view: ClaimView, families: Sequence[Family]) -> Iterator[ScrubFinding]:
        """What the rules find; ``families`` are those of the lines' procedures."""
        context = view.context
        for rule in _chosen(self._claim, self._claim_by_family, _NONE.union(*families), view.marks):
            for problem in rule.check(view, context):
                yield _finding(rule, problem, problem.line)
        for line, family in zip(view.lines, families, strict=True):
            for line_rule in _chosen(self._line, self._line_by_family, family, line.marks):
                for problem in line_rule.check(line, context):
                    yield _finding(line_rule, problem, line.number)


def _chosen(
    rules: Iterable[_Rule], by_family: dict[Family, _Chosen[_Rule]], family: Family, marks: frozenset[str]
) -> list[_Rule]:
    """The rules for procedures of a family, and those of them for some modifiers where one of these stands."""
    chosen = by_family.get(family)
    if chosen is None:
        fit = [rule for rule in rules if rule.codes is None or rule.codes in family]
        chosen = [rule for rule in fit if rule.marks is None], [rule for rule in fit if rule.marks is not None]
        if len(by_family) < _REMEMBERED:
            by_family[family] = chosen
    plain, marked = chosen
    if marks and marked:
        return plain + [rule for rule in marked if rule.marks and not rule.marks.isdisjoint(marks)]
    return plain


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
