"""Splits by knowledge: a line may teach only once its label had arrived, and may test only when it is old enough.

Every date is cut by when we *knew*: T is the day a claim was ready, the label's day is the day its first final
adjudication was received. "No remittance yet" is never taken for paid: the last days before a cut-off, where labels
are still on their way and those that came are the quick ones, are left out (an embargo; Chapelle, KDD 2014, shows
what ignoring the delay does).

    |------------- training ------------|---- calibration ----|-- embargo --|------ test ------|-- maturing --|
    labels before train_until            labels before cutoff             cutoff = test_from            as_of
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from denialml.errors import RefusedError
from denialml.learning.config import TrainConfig
from denialml.learning.table import Table

# Lags are read off lines at least this old (days), so that slow answers are among them and the curve is not cut short.
SETTLED_DAYS: Final = 120


@dataclass(frozen=True, slots=True)
class Stage:
    """What one fit may see when it is made on the morning of ``cutoff``.

    Training: T < ``train_until`` and label received before ``train_until``, as if the trees had been grown that day.
    Calibration: ``train_until`` <= T < ``calibrate_until`` and label received before ``cutoff``.
    ``embargo_days`` is how long the asked share of labels takes to arrive, measured on what was known at ``cutoff``.
    """

    train_until: date
    calibrate_until: date
    cutoff: date
    embargo_days: int


@dataclass(frozen=True, slots=True)
class Split:
    """A stage and the lines that test it: ``test_from`` <= T < ``test_until``, label received by ``as_of``.

    ``arrived_share`` is the share of answers to lines as old as the youngest test line that had arrived;
    ``answered_share`` is the share of the test window's sent lines that have an answer at all.
    """

    stage: Stage
    test_from: date
    test_until: date
    as_of: date
    maturing_days: int
    arrived_share: float
    answered_share: float


def plan_stage(table: Table, cutoff: date, config: TrainConfig) -> Stage:
    """The stage of a fit made on the morning of ``cutoff``.

    Raises:
        RefusedError: too little settled history, or too few lines or denials in training or calibration.
    """
    embargo = _lag_days(table, cutoff, config.embargo_share)
    calibrate_until = cutoff - timedelta(days=embargo)
    train_until = calibrate_until - timedelta(days=config.calibration_days)
    stage = Stage(train_until, calibrate_until, cutoff, embargo)
    _require_enough("training", training_lines(table, stage), config.minimum_lines, config.minimum_denials)
    _require_enough(
        "calibration", calibration_lines(table, stage), config.minimum_lines // 2, config.minimum_denials // 2
    )
    return stage


def plan_split(table: Table, as_of: date, config: TrainConfig) -> Split:
    """The latest test window whose labels have matured by ``as_of``, and the stage of a fit made as it began.

    Raises:
        RefusedError: as :func:`plan_stage`, or too few lines or denials in the test window.
    """
    morning_after = as_of + timedelta(days=1)
    maturing = _lag_days(table, morning_after, config.mature_share)
    test_until = as_of - timedelta(days=maturing)
    test_from = test_until - timedelta(days=config.test_days)
    stage = plan_stage(table, test_from, config)
    sent = table.where(table.ready_in(test_from, test_until) & np.asarray(table.rows["sent_on"].notna()))
    split = Split(
        stage=stage,
        test_from=test_from,
        test_until=test_until,
        as_of=as_of,
        maturing_days=maturing,
        arrived_share=float((_settled_lags(table, morning_after) <= maturing).mean()),
        answered_share=float(sent.label_before(morning_after).mean()) if len(sent) else 0.0,
    )
    _require_enough("test", check_lines(table, split), config.minimum_lines // 2, config.minimum_denials // 2)
    return split


def training_lines(table: Table, stage: Stage) -> Table:
    """The lines that grow the trees."""
    return table.where(table.ready_in(None, stage.train_until) & table.label_before(stage.train_until))


def calibration_lines(table: Table, stage: Stage) -> Table:
    """The later lines that calibrate the probabilities."""
    return table.where(table.ready_in(stage.train_until, stage.calibrate_until) & table.label_before(stage.cutoff))


def check_lines(table: Table, split: Split) -> Table:
    """The lines that test the fit; none was known when it was made."""
    morning_after = split.as_of + timedelta(days=1)
    return table.where(table.ready_in(split.test_from, split.test_until) & table.label_before(morning_after))


def _settled_lags(table: Table, cutoff: date) -> pd.Series[int]:
    """Days from T to the label, of lines old enough before ``cutoff`` that slow answers have come."""
    settled = table.where(table.ready_in(None, cutoff - timedelta(days=SETTLED_DAYS)) & table.label_before(cutoff)).rows
    return (settled["label_known_on"] - settled["known_on"]).dt.days


def _lag_days(table: Table, cutoff: date, share: float) -> int:
    lags = _settled_lags(table, cutoff)
    if lags.empty:
        raise RefusedError(
            f"no answered claim is older than {SETTLED_DAYS} days on {cutoff}, so how long answers take is "
            "unknown: post more history or take a later --as-of"
        )
    return int(np.ceil(float(np.quantile(lags, share))))


def _require_enough(purpose: str, lines: Table, least_lines: int, least_denials: int) -> None:
    denials = int(lines.denied.sum())
    if len(lines) < least_lines or denials < least_denials:
        raise RefusedError(
            f"{purpose} would rest on {len(lines)} answered lines with {denials} denials; {least_lines} lines and "
            f"{least_denials} denials are the least: post more remittances, take a later --as-of or shorten the "
            "windows in the training parameters"
        )
