"""What people write, as values."""

from __future__ import annotations

from datetime import date

import pytest

from denialml.claims import Adjustment, Procedure
from denialml.eob import values
from denialml.money import cents_as_written


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("125.40", 12540),
        ("$1,234.50", 123450),
        ("-5", -500),
        ("(5.00)", -500),
        ("5.00-", -500),
        (".07", 7),
        ("$-2.5", -250),
    ],
)
def test_amounts_as_people_write_them(text: str, cents: int) -> None:
    assert cents_as_written(text) == cents


@pytest.mark.parametrize("text", ["", "-", "12.345", "1,23", "--5", "-5-", "twelve", "$", "1 2", "(-)"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="amount of money"):
        cents_as_written(text)


@pytest.mark.parametrize(
    "text", ["2026-01-05", "01/05/2026", "1/5/26", "010526", "01052026", "Jan 5, 2026", "January  5, 2026"]
)
def test_days_as_people_write_them(text: str) -> None:
    assert values.day(text) == date(2026, 1, 5)


@pytest.mark.parametrize("text", ["0105", "13/01/2026", "2026-02-30", "10526", ""])
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(ValueError, match="no day"):
        values.day(text)


def test_adjustments_in_one_text() -> None:
    assert values.adjustments("CO-45-1,014.60, PR-3-10;OA-A1--5.00") == (
        Adjustment("CO", "45", 101460),
        Adjustment("PR", "3", 1000),
        Adjustment("OA", "A1", -500),
    )
    with pytest.raises(ValueError, match="group-reason-amount"):
        values.adjustments("CO-45")


def test_procedures_with_modifiers() -> None:
    assert values.procedure("99213-25 59") == Procedure("99213", ("25", "59"))
    assert values.procedure("j3420") == Procedure("J3420")
    for text in ("9921", "99213-255", "office"):
        with pytest.raises(ValueError, match="procedure"):
            values.procedure(text)


def test_remark_codes() -> None:
    assert values.remarks("MA130, n115 M1") == ("MA130", "N115", "M1")
    with pytest.raises(ValueError, match="remark code"):
        values.remarks("MA130 see below")
