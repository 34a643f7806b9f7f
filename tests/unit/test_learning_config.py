"""Training parameters: what the file says is what is used, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from denialml.errors import BadInputError
from denialml.learning.config import TrainConfig, TreeConfig

SHIPPED = Path(__file__).parents[2] / "models" / "denial-risk.yaml"


def test_the_shipped_parameters_are_the_defaults() -> None:
    assert TrainConfig.load(SHIPPED) == TrainConfig()


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "parameters.yaml"
    path.write_text("test_days: 30\ntrees:\n  rounds: 10\n", encoding="utf-8")
    assert TrainConfig.load(path) == TrainConfig(test_days=30, trees=TreeConfig(rounds=10))
    path.write_text("", encoding="utf-8")
    assert TrainConfig.load(path) == TrainConfig()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tset_days: 30", "unknown training parameter tset_days"),
        ("trees:\n  leaves: 3", "unknown training parameter trees.leaves"),
        ("test_days: 0", "must lie in 7 to 730"),
        ("trees:\n  learning_rate: 7", "trees.learning_rate is 7"),
        ("test_days: soon", "must be a number"),
        ("seed: true", "must be a number"),
        ("test_days: 30.5", "must be a number"),
        ("trees: 3", "trees must hold names and numbers"),
        ("- 1", "names and numbers"),
        ("a: [", "not YAML"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "parameters.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInputError, match=words):
        TrainConfig.load(path)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(BadInputError, match=r"nowhere\.yaml: cannot be read"):
        TrainConfig.load(Path("nowhere.yaml"))
