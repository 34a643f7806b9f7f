"""The denial-risk model: trees over line features, calibrated, rolled up to the claim; kept as text and JSON.

Nothing is pickled: trees are LightGBM's own text, the rest is JSON. A model file can be read without running it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import lightgbm
import numpy as np
import pandas as pd

from denialml.errors import BadInputError
from denialml.learning.calibrate import Calibration, fit_calibration, logistic
from denialml.learning.config import TrainConfig
from denialml.learning.encode import Encoder
from denialml.learning.rollup import Rollup, fit_rollup, index_claims
from denialml.learning.splits import Stage, calibration_lines, training_lines
from denialml.learning.table import FloatArray, Table

FORMAT: Final = 1
TREES_FILE: Final = "trees.txt"
FACTS_FILE: Final = "model.json"
_PATIENCE: Final = 40  # trees without a gain on the lines watched before growing stops


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a model came from: dates in ISO notation, hashes in hexadecimal, counts of lines and denials."""

    cutoff: str
    train_until: str
    calibrate_until: str
    data_hash: str
    declaration_hash: str
    parameter_hash: str
    training_lines: int
    training_denials: int
    calibration_lines: int
    calibration_denials: int
    trees: int


@dataclass(frozen=True, slots=True)
class RiskModel:
    """Everything needed to score: ``groups`` maps each feature to the biller's reason group it belongs to."""

    booster: lightgbm.Booster
    encoder: Encoder
    calibration: Calibration
    rollup: Rollup
    groups: Mapping[str, str]
    provenance: Provenance
    threads: int

    def raw(self, table: Table) -> FloatArray:
        """Log-odds of each line before calibration."""
        if not len(table):
            return np.zeros(0)
        return _predict(self.booster, self.encoder.matrix(table), self.threads)

    def probability(self, table: Table) -> FloatArray:
        """Calibrated probability that each line is denied on first adjudication."""
        return logistic(self.calibration.apply(self.raw(table), table.payers))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model, and the calibration slice as trees saw it that had not learnt from it.

    ``later_raw`` are their log-odds before calibration, in the order of :func:`splits.calibration_lines`.
    """

    model: RiskModel
    later: Table
    later_raw: FloatArray

    @property
    def later_probability(self) -> FloatArray:
        """The calibrated probabilities of the calibration slice, by trees that had not seen it."""
        return logistic(self.model.calibration.apply(self.later_raw, self.later.payers))


def fit(table: Table, stage: Stage, config: TrainConfig, groups: Mapping[str, str]) -> Fitted:
    """A model fitted on what a stage may see. The same table, stage and parameters give the same bytes.

    First trees grow on the training lines only: the calibration slice tells how many are best and calibrates their
    probabilities. Then as many grow on both, so that the newest answers count; calibration and roll-up stay.
    """
    training, later = training_lines(table, stage), calibration_lines(table, stage)
    encoder = Encoder.fit(training, config.category_minimum)
    first = _grow(training, encoder, config, watched=later)
    raw = _predict(first, encoder.matrix(later), config.threads)
    calibration = fit_calibration(raw, later.denied, later.payers, spread=config.payer_spread)
    lines = logistic(calibration.apply(raw, later.payers))
    index = index_claims(later.rows["claim_id"].to_numpy(np.int64))
    both = dataclasses.replace(table, rows=pd.concat([training.rows, later.rows], ignore_index=True))
    booster = _grow(both, encoder, config, rounds=first.best_iteration)
    model = RiskModel(
        booster=booster,
        encoder=encoder,
        calibration=calibration,
        rollup=fit_rollup(index, lines, later.denied),
        groups={name: groups[name] for name in table.names},
        provenance=_provenance(table, stage, config, training, later, booster.num_trees()),
        threads=config.threads,
    )
    return Fitted(model, later, raw)


def save(model: RiskModel, folder: Path) -> None:
    """Write the trees and the facts into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TREES_FILE).write_text(model.booster.model_to_string(), encoding="utf-8")
    facts = {
        "format": FORMAT,
        "features": list(model.encoder.names),
        "categories": {name: list(codes) for name, codes in model.encoder.codes.items()},
        "groups": dict(model.groups),
        "calibration": {
            "slope": model.calibration.slope,
            "intercept": model.calibration.intercept,
            "offsets": dict(model.calibration.offsets),
        },
        "rollup": {"independence": model.rollup.independence},
        "provenance": dataclasses.asdict(model.provenance),
        "threads": model.threads,
    }
    (folder / FACTS_FILE).write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def load(folder: Path) -> RiskModel:
    """The model that :func:`save` wrote.

    Raises:
        BadInputError: a file is missing, not what it should be, or of another format.
    """
    try:
        facts = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
        booster = lightgbm.Booster(model_str=(folder / TREES_FILE).read_text(encoding="utf-8"))
        return _from_facts(facts, booster)
    except (OSError, ValueError, KeyError, TypeError, lightgbm.basic.LightGBMError) as error:
        raise BadInputError(f"{folder}: not a model of this program ({type(error).__name__}); train again") from error


def _from_facts(facts: Mapping[str, Any], booster: lightgbm.Booster) -> RiskModel:
    if facts["format"] != FORMAT:
        raise ValueError("another format")
    codes = {name: {value: code for code, value in enumerate(values)} for name, values in facts["categories"].items()}
    return RiskModel(
        booster=booster,
        encoder=Encoder(tuple(facts["features"]), codes),
        calibration=Calibration(**facts["calibration"]),
        rollup=Rollup(**facts["rollup"]),
        groups=facts["groups"],
        provenance=Provenance(**facts["provenance"]),
        threads=facts["threads"],
    )


def _predict(booster: lightgbm.Booster, matrix: FloatArray, threads: int) -> FloatArray:
    return np.asarray(booster.predict(matrix, raw_score=True, num_threads=threads), dtype=np.float64)


def _grow(
    lines: Table, encoder: Encoder, config: TrainConfig, *, watched: Table | None = None, rounds: int | None = None
) -> lightgbm.Booster:
    """Trees on some lines: so many, or as many as are best for the lines watched."""
    data = _dataset(lines, encoder, config)
    if watched is None:
        return lightgbm.train(_parameters(config), data, num_boost_round=rounds or config.trees.rounds)
    return lightgbm.train(
        _parameters(config),
        data,
        num_boost_round=config.trees.rounds,
        valid_sets=[_dataset(watched, encoder, config, like=data)],
        callbacks=[lightgbm.early_stopping(_PATIENCE, verbose=False)],
    )


def _dataset(
    lines: Table, encoder: Encoder, config: TrainConfig, *, like: lightgbm.Dataset | None = None
) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        encoder.matrix(lines),
        lines.denied,
        reference=like,
        feature_name=list(encoder.names),
        categorical_feature=encoder.categorical,
        params=_parameters(config),
    )


def _parameters(config: TrainConfig) -> dict[str, Any]:
    trees = dataclasses.asdict(config.trees)
    del trees["rounds"]
    return trees | {
        "objective": "binary",
        "metric": "binary_logloss",
        "bagging_freq": 1,
        "seed": config.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": config.threads,
        "verbosity": -1,
    }


def _provenance(
    table: Table, stage: Stage, config: TrainConfig, training: Table, later: Table, trees: int
) -> Provenance:
    parameters = json.dumps(dataclasses.asdict(config), sort_keys=True)
    return Provenance(
        cutoff=stage.cutoff.isoformat(),
        train_until=stage.train_until.isoformat(),
        calibrate_until=stage.calibrate_until.isoformat(),
        data_hash=table.data_hash,
        declaration_hash=table.declaration_hash,
        parameter_hash=hashlib.sha256(parameters.encode()).hexdigest(),
        training_lines=len(training),
        training_denials=int(training.denied.sum()),
        calibration_lines=len(later),
        calibration_denials=int(later.denied.sum()),
        trees=trees,
    )


def cutoff_after(as_of: date) -> date:
    """The cut-off of a production fit: the morning after ``as_of``, so that the day's own remittances count."""
    return date.fromordinal(as_of.toordinal() + 1)
