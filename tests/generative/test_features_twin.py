"""The fast path and the event-by-event twin agree on every feature of every small history."""

from __future__ import annotations

import math
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings

from denialml import features
from feature_histories import History, histories, read_rows, write_snapshot
from naive_features import NaiveFeatures, Value

SETTINGS = settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def built(history: History) -> dict[int, dict[str, Value]]:
    with TemporaryDirectory() as folder:
        table = features.build(write_snapshot(history, Path(folder)), Path(folder) / "features.parquet")
        assert table.line_count == len(history.lines)
        return read_rows(table.path)


def same(fast: Value, slow: Value) -> bool:
    if isinstance(fast, str) or isinstance(slow, str) or fast is None or slow is None:
        return fast == slow
    return math.isclose(fast, slow, rel_tol=1e-6, abs_tol=1e-7)


@SETTINGS
@given(histories())
def test_the_fast_path_agrees_with_the_event_by_event_twin(history: History) -> None:
    fast, slow = built(history), NaiveFeatures(history).rows()
    different = [
        (line_id, name, fast[line_id][name], value)
        for line_id, values in slow.items()
        for name, value in values.items()
        if not same(fast[line_id][name], value)
    ]
    assert fast.keys() == slow.keys()
    assert different == []
