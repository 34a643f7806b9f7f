"""Laws of denials worked: outcomes fade with age, nobody overspends minutes, files come back as written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from denialml.simulator.actions import Denial
from denialml.simulator.appeals import (
    Appeal,
    Evidence,
    Level,
    Note,
    Result,
    Ruling,
    read_appeals,
    read_rulings,
    write_appeals,
    write_rulings,
)
from denialml.simulator.decisions import Family
from denialml.simulator.denialdesk import DenialDesk, Work
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.outcomes import decayed, last_winning_age
from reviewed_payer import SmallPayer, always, denied, habits, needs_modifier, outcomes, team, terms

LAWS = settings(derandomize=True, max_examples=100, deadline=None)
MONDAY = date(2025, 6, 2)
CHANCE = st.floats(0, 1, exclude_max=True)
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
WORD = st.text("ABCMN0123456789", min_size=1, max_size=5)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))
LINES = st.lists(st.integers(1, 50), min_size=1, max_size=6).map(tuple)


@LAWS
@given(CHANCE, st.floats(1, 2_000), st.integers(0, 400), CHANCE)
def test_the_last_winning_age_is_where_the_naive_rule_ends(p: float, half_life: float, window: int, die: float) -> None:
    naive = [age for age in range(window + 1) if die < decayed(p, half_life, age)]
    assert naive == list(range(len(naive)))
    assert last_winning_age(p, half_life, window, die) == (naive[-1] if naive else -1)


@LAWS
@given(st.integers(0, 10_000), st.integers(0, 500), st.sampled_from(sorted(Family)), st.booleans())
def test_what_is_won_at_an_age_is_won_at_every_earlier_one(
    seed: int, serial: int, family: Family, documented: bool
) -> None:
    payer = SmallPayer("p", needs_modifier(probability=0.7), always("no", family, "50", 0.5), seed=seed)
    edits = (Edit(EditKind.MODIFIER, 1, "25"), Edit(EditKind.RECORDS))
    for denial in denied(payer, serial, 100, 300, edits=edits, documented=documented):
        made = outcomes(payer, seed=seed).of(denial)
        assert made == outcomes(payer, seed=seed).of(denial)
        for outcome in made:
            won = [outcome.wins(age) for age in range(400)]
            assert won == sorted(won, reverse=True)
            chances = [outcome.probability(age) for age in range(400)]
            assert chances == sorted(chances, reverse=True)
            assert won == [outcome.die < chance for chance in chances]
            assert 0 <= outcome.die < 1
            assert 0 <= outcome.cents <= denial.cents
        reconsideration, appeal, with_records = made[1:4]
        if documented:
            assert reconsideration.wins_through <= with_records.wins_through or reconsideration.window_days < 1
            assert appeal.wins_through <= with_records.wins_through


def histories() -> st.SearchStrategy[list[tuple[int, int, str]]]:
    """Denials as (day, dollars, reason)."""
    reasons = st.sampled_from(["16", "18", "27", "29", "50", "97", "197", "252", "X1"])
    return st.lists(st.tuples(st.integers(0, 40), st.integers(1, 2_000), reasons), max_size=40)


def worked(
    history: list[tuple[int, int, str]], minutes: float, random_share: float, seed: int
) -> tuple[DenialDesk, list[Work], list[Denial]]:
    payers = {reason: SmallPayer(f"p{reason}", always("no", Family.DATA, reason)) for _, _, reason in history}
    desk = DenialDesk(habits(), team(minutes, seed), terms(*payers.values()), seed, random_share)
    works, told = [], []
    for number in range(60):
        day = MONDAY + timedelta(days=number)
        for serial, (on, dollars, reason) in enumerate(history):
            if on == number:
                edits = (Edit(EditKind.MODIFIER, 1, "25"),) if serial % 3 else ()
                denials = denied(payers[reason], serial, dollars, edits=edits, told_on=day)
                desk.take(denials[0].control_number, denials, day)
                told += denials
        works += desk.work(day)
    return desk, works, told


@LAWS
@given(histories(), st.floats(1, 300), st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 100))
def test_nobody_spends_minutes_that_they_do_not_have(
    history: list[tuple[int, int, str]], minutes: float, random_share: float, seed: int
) -> None:
    _, works, _ = worked(history, minutes, random_share, seed)
    office = team(minutes, seed)
    given_so_far = spent = 0.0
    for number in range(60):
        day = MONDAY + timedelta(days=number)
        given_so_far += office.minutes_on(day)
        today = [work for work in works if work.day == day]
        spent += sum(work.minutes for work in today)
        assert spent <= given_so_far + 1e-6
        assert not today or office.present(day)
        assert {work.choice.person for work in today} <= {person.name for person in office.present(day)}


@LAWS
@given(histories(), st.floats(1, 300), st.sampled_from([0.0, 0.3]), st.integers(0, 100))
def test_every_denial_waits_is_worked_or_is_left_and_none_twice(
    history: list[tuple[int, int, str]], minutes: float, random_share: float, seed: int
) -> None:
    desk, works, told = worked(history, minutes, random_share, seed)
    numbers = [work.denial.number for work in works]
    assert len(numbers) == len(set(numbers))
    left = [choice for choice in desk.choices if choice.action == "none"]
    on_tables = len(told) - len(works) - len(left) - desk.waiting
    assert 0 <= on_tables <= 4  # a table each, and the piece drawn at random
    assert all(0 < choice.propensity <= 1 for choice in desk.choices)
    assert all((work.correction is None) is (work.appeal is not None) for work in works)
    again, _, _ = worked(history, minutes, random_share, seed)
    assert again.choices == desk.choices


APPEALS = st.builds(
    Appeal,
    number=CELL,
    level=st.sampled_from(Level),
    payer_claim_number=CELL,
    control_number=CELL,
    lines=LINES,
    reason=CELL,
    remarks=st.lists(WORD, max_size=3).map(tuple),
    evidence=st.lists(st.sampled_from(Evidence), max_size=3).map(tuple),
    amount_cents=st.integers(0, 10**9),
    told_on=DAYS,
    filed_on=DAYS,
)
RULINGS = st.builds(Ruling, CELL, CELL, st.sampled_from(Result), LINES, st.sampled_from(Note), DAYS).map(
    lambda ruling: replace(ruling, lines=()) if ruling.result is Result.UPHELD else ruling
)


@LAWS
@given(st.lists(APPEALS, max_size=5))
def test_appeals_come_back_as_written(appeals: list[Appeal]) -> None:
    assert read_appeals(write_appeals(appeals), "a.csv") == appeals


@LAWS
@given(st.lists(RULINGS, max_size=5))
def test_rulings_come_back_as_written(rulings: list[Ruling]) -> None:
    assert read_rulings(write_rulings(rulings), "d.csv") == rulings
