from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from denialml.errors import UsageError
from denialml.simulator.config import SimulationConfig
from denialml.simulator.data import PAYER_KEYS, code_updates, document
from denialml.simulator.policy import Policy, load_payers, policy_changes, policy_from
from denialml.simulator.policy.reference import render
from denialml.simulator.policy.when import names_in
from simulated_payer import policy_data

POLICIES = load_payers()
HELD_OUT = load_payers(Path(__file__).parents[1] / "decks" / "heldout")


@pytest.mark.parametrize("key", PAYER_KEYS)
def test_every_rule_is_enforced_by_chance_and_names_procedures_that_have_a_fee(key: str) -> None:
    fees = set(document("fees.yaml")["values"])
    for rule in POLICIES[key].rules:
        assert 0 < rule.probability < 1, rule.name
        assert rule.procedures <= fees, rule.name
        assert rule.group in {"CO", "PR", "OA", "PI"}, rule.name


def test_payers_change_their_mind_inside_the_history_and_in_its_last_months() -> None:
    config = SimulationConfig()
    changes = [c for policy in POLICIES.values() for c in policy_changes(policy, config.start, config.as_of)]
    assert len(changes) >= 5
    assert len({change.payer for change in changes}) >= 5
    assert any(change.day > config.as_of - timedelta(days=92) for change in changes)
    assert all(change.before != change.after for change in changes)


def interactions(policy: Policy) -> list[str]:
    """Rules that look at two things or more beside the procedure, the everyday ones of replacements aside."""
    plain = {"procedures", "records", "frequencies", "original"}
    return [rule.name for rule in policy.rules if len(set(names_in(rule.source["when"])) - plain) >= 2]


@pytest.mark.parametrize("policy", [*POLICIES.values(), *HELD_OUT.values()], ids=lambda policy: policy.key)
def test_every_payer_has_interactions_that_no_single_column_shows(policy: Policy) -> None:
    assert len(interactions(policy)) >= 3


@pytest.mark.parametrize("policy", [*POLICIES.values(), *HELD_OUT.values()], ids=lambda policy: policy.key)
def test_every_payer_denies_late_and_unfounded_corrections(policy: Policy) -> None:
    corrections = {name for rule in policy.rules for name in names_in(rule.source["when"])}
    assert {"correction_days_over", "original", "diagnoses_valid", "procedure_valid"} <= corrections
    assert policy.intake


def test_payers_held_out_are_of_another_kind() -> None:
    ours = {rule.name for policy in POLICIES.values() for rule in policy.rules}
    theirs = {rule.name for policy in HELD_OUT.values() for rule in policy.rules}
    assert len(HELD_OUT) == 5
    assert ours.isdisjoint(theirs)
    identifiers = [policy.data["payer"]["identifier"] for policy in [*POLICIES.values(), *HELD_OUT.values()]]
    assert len(set(identifiers)) == len(identifiers)


def test_one_payer_is_new_and_every_kind_is_there() -> None:
    joins = {
        key: policy.data["population"]["joins"]
        for key, policy in POLICIES.items()
        if "joins" in policy.data["population"]
    }
    assert joins == {"meridian": date(2025, 10, 1)}
    kinds = {policy.data["payer"]["kind"] for policy in POLICIES.values()}
    assert kinds == {"medicare", "medicaid", "managed medicaid", "advantage", "commercial"}


def test_drift_new_schedules_and_new_payers_are_changes_too() -> None:
    data = policy_data(
        {
            "when": {"authorization": "absent"},
            "reason": "197",
            "probability": 0.5,
            "drift": {"per_year": 0.1, "from": date(2025, 4, 1)},
        },
        fees=[{"factor": 1.0, "visit_factor": 1.0}, {"from": date(2026, 1, 1), "factor": 1.1, "visit_factor": 1.0}],
    )
    data["population"]["joins"] = date(2025, 2, 1)
    told = [(c.day, c.rule) for c in policy_changes(policy_from("test", data), date(2025, 1, 1), date(2026, 6, 30))]
    assert told == [
        (date(2025, 4, 1), "rule-0 (drift)"),
        (date(2025, 2, 1), "(new payer)"),
        (date(2026, 1, 1), "(fee schedule)"),
    ]


def test_a_drift_that_began_before_is_told_of_the_first_day_unless_its_rule_is_over() -> None:
    rule = {
        "when": {"authorization": "absent"},
        "reason": "197",
        "probability": 0.5,
        "drift": {"per_year": 0.1, "from": date(2024, 1, 1)},
    }
    span = date(2025, 1, 1), date(2026, 6, 30)
    (change,) = policy_changes(policy_from("test", policy_data(rule)), *span)
    assert (change.day, change.rule) == (span[0], "rule-0 (drift)")
    assert change.after == {"probability": pytest.approx(0.5 + 0.1 * 366 / 365.25), "per_year": 0.1}
    over = rule | {"until": date(2024, 12, 30)}
    assert policy_changes(policy_from("test", policy_data(over)), *span) == []


def test_a_rule_that_ends_without_a_successor_is_a_change() -> None:
    rule = {"when": {"authorization": "absent"}, "reason": "197", "probability": 0.9, "until": date(2025, 4, 30)}
    (change,) = policy_changes(policy_from("test", policy_data(rule)), date(2025, 1, 1), date(2026, 1, 1))
    assert (change.day, change.after) == (date(2025, 5, 1), None)
    assert change.before is not None


@pytest.mark.parametrize(
    ("per_year", "received", "probability"),
    [
        (0.2, date(2025, 1, 1), 0.5),
        (0.2, date(2026, 1, 1), 0.5 + 0.2 * 365 / 365.25),
        (-0.4, date(2030, 1, 1), 0.001),
        (0.4, date(2030, 1, 1), 0.999),
    ],
)
def test_a_probability_drifts_by_the_day_of_receipt(per_year: float, received: date, probability: float) -> None:
    drift = {"per_year": per_year, "from": date(2025, 1, 1)}
    rule = {"when": {"enrolled": True}, "reason": "197", "probability": 0.5, "drift": drift}
    (made,) = policy_from("test", policy_data(rule)).rules
    assert made.probability_on(received) == pytest.approx(probability)


def test_lists_of_procedures_follow_the_update_of_codes() -> None:
    rule = {"when": {"procedures": ["96127"]}, "reason": "96", "probability": 0.5}
    policy = policy_from("test", policy_data(rule))
    assert policy.rules[0].procedures == {"96127", "96126"}
    assert len(policy.line_rules("96126")) == 1
    assert policy.line_rules("99213") == ()


def test_code_updates_come_in_october_and_january_and_change_no_fee() -> None:
    fees = document("fees.yaml")["values"]
    diagnoses, procedures = code_updates("diagnoses"), code_updates("procedures")
    assert {(update.first.month, update.first.day) for update in diagnoses} == {(10, 1)}
    assert {(update.first.month, update.first.day) for update in procedures} == {(1, 1)}
    assert all(update.new.startswith(update.old) for update in diagnoses)
    assert all(fees[update.new] == fees[update.old] for update in procedures)


def test_the_reference_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "payer-files.md"
    told = "run: python -m denialml.simulator.policy.reference docs/reference/payer-files.md"
    assert page.read_text(encoding="utf-8") == render(), told


def test_a_rule_holds_from_its_first_to_its_last_day() -> None:
    policy = policy_from(
        "test",
        policy_data(
            {"when": {"authorization": "absent"}, "reason": "197", "probability": 0.9, "until": date(2025, 4, 30)}
        ),
    )
    (rule,) = policy.rules
    assert rule.first == date.min
    assert rule.last == date(2025, 4, 30)


@pytest.mark.parametrize("wrong", [{"claims": 0}, {"months": 0}, {"seed": -1}, {"draft_days": -1}])
def test_a_configuration_out_of_range_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        SimulationConfig(**wrong)


def test_eighteen_months_end_on_the_day_of_today() -> None:
    config = SimulationConfig()
    assert config.start == date(2025, 1, 1)
    assert config.last_sent == date(2026, 6, 23)
