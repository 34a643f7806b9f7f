"""Missing edits as tasks: each kind of preventable denial that no rule finds, until somebody answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from denialml.errors import NotFoundError, RefusedError, UsageError
from denialml.service.audit import note
from denialml.service.clock import now, today
from denialml.service.decisions import named, noted, reasoned
from denialml.service.edits import Missed, counted
from denialml.service.practice import existing_store
from denialml.service.scrub import check_rule
from denialml.settings import Settings
from denialml.store.missingedits import CLOSED, REOPENED, Task, decide, open_tasks, tasks


@dataclass(frozen=True, slots=True)
class MissingEditTask:
    """A missing edit as a task: ``state`` is ``open``, ``closed`` by a person, or ``met`` where rules now find it all.

    ``denials``, ``denied_cents``, ``last_answer`` and ``example`` are of the denials that still nothing meets; ``rule``
    is what the person who closed it said answers it.
    """

    task: int
    state: str
    payer: str
    reason: str
    remarks: str
    procedure: str
    denials: int
    denied_cents: int
    last_answer: date | None
    example: str
    opened_on: date
    rule: str
    person: str


def missing_edits(
    settings: Settings, *, every: bool = False, progress: Callable[[str], None] | None = None
) -> tuple[MissingEditTask, ...]:
    """Measure the whole past, open a task for each missing edit that has none, and list them, the dearest first.

    Without ``every`` the closed and the met ones are left out. ``progress`` is called with each claim's number.

    Raises:
        NotFoundError: the home holds no practice.
        BadInputError: the practice's file in the home cannot be used.
    """
    day = today(settings)
    missed = counted(settings, date.min, day, progress).gaps
    with existing_store(settings) as store, store.unit() as unit:
        opened = open_tasks(unit, missed, day)
        if opened:
            note(unit, "rules:missing", "missing_edit", opened=opened)
        known = tasks(unit.connection)
    found = [_task(task, missed.get(task.gap)) for task in known]
    wanted = [each for each in found if every or each.state == "open"]
    return tuple(sorted(wanted, key=lambda each: (-each.denied_cents, each.task)))


def _task(task: Task, missed: Missed | None) -> MissingEditTask:
    state = "met" if missed is None else "open"
    still = missed or Missed()
    return MissingEditTask(
        task.id,
        state if task.is_open else CLOSED,
        task.payer_name,
        task.gap.reason,
        task.gap.remarks,
        task.gap.procedure,
        still.denials,
        still.cents,
        still.last if missed else None,
        still.example,
        task.opened_on,
        task.rule,
        task.person,
    )


def close_missing_edit(settings: Settings, task: int, *, person: str, rule: str = "", reason: str = "") -> None:
    """Close a task: a rule answers it, or there is a reason why none should.

    Raises:
        NotFoundError: there is no such task, rule, or practice.
        UsageError: nobody is named, or neither a rule nor a reason.
        RefusedError: it is closed already.
    """
    if not rule and not reason.strip():
        raise UsageError("say with --rule which rule answers it, or with --reason why none should")
    if rule:
        check_rule(settings, rule)
    _decide(settings, task, named(person), CLOSED, rule=rule, reason=noted(reason))


def reopen_missing_edit(settings: Settings, task: int, *, person: str, reason: str) -> None:
    """Open a closed task again.

    Raises:
        NotFoundError: there is no such task, or no practice.
        UsageError: nobody is named, or no reason.
        RefusedError: it is open.
    """
    _decide(settings, task, named(person), REOPENED, rule="", reason=reasoned(reason))


def _decide(settings: Settings, task: int, person: str, action: str, *, rule: str, reason: str) -> None:
    with existing_store(settings) as store, store.unit() as unit:
        known = next((each for each in tasks(unit.connection) if each.id == task), None)
        if known is None:
            raise NotFoundError(f"there is no missing edit {task}; `denialml rules missing --all` lists them")
        if known.is_open is (action == REOPENED):
            raise RefusedError(f"missing edit {task} is {'open' if known.is_open else 'closed'} already")
        at = now()
        decide(
            unit, task, person, action, rule=rule, note=reason, at=at,
            known_on=today(settings),
        )  # fmt: skip
        unit.audit(person, f"missing-edit:{action}", f"missing_edit/{task}", {"rule": rule}, at)
