from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from denialml.errors import BadInputError
from denialml.simulator.appeals import (
    Appeal,
    Evidence,
    Level,
    Note,
    Result,
    Ruling,
    read_appeals,
    read_rulings,
    write_appeals,
    write_rulings,
)

APPEAL = Appeal(
    number="p-9000001-1-1",
    level=Level.APPEAL,
    payer_claim_number="9000001",
    control_number="0000000001Z",
    lines=(1, 3),
    reason="50",
    remarks=("N115", "M127"),
    evidence=(Evidence.LETTER, Evidence.RECORDS),
    amount_cents=12_345,
    told_on=date(2025, 3, 24),
    filed_on=date(2025, 4, 2),
)
RULING = Ruling("p-9000001-1-1", "9000001", Result.PARTLY, (3,), Note.PAID_IN_PART, date(2025, 5, 5))


def test_an_appeal_file_is_as_documented() -> None:
    assert write_appeals([APPEAL]).decode() == (
        "appeal_number,level,payer_claim_number,control_number,lines,reason,remarks,evidence,amount,told_on,filed_on\r\n"
        "p-9000001-1-1,appeal,9000001,0000000001Z,1 3,50,N115 M127,letter records,123.45,2025-03-24,2025-04-02\r\n"
    )
    assert read_appeals(write_appeals([APPEAL]), "a.csv") == [APPEAL]


def test_a_decision_file_is_as_documented() -> None:
    assert write_rulings([RULING]).decode() == (
        "appeal_number,payer_claim_number,result,lines,note,decided_on\r\n"
        "p-9000001-1-1,9000001,partly,3,P2,2025-05-05\r\n"
    )
    assert read_rulings(write_rulings([RULING]), "d.csv") == [RULING]


@pytest.mark.parametrize("number", ["=1+1", "+1", "-1", "@a", "\tx", "'=1", "''=1", "'plain", 'a"b,c', "a\nb"])
def test_no_cell_is_a_formula_and_all_come_back(number: str) -> None:
    content = write_appeals([replace(APPEAL, number=number)])
    assert not content.split(b"\r\n")[1].startswith((b"=", b"+", b"-", b"@", b"\t"))
    assert read_appeals(content, "a.csv")[0].number == number


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("appeal_number", "number", "a.csv, line 1: not the header"),
        (",9000001,", ",,", "a.csv, line 2, payer_claim_number: empty; fill it in"),
        ("1 3", "1  3", "a.csv, line 2, lines: line numbers from 1 on"),
        ("1 3", "0", "a.csv, line 2, lines: line numbers from 1 on"),
        ("1 3", "", "a.csv, line 2, lines: line numbers from 1 on"),
        ("letter records", "letter songs", "a.csv, line 2, evidence: 'songs'"),
        ("123.45", "-5", "a.csv, line 2, amount: what was denied"),
        ("123.45", "1.234", "a.csv, line 2, amount: not an amount"),
        ("2025-04-02", "2025-04-31", "a.csv, line 2, filed_on: "),
        (",appeal,", ",prayer,", "a.csv, line 2, level: 'prayer'"),
        (",appeal,", ",", "a.csv, line 2: 10 cells where the header has 11"),
        ("0000000001Z", '"0000', "a.csv, line 2: unexpected end of data"),
    ],
)
def test_a_bad_appeal_file_is_refused_with_its_line(old: str, new: str, told: str) -> None:
    content = write_appeals([APPEAL]).decode().replace(old, new)
    with pytest.raises(BadInputError, match=told):
        read_appeals(content.encode(), "a.csv")


def test_what_is_no_text_is_refused_with_its_byte() -> None:
    with pytest.raises(BadInputError, match=r"a\.csv, byte 3: not UTF-8"):
        read_appeals(b"app\xff", "a.csv")


def test_an_empty_file_is_no_appeal_file() -> None:
    with pytest.raises(BadInputError, match="line 1: not the header"):
        read_appeals(b"", "a.csv")


@pytest.mark.parametrize(("old", "new"), [("partly,3", "upheld,3"), ("partly,3", "overturned,"), ("P2", "P9")])
def test_a_ruling_that_contradicts_itself_is_refused(old: str, new: str) -> None:
    content = write_rulings([RULING]).decode().replace(old, new)
    with pytest.raises(BadInputError, match=r"d\.csv, line 2"):
        read_rulings(content.encode(), "d.csv")


def test_the_reference_names_every_column_and_code() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/appeal-files.md").read_text(encoding="utf-8")
    appeals, decisions = page.split("## Decisions")
    for content, part in ((write_appeals([]), appeals), (write_rulings([]), decisions)):
        rows = [line.split("`")[1] for line in part.splitlines() if line.startswith("| `")]
        assert rows[: len(content.decode().split(","))] == content.decode().strip().split(",")
    assert [line.split("`")[1] for line in decisions.splitlines() if line.startswith(("| `P", "| `U"))] == list(Note)
    assert all(f"`{word}`" in page for kind in (Level, Evidence, Result) for word in kind)
