"""A payer's reviewers: take appeal files, rule on each appeal some days later, answer with decision files.

What they rule is the outcome that was fixed for the denial when it was told, at the age at which the appeal came. A won
appeal becomes a decision in place of the one that stands, to be paid by a later remittance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol

from denialml.simulator.actions import Action, Denial
from denialml.simulator.appeals import Appeal, Evidence, Level, Note, Result, Ruling, read_appeals, write_rulings
from denialml.simulator.decisions import Decision
from denialml.simulator.outcomes import Outcome, ReviewTerms


class Reviewed(Protocol):
    """A payer, as far as its reviewers go."""

    @property
    def data(self) -> Mapping[str, Any]:
        """Its policy data, with the ``review`` block."""
        ...

    def reopen(self, decision: Decision, won: Collection[int], decided_on: date) -> Decision:
        """Decide a claim anew: the denied lines of those numbers are covered, the others stay."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision file of a day, and the decisions for the remittance office that came of won appeals."""

    content: bytes
    rulings: tuple[Ruling, ...]
    decisions: tuple[Decision, ...]


@dataclass(slots=True)
class _Case:
    """A denial on the reviewers' shelves: its outcomes, and how far it has come."""

    denial: Denial
    outcomes: Mapping[Action, Outcome]
    first_lost_on: date | None = None
    filed: frozenset[str] = frozenset()
    won: bool = False


@dataclass(frozen=True, slots=True)
class _Pending:
    """An appeal to be ruled on, with its outcome settled: None where there is nothing to review."""

    appeal: Appeal
    received_on: date
    case: _Case | None
    outcome: Outcome | None
    note: Note


class Reviewer:
    """The reviewers of one payer."""

    def __init__(self, payer: Reviewed) -> None:
        self._payer = payer
        self._terms = ReviewTerms.of(payer.data)
        self._longest = timedelta(days=2 * max(int(days) for days in self._terms.windows.values()) + 365)
        self._cases: dict[tuple[str, tuple[int, ...]], _Case] = {}
        self._due: dict[date, list[_Pending]] = {}

    def know(self, denial: Denial, outcomes: tuple[Outcome, ...]) -> None:
        """A denial was told; it may be appealed from now on."""
        by_action = {outcome.action: outcome for outcome in outcomes}
        self._cases[denial.decision.number, denial.line_numbers] = _Case(denial, by_action)

    def receive(self, content: bytes, day: date, name: str) -> None:
        """Take an appeal file in; its appeals are ruled on later, each after its own lag.

        Raises:
            BadInputError: the file cannot be read; nothing of it is taken.
        """
        for appeal in read_appeals(content, name):
            pending = self._docketed(appeal, day)
            lag = pending.outcome.lag_days if pending.outcome else max(1, round(self._terms.lag_median))
            self._due.setdefault(_weekday(day + timedelta(days=lag)), []).append(pending)

    def issue(self, day: date, standing: Mapping[str, Decision]) -> Answer | None:
        """What is ruled on a day, or None. ``standing`` has the decision that stands for a claim, by control number.

        Where a claim is not in it, the decision that was appealed stands.
        """
        self._forget(day)
        due = self._due.pop(day, [])
        if not due:
            return None
        rulings, latest = [], dict[str, Decision]()
        for pending in due:
            ruling = self._ruling(pending, day)
            rulings.append(ruling)
            if ruling.lines and pending.case is not None:
                denial = pending.case.denial
                key = denial.control_number
                earlier = standing.get(key, denial.decision)
                decided = latest.get(key, earlier)
                latest[key] = self._overturned(earlier, decided, ruling)
        return Answer(write_rulings(rulings), tuple(rulings), tuple(latest.values()))

    def _docketed(self, appeal: Appeal, day: date) -> _Pending:
        case = self._cases.get((appeal.payer_claim_number, appeal.lines))
        if case is None or case.denial.control_number != appeal.control_number:
            return _Pending(appeal, day, None, None, Note.UNKNOWN)
        level = "second" if appeal.level is Level.SECOND else "first"
        if case.won or level in case.filed:
            return _Pending(appeal, day, case, None, Note.RULED)
        told_on = case.first_lost_on if appeal.level is Level.SECOND else case.denial.told_on
        if told_on is None:
            return _Pending(appeal, day, case, None, Note.TOO_EARLY)
        case.filed |= {level}
        outcome = case.outcomes[_action(appeal)]
        age = (day - told_on).days
        if age > outcome.window_days:
            return _Pending(appeal, day, case, outcome, Note.LATE)
        return _Pending(appeal, day, case, outcome, Note.PAID if outcome.wins(age) else Note.STANDS)

    def _ruling(self, pending: _Pending, day: date) -> Ruling:
        appeal, case, outcome = pending.appeal, pending.case, pending.outcome
        result, note = Result.UPHELD, pending.note
        lines: tuple[int, ...] = ()
        if case is not None and outcome is not None:
            if note is Note.PAID:
                case.won = True
                lines = outcome.won_lines
                whole = lines == case.denial.line_numbers
                result = Result.OVERTURNED if whole else Result.PARTLY
                note = Note.PAID if whole else Note.PAID_IN_PART
            elif appeal.level is not Level.SECOND:
                case.first_lost_on = day
        return Ruling(appeal.number, appeal.payer_claim_number, result, lines, note, day)

    def _overturned(self, earlier: Decision, decided: Decision, ruling: Ruling) -> Decision:
        """A decision in place of ``earlier``: the lines as ``decided``, those that the ruling names covered."""
        told_before = max(ruling.decided_on, earlier.pays_on)  # a reversal cannot come before what it reverses
        return replace(self._payer.reopen(decided, ruling.lines, told_before), replaces=earlier)

    def _forget(self, day: date) -> None:
        """Once a month, drop denials that can no longer be appealed, so that memory does not grow with the history."""
        if day.day == 1:
            oldest = day - self._longest
            self._cases = {key: case for key, case in self._cases.items() if case.denial.told_on >= oldest}


def _action(appeal: Appeal) -> Action:
    """What the practice did: an appeal with records is one with them among its evidence."""
    if appeal.level is Level.APPEAL and Evidence.RECORDS in appeal.evidence:
        return Action.WITH_RECORDS
    return Action(appeal.level)


def _weekday(day: date) -> date:
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())
