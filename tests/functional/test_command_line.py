"""The command line's contract: exit codes by class, clear messages, JSON on request, a light start."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bank_files import Money, bai2, csv
from posting_cases import as_read, payment, remit_file, service

DENIALML = str(Path(sys.executable).parent / "denialml")
HEAVY = ("pandas", "numpy", "sqlalchemy", "lightgbm", "sklearn", "shap", "mlflow", "duckdb", "pyarrow", "streamlit")


def run(*words: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [DENIALML, *words, *(["--home", str(home)] if home else [])]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_names_every_command() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for name in (
        "demo",
        "simulate",
        "charges",
        "deposits",
        "post",
        "train",
        "backtest",
        "score",
        "explain",
        "worklist",
        "app",
        "backup",
        "x12",
    ):
        assert name in shown.stdout


def test_start_loads_no_heavy_library() -> None:
    code = f"import sys, denialml.cli; print([m for m in {HEAVY!r} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["x12", "read", "nowhere.835"], 12, "nowhere.835: no such file"),
        (["post"], 2, "Missing argument"),
        (["deposits", "match", "1"], 2, "Missing argument"),
        (["deposits", "list"], 12, "holds no practice yet"),
        (["worklist", "--queue", "rework"], 2, "no queue is called rework"),
        (["train", "--as-of", "yesterday"], 2, "yesterday"),
    ],
)
def test_errors_name_the_cause_and_end_with_its_code(words: list[str], code: int, message: str, tmp_path: Path) -> None:
    shown = run(*words, home=None if words[0] == "x12" else tmp_path)
    assert shown.returncode == code
    assert message in shown.stderr
    assert "Traceback" not in shown.stderr


def test_reading_what_is_no_x12_says_where(tmp_path: Path) -> None:
    bad = tmp_path / "letter.835"
    bad.write_text("Dear payer, where is our money?")
    shown = run("x12", "read", str(bad), "--json")
    assert shown.returncode == 10
    outcome = json.loads(shown.stdout)
    assert outcome["event"] == "File"
    assert "segment 1" in outcome["error"]
    assert outcome["payments"] == 0


def test_settings_of_a_home_are_checked(tmp_path: Path) -> None:
    (tmp_path / "denialml.toml").write_text("today = 'soon'\nspeed = 3\n")
    shown = run("score", home=tmp_path)
    assert shown.returncode == 10
    assert "denialml.toml" in shown.stderr
    assert "today" in shown.stderr
    assert "speed" in shown.stderr


def test_a_home_that_is_no_demo_is_never_rebuilt(tmp_path: Path) -> None:
    (tmp_path / "ledger.txt").write_text("years of work")
    shown = run("demo", "--fresh", "--no-app", home=tmp_path)
    assert shown.returncode == 11
    assert "not a demo" in shown.stderr
    assert (tmp_path / "ledger.txt").read_text() == "years of work"


def test_deposits_from_a_bank_file_to_a_decision(tmp_path: Path) -> None:
    """The whole way of a check's money, by the words that a person types."""
    home = tmp_path / "home"
    remit_file(tmp_path / "check.835", as_read(payment(service(600, 600)), trace="K1"))
    (tmp_path / "lockbox.csv").write_bytes(csv(Money(600, told=False)))
    (tmp_path / "cut.bai2").write_bytes(bai2(Money(600))[:-30])
    assert run("post", str(tmp_path / "check.835"), home=home).returncode == 0
    shown = run("deposits", "import", str(tmp_path / "lockbox.csv"), str(tmp_path / "cut.bai2"), home=home)
    assert shown.returncode == 10
    assert "breaks off" in shown.stdout
    told = json.loads(run("deposits", "list", "--waiting", "--json", home=home).stdout)
    assert [each["state"] for each in (*told["deposits"], *told["remittances"])] == ["no_remittance", "by_person"]
    decided = ("--by", "ada", "--reason", "image of check 12")
    assert run("deposits", "match", "1", "1", *decided, home=home).returncode == 0
    assert run("deposits", "match", "1", "1", *decided, home=home).returncode == 11
    months = json.loads(run("deposits", "list", "--json", "--since", "2026-02-01", home=home).stdout)
    assert (months["bank_cents"], months["matched_cents"], months["awaited_cents"]) == (600, 600, 0)
    assert run("deposits", "unmatch", "1", *decided, home=home).returncode == 0
    assert run("audit", "verify", "--json", home=home).returncode == 0


def test_what_is_moved_out_of_a_closed_period_is_told_in_words_and_in_json(tmp_path: Path) -> None:
    home = tmp_path / "home"
    early, late = tmp_path / "early.835", tmp_path / "late.835"
    remit_file(early, as_read(payment(service(600, 600)), trace="K1"))
    remit_file(late, as_read(payment(service(700, 700)), trace="K2"), control=2)
    assert "moved" not in run("post", str(early), home=home).stdout
    assert run("ledger", "close", "--through", "2026-02-28", "--by", "ada", home=home).returncode == 0
    copy = tmp_path / "copy"
    assert run("backup", str(copy), home=home).returncode == 0
    shown = run("post", str(late), home=home).stdout.split("moved from closed periods")[1]
    assert {"2026-02-28", "2026-03-01", "1", "$7.00"} <= set(shown.split())
    told = json.loads(run("post", str(late), "--json", "--database-url", f"sqlite:///{copy}", home=home).stdout)
    assert told["moved_from_closed_periods"] == [
        {"period_through": "2026-02-28", "booked_on": "2026-03-01", "bookings": 1, "amount_cents": 700}
    ]
    waiting = run("exceptions", "list", "--json", "--database-url", f"sqlite:///{copy}", home=tmp_path / "none")
    assert json.loads(waiting.stdout)["amount_cents"] == 1300


def test_a_folder_that_is_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    file = remit_file(tmp_path / "a.835", as_read(payment(service(600, 600))))
    shown = run("x12", "ack", str(file), "--out", str(file))
    assert shown.returncode == 10
    assert "cannot be written: its folder is a file" in shown.stderr
