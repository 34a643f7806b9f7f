"""A payer's own fee schedule from CSV, and contracts as the practice's file tells them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from denialml.contracts import read_schedule
from denialml.errors import BadInputError
from denialml.scrub.practice import read_practice


def test_a_spreadsheet_s_habits_do_not_matter() -> None:
    fees = read_schedule("\ufeffcents, code ,effective\n9250,99213,2026-01-01\n\n , ,\n100,j1100,\n", "a.csv")
    found = fees.fee("99213", "", "", date(2026, 1, 1))
    assert found is not None
    assert found.cents == 9_250
    assert fees.fee("99213", "", "", date(2025, 12, 31)) is None
    assert fees.fee("J1100", "", "", date(1990, 1, 1)) is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the columns are"),
        ("code,price\n99213,1\n", "the columns are"),
        ("code,cents,note\n99213,1,x\n", "the columns are"),
        ("code,cents\n99213,92.50\n", "row 2: cents are a whole number"),
        ("code,cents\n99213,-5\n", "row 2: cents are a whole number"),
        ("code,cents\n99213,1\n9921,1\n", "row 3: a code"),
        ("code,cents,place\n99213,1,office\n", "row 2: a code"),
        ("code,cents,effective\n99213,1,1/1/2026\n", "row 2: days are written"),
        ("code,cents\n99213,1,000\n", "row 2: more cells than columns"),
        ("code,cents,code\n99213,1,99214\n", "each once"),
        ("code,cents,effective,end\n99213,1,2026-05-01,2026-01-01\n", "row 2: the fee ends before it begins"),
        ("code,cents,effective\n99213,1,\n99213,2,2026-01-01\n", "two fees of 99213 hold on the same day"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read_schedule(text, "a.csv")


def contract(pays: str) -> str:
    return f"contracts: {{PAYER1: [{{effective: 2025-01-01, pays: {pays}}}]}}"


def test_terms_stand_in_the_contract() -> None:
    practice = read_practice(
        contract("{medicare_percent: 112.5, locality: '0510200', surgery_percents: [100, 50]}"), "f"
    )
    pays = practice.contract("PAYER1", date(2025, 6, 1)).pays
    assert pays is not None
    assert (pays.medicare_percent, pays.surgery_percents) == (Decimal("112.5"), (100, 50))
    assert (pays.tolerance_cents, pays.tolerance_percent, pays.lesser_of_charge) == (100, 1, True)
    assert practice.contract("PAYER1", date(2024, 6, 1)).pays is None


@pytest.mark.parametrize(
    ("pays", "words"),
    [
        ("{}", "names no price"),
        ("{percent: 3}", "what PAYER1 pays: the fields are"),
        ("{medicare_percent: 100}", "needs a `locality`"),
        ("{charge_percent: -1}", "below zero"),
        ("{charge_percent: 1, multiple_procedures: ['8']}", "are of 1 to 7"),
        ("{schedule: ../../etc/fees}", "without a folder"),
        ("3", "the fields are"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(pays: str, words: str) -> None:
    with pytest.raises(BadInputError, match=words):
        read_practice(contract(pays), "f")
