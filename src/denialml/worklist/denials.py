"""Which denial to work next: dollars that an hour of work is expected to bring, under its deadlines.

    value of an hour = (P(paid | family, action, age) x expected allowed x P(in time) - cost) x 60 / minutes

P(in time) is 1 while the deadline is further away than the action needs to arrive, then falls day by day; after the
deadline it is 0. The lines of one claim that call for the same action are one piece of work: one corrected claim or
one letter carries them all, so their dollars add and their minutes do not. A case stays on its route while the
route's clock runs; after that the best other action still open is offered; when none is, the case has expired and
its only route is a write-off with approval. A charge is never the value: expected allowed is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from denialml.money import share_of
from denialml.worklist.risk import weighted
from denialml.worklist.tables import APPEALS, OTHER, Action, Clock, Recovery, actions, actions_of, family_of, recoveries

# Twenty-five dollars to rework a denied claim in a practice (MGMA) over about thirty minutes for a routine one.
HOURLY_COST_CENTS: Final = 5_000


@dataclass(frozen=True, slots=True)
class DenialCandidate:
    """One open denial case of one service line, as the store knows it. Money in cents."""

    case_id: int
    claim_id: int
    control_number: str
    category: str
    route: str
    appealable: bool
    expected_allowed_cents: int
    noticed_on: date
    correct_by: date | None
    appeal_by: date | None


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work: the cases of one claim that the same action answers.

    ``action`` is None when every clock has run out (``days_left`` is then the days since, negative).
    ``rerouted`` says that the case's own route has expired and another action is offered.
    """

    rank: int
    claim_id: int
    control_number: str
    cases: tuple[DenialCandidate, ...]
    action: Action | None
    rerouted: bool
    deadline: date | None
    days_left: int | None
    age_days: int
    win_probability: float
    expected_allowed_cents: int
    expected_recovery_cents: int
    cost_cents: int
    minutes: int
    value_per_hour_cents: int

    @property
    def expired(self) -> bool:
        """Whether nothing is left but a write-off with approval."""
        return self.action is None

    @property
    def worth_it(self) -> bool:
        """Whether the work is expected to bring more than it costs."""
        return self.value_per_hour_cents > 0


def rank_denials(candidates: Iterable[DenialCandidate], today: date) -> list[Work]:
    """All pieces of work: those that can be worked by value of an hour, then the expired ones by dollars lost.

    Ties: the nearer deadline (none comes last), the larger expected recovery, the control number, the action's name.
    """
    by_work: dict[tuple[int, Action | None], list[tuple[DenialCandidate, bool]]] = defaultdict(list)
    for candidate in candidates:
        action, rerouted = choose_action(candidate, today)
        by_work[candidate.claim_id, action].append((candidate, rerouted))
    works = [_work(action, cases, today) for (_, action), cases in by_work.items()]
    works.sort(key=_order)
    return [replace(work, rank=rank) for rank, work in enumerate(works, 1)]


def choose_action(case: DenialCandidate, today: date) -> tuple[Action | None, bool]:
    """What to do about a case, and whether that leaves its route: (None, _) when nothing or nothing more can be done.

    Of several open actions the one with the larger value of an hour is chosen, then the shorter, then by name.
    """
    routed = actions_of(case.route)
    if not routed:
        return None, False
    best = _best(case, routed, today)
    if best is not None:
        return best, False
    return _best(case, [action for action in _alternatives(case) if action not in routed], today), True


def _best(case: DenialCandidate, choices: Iterable[Action], today: date) -> Action | None:
    still_open = [action for action in choices if _is_open(case, action, today)]
    if len(still_open) == 1:
        return still_open[0]
    return min(
        still_open,
        key=lambda action: (-_net_per_hour(case, action, today), _recovery(case, action).minutes, action.value),
        default=None,
    )


def in_time(days_left: int | None, lead_days: int) -> float:
    """Chance that an action begun today arrives before the deadline, in days; 1 without a deadline, 0 after it."""
    if days_left is None:
        return 1.0
    if days_left < 0:
        return 0.0
    return min(1.0, (days_left + 1) / (lead_days + 1))


def deadline_of(case: DenialCandidate, action: Action) -> date | None:
    """The last day for an action on a case, or None when no such limit is known."""
    clock = actions()[action].clock
    if clock is Clock.CORRECT_BY:
        return case.correct_by
    if clock is Clock.APPEAL_BY:
        return case.appeal_by
    return None


def _is_open(case: DenialCandidate, action: Action, today: date) -> bool:
    deadline = deadline_of(case, action)
    return deadline is None or deadline >= today


def _alternatives(case: DenialCandidate) -> list[Action]:
    """Other actions that answer this family of denials and run on a clock, appeals only where one may appeal."""
    family = family_of(case.category)
    return [
        action
        for (row_family, action), row in recoveries().items()
        if row_family == family
        and row.is_fallback
        and actions()[action].clock is not Clock.NONE
        and (case.appealable or action not in APPEALS)
    ]


def _recovery(case: DenialCandidate, action: Action) -> Recovery:
    return recoveries().get((family_of(case.category), action)) or recoveries()[OTHER, action]


def _days_left(deadline: date | None, today: date) -> int | None:
    return None if deadline is None else (deadline - today).days


def _expected_recovery(case: DenialCandidate, action: Action, today: date) -> int:
    row = _recovery(case, action)
    left = _days_left(deadline_of(case, action), today)
    chance = row.win_probability((today - case.noticed_on).days) * in_time(left, actions()[action].lead_days)
    return weighted(case.expected_allowed_cents, chance)


def _cost(action: Action, minutes: int) -> int:
    return share_of(HOURLY_COST_CENTS, minutes, 60) + actions()[action].outlay_cents


def _net_per_hour(case: DenialCandidate, action: Action, today: date) -> int:
    minutes = _recovery(case, action).minutes
    return share_of(_expected_recovery(case, action, today) - _cost(action, minutes), 60, minutes)


def _work(action: Action | None, pairs: Sequence[tuple[DenialCandidate, bool]], today: date) -> Work:
    cases = tuple(sorted((case for case, _ in pairs), key=lambda case: case.case_id))
    first = cases[0]
    age = max((today - case.noticed_on).days for case in cases)
    allowed = sum(case.expected_allowed_cents for case in cases)
    rerouted = any(other for _, other in pairs)
    if action is None:
        deadline = _last_deadline(cases)
        return Work(
            0, first.claim_id, first.control_number, cases, None, rerouted, deadline, _days_left(deadline, today),
            age, 0.0, allowed, 0, 0, 0, 0,
        )  # fmt: skip
    deadlines = [d for case in cases if (d := deadline_of(case, action)) is not None]
    deadline = min(deadlines, default=None)
    recovery = sum(_expected_recovery(case, action, today) for case in cases)
    minutes = max(_recovery(case, action).minutes for case in cases)
    cost = _cost(action, minutes)
    return Work(
        rank=0,
        claim_id=first.claim_id,
        control_number=first.control_number,
        cases=cases,
        action=action,
        rerouted=rerouted,
        deadline=deadline,
        days_left=_days_left(deadline, today),
        age_days=age,
        win_probability=recovery / allowed if allowed else 0.0,
        expected_allowed_cents=allowed,
        expected_recovery_cents=recovery,
        cost_cents=cost,
        minutes=minutes,
        value_per_hour_cents=share_of(recovery - cost, 60, minutes),
    )


def _last_deadline(cases: Sequence[DenialCandidate]) -> date | None:
    known = [day for case in cases for day in (case.correct_by, case.appeal_by) if day is not None]
    return max(known, default=None)


def _order(work: Work) -> tuple[object, ...]:
    left = work.days_left if work.days_left is not None else 10**9
    if work.expired:
        return (True, -work.expected_allowed_cents, left, 0, work.control_number, "")
    return (
        False, -work.value_per_hour_cents, left, -work.expected_recovery_cents, work.control_number, str(work.action),
    )  # fmt: skip
