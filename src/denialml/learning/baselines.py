"""What any model must beat, fitted on the same stage: a constant, a payer x procedure rate table, logistic regression.

The baselines need no calibration slice of their own, so they learn from training and calibration lines together: they
see later answers than the trees do.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer

from denialml.learning.config import TrainConfig
from denialml.learning.splits import Stage, calibration_lines, training_lines
from denialml.learning.table import FloatArray, Table

_WEIGHT = 20.0  # lines' worth of belief in the wider group's rate


def constant(table: Table, stage: Stage, test: Table) -> FloatArray:
    """The overall denial rate for everybody."""
    _, denied = _seen(table, stage)
    return np.full(len(test), float(denied.mean()))


def rate_table(table: Table, stage: Stage, test: Table) -> FloatArray:
    """Denial rate by payer and procedure, smoothed towards the payer's rate, and that towards the overall rate."""
    rows, denied = _seen(table, stage)
    overall = float(denied.mean())
    seen = pd.DataFrame({"payer": rows["payer"], "procedure": rows["procedure"], "denied": denied})
    payer = seen.groupby("payer")["denied"].agg(["sum", "count"])
    payer_rate = (payer["sum"] + _WEIGHT * overall) / (payer["count"] + _WEIGHT)
    pair = seen.groupby(["payer", "procedure"])["denied"].agg(["sum", "count"]).reset_index()
    pair["rate"] = (pair["sum"] + _WEIGHT * pair["payer"].map(payer_rate)) / (pair["count"] + _WEIGHT)
    found = test.rows[["payer", "procedure"]].merge(pair, on=["payer", "procedure"], how="left")
    fallback = found["payer"].map(payer_rate).fillna(overall)
    return np.asarray(found["rate"].fillna(fallback), dtype=np.float64)


def logistic_regression(table: Table, stage: Stage, test: Table, config: TrainConfig) -> FloatArray:
    """Ridge-penalised logistic regression on the same features: numbers by rank, categories one column each."""
    rows, denied = _seen(table, stage)
    numbers = [name for name in table.names if name not in table.categories]
    quantiles = Pipeline(
        [
            ("fill", SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)),
            ("rank", QuantileTransformer(n_quantiles=100, output_distribution="uniform", random_state=config.seed)),
        ]
    )
    columns = OneHotEncoder(min_frequency=config.category_minimum, handle_unknown="infrequent_if_exist")
    pipeline = Pipeline(
        [
            ("columns", ColumnTransformer([("n", quantiles, numbers), ("c", columns, list(table.categories))])),
            ("fit", LogisticRegression(C=1.0, max_iter=200, tol=1e-3)),
        ]
    )
    pipeline.fit(_frame(rows, table), denied)
    return np.asarray(pipeline.predict_proba(_frame(test.rows, table))[:, 1], dtype=np.float64)


def _seen(table: Table, stage: Stage) -> tuple[pd.DataFrame, FloatArray]:
    training, later = training_lines(table, stage), calibration_lines(table, stage)
    return pd.concat([training.rows, later.rows], ignore_index=True), np.concatenate([training.denied, later.denied])


def _frame(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Features as scikit-learn takes them: floats with NaN, text without gaps."""
    columns = {
        name: rows[name].astype(object).where(rows[name].notna(), "").astype(str)
        if name in table.categories
        else pd.to_numeric(rows[name]).to_numpy(np.float64, na_value=np.nan)
        for name in table.names
    }
    return pd.DataFrame(columns, index=rows.index)
