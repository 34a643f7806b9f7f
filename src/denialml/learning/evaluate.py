"""How good probabilities are: ranking, calibration and what a queue of limited length catches.

ECE (expected calibration error) is the mean over bins of |observed share - mean probability|, weighted by rows. Bins
hold equal numbers of rows, at most 15 and at least 200 rows each: with fewer rows even the true probabilities show
an error of sqrt(p(1-p)/rows) a bin by chance alone, which is why the truth's own ECE is printed beside ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from denialml.learning.table import BoolArray, FloatArray

_BINS: Final = 15
_BIN_ROWS: Final = 200
_TIGHTEST: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows of similar probability: their mean probability and the share that was denied."""

    rows: int
    probability: float
    denied: float


@dataclass(frozen=True, slots=True)
class Metrics:
    """Quality on one set of rows. ``auc`` and ``average_precision`` are None where all rows have the same label.

    ``precision_at_capacity`` is the share denied among rows in the daily queue, ``recall_at_capacity`` the share of
    denials that the queue caught; None where nothing was queued or nothing denied.
    """

    rows: int
    denied: int
    auc: float | None
    average_precision: float | None
    brier: float
    log_loss: float
    ece: float
    queued: int
    precision_at_capacity: float | None
    recall_at_capacity: float | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics over all rows and by payer, with the reliability table over all rows."""

    overall: Metrics
    by_payer: dict[str, Metrics]
    reliability: tuple[Bin, ...]


def daily_queue(probability: FloatArray, days: Sequence[object], capacity: int) -> BoolArray:
    """Rows among the ``capacity`` most probable of their day; earlier rows first among equals."""
    frame = pd.DataFrame({"day": list(days), "probability": probability})
    rank = frame.groupby("day")["probability"].rank(method="first", ascending=False)
    return np.asarray(rank <= capacity, dtype=np.bool_)


def evaluate(
    probability: FloatArray, denied: FloatArray, payers: Sequence[str], days: Sequence[object], capacity: int
) -> Evaluation:
    """Metrics of probabilities against what the payers did, the queue being filled each day across all payers."""
    queued = daily_queue(probability, days, capacity)
    of = np.asarray(payers, dtype=object)
    by_payer = {}
    for payer in sorted(set(payers)):
        mask = of == payer
        by_payer[payer] = measure(probability[mask], denied[mask], queued[mask])
    return Evaluation(measure(probability, denied, queued), by_payer, reliability(probability, denied))


def measure(probability: FloatArray, denied: FloatArray, queued: BoolArray) -> Metrics:
    """Metrics of one set of rows."""
    kept = np.clip(probability, _TIGHTEST, 1.0 - _TIGHTEST)
    total, caught = int(denied.sum()), int(denied[queued].sum())
    mixed = 0 < total < len(denied)
    return Metrics(
        rows=len(denied),
        denied=total,
        auc=float(roc_auc_score(denied, probability)) if mixed else None,
        average_precision=float(average_precision_score(denied, probability)) if mixed else None,
        brier=float(np.mean((probability - denied) ** 2)),
        log_loss=float(-np.mean(denied * np.log(kept) + (1.0 - denied) * np.log1p(-kept))),
        ece=calibration_error(probability, denied),
        queued=int(queued.sum()),
        precision_at_capacity=caught / int(queued.sum()) if queued.any() else None,
        recall_at_capacity=caught / total if total else None,
    )


def reliability(probability: FloatArray, denied: FloatArray) -> tuple[Bin, ...]:
    """Rows in order of probability, cut into bins of equal numbers."""
    if not len(probability):
        return ()
    count = max(1, min(_BINS, len(probability) // _BIN_ROWS))
    parts = np.array_split(np.argsort(probability, kind="stable"), count)
    return tuple(Bin(len(rows), float(probability[rows].mean()), float(denied[rows].mean())) for rows in parts)


def calibration_error(probability: FloatArray, denied: FloatArray) -> float:
    """ECE over the bins of :func:`reliability`."""
    bins = reliability(probability, denied)
    return sum(b.rows * abs(b.probability - b.denied) for b in bins) / max(1, len(probability))


def share_of_ceiling(ours: float | None, ceiling: float | None) -> float | None:
    """How much of the ranking quality that the truth allows is reached: (AUC - 0.5) / (AUC of the truth - 0.5)."""
    if ours is None or ceiling is None or ceiling <= 0.5:
        return None
    return (ours - 0.5) / (ceiling - 0.5)
