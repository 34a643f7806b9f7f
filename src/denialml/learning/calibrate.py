"""Calibration in log-odds space: a slope, an intercept and a small offset for each payer, learnt on a later slice.

Platt's scaling (Platt 1999; Niculescu-Mizil & Caruana 2005) keeps reasons additive: contributions to the raw log-odds
are multiplied by the slope, and intercept and offset go into the base. The offsets are shrunk towards 0 as draws of a
normal distribution, so that a payer with few answers keeps the common calibration. Isotonic regression is measured
beside it in the backtest; it is a staircase, so no sum of contributions can follow it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from denialml.learning.table import FloatArray

_STEPS: Final = 50
_SLOPE_SPREAD: Final = 1.0  # standard deviation expected of the slope around 1: hardly binding with 1,000 labels
_TIGHTEST: Final = 1e-12  # probabilities stay this far from 0 and 1


def logistic(log_odds: FloatArray) -> FloatArray:
    """Probabilities of log-odds."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * log_odds)), dtype=np.float64)


def log_odds_of(probability: FloatArray) -> FloatArray:
    """Log-odds of probabilities, kept finite."""
    kept = np.clip(probability, _TIGHTEST, 1.0 - _TIGHTEST)
    return np.asarray(np.log(kept) - np.log1p(-kept), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibrated log-odds are ``slope * raw + intercept + offsets[payer]``; an unknown payer's offset is 0."""

    slope: float
    intercept: float
    offsets: Mapping[str, float]

    def shift(self, payers: Sequence[str]) -> FloatArray:
        """What each line's base gains: the intercept and its payer's offset."""
        return np.fromiter((self.intercept + self.offsets.get(p, 0.0) for p in payers), np.float64, len(payers))

    def apply(self, raw: FloatArray, payers: Sequence[str]) -> FloatArray:
        """Calibrated log-odds of raw ones."""
        return self.slope * raw + self.shift(payers)


def fit_calibration(raw: FloatArray, denied: FloatArray, payers: Sequence[str], *, spread: float | None) -> Calibration:
    """The most probable slope, intercept and offsets given the labels (Newton's method on a penalised likelihood).

    ``spread`` is the standard deviation expected between payers, in log-odds; None fits no offsets.
    """
    names = sorted(set(payers)) if spread is not None else []
    design = np.column_stack(
        [raw, np.ones_like(raw), *(np.array([p == name for p in payers], float) for name in names)]
    )
    precision = np.zeros(design.shape[1])
    precision[0] = 1.0 / _SLOPE_SPREAD**2
    if spread is not None:
        precision[2:] = 1.0 / spread**2
    centre = np.zeros(design.shape[1])
    centre[0] = 1.0
    weights = centre.copy()
    for _ in range(_STEPS):
        probability = logistic(design @ weights)
        gradient = design.T @ (denied - probability) - precision * (weights - centre)
        curvature = (design * (probability * (1.0 - probability))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + np.clip(step, -2.0, 2.0)
        if float(np.abs(step).max()) < 1e-10:
            break
    offsets = {name: float(value) for name, value in zip(names, weights[2:], strict=True)}
    return Calibration(float(weights[0]), float(weights[1]), offsets)
