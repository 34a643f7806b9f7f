"""The model's whole road on real files: simulate, take in, post, test, train, score, explain."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from denialml.errors import NotFoundError, RefusedError
from denialml.learning.config import TrainConfig
from denialml.learning.explain import OTHER_GROUP
from denialml.service import charges, modelling, posting, simulation
from denialml.service.arrivals import Arrived
from denialml.settings import Settings
from denialml.store import open_store, schema

CONFIG = TrainConfig(minimum_lines=200, minimum_denials=20, category_minimum=30)
AS_OF = simulation.SimulationConfig().as_of


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    home = tmp_path_factory.mktemp("modelling")
    settings = Settings(home=home, today=AS_OF)
    simulation.simulate(home / "files", simulation.SimulationConfig(claims=3_000))
    _take_in(settings, home / "files")
    return settings


def _take_in(settings: Settings, files: Path, until: str = "99991231") -> None:
    """Take a history in as it came, day by day: an answer before the claim that was put right after it."""
    sent, drafts, remits = (
        tuple(path for path in sorted((files / folder).iterdir()) if _day(path) <= until)
        for folder in ("sent", "charges", "remits")
    )
    for day in Arrived("", sent, drafts, remits).by_day():
        posting.post_files(settings, day.remits)
        charges.import_charges(settings, day.sent, sent=True)
        charges.import_charges(settings, day.charges, sent=False)


@pytest.fixture(scope="module")
def trained(settings: Settings) -> modelling.TrainReport:
    return modelling.train(settings, as_of=AS_OF, config=CONFIG)


def _all_text(settings: Settings) -> Iterator[tuple[Path, bytes]]:
    for folder in (settings.mlflow_artifacts, settings.home / "models"):
        yield from ((path, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
    yield settings.home, (settings.home / "mlflow.sqlite3").read_bytes()


def test_without_a_practice_or_a_champion_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="denialml demo"):
        modelling.train(Settings(home=tmp_path), as_of=AS_OF)
    with pytest.raises(NotFoundError, match="denialml train"):
        modelling.score(Settings(home=tmp_path), as_of=AS_OF)


def test_too_little_history_is_refused(settings: Settings) -> None:
    with pytest.raises(RefusedError, match="least"):
        modelling.train(settings, as_of=AS_OF, config=replace(CONFIG, minimum_lines=100_000))
    with pytest.raises(RefusedError, match="an alias that nothing reads"):
        modelling.train(settings, as_of=AS_OF, alias="best")


def test_the_backtest_compares_on_the_same_lines(settings: Settings) -> None:
    truth = settings.home / "files" / "truth" / "lines.parquet"
    told: list[str] = []
    report = modelling.backtest(settings, as_of=AS_OF, truth=truth, config=CONFIG, progress=told.append)
    by_name = {quality.contender: quality for quality in report.lines}
    assert set(by_name) == {"model", "logistic regression", "payer x procedure rates", "constant", "truth"}
    auc = {name: quality.auc or 0.0 for name, quality in by_name.items()}
    assert auc["constant"] == 0.5 < auc["model"] < auc["truth"]
    assert by_name["truth"].brier < by_name["model"].brier < by_name["constant"].brier
    assert report.of_ceiling_share == pytest.approx((auc["model"] - 0.5) / (auc["truth"] - 0.5))
    assert sum(payer.lines for payer in report.ranking_by_payer) == report.test_lines
    assert report.train_until < report.calibrate_until < report.test_from < report.test_until < AS_OF
    assert report.arrived_share >= CONFIG.mature_share
    assert told
    assert 0 < (report.visible_lines or 0) < report.test_lines
    assert 0.0 < (report.of_visible_ceiling_share or 0.0) < 1.0
    alone = modelling.backtest(settings, as_of=AS_OF, config=CONFIG)
    assert alone.of_ceiling_share is alone.of_visible_ceiling_share is alone.visible_lines is None
    assert [quality for quality in report.lines if quality.contender != "truth"] == list(alone.lines)


def test_training_leaves_a_registered_model_and_its_card(settings: Settings, trained: modelling.TrainReport) -> None:
    card = trained.card.read_text(encoding="utf-8")
    assert trained.model_name in card
    assert "$" not in card
    assert str(trained.training_lines) in card
    assert f"{trained.ece:.3f}" in card
    assert trained.training_denials > CONFIG.minimum_denials


def test_scores_add_up_and_are_stored(settings: Settings, trained: modelling.TrainReport) -> None:
    report = modelling.score(settings, as_of=AS_OF)
    assert report.model_version == trained.model_version
    assert 0 < report.claims <= report.lines
    store = open_store(settings.url)
    with store.reading() as connection:
        rows = connection.execute(schema.prediction.select()).mappings().all()
        rows = [row for row in rows if row["run_id"] == report.run_id]
        reasons = connection.execute(schema.prediction_reason.select()).mappings().all()
    store.close()
    claims = [row for row in rows if row["line_id"] is None]
    lines = [row for row in rows if row["line_id"] is not None]
    assert (len(claims), len(lines)) == (report.claims, report.lines)
    assert sum(row["expected_denied_cents"] for row in claims) == report.expected_denied_cents
    assert sum(row["probability"] for row in claims) == pytest.approx(report.expected_denials)
    for line in lines:
        own = [reason["contribution"] for reason in reasons if reason["prediction_id"] == line["id"]]
        log_odds = math.log(line["probability"] / (1 - line["probability"]))
        assert line["base_log_odds"] + sum(own) == pytest.approx(log_odds, abs=1e-6)
    by_claim = {row["claim_id"]: row for row in claims}
    for line in lines:
        assert by_claim[line["claim_id"]]["probability"] >= line["probability"] - 1e-9


def test_a_claim_is_explained_by_its_riskiest_line(settings: Settings, trained: modelling.TrainReport) -> None:
    modelling.score(settings, as_of=AS_OF)
    store = open_store(settings.url)
    with store.reading() as connection:
        scored = {row.claim_id for row in connection.execute(schema.prediction.select())}
        claims = connection.execute(schema.claim.select()).all()
    store.close()
    draft = next(claim.control_number for claim in claims if claim.id in scored)
    sent = next(claim.control_number for claim in claims if claim.id not in scored)
    told = modelling.explain(settings, draft.lower())
    riskiest = max(told.lines, key=lambda line: line.probability)
    assert told.reasons == riskiest.reasons
    assert told.reasons[-1].group == OTHER_GROUP
    assert all(reason.sentence for reason in told.reasons)
    with pytest.raises(NotFoundError, match="never scored"):
        modelling.explain(settings, sent)
    with pytest.raises(NotFoundError, match="no claim"):
        modelling.explain(settings, "NOSUCHCLAIM")


def test_the_same_data_give_the_same_model_and_later_files_change_nothing(
    settings: Settings, trained: modelling.TrainReport, tmp_path: Path
) -> None:
    """Trained as of a past day, with and without the files that came after it."""
    past = date(2026, 3, 31)
    with_future = modelling.train(settings, as_of=past, config=CONFIG, alias="challenger")
    other = Settings(home=tmp_path, today=AS_OF)
    _take_in(other, settings.home / "files", until=past.strftime("%Y%m%d"))
    without = modelling.train(other, as_of=past, config=CONFIG)
    assert without.training_lines == with_future.training_lines
    trees = [next(s.mlflow_artifacts.rglob("trees.txt")) for s in (other,)]
    stored = {path.read_bytes() for path in settings.mlflow_artifacts.rglob("trees.txt")}
    assert trees[0].read_bytes() in stored


def _day(path: Path) -> str:
    """The day that a file's envelope names (GS04)."""
    content = path.read_bytes()
    element, segment = content[3:4].decode(), content[105:106].decode()
    group = next(s for s in content.decode("ascii").split(segment) if s.strip().startswith("GS" + element))
    return group.strip().split(element)[4]


def test_artefacts_hold_no_patient_and_no_pickle(settings: Settings, trained: modelling.TrainReport) -> None:
    store = open_store(settings.url)
    with store.reading() as connection:
        patients = connection.execute(schema.patient.select()).all()
        claims = connection.execute(schema.claim.select()).all()
    store.close()
    canaries = {row.last_name.encode() for row in patients if len(row.last_name) > 5}
    canaries |= {row.member_id.encode() for row in claims} | {row.control_number.encode() for row in claims}
    for path, content in _all_text(settings):
        assert path.suffix not in {".pkl", ".pickle", ".joblib"}
        upper = content.upper()
        assert not [canary for canary in canaries if canary.upper() in upper], path


def test_a_challenger_waits_until_it_is_promoted(settings: Settings, trained: modelling.TrainReport) -> None:
    second = modelling.train(settings, as_of=AS_OF, config=replace(CONFIG, seed=2), alias="challenger")
    assert modelling.score(settings, as_of=AS_OF).model_version == trained.model_version
    assert modelling.promote(settings, version=second.model_version).aliases == ("challenger", "champion")
    assert modelling.score(settings, as_of=AS_OF).model_version == second.model_version
    modelling.promote(settings, version=trained.model_version)


def test_a_step_runs_as_a_program(settings: Settings, trained: modelling.TrainReport) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "pipelines.score", "--home", str(settings.home), "--as-of", AS_OF.isoformat()]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["model_version"] == trained.model_version
    refused = [sys.executable, "-m", "pipelines.train", "--home", str(settings.home), "--conf", "nowhere.yaml"]
    done = subprocess.run(refused, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 10
    assert "nowhere.yaml" in done.stderr
