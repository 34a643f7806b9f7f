"""``denialml scrub`` and ``denialml rules`` as their user meets them: a process, its output and its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import status_cases
from denialml import x12
from posting_cases import as_read, claims_file, co, our_claim, payment, remit_file, service

RULE = """# looked at every Monday
id: L-BIG
title: Dear visits need a second look
why: denied often
author: ada
when: [{field: line.charge_cents, at_least: 20000}]
then: hold
say: look at this visit again
effective: 2020-01-01
"""
DEAR, CHEAP = "0000000001Y", "0000000002W"


def run(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    code = "from denialml.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, words), "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    """Two claims of one patient and day: the same visit, once dear and once cheap."""
    return claims_file(tmp_path / "visits.837", our_claim(DEAR, 30_000), our_claim(CHEAP, 10_000))


def counts(shown: subprocess.CompletedProcess[str]) -> dict[str, int]:
    return {each["rule"]: each["claims"] for each in json.loads(shown.stdout)["rules"]}


def test_scrub_counts_by_rule_and_finds_a_duplicate_within_the_file(home: Path, claims: Path) -> None:
    shown = run(home, "scrub", claims, "--as-of", "2026-01-07", "--json")
    assert shown.returncode == 0, shown.stderr
    report = json.loads(shown.stdout)
    assert report["claims"] == 2
    assert report["held"] == 2
    assert counts(shown)["S130"] == 2
    assert "S031" not in counts(shown)


def test_scrub_takes_the_day_of_sending_as_given(home: Path, claims: Path) -> None:
    assert counts(run(home, "scrub", claims, "--as-of", "2026-01-01", "--json"))["S031"] == 2


def test_scrub_says_every_finding_without_a_patients_values(home: Path, claims: Path) -> None:
    shown = run(home, "scrub", claims, "--as-of", "2026-01-07", "--findings")
    line = next(each for each in shown.stdout.splitlines() if "S130" in each)
    assert line.startswith(f"visits.837: claim {DEAR}, line 1, 2400 SV1: error S130:")
    assert "Wait for the first claim's answer" in line
    assert "STONE" not in shown.stdout.upper()
    told = run(home, "scrub", claims, "--as-of", "2026-01-07", "--findings", "--json").stdout.splitlines()
    first = json.loads(told[0])
    assert first["claim"] == DEAR
    assert first["fix"]


def test_scrub_ends_with_its_code_where_a_file_cannot_be_read(home: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.837"
    bad.write_text("no X12 at all")
    shown = run(home, "scrub", bad)
    assert shown.returncode == 10
    assert "bad.837" in shown.stdout


def test_the_practices_contracts_are_read_from_its_home(home: Path, claims: Path) -> None:
    home.mkdir()
    payer = our_claim().payer_id
    (home / "practice.yaml").write_text(
        f'contracts:\n  "{payer}":\n    - {{effective: 2020-01-01, ignores: [S130], authorized_codes: ["99213"]}}\n'
    )
    found = counts(run(home, "scrub", claims, "--as-of", "2026-01-07", "--json"))
    assert "S130" not in found
    assert found["S120"] == 2
    (home / "practice.yaml").write_text('contracts: {P1: [{effective: 2020-01-01, ignored: ["S130"]}]}\n')
    shown = run(home, "scrub", claims)
    assert shown.returncode == 10
    assert "contracts of P1: the fields are" in shown.stderr


def test_a_rule_is_added_tried_approved_and_retired(home: Path, claims: Path, tmp_path: Path) -> None:
    source = tmp_path / "big.yaml"
    source.write_text(RULE)
    answers = remit_file(
        tmp_path / "answers.835",
        as_read(
            payment(service(30_000, 0, co("50", 30_000)), number=DEAR, status="4"),
            payment(service(10_000, 8_000, co("45", 2_000)), number=CHEAP),
        ),
    )
    tried = json.loads(run(home, "rules", "test", source, claims, answers, "--json").stdout)
    assert tried == {"claims": 2, "found": 1, "found_denied": 1, "denied_cents": 30_000, "missed_denied": 0}

    assert run(home, "rules", "add", source).returncode == 0
    assert run(home, "rules", "add", source).returncode == 11, "it is there already"
    scrub = ["scrub", claims, "--as-of", "2026-01-07", "--json"]
    assert "L-BIG" not in counts(run(home, *scrub)), "a draft is not asked"
    assert run(home, "rules", "approve", "L-BIG", "--by", "").returncode == 2
    assert "approved" in run(home, "rules", "approve", "L-BIG", "--by", "bob").stdout
    assert counts(run(home, *scrub))["L-BIG"] == 1
    assert run(home, "rules", "retire", "L-BIG", "--by", "bob").returncode == 0
    assert "L-BIG" not in counts(run(home, *scrub))
    kept = (home / "rules" / "L-BIG.yaml").read_text()
    assert kept.startswith("# looked at every Monday")
    assert 'retired_by: "bob"' in kept
    assert json.loads(run(home, "audit", "verify", "--json").stdout)["events"] == 3  # added, approved, retired


def test_a_bad_rule_is_listed_with_its_reason_and_stops_no_other(home: Path, claims: Path) -> None:
    (home / "rules").mkdir(parents=True)
    (home / "rules" / "bad.yaml").write_text(RULE.replace("charge_cents", "price"))
    (home / "rules" / "good.yaml").write_text(RULE + "approved_by: bob\n")
    listed = json.loads(run(home, "rules", "list", "--json").stdout)
    assert {"rule": "L-BIG", "state": "approved"}.items() <= listed["rules"][-1].items()
    (problem,) = listed["bad_rules"]
    assert "bad.yaml, when 1: there is no field 'line.price'" in problem["message"]
    report = run(home, "scrub", claims, "--as-of", "2026-01-07", "--json")
    assert counts(report)["L-BIG"] == 1
    assert json.loads(report.stdout)["bad_rules"]


def test_a_rule_that_is_not_there(home: Path, claims: Path) -> None:
    assert run(home, "rules", "approve", "L-NONE", "--by", "ada").returncode == 12
    assert run(home, "rules", "test", "S999", claims).returncode == 12


def test_rules_are_measured_on_the_record(home: Path, claims: Path, tmp_path: Path) -> None:
    assert run(home, "rules", "measure").returncode == 12
    assert run(home, "charges", "import", "--sent", claims).returncode == 0
    answers = as_read(
        payment(service(30_000, 0, co("18", 30_000)), number=DEAR, status="4"),
        payment(service(10_000, 8_000, co("45", 2_000)), number=CHEAP),
    )
    assert run(home, "post", remit_file(tmp_path / "answers.835", answers)).returncode == 0
    told = run(home, "rules", "measure", "--json")
    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert (report["claims"], report["preventable"], report["held_share"]) == (2, 1, 1.0)
    assert next(each for each in report["rules"] if each["rule"] == "S130")["met_cents"] == 30_000
    assert run(home, "rules", "test", "S130").returncode == 0


def test_acknowledgements_are_taken_in(home: Path, claims: Path, tmp_path: Path) -> None:
    assert run(home, "charges", "import", "--sent", claims).returncode == 0
    written = tmp_path / "said.277ca"
    written.write_bytes(x12.write(status_cases.batch(status_cases.acknowledgements())))
    told = run(home, "acks", "import", written, "--json")
    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert (report["accepted"], report["rejected"]) == (1, 1)
    assert report["unknown"] > 0
    bad = run(home, "acks", "import", claims)
    assert bad.returncode == 10
    assert "holds no 277" in bad.stdout
