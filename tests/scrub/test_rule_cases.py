"""Each rule is held to its cases: claims it must let pass, claims it must find fault with, and repairs of form.

See ``README.md`` beside this file for how a case is written.
"""

from typing import Any

import pytest
import yaml

from denialml.scrub import RuleSet, run
from denialml.scrub.catalogue import rules
from denialml.scrub.rule import ClaimRule, LineRule
from scrub_world import FOLDER, asked, claim_of, context_of, national_tables

NATIONAL = national_tables()
CASES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted((FOLDER / "cases").glob("*.yml"))}
KEYS = {"payer", "lines", "diagnoses", "place", "set", "history", "practice", "record", "tables", "as_of", "stage"}
EXPECTED = {"finds", "where", "severity", "reasons", "expected", "seen", "table", "repairs"}


def _cases(kind: str) -> list[Any]:
    return [
        pytest.param(rule, case or {}, id=f"{rule}: {name}")
        for rule, kinds in CASES.items()
        for name, case in (kinds.get(kind) or {}).items()
    ]


def _found(rule: str, case: dict[str, Any]) -> Any:
    assert case.keys() <= KEYS | EXPECTED, f"unknown words: {case.keys() - KEYS - EXPECTED}"
    report = run(claim_of(case), context_of(case, NATIONAL))
    return report, [each for each in report.findings if each.code == rule]


@pytest.mark.parametrize(("rule", "case"), _cases("pass"))
def test_rule_lets_pass(rule: str, case: dict[str, Any]) -> None:
    _, found = _found(rule, case)
    assert not found, [(each.where, each.message) for each in found]


@pytest.mark.parametrize(("rule", "case"), _cases("fail"))
def test_rule_finds(rule: str, case: dict[str, Any]) -> None:
    _, found = _found(rule, case)
    assert found, "the rule found nothing"
    assert [each.line for each in found] == case.get("finds", [found[0].line])
    for name in ("where", "expected", "seen", "table"):
        if name in case:
            assert str(case[name]) in getattr(found[0], name)
    if "severity" in case:
        assert found[0].severity.value == case["severity"]
    if "reasons" in case:
        assert list(found[0].reasons) == case["reasons"]


@pytest.mark.parametrize(("rule", "case"), _cases("repaired"))
def test_rule_has_nothing_to_say_after_repair(rule: str, case: dict[str, Any]) -> None:
    report, found = _found(rule, case)
    assert not found
    assert [each.kind for each in report.repairs] == case["repairs"]
    assert all(each.before != each.after for each in report.repairs)


def test_every_rule_has_cases_of_both_kinds_and_every_case_a_rule() -> None:
    assert set(CASES) == {rule.id for rule in rules()}
    for rule, kinds in CASES.items():
        assert kinds.keys() <= {"pass", "fail", "repaired"}
        assert kinds.get("pass"), f"{rule} has no case that passes"
        assert kinds.get("fail"), f"{rule} has no case that fails"


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_declares_the_tables_that_it_looks_into(rule: ClaimRule | LineRule) -> None:
    looked: set[str] = set()
    for case in (case or {} for kind in CASES[rule.id].values() for case in (kind or {}).values()):
        context = context_of(case, NATIONAL)
        RuleSet([rule]).run(claim_of(case), context)
        looked |= {_BASE.get(table, table) for table in asked(context)}
    assert looked == {_BASE.get(table, table) for table in rule.tables}


_BASE = {"ordering": "provider", "opted_out": "provider", "ptp_hospital": "ptp"}


@pytest.mark.parametrize("payer", ["medicare", "commercial", "hospital"])
def test_a_plain_claim_has_no_findings(payer: str) -> None:
    report, _ = _found("", {"payer": payer})
    assert not report.findings
    assert not report.repairs
