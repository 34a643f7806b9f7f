"""The truth files hold what was decided, tried and changed, and the same rows are the same bytes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from denialml.claims import Claim, replace
from denialml.simulator import truth_tables
from denialml.simulator.decisions import Cause, Decision, Family, Judgement, LineDecision, Verdict
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.potential import ALL, Laboratory
from denialml.simulator.pricing import Price
from denialml.simulator.truth import Change, TruthFiles, write_changes
from denialml.simulator.truth_tables import FAULTS, LINES, TABLES
from simulated_payer import claim

PAGE = Path(__file__).parents[2] / "docs/reference/truth-files.md"
SENT, PAYS, AS_OF = date(2026, 1, 5), date(2026, 1, 20), date(2026, 1, 31)
MINUTES = dict.fromkeys(EditKind, 4)


def judge(asked: Claim, day: date) -> tuple[Judgement, ...]:
    """A payer that wants modifier 25 on visits and an authorisation for the claim: a line's die is its number / 4."""
    told = []
    for line in asked.lines:
        causes = [Cause("", Family.ERROR, "16", 0.01, 0.02)]
        if line.procedure.code == "99213" and "25" not in line.procedure.modifiers:
            causes.append(Cause("visit", Family.CODING, "97", 0.5, 0.4))
        if not asked.reference("G1"):
            causes.append(Cause("authorization", Family.AUTHORIZATION, "197", 0.75, 0.5))
        escapes = 1.0
        for cause in causes:
            escapes *= 1 - cause.probability
        denied = line.number / 4 < 1 - escapes
        told.append(Judgement(line, 1 - escapes, tuple(causes), Verdict("97", "CO", (), False) if denied else None))
    return tuple(told)


def decided(serial: int = 1, *, pays_on: date = PAYS, replaces: Decision | None = None) -> Decision:
    asked = claim(serial, "99213", "93000")
    lines = tuple(LineDecision(each, None, 7_500) for each in judge(asked, SENT))
    return Decision(asked, f"N{serial}", SENT, pays_on, lines, replaces=replaces)


def rows(directory: Path, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(directory / f"{table}.parquet").to_pylist()
    return found


def test_a_decided_claim_is_told_by_line_and_cause(tmp_path: Path) -> None:
    made = decided()
    with TruthFiles(tmp_path, AS_OF) as truth:
        truth.decided(made, SENT, edited=True)
    first, second = rows(tmp_path, "lines")
    assert first == {
        "control_number": made.claim.control_number,
        "line_number": 1,
        "payer": made.claim.payer_id,
        "procedure": "99213",
        "known_on": SENT,
        "served_on": made.claim.lines[0].service_from,
        "true_probability": 1 - 0.99 * 0.5 * 0.25,
        "true_reason": "197",
        "denied": True,
        "draft": False,
        "version": 1,
        "true_family": "authorization",
        "edited_before": True,
        "pays_on": PAYS,
        "contract_cents": None,
        "allowed_cents": None,
    }
    assert second["true_probability"] == 1 - 0.99 * 0.25
    causes = [(row["line_number"], row["rule"], row["family"], row["share"]) for row in rows(tmp_path, "causes")]
    assert causes == [
        (1, "", "error", 0.02), (1, "visit", "coding", 0.4), (1, "authorization", "authorization", 0.5),
        (2, "", "error", 0.02), (2, "authorization", "authorization", 0.5),
    ]  # fmt: skip


def test_a_covered_line_is_told_with_its_contract_and_what_is_allowed(tmp_path: Path) -> None:
    made = decided()
    (line, _) = made.lines
    covered = replace(line, judgement=replace(line.judgement, verdict=None), price=Price(8_000, 6_000, 2_000, (), 500))
    with TruthFiles(tmp_path, AS_OF) as truth:
        truth.decided(replace(made, lines=(covered,)), SENT)
    (row,) = rows(tmp_path, "lines")
    assert (row["contract_cents"], row["allowed_cents"], row["denied"]) == (8_500, 8_000, False)


def test_what_no_remittance_has_told_is_null_and_a_replacement_has_the_next_version(tmp_path: Path) -> None:
    with TruthFiles(tmp_path, AS_OF) as truth:
        truth.decided(decided(1, pays_on=AS_OF), SENT)
        truth.decided(decided(2, pays_on=date(2026, 2, 1)), SENT)
        truth.decided(decided(3), SENT, draft=True)
        truth.decided(decided(1, replaces=decided(1, replaces=decided(1))), SENT)
    told = [(row["denied"] is None, row["version"]) for row in rows(tmp_path, "lines") if row["line_number"] == 1]
    assert told == [(False, 1), (True, 1), (True, 1), (False, 3)]


def test_a_line_that_meets_no_rule_has_no_reason_and_no_causes(tmp_path: Path) -> None:
    made = decided()
    error = Cause("", Family.ERROR, "16", 0.01, 1.0)
    lines = tuple(replace_causes(line, (error,)) for line in made.lines)
    with TruthFiles(tmp_path, AS_OF) as truth:
        truth.decided(Decision(made.claim, "N1", SENT, PAYS, lines), SENT)
    assert {(row["true_reason"], row["true_family"]) for row in rows(tmp_path, "lines")} == {("", "")}
    assert rows(tmp_path, "causes") == []


def replace_causes(line: LineDecision, causes: tuple[Cause, ...]) -> LineDecision:
    return LineDecision(Judgement(line.line, 0.01, causes, None), None, 0)


def test_edits_are_tried_one_by_one_and_together(tmp_path: Path) -> None:
    asked = claim(1, "99213", "93000")
    modifier, number = Edit(EditKind.MODIFIER, 1, "25"), Edit(EditKind.AUTHORIZATION, text="A1", payer="other")
    laboratory = Laboratory({"test": judge, "other": judge}, MINUTES)
    outcomes = laboratory.outcomes(asked, "test", (modifier, number), (modifier,), SENT)
    with TruthFiles(tmp_path, AS_OF) as truth:
        truth.tried(asked, outcomes)
    told = rows(tmp_path, "edits")
    assert [(row["kind"], row["line_number"], row["payer"], row["fixed_before_sending"]) for row in told] == [
        ("modifier", 1, "test", True), ("modifier", 2, "test", True),
        ("authorization", 1, "other", False), ("authorization", 2, "other", False),
        (ALL, 1, "other", False), (ALL, 2, "other", False),
    ]  # fmt: skip
    assert [round(row["probability_after"], 6) for row in told] == [0.7525, 0.7525, 0.505, 0.01, 0.01, 0.01]
    assert {row["denied_before"] for row in told} == {True}
    assert [row["denied_after"] for row in told] == [True, True, True, False, False, False]
    assert [row["minutes"] for row in told] == [4, 4, 4, 4, 8, 8]


def test_one_edit_alone_is_judged_once_and_a_claim_without_edits_never() -> None:
    asked_for: list[Claim] = []

    def counting(asked: Claim, day: date) -> tuple[Judgement, ...]:
        asked_for.append(asked)
        return judge(asked, day)

    laboratory = Laboratory({"test": counting}, MINUTES)
    assert laboratory.outcomes(claim(1), "test", (), (), SENT) == ()
    assert asked_for == []
    single, together = laboratory.outcomes(claim(1), "test", (Edit(EditKind.MODIFIER, 1, "25"),), (), SENT)
    assert len(asked_for) == 2
    assert single.after == together.after
    assert replace(asked_for[0], lines=asked_for[1].lines) == asked_for[1]


def test_every_table_is_there_and_the_same_rows_are_the_same_bytes(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with TruthFiles(tmp_path / name, AS_OF) as truth:
            for serial in range(200):
                truth.decided(decided(serial), SENT)
            truth.add(FAULTS, ("takeback", SENT, "remits/x.835", "C1", "T1", 500), ("delayed", SENT, "", "", "", 0))
        contents.append([(path.name, path.read_bytes()) for path in sorted((tmp_path / name).iterdir())])
    assert contents[0] == contents[1]
    assert {name for name, _ in contents[0]} == {f"{table.name}.parquet" for table in TABLES}
    assert [row["cents"] for row in rows(tmp_path / "one", "faults")] == [500, 0]
    for table in TABLES:
        assert pq.read_schema(tmp_path / "one" / f"{table.name}.parquet").names == [c.name for c in table.columns]


def test_rows_beyond_a_batch_keep_their_order(tmp_path: Path) -> None:
    with TruthFiles(tmp_path, AS_OF) as truth:
        for serial in range(70_000):
            truth.add(FAULTS, ("takeback", SENT, "", str(serial), "", serial))
    told = pq.read_table(tmp_path / "faults.parquet", columns=["cents"]).column("cents").to_pylist()
    assert told == list(range(70_000))
    assert pq.ParquetFile(tmp_path / "faults.parquet").num_row_groups == 3
    assert LINES.columns[0].name == "control_number"


def test_changes_are_told_by_date(tmp_path: Path) -> None:
    changes = [
        Change(date(2026, 1, 1), "code update", "codes", "procedures"),
        Change(date(2025, 10, 1), "policy", "BL401", "therapy", 0.5, 0.7),
    ]
    write_changes(tmp_path / "changes.json", changes)
    first, second = json.loads((tmp_path / "changes.json").read_text("utf-8"))
    assert first == {
        "date": "2025-10-01", "kind": "policy", "who": "BL401", "what": "therapy", "before": 0.5, "after": 0.7,
    }  # fmt: skip
    assert second["before"] is None


def test_the_page_is_written_from_these_tables() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == truth_tables.render(), (
        "run: python -m denialml.simulator.truth_tables docs/reference/truth-files.md"
    )
