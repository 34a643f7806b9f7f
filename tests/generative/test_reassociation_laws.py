"""Laws of matching over made-up money: sums tie, each half is used once, and no order of anything matters."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from denialml.ledger import (
    Announcement,
    Deposit,
    DepositState,
    RemittanceState,
    deposit_transaction,
    reassociate,
    unmatch_transaction,
)

EXAMPLES = settings(max_examples=300, deadline=None, derandomize=True, database=None)
MONDAY = date(2026, 2, 2)

# Few values of each, so that amounts, days, payers and trace numbers collide all the time.
DAYS = st.integers(0, 9).map(lambda days: MONDAY + timedelta(days=days))
CENTS = st.sampled_from([100, 100, 200, 300, 400, 500, -100, -200])
TRACES = st.sampled_from(["", "", "T1", "T2", "T3"])
COMPANIES = st.sampled_from(["1", "2", ""])


@st.composite
def deposits(draw: st.DrawFn) -> list[Deposit]:
    barred = st.sampled_from([False] * 9 + [True])
    return [
        Deposit(f"d{n}", draw(DAYS), draw(CENTS), draw(TRACES), draw(COMPANIES), barred=draw(barred))
        for n in range(draw(st.integers(0, 6)))
    ]


@st.composite
def announcements(draw: st.DrawFn) -> list[Announcement]:
    found = []
    for n in range(draw(st.integers(0, 7))):
        cents = draw(st.one_of(CENTS, st.just(0)))
        booked = draw(st.sampled_from([cents] * 9 + [0]))
        method = draw(st.sampled_from(["ACH"] * 6 + ["CHK", "NON"]))
        found.append(Announcement(f"r{n}", cents, booked, draw(DAYS), draw(TRACES), draw(COMPANIES), method=method))
    return found


@EXAMPLES
@given(deposits(), announcements())
def test_a_match_ties_to_the_cent_and_uses_each_half_once(money: list[Deposit], told: list[Announcement]) -> None:
    decided = reassociate(money, told)
    by_key = {each.key: each for each in told}
    amounts = {each.key: each.cents for each in money}
    for key, match in decided.matches.items():
        assert sum(by_key[each].booked_cents for each in match.remittances) == amounts[key]
        assert all(by_key[each].method != "CHK" for each in match.remittances)
    uses = Counter(each for match in decided.matches.values() for each in match.remittances)
    assert all(count == 1 for count in uses.values())
    assert decided.deposits.keys() == amounts.keys()
    assert decided.remittances.keys() == by_key.keys()
    assert {key for key, state in decided.deposits.items() if state is DepositState.MATCHED} == decided.matches.keys()
    assert {key for key, state in decided.remittances.items() if state is RemittanceState.MATCHED} == uses.keys()
    returned = [amounts[key] for key, state in decided.deposits.items() if state is DepositState.RETURNED]
    assert sum(returned) == 0


@EXAMPLES
@given(deposits(), announcements(), st.data())
def test_no_order_of_anything_matters(money: list[Deposit], told: list[Announcement], data: st.DataObject) -> None:
    usual = reassociate(money, told)
    assert usual == reassociate(data.draw(st.permutations(money)), data.draw(st.permutations(told)))


@EXAMPLES
@given(deposits(), announcements())
def test_a_deposit_without_trace_number_goes_by_no_coin(money: list[Deposit], told: list[Announcement]) -> None:
    """Were there another remittance just like the one it was matched with, it would wait."""
    decided = reassociate(money, told)
    by_key = {each.key: each for each in told}
    for key, match in decided.matches.items():
        if match.rule != "trace":
            twin = by_key[match.remittances[0]]
            twin = Announcement("twin", twin.cents, twin.booked_cents, twin.paid_on, "", twin.originator, method="ACH")
            assert key not in reassociate(money, [*told, twin]).matches


@EXAMPLES
@given(st.integers(-1000, 1000), st.text(max_size=5))
def test_undoing_mirrors_to_nothing(cents: int, key: str) -> None:
    made = deposit_transaction(key, cents, MONDAY)
    undone = unmatch_transaction(made, MONDAY)
    total: Counter[str] = Counter()
    for entry in (*made.entries, *undone.entries):
        total[entry.account] += entry.amount_cents
    assert not any(total.values())
    assert undone.reverses_key == made.key
