"""Metrics against hand-made cases."""

from __future__ import annotations

import numpy as np
import pytest

from denialml.learning.evaluate import calibration_error, daily_queue, evaluate, measure, reliability, share_of_ceiling


def test_the_queue_takes_the_most_probable_of_each_day() -> None:
    probability = np.array([0.9, 0.5, 0.5, 0.1, 0.2])
    assert daily_queue(probability, ["mon", "mon", "mon", "tue", "tue"], 2).tolist() == [True, True, False, True, True]


def test_precision_and_recall_are_those_of_the_queue() -> None:
    denied = np.array([1.0, 0.0, 1.0, 0.0])
    metrics = measure(np.array([0.9, 0.8, 0.3, 0.1]), denied, np.array([True, True, False, False]))
    assert metrics.precision_at_capacity == 0.5
    assert metrics.recall_at_capacity == 0.5
    assert metrics.auc == pytest.approx(0.75)
    assert metrics.brier == pytest.approx((0.01 + 0.64 + 0.49 + 0.01) / 4)


def test_rows_of_one_label_have_no_ranking_quality() -> None:
    metrics = measure(np.array([0.1, 0.2]), np.zeros(2), np.zeros(2, bool))
    assert metrics.auc is None
    assert metrics.average_precision is None
    assert metrics.precision_at_capacity is None
    assert metrics.recall_at_capacity is None


def test_bins_hold_equal_numbers_and_the_error_is_their_weighted_gap() -> None:
    probability = np.concatenate([np.full(400, 0.1), np.full(400, 0.6)])
    denied = np.concatenate([np.repeat([1.0, 0.0], [80, 320]), np.repeat([1.0, 0.0], [200, 200])])
    bins = reliability(probability, denied)
    assert [b.rows for b in bins] == [200, 200, 200, 200]
    assert calibration_error(probability, denied) == pytest.approx(
        sum(b.rows * abs(b.probability - b.denied) for b in bins) / 800
    )
    assert reliability(np.zeros(0), np.zeros(0)) == ()


def test_payers_share_one_queue() -> None:
    probability = np.array([0.9, 0.8, 0.7, 0.1])
    found = evaluate(probability, np.array([1.0, 1.0, 0.0, 1.0]), ["A", "A", "B", "B"], [1, 1, 1, 1], 2)
    assert found.by_payer["A"].queued == 2
    assert found.by_payer["B"].queued == 0
    assert found.overall.recall_at_capacity == pytest.approx(2 / 3)


def test_share_of_ceiling() -> None:
    assert share_of_ceiling(0.7, 0.75) == pytest.approx(0.8)
    assert share_of_ceiling(None, 0.75) is None
    assert share_of_ceiling(0.7, 0.5) is None
