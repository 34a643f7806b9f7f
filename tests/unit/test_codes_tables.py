"""The code tables: complete, dated, sourced, and what the books do with a code under each group."""

from __future__ import annotations

import csv
from datetime import date
from importlib.resources import files

import pytest

from denialml import codes
from denialml.codes import Treatment
from denialml.ledger import Account

DAY = date(2026, 1, 31)
TABLES = ("carc_routes.csv", "rarc_routes.csv", "plb.csv", "deadlines.csv", "payer_kinds.csv")

CONTRACTUAL = [
    "45",
    "44",
    "59",
    "89",
    "90",
    "91",
    "94",
    "103",
    "118",
    "130",
    "131",
    "132",
    "134",
    "137",
    "144",
    "161",
    "223",
    "237",
    "246",
    "B10",
]
WITHHELD = ["104", "105", "245"]
PATIENT = ["1", "2", "3", "66", "142", "178", "201", "247", "248", "275"]
INFORMATION = ["23", "101", "143", "187", "209", "B11"]
REFUSED = [
    "4",
    "11",
    "16",
    "18",
    "22",
    "24",
    "27",
    "29",
    "50",
    "96",
    "97",
    "109",
    "197",
    "204",
    "234",
    "252",
    "254",
    "270",
    "A1",
    "B7",
    "B13",
]


@pytest.mark.parametrize("name", TABLES)
def test_each_row_names_its_source_and_day(name: str) -> None:
    rows = list(csv.DictReader(files("denialml.codes").joinpath("data", name).open(encoding="utf-8")))
    assert len(rows) >= 10
    for row in rows:
        assert row["source"]
        date.fromisoformat(row["effective"])


@pytest.mark.parametrize("name", TABLES)
def test_no_two_rows_say_the_same_from_the_same_day(name: str) -> None:
    rows = list(csv.DictReader(files("denialml.codes").joinpath("data", name).open(encoding="utf-8")))
    key = {"deadlines.csv": ("payer_kind", "step"), "payer_kinds.csv": ("filing_indicator",)}.get(name, ("code",))
    keys = [(*(row[part] for part in key), row["effective"]) for row in rows]
    assert len(set(keys)) == len(keys)


def test_every_reason_has_a_treatment_the_books_know() -> None:
    for rows in codes.reasons().values():
        for row in rows:
            assert Treatment(row.treatment) not in {Treatment.UNKNOWN, Treatment.UNCLASSIFIED}
            assert row.route
            assert row.category


def test_every_provider_adjustment_has_an_account() -> None:
    rows = csv.DictReader(files("denialml.codes").joinpath("data", "plb.csv").open(encoding="utf-8"))
    listed = [row["code"] for row in rows]
    assert len(listed) == 41
    for code in listed:
        rule = codes.provider_adjustment(code, DAY)
        assert rule is not None
        Account(rule.account)


@pytest.mark.parametrize(
    ("group", "reasons", "expected"),
    [
        ("CO", CONTRACTUAL, Treatment.CONTRACTUAL),
        ("CO", WITHHELD, Treatment.WITHHOLD),
        ("CO", ["253"], Treatment.SEQUESTRATION),
        ("CO", REFUSED, Treatment.DENIABLE),
        ("PR", REFUSED, Treatment.DENIABLE),
        ("PI", REFUSED, Treatment.DENIABLE),
        ("OA", INFORMATION, Treatment.INFORMATION),
        ("OA", ["133", "257"], Treatment.PENDING),
        ("CO", ["133"], Treatment.PENDING),
        ("PR", PATIENT, Treatment.PATIENT),
        ("CO", ["1", "2", "3"], Treatment.CONTRACTUAL),  # under CO nothing is the patient's
        ("PR", ["45", "100"], Treatment.PATIENT),
        ("PR", ["253"], Treatment.UNCLASSIFIED),  # the federal cut may never be billed to a patient
        ("PI", ["45", "253", "2"], Treatment.UNCLASSIFIED),  # no contract to write off by
        ("OA", ["1"], Treatment.UNCLASSIFIED),
        ("CR", ["45", "50"], Treatment.UNCLASSIFIED),
        ("XX", ["45"], Treatment.UNKNOWN),
        ("CO", ["045", "", "4 5", "ABC"], Treatment.UNKNOWN),
        ("CO", ["299", "P30"], Treatment.DENIABLE),  # in nobody's table yet, or a refusal: no money moves
    ],
)
def test_treatment_is_of_group_and_reason(group: str, reasons: list[str], expected: Treatment) -> None:
    wrong = [r for r in reasons if codes.treatment(group, r, DAY) is not expected]
    assert not wrong


def test_a_row_counts_from_its_day() -> None:
    assert codes.reason("45", date(2009, 12, 31)) is None
    assert codes.deadline("medicare_advantage", "appeal", date(2024, 12, 31)).count == 60  # type: ignore[union-attr]
    assert codes.deadline("medicare_advantage", "appeal", date(2025, 1, 1)).count == 65  # type: ignore[union-attr]


def test_unknown_codes_have_no_row() -> None:
    assert codes.remark("N999", DAY) is None
    assert codes.provider_adjustment("ZZ", DAY) is None
    assert codes.payer_kind("ZZ", DAY) is None
    assert codes.deadline("commercial", "no such step", DAY) is None
