"""A made-up feature table with a known truth, for tests of the learner: no store and no feature code needed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from denialml.learning.table import Table

START = date(2024, 1, 1)
DAYS = 450
AS_OF = START + timedelta(days=DAYS - 1)
GROUPS = {
    "payer": "payer",
    "procedure": "procedure",
    "pair_denial_rate": "history",
    "has_prior_authorization": "authorization",
    "charge_dollars": "charge",
    "noise": "charge",
}
PAYERS = ("P1", "P2", "P3", "P4")
PROCEDURES = tuple(f"9{n:04d}" for n in range(12))


def truth(rows: pd.DataFrame) -> np.ndarray:
    """The probability of denial from which labels are drawn."""
    payer = rows["payer"].map({"P1": -0.6, "P2": 0.0, "P3": 0.3, "P4": 0.9})
    needs = rows["procedure"].isin(PROCEDURES[:4])
    log_odds = -3.0 + payer + np.where(needs & ~rows["has_prior_authorization"].astype(bool), 2.5, 0.0)
    log_odds += 3.0 * (rows["pair_denial_rate"] - 0.1)
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def make_table(lines: int = 12_000, seed: int = 7) -> Table:
    """Lines of one to three a claim, answers 5 to 40 days after T; those not answered by ``AS_OF`` have no label."""
    dice = np.random.default_rng(seed)
    claim = np.repeat(np.arange(lines), dice.integers(1, 4, lines))[:lines]
    claims = claim.max() + 1
    day = np.sort(dice.integers(0, DAYS, claims))[claim]
    payer = dice.choice(PAYERS, claims)[claim]
    procedure = dice.choice(PROCEDURES, lines)
    rows = pd.DataFrame(
        {
            "line_id": np.arange(1, lines + 1),
            "claim_id": claim + 1,
            "control_number": [f"C{c:06d}" for c in claim],
            "line_number": 1,
            "payer": payer,
            "payer_name": [f"Payer {p[1]}" for p in payer],
            "procedure": procedure,
            "known_on": pd.to_datetime(START) + pd.to_timedelta(day, unit="D"),
            "charge_cents": dice.integers(5_000, 90_000, lines),
            "has_prior_authorization": dice.random(claims)[claim] < 0.5,
            "pair_denial_rate": dice.beta(2, 18, lines),
            "noise": dice.normal(size=lines),
        }
    )
    rows["charge_dollars"] = rows["charge_cents"] / 100
    rows["expected_allowed_ratio"] = 0.5
    rows["sent_on"] = rows["known_on"] + pd.Timedelta(days=1)
    received = rows["known_on"] + pd.to_timedelta(dice.integers(5, 41, claims)[claim], unit="D")
    denied = dice.random(lines) < truth(rows)
    arrived = received <= pd.Timestamp(AS_OF)
    rows["label_known_on"] = received.where(arrived)
    rows["denied"] = pd.Series(denied).where(arrived).astype("boolean")
    rows["denied_cents"] = rows["charge_cents"].where(rows["denied"].fillna(value=False), 0)
    rows["allowed_cents"] = (rows["charge_cents"] // 2).where(~rows["denied"].fillna(value=True))
    return Table(rows, tuple(GROUPS), ("payer", "procedure"), "declarations", "data")


def write_table(table: Table, path: Path) -> Path:
    """The table as the parquet file that the feature builder would leave."""
    table.rows.to_parquet(path)
    return path
