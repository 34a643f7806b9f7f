"""The model on file, the encoder and the reasons: equal after a round trip, additive, readable, without pickle."""

from __future__ import annotations

import json
import pickletools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shap

from denialml.errors import BadInputError, RefusedError
from denialml.learning.calibrate import Calibration, logistic
from denialml.learning.config import TrainConfig
from denialml.learning.encode import OTHER, Encoder
from denialml.learning.evaluate import calibration_error
from denialml.learning.explain import OTHER_GROUP, reasons
from denialml.learning.model import RiskModel, fit, load, save
from denialml.learning.score import contributions, score
from denialml.learning.splits import check_lines, plan_split
from denialml.learning.table import Table
from learning_table import AS_OF, GROUPS, make_table

CONFIG = TrainConfig()
TABLE = make_table()
SPLIT = plan_split(TABLE, AS_OF, CONFIG)
TEST = check_lines(TABLE, SPLIT)


@pytest.fixture(scope="module")
def model() -> RiskModel:
    return fit(TABLE, SPLIT.stage, CONFIG, GROUPS).model


def test_a_saved_model_predicts_the_same_to_the_last_bit(model: RiskModel, tmp_path: Path) -> None:
    save(model, tmp_path)
    again = load(tmp_path)
    assert np.array_equal(again.probability(TEST), model.probability(TEST))
    assert again.provenance == model.provenance
    save(again, tmp_path / "again")
    assert (tmp_path / "again" / "model.json").read_bytes() == (tmp_path / "model.json").read_bytes()


def test_the_files_are_text_and_hold_no_pickle(model: RiskModel, tmp_path: Path) -> None:
    save(model, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"model.json", "trees.txt"}
    json.loads((tmp_path / "model.json").read_text(encoding="utf-8"))
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert content.isascii()
        with pytest.raises(ValueError, match=r"opcode|exhausted|not enough"):
            list(pickletools.genops(content))


@pytest.mark.parametrize("spoil", ["missing", "not json", "other format", "no trees"])
def test_what_is_not_a_model_is_refused(model: RiskModel, tmp_path: Path, spoil: str) -> None:
    save(model, tmp_path)
    facts = tmp_path / "model.json"
    if spoil == "missing":
        facts.unlink()
    elif spoil == "not json":
        facts.write_text("{", encoding="utf-8")
    elif spoil == "other format":
        facts.write_text(json.dumps(json.loads(facts.read_text(encoding="utf-8")) | {"format": 99}), encoding="utf-8")
    else:
        (tmp_path / "trees.txt").write_text("tree", encoding="utf-8")
    with pytest.raises(BadInputError, match="not a model"):
        load(tmp_path)


def test_fitting_twice_gives_the_same_bytes(model: RiskModel) -> None:
    again = fit(TABLE, SPLIT.stage, CONFIG, GROUPS).model
    assert again.booster.model_to_string() == model.booster.model_to_string()
    assert again.calibration == model.calibration


def test_what_comes_after_the_cutoff_does_not_change_the_model(model: RiskModel) -> None:
    rows = TABLE.rows.copy()
    later = rows["label_known_on"] >= pd.Timestamp(SPLIT.stage.cutoff)
    rows.loc[later, "denied"] = ~rows.loc[later, "denied"].astype(bool)
    rows.loc[later, "label_known_on"] += pd.Timedelta(days=90)
    after = rows["known_on"] >= pd.Timestamp(SPLIT.stage.cutoff)
    rows.loc[after, "payer_procedure_rate_90"] = 0.99
    again = fit(replace(TABLE, rows=rows), SPLIT.stage, CONFIG, GROUPS).model
    assert again.booster.model_to_string() == model.booster.model_to_string()
    assert again.calibration == model.calibration
    assert again.rollup == model.rollup


def test_a_label_known_one_day_sooner_does(model: RiskModel) -> None:
    """The oracle of the test above: the same change to labels that had come alters the model."""
    rows = TABLE.rows.copy()
    sooner = rows["label_known_on"] < pd.Timestamp(SPLIT.stage.train_until - timedelta(days=150))
    rows.loc[sooner, "denied"] = ~rows.loc[sooner, "denied"].astype(bool)
    again = fit(replace(TABLE, rows=rows), SPLIT.stage, CONFIG, GROUPS).model
    assert again.booster.model_to_string() != model.booster.model_to_string()


def test_contributions_are_shap_values_and_add_up_to_the_calibrated_log_odds(model: RiskModel) -> None:
    some = TEST.where(np.arange(len(TEST)) < 300)
    ours = contributions(model, some)
    explainer = shap.TreeExplainer(model.booster)
    theirs = np.asarray(explainer.shap_values(model.encoder.matrix(some)))
    assert ours[:, :-1] == pytest.approx(model.calibration.slope * theirs, abs=1e-9)
    calibrated = model.calibration.apply(model.raw(some), some.payers)
    assert ours.sum(axis=1) == pytest.approx(calibrated, abs=1e-6)


def test_reasons_and_base_add_up_and_the_largest_come_first(model: RiskModel) -> None:
    scores = score(model, TEST)
    assert logistic(scores.log_odds) == pytest.approx(model.probability(TEST), abs=1e-9)
    told = reasons(scores)
    for row, own in enumerate(told):
        assert scores.base[row] + sum(r.contribution for r in own) == pytest.approx(scores.log_odds[row], abs=1e-6)
        ranked = [r.contribution for r in own if r.group != OTHER_GROUP]
        assert ranked == sorted(ranked, reverse=True)
        assert own[-1].group == OTHER_GROUP
        assert all(r.sentence for r in own)
        assert all(not r.edit for r in own if r.contribution <= 0)


def test_fewer_reasons_leave_the_rest_in_one(model: RiskModel) -> None:
    scores = score(model, TEST)
    for row, own in enumerate(reasons(scores, up=1, down=1)):
        assert len(own) <= 3
        assert scores.base[row] + sum(r.contribution for r in own) == pytest.approx(scores.log_odds[row], abs=1e-6)


def test_money_at_stake_is_probability_times_expected_allowed(model: RiskModel) -> None:
    rows = TEST.rows.assign(expected_allowed_ratio=[np.nan, 1.7, *[0.25] * (len(TEST) - 2)])
    scores = score(model, replace(TEST, rows=rows))
    charge = rows["charge_cents"].to_numpy()
    assert scores.allowed_cents[:2].tolist() == charge[:2].tolist()  # unknown or absurd: no more than the charge
    assert scores.allowed_cents[2:] == pytest.approx(charge[2:] * 0.25, abs=0.5)
    assert scores.denied_cents == pytest.approx(scores.allowed_cents * scores.probability, abs=0.5)


def test_calibration_lowers_the_error_forward_in_time() -> None:
    """Trees grown on a year with fewer denials are too low for the next; the later slice puts them right."""
    rows = TABLE.rows.copy()
    spared = (rows["known_on"] < pd.Timestamp(SPLIT.stage.train_until)) & (np.arange(len(rows)) % 2 == 0)
    rows.loc[spared & rows["denied"].notna(), "denied"] = False
    shifted = fit(replace(TABLE, rows=rows), SPLIT.stage, CONFIG, GROUPS).model
    raw = calibration_error(replace(shifted, calibration=Calibration(1.0, 0.0, {})).probability(TEST), TEST.denied)
    assert calibration_error(shifted.probability(TEST), TEST.denied) < 0.7 * raw


def test_other_declarations_are_refused(model: RiskModel) -> None:
    with pytest.raises(RefusedError, match="denialml train"):
        score(model, replace(TEST, declaration_hash="other"))
    with pytest.raises(RefusedError, match="lacks patient_age_years"):
        model.raw(replace(TEST, rows=TEST.rows.drop(columns="patient_age_years")))


def test_no_lines_give_no_scores(model: RiskModel) -> None:
    nothing = TEST.where(np.zeros(len(TEST), bool))
    scores = score(model, nothing)
    assert len(scores.probability) == len(scores.claim_probability) == 0
    assert reasons(scores) == []
    assert len(model.probability(nothing)) == 0


def test_rare_and_unknown_categories_share_a_code() -> None:
    rows = pd.DataFrame({"place": ["11"] * 5 + ["22"] * 5 + ["99", None]})
    table = Table(rows, ("place",), ("place",), "", "")
    encoder = Encoder.fit(table, 5)
    assert list(encoder.codes["place"]) == ["11", "22", OTHER]
    asked = Table(pd.DataFrame({"place": ["22", "99", "77", None]}), ("place",), ("place",), "", "")
    assert encoder.matrix(asked)[:, 0].tolist() == [1, 2, 2, 2]
