from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from denialml.errors import BadInputError
from denialml.simulator.actions import Action, Denial
from denialml.simulator.appeals import Note, Result, Ruling, write_rulings
from denialml.simulator.decisions import Family
from denialml.simulator.denialdesk import DenialDesk, Work
from denialml.simulator.edits import Edit, EditKind
from reviewed_payer import STAFF, SmallPayer, SmallRule, always, claim, denied, habits, team, terms

MONDAY = date(2025, 3, 24)
ALONE = [STAFF["specialists"][0] | {"share": 1.0}]
ALWAYS_ACT = {
    name: category | {"acts": {action: weight for action, weight in category["acts"].items() if action != "none"}}
    for name, category in STAFF["categories"].items()
}
DOLLARS = [{"name": "dollars first", "from": date(2000, 1, 1), "order": "dollars", "smallest": 40}]


def denier(family: Family = Family.NECESSITY, reason: str = "50") -> SmallPayer:
    return SmallPayer("p", always("no", family, reason))


def desk(
    *payers: SmallPayer, minutes: float = 10_000, random_share: float = 0.0, seed: int = 1, **changes: Any
) -> DenialDesk:
    """A desk with one person and that many minutes a day who leaves nothing after a look, unless told otherwise."""
    workday = {"closed": [], "vacation_weeks": 0}
    changes = {"specialists": ALONE, "rules": DOLLARS, "workday": workday, "categories": ALWAYS_ACT} | changes
    staffing = {"minutes_a_claim": minutes, "spread": 0.0}
    people = team(1.0, seed, **changes, staffing=staffing)
    return DenialDesk(habits(**changes), people, terms(*payers), seed, random_share)


def put(table: DenialDesk, denials: list[Denial], day: date = MONDAY) -> None:
    table.take(denials[0].control_number, denials, day)


def ruled(work: Work, *, won: bool, day: date) -> bytes:
    assert work.appeal is not None
    result, note = (Result.OVERTURNED, Note.PAID) if won else (Result.UPHELD, Note.STANDS)
    lines = work.appeal.lines if won else ()
    return write_rulings([Ruling(work.appeal.number, work.appeal.payer_claim_number, result, lines, note, day)])


def test_dollars_come_first() -> None:
    payer = denier()
    table = desk(payer)
    for serial, dollars in enumerate((300, 900, 500)):
        put(table, denied(payer, serial, dollars))
    assert [work.denial.charge_cents for work in table.work(MONDAY)] == [90_000, 50_000, 30_000]


def test_the_oldest_come_first_when_that_is_the_rule() -> None:
    payer = denier()
    table = desk(payer, rules=[DOLLARS[0] | {"order": "oldest"}])
    for serial, (age, dollars) in enumerate(((3, 300), (9, 200), (1, 900))):
        put(table, denied(payer, serial, dollars), MONDAY - timedelta(days=age))
    assert [work.denial.charge_cents for work in table.work(MONDAY)] == [20_000, 30_000, 90_000]


def test_everybody_does_what_they_are_best_at_when_that_is_the_rule() -> None:
    payer = SmallPayer(
        "p",
        SmallRule("dear", Family.NECESSITY, "50", lambda _c, line, _d: line.charge_cents > 50_000),
        always("copy", Family.DUPLICATE, "18"),
    )
    table = desk(payer, rules=[DOLLARS[0] | {"order": "skill"}])
    for serial, dollars in enumerate((900, 100, 200)):
        put(table, denied(payer, serial, dollars))
    assert [work.denial.charge_cents for work in table.work(MONDAY)] == [20_000, 10_000, 90_000]


def test_a_new_rule_sets_what_waits_in_its_order() -> None:
    payer = denier()
    oldest = {"name": "oldest first", "from": MONDAY, "order": "oldest", "smallest": 40}
    table = desk(payer, rules=[DOLLARS[0], oldest])
    for serial, (age, dollars) in enumerate(((3, 900), (9, 200))):
        put(table, denied(payer, serial, dollars), MONDAY - timedelta(days=age))
    works = table.work(MONDAY)
    assert [work.denial.charge_cents for work in works] == [20_000, 90_000]
    assert {work.choice.rule for work in works} == {"oldest first"}


def test_small_balances_are_left_and_that_is_logged() -> None:
    payer = denier()
    table = desk(payer)
    put(table, denied(payer, 1, 39))
    assert table.work(MONDAY) == []
    [choice] = table.choices
    assert (choice.rule, choice.action, choice.propensity) == ("small balance", "none", 1.0)


def test_what_cannot_be_filed_any_more_is_left_and_that_is_logged() -> None:
    payer = denier()
    table = desk(payer)
    put(table, denied(payer), MONDAY - timedelta(days=181))
    assert table.work(MONDAY) == []
    assert [choice.rule for choice in table.choices] == ["too late"]
    put(table, denied(payer, 2), MONDAY - timedelta(days=181))
    table.work(date(2025, 4, 1))  # the monthly look through the shelves
    assert [choice.rule for choice in table.choices] == ["too late"] * 2
    assert table.waiting == 0


def test_work_longer_than_a_day_is_done_when_its_minutes_are_spent() -> None:
    payer = denier()
    table = desk(payer, minutes=20)
    put(table, denied(payer))
    days = [MONDAY + timedelta(days=number) for number in range(14)]
    done = [work for day in days for work in table.work(day)]
    [work] = done
    working_days = sum(day.weekday() < 5 for day in days if day <= work.day)
    assert 20 * (working_days - 1) < work.minutes <= 20 * working_days


def test_who_leaves_hands_back_what_lies_on_the_table() -> None:
    payer = denier()
    second = STAFF["specialists"][2] | {"name": "later", "share": 100.0, "from": MONDAY + timedelta(days=1)}
    table = desk(payer, minutes=5, specialists=[ALONE[0] | {"until": MONDAY}, second])
    put(table, denied(payer))
    assert table.work(MONDAY) == []
    assert [work.choice.person for work in table.work(MONDAY + timedelta(days=1))] == ["later"]


def test_a_correction_is_sent_only_where_somebody_finds_what_is_wrong() -> None:
    payer = denier(Family.CODING, "4")
    table = desk(payer, minutes=1e6)
    for serial in range(400):
        put(table, denied(payer, serial, edits=(Edit(EditKind.MODIFIER, 1, "25"),)))
    corrected = [work for work in table.work(MONDAY) if work.action is Action.CORRECTED]
    assert all(work.correction and work.appeal is None for work in corrected)
    seldom = STAFF["specialists"][0]["skill"]["coding"] * 30 / 37  # found, and corrected among what can be done
    assert len(corrected) / 400 == pytest.approx(seldom, abs=0.08)


def test_without_a_record_none_is_sent_and_without_an_error_nothing_is_corrected() -> None:
    payer = denier()
    table = desk(payer, minutes=1e6)
    for serial in range(100):
        put(table, denied(payer, serial, documented=False))
    assert {work.action for work in table.work(MONDAY)} == {Action.APPEAL, Action.RECONSIDERATION}


def test_propensities_are_those_of_the_offices_weights() -> None:
    payer = denier()
    table = desk(payer, minutes=1e6)
    for serial in range(1_500):
        put(table, denied(payer, serial))
    works = table.work(MONDAY)
    counted = Counter((work.action, work.choice.propensity) for work in works)
    assert sum(propensity for _, propensity in counted) == pytest.approx(1.0)
    for (_, propensity), count in counted.items():
        assert count / len(works) == pytest.approx(propensity, abs=0.04)


def test_some_are_left_after_a_look_where_nothing_is_found_that_is_wrong() -> None:
    payer = denier()
    table = desk(payer, minutes=1e6, categories=STAFF["categories"])
    for serial in range(1_000):
        put(table, denied(payer, serial))
    works = table.work(MONDAY)
    left = [choice for choice in table.choices if choice.action == "none"]
    assert len(left) + len(works) == 1_000
    assert len(left) / 1_000 == pytest.approx(left[0].propensity, abs=0.04)
    assert {(choice.person, choice.rule) for choice in left} == {("denials-1", "dollars first")}
    possible = {(choice.action, choice.propensity) for choice in table.choices}
    assert sum(propensity for _, propensity in possible) == pytest.approx(1.0)
    found = desk(payer, minutes=1e6, categories=STAFF["categories"])
    for serial in range(200):
        put(found, denied(payer, serial, edits=(Edit(EditKind.MODIFIER, 1, "25"),)))
    acts = STAFF["categories"]["necessity"]["acts"]
    corrected = [work.choice for work in found.work(MONDAY) if work.action is Action.CORRECTED]
    without_leaving = sum(weight for act, weight in acts.items() if act != "none")
    assert {choice.propensity for choice in corrected} == {acts["corrected"] / without_leaving}


def test_the_other_denials_of_a_claim_wait_for_its_answer() -> None:
    dear = SmallRule("dear", Family.NECESSITY, "50", lambda _c, line, _d: line.charge_cents > 50_000)
    payer = SmallPayer("p", dear, always("copy", Family.DUPLICATE, "18"))
    table = desk(payer)
    put(table, denied(payer, 1, 900, 100))
    [first] = table.work(MONDAY)
    assert table.waiting == 1
    later = MONDAY + timedelta(days=30)
    table.answered(ruled(first, won=True, day=later), later, "d.csv")
    [second] = table.work(later)
    assert second.denial is not first.denial
    assert second.denial.control_number == first.denial.control_number


def test_a_new_answer_to_a_claim_takes_the_place_of_the_old() -> None:
    payer = denier()
    table = desk(payer)
    put(table, denied(payer, 1))
    again = denied(payer, 1, told_on=MONDAY + timedelta(days=1))
    put(table, again)
    assert [work.denial for work in table.work(MONDAY)] == again
    table.take(claim(2).control_number, denied(payer, 2), MONDAY)
    table.take(claim(2).control_number, [], MONDAY)
    assert table.work(MONDAY) == []


def test_a_claim_is_given_up_after_some_rounds() -> None:
    payer = denier()
    table = desk(payer)
    for number in range(STAFF["rounds"]):
        put(table, denied(payer, 1), MONDAY)
        assert len(table.work(MONDAY)) == 1, number
        table.resolved(claim(1).control_number)
    put(table, denied(payer, 1), MONDAY)
    assert table.work(MONDAY) == []
    assert table.choices[-1].rule == "given up"


def test_some_lost_first_levels_go_to_the_second() -> None:
    payer = denier()
    table = desk(payer, minutes=1e6)
    for serial in range(1_000):
        put(table, denied(payer, serial))
    later = MONDAY + timedelta(days=30)
    for work in table.work(MONDAY):
        table.answered(ruled(work, won=False, day=later), later, "d.csv")
    seconds = table.work(later)
    assert {work.action for work in seconds} == {Action.SECOND}
    assert len(seconds) / 1_000 == pytest.approx(STAFF["goes_on"], abs=0.03)
    for work in seconds:
        table.answered(ruled(work, won=False, day=later), later, "d.csv")
    assert table.work(later) == []


def test_a_won_first_level_goes_nowhere() -> None:
    payer = denier()
    table = desk(payer, minutes=1e6, goes_on=1.0)
    for serial in range(20):
        put(table, denied(payer, serial))
    for work in table.work(MONDAY):
        table.answered(ruled(work, won=True, day=MONDAY), MONDAY, "d.csv")
    assert table.work(MONDAY) == []


def test_an_answer_to_what_was_never_filed_is_refused() -> None:
    payer = denier()
    table = desk(payer)
    put(table, denied(payer))
    [work] = table.work(MONDAY)
    content = ruled(work, won=False, day=MONDAY)
    table.answered(content, MONDAY, "d.csv")
    with pytest.raises(BadInputError, match=r"d\.csv, line 2: appeal p-9000001-1-1 was not filed here"):
        table.answered(content, MONDAY, "d.csv")


def test_the_truth_behind_a_denial_changes_nothing_of_what_the_desk_does() -> None:
    """Two practices whose denials look alike, for other true causes, do the same."""
    done = []
    for family in (Family.NECESSITY, Family.ERROR):
        payer = denier(family)
        table = desk(payer, minutes=300, random_share=0.3)
        for serial in range(60):
            put(table, denied(payer, serial, 100 + serial))
        works = [work for number in range(5) for work in table.work(MONDAY + timedelta(days=number))]
        done.append([(work.day, work.denial.number, work.action, work.minutes) for work in works])
    assert done[0] == done[1] != []


def test_draws_at_random_are_all_alike() -> None:
    """Every case and action is drawn as often as its logged propensity says, dear or cheap, old or new."""
    drawn: Counter[tuple[str, Action]] = Counter()
    weights: Counter[str] = Counter()
    rounds = 1_500
    payer = denier()
    denials = [denied(payer, serial, 100 * (serial + 1), documented=serial % 2 == 0) for serial in range(5)]
    for seed in range(rounds):
        table = desk(payer, minutes=120, random_share=1.0, seed=seed)
        for each in denials:
            put(table, each)
        work = table.work(MONDAY)[0]
        assert work.choice.random
        possible = 3 if work.denial.documented else 2
        assert work.choice.propensity == pytest.approx(1 / (5 * possible))
        drawn[work.denial.number, work.action] += 1
        weights[work.denial.number] += 1
    for (number, action), count in drawn.items():
        possible = 3 if next(each for [each] in denials if each.number == number).documented else 2
        assert count / rounds == pytest.approx(1 / (5 * possible), abs=0.025), action
    assert len(drawn) == 3 * 3 + 2 * 2
    assert all(count / rounds == pytest.approx(0.2, abs=0.04) for count in weights.values())


def test_the_random_slice_is_its_share_of_the_minutes() -> None:
    payer = denier(Family.DATA, "16")
    table = desk(payer, minutes=600, random_share=0.25)
    for serial in range(3_000):
        put(table, denied(payer, serial))
    works = [work for number in range(28) for work in table.work(MONDAY + timedelta(days=number))]
    at_random = sum(work.minutes for work in works if work.choice.random)
    assert at_random / sum(work.minutes for work in works) == pytest.approx(0.25, abs=0.02)
    assert not any(choice.random for choice in desk(payer).choices)


def test_a_draw_for_which_nothing_can_be_done_is_a_choice_too() -> None:
    payer = denier()
    table = desk(payer, minutes=1e6, random_share=1.0)
    for serial in range(3):
        put(table, denied(payer, serial), MONDAY - timedelta(days=181 * (serial > 0)))
    assert len(table.work(MONDAY)) == 1
    assert [choice.action for choice in table.choices].count("none") == 2
    ready = 3
    for choice in table.choices:
        possible = 1 if choice.action == "none" else 3
        assert choice.random
        assert choice.propensity == pytest.approx(1 / (ready * possible))
        ready -= 1
