"""Whatever the future brings, the features of what was ready before it stay the same to the last bit."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings

from denialml import features
from feature_histories import History, altered_futures, altered_same_days, read_rows, write_snapshot
from naive_features import Value

SETTINGS = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NAMES = [feature.name for feature in features.FEATURES]


def seen(history: History) -> dict[int, dict[str, Value]]:
    """The features of each line, without its label."""
    with TemporaryDirectory() as folder:
        table = features.build(write_snapshot(history, Path(folder)), Path(folder) / "features.parquet")
        return {line_id: {name: row[name] for name in NAMES} for line_id, row in read_rows(table.path).items()}


@SETTINGS
@given(altered_futures())
def test_no_line_sees_outcomes_received_on_its_day_or_later_nor_lines_ready_later(
    drawn: tuple[History, History, date],
) -> None:
    history, altered, cut = drawn
    before, after = seen(history), seen(altered)
    for row in history.lines:
        if row["known_on"] <= cut:
            assert after[row["line_id"]] == before[row["line_id"]]


@SETTINGS
@given(altered_same_days())
def test_no_claim_sees_another_claim_that_was_ready_on_its_own_day(drawn: tuple[History, History, int]) -> None:
    history, altered, claim_id = drawn
    before, after = seen(history), seen(altered)
    for row in history.lines:
        if row["claim_id"] == claim_id:
            assert after[row["line_id"]] == before[row["line_id"]]
