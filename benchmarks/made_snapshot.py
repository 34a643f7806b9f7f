"""A made-up snapshot of any size for benchmarks: seeded, skewed like a practice's mix, without a simulated payer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

EPOCH = date(1970, 1, 1)
FIRST_DAY = (date(2025, 1, 1) - EPOCH).days
HISTORY_DAYS = 547  # eighteen months
CARCS = ("197", "16", "27", "50", "97", "18", "29", "96", "252", "204")
MODIFIERS = ("", "25", "59", "26", "95", "25:95", "RT", "LT", "50", "76")


@dataclass(frozen=True, slots=True)
class MadeSnapshot:
    """The two files and what ``features.build`` asks of a snapshot."""

    lines: Path
    outcomes: Path
    as_of: date
    data_hash: str
    line_count: int


def _skewed(random: np.random.Generator, kinds: int, size: int) -> np.ndarray[Any, Any]:
    """Indices below ``kinds`` whose frequencies fall off as one over the rank, as codes in a practice do."""
    weights = 1.0 / np.arange(1, kinds + 1)
    return random.choice(kinds, size, p=weights / weights.sum())


def _texts(names: list[str], picks: np.ndarray[Any, Any]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(picks.astype(np.int32)), pa.array(names)).dictionary_decode()


def _dates(days: np.ndarray[Any, Any], mask: np.ndarray[Any, Any] | None = None) -> pa.Array:
    return pa.array(days.astype(np.int32), mask=mask).cast(pa.date32())


def _claims(random: np.random.Generator, count: int) -> dict[str, np.ndarray[Any, Any]]:
    """Columns of the claims, in order of the day they were ready. Counts of codes and people grow with the practice."""
    growth = count / 40_000
    known = np.sort(random.integers(0, HISTORY_DAYS, count)) + FIRST_DAY
    patient = random.integers(0, max(10, count // 5), count)
    return {
        "known": known,
        "served": known - np.minimum(random.exponential(6, count).astype(np.int64), 400),
        "patient": patient,
        "payer": _skewed(random, max(8, int(8 * growth**0.5)), count)[patient],
        "provider": random.integers(0, max(12, int(12 * growth)), count),
        "place": _skewed(random, 5, count),
        "principal": _skewed(random, max(1_200, int(1_200 * growth**0.5)), count),
        "authorized": random.random(count) < 0.15,
        "referring": random.random(count) < 0.3,
        "age": random.integers(0, 95, count)[patient],
        "sex": random.integers(0, 2, count)[patient],
        "lines": random.choice([1, 2, 3, 4, 5], count, p=[0.58, 0.22, 0.1, 0.06, 0.04]),
    }


def _lines_table(random: np.random.Generator, count: int) -> pa.Table:
    claims = _claims(random, count)
    claim = np.repeat(np.arange(count), claims["lines"])
    size = len(claim)
    number = np.arange(size) - np.repeat(np.cumsum(claims["lines"]) - claims["lines"], claims["lines"]) + 1
    of = {name: values[claim] for name, values in claims.items()}
    procedures = max(300, int(300 * (count / 40_000) ** 0.5))
    procedure = _skewed(random, procedures, size)
    charge = (np.exp(random.normal(9.2, 0.3, size)) * (1 + procedure % 17)).astype(np.int64)
    units = random.choice([1.0, 2.0, 4.0], size, p=[0.9, 0.07, 0.03])
    codes = [str(99_202 + 7 * n) if n < 20 else str(10_004 + 53 * n) for n in range(procedures)]
    diagnoses = [f"{'ABCDEFGHIJKLMNZ'[n % 15]}{n % 90 + 10}{n // 90 % 10}{n // 900 % 10}" for n in range(20_000)]
    serials = pa.array(claim.astype(np.int64))
    return pa.table(
        {
            "line_id": pa.array(np.arange(size, dtype=np.int64) + 1),
            "claim_id": serials,
            "control_number": serials.cast(pa.string()),
            "line_number": pa.array(number.astype(np.int16)),
            "known_on": _dates(of["known"]),
            "sent_on": _dates(of["known"], of["known"] > FIRST_DAY + HISTORY_DAYS - 4),
            "served_on": _dates(of["served"]),
            "payer": _texts([f"P{n:04d}" for n in range(200)], of["payer"]),
            "payer_name": _texts([f"Payer {n}" for n in range(200)], of["payer"]),
            "filing_indicator": _texts(["MB", "MC", "16", "CI", "BL", "HM"], of["payer"] % 6),
            "procedure": _texts(codes, procedure),
            "modifiers": _texts(list(MODIFIERS), _skewed(random, len(MODIFIERS), size)),
            "units": pa.array(units),
            "charge_cents": pa.array(charge),
            "place_of_service": _texts(["11", "22", "02", "10", "23"], of["place"]),
            "frequency": _texts(["1", "7"], (random.random(count) < 0.03).astype(np.int64)[claim]),
            "diagnosis": _texts(diagnoses, np.where(number == 1, of["principal"], _skewed(random, 1_200, size))),
            "principal_diagnosis": _texts(diagnoses, of["principal"]),
            "diagnosis_count": pa.array(of["lines"].astype(np.int16)),
            "diagnoses": _texts(diagnoses, of["principal"]),
            "billing_npi": _texts(["1000000004"], np.zeros(size)),
            "rendering_npi": _texts([str(1_000_000_000 + n) for n in range(20_000)], of["provider"]),
            "taxonomy": _texts(["207Q00000X", "207R00000X", "207X00000X"], of["provider"] % 3),
            "has_referring": pa.array(of["referring"]),
            "has_prior_authorization": pa.array(of["authorized"]),
            "has_referral": pa.array(of["referring"] & of["authorized"]),
            "patient_id": pa.array(of["patient"].astype(np.int64)),
            "patient_sex": _texts(["F", "M"], of["sex"]),
            "patient_age": pa.array(of["age"].astype(np.int16)),
            "relationship": _texts(["18", "19"], (of["age"] < 18).astype(np.int64)),
            "coverage_sequence": _texts(["P", "S"], (of["patient"] % 12 == 0).astype(np.int64)),
            "line_count": pa.array(of["lines"].astype(np.int16)),
            "claim_charge_cents": pa.array(np.bincount(claim, charge).astype(np.int64)[claim]),
            "member_key": pa.compute.binary_join_element_wise("member", pa.array(of["patient"]).cast(pa.string()), "-"),
        }
    )


def _outcomes_table(random: np.random.Generator, lines: pa.Table) -> pa.Table:
    """One first adjudication a line, four weeks later on average, for those whose answer came inside the history."""
    size = lines.num_rows
    received = lines["known_on"].cast(pa.int32()).to_numpy() + 6 + random.exponential(15, size).astype(np.int64)
    kept = received < FIRST_DAY + HISTORY_DAYS
    denied = random.random(size) < 0.02 + 0.2 * (lines["charge_cents"].to_numpy() % 3 == 0)
    charge = lines["charge_cents"].to_numpy()
    allowed = np.where(denied, 0, charge * random.integers(30, 70, size) // 100)
    reasons = [*CARCS, "45"]
    return pa.table(
        {
            "line_id": lines["line_id"],
            "claim_id": lines["claim_id"],
            "received_on": _dates(received),
            "adjudicated_on": _dates(received - 2),
            "first": pa.array(np.ones(size, dtype=bool)),
            "denied": pa.array(denied),
            "denied_cents": pa.array(np.where(denied, charge, 0)),
            "allowed_cents": pa.array(allowed, mask=denied),
            "paid_cents": pa.array(allowed * 8 // 10),
            "charge_cents": lines["charge_cents"],
            "reason": _texts(reasons, np.where(denied, _skewed(random, len(CARCS), size), len(CARCS))),
            "group_code": _texts(["CO", "PR"], random.integers(0, 2, size)),
        }
    ).filter(pa.array(kept))


def made_snapshot(folder: Path, claims: int, seed: int = 7) -> MadeSnapshot:
    """Write ``lines.parquet`` and ``outcomes.parquet`` of about 1.75 lines a claim into the folder."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    lines = _lines_table(random, claims)
    pq.write_table(lines, folder / "lines.parquet", compression="zstd")
    pq.write_table(_outcomes_table(random, lines), folder / "outcomes.parquet", compression="zstd")
    as_of = date.fromordinal(EPOCH.toordinal() + FIRST_DAY + HISTORY_DAYS)
    return MadeSnapshot(
        folder / "lines.parquet", folder / "outcomes.parquet", as_of, f"made-{claims}-{seed}", lines.num_rows
    )
