"""A practice's own rules: what they find, how a bad one is told, and what a dry run counts."""

from datetime import date
from typing import Any

import pytest

from denialml.errors import BadInputError
from denialml.scrub import RuleSet, standard
from denialml.scrub.conditions import WORDS
from denialml.scrub.dryrun import Answered, DryRun, dry_run
from denialml.scrub.fields import FIELDS, Kind
from denialml.scrub.local import compiled, read_rule, read_rules
from denialml.scrub.view import ClaimView
from scrub_world import claim_of, context_of, national_tables

NATIONAL = national_tables()
KNEE = """
id: L-KNEE
title: Knee injections need the drug on the claim
why: denied as incomplete
author: ada
when:
  - {field: payer, is: P1}
  - {field: line.code, is: ["20610", "20611"]}
unless:
  - {field: procedures, any_begins_with: J}
then: hold
say: the drug that was injected is missing
effective: 2025-01-01
"""
YOUNG = {"set": {"coverage.subscriber_birth": "2000-01-01"}}
APPROVED = KNEE + "approved_by: bob\napproved_on: 2025-01-01\n"


def found(text: str, case: dict[str, Any]) -> list[tuple[str, int, str]]:
    report = RuleSet([compiled(read_rule(text, "a.yaml"))]).run(claim_of(case), context_of(case, NATIONAL))
    return [(each.code, each.line, each.severity.value) for each in report.findings]


def test_a_rule_finds_the_lines_that_it_describes() -> None:
    assert found(KNEE, {"lines": ["99213-25", "20610-RT"]}) == [("L-KNEE", 2, "error")]
    assert not found(KNEE, {"lines": ["20610-RT", "J1885"]}), "unless"
    assert not found(KNEE, {"lines": ["99213"]})
    assert not found(KNEE, {"lines": ["20610-RT on 2024-12-31"]}), "not in force yet"
    assert not found(KNEE + "expires: 2025-03-02\n", {"lines": ["20610-RT"]}), "no more in force"


def test_a_rule_of_the_claim_routes_it_to_a_queue() -> None:
    text = KNEE.replace("line.code, is", "procedures, has_any").replace("then: hold", "then: route\nroute: coding")
    case = {"lines": ["20610-RT"]}
    report = RuleSet([compiled(read_rule(text, "a.yaml"))]).run(claim_of(case), context_of(case, NATIONAL))
    (finding,) = report.findings
    assert (finding.line, finding.route, finding.severity.value) == (0, "coding", "info")
    assert not report.is_held


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        ("{field: patient_age, at_least: 65}", {}, YOUNG),
        ("{field: patient_age, at_most: 30}", YOUNG, {}),
        ("{field: patient_age, at_most: 30}", YOUNG, {"set": {"coverage.subscriber_birth": None}}),
        ("{field: service_day, from: 2025-03-03}", {}, {"lines": ["99213 on 2025-03-02"]}),
        ("{field: line.day, until: 2025-03-02}", {"lines": ["99213 on 2025-03-02"]}, {}),
        ("{field: authorization, is_present: false}", {}, {"set": {"references": [{"qualifier": "G1", "value": "A"}]}}),
        ("{field: payer, is_not: P1}", {"set": {"coverage.payer.identifier": "P2"}}, {}),
        ("{field: taxonomy, begins_with: 207R}", {}, {"set": {"rendering.taxonomy": "363L00000X"}}),
        ("{field: line.modifiers, has_none: ['25', '59']}", {}, {"lines": ["99213-25"]}),
        ("{field: modifiers, has_all: ['25', '95']}", {"lines": ["99213-25", "99214-95"]}, {"lines": ["99213-25"]}),
        ("{field: line.units, at_least: 2}", {"lines": ["99213 x2"]}, {}),
        ("{field: diagnoses, any_begins_with: [E11, M17]}", {}, {"diagnoses": "I10"}),
        ("{field: days_since_service, at_least: 30}", {"as_of": date(2025, 4, 2)}, {}),
    ],
)  # fmt: skip
def test_conditions_of_each_word(condition: str, yes: dict[str, Any], no: dict[str, Any]) -> None:
    text = (
        KNEE[: KNEE.index("when:")]
        + f"when: [{condition}]\n"
        + KNEE[KNEE.index("then:") :].replace("2025-01-01", "2020-01-01")
    )
    assert found(text, yes)
    assert not found(text, no)


def test_every_field_can_be_read_from_a_claim_and_has_words() -> None:
    case = {"lines": ["99213-25"]}
    view = ClaimView(claim_of(case), context_of(case, NATIONAL))
    for name, field in FIELDS.items():
        seen = field.of(view.lines[0] if name.startswith("line.") else view)
        assert seen is not None, name
        assert isinstance(seen, str) == (field.kind is Kind.TEXT), name
        assert WORDS[field.kind]
        assert field.meaning


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("field: payer,", "field: payor,", "when 1: there is no field 'payor'"),
        ("payer, is: P1", "payer, at_least: 3", "payer is a text: use one of is"),
        ("payer, is: P1", "payer", "use one of"),
        ('["20610", "20611"]', "[20610]", "codes in quotes"),
        ("then: hold", "then: explode", "then"),
        ("then: hold", "then: route", "route names a queue"),
        ("author: ada", "authr: ada", "authr"),
        ("author: ada", "author: ' '", "author is empty"),
        ("id: L-KNEE", "id: S001", "must begin with L"),
        ("effective: 2025-01-01", "effective: soon", "effective"),
        ("effective: 2025-01-01", "effective: 2025-01-01\nexpires: 2024-01-01", "expires before"),
        ("then: hold", "then: [hold", "no YAML"),
    ],
)
def test_a_bad_rule_says_where_and_what(old: str, new: str, message: str) -> None:
    assert old in KNEE
    with pytest.raises(BadInputError, match=message) as raised:
        read_rule(KNEE.replace(old, new), "knee.yaml")
    assert str(raised.value).startswith("knee.yaml")


def test_a_bad_rule_stops_no_other() -> None:
    read = read_rules({"bad.yaml": "id: [", "none.yaml": "", "good.yaml": APPROVED, "again.yaml": APPROVED})
    assert [rule.id for rule in read.rules] == ["L-KNEE"]
    assert [problem.where for problem in read.problems] == ["bad.yaml", "none.yaml", "again.yaml"]
    rules = RuleSet([*standard().rules, *read.ready()])
    case = {"lines": ["99213-25", "20610-RT"], "diagnoses": "M1711"}
    codes = {each.code for each in rules.run(claim_of(case), context_of(case, NATIONAL)).findings}
    assert codes == {"L-KNEE"}


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ("", "draft"),
        ("approved_by: bob\n", "approved"),
        ("approved_by: bob\nretired_on: 2025-02-01\n", "retired"),
    ],
)
def test_only_an_approved_rule_is_asked(more: str, state: str) -> None:
    read = read_rules({"a.yaml": KNEE + more})
    assert read.rules[0].state == state
    assert len(read.ready()) == (state == "approved")


def test_a_dry_run_counts_what_it_would_have_held_and_what_was_denied() -> None:
    def answered(lines: list[str], denied_cents: int) -> Answered:
        case = {"lines": lines}
        return Answered(claim_of(case), context_of(case, NATIONAL), denied_cents)

    past = [
        answered(["20610-RT"], 10_000),
        answered(["20610-LT"], 0),
        answered(["20610-LT", "J1885"], 0),
        answered(["99213"], 5_000),
    ]
    tried = dry_run(compiled(read_rule(KNEE, "a.yaml")), past)
    assert tried == DryRun(claims=4, found=2, found_denied=1, denied_cents=10_000, missed_denied=1)
    assert tried.precision == 0.5
    assert dry_run(compiled(read_rule(KNEE, "a.yaml")), []).precision is None
