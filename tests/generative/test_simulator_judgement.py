"""Laws of what a payer decides, whatever its rules are and whatever a claim holds."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from denialml.claims import replace
from denialml.simulator.decisions import Decision
from simulated_payer import RECEIVED, claim, payer

CODES = ("99213", "20610", "97110", "93000")
CONDITIONS: dict[str, list[Any]] = {
    "authorization": ["absent", "valid"],
    "places": [["11"], ["22"]],
    "with": [["20610"], ["93000", "97110"]],
    "units_over": [0, 1],
    "age_over": [40, 80],
    "charge_over_fee": [1.5, 4],
    "duplicate": [True, False],
    "seen_within": [5, 50],
    "diagnoses": [["E"], ["Z"]],
    "weekdays": [[0], [4]],
}

whens = st.recursive(
    st.sampled_from(sorted(CONDITIONS)).flatmap(
        lambda name: st.fixed_dictionaries({name: st.sampled_from(CONDITIONS[name])})
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=4,
)
rules = st.lists(
    st.builds(
        lambda when, probability: {"when": when, "reason": "16", "probability": probability},
        whens,
        st.floats(0.01, 0.99),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(
    rules, st.floats(0, 0.5), st.lists(st.sampled_from(CODES), min_size=1, max_size=4, unique=True), st.integers(0, 99)
)
def test_probability_causes_and_verdict_agree(
    made: list[dict[str, Any]], error: float, codes: list[str], serial: int
) -> None:
    asked = payer(*made, error_rate=error)
    sent = claim(serial, *codes)
    judged = asked.judge(sent, RECEIVED)
    assert judged == asked.judge(sent, RECEIVED)
    for judgement in judged:
        escaped = math.prod(1 - cause.probability for cause in judgement.causes)
        assert math.isclose(judgement.probability, 1 - escaped, abs_tol=1e-9)
        if judgement.causes:
            assert math.isclose(sum(cause.share for cause in judgement.causes), 1)
        if judgement.verdict is not None:
            assert judgement.verdict.rule in {cause.rule for cause in judgement.causes}
    decision = asked.decide(sent, RECEIVED)
    assert tuple(line.judgement for line in decision.lines) == judged
    assert asked.judge(sent, RECEIVED) == judged, "what was paid on a claim is no news about it"
    _balances(decision)


@settings(max_examples=30, deadline=None)
@given(rules, st.floats(0, 0.5), st.integers(0, 99))
def test_not_turns_a_condition_round(made: list[dict[str, Any]], error: float, serial: int) -> None:
    sent = claim(serial, "99213", "20610")
    for rule in made:
        turned = rule | {"when": {"not": rule["when"]}}
        found = [payer(each, error_rate=error).judge(sent, RECEIVED) for each in (rule, turned)]
        for straight, opposite in zip(*found, strict=True):
            assert any(c.rule for c in straight.causes) is not any(c.rule for c in opposite.causes)


@settings(max_examples=30, deadline=None)
@given(rules, st.integers(1, 5))
def test_what_is_paid_over_and_over_is_counted_once(made: list[dict[str, Any]], rounds: int) -> None:
    share = {"deductible": 500, "deductible_chance": 1.0, "coinsurance": 0.2, "out_of_pocket": 700}
    asked = payer(*made, patient_share=share)
    decision = asked.decide(claim(1, "99213", "20610"), RECEIVED)
    for step in range(rounds):
        corrected = replace(decision.claim, frequency="7")
        decision = asked.decide(corrected, RECEIVED + timedelta(days=step), replaces=decision)
    once = payer(*made, patient_share=share).decide(claim(1, "99213", "20610"), RECEIVED)
    assert [line.price for line in decision.lines] == [line.price for line in once.lines]


def _balances(decision: Decision) -> None:
    for line in decision.lines:
        assert (line.price is None) is (line.verdict is not None)
        if line.price is not None:
            told = sum(adjustment.amount_cents for adjustment in line.price.adjustments)
            assert line.line.charge_cents - told == line.price.paid_cents == line.payable_cents
