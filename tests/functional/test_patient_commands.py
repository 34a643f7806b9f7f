"""``denialml patients``, ``writeoffs`` and ``statements`` as their user meets them: processes and their output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from denialml.settings import Settings
from posting_cases import NUMBER, as_read, co, our_claim, payment, post, pr, send, service

SHARE = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))


def run(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    code = "from denialml.cli import main; main()"
    command = [sys.executable, "-c", code, *map(str, words), "--home", str(home)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Path:
    send(settings, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    post(settings, tmp_path / "remit.835", as_read(SHARE))
    return settings.home


def told(home: Path, *words: object) -> Any:
    shown = run(home, *words, "--json")
    assert shown.returncode == 0, shown.stderr
    assert "STONE" not in shown.stdout + shown.stderr  # the patient of the claim
    return json.loads(shown.stdout)


def test_a_day_at_the_desk(home: Path, tmp_path: Path) -> None:
    paid = told(home, "patients", "pay", NUMBER, "4.00", "--method", "cash", "--by", "Bob")
    assert (paid["used_cents"], paid["due_cents"], paid["repeated"]) == (400, 600, False)
    again = told(home, "patients", "pay", NUMBER, "4.00", "--method", "cash", "--by", "Bob")
    assert again["repeated"]
    listed = told(home, "patients", "list")
    assert [row["due_cents"] for row in listed] == [600]
    key = listed[0]["patient"]
    plan = told(home, "patients", "plan", key, "--monthly", "2", "--day-of-month", "5", "--by", "Bob")
    assert [part["amount_cents"] for part in plan["parts"]] == [200, 200, 200]
    assert told(home, "patients", "plan", key, "--end", "pays at once", "--by", "Bob")["parts"] == []
    made = told(home, "statements", "make", "--out", tmp_path / "out", "--by", "Bob")
    assert (made["statements"], made["due_cents"]) == (1, 600)
    assert (tmp_path / "out" / made["rows"][0]["file"]).read_bytes().startswith(b"%PDF")
    undone = told(home, "patients", "undo", paid["event"], "--by", "Bob", "--reason", "not paid after all")
    assert undone["due_cents"] == 1000
    page = told(home, "patients", "show", key)
    assert [event["kind"] for event in page["events"]] == ["payment", "undo"]


def test_credit_and_its_refund(home: Path) -> None:
    told(home, "patients", "pay", NUMBER, "25", "--method", "check", "--reference", "77", "--by", "Bob")
    (credit,) = told(home, "patients", "credits")
    assert (credit["owner"], credit["credit_cents"], credit["age_days"]) == ("patient", 1500, 0)
    words = ("patients", "refund", NUMBER, "15.01", "--method", "check", "--reason", "paid twice", "--by", "Bob")
    refused = run(home, *words)
    assert refused.returncode == 11
    assert "the credit is $15.00" in refused.stderr
    back = told(home, *("15" if word == "15.01" else word for word in words))
    assert back["credit_cents"] == 0
    assert told(home, "patients", "apply", "--by", "Bob")["patients"] == 0
    assert told(home, "patients", "credits") == []


def test_a_write_off_from_asking_to_undoing(home: Path) -> None:
    words = ("writeoffs", "propose", NUMBER, "10", "--owed-by", "patient", "--reason", "charity", "--by", "Bob")
    number = told(home, *words)["write_off"]
    assert run(home, "writeoffs", "approve", number, "--by", "Bob").returncode == 14
    assert [row["state"] for row in told(home, "writeoffs", "list")] == ["proposed"]
    assert told(home, "writeoffs", "approve", number, "--by", "Eve")["state"] == "approved"
    assert told(home, "patients", "list") == []
    assert told(home, "writeoffs", "undo", number, "--by", "Eve", "--note", "paid")["state"] == "undone"
    second = told(home, *words)["write_off"]
    assert told(home, "writeoffs", "reject", second, "--by", "Eve", "--note", "can pay")["state"] == "rejected"
    assert len(told(home, "writeoffs", "list", "--all")) == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("patients", "pay", NUMBER, "nothing", "--method", "cash", "--by", "Bob"), 2),
        (("patients", "pay", NUMBER, "5", "--method", "gold", "--by", "Bob"), 2),
        (("patients", "pay", "NOBODY", "5", "--method", "cash", "--by", "Bob"), 12),
        (("patients", "plan", NUMBER, "--by", "Bob"), 2),
        (("patients", "bill", "NOBODY", "--by", "Bob", "--reason", "x"), 12),
        (("writeoffs", "approve", "9", "--by", "Bob"), 12),
    ],
)
def test_what_cannot_be_done_says_so(home: Path, words: tuple[str, ...], code: int) -> None:
    shown = run(home, *words)
    assert shown.returncode == code
    assert shown.stderr.startswith("denialml: ")
    assert run(home, "patients", "show", NUMBER).returncode == 0


def test_bad_settings_are_named(home: Path) -> None:
    (home / "denialml.toml").write_text("[statements]\ndue_days = 0\n", encoding="utf-8")
    shown = run(home, "patients", "list")
    assert shown.returncode == 10
    assert "statements.due_days" in shown.stderr
