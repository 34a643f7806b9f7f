from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest

from denialml import codes
from denialml.codes import lookup
from denialml.denials import routes
from denialml.worklist import Action, DenialCandidate, actions, rank_denials, tables
from denialml.worklist.denials import HOURLY_COST_CENTS, choose_action, in_time
from denialml.worklist.tables import OTHER, recoveries

TODAY = date(2026, 6, 30)

CORRECTABLE = DenialCandidate(
    case_id=1,
    claim_id=1,
    control_number="A",
    category="missing_data",
    route="correct_resubmit_7",
    appealable=True,
    expected_allowed_cents=10_000,
    noticed_on=TODAY,
    correct_by=TODAY + timedelta(days=90),
    appeal_by=TODAY + timedelta(days=90),
)


def test_the_value_of_an_hour_is_the_formula_of_the_guide() -> None:
    (work,) = rank_denials([CORRECTABLE], TODAY)
    # 90% of $100 is $90; nine minutes at $50 an hour cost $7.50; $82.50 in nine minutes is $550 an hour.
    assert work.action is Action.CORRECTED_CLAIM
    assert work.expected_recovery_cents == 9_000
    assert work.cost_cents == HOURLY_COST_CENTS * 9 // 60 == 750
    assert work.value_per_hour_cents == 55_000
    assert work.win_probability == pytest.approx(0.9)


def test_the_chance_halves_with_each_half_life() -> None:
    row = recoveries()["missing_data", Action.CORRECTED_CLAIM]
    old = replace(CORRECTABLE, noticed_on=TODAY - timedelta(days=row.half_life_days))
    (work,) = rank_denials([old], TODAY)
    assert work.expected_recovery_cents == 4_500
    assert work.age_days == row.half_life_days


@pytest.mark.parametrize(("days_left", "chance"), [(None, 1.0), (30, 1.0), (5, 1.0), (4, 5 / 6), (0, 1 / 6), (-1, 0.0)])
def test_the_chance_to_arrive_in_time_falls_only_within_the_lead(days_left: int | None, chance: float) -> None:
    assert in_time(days_left, 5) == pytest.approx(chance)


def test_lines_of_one_claim_with_one_action_are_one_piece_of_work() -> None:
    second = replace(CORRECTABLE, case_id=2, expected_allowed_cents=20_000)
    elsewhere = replace(CORRECTABLE, case_id=3, claim_id=2, control_number="B", expected_allowed_cents=30_000)
    first, other = rank_denials([second, elsewhere, CORRECTABLE], TODAY)
    assert [case.case_id for case in first.cases] == [1, 2]
    assert first.expected_allowed_cents == other.expected_allowed_cents == 30_000
    assert first.minutes == other.minutes


def test_after_its_routes_deadline_a_case_goes_the_best_way_still_open() -> None:
    late = replace(CORRECTABLE, correct_by=TODAY - timedelta(days=1))
    (work,) = rank_denials([late], TODAY)
    assert (work.action, work.rerouted, work.days_left) == (Action.APPEAL, True, 90)


def test_a_case_that_may_not_be_appealed_is_not_sent_to_appeal() -> None:
    late = replace(CORRECTABLE, correct_by=TODAY - timedelta(days=1), appealable=False)
    (work,) = rank_denials([late], TODAY)
    assert work.expired


def test_on_the_last_day_a_case_can_still_be_worked_and_the_day_after_it_has_expired() -> None:
    last = replace(CORRECTABLE, correct_by=TODAY, appeal_by=TODAY)
    (work,) = rank_denials([last], TODAY)
    assert not work.expired
    assert work.days_left == 0
    (gone,) = rank_denials([last], TODAY + timedelta(days=1))
    assert gone.expired
    assert (gone.action, gone.days_left, gone.expected_recovery_cents) == (None, -1, 0)


def test_expired_work_comes_after_all_other_by_dollars_lost() -> None:
    past = TODAY - timedelta(days=1)
    small = replace(CORRECTABLE, case_id=2, claim_id=2, control_number="B", correct_by=past, appeal_by=past)
    large = replace(small, case_id=3, claim_id=3, control_number="C", expected_allowed_cents=90_000)
    tiny = replace(CORRECTABLE, expected_allowed_cents=100)
    works = rank_denials([small, large, tiny], TODAY)
    assert [work.control_number for work in works] == ["A", "C", "B"]
    assert [work.rank for work in works] == [1, 2, 3]
    assert not works[0].worth_it


def test_a_route_that_only_writes_off_has_no_work_even_before_its_deadline() -> None:
    (work,) = rank_denials([replace(CORRECTABLE, route="writeoff")], TODAY)
    assert work.expired
    assert work.days_left == 90


def test_of_several_actions_on_a_route_the_more_valuable_is_chosen() -> None:
    necessity = replace(CORRECTABLE, category="medical_necessity", route="appeal_clinical_or_correct_dx")
    # Ten minutes at 30% beat seventy-five at 25%.
    assert choose_action(necessity, TODAY) == (Action.CORRECTED_CLAIM, False)


def test_equal_work_is_ordered_by_deadline_then_by_control_number_whatever_the_input_order() -> None:
    sooner = replace(CORRECTABLE, case_id=2, claim_id=2, control_number="Z", correct_by=TODAY + timedelta(days=30))
    same = replace(CORRECTABLE, case_id=3, claim_id=3, control_number="B")
    no_limit = replace(CORRECTABLE, case_id=4, claim_id=4, control_number="C", correct_by=None)
    orders = {
        tuple(work.control_number for work in rank_denials(order, TODAY))
        for order in permutations([sooner, same, no_limit, CORRECTABLE])
    }
    assert orders == {("Z", "A", "B", "C")}


def test_every_route_and_category_that_a_denial_can_get_is_known_here() -> None:
    rules = [row for rows in codes.reasons().values() for row in rows if row.treatment == codes.Treatment.DENIABLE]
    remarks = [row for rows in lookup._remarks().values() for row in rows]
    assert len(rules) > 100
    routes_of_denials = {row.route for row in [*rules, *remarks]} | {routes._TO_PATIENT, routes._NEVER_PATIENT}
    assert routes_of_denials - set(tables._routes()) == set()
    assert {row.category for row in [*rules, *remarks] if row.category} - set(tables._categories()) == set()


def test_an_unknown_route_is_one_to_look_at() -> None:
    assert tables.actions_of("no_such_route") == (Action.REVIEW,)
    assert tables.family_of("no_such_category") == OTHER
    assert tables.category_label("no_such_category") == "No such category"


def test_every_action_has_facts_and_a_chance_for_denials_of_no_special_family() -> None:
    for action in Action:
        assert actions()[action].label
        row = recoveries()[OTHER, action]
        assert 0 < row.win_early < 1
        assert row.minutes > 0
        assert row.basis


def test_a_chance_that_holds_only_on_its_own_route_is_no_fallback() -> None:
    late = replace(
        CORRECTABLE, category="authorization", route="retro_auth_or_appeal", appeal_by=TODAY - timedelta(days=1)
    )
    assert choose_action(late, TODAY) == (None, True)
    assert choose_action(replace(late, route="correct_resubmit_7"), TODAY) == (Action.CORRECTED_CLAIM, False)
