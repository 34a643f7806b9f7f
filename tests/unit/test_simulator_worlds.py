from __future__ import annotations

import itertools
from datetime import date

import pytest

from denialml import ids
from denialml.errors import BadInputError, UsageError
from denialml.simulator.config import SimulationConfig
from denialml.simulator.data import document
from denialml.simulator.market import Market
from denialml.simulator.medicine import Medicine
from denialml.simulator.practice import Practice, Span
from denialml.simulator.schedule import Schedule, holidays
from denialml.simulator.staff import Coder, Seat, Staff, organisation, submitter
from denialml.simulator.worlds import WORLDS, blueprint, claims_of, practices_of
from simulated_world import START, UNTIL, rosters, run


def staff(world: str = "group", index: int = 0) -> Staff:
    return Staff.of(blueprint(world, index), Medicine(), 1)


def test_every_world_makes_its_claims() -> None:
    for world in WORLDS:
        assert len(run(120, world=world).ready) == 120


def test_a_companys_practices_share_no_number() -> None:
    plans = [blueprint("company", index) for index in range(practices_of("company"))]
    parties = [party for plan in plans for party in _parties(plan.index)]
    numbers = [party.npi for party in parties]
    assert len(set(numbers)) == len(numbers)
    assert all(ids.NPI.is_valid(number) for number in numbers)
    taxes = [organisation(plan).tax_id for plan in plans]
    assert len(set(taxes)) == len(plans)
    assert all(ids.TAX_ID.is_valid(tax) for tax in taxes)
    assert len({submitter(plan).identifier for plan in plans}) == len(plans)
    assert len({organisation(plan).name for plan in plans}) == len(plans)
    assert all(ids.TAXONOMY.is_valid(party.taxonomy) for party in parties if party.taxonomy)


def _parties(index: int) -> list[object]:
    plan = blueprint("company", index)
    made = Staff.of(plan, Medicine(), 1)
    return [organisation(plan), *(provider.party for provider in made.providers), *made.referring]


def test_a_companys_practices_differ_in_size_and_specialties_and_stay_themselves() -> None:
    plans = [blueprint("company", index) for index in range(30)]
    assert {len(plan.providers) for plan in plans} == set(range(3, 9))
    mixes = {frozenset(entry["specialty"] for entry in plan.providers) for plan in plans}
    assert len(mixes) > 10
    assert plans[7] == blueprint("company", 7)
    habits = {plan.coders[0][0]["modifier_25"] for plan in plans}
    assert max(habits) > 1.8 * min(habits)


def test_claims_are_shared_out_by_size_without_a_rest() -> None:
    shares = claims_of("company", 30, 1_000_000)
    assert sum(shares) == 1_000_000
    assert max(shares) <= 42_000
    assert min(shares) > 0
    assert claims_of("group", 1, 77) == (77,)


def test_control_numbers_of_two_practices_are_different() -> None:
    first, second = (run(60, world="company", index=index).claims for index in (0, 1))
    assert not {r.claim.control_number for r in first} & {r.claim.control_number for r in second}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"world": "hospital"}, "there is no world 'hospital'"),
        ({"random_share": 1.5}, "random_share is a share between 0 and 1"),
        ({"random_share": -0.1}, "random_share is a share between 0 and 1"),
    ],
)
def test_a_world_that_does_not_exist_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        SimulationConfig(**changes)  # type: ignore[arg-type]


def test_the_only_practice_of_a_clinic_is_number_nought() -> None:
    with pytest.raises(UsageError, match="number 0"):
        blueprint("clinic", 1)


def test_a_company_has_thirty_practices_and_more_where_there_are_more_claims() -> None:
    assert SimulationConfig(world="company").practices == 30
    assert SimulationConfig(claims=2_000_000).practices == 50
    assert {SimulationConfig(world=world).practices for world in ("clinic", "group")} == {1}


def test_the_world_follows_from_the_number_of_claims_unless_it_is_named() -> None:
    assert SimulationConfig().kind == "group"
    assert SimulationConfig(claims=60_001).kind == "company"
    assert SimulationConfig(claims=60_001, world="clinic").kind == "clinic"


def test_an_age_group_that_nobody_insures_is_refused() -> None:
    payers = {"medicare": rosters()["medicare"]}
    with pytest.raises(BadInputError, match="nobody insures the age group child"):
        Market(payers)


PERSON = {
    "lag_median": 3.0,
    "lag_spread": 0.5,
    "late": 0.0,
    "modifier_59": 0.2,
    "side": 0.1,
    "telehealth": 0.1,
    "misses_link": 0.1,
    "cuts_diagnosis": 0.01,
    "misses_update": 0.2,
    "repeats": 0.01,
    "omits_taxonomy": 0.01,
}
SEAT = Seat(
    "coder 1",
    Coder,
    [
        {**PERSON, "name": "A. LEAVER", "from": date(2015, 1, 5), "modifier_25": 0.1},
        {**PERSON, "name": "B. COMER", "from": date(2025, 9, 8), "modifier_25": 0.1},
    ],
)


def test_who_follows_slips_more_at_first_and_learns() -> None:
    before, first, later, last = (
        SEAT.on(day) for day in (date(2025, 9, 7), date(2025, 9, 8), date(2026, 1, 8), date(2029, 1, 8))
    )
    assert (before.name, first.name) == ("A. LEAVER", "B. COMER")
    assert before.modifier_25 == pytest.approx(0.1, abs=1e-4)
    assert first.modifier_25 == pytest.approx(0.2)
    assert later.modifier_25 == pytest.approx(0.15, abs=0.003)
    assert last.modifier_25 == pytest.approx(0.1, abs=0.001)
    assert first.lag_median == 3.0


def test_turnover_is_told_for_seats_that_are_used() -> None:
    changes = staff().turnover()
    assert [change.day for change in changes] == sorted(change.day for change in changes)
    assert {"front desk 2", "coder 3"} <= {change.seat for change in changes}
    assert all(change.leaves != change.comes for change in changes)
    assert "front desk 4" not in {change.seat for change in staff("clinic").turnover()}


def test_seasons_and_leaves_show_in_the_days_of_service() -> None:
    providers = staff().providers
    schedule = Schedule(providers, 30_000, START, UNTIL, 3)
    counts: dict[tuple[str, int], int] = {}
    for number in range(START.toordinal(), date(2026, 6, 1).toordinal()):
        day = date.fromordinal(number)
        for slot in schedule.on(day):
            name = providers[slot.provider].specialty.name
            counts[name, day.month] = counts.get((name, day.month), 0) + 1
    assert counts["family", 1] > 1.2 * counts["family", 7]
    assert counts["orthopaedics", 11] > counts["orthopaedics", 1]
    assert counts["dermatology", 12] < counts["dermatology", 5]


def test_slots_are_ready_after_their_service_and_a_mislaid_one_months_later() -> None:
    providers = staff().providers
    schedule = Schedule(providers, 8_000, START, UNTIL, 3)
    days = [date.fromordinal(n) for n in range(schedule.first_day.toordinal(), UNTIL.toordinal() + 1)]
    lags = [(slot.ready - day).days for day in days for slot in schedule.on(day)]
    assert len(lags) == 8_000
    assert min(lags) >= 0
    assert 0.001 < sum(lag > 69 for lag in lags) / len(lags) < 0.02
    assert 2 <= sorted(lags)[4_000] <= 7
    assert schedule.on(UNTIL.replace(year=2030)) == []


def test_holidays_fall_on_the_days_of_the_calendar() -> None:
    assert {date(2025, 5, 26), date(2025, 9, 1), date(2025, 11, 27), date(2025, 11, 28)} <= set(holidays(2025))
    assert {date(2026, 5, 25), date(2026, 9, 7), date(2026, 11, 26)} <= set(holidays(2026))


def test_every_person_and_season_named_in_the_data_is_there() -> None:
    office, medicine = document("office.yaml"), document("medicine.yaml")
    for world in ("clinic", "group"):
        for entry in document("worlds.yaml")[world]["providers"]:
            assert entry["specialty"] in medicine["specialties"]
            assert entry["desk"] < len(office["front_desk"])
            assert entry["coder"] < len(office["coders"])
    kinds = document("worlds.yaml")["company"]["kinds"]
    assert set(itertools.chain(*(kind["specialties"] for kind in kinds))) == set(medicine["specialties"])
    assert all(each.get("season", "even") in medicine["seasons"] for each in medicine["specialties"].values())


def test_a_panel_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(document("medicine.yaml"), "panel", 20)
    practice = Practice(blueprint("group"), rosters(), Span(START, UNTIL, 900), 2)
    day = practice.first_day
    while day <= UNTIL:
        practice.asks(day)
        practice.serve(day)
        practice.ready(day)
        day = date.fromordinal(day.toordinal() + 1)
    assert max(len(provider.panel) for provider in practice.providers) == 20
