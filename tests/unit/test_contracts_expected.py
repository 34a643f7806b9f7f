"""What a contract comes to: worked examples of CMS, in numbers, and each kind of price and modifier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contract_cases import LOCALITY, ON, agreement, fee_row, medicare, service, tables
from denialml.codes import Tables
from denialml.codes.rows import Gpci
from denialml.contracts import Agreement, Service, Variance, compared, expected, read_schedule

SCHEDULE = read_schedule(
    "code,modifier,place,cents,effective,end\n"
    "99213,,,9250,,2025-12-31\n99213,,,9500,2026-01-01,\n"
    "70450,,,20000,,\n70450,26,,6000,,\n70450,TC,,14000,,\n"
    "45385,,facility,30000,,\n45385,,nonfacility,50000,,\n",
    "fees.csv",
)
NO_TABLES = Tables({}, {}, {})


def allowed(lines: Sequence[Service], contract: Agreement, door: Tables) -> list[int | None]:
    """Expected cents of each line beside the others."""
    numbered = [service(s.code, *s.modifiers, units=str(s.units), number=n) for n, s in enumerate(lines, 1)]
    return [
        expected(each, [other for other in numbered if other is not each], contract, door).cents for each in numbered
    ]


def reason(line: Service, contract: Agreement | None, door: Tables = NO_TABLES, beside: Sequence[Service] = ()) -> str:
    found = expected(line, beside, contract, door)
    assert found.cents is None
    assert found.steps == ()
    return found.reason


# Worked examples of CMS


def test_endoscopies_of_one_family_as_in_the_manual() -> None:
    """Medicare Claims Processing Manual, chapter 12, 40.6: $374.56, and $285.98 less the base's $255.40."""
    door = medicare(
        c45378=fee_row(work="255.40", multiple="2"),
        c45380=fee_row(work="285.98", multiple="3", endoscopic_base="45378"),
        c45385=fee_row(work="374.56", multiple="3", endoscopic_base="45378"),
    )
    assert allowed([service("45380"), service("45385")], agreement(), door) == [3_058, 37_456]


def test_the_base_of_a_family_adds_nothing_beside_its_members() -> None:
    """The base has no family of its own in Medicare's file (45378 in 2024: indicator 2, no base)."""
    door = medicare(
        c45378=fee_row(work="255.40", multiple="2"),
        c45385=fee_row(work="374.56", multiple="3", endoscopic_base="45378"),
    )
    assert allowed([service("45378"), service("45385")], agreement(), door) == [0, 37_456]


def test_two_families_of_endoscopies_rank_as_two_procedures() -> None:
    door = medicare(
        c45378=fee_row(work="255.40", multiple="3", endoscopic_base="45378"),
        c45380=fee_row(work="285.98", multiple="3", endoscopic_base="45378"),
        c45385=fee_row(work="374.56", multiple="3", endoscopic_base="45378"),
        c43239=fee_row(work="300.00", multiple="3", endoscopic_base="43235"),
    )
    lines = [service("45380"), service("45385"), service("43239")]
    assert allowed(lines, agreement(), door) == [3_058, 37_456, 15_000]


IMAGING = medicare(
    c70001=fee_row(work="544", multiple="4", imaging_family="88", pctc="1"),
    c70001_26=fee_row(work="68", multiple="4", imaging_family="88", pctc="1"),
    c70001_TC=fee_row(practice="476", multiple="4", imaging_family="88", pctc="1"),
    c70002=fee_row(work="442", multiple="4", imaging_family="88", pctc="1"),
    c70002_26=fee_row(work="102", multiple="4", imaging_family="88", pctc="1"),
    c70002_TC=fee_row(practice="340", multiple="4", imaging_family="88", pctc="1"),
)


@pytest.mark.parametrize(("modifiers", "total"), [(("26",), 16_660), (("TC",), 64_600), ((), 81_260)])
def test_imaging_as_in_the_change_request(modifiers: tuple[str, ...], total: int) -> None:
    """CMS CR 9647: professional 68 and 102, technical 476 and 340 dollars; the lesser ones at 95 and 50 per cent."""
    lines = [service("70001", *modifiers), service("70002", *modifiers)]
    assert sum(filter(None, allowed(lines, agreement(), IMAGING))) == total


def test_heart_tests_as_in_the_change_request() -> None:
    """CMS CR 7848: technical 427 and 148 dollars, professional 77 and 65; the lesser technical one at 75 per cent."""
    door = medicare(
        c78452=fee_row(work="504", multiple="6"), c78452_26=fee_row(work="77", multiple="6"),
        c78452_TC=fee_row(work="427", multiple="6"), c93306=fee_row(work="213", multiple="6"),
        c93306_26=fee_row(work="65", multiple="6"), c93306_TC=fee_row(work="148", multiple="6"),
    )  # fmt: skip
    assert allowed([service("78452"), service("93306")], agreement(), door) == [50_400, 17_600]
    assert allowed([service("78452", "26"), service("93306", "26")], agreement(), door) == [7_700, 6_500]


def test_therapy_as_in_the_change_request() -> None:
    """CMS CR 8206: two units of 7 + 10 + 1 dollars and one of 11 + 8 + 1; one unit's practice expense stays whole."""
    door = medicare(
        c97110=fee_row(work="7", practice="10", malpractice=100, multiple="5"),
        c97112=fee_row(work="11", practice="8", malpractice=100, multiple="5"),
    )
    assert allowed([service("97110", units=2), service("97112")], agreement(), door) == [3_100, 1_600]


def test_surgery_in_order_of_fees_whatever_the_order_of_lines() -> None:
    door = medicare(
        c11001=fee_row(work="100", multiple="2"),
        c11002=fee_row(work="1000", multiple="2"),
        c11003=fee_row(work="400", multiple="2"),
        c99213=fee_row(work="90", multiple="0"),
    )
    lines = [service("11001", "51"), service("11002"), service("11003"), service("99213", "25")]
    assert allowed(lines, agreement(), door) == [5_000, 100_000, 20_000, 9_000]
    quarter = agreement(surgery_percents=(Decimal(100), Decimal(50), Decimal(25)))
    assert allowed(lines, quarter, door) == [2_500, 100_000, 20_000, 9_000]
    assert allowed(lines, agreement(multiple_procedures=frozenset()), door) == [10_000, 100_000, 40_000, 9_000]


def test_a_sixth_procedure_is_priced_by_hand() -> None:
    door = medicare(c11001=fee_row(work="100", multiple="2"))
    assert allowed([service("11001", units=5)], agreement(), door) == [30_000]
    assert "priced by hand" in reason(service("11001", units=6), agreement(), door)


def test_both_sides_count_before_the_ranking() -> None:
    """Manual, chapter 12, 40.7: the bilateral amount first, then the multiple procedure rule."""
    door = medicare(c11001=fee_row(work="100", multiple="2", bilateral="1"), c11002=fee_row(work="120", multiple="2"))
    assert allowed([service("11001", "50"), service("11002")], agreement(), door) == [15_000, 6_000]


# Medicare's values


def test_medicare_by_place_index_and_percent() -> None:
    """1.30, 1.33 or 0.56 and 0.10 units at $32.7442: $89.39 in the office; 2024's national figures for 99213."""
    row = fee_row(work="1.30", practice="1.33", facility="0.56", malpractice=10, conversion_factor=327_442)
    door = medicare(c99213=row)
    assert expected(service("99213"), (), agreement(), door).cents == 8_939
    assert expected(service("99213", place="22"), (), agreement(), door).cents == 6_418
    dearer = medicare(Gpci(work=1050, practice=1200, malpractice=600), c99213=row)
    assert expected(service("99213"), (), agreement(), dearer).cents == 9_892
    own = agreement(medicare_percent=Decimal("112.5"))
    assert expected(service("99213"), (), own, door).cents == 10_056
    at_factor = agreement(medicare_percent=Decimal(100), conversion_factor=Decimal("52.00"))
    assert expected(service("99213"), (), at_factor, door).cents == 14_196


def test_the_steps_name_their_sources() -> None:
    door = medicare(c29881=fee_row(work="100", multiple="2", bilateral="1"))
    contract = agreement(medicare_percent=Decimal(110))
    found = expected(service("29881", "50", charge=9_000), (), contract, door)
    assert [step.words for step in found.steps] == [
        "29881: 110% of Medicare's $100.00 is $110.00 a unit",
        "modifier 50: 150%",
        "no more than the charge: $90.00",
    ]
    assert found.steps[0].source == f"fee_schedule R1, gpci R1 {LOCALITY}, conversion factor 1.0000"
    assert "40.7" in found.steps[1].source
    assert found.steps[2].source == f"contract {contract.version}"


def test_a_frozen_year_of_medicare_is_asked_for_its_own_day() -> None:
    door = medicare(c99213=fee_row(work="90"))
    late = service("99213", served_on=date(2027, 5, 1))
    assert "is not loaded" in reason(late, agreement(), door)
    assert expected(late, (), agreement(medicare_percent=Decimal(100), medicare_as_of=ON), door).cents == 9_000


# A schedule of its own, cases, charges


def test_the_schedule_is_that_of_day_place_and_component() -> None:
    contract = agreement(SCHEDULE, multiple_procedures=frozenset())
    assert expected(service("99213", "25", units=2), (), contract, NO_TABLES).cents == 19_000
    assert expected(service("99213", served_on=date(2025, 12, 31)), (), contract, NO_TABLES).cents == 9_250
    assert expected(service("70450", "26"), (), contract, NO_TABLES).cents == 6_000
    door = medicare()
    assert expected(service("45385"), (), contract, door).cents == 50_000
    assert expected(service("45385", place="22"), (), contract, door).cents == 30_000
    assert "place of service 99" in reason(service("45385", place="99"), contract, door)


def test_prices_are_tried_in_order() -> None:
    contract = agreement(SCHEDULE, case_rates_cents={"59400": 300_000}, charge_percent=Decimal(40))
    assert expected(service("59400", "22", units=3), (), contract, NO_TABLES).cents == 300_000
    assert expected(service("99213"), (), contract, NO_TABLES).cents == 9_500
    assert expected(service("12345", charge=10_000), (), contract, NO_TABLES).cents == 4_000
    assert "no price for the code" in reason(service("12345"), agreement(SCHEDULE))


def test_only_a_lesser_of_clause_caps_at_the_charge() -> None:
    assert expected(service("99213", charge=8_000), (), agreement(SCHEDULE), NO_TABLES).cents == 8_000
    free = agreement(SCHEDULE, lesser_of_charge=False)
    assert expected(service("99213", charge=8_000), (), free, NO_TABLES).cents == 9_500


def test_some_providers_are_paid_less() -> None:
    contract = agreement(SCHEDULE, provider_percents={"1234567893": Decimal(85)})
    assert expected(service("99213", provider="1234567893"), (), contract, NO_TABLES).cents == 8_075


# Modifiers


@pytest.mark.parametrize(
    ("modifier", "indicators", "cents"),
    [
        ("50", {"bilateral": "0"}, 10_000), ("50", {"bilateral": "1"}, 15_000), ("50", {"bilateral": "2"}, 10_000),
        ("50", {"bilateral": "3"}, 20_000), ("50", {"bilateral": "9"}, None),
        ("62", {"co_surgeon": "1"}, 6_250), ("62", {"co_surgeon": "2"}, 6_250), ("62", {"co_surgeon": "0"}, None),
        ("80", {"assistant": "2"}, 1_600), ("82", {"assistant": "2"}, 1_600), ("AS", {"assistant": "2"}, 1_360),
        ("80", {"assistant": "1"}, None), ("80", {"assistant": "0"}, None),
        ("54", {"preoperative": 10, "intraoperative": 70}, 8_000), ("55", {"postoperative": 20}, 2_000),
        ("56", {"preoperative": 10}, 1_000), ("78", {"intraoperative": 70}, 7_000), ("55", {}, None),
        ("CQ", {}, 8_500), ("RT", {}, 10_000), ("25", {}, 10_000),
        ("22", {}, None), ("52", {}, None), ("53", {}, None), ("66", {}, None), ("26", {}, None), ("U7", {}, None),
    ],
)  # fmt: skip
def test_what_modifiers_do(modifier: str, indicators: dict[str, Any], cents: int | None) -> None:
    door = medicare(c27447=fee_row(work="100", **indicators))
    assert expected(service("27447", modifier), (), agreement(), door).cents == cents


def test_a_contract_says_what_a_modifier_does() -> None:
    contract = agreement(SCHEDULE, modifier_percents={"52": Decimal(50), "U7": Decimal("82.5")})
    assert expected(service("99213", "52"), (), contract, NO_TABLES).cents == 4_750
    assert expected(service("99213", "52", "U7"), (), contract, NO_TABLES).cents == 3_919


# What cannot be told


def test_what_is_missing_is_named() -> None:
    row = fee_row(work="100", multiple="2", practice="5", facility="3", facility_never=True)
    door = medicare(c29881=row, c99199=fee_row(work="0", status="C"), c12345=fee_row(work="10", status="N"))
    assert "no contract" in reason(service("29881"), None)
    assert "not loaded" in reason(service("29881"), agreement())
    assert "(gpci)" in reason(service("29881"), agreement(medicare_percent=Decimal(100), locality="0110101"), door)
    assert "(NA)" in reason(service("29881", place="22"), agreement(), door)
    assert "no price for the code" in reason(service("99199"), agreement(), door)
    assert "no price for the code" in reason(service("12345"), agreement(), door)
    assert "no units" in reason(service("29881", units=0), agreement(), door)
    assert "units are ranked" in reason(service("29881", units="1.5"), agreement(), door)
    assert "indicators are needed" in reason(service("99213", units=2), agreement(SCHEDULE), beside=[service("70450")])


def test_reductions_that_a_schedule_of_fees_cannot_tell() -> None:
    door = tables({"fee_schedule": {"97110": fee_row(work="1", multiple="5")}})
    schedule = read_schedule("code,cents\n97110,3000\n", "t.csv")
    assert "practice expense" in reason(service("97110", units=2), agreement(schedule), door)
    surgical_only = agreement(schedule, multiple_procedures=frozenset("23"))
    assert expected(service("97110", units=2), (), surgical_only, door).cents == 6_000


def test_another_day_and_a_case_rate_take_no_part() -> None:
    door = medicare(c11001=fee_row(work="100", multiple="2"), c11002=fee_row(work="1000", multiple="2"))
    later = service("11002", served_on=date(2026, 3, 3), number=2)
    assert expected(service("11001"), [later], agreement(), door).cents == 10_000
    by_case = agreement(medicare_percent=Decimal(100), case_rates_cents={"11002": 50_000})
    assert expected(service("11001"), [service("11002", number=2)], by_case, door).cents == 10_000


@pytest.mark.parametrize(
    ("allowed_cents", "verdict"),
    [(10_000, Variance.EQUAL), (9_900, Variance.EQUAL), (9_899, Variance.UNDER), (10_101, Variance.OVER)],
)
def test_within_a_dollar_or_a_per_cent_is_equal(allowed_cents: int, verdict: Variance) -> None:
    assert compared(10_000, allowed_cents, agreement().terms) is verdict
    assert compared(500, 400, agreement().terms) is Variance.EQUAL
    assert compared(100_000, 99_000, agreement().terms) is Variance.EQUAL


def test_a_version_is_of_all_that_prices() -> None:
    other = read_schedule("code,cents\n99213,9251\n", "fees.csv")
    versions = {
        agreement(SCHEDULE).version,
        agreement(other).version,
        agreement(SCHEDULE, lesser_of_charge=False).version,
    }
    assert len(versions) == 3
    assert agreement(SCHEDULE).version == agreement(SCHEDULE).version
    assert all(version.startswith("PAYER1 from 2025-01-01 #") for version in versions)


def test_values_that_a_rule_needs_and_does_not_find() -> None:
    indicator_one = medicare(c11001=fee_row(work="100", multiple="1"))
    assert "indicator 1 is priced by hand" in reason(service("11001", units=2), agreement(), indicator_one)
    imaging = {"multiple": "4", "imaging_family": "88"}
    no_parts = medicare(c70001=fee_row(work="100", **imaging), c70002=fee_row(work="90", **imaging))
    beside = [service("70002", number=2)]
    assert "technical component of 70001" in reason(service("70001"), agreement(), no_parts, beside)
    early = service("70001", served_on=date(2016, 5, 1))
    same_day = [service("70002", served_on=early.served_on, number=2)]
    assert "before 2017-01-01 is not known" in reason(early, agreement(), no_parts, same_day)
    no_base = medicare(c45385=fee_row(work="100", multiple="3", endoscopic_base="45378"))
    assert "base 45378 of an endoscopic family" in reason(service("45385", units=2), agreement(), no_base)
    no_factor = medicare(c99213=fee_row(work="100", conversion_factor=0))
    assert "no conversion factor" in reason(service("99213"), agreement(), no_factor)
    one_place = agreement(read_schedule("code,place,cents\n99213,facility,5000\n", "f.csv"))
    assert "no fee of 99213 for a nonfacility place" in reason(service("99213"), one_place, medicare())


def test_imaging_of_another_family_is_not_reduced() -> None:
    door = medicare(c70001=fee_row(work="100", multiple="4", imaging_family="99"))
    assert expected(service("70001", units=2), (), agreement(), door).cents == 20_000
