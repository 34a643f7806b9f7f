"""The made-up tables: whole, consistent with one another, and without anybody's texts."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files

import pytest

from denialml.codes import KINDS, ProcedureShape, Tables, procedure_shape
from denialml.codes.madeup import made_up
from denialml.errors import NotFoundError
from denialml.simulator.data import code_updates

ON = date(2025, 6, 1)
MADE = sorted(
    entry.name.removesuffix(".csv") for entry in files("denialml.codes").joinpath("data", "made_up").iterdir()
)


@pytest.fixture(scope="module")
def door() -> Tables:
    return made_up()


@pytest.mark.parametrize("name", MADE)
def test_each_is_a_table_that_is_known_and_read(door: Tables, name: str) -> None:
    assert name in KINDS
    assert door.covers(name, ON)
    assert door.history(name, "ZZZZ") == []


def test_one_can_tell_what_is_not_there(door: Tables) -> None:
    assert not door.covers("npi", ON)
    assert door.npi("1234567893") is None
    with pytest.raises(NotFoundError, match="no code table nonsense"):
        door.covers("nonsense", ON)


def test_answers_of_every_door(door: Tables) -> None:
    assert door.icd10("M5450", ON).billable  # type: ignore[union-attr]
    assert not door.icd10("M545", ON).billable  # type: ignore[union-attr]
    assert door.icd10("M545", date(2021, 9, 30)).billable  # type: ignore[union-attr]
    assert "E10" in door.icd10_notes("E1165", ON).excludes1
    assert door.icd10_limits("O0990", ON).sex == "F"  # type: ignore[union-attr]
    assert door.hcpcs("G0439", ON)
    assert door.modifier("LT", ON)
    assert door.modifier("25", ON)
    assert door.modifier("XE", date(2014, 1, 1)) is None
    assert door.modifier("ZZ", ON) is None
    assert door.ptp("20610", "99213", ON).modifier_indicator == "1"  # type: ignore[union-attr]
    assert "99213" in door.ptp_partners("20610")
    assert door.ptp_partners("not a code") == frozenset()
    assert door.mue("20610", ON).units == 2  # type: ignore[union-attr]
    assert door.addon("17003", ON).primaries == {"17000"}  # type: ignore[union-attr]
    assert door.fee_schedule("27447", "", ON).global_days == "090"  # type: ignore[union-attr]
    assert door.place("21").facility  # type: ignore[union-attr]
    assert door.taxonomy("207Q00000X")
    assert door.revenue("0450").needs_procedure  # type: ignore[union-attr]
    assert door.type_of_bill("111").inpatient  # type: ignore[union-attr]
    assert door.clia_waived("81002", ON).needs_qw is False  # type: ignore[union-attr]
    assert door.telehealth("99213", ON)
    assert door.gpci("0000000", ON).work == 1000  # type: ignore[union-attr]
    assert [each.covered for each in door.coverage("93306", "I2510", ON)] == [True]
    assert [each.covered for each in door.coverage("83036", "Z0000", ON)] == [False]


def test_no_procedure_of_cpt_has_a_text() -> None:
    for name in ("fee_schedule", "mue_practitioner", "ptp_practitioner", "cpt_modifier", "addon"):
        text = files("denialml.codes").joinpath("data", "made_up", f"{name}.csv").read_text(encoding="utf-8")
        assert "description" not in text.splitlines()[0]


def test_every_code_pair_limit_and_addon_is_in_the_fee_schedule(door: Tables) -> None:
    folder = files("denialml.codes").joinpath("data", "made_up")
    for name, columns in (("ptp_practitioner", 2), ("mue_practitioner", 1), ("addon", 1)):
        for line in folder.joinpath(f"{name}.csv").read_text(encoding="utf-8").splitlines()[1:]:
            for code in line.split(",")[:columns]:
                assert procedure_shape(code), code
                assert door.history("fee_schedule", code), code


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("99213", ProcedureShape.CPT),
        ("0001F", ProcedureShape.CPT_PERFORMANCE),
        ("0054T", ProcedureShape.CPT_EMERGING),
        ("0001U", ProcedureShape.CPT_LABORATORY),
        ("0001A", ProcedureShape.CPT_LABORATORY),
        ("G0439", ProcedureShape.HCPCS),
        ("W0001", None),
        ("9921", None),
        ("99213X", None),
        ("", None),
    ],
)
def test_shapes(code: str, shape: ProcedureShape | None) -> None:
    assert procedure_shape(code) is shape


def test_the_code_updates_of_the_simulation_are_in_them(door: Tables) -> None:
    for renewal in code_updates("diagnoses"):
        before, on = renewal.first - timedelta(days=1), renewal.first
        old, new = door.icd10(renewal.old, before), door.icd10(renewal.new, on)
        assert old
        assert old.billable
        assert door.icd10(renewal.new, before) is None
        assert new
        assert new.billable
        assert not door.icd10(renewal.old, on).billable
    for renewal in code_updates("procedures"):
        before, on = renewal.first - timedelta(days=1), renewal.first
        assert door.fee_schedule(renewal.old, "", before)
        assert not door.fee_schedule(renewal.new, "", before)
        assert door.fee_schedule(renewal.new, "", on)
        assert not door.fee_schedule(renewal.old, "", on)
