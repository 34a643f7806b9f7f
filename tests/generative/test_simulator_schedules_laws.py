"""Laws of the bound: nobody passes it, and more minutes or more cases never lower it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from denialml.simulator.schedules import CaseBook, Chance, Schedules

MONDAY = date(2026, 3, 2)


@st.composite
def chances(draw: st.DrawFn) -> Chance:
    window = draw(st.integers(0, 12))
    probability = draw(st.floats(0, 1))
    wins_through = draw(st.integers(-1, window)) if probability else -1
    return Chance(
        probability,
        half_life_days=draw(st.floats(1, 50)),
        window_days=window,
        wins_through=wins_through,
        minutes=draw(st.integers(1, 50)),
        cents=draw(st.integers(0, 9_000)),
        lag_days=draw(st.integers(0, 5)),
        after_loss=draw(st.booleans()),
    )


cases = st.lists(st.tuples(st.integers(0, 9), st.lists(chances(), max_size=3)), max_size=12)
capacities = st.dictionaries(st.integers(0, 14), st.integers(0, 60), max_size=10)


def schedules(of: list[tuple[int, list[Chance]]], minutes: dict[int, int]) -> Schedules:
    book = CaseBook()
    for day, each in of:
        book.add(MONDAY + timedelta(days=day), each)
    return book.schedules({MONDAY + timedelta(days=day): each for day, each in minutes.items()})


@settings(deadline=None, max_examples=300)
@given(cases, capacities)
def test_no_schedule_passes_the_bound(of: list[tuple[int, list[Chance]]], minutes: dict[int, int]) -> None:
    found = schedules(of, minutes)
    assert all(0 <= cents <= found.bound_cents for cents in found.simple_cents.values())
    assert found.bound_cents <= found.winnable_cents


@settings(deadline=None)
@given(cases, capacities, st.integers(0, 14), st.integers(1, 60))
def test_more_minutes_and_more_cases_never_lower_the_bound(
    of: list[tuple[int, list[Chance]]], minutes: dict[int, int], day: int, more: int
) -> None:
    bound = schedules(of, minutes).bound_cents
    assert schedules(of, minutes | {day: minutes.get(day, 0) + more}).bound_cents >= bound
    assert schedules(of[1:], minutes).bound_cents <= bound
