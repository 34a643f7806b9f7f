"""Declarations hold together: names, groups, levels, the counts behind each rate, and the page written from them."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest

from denialml import features
from denialml.features import declarations, reference
from denialml.features.claimlines import KEYS
from denialml.features.columns import KEY_COLUMNS, LABEL_COLUMNS
from denialml.store.snapshot_lines import LINES
from denialml.store.snapshot_outcomes import OUTCOMES

PAGE = Path(__file__).parents[2] / "docs/reference/features.md"


def test_no_two_columns_of_the_table_have_the_same_name() -> None:
    names = [*KEY_COLUMNS, *(feature.name for feature in features.FEATURES), *LABEL_COLUMNS]
    assert sorted(names) == sorted(set(names))


def test_every_feature_belongs_to_a_reason_group_and_every_group_has_one() -> None:
    assert {feature.group for feature in features.FEATURES} == set(features.GROUPS)


def test_every_input_is_a_column_of_the_snapshot() -> None:
    derived = {"companion", "diagnosis_category", "delay_band", "served_day"}
    known = {*LINES.names, *(f"lines.{name}" for name in {*LINES.names, *derived})}
    known |= {f"outcomes.{name}" for name in OUTCOMES.names}
    assert {name for feature in features.FEATURES for name in feature.inputs} <= known
    assert all(feature.inputs for feature in features.FEATURES)


def test_what_reads_outcomes_is_cut_by_the_day_they_were_received() -> None:
    for feature in features.FEATURES:
        reads_outcomes = any(name.startswith("outcomes.") for name in feature.inputs)
        assert feature.as_of == ("received_on" if reads_outcomes else "known_on"), feature.name


def test_every_parent_counts_the_same_windows_and_comes_before_its_children() -> None:
    seen: dict[str, features.Level] = {}
    for level in features.LEVELS.values():
        if level.parent:
            parent = seen[level.parent]
            assert {days for days in level.windows if days >= 60} <= set(parent.windows)
            assert (
                set(parent.keys) <= set(level.keys)
                or level.name == "member"
                or parent.name == "payer_diagnosis_category"
            )
        seen[level.name] = level
        assert set(level.keys) <= set(KEYS)


def test_every_rate_stands_beside_the_counts_and_the_window_it_was_taken_from() -> None:
    for feature in features.FEATURES:
        if feature.statistic in {"rate", "rate_change"}:
            lines, denied = features.counterpart(feature, "lines"), features.counterpart(feature, "denied")
            assert lines is not None
            assert denied is not None
            assert lines.window_days == denied.window_days == feature.window_days
            assert denied.family == feature.family


def test_a_feature_of_the_claim_itself_has_no_counterpart() -> None:
    assert features.counterpart(features.BY_NAME["units"], "lines") is None


def test_no_reason_code_is_in_two_families() -> None:
    for one, other in combinations(features.FAMILIES, 2):
        assert not features.FAMILIES[one] & features.FAMILIES[other]
    assert set(features.FAMILY_GROUPS) == set(features.FAMILIES)


def test_the_hash_names_everything_that_decides_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = {features.declaration_hash()}
    assert features.declaration_hash() in hashes
    for name, value in (
        ("PRIOR_RATE", 0.2),
        ("CALCULATION_VERSION", 0),
        ("FEATURES", features.FEATURES[1:]),
        ("LEVELS", dict(list(features.LEVELS.items())[1:])),
        ("FAMILIES", {**features.FAMILIES, "timely": frozenset({"29", "X"})}),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(declarations, name, value)
            hashes.add(features.declaration_hash())
    assert len(hashes) == 6


def test_the_reference_page_is_written_from_these_declarations() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference.render(), (
        "run: python -m denialml.features.reference docs/reference/features.md"
    )


def test_importing_the_package_loads_no_heavy_library() -> None:
    program = (
        "import sys, denialml.features;"
        "print([name for name in ('duckdb', 'pandas', 'pyarrow', 'sqlalchemy') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
