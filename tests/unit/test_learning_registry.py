"""The registry: aliases point at versions, files are checked by hash, nothing leaves the home."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from denialml.errors import BadInputError, NotFoundError, StorageError
from denialml.learning.config import TrainConfig
from denialml.learning.model import RiskModel, fit, save
from denialml.learning.registry import CHALLENGER, CHAMPION, Registry
from denialml.learning.splits import check_lines, plan_split
from learning_table import AS_OF, GROUPS, make_table

TABLE = make_table(6_000)
SPLIT = plan_split(TABLE, AS_OF, TrainConfig(minimum_denials=20))


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return fit(TABLE, SPLIT.stage, TrainConfig(), GROUPS).model


def _registry(home: Path) -> Registry:
    return Registry(f"sqlite:///{home / 'mlflow.sqlite3'}", home / "artefacts")


def test_versions_aliases_and_files(model: RiskModel, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    registry = _registry(home)
    with pytest.raises(NotFoundError, match="denialml train"):
        registry.find()
    save(model, tmp_path / "model")
    facts = {"parameters": {"seed": 1}, "metrics": {"auc": 0.8}, "tags": {"as_of": "2025-03-25"}}
    first = registry.register(tmp_path / "model", **facts, alias=CHAMPION)
    assert (first.version, first.aliases) == ("1", (CHAMPION,))
    second = registry.register(tmp_path / "model", **facts, alias=CHALLENGER)
    assert second.version == "2"
    assert second.model_hash == first.model_hash
    assert registry.find() == first
    with pytest.raises(NotFoundError, match="no version 9"):
        registry.promote("9", CHAMPION)
    assert registry.promote("2", CHAMPION).aliases == (CHALLENGER, CHAMPION)
    assert registry.find().version == "2"

    test = check_lines(TABLE, SPLIT)
    loaded = registry.load(second)
    assert loaded.probability(test).tolist() == model.probability(test).tolist()
    stored = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in stored if path.suffix in {".pkl", ".pickle", ".joblib"}]
    assert {path.name for path in registry.folder(second).iterdir()} == {"manifest.json", "model.json", "trees.txt"}

    # A home may be moved: files are found by run, not by the path they had.
    moved = tmp_path / "moved"
    shutil.move(home, moved)
    again = _registry(moved)
    assert again.load(again.find()).provenance == model.provenance

    trees = again.folder(again.find()) / "trees.txt"
    trees.write_text(trees.read_text(encoding="utf-8").replace("leaf_value=", "leaf_value=9", 1), encoding="utf-8")
    with pytest.raises(BadInputError, match="altered"):
        again.load(again.find())
    (again.folder(again.find()) / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInputError, match="altered"):
        again.load(again.find())
    shutil.rmtree(again.folder(again.find()))
    with pytest.raises(BadInputError, match="missing"):
        again.load(again.find())


def test_a_database_that_cannot_be_opened_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "mlflow.sqlite3").write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError):
        _registry(tmp_path)
