"""Rows in a terminal: a table while no word has to break, else each value with its name; never anything as markup."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from rich.console import Console

from denialml.cli.queue_screens import show_exceptions
from denialml.cli.screens import cell, print_rows
from denialml.service.exceptions import ExceptionReport, ExceptionRow

ROWS = [
    {"item": 2, "kind": "provider_adjustment_unclassified", "amount_cents": -19064, "message": "a word, and others"},
    {"item": 11, "kind": "overpayment", "amount_cents": 8871, "message": "takes $219.00 more off [/b] :smile:"},
]
WORDS = {"provider_adjustment_unclassified", "-$190.64", "others", "$219.00", "[/b]", ":smile:"}


def printed(rows: list[dict[str, object]], width: int) -> str:
    out = Console(width=width, file=StringIO(), markup=False, emoji=False)
    print_rows(rows, out)
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 80, 120, 160])
def test_no_word_is_broken_at_any_width(width: int) -> None:
    text = printed(ROWS, width)
    assert set(text.split()) >= WORDS
    assert max(map(len, text.splitlines())) <= width


def test_rows_stand_in_a_table_where_it_fits_and_else_with_names() -> None:
    wide, narrow = printed(ROWS, 100), printed(ROWS, 50)
    assert wide.count("kind") == 1
    assert narrow.count("kind") == len(ROWS)
    assert narrow.splitlines()[0].rstrip() == "item: 2   kind: provider_adjustment_unclassified"
    assert narrow.splitlines()[1].rstrip() == "    amount: -$190.64   message: a word, and others"
    assert printed([], 80) == ""


def test_moments_are_told_to_the_minute() -> None:
    assert cell("closed_at", datetime(2026, 6, 1, 8, 5, 59, tzinfo=UTC)) == "2026-06-01 08:05"
    assert cell("through", date(2026, 6, 1)) == "2026-06-01"


@pytest.mark.parametrize("width", [80, 120, 160])
def test_exceptions_stand_one_below_the_other(width: int) -> None:
    row = ExceptionRow(
        6, "provider_adjustment_unclassified", 54, -19064, "KEYSTONE EMPLOYERS ASSURANCE", "00000700181", "kim [/b]",
        "a provider adjustment with reason CS must be classified by a person", "20260507-keystone.835", ("book",),
    )  # fmt: skip
    out = Console(width=width, file=StringIO(), markup=False, emoji=False)
    show_exceptions(ExceptionReport(1, -19064, {row.kind: 1}, (row,)), out)
    assert isinstance(out.file, StringIO)
    text = out.file.getvalue()
    for line in ("from KEYSTONE EMPLOYERS ASSURANCE, 20260507-keystone.835", f"why {row.message}", "owner kim [/b]"):
        assert any(each.strip() == line for each in text.splitlines())
    assert "item 6" in text
    assert "provider adjustment unclassified" in text
