"""The test forward in time on made-up lines: contenders side by side, the truth as ceiling, wrong truths refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from denialml.errors import BadInputError
from denialml.learning import baselines
from denialml.learning.backtest import BacktestReport, backtest
from denialml.learning.config import TrainConfig
from denialml.learning.splits import check_lines, plan_split
from learning_table import AS_OF, GROUPS, make_table, truth

CONFIG = TrainConfig()
TABLE = make_table(20_000)


def _truth_file(folder: Path, **columns: object) -> Path:
    rows = TABLE.rows[["control_number", "line_number", "known_on"]]
    facts = rows.assign(true_probability=truth(TABLE.rows), true_reason="197").assign(**columns)
    facts.to_parquet(folder / "lines.parquet")
    return folder / "lines.parquet"


def _report(path: Path | None) -> BacktestReport:
    return backtest(TABLE, AS_OF, CONFIG, GROUPS, truth=path, progress=lambda _: None)


def test_the_model_lies_between_the_rate_table_and_the_truth(tmp_path: Path) -> None:
    report = _report(_truth_file(tmp_path))
    auc = {quality.contender: quality.auc or 0.0 for quality in report.lines}
    assert auc["constant"] == 0.5
    assert auc["constant"] < auc["payer x procedure rates"] < auc["model"] < auc["truth"]
    assert report.of_ceiling_share is not None
    assert 0.85 < report.of_ceiling_share < 1.0
    assert report.of_visible_ceiling_share == report.of_ceiling_share  # all of it lies on the claim
    assert report.visible_lines == report.test_lines
    ways = {way.way: way for way in report.calibration}
    assert ways["slope, intercept and payer offsets (used)"].ece < 0.03
    assert sum(b.rows for b in report.reliability) == report.test_lines


def test_what_only_the_payer_knows_is_set_apart(tmp_path: Path) -> None:
    secret = TABLE.rows["payer"].map({"P4": "27"}).fillna("197")
    report = _report(_truth_file(tmp_path, true_reason=secret))
    others = [payer for payer in report.ranking_by_payer if payer.payer != "Payer 4"]
    assert report.visible_lines == sum(payer.lines for payer in others)
    assert report.of_visible_ceiling_share != report.of_ceiling_share


def test_a_truth_file_of_another_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="belongs to another history"):
        _report(_truth_file(tmp_path, control_number="Z"))
    other = tmp_path / "other.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(other)
    with pytest.raises(BadInputError, match="not a truth file"):
        _report(other)
    other.write_bytes(b"no parquet")
    with pytest.raises(BadInputError, match="not a truth file"):
        _report(other)


def test_the_rate_table_shrinks_small_cells_to_the_payer() -> None:
    split = plan_split(TABLE, AS_OF, CONFIG)
    test = check_lines(TABLE, split)
    rates = pd.Series(baselines.rate_table(TABLE, split.stage, test)).groupby(test.rows["payer"]).mean()
    assert rates["P1"] < rates["P2"] < rates["P4"]
    unknown = test.rows.assign(payer="P9", procedure="00000")
    overall = baselines.constant(TABLE, split.stage, test)[0]
    strange = type(test)(unknown, test.names, test.categories, "", "")
    assert baselines.rate_table(TABLE, split.stage, strange) == pytest.approx(overall)
