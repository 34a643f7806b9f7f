"""Which deposit pays which remittance: beyond doubt or not at all, whatever the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from denialml.ledger import (
    Announcement,
    Deposit,
    DepositState,
    Match,
    MatchRule,
    Reassociation,
    RemittanceState,
    business_days,
    reassociate,
)

MONDAY = date(2026, 2, 2)
COMPANY = "1123456789"


def deposit(key: str, cents: int = 100, trace: str = "", **changes: Any) -> Deposit:
    return replace(Deposit(key, MONDAY, cents, trace, COMPANY, "PRAIRIE HEALTH"), **changes)


def remittance(key: str, cents: int = 100, trace: str = "", **changes: Any) -> Announcement:
    plain = Announcement(key, cents, cents, MONDAY, trace or f"T{key}", COMPANY, "PRAIRIE HEALTH", "ACH")
    return replace(plain, **changes)


def found(deposits: Sequence[Deposit], remittances: Sequence[Announcement], *by_person: Match) -> Reassociation:
    """The decision, the same in either order."""
    decided = reassociate(deposits, remittances, by_person)
    assert decided == reassociate(deposits[::-1], remittances[::-1], by_person)
    return decided


def matches(decided: Reassociation) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {key: (match.rule.value, match.remittances) for key, match in decided.matches.items()}


def test_a_trace_number_decides() -> None:
    decided = found([deposit("d", trace="T2")], [remittance("1"), remittance("2"), remittance("3")])
    assert matches(decided) == {"d": ("trace", ("2",))}
    assert decided.remittances["1"] is RemittanceState.NO_DEPOSIT


@pytest.mark.parametrize(("change", "state"), [
    ({"cents": 99, "booked_cents": 99}, DepositState.AMOUNT_DIFFERS),
    ({"booked_cents": 99}, DepositState.NOT_IN_BOOKS),
    ({"booked_cents": 0}, DepositState.NOT_IN_BOOKS),
    ({"method": "CHK"}, DepositState.BY_PERSON),
    ({"originator": "1999999999"}, DepositState.NO_REMITTANCE),
    ({"trace": "OTHER"}, DepositState.NO_REMITTANCE),
    ({"paid_on": MONDAY - timedelta(days=400)}, DepositState.NO_REMITTANCE),
    ({"cents": 0, "booked_cents": 0, "method": "NON"}, DepositState.NO_REMITTANCE),
])  # fmt: skip
def test_why_a_named_deposit_waits(change: dict[str, Any], state: DepositState) -> None:
    decided = found([deposit("d", trace="T1")], [remittance("1", **change)])
    assert not decided.matches
    assert decided.deposits == {"d": state}


def test_a_different_amount_is_told_on_both_sides_and_never_settled() -> None:
    decided = found([deposit("d", 99, "T1")], [remittance("1"), remittance("2", 99)])
    assert not decided.matches  # though remittance 2 is of that amount, payer and day
    assert decided.remittances == {"1": RemittanceState.AMOUNT_DIFFERS, "2": RemittanceState.NO_DEPOSIT}


def test_a_late_deposit_that_names_its_remittance_is_its_own() -> None:
    assert found([deposit("d", trace="T1", settled_on=MONDAY + timedelta(days=20))], [remittance("1")]).matches


def test_a_trace_number_used_again_means_the_nearer_payment() -> None:
    later = remittance("2", trace="T1", paid_on=MONDAY + timedelta(days=30))
    decided = found(
        [deposit("d", trace="T1"), deposit("e", trace="T1", settled_on=MONDAY + timedelta(days=30))],
        [remittance("1"), later],
    )
    assert {key: match.remittances for key, match in decided.matches.items()} == {"d": ("1",), "e": ("2",)}


def test_the_second_deposit_for_a_remittance_waits() -> None:
    decided = found([deposit("d", trace="T1"), deposit("e", trace="T1", settled_on=MONDAY + timedelta(days=1))],
                    [remittance("1")])  # fmt: skip
    assert decided.deposits == {"d": DepositState.MATCHED, "e": DepositState.ALREADY_PAID}


def test_one_deposit_for_all_remittances_of_its_trace_number() -> None:
    decided = found([deposit("d", 300, "T")], [remittance("1", 100, "T"), remittance("2", 200, "T")])
    assert matches(decided) == {"d": ("trace", ("1", "2"))}


@pytest.mark.parametrize("change", [
    {"originator": "", "payer": "PRAIRIE HEAL"},  # a name as far as there was room
    {"payer": ""},  # the company's number alone
    {"originator": "", "payer": "", "description": "ACH CREDIT PRAIRIE HEALTH HCCLAIMPMT"},
    {"originator": "", "payer": "", "description": f"HCCLAIMPMT {COMPANY}"},
    {"settled_on": MONDAY + timedelta(days=3)},
    {"settled_on": MONDAY - timedelta(days=5)},  # the Wednesday before
])  # fmt: skip
def test_without_a_trace_number_amount_payer_and_day_decide(change: dict[str, Any]) -> None:
    decided = found([deposit("d", **change)], [remittance("1"), remittance("2", 200)])
    assert matches(decided) == {"d": ("amount", ("1",))}


@pytest.mark.parametrize("change", [
    {"originator": "1999999999", "payer": "OTHER HEALTH"},
    {"originator": "", "payer": ""},
    {"settled_on": MONDAY + timedelta(days=4)},
    {"cents": 101},
    {"barred": True},
])  # fmt: skip
def test_what_is_not_the_same_payer_amount_and_time_waits(change: dict[str, Any]) -> None:
    assert not found([deposit("d", **change)], [remittance("1")]).matches


def test_a_trace_number_of_two_payers_is_no_answer_without_its_originator() -> None:
    both = [remittance("1", trace="T"), remittance("2", trace="T", originator="1999999999")]
    assert found([deposit("d", trace="T", originator="")], both).deposits == {"d": DepositState.AMBIGUOUS}
    assert matches(found([deposit("d", trace="T")], both)) == {"d": ("trace", ("1",))}


def test_a_short_name_in_a_text_tells_nothing() -> None:
    line = deposit("d", originator="", payer="", description="ALL THE HMOS OF THE CITY")
    assert not found([line], [remittance("1", payer="HMO", originator="")]).matches
    named = deposit("d", originator="", payer="hmo")
    assert found([named], [remittance("1", payer="HMO", originator="")]).matches


def test_two_of_an_amount_are_no_answer_until_one_is_named() -> None:
    both = [remittance("1"), remittance("2")]
    assert found([deposit("d")], both).deposits == {"d": DepositState.AMBIGUOUS}
    assert found([deposit("d"), deposit("e")], both).deposits["e"] is DepositState.AMBIGUOUS
    decided = found([deposit("d"), deposit("e", trace="T2")], both)
    assert matches(decided) == {"e": ("trace", ("2",)), "d": ("amount", ("1",))}


def test_a_sum_decides_only_when_it_is_the_only_one() -> None:
    three = [remittance("1", 100), remittance("2", 200), remittance("3", 400)]
    assert matches(found([deposit("d", 500)], three)) == {"d": ("sum", ("1", "3"))}
    twice = [*three, remittance("4", 100)]
    assert not found([deposit("d", 500)], twice).matches
    crossed = found([deposit("d", 500), deposit("e", 300)], three)
    assert set(crossed.deposits.values()) == {DepositState.AMBIGUOUS}


def test_what_was_taken_back_pays_nothing() -> None:
    taken = deposit("r", -100, "T1", settled_on=MONDAY + timedelta(days=2))
    decided = found([deposit("d", trace="T1"), taken], [remittance("1")])
    assert decided.deposits == {"d": DepositState.RETURNED, "r": DepositState.RETURNED}
    assert decided.remittances == {"1": RemittanceState.NO_DEPOSIT}
    again = found([deposit("d", trace="T1"), taken, deposit("e", trace="T1", settled_on=MONDAY + timedelta(days=5))],
                  [remittance("1")])  # fmt: skip
    assert matches(again) == {"e": ("trace", ("1",))}
    by_reference = found([deposit("d", reference="B1"), deposit("r", -100, returns="B1")], [remittance("1")])
    assert set(by_reference.deposits.values()) == {DepositState.RETURNED}


def test_a_remittance_that_takes_money_is_paid_by_a_debit() -> None:
    decided = found([deposit("d", 100, "T1"), deposit("e", -100, "T2")], [remittance("1"), remittance("2", -100)])
    assert {key: match.remittances for key, match in decided.matches.items()} == {"d": ("1",), "e": ("2",)}


def test_what_a_person_matched_stands_and_frees_the_rest() -> None:
    mine = Match("d", ("1",), MatchRule.PERSON)
    decided = found([deposit("d"), deposit("e")], [remittance("1"), remittance("2")], mine)
    assert matches(decided) == {"d": ("person", ("1",)), "e": ("amount", ("2",))}


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 2, 2), date(2026, 2, 6), 4),
        (date(2026, 2, 6), date(2026, 2, 9), 1),
        (date(2026, 2, 7), date(2026, 2, 9), 1),
        (date(2026, 2, 6), date(2026, 2, 8), 0),
        (date(2026, 2, 9), date(2026, 2, 6), -1),
        (date(2026, 2, 2), date(2026, 2, 16), 10),
    ],
)
def test_business_days(first: date, last: date, days: int) -> None:
    assert business_days(first, last) == days
