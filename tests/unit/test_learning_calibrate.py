"""Calibration and roll-up: they recover what was planted, and stay additive and coherent."""

from __future__ import annotations

import numpy as np
import pytest

from denialml.learning.calibrate import Calibration, fit_calibration, log_odds_of, logistic
from denialml.learning.evaluate import calibration_error
from denialml.learning.rollup import Rollup, fit_rollup, index_claims

DICE = np.random.default_rng(3)


def test_a_planted_slope_intercept_and_offset_are_found() -> None:
    raw = DICE.normal(-1.5, 1.2, 60_000)
    payers = list(DICE.choice(["A", "B"], len(raw)))
    offset = np.where(np.array(payers) == "A", 0.2, -0.2)
    denied = (DICE.random(len(raw)) < logistic(0.7 * raw + 0.4 + offset)).astype(float)
    found = fit_calibration(raw, denied, payers, spread=0.25)
    assert found.slope == pytest.approx(0.7, abs=0.03)
    assert found.intercept == pytest.approx(0.4, abs=0.05)
    assert found.offsets["A"] - found.offsets["B"] == pytest.approx(0.4, abs=0.06)


def test_a_payer_with_few_answers_keeps_the_common_calibration() -> None:
    raw = DICE.normal(-1.5, 1.2, 20_000)
    payers = ["A"] * (len(raw) - 6) + ["B"] * 6
    denied = (DICE.random(len(raw)) < logistic(raw)).astype(float)
    denied[-6:] = 1.0
    offset = fit_calibration(raw, denied, payers, spread=0.25).offsets["B"]
    assert 0.0 < offset < 0.6  # six denials of six would be infinity without shrinkage


def test_calibration_lowers_the_error_of_overconfident_scores() -> None:
    truth = DICE.normal(-1.5, 1.0, 20_000)
    denied = (DICE.random(len(truth)) < logistic(truth)).astype(float)
    raw = 2.0 * truth + 0.8
    half = len(raw) // 2
    calibration = fit_calibration(raw[:half], denied[:half], [""] * half, spread=None)
    before = calibration_error(logistic(raw[half:]), denied[half:])
    after = calibration_error(logistic(calibration.apply(raw[half:], [""] * half)), denied[half:])
    assert after < 0.02 < before


def test_an_unknown_payer_has_no_offset() -> None:
    calibration = Calibration(1.0, 0.5, {"A": 0.3})
    assert calibration.apply(np.zeros(2), ["A", "Z"]).tolist() == [0.8, 0.5]


def test_log_odds_and_probabilities_are_inverse_and_finite() -> None:
    probability = np.array([0.0, 1e-9, 0.3, 1.0])
    assert np.isfinite(log_odds_of(probability)).all()
    assert logistic(log_odds_of(probability)) == pytest.approx(probability, abs=1e-11)


@pytest.mark.parametrize("planted", [0.0, 0.5, 1.0])
def test_the_dependence_between_lines_is_learnt(planted: float) -> None:
    claims = np.repeat(np.arange(30_000), 2)
    index = index_claims(claims)
    lines = DICE.uniform(0.02, 0.5, len(claims))
    claim_denied = DICE.random(len(index.claims)) < Rollup(planted).probability(index, lines)
    denied = np.zeros(len(claims))
    denied[index.riskiest(lines)] = claim_denied
    assert fit_rollup(index, lines, denied).independence == pytest.approx(planted, abs=0.12)


def test_a_claim_lies_between_its_riskiest_line_and_independence() -> None:
    index = index_claims(np.array([5, 5, 9, 9, 9, 2]))
    lines = np.array([0.2, 0.4, 0.1, 0.1, 0.1, 0.7])
    assert index.claims.tolist() == [2, 5, 9]
    found = Rollup(0.5).probability(index, lines)
    assert found[0] == pytest.approx(0.7)
    assert 0.4 < found[1] < 1 - 0.8 * 0.6
    assert 0.1 < found[2] < 1 - 0.9**3
    assert Rollup(1.0).probability(index, lines)[1] == pytest.approx(1 - 0.8 * 0.6)
    assert index.riskiest(lines).tolist() == [5, 1, 2]
    assert index.sum(lines) == pytest.approx([0.7, 0.6, 0.3])
