"""Denied claims from the day they are told: what could be done, what people do, what payers rule.

The desk chooses by what it sees; what comes of its choice was fixed when the denial was told. Corrected claims go to
the payer as 837 files with everything else that is sent; appeals and rulings are files of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

from denialml.claims import Claim
from denialml.simulator.accounts import Account
from denialml.simulator.actions import Action, Denial, denials_of
from denialml.simulator.appeals import write_appeals
from denialml.simulator.config import SimulationConfig
from denialml.simulator.data import document
from denialml.simulator.decisions import Decision
from denialml.simulator.denialdesk import DenialDesk, Work
from denialml.simulator.exchange import Parcel
from denialml.simulator.office import Habits, Team
from denialml.simulator.outcomes import Outcome, Outcomes, ReviewTerms
from denialml.simulator.payer import Payer
from denialml.simulator.record import Record
from denialml.simulator.reviewers import Reviewer
from denialml.simulator.wire import WireFile

Decide = Callable[[Claim, date, Payer, Decision | None], Decision]
"""How a payer comes to a decision about a claim, in place of an earlier one or none."""

_KEPT_DAYS = 540  # after which nothing can be filed about a denial any more


@dataclass(frozen=True, slots=True)
class _Known:
    """A denial that was told, its outcomes by action, and whether somebody has worked it."""

    denial: Denial
    outcomes: Mapping[Action, Outcome]


class DenialOffice:
    """A practice's denials: the desk that works them, and at each payer the reviewers."""

    def __init__(
        self, payers: Mapping[str, Payer], record: Record, config: SimulationConfig, claims_a_day: float, seed: int
    ) -> None:
        data = document("staff.yaml")
        self.team = Team(data, claims_a_day, seed)
        self.habits = Habits(data)
        terms = {key: ReviewTerms.of(payer.data) for key, payer in payers.items()}
        self._desk = DenialDesk(self.habits, self.team, terms, seed, config.random_share)
        self._outcomes = Outcomes(payers, data["minutes"], seed)
        self._reviewers = {key: Reviewer(payer) for key, payer in payers.items()}
        self._payers = payers
        self._record = record
        self._fastest = float(data["pace"]["expert"])
        self._known: dict[str, _Known] = {}
        self._appealed: dict[str, Work] = {}
        self._worked: set[str] = set()
        self.capacity: dict[date, int] = {}

    def told(self, account: Account, decision: Decision, day: date) -> bool:
        """A remittance has told what a payer decided of a claim, original or corrected; whether anything is denied."""
        made = account.made
        found = denials_of(decision, made.payer, day, made.edits, documented=made.documented)
        for denial in found:
            outcomes = self._outcomes.of(denial)
            self._known[denial.number] = _Known(denial, {outcome.action: outcome for outcome in outcomes})
            self._reviewers[made.payer].know(denial, outcomes)
            self._record.denied(denial, outcomes)
        self._record.tally.work.told(len(found))
        self._desk.take(account.control_number, found, day)
        return bool(found)

    def corrected(self, account: Account) -> None:
        """The answer to a corrected claim was told: its other denials may be worked again."""
        self._desk.resolved(account.control_number)

    def work(self, day: date) -> list[Work]:
        """A day at the desk. Appeals are filed with the payers; the answer are the corrected claims, to be sent."""
        self._forget(day)
        self.capacity[day] = round(self.team.minutes_on(day) / self._fastest)
        works = self._desk.work(day)
        self._record.chose(self._desk.choices)
        self._desk.choices.clear()
        appeals = [work for work in works if work.appeal is not None]
        for key in self._payers:
            self._file(key, [work for work in appeals if work.denial.payer == key], day)
        return [work for work in works if work.correction is not None]

    def parcel(self, work: Work, account: Account, decide: Decide) -> tuple[str, Parcel]:
        """A corrected claim for its payer: a replacement where it was denied, else an original to who insures.

        ``decide`` is asked where the correction wins.
        """
        correction = work.correction
        assert correction is not None, "only corrected claims are sent"
        earlier = None if correction.rebilled else account.standing
        account.put_right(correction.edits)
        account.made = replace(account.made, claim=correction.claim)
        payer = self._payers[correction.payer]
        outcome = partial(self._outcome, work=work, payer=payer, earlier=earlier, decide=decide)
        return correction.payer, Parcel(account, correction.claim, outcome)

    def _outcome(
        self, claim: Claim, day: date, *, work: Work, payer: Payer, earlier: Decision | None, decide: Decide
    ) -> Decision:
        """What the payer makes of a corrected claim: the outcome that was fixed when the denial was told."""
        known = self._known.get(work.denial.number)
        won = known is not None and known.outcomes[work.action].wins((day - work.denial.told_on).days)
        self._tried(work, won=won)
        return decide(claim, day, payer, earlier) if won else payer.uphold(claim, day, earlier)

    def rulings(self, day: date, standing: Mapping[str, Decision]) -> Iterator[tuple[str, Decision]]:
        """What the payers rule on a day, read by the desk; with each won appeal its payer and the new decision."""
        for key, reviewer in self._reviewers.items():
            answer = reviewer.issue(day, standing)
            if answer is None:
                continue
            file = WireFile.of("decisions", day, key, "csv", answer.content)
            self._record.store(file)
            for ruling in self._desk.answered(file.content, day, file.name):
                self._tried(self._appealed.pop(ruling.appeal_number), won=bool(ruling.lines))
            for decision in answer.decisions:
                yield key, decision

    def _file(self, key: str, works: Sequence[Work], day: date) -> None:
        appeals = [work.appeal for work in works if work.appeal is not None]
        if not appeals:
            return
        file = WireFile.of("appeals", day, key, "csv", write_appeals(appeals))
        self._record.store(file)
        self._reviewers[key].receive(file.content, day, file.name)
        self._appealed |= {work.appeal.number: work for work in works if work.appeal is not None}

    def _tried(self, work: Work, *, won: bool) -> None:
        denial = work.denial
        first = denial.number not in self._worked
        self._worked.add(denial.number)
        age = (work.day - denial.told_on).days
        self._record.tally.work.tried(denial.verdict.family, age, first=first, won=won)
        known = self._known.get(denial.number)
        if won and known is not None:
            self._record.cases.recovered(known.outcomes[work.action].cents)

    def _forget(self, day: date) -> None:
        """Once a month, drop what is too old to be worked, so that memory does not grow with the history."""
        if day.day == 1:
            oldest = day - timedelta(days=_KEPT_DAYS)
            self._known = {number: known for number, known in self._known.items() if known.denial.told_on >= oldest}
            self._worked &= self._known.keys()
