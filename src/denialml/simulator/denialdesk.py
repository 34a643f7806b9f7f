"""The denials desk: whose turn it is, what is done about it, by whom. It sees what an office sees, never the truth.

Most denials are never worked: minutes are few, small balances are left, windows close. Whose turn it is follows the
office's rule of the day; what is done is drawn by the weights that the office has for a reason, among what can be done
in time. A share of the minutes may go to denials and actions drawn at random, each with its known propensity.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from denialml.errors import BadInputError
from denialml.simulator.actions import Action, Correction, Denial, appeal_of, correction_of
from denialml.simulator.appeals import Appeal, Ruling, read_rulings
from denialml.simulator.choices import Choice
from denialml.simulator.dice import Dice, Fates, Weighted
from denialml.simulator.edits import EditKind
from denialml.simulator.office import Category, Habits, Specialist, Team
from denialml.simulator.outcomes import ReviewTerms

_KIND = "denial"
_NOTHING = "none"


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work that leaves the desk on ``day``: a ``correction`` to be sent, or an ``appeal`` to be filed."""

    day: date
    denial: Denial
    action: Action
    minutes: float
    choice: Choice
    correction: Correction | None = field(default=None, repr=False)
    appeal: Appeal | None = None


@dataclass(slots=True)
class _Case:
    """A denial on the desk. ``since`` is the notice that its clock runs from, ``serial`` the order of arrival."""

    denial: Denial
    category: Category
    serial: int
    since: date
    second: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """A case with what was chosen for it, on somebody's table until its minutes are spent."""

    case: _Case
    action: Action
    minutes: float
    rule: str
    propensity: float
    random: bool


class DenialDesk:
    """A practice's denials desk. ``terms`` are the payers' windows, which everybody may know.

    ``random_share`` of the day's minutes goes to denials drawn at random. ``choices`` logs every choice; whoever keeps
    them empties it.
    """

    def __init__(
        self, habits: Habits, team: Team, terms: Mapping[str, ReviewTerms], seed: int, random_share: float = 0.0
    ) -> None:
        self.choices: list[Choice] = []
        self._habits = habits
        self._team = team
        self._terms = terms
        self._random_share = random_share
        self._dice = Dice(seed, "denials desk")
        self._coin = Dice(seed, "denials drawn at random")
        self._fates = Fates(seed, "what is found")
        self._rule = habits.rule(date.min)
        self._serial = 0
        self._waiting: dict[str, _Case] = {}  # by denial number; a heap may hold numbers that wait no more
        self._heaps: dict[str, list[tuple[int, int, str]]] = {}  # by category
        self._of_claim: dict[str, list[str]] = {}  # denial numbers by control number
        self._out: dict[str, _Case] = {}  # by control number: picked or filed, and not yet answered
        self._behind: dict[str, list[_Case]] = {}  # by control number: waits until the claim is heard of
        self._filed_appeals: dict[str, Denial] = {}  # by appeal number
        self._worked: dict[str, int] = {}  # by control number: rounds so far
        self._tables: dict[str, _Piece] = {}
        self._left: dict[str, float] = {}  # minutes by person, spent in part on the piece on the table
        self._random_piece: _Piece | None = None
        self._random_left = 0.0

    @property
    def waiting(self) -> int:
        """How many denials wait to be worked."""
        return len(self._waiting) + sum(map(len, self._behind.values()))

    def take(self, control_number: str, denials: Sequence[Denial], day: date) -> None:
        """A claim was answered with these denials, or none: what waited of an earlier answer waits no more.

        For claims and corrected claims; a won appeal tells nothing new of the claim's other lines.
        """
        self._close(control_number)
        rule = self._habits.rule(day)
        for denial in denials:
            if denial.charge_cents < rule.smallest_cents:
                self._leave(denial, day, "small balance")
            elif self._worked.get(control_number, 0) >= self._habits.rounds:
                self._leave(denial, day, "given up")
            else:
                self._serial += 1
                self._push(_Case(denial, self._habits.category(denial.verdict.reason), self._serial, day))

    def work(self, day: date) -> list[Work]:
        """What leaves the desk on a day, in the order in which it is done."""
        rule = self._habits.rule(day)
        if rule is not self._rule or day.day == 1:
            self._rule = rule
            self._tidy(day)
        for person in self._team.gone(day):
            self._clear_table(person)
        present = self._team.present(day)
        works = self._random_slice(present, day) if present and self._random_share > 0 else []
        for person in present:
            works += self._shift(person, day)
        return works

    def answered(self, content: bytes, day: date, name: str) -> list[Ruling]:
        """Read a decision file. A first level that was lost goes to the second now and then.

        Raises:
            BadInputError: the file cannot be read, or answers an appeal that was never filed.
        """
        rulings = read_rulings(content, name)
        for place, ruling in enumerate(rulings, start=2):
            denial = self._filed_appeals.pop(ruling.appeal_number, None)
            if denial is None:
                raise BadInputError(
                    f"{name}, line {place}: appeal {ruling.appeal_number} was not filed here or is answered already; "
                    "ask the payer which one it means"
                )
            case = self._released(denial.control_number)
            if case and not ruling.lines and not case.second and self._dice.chance(self._habits.goes_on):
                self._push(_Case(denial, case.category, case.serial, day, second=True))
        return rulings

    def resolved(self, control_number: str) -> None:
        """The answer to a corrected claim has come: the claim's other denials may be worked again."""
        self._released(control_number)

    def _released(self, control_number: str) -> _Case | None:
        for other in self._behind.pop(control_number, []):
            self._push(other)
        return self._out.pop(control_number, None)

    def _shift(self, person: Specialist, day: date) -> list[Work]:
        """One person's day. Work that does not fit into it stays on the table; time without work is lost."""
        works = []
        left = self._left.get(person.name, 0.0) + self._team.minutes(person) * (1.0 - self._random_share)
        while (piece := self._tables.pop(person.name, None) or self._next(person, day)) is not None:
            if piece.minutes > left:
                self._tables[person.name] = piece
                break
            left -= piece.minutes
            works.append(self._filed(piece, person.name, day))
        self._left[person.name] = left if piece else 0.0
        return works

    def _next(self, person: Specialist, day: date) -> _Piece | None:
        """The case whose turn it is, with what is drawn by the office's weights; what is left is logged."""
        while (case := self._pop(person, day)) is not None:
            possible = self._possible(case, person, day)
            weights = self._weights(case, possible)
            if not weights:
                self._leave(case.denial, day, "too late" if self._late(case, day) else "nothing to be done")
                continue
            drawn = self._dice.weighted(Weighted.of(weights))
            propensity = weights[drawn] / sum(weights.values())
            if drawn != _NOTHING:
                return self._picked(case, Action(drawn), person, day, propensity)
            self._leave(case.denial, day, self._rule.name, person=person.name, propensity=propensity)
        return None

    def _weights(self, case: _Case, possible: Sequence[Action]) -> dict[str, float]:
        """What may be done at what weight. To leave it is a choice only where nothing was found that is wrong."""
        if case.second:
            return dict.fromkeys(possible, 1.0)
        acts = case.category.acts
        weights = {str(action): acts[action] for action in possible if action in acts}
        if weights and Action.CORRECTED not in weights and _NOTHING in acts:
            weights[_NOTHING] = acts[_NOTHING]
        return weights

    def _random_slice(self, present: Sequence[Specialist], day: date) -> list[Work]:
        """Cases all alike, actions all alike; a piece too long for what is left of the slice waits for tomorrow."""
        works = []
        self._random_left += self._team.minutes_on(day) * self._random_share
        person = self._coin.one_of(present)
        while (piece := self._random_piece or self._draw(person, day)) is not None:
            self._random_piece = None
            if piece.minutes > self._random_left:
                self._random_piece = piece
                break
            self._random_left -= piece.minutes
            works.append(self._filed(piece, person.name, day))
        if piece is None:
            self._random_left = 0.0
        return works

    def _draw(self, person: Specialist, day: date) -> _Piece | None:
        """Draw until something can be done. Each draw is a choice of propensity 1 / (cases x actions possible)."""
        ready = [case for case in self._waiting.values() if case.denial.control_number not in self._out]
        while ready:
            count = len(ready)
            case = ready.pop(self._coin.below(count))
            del self._waiting[case.denial.number]
            possible = self._possible(case, person, day)
            if possible:
                action = self._coin.one_of(possible)
                return self._picked(case, action, person, day, 1.0 / (count * len(possible)), random=True)
            self._leave(case.denial, day, "nothing to be done", propensity=1.0 / count, random=True)
        return None

    def _possible(self, case: _Case, person: Specialist, day: date) -> list[Action]:
        """What this person can do in time: correct what was found wrong, appeal, send the record if there is one."""
        denial = case.denial
        terms = self._terms[denial.payer]
        age = (day - case.since).days
        if case.second:
            return [Action.SECOND] if age <= terms.window(Action.SECOND) else []
        possible = []
        if self._finds(case, person, day):
            correction = correction_of(denial)
            if correction and age <= self._terms[correction.payer].window(Action.CORRECTED):
                possible.append(Action.CORRECTED)
        possible += [action for action in (Action.RECONSIDERATION, Action.APPEAL) if age <= terms.window(action)]
        if denial.documented and age <= terms.window(Action.WITH_RECORDS):
            possible.append(Action.WITH_RECORDS)
        return possible

    def _finds(self, case: _Case, person: Specialist, day: date) -> bool:
        """Whether the person sees what is wrong with the claim: the record only where it is asked for."""
        wrong = any(edit.kind is not EditKind.RECORDS or case.category.records for edit in case.denial.edits)
        skill = self._team.skill(person, case.category.name, day)
        return wrong and self._fates.chance(skill, case.denial.number, person.name)

    def _late(self, case: _Case, day: date) -> bool:
        terms = self._terms[case.denial.payer]
        actions = (Action.SECOND,) if case.second else (Action.CORRECTED, Action.RECONSIDERATION, Action.APPEAL)
        return (day - case.since).days > max(map(terms.window, actions))

    def _picked(
        self, case: _Case, action: Action, person: Specialist, day: date, propensity: float, *, random: bool = False
    ) -> _Piece:
        self._out[case.denial.control_number] = case
        pace = self._team.pace(self._team.skill(person, case.category.name, day))
        minutes = case.category.minutes[action] * pace
        rule = "drawn at random" if random else self._rule.name
        return _Piece(case, action, minutes, rule, propensity, random)

    def _filed(self, piece: _Piece, person: str, day: date) -> Work:
        denial, action = piece.case.denial, piece.action
        self._worked[denial.control_number] = self._worked.get(denial.control_number, 0) + 1
        choice = Choice(
            denial.control_number, day, _KIND, person, piece.rule, piece.propensity, piece.random, action.value
        )
        self.choices.append(choice)
        if action is Action.CORRECTED:
            return Work(day, denial, action, piece.minutes, choice, correction=correction_of(denial))
        appeal = appeal_of(denial, action, day)
        self._filed_appeals[appeal.number] = denial
        return Work(day, denial, action, piece.minutes, choice, appeal=appeal)

    def _leave(
        self, denial: Denial, day: date, rule: str, *, person: str = "", propensity: float = 1.0, random: bool = False
    ) -> None:
        self.choices.append(Choice(denial.control_number, day, _KIND, person, rule, propensity, random, _NOTHING))

    def _push(self, case: _Case) -> None:
        number = case.denial.number
        self._waiting[number] = case
        self._of_claim.setdefault(case.denial.control_number, []).append(number)
        heapq.heappush(self._heaps.setdefault(case.category.name, []), self._entry(case))

    def _entry(self, case: _Case) -> tuple[int, int, str]:
        first = case.since.toordinal() if self._rule.order == "oldest" else -case.denial.charge_cents
        return first, case.serial, case.denial.number

    def _pop(self, person: Specialist, day: date) -> _Case | None:
        while (heap := self._heap(person, day)) is not None:
            case = self._waiting.pop(heapq.heappop(heap)[2], None)
            if case is None:
                continue
            control_number = case.denial.control_number
            if control_number not in self._out:
                return case
            self._behind.setdefault(control_number, []).append(case)
        return None

    def _heap(self, person: Specialist, day: date) -> list[tuple[int, int, str]] | None:
        """The category whose turn it is: one's best first under the rule of skill, else that of the first in order."""
        filled = [(name, heap) for name, heap in self._heaps.items() if heap]
        if not filled:
            return None
        if self._rule.order == "skill":
            return min(filled, key=lambda entry: (-self._team.skill(person, entry[0], day), entry[1][0]))[1]
        return min(filled, key=lambda entry: entry[1][0])[1]

    def _close(self, control_number: str) -> None:
        for number in self._of_claim.pop(control_number, []):
            self._waiting.pop(number, None)
        self._behind.pop(control_number, None)

    def _tidy(self, day: date) -> None:
        """Drop what can no longer be filed, so that memory does not grow, and set the rest in the rule's order."""
        kept = list(self._waiting.values())
        self._waiting, self._heaps, self._of_claim = {}, {}, {}
        for case in kept:
            if self._late(case, day):
                self._leave(case.denial, day, "too late")
            else:
                self._push(case)

    def _clear_table(self, person: Specialist) -> None:
        """Who leaves hands back what lies on the table."""
        piece = self._tables.pop(person.name, None)
        if piece is not None:
            self._released(piece.case.denial.control_number)
            self._push(piece.case)
