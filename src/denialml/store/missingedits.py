"""Tasks for edits that are missing: opened once for each payer, reason and procedure, decided by people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from denialml.store.audit import utc
from denialml.store.schema import missing_edit, missing_edit_decision, payer
from denialml.store.units import Unit

CLOSED: Final = "closed"
REOPENED: Final = "reopened"


class Gap(NamedTuple):
    """What is missing an edit: denials of one payer for one reason and procedure."""

    payer_id: int
    reason: str
    remarks: str
    procedure: str


@dataclass(frozen=True, slots=True)
class Task:
    """A task. ``action``, ``rule`` and ``person`` are of the last decision about it, empty before any."""

    id: int
    gap: Gap
    payer_name: str
    opened_on: date
    action: str = ""
    rule: str = ""
    person: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it, or somebody opened it again."""
        return self.action != CLOSED


def open_tasks(unit: Unit, gaps: Iterable[Gap], known_on: date) -> int:
    """Open a task for each gap that has none yet; how many were opened."""
    known = {task.gap for task in tasks(unit.connection)}
    new = [gap for gap in dict.fromkeys(gaps) if gap not in known]
    first = unit.allocate("missing_edit", len(new))
    rows = [{"id": first + place, "known_on": known_on, **gap._asdict()} for place, gap in enumerate(new)]
    unit.insert(missing_edit, rows)
    return len(new)


def tasks(connection: Connection) -> list[Task]:
    """Every task, as the last decision left it, oldest first."""
    rows = connection.execute(
        select(
            missing_edit.c.id,
            missing_edit.c.payer_id,
            missing_edit.c.reason,
            missing_edit.c.remarks,
            missing_edit.c.procedure,
            missing_edit.c.known_on,
            payer.c.name,
        )
        .join(payer, missing_edit.c.payer_id == payer.c.id)
        .order_by(missing_edit.c.id)
    ).all()
    decided = {
        row.missing_edit_id: row
        for row in connection.execute(select(missing_edit_decision).order_by(missing_edit_decision.c.id))
    }
    found = []
    for row in rows:
        last = decided.get(row.id)
        gap = Gap(row.payer_id, row.reason, row.remarks, row.procedure)
        said = (last.action, last.rule, last.person) if last is not None else ("", "", "")
        found.append(Task(row.id, gap, row.name, row.known_on, *said))
    return found


def decide(
    unit: Unit, task: int, person: str, action: str, *, rule: str, note: str, at: datetime, known_on: date
) -> None:
    """Write down that somebody closed a task or opened it again."""
    row = {
        "id": unit.allocate("missing_edit_decision", 1),
        "missing_edit_id": task,
        "person": person,
        "action": action,
        "rule": rule,
        "note": note,
        "happened_at": utc(at),
        "known_on": known_on,
    }
    unit.insert(missing_edit_decision, [row])
