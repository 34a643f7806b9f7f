"""Bounds equal what brute force finds, and those of practices add up exactly."""

from __future__ import annotations

import json
from datetime import date
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from denialml.claims import ServiceLine
from denialml.simulator.bounds import BINS, Bounds, FixEffect, Separation, claim_probability
from denialml.simulator.decisions import Cause, Decision, Family, Judgement, LineDecision, Verdict
from denialml.simulator.dice import Dice
from denialml.simulator.potential import EditOutcome
from denialml.simulator.schedules import Schedules
from simulated_payer import claim

WHOLE = frozenset({"cover"})
middles = st.integers(0, BINS - 1).map(lambda place: (place + 0.5) / BINS)
samples = st.lists(st.tuples(middles, st.booleans()), min_size=2, max_size=30)


def separation(sample: list[tuple[float, bool]]) -> Separation:
    made = Separation()
    for probability, denied in sample:
        made.add(probability, denied=denied)
    return made


@settings(deadline=None)
@given(samples)
def test_expected_auc_is_that_of_all_pairs(sample: list[tuple[float, bool]]) -> None:
    chances = [probability for probability, _ in sample]
    pairs = [(p * (1 - q), 1.0 if p > q else 0.5 if p == q else 0.0) for p, q in permutations(chances, 2)]
    weight = sum(each for each, _ in pairs)
    expected = sum(each * score for each, score in pairs) / weight
    assert separation(sample).expected().auc == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(samples.filter(lambda sample: len({denied for _, denied in sample}) == 2))
def test_realised_figures_are_those_of_scikit_learn(sample: list[tuple[float, bool]]) -> None:
    chances, denied = zip(*sample, strict=True)
    found = separation(sample).realised()
    assert found.auc == pytest.approx(roc_auc_score(denied, chances))
    assert found.average_precision == pytest.approx(average_precision_score(denied, chances))


def test_what_comes_of_dice_is_near_what_was_to_be_expected() -> None:
    dice = Dice(5, "lines")
    made = Separation()
    for _ in range(40_000):
        probability = dice.uniform() ** 4
        made.add(probability, denied=dice.chance(probability))
    assert made.realised().auc == pytest.approx(made.expected().auc, abs=0.005)
    assert made.realised().average_precision == pytest.approx(made.expected().average_precision, abs=0.015)
    assert made.told()["denied"] == pytest.approx(made.told()["expected_denied"], rel=0.03)


def test_one_class_alone_cannot_be_ranked() -> None:
    assert separation([(0.2, False), (0.4, False)]).realised().auc == 0
    assert Separation().told()["bayes_auc"] == 0


def judged(line: ServiceLine, *causes: tuple[str, float], denied: bool = False) -> Judgement:
    made = tuple(Cause(rule, Family.CODING if rule else Family.ERROR, "97", p, 0.5) for rule, p in causes)
    escapes = float(np.prod([1 - p for _, p in causes]))
    verdict = Verdict("97", "CO", (), whole_claim=False) if denied else None
    return Judgement(line, 1 - escapes, made, verdict)


def test_a_rule_for_the_whole_claim_throws_once_for_all_lines() -> None:
    first, second = claim(1, "99213", "93000").lines
    lines = [judged(first, ("cover", 0.5), ("", 0.1)), judged(second, ("cover", 0.5), ("modifier", 0.2), ("", 0.1))]
    assert claim_probability(lines, WHOLE) == pytest.approx(1 - 0.5 * 0.9 * 0.8 * 0.9)
    assert claim_probability(lines, frozenset()) == pytest.approx(1 - 0.5 * 0.9 * 0.5 * 0.8 * 0.9)


def decision(serial: int, probability: float, *, denied: bool) -> Decision:
    asked = claim(serial, "99213", "93000")
    lines = tuple(
        LineDecision(judged(line, ("modifier", probability), denied=denied and line.number == 1), None, 8_000)
        for line in asked.lines
    )
    return Decision(asked, f"N{serial}", date(2026, 1, 5), date(2026, 1, 20), lines)


def outcome(decided: Decision, after: float, *, still_denied: bool) -> EditOutcome:
    before = tuple(line.judgement for line in decided.lines)
    edited = tuple(judged(each.line, ("modifier", after), denied=still_denied) for each in before)
    return EditOutcome("modifier", 1, "test", 3, fixed=False, before=before, after=edited)


def test_a_fix_is_worth_its_drop_times_what_the_payer_would_pay() -> None:
    bounds = Bounds()
    decided = decision(1, 0.6, denied=True)
    bounds.tried(decided, (outcome(decided, 0.1, still_denied=False),))
    (effect,) = bounds.fixes.values()
    assert effect == FixEffect(1, 2, 3, 1_000_000, 8_000, 1, 0, 8_000)
    (told,) = bounds.told()["fixes"]
    assert told["mean_drop"] == 0.5
    assert (told["kind"], told["payer"]) == ("modifier", decided.claim.payer_id)


def test_an_edit_can_do_harm_and_it_is_counted() -> None:
    decided = decision(1, 0.1, denied=False)
    effect = FixEffect()
    effect.add(outcome(decided, 0.6, still_denied=True), {1: 8_000, 2: 500})
    assert (effect.avoided, effect.caused, effect.avoided_cents, effect.drop_ppm) == (0, 2, -8_500, -1_000_000)


def history(serials: range) -> Bounds:
    made, dice = Bounds(), Dice(serials.start, "history")
    for serial in serials:
        probability = dice.uniform()
        decided = decision(serial, probability, denied=dice.chance(probability))
        made.answered(decided, WHOLE)
        made.tried(decided, (outcome(decided, probability / 3, still_denied=dice.chance(0.2)),))
    made.schedules = Schedules(1, 1, 900, 60, 900, 300, {"oldest first": 100})
    return made


def test_histories_merge_exactly_and_in_any_order() -> None:
    parts = [range(1, 30), range(100, 170), range(300, 310)]
    told = []
    for order in ((0, 1, 2), (2, 0, 1)):
        whole = Bounds()
        for place in order:
            whole.merge(history(parts[place]))
        told.append(json.dumps(whole.told()))
    assert told[0] == told[1]
    found = json.loads(told[0])
    assert found["claims"]["all"]["count"] == sum(map(len, parts))
    assert found["lines"]["all"]["count"] == 2 * sum(map(len, parts))
    assert found["schedules"]["simple_cents"] == {"oldest first": 300}
