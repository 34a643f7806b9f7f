"""Splits by knowledge: nobody learns from a label that had not come, and nothing is judged before it is old enough."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from denialml.errors import RefusedError
from denialml.learning.config import TrainConfig
from denialml.learning.splits import calibration_lines, check_lines, plan_split, plan_stage, training_lines
from denialml.learning.table import Table
from learning_table import AS_OF, START, make_table

CONFIG = TrainConfig()
TABLE = make_table()


def _within(table: Table, first: date | None, until: date, label_before: date) -> bool:
    known, label = table.rows["known_on"], table.rows["label_known_on"]
    inside = (known < pd.Timestamp(until)) & (label < pd.Timestamp(label_before))
    return bool((inside & (known >= pd.Timestamp(first or START))).all())


def test_each_stage_sees_only_labels_that_had_come() -> None:
    split = plan_split(TABLE, AS_OF, CONFIG)
    stage = split.stage
    assert _within(training_lines(TABLE, stage), None, stage.train_until, stage.train_until)
    assert _within(calibration_lines(TABLE, stage), stage.train_until, stage.calibrate_until, stage.cutoff)
    assert _within(check_lines(TABLE, split), split.test_from, split.test_until, AS_OF + timedelta(days=1))
    assert stage.cutoff == split.test_from
    assert (split.test_until - split.test_from).days == CONFIG.test_days


def test_the_windows_end_early_enough_for_the_asked_share_of_answers() -> None:
    split = plan_split(TABLE, AS_OF, CONFIG)
    # Answers take 5 to 40 days, evenly: 95% have come after 39 days, 99% after 40.
    assert split.stage.embargo_days == 39
    assert split.maturing_days == 40
    assert split.arrived_share >= CONFIG.mature_share
    assert split.answered_share == 1.0


def test_lines_without_an_answer_are_never_taken_for_paid() -> None:
    rows = TABLE.rows.copy()
    rows.loc[rows.index[::3], ["label_known_on", "denied"]] = None
    silent = replace(TABLE, rows=rows)
    stage = plan_stage(silent, AS_OF, CONFIG)
    assert training_lines(silent, stage).rows["denied"].notna().all()
    assert len(training_lines(silent, stage)) < 0.7 * len(training_lines(TABLE, stage))
    assert plan_split(silent, AS_OF, CONFIG).answered_share == pytest.approx(2 / 3, abs=0.01)


def test_a_late_cutoff_is_not_moved_by_what_comes_after() -> None:
    cutoff = START + timedelta(days=330)
    rows = TABLE.rows.copy()
    late = rows["label_known_on"] >= pd.Timestamp(cutoff)
    rows.loc[late, "label_known_on"] += pd.Timedelta(days=300)
    assert plan_stage(replace(TABLE, rows=rows), cutoff, CONFIG) == plan_stage(TABLE, cutoff, CONFIG)


@pytest.mark.parametrize(
    ("table", "as_of", "config", "words"),
    [
        (TABLE, START + timedelta(days=60), CONFIG, "how long answers take"),
        (make_table(1_500), AS_OF, CONFIG, "training would rest on"),
        (TABLE, AS_OF, replace(CONFIG, calibration_days=7), "calibration would rest on"),
        (TABLE, AS_OF, replace(CONFIG, test_days=7), "test would rest on"),
        (TABLE, AS_OF, replace(CONFIG, calibration_days=600), "training would rest on 0"),
    ],
)
def test_impossible_windows_are_refused_with_what_to_do(
    table: Table, as_of: date, config: TrainConfig, words: str
) -> None:
    with pytest.raises(RefusedError, match=words) as refusal:
        plan_split(table, as_of, config)
    assert "--as-of" in str(refusal.value)


def test_unsent_lines_are_those_of_the_newest_version_without_a_submission() -> None:
    rows = TABLE.rows.head(4).copy()
    rows["claim_id"] = [1, 2, 3, 4]
    rows["control_number"] = ["A", "A", "B", "C"]
    rows["sent_on"] = pd.to_datetime([None, None, None, "2024-02-01"])
    assert replace(TABLE, rows=rows).unsent().rows["claim_id"].tolist() == [2, 3]


def test_payers_and_labels_read_as_plain_values() -> None:
    assert set(TABLE.payers) == {"P1", "P2", "P3", "P4"}
    assert set(np.unique(TABLE.denied)) == {0.0, 1.0}
