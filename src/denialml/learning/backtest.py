"""How good the model would have been: fitted as on a past day, tested on what came after, beside what it must beat.

Every contender predicts the same lines. Where a simulator's truth file is at hand, the true probabilities are a
contender too: nobody can rank or calibrate better than they do, so they are the ceiling.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.isotonic import IsotonicRegression

from denialml.errors import BadInputError
from denialml.learning import baselines
from denialml.learning.calibrate import fit_calibration, logistic
from denialml.learning.config import TrainConfig
from denialml.learning.evaluate import Bin, Evaluation, Metrics, evaluate, measure, share_of_ceiling
from denialml.learning.model import Fitted, RiskModel, fit
from denialml.learning.rollup import Rollup, index_claims
from denialml.learning.splits import check_lines, plan_split
from denialml.learning.table import BoolArray, FloatArray, Table

MODEL: Final = "model"
LOGISTIC: Final = "logistic regression"
RATES: Final = "payer x procedure rates"
CONSTANT: Final = "constant"
TRUTH: Final = "truth"
_TRUTH_COLUMNS: Final = ("control_number", "line_number", "known_on", "true_probability", "true_reason")

# Reasons (CARC) that only a payer can foresee: its own roster of members (22 other cover first, 26 and 27 outside the
# cover's dates, 31 unknown member, 109 moved to another plan) and of enrolled providers (B7).
_PAYERS_SECRETS: Final = frozenset({"22", "26", "27", "31", "109", "B7"})


@dataclass(frozen=True, slots=True)
class Quality:
    """One contender over all payers. ``precision`` and ``recall`` are those of the daily queue (at capacity)."""

    contender: str
    auc: float | None
    average_precision: float | None
    brier: float
    log_loss: float
    ece: float
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class PayerRanking:
    """How well one payer's lines are ranked: each contender's AUC, and the share of the truth's that ours reaches."""

    payer: str
    lines: int
    model: float | None
    logistic: float | None
    rates: float | None
    truth: float | None
    of_ceiling_share: float | None


@dataclass(frozen=True, slots=True)
class PayerQuality:
    """The model on one payer's lines; ``truth_ece`` is the error that the true probabilities show by chance."""

    payer: str
    denied_share: float
    average_precision: float | None
    brier: float
    ece: float
    truth_ece: float | None
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class CalibrationWay:
    """One way to turn the same trees' scores into probabilities; ``worst_payer_ece`` is the largest ECE of a payer."""

    way: str
    brier: float
    log_loss: float
    ece: float
    worst_payer_ece: float


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """A test forward in time, of a model fitted on the morning of ``test_from`` (labels received before it).

    Training: T < ``train_until``; calibration: T < ``calibrate_until``; test: ``test_from`` <= T < ``test_until``.
    ``arrived_share`` of the answers to lines as old as the youngest test line had come by ``as_of``;
    ``answered_share`` is the share of test lines sent that have an answer. ``of_ceiling_share`` is
    (AUC - 0.5) / (AUC of the truth - 0.5), None where no truth is known. The truth knows the payers' rosters, which no
    practice does: ``of_visible_ceiling_share`` is the same over the ``visible_lines`` whose likeliest reason for denial
    is not one of the roster (CARC 22, 26, 27, 31, 109, B7). A claim's truth takes its lines as independent
    given their probabilities.
    """

    as_of: date
    train_until: date
    calibrate_until: date
    test_from: date
    test_until: date
    training_lines: int
    calibration_lines: int
    test_lines: int
    test_denials: int
    test_claims: int
    arrived_share: float
    answered_share: float
    capacity_a_day: int
    trees: int
    of_ceiling_share: float | None
    of_visible_ceiling_share: float | None
    visible_lines: int | None
    lines: tuple[Quality, ...]
    claims: tuple[Quality, ...]
    ranking_by_payer: tuple[PayerRanking, ...]
    quality_by_payer: tuple[PayerQuality, ...]
    calibration: tuple[CalibrationWay, ...]
    reliability: tuple[Bin, ...]
    seconds: float


def backtest(
    table: Table,
    as_of: date,
    config: TrainConfig,
    groups: Mapping[str, str],
    *,
    truth: Path | None,
    progress: Callable[[str], None],
) -> BacktestReport:
    """Fit on the past, predict the test window, compare.

    Raises:
        RefusedError: too little settled history for the windows asked for.
        BadInputError: the truth file is not one, or is of another history.
    """
    began = time.perf_counter()
    split = plan_split(table, as_of, config)
    stage = split.stage
    test = check_lines(table, split)
    known = None if truth is None else _truth(truth, test)
    progress("fitting the model as of the test's first day")
    fitted = fit(table, stage, config, groups)
    model = fitted.model
    progress("fitting the baselines")
    predicted = {
        MODEL: model.probability(test),
        LOGISTIC: baselines.logistic_regression(table, stage, test, config),
        RATES: baselines.rate_table(table, stage, test),
        CONSTANT: baselines.constant(table, stage, test),
        **({} if known is None else {TRUTH: known.probability}),
    }
    progress("measuring")
    lines = {name: _judge(test, probability, config) for name, probability in predicted.items()}
    claims = {name: _judge_claims(test, p, _rollup(name, model), config) for name, p in predicted.items()}
    return BacktestReport(
        as_of=as_of,
        train_until=stage.train_until,
        calibrate_until=stage.calibrate_until,
        test_from=split.test_from,
        test_until=split.test_until,
        training_lines=model.provenance.training_lines,
        calibration_lines=model.provenance.calibration_lines,
        test_lines=len(test),
        test_denials=int(test.denied.sum()),
        test_claims=claims[MODEL].overall.rows,
        arrived_share=split.arrived_share,
        answered_share=split.answered_share,
        capacity_a_day=config.capacity_a_day,
        trees=model.provenance.trees,
        of_ceiling_share=share_of_ceiling(lines[MODEL].overall.auc, _truth_auc(lines)),
        of_visible_ceiling_share=None if known is None else _visible_share(test, predicted[MODEL], known),
        visible_lines=None if known is None else int(known.visible.sum()),
        lines=tuple(_quality(name, e.overall) for name, e in lines.items()),
        claims=tuple(_quality(name, e.overall) for name, e in claims.items()),
        ranking_by_payer=_ranking(test, lines),
        quality_by_payer=_quality_by_payer(test, lines),
        calibration=_calibrations(fitted, test, config),
        reliability=lines[MODEL].reliability,
        seconds=time.perf_counter() - began,
    )


def _quality(name: str, metrics: Metrics) -> Quality:
    return Quality(
        contender=name,
        auc=metrics.auc,
        average_precision=metrics.average_precision,
        brier=metrics.brier,
        log_loss=metrics.log_loss,
        ece=metrics.ece,
        precision=metrics.precision_at_capacity,
        recall=metrics.recall_at_capacity,
    )


def _truth_auc(lines: Mapping[str, Evaluation], payer: str | None = None) -> float | None:
    if TRUTH not in lines:
        return None
    return (lines[TRUTH].overall if payer is None else lines[TRUTH].by_payer[payer]).auc


def _payer_names(test: Table) -> dict[str, str]:
    """Payers by identifier, named as people know them."""
    pairs = zip(test.payers, test.rows["payer_name"], strict=True)
    return {payer: str(name or payer) for payer, name in pairs}


def _ranking(test: Table, lines: Mapping[str, Evaluation]) -> tuple[PayerRanking, ...]:
    return tuple(
        PayerRanking(
            payer=name,
            lines=lines[MODEL].by_payer[payer].rows,
            model=lines[MODEL].by_payer[payer].auc,
            logistic=lines[LOGISTIC].by_payer[payer].auc,
            rates=lines[RATES].by_payer[payer].auc,
            truth=_truth_auc(lines, payer),
            of_ceiling_share=share_of_ceiling(lines[MODEL].by_payer[payer].auc, _truth_auc(lines, payer)),
        )
        for payer, name in sorted(_payer_names(test).items())
    )


def _quality_by_payer(test: Table, lines: Mapping[str, Evaluation]) -> tuple[PayerQuality, ...]:
    found = []
    for payer, name in sorted(_payer_names(test).items()):
        metrics = lines[MODEL].by_payer[payer]
        found.append(
            PayerQuality(
                payer=name,
                denied_share=metrics.denied / metrics.rows,
                average_precision=metrics.average_precision,
                brier=metrics.brier,
                ece=metrics.ece,
                truth_ece=lines[TRUTH].by_payer[payer].ece if TRUTH in lines else None,
                precision=metrics.precision_at_capacity,
                recall=metrics.recall_at_capacity,
            )
        )
    return tuple(found)


def _judge(test: Table, probability: FloatArray, config: TrainConfig) -> Evaluation:
    return evaluate(probability, test.denied, test.payers, list(test.rows["known_on"]), config.capacity_a_day)


def _rollup(name: str, model: RiskModel) -> Rollup:
    """The truth's lines are taken as independent; every other contender's are rolled up as the model learnt to."""
    return Rollup(1.0) if name == TRUTH else model.rollup


def _judge_claims(test: Table, lines: FloatArray, rollup: Rollup, config: TrainConfig) -> Evaluation:
    index = index_claims(test.rows["claim_id"].to_numpy(np.int64))
    first = test.rows.drop_duplicates("claim_id").sort_values("claim_id")
    return evaluate(
        rollup.probability(index, lines),
        index.max(test.denied),
        [str(payer) for payer in first["payer"]],
        list(first["known_on"]),
        config.capacity_a_day,
    )


def _calibrations(fitted: Fitted, test: Table, config: TrainConfig) -> tuple[CalibrationWay, ...]:
    """The same trees uncalibrated, with a common line, with payer offsets (the model's way) and with a staircase."""
    model, later, learnt = fitted.model, fitted.later, fitted.later_raw
    asked = model.raw(test)
    common = fit_calibration(learnt, later.denied, later.payers, spread=None)
    staircase = IsotonicRegression(y_min=1e-4, y_max=1 - 1e-4, out_of_bounds="clip").fit(learnt, later.denied)
    ways = {
        "none": logistic(asked),
        "slope and intercept": logistic(common.apply(asked, test.payers)),
        "slope, intercept and payer offsets (used)": logistic(model.calibration.apply(asked, test.payers)),
        "isotonic": np.asarray(staircase.predict(asked), dtype=np.float64),
    }
    found = []
    for way, probability in ways.items():
        judged = _judge(test, probability, config)
        worst = max(metrics.ece for metrics in judged.by_payer.values())
        found.append(CalibrationWay(way, judged.overall.brier, judged.overall.log_loss, judged.overall.ece, worst))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Truth:
    """Each test line's true probability, and whether what decides it lies on the claim."""

    probability: FloatArray
    visible: BoolArray


def _visible_share(test: Table, probability: FloatArray, known: _Truth) -> float | None:
    seen, nothing = known.visible, np.zeros(int(known.visible.sum()), dtype=np.bool_)
    ours, best = (measure(p[seen], test.denied[seen], nothing).auc for p in (probability, known.probability))
    return share_of_ceiling(ours, best)


def _truth(path: Path, test: Table) -> _Truth:
    try:
        truth = pd.read_parquet(path, columns=list(_TRUTH_COLUMNS))
    except (OSError, pa.ArrowInvalid, ValueError, KeyError) as error:
        raise BadInputError(f"{path}: not a truth file with {', '.join(_TRUTH_COLUMNS)}") from error
    truth["known_on"] = pd.to_datetime(truth["known_on"])
    keys = ["control_number", "line_number", "known_on"]  # a claim sent again has lines of its own
    found = test.rows[keys].merge(truth.drop_duplicates(keys), on=keys, how="left")
    missing = int(found["true_probability"].isna().sum())
    if missing:
        raise BadInputError(f"{path}: lacks {missing} of {len(test)} test lines; it belongs to another history")
    return _Truth(
        np.asarray(found["true_probability"], dtype=np.float64),
        np.asarray(~found["true_reason"].isin(_PAYERS_SECRETS), dtype=np.bool_),
    )
