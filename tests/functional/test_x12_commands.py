"""``denialml x12`` as its user meets it: a process, its output and its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from denialml import x12
from denialml.claims import FunctionalAcknowledgement
from x12_faulty import PROFESSIONAL, REMITTANCE, content


def run(*words: str) -> subprocess.CompletedProcess[str]:
    code = "from denialml.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, "x12", *words], capture_output=True, text=True, check=False)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "visits.837"
    path.write_bytes(content(PROFESSIONAL))
    return path


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.837"
    path.write_bytes(content(PROFESSIONAL, ("11:B:1*Y*A", "11:B:1*Y*X"), ("*150.75*", "*150.76*")))
    return path


def test_read_says_every_value_a_line(claims: Path) -> None:
    shown = run("read", "--json", str(claims))
    assert shown.returncode == 0
    found = lines(shown.stdout)
    assert [each["event"] for each in found] == ["Transaction", "ClaimRead", "TransactionEnd", "File"]
    claim = found[1]["claim"]
    assert isinstance(claim, dict)
    assert claim["control_number"] == "0000000001Y"
    assert claim["charge_cents"] == 15075
    assert found[-1]["claims"] == 1


def test_validate_says_each_fault_and_ends_with_its_code(claims: Path, faulty: Path) -> None:
    assert run("validate", str(claims)).returncode == 0
    shown = run("validate", str(faulty))
    assert shown.returncode == 10
    assert "faulty.837: error (SNIP 2): invalid-code at segment 20" in shown.stdout
    assert "faulty.837: error (SNIP 3): claim-balance at segment 20" in shown.stdout
    assert "STONE" not in shown.stdout


def test_validate_goes_as_far_as_it_is_told(faulty: Path) -> None:
    shown = run("validate", "--json", "--snip", "2", str(faulty))
    *faults, outcome = lines(shown.stdout)
    assert [(fault["code"], fault["segment"], fault["element"]) for fault in faults] == [("invalid-code", "CLM", 7)]
    assert (outcome["errors"], outcome["sets"]) == (1, 1)


def test_ack_writes_the_answer_once(claims: Path, faulty: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers"
    shown = run("ack", str(claims), str(faulty), "--out", str(out), "--control-number", "41", "--json")
    assert shown.returncode == 10  # one of the two is rejected
    good, bad = json.loads(shown.stdout)
    assert (good["sets_accepted"], bad["sets_accepted"], bad["sets_received"]) == (1, 0, 1)
    [answer] = [event.message for event in x12.read(out / "faulty.837.999") if isinstance(event, x12.MessageRead)]
    assert isinstance(answer, FunctionalAcknowledgement)
    assert answer.rejected
    [error] = answer.sets[0].errors
    assert error.segment == "CLM"
    assert [each.place.element for each in error.elements] == [7]  # a sum that is off is no business of a 999
    again = run("ack", str(claims), "--out", str(out))
    assert again.returncode == 11
    assert "is there already" in again.stderr
    assert sorted(path.name for path in out.iterdir()) == ["faulty.837.999", "visits.837.999"]


def test_nobody_is_answered_for_what_is_no_x12(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear payer")
    shown = run("ack", str(letter), "--out", str(tmp_path / "out"), "--json")
    assert shown.returncode == 10
    [said] = json.loads(shown.stdout)
    assert said["answer"] is None
    assert "segment 1" in said["error"]
    assert list((tmp_path / "out").iterdir()) == []


def test_stats_count_money_and_adjustments(tmp_path: Path) -> None:
    path = tmp_path / "paid.835"
    path.write_bytes(content(REMITTANCE))
    shown = run("stats", str(path), "--json")
    assert shown.returncode == 0
    [counted] = json.loads(shown.stdout)
    rows = {(row["what"], row["of"]): (row["count"], row["sum_cents"]) for row in counted["counts"]}
    assert rows["payments", "835"] == (1, 8000)
    assert rows["adjustments", "CO 45"] == (1, 1000)
    assert rows["provider adjustments", "WO"] == (1, 1000)
    assert "paid.835" in run("stats", str(path)).stdout


def test_diff_names_places_and_values_only_when_asked(claims: Path, faulty: Path) -> None:
    shown = run("diff", str(claims), str(faulty))
    assert shown.returncode == 0
    assert shown.stdout.splitlines() == [
        "changed: claim CLM CLM02 (segments 20 and 20)", "changed: claim CLM CLM07 (segments 20 and 20)",
    ]  # fmt: skip
    assert shown.stderr == "2 differences\n"
    first, _ = lines(run("diff", str(claims), str(faulty), "--show-values", "--json").stdout)
    assert (first["claim"], first["before"], first["after"]) == ("0000000001Y", "150.75", "150.76")
    assert run("diff", str(claims), str(claims)).stderr == "no differences\n"


def test_anonymise_keeps_the_structure_and_nobody(claims: Path, tmp_path: Path) -> None:
    out = tmp_path / "shared"
    words = ("anonymise", str(claims), "--out", str(out), "--key", "a secret of ours")
    assert run(*words).returncode == 0
    made = (out / "visits.837").read_text()
    for fact in ("STONE", "ADA", "MEM0000001", "19800517", "QUARRY", "REED", "0000000001Y", "AUTH77", "ELMCLINIC"):
        assert fact not in made
    assert "*150.75***11:B:1*" in made
    assert run("validate", str(out / "visits.837")).returncode == 0
    assert run(*words).returncode == 11
    short = run("anonymise", str(claims), "--out", str(tmp_path / "other"), "--key", "short")
    assert short.returncode == 11
    assert list((tmp_path / "other").iterdir()) == []


def test_control_numbers_of_answers_count_on(claims: Path, faulty: Path, tmp_path: Path) -> None:
    assert run("ack", str(claims), str(faulty), "--out", str(tmp_path / "a"), "--control-number", "7").returncode == 10
    numbers = [
        (tmp_path / "a" / f"{name}.837.999").read_text().split("~")[0].split("*")[13] for name in ("visits", "faulty")
    ]
    assert numbers == ["000000007", "000000008"]
