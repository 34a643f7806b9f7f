"""The user's code tables as rules ask for them: by date of service, and a missing table is no missing code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denialml.codes import KINDS, Tables
from denialml.codes.madeup import made_up
from denialml.codes.packed import Packed, Packer
from denialml.codes.rows import (
    AddOnEdit,
    CliaWaived,
    CoverageDiagnosis,
    CoverageProcedure,
    Exclusion,
    FeeRow,
    HcpcsRow,
    IcdLimits,
    IcdNotes,
    IcdRow,
    ModifierRow,
    Mue,
    OptOut,
    OrderRefer,
    Place,
    Provider,
    PtpEdit,
    Revenue,
    Row,
    Taxonomy,
    Telehealth,
)
from denialml.codes.shapes import key_of
from denialml.scrub import RuleSet
from denialml.scrub.catalogue import rules
from denialml.scrub.national import BEHIND, National
from denialml.scrub.tables import TABLES, PairEdit, RevenueRow, UnitLimit
from scrub_world import claim_of, context_of

ON = date(2025, 6, 1)
MEDICARE = {"hospital": False, "medicaid": False}
MEDICAID = {"hospital": False, "medicaid": True}
YEAR = (date(2025, 1, 1), date(2025, 12, 31))


def tables(content: Mapping[str, Mapping[str, Row | list[Row]]]) -> Tables:
    """Tables that speak of the year 2025, release ``R1`` until June and ``R2`` from July."""

    def packed(name: str) -> Packed[Any]:
        packer = Packer()
        for key, rows in content[name].items():
            number = key_of(key)
            assert number is not None
            for row in rows if isinstance(rows, list) else [rows]:
                packer.add(number, row)
        return packer.packed(KINDS[name].row, name)

    releases = ((date(2025, 1, 1), "R1"), (date(2025, 7, 1), "R2"))
    opened = {name: (lambda name=name: packed(name)) for name in content}
    return Tables(opened, dict.fromkeys(content, YEAR), dict.fromkeys(content, releases))


@pytest.fixture(scope="module")
def national() -> National:
    return National(made_up())


def test_every_table_of_the_rules_has_its_own_behind_it() -> None:
    assert set(BEHIND) == set(TABLES)
    assert {each for behind in BEHIND.values() for each in behind} <= set(KINDS)


def test_a_diagnosis_brings_its_notes_and_limits(national: National) -> None:
    row = national.icd10("M1711", ON)
    assert row
    assert (row.billable, row.side) == (True, "right")
    assert national.icd10("N760", ON).sex == "F"  # type: ignore[union-attr]
    assert "E10" in national.icd10("E1165", ON).excludes1  # type: ignore[union-attr]
    assert not national.icd10("M171", ON).billable  # type: ignore[union-attr]
    assert national.icd10("Q9999", ON) is None


def test_medicaid_has_its_own_pairs_and_limits_where_they_are_loaded() -> None:
    both = National(
        tables(
            {
                "ptp_practitioner": {"2061099213": PtpEdit(modifier_indicator="0")},
                "ptp_medicaid_practitioner": {"2061099213": PtpEdit(modifier_indicator="1")},
                "mue_practitioner": {"20610": Mue(units=2, adjudication_indicator=3)},
            }
        )
    )
    assert both.ptp("20610", "99213", ON, **MEDICARE) == PairEdit("20610", "99213", "0")
    assert both.ptp("20610", "99213", ON, **MEDICAID) == PairEdit("20610", "99213", "1")
    assert both.ptp("20610", "99213", date(2024, 6, 1), **MEDICAID) == both.ptp(
        "20610", "99213", date(2024, 6, 1), **MEDICARE
    )
    assert both.mue("20610", ON, **MEDICAID) == UnitLimit("20610", 2, "3")  # Medicare's: Medicaid's is not loaded
    assert both.ptp("20610", "99213", ON, hospital=True, medicaid=True) is None
    assert both.release("ptp_medicaid", ON) == "ptp_medicaid_practitioner R1"
    assert not both.release("mue_medicaid", ON)


def test_a_pair_that_medicaid_does_not_have_is_none_even_where_medicare_has_it() -> None:
    own = National(
        tables(
            {
                "ptp_practitioner": {"2061099213": PtpEdit(modifier_indicator="0")},
                "ptp_medicaid_practitioner": {"1104297597": PtpEdit(modifier_indicator="1")},
            }
        )
    )
    assert own.ptp("20610", "99213", ON, **MEDICARE) is not None
    assert own.ptp("20610", "99213", ON, **MEDICAID) is None


PAIR = "2988120610"  # served on 2025-03-03


@pytest.mark.parametrize(
    ("payer", "loaded", "finds"),
    [
        ("MB", ("ptp_practitioner", "ptp_medicaid_practitioner"), ["S050 ptp_practitioner R1"]),
        ("MC", ("ptp_practitioner", "ptp_medicaid_practitioner"), ["S051 ptp_medicaid_practitioner R1"]),
        ("MC", ("ptp_practitioner",), ["S050 ptp_practitioner R1"]),
        ("MC", ("ptp_medicaid_practitioner",), ["S051 ptp_medicaid_practitioner R1"]),
        ("MB", ("ptp_medicaid_practitioner",), []),
    ],
)
def test_rules_on_pairs_ask_the_payers_programme(payer: str, loaded: tuple[str, ...], finds: list[str]) -> None:
    edits = {
        "ptp_practitioner": PtpEdit(modifier_indicator="0"),
        "ptp_medicaid_practitioner": PtpEdit(modifier_indicator="1"),
    }
    own = National(tables({name: {PAIR: edits[name]} for name in loaded}))
    case = {"lines": ["29881", "20610"], "set": {"coverage.filing_indicator": payer}}
    report = RuleSet([rule for rule in rules() if rule.id in {"S050", "S051"}]).run(
        claim_of(case), replace(context_of(case, {}), tables=own)
    )
    assert [f"{each.code} {each.table}" for each in report.findings] == finds


def test_pairs_limits_and_fees(national: National) -> None:
    assert national.ptp("20610", "99213", ON, **MEDICARE) == PairEdit("20610", "99213", "1")
    assert national.ptp("99213", "20610", ON, **MEDICARE) is None
    assert national.mue("20610", ON, **MEDICARE) == UnitLimit("20610", 2, "3")
    assert national.addon("17003", ON).primaries == {"17000"}  # type: ignore[union-attr]
    fee = national.fee_schedule("27447", "", ON)
    assert fee
    # 17.28 + 18.43 + 2.70 units at 33.00 dollars
    assert (fee.global_days, fee.co_surgeons, fee.expected_cents) == ("090", "1", 126_753)
    assert national.fee_schedule("70450", "26", ON).component == "1"  # type: ignore[union-attr]
    assert national.revenue("0450", ON) == RevenueRow("0450", needs_procedure=True)
    assert national.drug("00000000000", ON) is None


def test_the_day_of_service_decides() -> None:
    national = National(made_up())
    assert national.procedure("96127", date(2025, 12, 31))
    assert national.procedure("96127", date(2026, 1, 1)) is None
    assert national.procedure("96126", date(2026, 1, 1))


def test_a_missing_table_is_no_missing_code() -> None:
    """With HCPCS alone every CPT code passes, and after the last release nothing is judged at all."""
    national = National(tables({"hcpcs": {"G0439": HcpcsRow()}}))
    assert national.procedure("G0438", ON) is None
    assert national.procedure("G0439", ON)
    assert national.procedure("99999", ON)
    assert national.procedure("G0438", date(2026, 1, 1))
    assert national.modifier("ZZ", ON)
    assert National(made_up()).modifier("ZZ", ON) is False
    assert national.release("procedure", ON) == "hcpcs R1"
    assert national.release("procedure", date(2025, 7, 1)) == "hcpcs R2"
    assert national.release("procedure", date(2026, 1, 1)) == ""
    assert national.release("drug", ON) == ""


def test_who_may_order_is_known_where_the_list_is() -> None:
    person = Provider(person=True, name="QUILL", effective=date(2010, 1, 1), end=date(2025, 3, 31))
    known = National(tables({"npi": {"1234567893": person}}))
    row = known.provider("1234567893", ON)
    assert row
    assert (row.deactivated_on, row.may_order, row.registered) == (date(2025, 4, 1), None, True)
    assert known.provider("1245319599", ON) is None
    listed = National(
        tables({"order_refer": {"1234567893": OrderRefer(part_b=True)}, "opt_out": {"1245319599": OptOut()}})
    )
    assert listed.provider("1234567893", ON).may_order is True  # type: ignore[union-attr]
    stranger = listed.provider("1245319599", ON)
    assert stranger
    assert (stranger.may_order, stranger.opted_out, stranger.registered) == (False, True, False)


CODES = ("99213", "G0439", "E11", "E119", "25", "11", "1234567893")
WITHIN = st.integers(-2, 14).map(lambda months: YEAR[0] + timedelta(days=30 * months))
ROWS: Mapping[str, Row] = {
    "icd10": IcdRow(billable=True, description=""),
    "icd10_notes": IcdNotes(excludes1=("E10",)),
    "icd10_limits": IcdLimits(sex="F"),
    "hcpcs": HcpcsRow(),
    "fee_schedule": FeeRow(status="A", work=100, conversion_factor=330_000),
    "mue_practitioner": Mue(units=2, adjudication_indicator=3),
    "mue_hospital": Mue(units=4, adjudication_indicator=1),
    "mue_medicaid_practitioner": Mue(units=3, adjudication_indicator=1),
    "mue_medicaid_hospital": Mue(units=5, adjudication_indicator=1),
    "addon": AddOnEdit(kind=1, primary="99213"),
    "modifier": ModifierRow(),
    "cpt_modifier": ModifierRow(),
    "place": Place(name="OFFICE"),
    "taxonomy": Taxonomy(grouping="", classification=""),
    "npi": Provider(person=True, name="QUILL"),
    "order_refer": OrderRefer(part_b=True),
    "opt_out": OptOut(),
    "exclusion": Exclusion(basis="1128a1", name="QUILL"),
    "clia_waived": CliaWaived(),
    "telehealth": Telehealth(),
    "revenue": Revenue(),
    "coverage_procedure": CoverageProcedure(article="00001"),
}


@st.composite
def comings_and_goings(draw: st.DrawFn, table: str) -> dict[str, dict[str, Row | list[Row]]]:
    """A table whose rows come and go, alone or beside all others, whose rows stand."""
    others = ROWS.keys() - {table} if draw(st.booleans()) else set()
    content: dict[str, dict[str, Row | list[Row]]] = {name: dict.fromkeys(CODES, ROWS[name]) for name in others}
    spans = st.lists(st.tuples(WITHIN, st.none() | WITHIN), max_size=2)
    content[table] = {
        code: [msgspec.structs.replace(ROWS[table], effective=first, end=last) for first, last in draw(spans)]
        for code in (*CODES, *(["9921326"] if table == "fee_schedule" else []))
    }
    return content


def said(national: National, code: str, on: date) -> list[object]:
    """All that is remembered of a code."""
    asked = (
        *(national.icd10, national.procedure, national.addon, national.modifier, national.place, national.taxonomy),
        *(national.provider, national.excluded, national.clia, national.telehealth, national.revenue),
    )
    return [
        *(ask(code, on) for ask in asked),
        *(national.mue(code, on, hospital=h, medicaid=m) for h, m in product((True, False), repeat=2)),
        *(national.fee_schedule(code, modifier, on) for modifier in ("", "26")),
        national.coverage(code, (), on),
    ]


@pytest.mark.parametrize("table", ROWS)
@given(st.data(), st.lists(WITHIN, min_size=2, max_size=4))
def test_what_is_remembered_of_a_code_is_what_the_tables_say_on_the_day(
    table: str, data: st.DataObject, days: list[date]
) -> None:
    given_tables = tables(data.draw(comings_and_goings(table)))
    national = National(given_tables)
    for code, on in product(CODES, days):
        assert said(national, code, on) == said(National(given_tables), code, on), (code, on)


def test_coverage_is_asked_of_the_practices_contractor() -> None:
    articles: list[Row] = [
        CoverageProcedure(article="00001", contractors=("05102",)),
        CoverageProcedure(article="00002", contractors=("10112",)),
        CoverageProcedure(article="00003", contractors=("05102",)),
    ]
    diagnoses = {"00001I10": True, "00001E119": False, "00002E119": True, "00003Z000": False}
    content: dict[str, dict[str, Row | list[Row]]] = {
        "coverage_procedure": {"93306": articles},
        "coverage_diagnosis": {key: CoverageDiagnosis(covered=covered) for key, covered in diagnoses.items()},
    }
    every = National(tables(content)).coverage("93306", ("I10", "E119", "R05"), ON)
    assert [(each.policy, each.covered, each.refused, each.lists_covered) for each in every] == [
        ("00001", {"I10"}, {"E119"}, True),
        ("00002", {"E119"}, set(), True),
        ("00003", set(), set(), False),
    ]
    ours = National(tables(content), {"05102"})
    assert [each.policy for each in ours.coverage("93306", ("R05",), ON)] == ["00001", "00003"]
    assert not ours.coverage("99213", ("I10",), ON)
