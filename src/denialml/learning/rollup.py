"""From lines to the claim: the probability that any line is denied on first adjudication.

Lines of one claim share its coverage, its authorisation and its provider, so their denials come together. The truth
lies between the riskiest line's probability (all fall together) and one minus the product of the others' survival
(each falls alone). One weight between the two, in log-odds, is learnt on the calibration slice; a claim of one line
keeps its line's probability exactly, and raising any line never lowers the claim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from denialml.learning.calibrate import log_odds_of, logistic
from denialml.learning.table import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class ClaimIndex:
    """Lines grouped by claim: ``claims`` are the ids in ascending order, ``of_line`` each line's place among them."""

    claims: IntArray
    of_line: IntArray

    def sum(self, values: FloatArray) -> FloatArray:
        """Each claim's sum of its lines' values."""
        return np.bincount(self.of_line, weights=values, minlength=len(self.claims)).astype(np.float64)

    def max(self, values: FloatArray) -> FloatArray:
        """Each claim's largest value."""
        largest = np.full(len(self.claims), -np.inf)
        np.maximum.at(largest, self.of_line, values)
        return largest

    def riskiest(self, values: FloatArray) -> IntArray:
        """The place of each claim's line with the largest value; the first one of equals."""
        order = np.lexsort((np.arange(len(values)), -values, self.of_line))
        starts = np.searchsorted(self.of_line[order], np.arange(len(self.claims)))
        return np.asarray(order[starts], dtype=np.int64)


def index_claims(claim_ids: IntArray) -> ClaimIndex:
    """The grouping of lines by their claim's id."""
    claims, of_line = np.unique(claim_ids, return_inverse=True)
    return ClaimIndex(claims.astype(np.int64), of_line.astype(np.int64))


@dataclass(frozen=True, slots=True)
class Rollup:
    """``independence`` 0: lines of a claim fall together; 1: each falls alone."""

    independence: float

    def probability(self, index: ClaimIndex, lines: FloatArray) -> FloatArray:
        """The probability that any line of each claim is denied."""
        together, alone = _bounds(index, lines)
        return logistic(together + self.independence * (alone - together))


def fit_rollup(index: ClaimIndex, lines: FloatArray, denied: FloatArray) -> Rollup:
    """The weight under which the claims' labels are the most likely."""
    together, alone = _bounds(index, lines)
    any_denied = index.max(denied)

    def loss(weight: float) -> float:
        log_odds = together + weight * (alone - together)
        return float(np.mean(np.logaddexp(0.0, log_odds) - any_denied * log_odds))

    found = minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-6})
    return Rollup(float(found.x))


def _bounds(index: ClaimIndex, lines: FloatArray) -> tuple[FloatArray, FloatArray]:
    together = index.max(lines)
    alone = -np.expm1(index.sum(np.log1p(-np.minimum(lines, 1.0 - 1e-12))))
    return log_odds_of(together), log_odds_of(np.maximum(alone, together))
