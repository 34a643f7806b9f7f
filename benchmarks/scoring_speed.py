"""Scoring with reasons beside LightGBM's own ``predict(pred_contrib=True)`` on the same rows. Prints one JSON line.

    python benchmarks/scoring_speed.py [--rows 20000]

The rows hold every declared feature with made-up values. Scoring reads them as a table, encodes categories, takes
contributions, calibrates, rolls up to the claim, expects dollars and writes up to nine sentences a line; the peer gets
the finished matrix. Floor: 1.5 times the peer, medians of several rounds that alternate between both.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from denialml.features import FEATURES
from denialml.learning.config import TrainConfig
from denialml.learning.explain import reasons
from denialml.learning.model import RiskModel, fit
from denialml.learning.score import score
from denialml.learning.splits import Stage
from denialml.learning.table import Table

FLOOR = 1.5
ROUNDS = 5
HISTORY_LINES = 40_000


def made_up_table(lines: int, seed: int) -> Table:
    """Lines of two a claim with every declared feature; denials follow a few of them."""
    dice = np.random.default_rng(seed)
    payers = dice.choice([f"P{n}" for n in range(8)], lines)
    procedures = dice.choice([f"9{n:04d}" for n in range(60)], lines)
    values: dict[str, object] = {}
    for feature in FEATURES:
        if feature.kind == "category":
            values[feature.name] = dice.choice([f"{n:02d}" for n in range(20)], lines)
        elif feature.unit == "share":
            values[feature.name] = dice.beta(2, 15, lines).astype(np.float32)
        elif feature.unit == "flag":
            values[feature.name] = dice.integers(0, 2, lines).astype(np.float32)
        else:
            values[feature.name] = dice.poisson(30, lines).astype(np.float32)
    frame = pd.DataFrame(values)
    frame["payer_code"], frame["procedure_code"] = payers, procedures
    risk = frame["payer_procedure_rate_90"] + 0.3 * (1 - frame["has_prior_authorization_number"])
    keys = pd.DataFrame(
        {
            "line_id": np.arange(lines),
            "claim_id": np.arange(lines) // 2,
            "payer": payers,
            "payer_name": [f"Payer {p}" for p in payers],
            "procedure": procedures,
            "known_on": pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(lines) * 300 // lines, unit="D"),
            "charge_cents": dice.integers(5_000, 90_000, lines),
            "label_known_on": pd.Timestamp("2025-01-10") + pd.to_timedelta(np.arange(lines) * 300 // lines, unit="D"),
            "denied": dice.random(lines) < np.clip(risk, 0, 1),
        }
    )
    categories = tuple(feature.name for feature in FEATURES if feature.kind == "category")
    return Table(pd.concat([keys, frame], axis=1), tuple(f.name for f in FEATURES), categories, "", "")


def trained() -> RiskModel:
    """A model with the default parameters on made-up history."""
    table = made_up_table(HISTORY_LINES, seed=1)
    cutoff = pd.Timestamp("2026-01-01").date()
    stage = Stage(pd.Timestamp("2025-09-01").date(), pd.Timestamp("2025-11-01").date(), cutoff, 20)
    return fit(table, stage, TrainConfig(), {feature.name: feature.group for feature in FEATURES}).model


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    model = trained()
    table = made_up_table(rows, seed=2)
    matrix = model.encoder.matrix(table)

    def ours() -> object:
        return reasons(score(model, table))

    def peer() -> object:
        return model.booster.predict(matrix, pred_contrib=True, num_threads=model.threads)

    ours(), peer()
    pairs = [(seconds(ours), seconds(peer)) for _ in range(ROUNDS)]
    mine, theirs = statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)
    result = {
        "benchmark": "scoring_speed",
        "rows": rows,
        "features": len(FEATURES),
        "trees": model.booster.num_trees(),
        "score_with_reasons_seconds": round(mine, 3),
        "lightgbm_pred_contrib_seconds": round(theirs, 3),
        "ratio": round(mine / theirs, 3),
        "floor": FLOOR,
        "rows_per_second": round(rows / mine),
        "passed": mine <= FLOOR * theirs,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
