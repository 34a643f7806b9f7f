"""Laws of checks from paper: what is written is read back, and what is found to balance does balance in the books."""

from __future__ import annotations

import string
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from denialml import eob
from denialml.eob import CLAIM, HEAD, LINE, Cell, Place, Sheet, SheetClaim, Word
from denialml.eob.files import sheet_of
from denialml.errors import BadInputError, Severity
from denialml.ledger import Known
from posting_cases import balances
from posting_cases import plan as posted_plan

TEXT = st.text(string.ascii_letters + string.digits + " -:#'\"$,.{}[]&*!|>%@é漢", min_size=1, max_size=12).map(
    str.strip
)
PLACES = st.builds(
    Place,
    st.integers(1, 9),
    st.tuples(*[st.integers(0, 800).map(float)] * 4),
    st.integers(0, 100).map(lambda per_cent: per_cent / 100),
)
CELLS = st.one_of(
    st.builds(Cell, TEXT.filter(bool)),
    st.builds(Cell, TEXT.filter(bool), st.just(""), PLACES, TEXT),
)


def fields(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Cell]]:
    return st.dictionaries(st.sampled_from(names), CELLS)


SHEETS = st.builds(
    Sheet,
    fields(HEAD),
    st.lists(st.builds(SheetClaim, fields(CLAIM), st.lists(fields(LINE), max_size=3).map(tuple)), max_size=3).map(
        tuple
    ),
)


def said(sheet: Sheet) -> list[dict[str, tuple[str, Place | None, str]]]:
    every = [sheet.head]
    for claim in sheet.claims:
        every += [claim.fields, *claim.lines]
    return [{name: (cell.text, cell.place, cell.doubt) for name, cell in each.items()} for each in every]


@given(SHEETS)
def test_a_sheet_written_is_read_back(sheet: Sheet) -> None:
    assert said(sheet_of(eob.entry_text(sheet), "yaml")) == said(sheet)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.sampled_from(["yaml", "csv"]))
def test_anything_is_read_or_refused(content: bytes, kind: str) -> None:
    try:
        sheet = sheet_of(content, kind)
    except BadInputError:
        return
    found = eob.entered(sheet, date(2026, 2, 3))
    assert (found.remittance is None) == any(each.severity is Severity.ERROR for each in found.findings)
    assert said(sheet_of(eob.entry_text(sheet), "yaml")) == said(sheet)


PIECES = st.sampled_from(
    [
        "Billed", "Paid", "Procedure", "Codes", "Discount", "Copay", "Not", "covered", "Claim", "number:", "totals",
        "Check", "amount", "Date", "99213", "J3420", "12.50", "0.00", "(3.00)", "CO-45", "CO", "PR-3-x", "CO97:1.00",
        "45", "N130", "01/05/2026", "A1234", "|", "$", "-", "Feb", "9,", "2026",
    ]
)  # fmt: skip
WORDS = st.builds(
    lambda text, column, row, confidence: Word(
        text, (40.0 * column, 12.0 * row, 40.0 * column + 5 * len(text), 12.0 * row + 9), confidence
    ),
    PIECES,
    st.integers(0, 12),
    st.integers(0, 8),
    st.sampled_from([1.0, 0.9, 0.1]),
)


@given(st.lists(WORDS, max_size=60))
def test_whatever_stands_on_a_page_becomes_a_draft_that_can_be_written(words: list[Word]) -> None:
    sheet = eob.draft([eob.Page(1, 612, 792, tuple(words))])
    assert said(sheet_of(eob.entry_text(sheet), "yaml")) == said(sheet)


def money(cents: int) -> Cell:
    return Cell(f"{cents / 100:.2f}")


@given(
    st.lists(st.tuples(*[st.integers(0, 100_000)] * 3), min_size=1, max_size=4),
    st.sampled_from(["check", "claim", "line"]),
    st.integers(-1, 1),
)
def test_only_what_balances_becomes_a_remittance(lines: list[tuple[int, int, int]], level: str, off: int) -> None:
    """A cent off at any level is found; without it the books take everything that was typed."""
    made = [
        {
            "code": Cell("99213"),
            "charge": money(paid + contract + share),
            "paid": money(paid + (off if level == "line" and n == 0 else 0)),
            "adjustments": Cell(f"CO-45-{contract / 100:.2f} PR-2-{share / 100:.2f}"),
        }
        for n, (paid, contract, share) in enumerate(lines)
    ]
    total = sum(paid for paid, _, _ in lines)
    claim = {
        "claim": Cell("A1"),
        "charge": money(sum(map(sum, lines))),
        "paid": money(total + (off if level == "claim" else 0)),
    }
    head = {
        "payer": Cell("P"),
        "check": Cell("7"),
        "date": Cell("2026-01-30"),
        "amount": money(total + (off if level == "check" else 0)),
    }
    found = eob.entered(Sheet(head, (SheetClaim(claim, tuple(made)),)), date(2026, 2, 3))
    negative = total + off < 0
    assert (found.remittance is None) == bool(off) or negative
    if found.remittance:
        plan = posted_plan(found.remittance, Known())
        assert not plan.quarantined
        assert sum(balances(plan).values()) == 0
        assert plan.claims[0].payment.paid_cents == total
