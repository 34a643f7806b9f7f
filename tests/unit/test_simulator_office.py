from __future__ import annotations

from datetime import date, timedelta

import pytest

from reviewed_payer import STAFF, habits, team

MONDAY = date(2025, 3, 3)


def test_nobody_works_at_weekends_and_on_holidays() -> None:
    office = team()
    assert office.present(MONDAY)
    assert office.present(MONDAY + timedelta(days=5)) == office.present(MONDAY + timedelta(days=6)) == []
    assert office.present(date(2025, 7, 4)) == []
    assert office.minutes_on(date(2025, 7, 4)) == 0


def test_everybody_has_three_weeks_off_a_year() -> None:
    office = team()
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(364)]
    weeks = {day.isocalendar().week for day in days if day.weekday() == 2}
    here = [
        {day.isocalendar().week for day in days if any(who.name == name for who in office.present(day))}
        for name in ("denials-1", "denials-3")
    ]
    assert [len(weeks - present) for present in here] == [3, 3]
    assert here[0] != here[1]


def test_one_goes_and_one_comes() -> None:
    office = team()
    names = {who.name for day in range(60) for who in office.present(date(2025, 6, 2) + timedelta(days=day))}
    assert names == {"denials-1", "denials-2", "denials-3"}
    assert [who.name for who in office.gone(date(2025, 9, 13))] == ["denials-2"]
    assert office.gone(date(2025, 9, 12)) == []
    assert office.changes() == [(date(2025, 9, 12), "denials-2", "leaves"), (date(2025, 10, 20), "denials-4", "joins")]


def test_newcomers_learn_and_get_faster() -> None:
    office = team()
    newcomer = next(who for who in office.present(date(2025, 11, 24)) if who.name == "denials-4")
    skills = [office.skill(newcomer, "coding", newcomer.first + timedelta(days=days)) for days in (0, 90, 2_000)]
    assert skills == sorted(skills)
    assert skills[0] == pytest.approx(0.86 * STAFF["learning"]["start"])
    assert skills[-1] == pytest.approx(0.86, abs=0.001)
    assert office.pace(skills[0]) > office.pace(skills[-1]) >= office.pace(1.0) == 1.0


def test_minutes_grow_with_the_practice_and_differ_between_practices() -> None:
    day = MONDAY
    assert team(200).minutes_on(day) == pytest.approx(2 * team(100).minutes_on(day))
    level = [team(100, seed).minutes(team().present(day)[0]) for seed in range(200)]
    assert min(level) < 0.75 * sorted(level)[100] < 1.25 * sorted(level)[100] < max(level)


def test_the_rule_is_that_of_the_day() -> None:
    rules = habits()
    assert rules.rule(date.min) is rules.rule(date(2025, 6, 30))
    assert rules.rule(date(2025, 6, 30)).order == "dollars"
    assert rules.rule(date(2025, 7, 1)).order == "oldest"
    assert rules.rule(date(2026, 1, 1)).order == "skill"
    assert rules.changes() == [
        (date(2025, 7, 1), "oldest first", "oldest"),
        (date(2025, 12, 1), "skill first", "skill"),
    ]


def test_a_reason_that_nobody_knows_is_other() -> None:
    assert habits().category("50").name == "necessity"
    assert habits().category("P99").name == "other"


def test_every_category_has_minutes_and_weights_for_known_actions_and_everybody_a_skill_in_it() -> None:
    actions = {"corrected", "reconsideration", "appeal", "with_records", "second"}
    for name, category in STAFF["categories"].items():
        assert set(STAFF["minutes"][name]) == actions
        assert set(category["acts"]) <= (actions - {"second"}) | {"none"}
        assert all(0 < person["skill"][name] < 1 for person in STAFF["specialists"])
    reasons = [reason for category in STAFF["categories"].values() for reason in category["reasons"]]
    assert len(reasons) == len(set(reasons))
