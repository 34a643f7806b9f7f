"""Scoring: one pass of exact contributions gives the probability and, grouped, the reasons that add up to it.

LightGBM's ``pred_contrib`` is the exact TreeSHAP of Lundberg et al. 2020: for each line a base and one contribution
per feature whose sum is the raw log-odds. Calibration scales contributions by its slope and adds intercept and payer
offset to the base, so that base + contributions = calibrated log-odds, to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from denialml.errors import RefusedError
from denialml.learning.calibrate import logistic
from denialml.learning.model import RiskModel
from denialml.learning.rollup import ClaimIndex, index_claims
from denialml.learning.table import FloatArray, IntArray, Table


@dataclass(frozen=True, slots=True)
class Scores:
    """Scored lines, row by row as in ``table``, and their claims.

    ``base`` + the sum of a row of ``contributions`` (one column for each of ``groups``) is ``log_odds``, of which
    ``probability`` is the logistic. ``leads`` holds, for each line and group, the place in ``table.names`` of the
    feature that moved the group most in its own direction. Money is cents: ``allowed_cents`` is what the payer is
    expected to allow for the line when it pays, ``denied_cents`` is that times the probability.
    """

    table: Table
    base: FloatArray
    log_odds: FloatArray
    probability: FloatArray
    groups: tuple[str, ...]
    contributions: FloatArray
    leads: IntArray
    allowed_cents: IntArray
    denied_cents: IntArray
    claims: ClaimIndex
    claim_probability: FloatArray


def score(model: RiskModel, table: Table) -> Scores:
    """Probabilities and grouped contributions of every line and claim of a table.

    Raises:
        RefusedError: the table's features are declared otherwise than those the model was trained on.
    """
    if table.declaration_hash != model.provenance.declaration_hash:
        raise RefusedError("the features have changed since the model was trained: run `denialml train`")
    groups, member = _membership(model)
    every = contributions(model, table)
    base, each = every[:, -1], every[:, :-1]
    grouped = each @ member
    log_odds = base + each.sum(axis=1)
    probability = logistic(log_odds)
    index = index_claims(table.rows["claim_id"].to_numpy(np.int64))
    allowed = expected_allowed_cents(table)
    return Scores(
        table=table,
        base=base,
        log_odds=log_odds,
        probability=probability,
        groups=groups,
        contributions=grouped,
        leads=_leads(each, grouped, member),
        allowed_cents=allowed,
        denied_cents=np.rint(allowed * probability).astype(np.int64),
        claims=index,
        claim_probability=model.rollup.probability(index, probability),
    )


def contributions(model: RiskModel, table: Table) -> FloatArray:
    """Each feature's contribution to the calibrated log-odds, and the base in the last column."""
    if not len(table):
        return np.zeros((0, len(model.encoder.names) + 1))
    matrix = model.encoder.matrix(table)
    raw = model.booster.predict(matrix, pred_contrib=True, num_threads=model.threads)
    scaled = np.asarray(raw, dtype=np.float64) * model.calibration.slope
    scaled[:, -1] += model.calibration.shift(table.payers)
    return scaled


def expected_allowed_cents(table: Table) -> IntArray:
    """What each line's payer is expected to allow: the charge times the ratio that such lines were allowed before."""
    charge = table.rows["charge_cents"].to_numpy(np.float64)
    ratio = table.rows["expected_allowed_ratio"].to_numpy(np.float64, na_value=np.nan)
    return np.asarray(np.rint(charge * np.clip(np.nan_to_num(ratio, nan=1.0), 0.0, 1.0)), dtype=np.int64)


def _membership(model: RiskModel) -> tuple[tuple[str, ...], FloatArray]:
    """The groups in alphabetic order and a 0/1 matrix of which feature is in which."""
    of_feature = [model.groups[name] for name in model.encoder.names]
    groups = tuple(sorted(set(of_feature)))
    member = np.array([[float(own == group) for group in groups] for own in of_feature])
    return groups, member


def _leads(each: FloatArray, grouped: FloatArray, member: FloatArray) -> IntArray:
    leads = np.zeros(grouped.shape, dtype=np.int64)
    for column in range(grouped.shape[1]):
        own = np.flatnonzero(member[:, column])
        directed = each[:, own] * np.where(grouped[:, column] < 0, -1.0, 1.0)[:, None]
        leads[:, column] = own[directed.argmax(axis=1)] if len(each) else 0
    return leads
