"""Eighteen months with many takebacks: what changes is told, and who is owed the money hears when it is taken back."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from denialml import x12
from denialml.service.simulation import SimulationReport, simulate
from denialml.simulator.config import SimulationConfig
from denialml.simulator.data import code_updates

CONFIG = SimulationConfig(claims=2_000, seed=3, faults=(("takeback", 0.15), ("takeback-plb", 0.1)))
Row = dict[str, Any]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> SimulationReport:
    return simulate(tmp_path_factory.mktemp("changes") / "practice", CONFIG)


def table(history: SimulationReport, name: str) -> list[Row]:
    rows: list[Row] = pq.read_table(history.directory / "truth" / f"{name}.parquet").to_pylist()
    return rows


@pytest.fixture(scope="module")
def taken_back(history: SimulationReport) -> dict[str, date]:
    """Claims that were paid and taken back, by control number, and when that was told."""
    rows = [row for row in table(history, "faults") if row["fault"].startswith("takeback")]
    assert len(rows) > 100
    return {row["control_number"]: row["day"] for row in rows}


def test_every_kind_of_change_is_told_with_its_day(history: SimulationReport) -> None:
    changes = json.loads((history.directory / "truth" / "changes.json").read_text("utf-8"))
    kinds = Counter(change["kind"] for change in changes)
    assert set(kinds) == {
        "policy", "drift", "new payer", "fee schedule", "clearinghouse edit", "code update", "staff", "office rule",
    }  # fmt: skip
    assert kinds["new payer"] == kinds["clearinghouse edit"] == 1
    assert min(kinds["policy"], kinds["drift"], kinds["staff"]) > 4
    assert all(CONFIG.start.isoformat() <= change["date"] <= CONFIG.as_of.isoformat() for change in changes)
    assert all(change["before"] != change["after"] for change in changes)
    told = {(c["date"], c["before"], c["after"]) for c in changes if c["kind"] == "code update"}
    renewals = [*code_updates("diagnoses"), *code_updates("procedures")]
    assert told == {(each.first.isoformat(), each.old, each.new) for each in renewals}


def test_the_files_follow_the_code_updates(history: SimulationReport) -> None:
    renewals = {each.old: each for each in code_updates("diagnoses")}
    fresh = {each.new: each for each in renewals.values()}
    written = Counter[str]()
    for path in sorted((history.directory / "charges").glob("*.837")) + sorted(
        (history.directory / "sent").glob("2025*.837")
    ):
        for event in x12.read(path):
            if isinstance(event, x12.ClaimRead):
                served = event.claim.lines[0].service_from
                for code in (diagnosis.code for diagnosis in event.claim.diagnoses):
                    if code in fresh:
                        assert served >= fresh[code].first
                        written["new"] += 1
                    elif code in renewals:
                        written["late" if served >= renewals[code].first else "old"] += 1
    assert written["old"] > 0
    assert written["late"] < written["new"]


def test_what_is_taken_back_is_told_to_the_desk_on_that_day(
    history: SimulationReport, taken_back: dict[str, date]
) -> None:
    told = defaultdict[str, list[Row]](list)
    for row in table(history, "denials"):
        told[row["control_number"]].append(row)
    heard = {
        number: row
        for number, day in taken_back.items()
        for row in told[number]
        if row["told_on"] == day and row["family"] == "error"
    }
    assert len(heard) > 0.75 * len(taken_back)  # the rest went on to a second payer
    assert sum(row["cents"] > 0 for row in heard.values()) > 0.95 * len(heard)  # else all of it is the patient's
    numbers = [row["denial"] for rows in told.values() for row in rows]
    assert len(numbers) == len(set(numbers))
    chosen = Counter(
        row["action"]
        for row in table(history, "choices")
        if row["kind"] == "denial" and row["day"] >= taken_back.get(row["control_number"], date.max)
    )
    assert chosen["appeal"] + chosen["reconsideration"] > 0


def test_what_is_taken_back_is_no_first_answer(history: SimulationReport, taken_back: dict[str, date]) -> None:
    firsts = {row["control_number"]: row for row in table(history, "lines") if row["version"] == 1 and not row["draft"]}
    answered = sum(row["pays_on"] <= CONFIG.as_of for row in firsts.values())
    assert taken_back.keys() <= firsts.keys()
    rebilled = 0.02 * answered  # another payer answers those once more
    assert answered <= history.answered_claims + rebilled
    assert history.answered_claims <= answered + rebilled < answered + len(taken_back) / 2


def test_a_claim_taken_back_is_reversed_and_denied_in_one_file(
    history: SimulationReport, taken_back: dict[str, date]
) -> None:
    answers = defaultdict[str, list[tuple[Path, str, str]]](list)
    for path in sorted((history.directory / "remits").glob("*.835")):
        for event in x12.read(path):
            if isinstance(event, x12.ClaimPaymentRead):
                paid = event.payment
                answers[paid.control_number].append((path, paid.status, paid.payer_control_number))
    undone = 0
    for number, day in taken_back.items():
        of_day = [each for each in answers[number] if each[0].name.startswith(f"{day:%Y%m%d}")]
        statuses = [status for _, status, _ in of_day]
        undone += statuses == ["22", "4"]
    assert undone > 0.9 * len(taken_back)
