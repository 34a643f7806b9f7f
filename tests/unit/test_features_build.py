"""The feature table: what a line sees on its day, the shape of the file, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from denialml import features
from denialml.errors import BadInputError, StorageError
from denialml.features import asof
from denialml.features.columns import KEY_COLUMNS, LABEL_COLUMNS
from feature_histories import Files, History, Row, day, line, outcome, read_rows, write_snapshot


def built(folder: Path, lines: list[Row], outcomes: list[Row] | None = None) -> dict[int, Row]:
    snapshot = write_snapshot(History(lines, outcomes or []), folder)
    return read_rows(features.build(snapshot, folder / "features.parquet").path)


def test_the_table_has_keys_then_features_then_labels_in_order_of_line_id(tmp_path: Path) -> None:
    snapshot = write_snapshot(History([line(9, 2), line(3, 1)], []), tmp_path)
    table = features.build(snapshot, tmp_path / "new" / "features.parquet")
    written = pq.read_table(table.path)
    assert written.column_names == [*KEY_COLUMNS, *table.names, *LABEL_COLUMNS]
    assert table.names == tuple(feature.name for feature in features.FEATURES)
    assert written["line_id"].to_pylist() == [3, 9]
    assert table.line_count == 2
    assert table.data_hash == snapshot.data_hash
    assert table.declaration_hash == features.declaration_hash()
    for feature in features.FEATURES:
        kind = "string" if feature.kind == "category" else "float"
        assert str(written.schema.field(feature.name).type) == kind
        assert (feature.name in table.categories) == (feature.kind == "category")


def test_a_line_sees_what_was_received_before_its_day_and_not_on_it(tmp_path: Path) -> None:
    lines = [line(1, 1, 0), line(2, 2, 0), line(3, 3, 20), line(4, 4, 21)]
    rows = built(tmp_path, lines, [outcome(1, 10, denied=True), outcome(2, 20, denied=True)])
    assert rows[3]["payer_procedure_lines_90"] == 1
    assert rows[4]["payer_procedure_lines_90"] == 2
    assert rows[3]["payer_procedure_days_since_denial"] == 10
    assert rows[4]["payer_procedure_days_since_denial"] == 1
    assert rows[1]["payer_procedure_lines_90"] == 0
    assert rows[1]["payer_procedure_days_since_denial"] is None


@pytest.mark.parametrize(("window", "received", "seen"), [(90, 10, 1), (90, 9, 0), (30, 70, 1), (30, 69, 0)])
def test_a_window_reaches_back_its_days_and_no_further(tmp_path: Path, window: int, received: int, seen: int) -> None:
    rows = built(tmp_path, [line(1, 1, 0), line(2, 2, 100)], [outcome(1, received)])
    assert rows[2][f"payer_lines_{window}"] == seen
    assert rows[2]["payer_lines_365"] == 1


def test_rates_are_shrunk_to_the_parent_level(tmp_path: Path) -> None:
    lines = [line(n, n, 0) for n in range(1, 5)] + [line(5, 5, 0, procedure="93000"), line(6, 6, 10)]
    answers = [outcome(1, 5, denied=True), outcome(2, 5), outcome(3, 5), outcome(5, 5, denied=True)]
    row = built(tmp_path, lines, answers)[6]
    practice = (2 + 20 * 0.1) / (4 + 20)
    payer = (2 + 20 * practice) / (4 + 20)
    assert row["practice_rate_90"] == pytest.approx(practice)
    assert row["payer_rate_90"] == pytest.approx(payer)
    assert row["payer_procedure_rate_90"] == pytest.approx((1 + 20 * payer) / (3 + 20))
    assert row["payer_procedure_denied_for_authorization_365"] == 1
    assert row["payer_procedure_rate_for_authorization_365"] == pytest.approx(1 / 23)


def test_a_short_window_shows_a_payer_that_changed_its_mind(tmp_path: Path) -> None:
    lines = [line(n, n, 0) for n in range(1, 61)] + [line(61, 61, 200)]
    answers = [outcome(n, 20) for n in range(1, 41)] + [outcome(n, 190, denied=True) for n in range(41, 61)]
    row = built(tmp_path, lines, answers)[61]
    assert row["payer_procedure_lines_30"] == row["payer_procedure_denied_30"] == 20
    assert row["payer_procedure_rate_30"] > 0.6
    assert row["payer_procedure_rate_change_30"] == pytest.approx(
        row["payer_procedure_rate_30"] - row["payer_procedure_rate_365"]
    )


def test_only_the_first_adjudication_counts_and_labels(tmp_path: Path) -> None:
    lines = [line(1, 1, 0), line(2, 2, 50)]
    answers = [outcome(1, 10, denied=True), outcome(1, 30, first=False)]
    rows = built(tmp_path, lines, answers)
    assert rows[2]["member_lines_90"] == rows[2]["member_denied_90"] == 1
    label = {name: rows[1][name] for name in LABEL_COLUMNS}
    assert label == {"label_known_on": day(10), "denied": True, "denied_cents": 12_000, "allowed_cents": None}
    assert all(rows[2][name] is None for name in LABEL_COLUMNS)


def test_the_allowed_ratio_falls_back_from_procedure_to_payer_to_the_declared_one(tmp_path: Path) -> None:
    lines = [line(n, n, 0) for n in range(1, 7)] + [
        line(7, 7, 20),
        line(8, 8, 20, procedure="93000"),
        line(9, 9, 20, payer="P2"),
        line(10, 10, 0),
    ]
    answers = [outcome(n, 5, allowed_cents=3_000) for n in range(1, 7)]
    rows = built(tmp_path, lines, answers)
    assert [rows[n]["expected_allowed_ratio"] for n in (7, 8, 9)] == pytest.approx([0.25] * 3)
    assert rows[10]["expected_allowed_ratio"] == pytest.approx(0.4)


def test_the_charge_is_compared_with_the_practices_usual_one_for_a_unit(tmp_path: Path) -> None:
    rows = built(tmp_path, [line(1, 1, 0, units=2.0), line(2, 2, 5, charge_cents=9_000), line(3, 3, 5, units=None)])
    assert rows[2]["charge_to_usual"] == pytest.approx(1.5)
    assert rows[1]["charge_to_usual"] is None
    assert rows[3]["charge_to_usual"] is None


def test_a_repeated_service_is_seen_on_the_claim_and_in_earlier_claims(tmp_path: Path) -> None:
    served = day(-3)
    rows = built(
        tmp_path,
        [
            line(1, 1, 0, served_on=served, line_number=2),
            line(2, 1, 0, served_on=served, line_number=1),
            line(3, 2, 4, served_on=served),
            line(4, 3, 4, served_on=served),
        ],
    )
    assert [rows[n]["same_procedure_above"] for n in (1, 2)] == [1, 0]
    assert [rows[n]["same_procedure_beside"] for n in (1, 2, 3)] == [1, 1, 0]
    assert rows[3]["same_service_lines_365"] == 2
    assert rows[3]["patient_claims_365"] == 1
    assert rows[3]["same_service_days_since_line"] == 4


def test_a_visit_beside_a_procedure_wants_modifier_25(tmp_path: Path) -> None:
    rows = built(
        tmp_path,
        [
            line(1, 1),
            line(2, 1, procedure="11042", line_number=2, charge_cents=50_000),
            line(3, 2, modifiers="25:95"),
            line(4, 2, procedure="11042", line_number=2),
        ],
    )
    assert [rows[n]["visit_beside_procedure_without_25"] for n in (1, 2, 3)] == [1, 0, 0]
    assert rows[3]["modifier_separate_visit"] == rows[3]["modifier_telehealth"] == 1


def test_the_file_does_not_depend_on_the_number_of_threads(tmp_path: Path) -> None:
    lines = [line(n, n // 2, n % 97, payer=f"P{n % 5}", procedure=f"{99_202 + n % 7}") for n in range(400)]
    answers = [outcome(n, n % 97 + n % 13, denied=n % 4 == 0) for n in range(0, 400, 3)]
    snapshot = write_snapshot(History(lines, answers), tmp_path)
    one = features.build(snapshot, tmp_path / "one.parquet", threads=1).path.read_bytes()
    four = features.build(snapshot, tmp_path / "four.parquet", threads=4).path.read_bytes()
    assert one == four


def test_an_empty_snapshot_gives_an_empty_table_with_every_column(tmp_path: Path) -> None:
    table = features.build(write_snapshot(History([], []), tmp_path), tmp_path / "features.parquet")
    written = pq.read_table(table.path)
    assert written.num_rows == table.line_count == 0
    assert written.column_names == [*KEY_COLUMNS, *table.names, *LABEL_COLUMNS]


def test_an_outcome_of_a_line_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    rows = built(tmp_path, [line(5, 1, 30)], [outcome(4, 10), outcome(6, 10), outcome(5, 40)])
    assert rows[5]["practice_lines_365"] == 0
    assert rows[5]["label_known_on"] == day(40)


def test_a_line_or_a_first_adjudication_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="1 lines too many"):
        built(tmp_path, [line(1), line(1)])
    with pytest.raises(BadInputError, match="1 first adjudications too many"):
        built(tmp_path, [line(1)], [outcome(1, 3), outcome(1, 4)])


def test_a_missing_or_wrong_file_is_a_storage_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    snapshot = write_snapshot(History([line(1)], []), tmp_path / "snapshot")
    target = tmp_path / "table" / "features.parquet"
    swapped = replace(snapshot, lines=snapshot.outcomes)
    for broken in (replace(snapshot, lines=tmp_path / "absent.parquet"), swapped):
        with pytest.raises(StorageError):
            features.build(broken, target)
    assert list(target.parent.iterdir()) == []


def test_a_file_that_is_not_parquet_is_a_storage_error(tmp_path: Path) -> None:
    snapshot: Files = write_snapshot(History([line(1)], []), tmp_path)
    snapshot.outcomes.write_bytes(b"not a table")
    with pytest.raises(StorageError):
        features.build(snapshot, tmp_path / "features.parquet")


def test_keys_too_wide_for_an_integer_are_renumbered() -> None:
    random = np.random.default_rng(5)
    columns = {name: random.integers(0, 3, 200) for name in ("payer", "procedure", "modifiers", "companion")}
    level = features.LEVELS["payer_procedure_companion"]
    facts = asof.Facts(
        day=np.zeros(200, dtype=np.int64),
        codes=columns,
        sizes=dict.fromkeys(columns, 2**20),
        events={},
        first_day=0,
        span_days=1,
    )
    keys = asof.keys(level, facts, 1000)
    tuples = list(zip(*(columns[name] for name in level.keys), strict=True))
    assert len(set(zip(keys.tolist(), tuples, strict=True))) == len(set(tuples)) == len(set(keys.tolist()))
    assert keys.max() < 2**62 // 1000


def test_codes_too_wide_to_carry_their_place_are_sorted_all_the_same() -> None:
    codes = np.array([2**61, 5, 2**61 + 7, 5], dtype=np.int64)
    order, in_order = asof._sorted(codes)
    assert in_order.tolist() == sorted(codes.tolist())
    assert codes[order].tolist() == in_order.tolist()
