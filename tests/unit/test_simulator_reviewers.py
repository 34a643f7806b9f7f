from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from denialml.errors import BadInputError
from denialml.simulator.actions import Action, Denial, appeal_of
from denialml.simulator.appeals import Appeal, Note, Result, Ruling, read_rulings, write_appeals
from denialml.simulator.decisions import Decision, Family
from denialml.simulator.outcomes import Outcome
from denialml.simulator.reviewers import Answer, Reviewer
from reviewed_payer import TOLD, SmallPayer, SmallRule, always, denied, needs_modifier, outcomes

SURE = {family.value: dict.fromkeys(("reconsideration", "appeal", "with_records", "second"), 1.0) for family in Family}
HOPELESS = {family.value: {"second": 1.0} for family in Family}
FILED = TOLD + timedelta(days=2)


def necessity(**review: object) -> SmallPayer:
    return SmallPayer("p", always("no", Family.NECESSITY, "50"), **review)


class Room:
    """A payer's reviewers with one claim's denials on the shelf."""

    def __init__(self, payer: SmallPayer, *dollars: int) -> None:
        self.reviewer = Reviewer(payer)
        self.denials = denied(payer, 1, *dollars)
        self.outcomes: dict[str, tuple[Outcome, ...]] = {}
        for denial in self.denials:
            self.outcomes[denial.number] = outcomes(payer).of(denial)
            self.reviewer.know(denial, self.outcomes[denial.number])

    def file(self, action: Action, day: date = FILED, denial: Denial | None = None) -> None:
        self.send(appeal_of(denial or self.denials[0], action, day), day)

    def send(self, appeal: Appeal, day: date = FILED) -> None:
        self.reviewer.receive(write_appeals([appeal]), day, "a.csv")

    def answers(self, standing: dict[str, Decision] | None = None, first: date = FILED) -> list[tuple[date, Answer]]:
        """What is answered in the year from that day on."""
        days = [first + timedelta(days=number) for number in range(365)]
        found = [(day, self.reviewer.issue(day, standing or {})) for day in days]
        return [(day, answer) for day, answer in found if answer is not None]

    def ruling(self) -> Ruling:
        [(_, answer)] = self.answers()
        [ruling] = answer.rulings
        return ruling


def test_a_won_appeal_is_paid_by_a_decision_in_place_of_the_denial() -> None:
    room = Room(necessity(wins=SURE))
    room.file(Action.APPEAL)
    [(day, answer)] = room.answers()
    assert read_rulings(answer.content, "d.csv") == list(answer.rulings)
    assert answer.rulings[0].result is Result.OVERTURNED
    assert answer.rulings[0].decided_on == day
    [decision] = answer.decisions
    denial = room.denials[0]
    assert decision.replaces is denial.decision
    assert decision.number != denial.decision.number
    assert decision.claim is denial.decision.claim
    assert not decision.denied
    assert [line.price and line.price.paid_cents for line in decision.lines] == [24_000]
    assert decision.pays_on > day >= FILED


def test_answers_come_after_the_lag_on_working_days() -> None:
    room = Room(necessity())
    room.file(Action.APPEAL)
    [(day, _)] = room.answers()
    lag = room.outcomes[room.denials[0].number][2].lag_days
    assert day.weekday() < 5
    assert 0 <= (day - FILED).days - lag <= 2


def test_a_lost_appeal_changes_nothing_and_opens_the_second_level() -> None:
    room = Room(necessity(wins=HOPELESS))
    room.file(Action.APPEAL)
    [(day, answer)] = room.answers()
    assert (answer.rulings[0].result, answer.rulings[0].note) == (Result.UPHELD, Note.STANDS)
    assert not answer.decisions
    room.file(Action.SECOND, day + timedelta(days=5))
    [(_, second)] = room.answers(first=day + timedelta(days=1))
    assert second.rulings[0].result is Result.OVERTURNED
    assert (
        second.decisions[0].replaces is room.denial.decision
        if hasattr(room, "denial")
        else second.decisions[0].replaces
    )


def test_the_clock_of_the_second_level_runs_from_the_lost_first() -> None:
    room = Room(necessity(wins=HOPELESS))
    room.file(Action.APPEAL)
    [(day, _)] = room.answers()
    room.file(Action.SECOND, day + timedelta(days=61))
    [(_, answer)] = room.answers(first=day + timedelta(days=1))
    assert answer.rulings[0].note is Note.LATE


def test_there_is_no_second_level_without_a_first() -> None:
    room = Room(necessity(wins=SURE))
    room.file(Action.SECOND)
    assert room.ruling().note is Note.TOO_EARLY


def test_a_level_rules_once() -> None:
    room = Room(necessity(wins=HOPELESS))
    room.file(Action.RECONSIDERATION)
    room.file(Action.APPEAL, FILED + timedelta(days=1))
    notes = [ruling.note for _, answer in room.answers() for ruling in answer.rulings]
    assert sorted(notes) == [Note.STANDS, Note.RULED]


def test_what_is_filed_late_is_upheld() -> None:
    room = Room(necessity(wins=SURE))
    room.file(Action.RECONSIDERATION, TOLD + timedelta(days=91))
    [(_, answer)] = room.answers(first=TOLD + timedelta(days=91))
    assert answer.rulings[0].note is Note.LATE


@pytest.mark.parametrize(
    "changed", [{"payer_claim_number": "8"}, {"lines": (2,)}, {"control_number": "0000000002Y"}], ids=str
)
def test_an_appeal_of_what_the_payer_does_not_know_is_upheld(changed: dict[str, object]) -> None:
    room = Room(necessity(wins=SURE))
    room.send(replace(appeal_of(room.denials[0], Action.APPEAL, FILED), **changed))  # type: ignore[arg-type]
    assert room.ruling().note is Note.UNKNOWN


def test_records_are_what_the_file_says_goes_along() -> None:
    records_alone = {family.value: {"with_records": 1.0} for family in Family}
    room = Room(necessity(wins=records_alone))
    room.file(Action.WITH_RECORDS)
    assert room.ruling().result is Result.OVERTURNED
    room = Room(necessity(wins=records_alone))
    room.file(Action.APPEAL)
    assert room.ruling().result is Result.UPHELD


def two_denials() -> SmallPayer:
    dear = SmallRule("dear", Family.NECESSITY, "50", lambda _c, line, _d: line.charge_cents > 50_000)
    return SmallPayer("p", dear, needs_modifier(), wins=SURE, lag={"median_days": 30, "spread": 0.0})


def test_two_appeals_of_one_claim_ruled_on_one_day_make_one_decision() -> None:
    room = Room(two_denials(), 100, 900)
    for denial in room.denials:
        room.file(Action.APPEAL, denial=denial)
    [(_, answer)] = room.answers()
    assert [ruling.result for ruling in answer.rulings] == [Result.OVERTURNED] * 2
    [decision] = answer.decisions
    assert not decision.denied
    assert decision.replaces is room.denials[0].decision


def test_an_appeal_won_later_builds_on_what_stands_then() -> None:
    room = Room(two_denials(), 100, 900)
    room.file(Action.APPEAL, denial=room.denials[0])
    [(day, answer)] = room.answers()
    first = answer.decisions[0]
    room.file(Action.APPEAL, day, denial=room.denials[1])
    [(_, later)] = room.answers({first.claim.control_number: first}, first=day + timedelta(days=1))
    [decision] = later.decisions
    assert decision.replaces is first
    assert not decision.denied
    assert decision.pays_on > first.pays_on


def test_a_line_that_was_paid_meanwhile_is_left_as_it_is() -> None:
    room = Room(two_denials(), 100, 900)
    before = room.denials[0].decision
    lines = [replace(line, judgement=replace(line.judgement, verdict=None)) for line in before.lines]
    standing = replace(before, lines=tuple(lines), number="9000002")
    room.file(Action.APPEAL, denial=room.denials[0])
    [(_, answer)] = room.answers({standing.claim.control_number: standing})
    [decision] = answer.decisions
    assert decision.lines == standing.lines
    assert decision.replaces is standing


def test_a_bad_file_is_refused_whole() -> None:
    room = Room(necessity())
    content = write_appeals([appeal_of(room.denials[0], Action.APPEAL, FILED)]) + b"broken\r\n"
    with pytest.raises(BadInputError, match="line 3"):
        room.reviewer.receive(content, FILED, "a.csv")
    assert room.answers() == []


def test_denials_nobody_can_appeal_any_more_are_forgotten() -> None:
    room = Room(necessity(wins=SURE))
    years_later = date(TOLD.year + 3, 1, 1)
    room.reviewer.issue(years_later, {})
    room.file(Action.APPEAL, years_later)
    [(_, answer)] = room.answers(first=years_later)
    assert answer.rulings[0].note is Note.UNKNOWN
