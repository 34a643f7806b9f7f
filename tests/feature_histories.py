"""Small made-up histories for the tests of features: what Hypothesis draws, and the snapshot files made of it.

Days lie on and beside the edges of the windows; few payers, procedures and people, so that keys repeat and tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from denialml.store.snapshot_lines import LINES
from denialml.store.snapshot_outcomes import OUTCOMES

Row = dict[str, Any]

FIRST_DAY = date(2024, 12, 20)
DAYS = (0, 1, 2, 28, 29, 30, 31, 60, 88, 89, 90, 91, 92, 180, 364, 365, 366, 367, 400)
LAGS_DAYS = (0, 1, 2, 7, 30, 90)
REASONS = ("", "197", "16", "27", "50", "97", "29", "18", "999", "B7")


@dataclass(frozen=True)
class History:
    """Rows of ``lines.parquet`` and ``outcomes.parquet``."""

    lines: list[Row]
    outcomes: list[Row]


@dataclass(frozen=True)
class Files:
    """A snapshot on disk."""

    lines: Path
    outcomes: Path
    as_of: date
    data_hash: str
    line_count: int


def write_snapshot(history: History, folder: Path) -> Files:
    """Write the history as the store would."""
    folder.mkdir(parents=True, exist_ok=True)
    files = Files(
        folder / "lines.parquet", folder / "outcomes.parquet", date(2026, 6, 30), "made-up", len(history.lines)
    )
    pq.write_table(pa.Table.from_pylist(history.lines, schema=LINES), files.lines)
    pq.write_table(pa.Table.from_pylist(history.outcomes, schema=OUTCOMES), files.outcomes)
    return files


def day(offset: int) -> date:
    """A day of the made-up history."""
    return FIRST_DAY + timedelta(days=offset)


def line(line_id: int, claim_id: int = 1, known: int = 0, **changes: Any) -> Row:
    """An ordinary visit, with what a test wants otherwise."""
    row: Row = {
        "line_id": line_id,
        "claim_id": claim_id,
        "control_number": f"C{claim_id}",
        "line_number": 1,
        "known_on": day(known),
        "sent_on": None,
        "served_on": day(known - 3),
        "payer": "P1",
        "payer_name": "First Payer",
        "filing_indicator": "CI",
        "procedure": "99213",
        "modifiers": "",
        "units": 1.0,
        "charge_cents": 12_000,
        "place_of_service": "11",
        "frequency": "1",
        "diagnosis": "J449",
        "principal_diagnosis": "J449",
        "diagnosis_count": 1,
        "diagnoses": "J449",
        "billing_npi": "1234567893",
        "rendering_npi": "1234567893",
        "taxonomy": "207Q00000X",
        "has_referring": False,
        "has_prior_authorization": False,
        "has_referral": False,
        "patient_id": 1,
        "patient_sex": "F",
        "patient_age": 50,
        "relationship": "18",
        "coverage_sequence": "P",
        "line_count": 1,
        "claim_charge_cents": 12_000,
        "member_key": "m1",
    }
    assert row.keys() >= changes.keys()
    return row | changes


def outcome(line_id: int, received: int, *, denied: bool = False, **changes: Any) -> Row:
    """A first adjudication, paid at half the charge unless denied."""
    row: Row = {
        "line_id": line_id,
        "claim_id": 1,
        "received_on": day(received),
        "adjudicated_on": day(received - 1),
        "first": True,
        "denied": denied,
        "denied_cents": 12_000 if denied else 0,
        "allowed_cents": None if denied else 6_000,
        "paid_cents": 0 if denied else 5_000,
        "charge_cents": 12_000,
        "reason": "197" if denied else "",
        "group_code": "CO" if denied else "",
    }
    assert row.keys() >= changes.keys()
    return row | changes


_TEXT_OR_NONE = st.sampled_from(["", None])


def _lines_of_claim(draw: st.DrawFn, claim_id: int, first_line_id: int) -> list[Row]:
    payer = draw(st.sampled_from(["P1", "P2"]))
    patient = draw(st.sampled_from([1, 2]))
    known = draw(st.sampled_from(DAYS))
    claim = {
        "known": known,
        "served_on": day(known - draw(st.sampled_from([0, 1, 30, 31, 200, 400]))),
        "payer": payer,
        "filing_indicator": draw(st.sampled_from(["CI", "", None])),
        "frequency": draw(st.sampled_from(["1", "7"])),
        "principal_diagnosis": "J449",
        "diagnosis_count": 2,
        "rendering_npi": draw(st.sampled_from(["1234567893", "1000000004", "", None])),
        "taxonomy": draw(st.sampled_from(["207Q00000X", None])),
        "has_referring": draw(st.sampled_from([True, False, None])),
        "has_prior_authorization": draw(st.booleans()),
        "has_referral": draw(st.booleans()),
        "patient_id": patient,
        "patient_sex": draw(st.sampled_from(["F", "M", "", None])),
        "patient_age": draw(st.sampled_from([3, 70, None])),
        "relationship": draw(st.sampled_from(["18", "19", "", None])),
        "coverage_sequence": draw(st.sampled_from(["P", "S"])),
        "member_key": f"{payer}-{patient}",
        "claim_charge_cents": draw(st.sampled_from([0, 30_000])),
        "sent_on": draw(st.sampled_from([None, day(known)])),
    }
    count = draw(st.integers(1, 3))
    return [
        line(first_line_id + place, claim_id, **claim, **_service(draw, place), line_count=count)
        for place in range(count)
    ]


def _service(draw: st.DrawFn, place: int) -> Row:
    return {
        "line_number": place + 1,
        "procedure": draw(st.sampled_from(["99213", "11042", "80053", "93000", "G0439"])),
        "modifiers": draw(st.sampled_from(["", "25", "59", "25:95", "26:50:KX", None])),
        "units": draw(st.sampled_from([1.0, 2.0, 0.5, 0.0, None])),
        "charge_cents": draw(st.sampled_from([0, 5_000, 12_000, 12_345])),
        "place_of_service": draw(st.sampled_from(["11", "22", None])),
        "diagnosis": draw(st.sampled_from(["J449", "J441", "M545", "Z00", "", None])),
    }


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to eight claims of up to three lines, out of order of time, some without an answer, some with several."""
    lines: list[Row] = []
    for claim_id in range(draw(st.integers(1, 8))):
        lines += _lines_of_claim(draw, claim_id, len(lines) * 3 + 1)
    outcomes: list[Row] = []
    for each in lines:
        if draw(st.booleans()):
            outcomes += draw(answers(each))
    return History(draw(st.permutations(lines)), draw(st.permutations(outcomes)))


@st.composite
def answers(draw: st.DrawFn, of_line: Row) -> list[Row]:
    """One first adjudication of a line and, sometimes, another answer that is not the first."""
    known = (of_line["known_on"] - FIRST_DAY).days
    received = known + draw(st.sampled_from(LAGS_DAYS))
    first = outcome(
        of_line["line_id"],
        received,
        denied=draw(st.booleans()),
        claim_id=of_line["claim_id"],
        reason=draw(st.sampled_from(REASONS)),
        charge_cents=of_line["charge_cents"],
        allowed_cents=draw(st.sampled_from([None, 0, 4_000])),
    )
    later = outcome(of_line["line_id"], received, denied=draw(st.booleans()), first=False)
    return [first, later] if draw(st.booleans()) else [first]


def read_rows(path: Path, columns: Sequence[str] | None = None) -> dict[int, Row]:
    """The rows of a feature table by line id."""
    return {row["line_id"]: row for row in pq.read_table(path, columns=columns).to_pylist()}


@st.composite
def altered_futures(draw: st.DrawFn) -> tuple[History, History, date]:
    """A history, the same history with everything unknown before T replaced, and T.

    Lines ready up to T stay. Outcomes received before T stay; all others go, and what lines may still be answered is
    drawn anew, from T on. Lines ready after T give way to those of another history.
    """
    history, other = draw(histories()), draw(histories())
    cut = draw(st.sampled_from([row["known_on"] for row in history.lines]))
    lines = [row for row in history.lines if row["known_on"] <= cut]
    past = [row for row in history.outcomes if row["received_on"] < cut]
    answered = {row["line_id"] for row in past if row["first"]}
    future = []
    for row in lines:
        if row["line_id"] not in answered and draw(st.booleans()):
            drawn = draw(answers(row))
            received_on = max(cut, row["known_on"]) + timedelta(days=draw(st.sampled_from(LAGS_DAYS)))
            future += [{**answer, "received_on": received_on} for answer in drawn]
    later = [_renamed(row) for row in other.lines if row["known_on"] > cut]
    later_ids = {row["line_id"] for row in later}
    future += [answer for answer in map(_renamed, other.outcomes) if answer["line_id"] in later_ids]
    return history, History(draw(st.permutations(lines + later)), past + future), cut


@st.composite
def altered_same_days(draw: st.DrawFn) -> tuple[History, History, int]:
    """A history, the same with every other claim that was ready on one claim's day T or later replaced, and the claim.

    Lines ready before T stay, and so do outcomes received before T; the one claim stays and loses its answers.
    """
    history, other = draw(histories()), draw(histories())
    chosen = draw(st.sampled_from(history.lines))
    cut = chosen["known_on"]
    lines = [row for row in history.lines if row["known_on"] < cut or row["claim_id"] == chosen["claim_id"]]
    kept = {row["line_id"] for row in lines}
    past = [row for row in history.outcomes if row["received_on"] < cut and row["line_id"] in kept]
    later = [_renamed(row) for row in other.lines if row["known_on"] >= cut]
    return history, History(draw(st.permutations(lines + later)), past), chosen["claim_id"]


def _renamed(row: Row) -> Row:
    return {**row, "line_id": row["line_id"] + 1_000, "claim_id": row["claim_id"] + 1_000}
