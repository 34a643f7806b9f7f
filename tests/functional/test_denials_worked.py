"""A year of denials: the desk, the payer and its reviewers, everything between them through files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from denialml.simulator.actions import Action, Denial, denials_of
from denialml.simulator.appeals import write_appeals
from denialml.simulator.decisions import Decision, Family
from denialml.simulator.denialdesk import DenialDesk, Work
from denialml.simulator.dice import Dice
from denialml.simulator.edits import Edit, EditKind
from denialml.simulator.outcomes import Outcome
from denialml.simulator.reviewers import Reviewer
from reviewed_payer import SmallPayer, always, claim, habits, needs_modifier, outcomes, team, terms

START = date(2025, 1, 2)
DAYS = 365


class Year:
    """Two denied claims a day, in part for a modifier, in part for necessity; every answer is kept."""

    def __init__(self, seed: int = 1) -> None:
        self.payer = SmallPayer("p", needs_modifier(probability=0.7), always("no", Family.NECESSITY, "50", 0.3))
        self.reviewer = Reviewer(self.payer)
        self.desk = DenialDesk(habits(), team(30, seed), terms(self.payer), seed)
        self.maker = outcomes(self.payer, seed=seed)
        self.dice = Dice(seed, "a year")
        self.outcomes: dict[str, dict[Action, Outcome]] = {}
        self.standing: dict[str, Decision] = {}
        self.works: dict[str, Work] = {}  # by appeal number, and by denial number for corrected claims
        self.reviews: list[tuple[Work, Decision | None]] = []
        self.corrections: list[tuple[Work, Decision]] = []
        self.files: list[bytes] = []
        self._told: dict[date, list[tuple[Decision, tuple[Edit, ...], Work | None]]] = {}
        for number in range(DAYS):
            self._work(START + timedelta(days=number), number)

    def _work(self, day: date, number: int) -> None:
        for serial in (2 * number, 2 * number + 1):
            sent = claim(serial, int(self.dice.lognormal(250, 0.8)) + 10, int(self.dice.lognormal(150, 0.8)) + 10)
            edits = tuple(Edit(EditKind.MODIFIER, line, "25") for line in (1, 2) if self.dice.chance(0.6))
            self._answer(self.payer.decide(sent, day), edits, None)
        for decision, edits, work in self._told.pop(day, []):
            self._tell(decision, edits, work, day)
        self._file(self.desk.work(day), day)
        answer = self.reviewer.issue(day, self.standing)
        if answer is None:
            return
        self.files.append(answer.content)
        decisions = {decision.claim.control_number: decision for decision in answer.decisions}
        self.standing |= decisions
        for ruling in self.desk.answered(answer.content, day, "decisions.csv"):
            work = self.works[ruling.appeal_number]
            self.reviews.append((work, decisions[work.denial.control_number] if ruling.lines else None))

    def _answer(self, decision: Decision, edits: tuple[Edit, ...], work: Work | None) -> None:
        self._told.setdefault(decision.pays_on, []).append((decision, edits, work))

    def _tell(self, decision: Decision, edits: tuple[Edit, ...], work: Work | None, day: date) -> None:
        self.standing[decision.claim.control_number] = decision
        found = denials_of(decision, "p", day, edits, documented=True)
        for denial in found:
            made = self.maker.of(denial)
            self.outcomes[denial.number] = {outcome.action: outcome for outcome in made}
            self.reviewer.know(denial, made)
        self.desk.take(decision.claim.control_number, found, day)
        if work is not None:
            self.desk.resolved(decision.claim.control_number)
            self.corrections.append((work, decision))

    def _file(self, works: list[Work], day: date) -> None:
        appeals = [work.appeal for work in works if work.appeal]
        if appeals:
            self.files.append(write_appeals(appeals))
            self.reviewer.receive(self.files[-1], day, "appeals.csv")
        for work in works:
            if work.appeal:
                self.works[work.appeal.number] = work
            elif work.correction:
                self._answer(self._corrected(work, day), (), work)

    def _corrected(self, work: Work, day: date) -> Decision:
        assert work.correction is not None
        denial = work.denial
        before = self.standing[denial.control_number]
        if self.outcomes[denial.number][work.action].wins((day - denial.told_on).days):
            return self.payer.decide(work.correction.claim, day, replaces=before)
        return self.payer.uphold(work.correction.claim, day, before)


@pytest.fixture(scope="module")
def year() -> Year:
    return Year()


def brought_back(denial: Denial, decision: Decision) -> set[int]:
    paid = {line.line.number for line in decision.lines if line.verdict is None}
    return paid & set(denial.line_numbers)


def ages(year: Year, works: Iterator[Work]) -> list[tuple[Outcome, int]]:
    return [(year.outcomes[work.denial.number][work.action], (work.day - work.denial.told_on).days) for work in works]


def test_a_corrected_claim_brings_back_what_its_outcome_says_and_nothing_else(year: Year) -> None:
    assert len(year.corrections) > 30
    won = 0
    for (work, decision), (outcome, age) in zip(
        year.corrections, ages(year, (work for work, _ in year.corrections)), strict=True
    ):
        lines = set(outcome.won_lines) if outcome.wins(age) else set()
        assert brought_back(work.denial, decision) == lines
        won += bool(lines)
    assert 0 < won < len(year.corrections)


def test_a_review_brings_back_what_its_outcome_says_and_nothing_else(year: Year) -> None:
    first = [(work, decision) for work, decision in year.reviews if work.action is not Action.SECOND]
    assert len(first) > 30
    won = 0
    for (work, decision), (outcome, age) in zip(first, ages(year, (work for work, _ in first)), strict=True):
        assert (decision is not None) is outcome.wins(age)
        if decision is not None:
            assert brought_back(work.denial, decision) >= set(outcome.won_lines)
            paid = sum(
                each.price.paid_cents for each in decision.lines if each.price and each.line.number in outcome.won_lines
            )
            assert paid == outcome.cents
            won += 1
    assert 0 < won < len(first)


def test_every_decision_replaces_one_that_stood_and_takes_no_line_back(year: Year) -> None:
    answers = [decision for _, decision in year.corrections] + [each for _, each in year.reviews if each is not None]
    for decision in answers:
        before = decision.replaces
        assert before is not None
        assert before.claim.control_number == decision.claim.control_number
        assert before.pays_on < decision.pays_on
        paid_before = {line.line.number for line in before.lines if line.price}
        assert paid_before <= {line.line.number for line in decision.lines if line.price}


def test_most_denials_are_never_worked(year: Year) -> None:
    worked = {choice.control_number for choice in year.desk.choices if choice.action != "none"}
    assert 0.1 < len(worked) / len(year.standing) < 0.5


def test_the_same_seed_makes_the_same_files(year: Year) -> None:
    again = Year()
    assert again.files == year.files
    assert again.desk.choices == year.desk.choices
    assert Year(seed=2).files != year.files
