from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest

from denialml.errors import BadInputError, UsageError
from denialml.simulator.config import SimulationConfig
from denialml.simulator.data import PAYER_KEYS, document
from denialml.simulator.policy import load_policy, policy_changes, policy_from
from simulated_payer import policy_data

POLICIES = {key: load_policy(key) for key in PAYER_KEYS}


@pytest.mark.parametrize("key", PAYER_KEYS)
def test_every_rule_is_enforced_by_chance_and_names_procedures_that_have_a_fee(key: str) -> None:
    fees = set(document("fees.yaml")["values"])
    for rule in POLICIES[key].rules:
        assert 0 < rule.probability < 1, rule.name
        assert rule.procedures <= fees, rule.name
        assert rule.group in {"CO", "PR", "OA", "PI"}, rule.name


@pytest.mark.parametrize("key", PAYER_KEYS)
def test_versions_of_a_rule_do_not_overlap(key: str) -> None:
    by_name: dict[str, list[tuple[date, date]]] = {}
    for rule in POLICIES[key].rules:
        by_name.setdefault(rule.name, []).append((rule.first, rule.last))
    for name, spans in by_name.items():
        spans.sort()
        assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(spans)), name


def test_payers_change_their_mind_inside_the_history_and_in_its_last_months() -> None:
    config = SimulationConfig()
    changes = [c for policy in POLICIES.values() for c in policy_changes(policy, config.start, config.as_of)]
    assert len(changes) >= 5
    assert len({change.payer for change in changes}) >= 5
    assert any(change.day > config.as_of - timedelta(days=92) for change in changes)
    assert all(change.before != change.after for change in changes)


def test_some_rules_need_three_conditions_at_once() -> None:
    together = [len(rule.source["when"]) for policy in POLICIES.values() for rule in policy.rules]
    assert sum(count >= 3 for count in together) >= 20


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


@pytest.mark.parametrize(
    "rule",
    [
        {"when": {"weather": "rain"}, "reason": "16", "probability": 0.5},
        {"scope": "claim", "when": {"units_over": 3}, "reason": "16", "probability": 0.5},
        {"scope": "claim", "when": {"procedures": ["99213"]}, "reason": "16", "probability": 0.5},
        {"when": {"services_over": 3}, "reason": "119", "probability": 0.5},
    ],
)
def test_a_condition_that_cannot_be_judged_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(BadInputError, match="rule-0"):
        policy_from("test", policy_data(rule))


@pytest.mark.parametrize("wrong", [{"claims": 0}, {"months": 0}, {"practices": -1}, {"draft_days": -1}])
def test_a_configuration_out_of_range_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError):
        SimulationConfig(**wrong)


def test_eighteen_months_end_on_the_day_of_today() -> None:
    config = SimulationConfig()
    assert config.start == date(2025, 1, 1)
    assert config.last_sent == date(2026, 6, 23)
