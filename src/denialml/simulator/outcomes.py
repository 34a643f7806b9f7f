"""What would come of every action on a denial at every age: potential outcomes, fixed on the day it is told.

For each action stand its chance, its half-life and the one die that is thrown for it. It wins at an age where that die
lies below ``probability_at_0 * 0.5 ** (age / half_life)`` and the window is still open; so it wins up to some age and
never after. The reviews of the first level share a die, however they are filed; a corrected claim has the payer's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from denialml.claims import Claim
from denialml.simulator.actions import Action, Correction, Denial, correction_of
from denialml.simulator.decisions import Family, Judgement, LineDecision
from denialml.simulator.dice import Fates
from denialml.simulator.edits import EditKind

REVIEWS = (Action.RECONSIDERATION, Action.APPEAL, Action.WITH_RECORDS, Action.SECOND)
_CLOCKS = {Action.WITH_RECORDS: "appeal"}  # runs on the appeal's window and half-life
_CLINICAL = frozenset({Family.DOCUMENTATION, Family.NECESSITY, Family.CODING})
_UNSUPPORTED = 0.35  # what is left of a clinical review's chance where the record does not support the service
_FOUND_AUTHORIZATION = 0.85  # a review that can show the authorisation
_EXCLUSIONS = frozenset({"96", "204"})  # not in the plan at all, whatever one writes
_EXCLUDED = 0.03
_KEPT_BACK = 0.1  # share of the lines of a won case, beside the dearest, that stay denied


class Adjudicator(Protocol):
    """A payer, as far as potential outcomes go."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Its policy data, with the ``review`` block."""
        ...

    def judge(self, claim: Claim, received_on: date) -> tuple[Judgement, ...]:
        """What it would decide of a claim; nothing is remembered, and the dice are the claim's own."""
        ...


@dataclass(frozen=True, slots=True)
class ReviewTerms:
    """A payer's ``review`` block: days in which an action may be filed, half-lives in days, chances, days to rule."""

    windows: Mapping[str, int]
    half_lives: Mapping[str, float]
    wins: Mapping[str, Mapping[str, float]]
    lag_median: float
    lag_spread: float

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> ReviewTerms:
        """The terms in a payer's policy data."""
        review = data["review"]
        return cls(
            windows=review["window"],
            half_lives=review["half_life_days"],
            wins=review["wins"],
            lag_median=float(review["lag"]["median_days"]),
            lag_spread=float(review["lag"]["spread"]),
        )

    def window(self, action: Action) -> int:
        """Days from the notice in which the action may be filed."""
        return int(self.windows[_CLOCKS.get(action, action)])

    def half_life(self, action: Action) -> float:
        """Days in which half of the action's chance is gone."""
        return float(self.half_lives[_CLOCKS.get(action, action)])

    def win(self, family: Family, action: Action) -> float:
        """The chance of a review filed at once; 0 where the block says nothing of it."""
        return float(self.wins.get(family, {}).get(action, 0.0))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one action would do for one denial. Ages are days from its notice, or from that of the lost first level.

    ``die`` lies in [0, 1); ``wins_through`` is the last age at which the action wins, -1 where it never does.
    ``won_lines`` and ``cents`` are what comes back where it wins (from another payer, as much as from this one);
    ``minutes`` a practised person's work; ``lag_days`` until the payer rules.
    """

    denial: str
    action: Action
    probability_at_0: float
    half_life_days: float
    window_days: int
    die: float
    wins_through: int
    minutes: int
    lag_days: int
    cents: int
    won_lines: tuple[int, ...]

    def wins(self, age: int) -> bool:
        """Whether the action wins when it is filed at that age."""
        return 0 <= age <= self.wins_through

    def probability(self, age: int) -> float:
        """The chance with which it wins at an age, before its die is known."""
        return decayed(self.probability_at_0, self.half_life_days, age) if 0 <= age <= self.window_days else 0.0


OUTCOME_COLUMNS = (
    "denial", "action", "probability_at_0", "half_life_days", "window_days", "die", "wins_through", "minutes",
    "lag_days", "cents", "won_lines",
)  # fmt: skip


def outcome_row(outcome: Outcome) -> tuple[Any, ...]:
    """An outcome as a row of :data:`OUTCOME_COLUMNS`."""
    return (
        outcome.denial,
        outcome.action.value,
        outcome.probability_at_0,
        outcome.half_life_days,
        outcome.window_days,
        outcome.die,
        outcome.wins_through,
        outcome.minutes,
        outcome.lag_days,
        outcome.cents,
        " ".join(map(str, outcome.won_lines)),
    )


def decayed(probability: float, half_life: float, age: int) -> float:
    """What is left of a chance at an age in days."""
    return probability * math.exp(-math.log(2.0) * age / half_life)


def last_winning_age(probability: float, half_life: float, window: int, die: float) -> int:
    """The last age up to the window at which the die lies below the decayed chance; -1 where there is none."""
    if die >= probability:
        return -1
    if die < decayed(probability, half_life, window):
        return window
    low, high = 0, window  # wins at low, not at high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if die < decayed(probability, half_life, middle) else (low, middle)
    return low


class Outcomes:
    """Makes the potential outcomes of denials; asks payers what they would decide of claims put right.

    ``minutes`` is the table of ``data/staff.yaml``: a practised person's work by family and action.
    """

    def __init__(self, payers: Mapping[str, Adjudicator], minutes: Mapping[str, Mapping[str, int]], seed: int) -> None:
        self._payers = payers
        self._terms = {key: ReviewTerms.of(payer.data) for key, payer in payers.items()}
        self._minutes = minutes
        self._fates = Fates(seed, "reviews")

    def of(self, denial: Denial) -> tuple[Outcome, ...]:
        """One outcome for each action, in the order of :class:`Action`."""
        return (self._corrected(denial), *(self._review(denial, action) for action in REVIEWS))

    def _review(self, denial: Denial, action: Action) -> Outcome:
        terms = self._terms[denial.payer]
        level = "second" if action is Action.SECOND else "first"
        probability = review_probability(denial, action, terms)
        return self._outcome(
            denial, action, terms, probability, self._die(denial, level), terms.window(action), self._won(denial)
        )

    def _corrected(self, denial: Denial) -> Outcome:
        """Its die is the payer's verdict on the claim put right, and within it whether it is taken at that age.

        One number tells both: below the chance where the payer covers a line, above it where it covers none.
        """
        correction = correction_of(denial)
        if correction is None:
            terms = self._terms[denial.payer]
            window = terms.window(Action.CORRECTED)
            return self._outcome(denial, Action.CORRECTED, terms, 0.0, self._die(denial, "corrected"), window, ())
        terms = self._terms[correction.payer]
        judged = self._judged(correction, denial.told_on)
        probability = _covered_share(denial, correction, judged)
        won = tuple(line for line in denial.lines if judged[line.line.number].verdict is None)
        die = self._die(denial, "corrected")
        die = die * probability if won else probability + die * (1.0 - probability)
        window = terms.window(Action.CORRECTED)
        if won:
            window = self._last_covered(denial, correction, window)
        return self._outcome(denial, Action.CORRECTED, terms, probability, die, window, won)

    def _outcome(
        self,
        denial: Denial,
        action: Action,
        terms: ReviewTerms,
        probability: float,
        die: float,
        window: int,
        won: tuple[LineDecision, ...],
    ) -> Outcome:
        half_life = terms.half_life(action)
        back = won or denial.lines
        return Outcome(
            denial=denial.number,
            action=action,
            probability_at_0=probability,
            half_life_days=half_life,
            window_days=window,
            die=die,
            wins_through=last_winning_age(probability, half_life, window, die),
            minutes=self._minutes[denial.verdict.family][action],
            lag_days=self._lag(denial, action, terms),
            cents=0 if _brings_nothing(denial, action) else sum(line.payable_cents for line in back),
            won_lines=tuple(line.line.number for line in back),
        )

    def _judged(self, correction: Correction, received_on: date) -> dict[int, Judgement]:
        judgements = self._payers[correction.payer].judge(correction.claim, received_on)
        return {judgement.line.number: judgement for judgement in judgements}

    def _last_covered(self, denial: Denial, correction: Correction, window: int) -> int:
        """The last age up to the window at which the payer still covers a line: timely filing runs beside it."""

        def covered(age: int) -> bool:
            judged = self._judged(correction, denial.told_on + timedelta(days=age))
            return any(judged[number].verdict is None for number in denial.line_numbers)

        if covered(window):
            return window
        low, high = 0, window  # covered at low, not at high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if covered(middle) else (low, middle)
        return low

    def _won(self, denial: Denial) -> tuple[LineDecision, ...]:
        """The lines that a won review brings back: the dearest always, each of the others most of the time."""
        dearest = max(denial.lines, key=lambda line: line.payable_cents)
        if len(denial.lines) == 1:
            return denial.lines
        return tuple(
            line
            for line in denial.lines
            if line is dearest or not self._fates.chance(_KEPT_BACK, "kept", denial.control_number, line.line.number)
        )

    def _die(self, denial: Denial, level: str) -> float:
        """The number of a level. It belongs to the claim's lines and rule: denied again, they have it again."""
        return self._fates.uniform(level, denial.control_number, denial.line_numbers[0], denial.verdict.rule)

    def _lag(self, denial: Denial, action: Action, terms: ReviewTerms) -> int:
        """Whole days until the payer rules, log-normal, at least one."""
        radius = math.sqrt(-2.0 * math.log(1.0 - self._fates.uniform("lag", denial.number, action)))
        angle = 2.0 * math.pi * self._fates.uniform("lag angle", denial.number, action)
        return max(1, round(terms.lag_median * math.exp(terms.lag_spread * radius * math.cos(angle))))


def review_probability(denial: Denial, action: Action, terms: ReviewTerms) -> float:
    """The chance of a review filed at once, by the true cause and what the practice can show."""
    verdict = denial.verdict
    family = verdict.family
    if action is Action.WITH_RECORDS and not denial.documented:
        return 0.0  # there is no record to send
    probability = terms.win(family, action)
    if family is Family.COVERAGE and verdict.reason in _EXCLUSIONS:
        return min(probability, _EXCLUDED)
    if family in _CLINICAL and not denial.documented:
        probability *= _UNSUPPORTED
    if family is Family.AUTHORIZATION and any(edit.kind is EditKind.AUTHORIZATION for edit in denial.edits):
        probability = max(probability, _FOUND_AUTHORIZATION)
    return probability


def _brings_nothing(denial: Denial, action: Action) -> bool:
    """Whether winning moves money only: a duplicate put right takes the place of the claim that was paid."""
    return action is Action.CORRECTED and denial.verdict.family is Family.DUPLICATE


def _covered_share(denial: Denial, correction: Correction, judged: Mapping[int, Judgement]) -> float:
    """The chance, weighted by what lines are worth, that the payer covers them in the claim put right.

    Where the rule that denied still stands against a line, its die has fallen already and will not fall otherwise.
    """
    verdict = denial.verdict
    total = covered = 0.0
    for line in denial.lines:
        judgement = judged[line.line.number]
        fallen = not correction.rebilled and any(cause.rule == verdict.rule for cause in judgement.causes)
        weight = max(1, line.payable_cents)
        total += weight
        covered += 0.0 if fallen else weight * (1.0 - judgement.probability)
    return covered / total
