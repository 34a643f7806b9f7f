"""The whole path as a user runs it, on a small practice: from an empty folder to two ranked queues."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from denialml import x12
from denialml.claims import Claim

DENIALML = str(Path(sys.executable).parent / "denialml")
CLAIMS = 6_000


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DENIALML, *words], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "home"


@pytest.fixture(scope="module")
def report(home: Path) -> dict[str, Any]:
    shown = run("demo", "--no-app", "--json", "--home", str(home), "--claims", str(CLAIMS))
    assert shown.returncode == 0, shown.stderr
    told: dict[str, Any] = json.loads(shown.stdout)
    return told


def test_every_claim_is_taken_in(report: dict[str, Any], home: Path) -> None:
    simulated, sent, drafts = (report[name] for name in ("simulated", "sent", "drafts"))
    out, kept = (_claims(home / "files" / folder) for folder in ("sent", "charges"))
    assert len({claim.control_number for claim in (*out, *kept)}) == simulated["claims"] == CLAIMS
    assert drafts["claims"] == simulated["drafts"] == len(kept)
    assert sent["claims"] == sent["sent_claims"] == len(out) - sent["repeated_claims"]
    assert sent["refused_claims"] == 0
    first = {claim.control_number: claim.charge_cents for claim in out if claim.coverage.sequence == "P"}
    assert sent["booked_cents"] > sum(first.values())  # a claim sent again is booked anew, its first version taken out


def test_every_answer_is_posted_but_what_is_not_ours(report: dict[str, Any], home: Path) -> None:
    """Corrected claims post, what a reversal takes back and what is paid anew, and what second payers pay."""
    posted = report["posted"]
    answers = [
        event.payment
        for path in sorted((home / "files" / "remits").iterdir())
        for event in x12.read(path)
        if isinstance(event, x12.ClaimPaymentRead)
    ]
    strange = [answer for answer in answers if answer.control_number.startswith("X")]  # paid to us by mistake
    second = [answer for answer in answers if answer.status == "2"]
    assert {"7", "1"} == {answer.frequency for answer in answers}
    assert sum(answer.status == "22" for answer in answers) > 50
    kinds = posted["parked_kinds"]
    assert kinds.pop("unmatched_claim") == len(strange)
    assert kinds.keys() <= {"overpayment"}  # a second payer corrects itself to more than was left
    assert sum(kinds.values()) <= len(answers) / 1000
    assert len(second) > 50
    assert posted["claim_payments"] == len(answers) == posted["posted_claims"] + posted["parked_claims"]
    assert posted["posted_cents"] + posted["parked_cents"] == sum(answer.paid_cents for answer in answers)
    assert posted["parked_adjustments_cents"] == posted["unreadable_files"] == 0
    assert posted["denial_cases"] >= report["simulated"]["denied_lines"] > 0


def _claims(folder: Path) -> list[Claim]:
    paths = sorted(folder.iterdir())
    return [event.claim for path in paths for event in x12.read(path) if isinstance(event, x12.ClaimRead)]


def test_the_model_beats_the_rate_table_and_stays_below_the_truth(report: dict[str, Any]) -> None:
    auc = {row["contender"]: row["auc"] for row in report["backtest"]["lines"]}
    assert auc["truth"] > auc["model"] > auc["payer x procedure rates"]
    assert auc["truth"] > auc["logistic regression"]


def test_both_queues_are_filled_and_carry_reasons(report: dict[str, Any]) -> None:
    assert [row["rank"] for row in report["riskiest"]["rows"]] == [1, 2, 3, 4, 5]
    assert all(row["reasons"] for row in report["riskiest"]["rows"])
    assert report["riskiest"]["unsent"] == report["scored"]["claims"] == report["drafts"]["claims"]
    worth = [row["value_per_hour_cents"] for row in report["best_denials"]["rows"]]
    assert len(worth) == 5
    assert worth == sorted(worth, reverse=True)


def test_the_home_is_then_ready_for_every_command(report: dict[str, Any], home: Path) -> None:
    claim = report["riskiest"]["rows"][0]["control_number"]
    where = ("--home", str(home))
    told = json.loads(run("explain", claim, "--json", *where).stdout)
    assert told["control_number"] == claim
    assert told["as_of"] == date(2026, 6, 30).isoformat()
    for words in (["worklist", "--queue", "risk"], ["worklist", "--queue", "denials"], ["audit", "verify"]):
        shown = run(*words, *where)
        assert shown.returncode == 0, shown.stderr
        assert shown.stdout.strip()


def test_every_paid_line_is_laid_beside_its_contract(report: dict[str, Any], home: Path) -> None:
    told = json.loads(run("variance", "report", "--json", "--home", str(home)).stdout)
    assert told["untold_lines"] == 0
    assert told["lines"] > report["posted"]["posted_claims"] / 2
    assert 0.01 < told["under_lines"] / told["lines"] < 0.13  # payers match their contracts in 87 to 99 lines of 100
    (first, *_) = json.loads(run("variance", "list", "--json", "--home", str(home)).stdout)
    assert first["steps"][0]["source"].startswith(f"{first['payer']}.csv")


def test_notebooks_run_on_the_demo_practice(
    report: dict[str, Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DENIALML_HOME", str(home))
    notebooks = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
    assert notebooks
    for notebook in notebooks:
        names: dict[str, Any] = {}
        for number, cell in enumerate(json.loads(notebook.read_text())["cells"]):
            if cell["cell_type"] == "code":
                exec(compile("".join(cell["source"]), f"{notebook.name} cell {number}", "exec"), names)
        assert "told" in names


def test_posting_the_same_files_again_changes_nothing(report: dict[str, Any], home: Path) -> None:
    again = run("post", str(home / "files" / "remits"), "--home", str(home), "--json")
    assert again.returncode == 0, again.stderr
    told = json.loads(again.stdout)
    assert told["repeated_files"] == report["simulated"]["remit_files"]
    assert told["claim_payments"] == told["posted_cents"] == told["parked_cents"] == 0


def test_a_demo_is_rebuilt_only_when_asked(report: dict[str, Any], home: Path) -> None:
    refused = run("demo", "--no-app", "--home", str(home))
    assert refused.returncode == 11
    assert "--fresh" in refused.stderr
    assert (home / "denialml.sqlite3").exists()
