"""A made-up feature table with a known truth, for tests of the learner: no store and no feature code needed."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from denialml.learning.table import Table

START = date(2024, 1, 1)
DAYS = 450
AS_OF = START + timedelta(days=DAYS - 1)
GROUPS = {
    "payer_code": "payer_history",
    "procedure_code": "payer_procedure_history",
    "payer_procedure_lines_90": "payer_procedure_history",
    "payer_procedure_denied_90": "payer_procedure_history",
    "payer_procedure_rate_90": "payer_procedure_history",
    "has_prior_authorization_number": "authorization",
    "line_charge_cents": "claim_content",
    "patient_age_years": "demographics",
    "has_referring_provider": "documentation",
    "diagnosis_is_unspecified": "diagnosis_history",
    "visit_beside_procedure_without_25": "modifier_and_bundling",
    "procedure_beside_procedure_without_59": "modifier_and_bundling",
    "same_service_lines_365": "duplicate",
}
CATEGORIES = ("payer_code", "procedure_code")
PAYERS = ("P1", "P2", "P3", "P4")
PROCEDURES = tuple(f"9{n:04d}" for n in range(12))


def truth(rows: pd.DataFrame) -> np.ndarray:
    """The probability of denial from which labels are drawn."""
    payer = rows["payer"].map({"P1": -0.6, "P2": 0.0, "P3": 0.3, "P4": 0.9})
    needs = rows["procedure"].isin(PROCEDURES[:4])
    log_odds = -3.0 + payer + np.where(needs & (rows["has_prior_authorization_number"] == 0), 2.5, 0.0)
    log_odds += 3.0 * (rows["payer_procedure_rate_90"] - 0.1)
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def make_table(lines: int = 12_000, seed: int = 7) -> Table:
    """Lines of one to three a claim, answers 5 to 40 days after T; those not answered by ``AS_OF`` have no label."""
    dice = np.random.default_rng(seed)
    claim = np.repeat(np.arange(lines), dice.integers(1, 4, lines))[:lines]
    claims = claim.max() + 1
    day = np.sort(dice.integers(0, DAYS, claims))[claim]
    payer = dice.choice(PAYERS, claims)[claim]
    procedure = dice.choice(PROCEDURES, lines)
    rate = dice.beta(2, 18, lines)
    seen = dice.integers(0, 200, lines)
    rows = pd.DataFrame(
        {
            "line_id": np.arange(1, lines + 1),
            "claim_id": claim + 1,
            "control_number": [f"C{c:06d}" for c in claim],
            "line_number": 1 + np.arange(lines) - np.searchsorted(claim, claim),
            "payer": payer,
            "payer_name": [f"Payer {p[1]}" for p in payer],
            "procedure": procedure,
            "known_on": pd.to_datetime(START) + pd.to_timedelta(day, unit="D"),
            "charge_cents": dice.integers(5_000, 90_000, lines),
            "payer_code": payer,
            "procedure_code": procedure,
            "payer_procedure_lines_90": seen.astype(float),
            "payer_procedure_denied_90": np.rint(seen * rate),
            "payer_procedure_rate_90": rate,
            "has_prior_authorization_number": (dice.random(claims)[claim] < 0.5).astype(float),
            "patient_age_years": np.where(dice.random(lines) < 0.1, np.nan, dice.integers(0, 90, lines)),
            "has_referring_provider": dice.integers(0, 2, lines).astype(float),
            "diagnosis_is_unspecified": dice.integers(0, 2, lines).astype(float),
            "visit_beside_procedure_without_25": 0.0,
            "procedure_beside_procedure_without_59": 0.0,
            "same_service_lines_365": 0.0,
            "expected_allowed_ratio": 0.5,
        }
    )
    rows["line_charge_cents"] = rows["charge_cents"].astype(float)
    rows["sent_on"] = rows["known_on"] + pd.Timedelta(days=1)
    received = rows["known_on"] + pd.to_timedelta(dice.integers(5, 41, claims)[claim], unit="D")
    denied = dice.random(lines) < truth(rows)
    arrived = received <= pd.Timestamp(AS_OF)
    rows["label_known_on"] = received.where(arrived)
    rows["denied"] = pd.Series(denied).where(arrived).astype("boolean")
    rows["denied_cents"] = rows["charge_cents"].where(rows["denied"].fillna(value=False), 0)
    rows["allowed_cents"] = (rows["charge_cents"] // 2).where(~rows["denied"].fillna(value=True))
    return Table(rows, tuple(GROUPS), CATEGORIES, "declarations", "data")
