"""The bound on a desk's dollars is the linear program's optimum, and no schedule passes it."""

from __future__ import annotations

import time
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from denialml.simulator.dice import Dice
from denialml.simulator.schedules import CaseBook, Chance, Schedules, hindsight_cents

MONDAY = date(2026, 3, 2)


@st.composite
def instances(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    days = draw(st.integers(1, 6))
    capacity = draw(st.lists(st.integers(0, 60), min_size=days, max_size=days))
    case = st.tuples(st.integers(0, days - 1), st.integers(0, days - 1), st.integers(1, 40), st.integers(0, 5_000))
    cases = np.array(draw(st.lists(case, min_size=1, max_size=9)), dtype=np.int64)
    return np.sort(cases[:, :2], axis=1), cases[:, 2], cases[:, 3], np.array(capacity, dtype=np.int64)


def linear_program(windows: np.ndarray, minutes: np.ndarray, cents: np.ndarray, capacity: np.ndarray) -> float:
    """Minutes of each case on each day of its window, as an ordinary linear program."""
    pairs = [(case, day) for case, (first, last) in enumerate(windows) for day in range(first, last + 1)]
    by_case = np.array([[case == each for case, _ in pairs] for each in range(len(windows))], dtype=float)
    by_day = np.array([[day == each for _, day in pairs] for each in range(len(capacity))], dtype=float)
    value = [-cents[case] / minutes[case] for case, _ in pairs]
    found = linprog(value, A_ub=np.vstack((by_case, by_day)), b_ub=np.concatenate((minutes, capacity)))
    assert found.success
    return -float(found.fun)


@settings(max_examples=150, deadline=None)
@given(instances())
def test_the_greedy_reaches_the_optimum_of_the_linear_program(
    instance: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
) -> None:
    assert float(hindsight_cents(*instance)) == pytest.approx(linear_program(*instance), rel=1e-7, abs=1e-4)


def book(count: int, *, seed: int = 3, days: int = 390) -> CaseBook:
    dice = Dice(seed, "cases")
    made = CaseBook()
    for _ in range(count):
        told_on = MONDAY + timedelta(days=dice.below(days * 7 // 5))
        cents = 2_000 + dice.below(60_000)
        chances = []
        for minutes, probability in ((8, 0.7), (25, 0.4), (75, 0.5)):
            p, die = probability * dice.uniform(), dice.uniform()
            wins = min(180, int(np.floor(60 * np.log2(p / die)))) if die < p else -1
            chances.append(Chance(p, 60.0, 180, wins, minutes, cents, after_loss=minutes == 75))
        made.add(told_on, chances)
    return made


def workdays(count: int, minutes: int) -> dict[date, int]:
    days = (MONDAY + timedelta(days=n) for n in range(count * 7 // 5))
    return {day: minutes for day in days if day.weekday() < 5}


@pytest.mark.parametrize("minutes", [30, 120, 480, 4_800])
def test_every_schedule_is_below_the_bound_and_the_bound_below_what_can_be_won(minutes: int) -> None:
    found = book(900, days=120).schedules(workdays(120, minutes))
    assert len(found.simple_cents) == 3
    for cents in found.simple_cents.values():
        assert 0 < cents <= found.bound_cents <= found.winnable_cents


def test_knowing_the_probabilities_beats_age_and_dollars_where_minutes_are_short() -> None:
    found = book(900, days=120).schedules(workdays(120, 60)).simple_cents
    assert found["expected dollars a minute"] > found["largest dollars first"]
    assert found["expected dollars a minute"] > found["oldest first"]


def test_a_case_that_wins_for_a_day_and_one_that_can_wait_are_both_won() -> None:
    made = CaseBook()
    made.add(MONDAY, [Chance(0.9, 30.0, 90, 0, 60, 10_000)])
    made.add(MONDAY, [Chance(0.9, 30.0, 90, 1, 60, 20_000)])
    found = made.schedules({MONDAY: 60, MONDAY + timedelta(days=1): 60})
    assert found.bound_cents == 30_000
    assert found.simple_cents["largest dollars first"] == 20_000, "it spends Monday on what could wait"


def test_work_begun_is_finished_on_the_next_day_and_wins_only_if_that_is_in_time() -> None:
    for wins_through, won in ((0, 0), (1, 5_000)):
        made = CaseBook()
        made.add(MONDAY, [Chance(0.9, 30.0, 90, wins_through, 90, 5_000)])
        found = made.schedules({MONDAY: 60, MONDAY + timedelta(days=1): 60})
        assert set(found.simple_cents.values()) == {won}


def test_a_second_level_costs_the_first_too_and_has_its_days_after_that() -> None:
    made = CaseBook()
    lost = Chance(0.2, 30.0, 90, -1, 40, 9_000, lag_days=20)
    made.add(MONDAY, [lost, Chance(0.9, 30.0, 90, 60, 30, 9_000, after_loss=True)])
    assert made.schedules({MONDAY: 35}).bound_cents == 4_500
    for age, won in ((0, 9_000), (90 + 20 + 60, 9_000), (90 + 20 + 61, 0)):
        assert made.schedules({MONDAY + timedelta(days=age): 70}).bound_cents == won


def test_a_desk_without_cases_or_without_days_has_nothing() -> None:
    assert CaseBook().schedules(workdays(5, 60)).bound_cents == 0
    made = CaseBook()
    made.add(MONDAY, [])
    made.add(MONDAY, [Chance(0.9, 30.0, 90, 60, 30, 9_000)])
    found = made.schedules({})
    assert (found.cases, found.winnable, found.bound_cents) == (2, 1, 0)


def test_desks_add_up() -> None:
    one, other = (book(50, seed=seed).schedules(workdays(100, 60)) for seed in (1, 2))
    other.desk_cents = 700
    both = Schedules()
    both.merge(one)
    both.merge(other)
    assert both.bound_cents == one.bound_cents + other.bound_cents
    assert both.cases == 100
    assert both.desk_cents == 700
    assert both.simple_cents == {name: cents + other.simple_cents[name] for name, cents in one.simple_cents.items()}


def test_six_thousand_cases_take_seconds() -> None:
    made = book(6_000)
    started = time.perf_counter()
    made.schedules(workdays(390, 480))
    assert time.perf_counter() - started < 6
