"""Overrides of findings: who sends a claim in spite of a rule, and why. The last row of a finding holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select

from denialml.ledger import normalised
from denialml.scrub import Override
from denialml.store.audit import utc
from denialml.store.lookup import rows_with
from denialml.store.schema import finding_override
from denialml.store.units import Unit

OVERRIDDEN: Final = "overridden"
WITHDRAWN: Final = "withdrawn"

_ROWS = select(finding_override).order_by(finding_override.c.id)


def add_override(unit: Unit, control_number: str, override: Override, action: str, at: datetime) -> None:
    """Write down that somebody overrides a finding of a claim, or takes that back."""
    row = {
        "id": unit.allocate("finding_override", 1),
        "control_number": normalised(control_number),
        "rule": override.rule,
        "line": override.line,
        "action": action,
        "person": override.person,
        "reason": override.reason,
        "happened_at": utc(at),
        "known_on": override.decided_on,
    }
    unit.insert(finding_override, [row])


def overrides(connection: Connection, control_numbers: Iterable[str], until: date) -> dict[str, tuple[Override, ...]]:
    """The overrides that hold at the end of a day, by control number in capitals."""
    standing: dict[str, dict[tuple[str, int], Override]] = {}
    wanted = {normalised(number) for number in control_numbers}
    for row in rows_with(
        connection, _ROWS.where(finding_override.c.known_on <= until), finding_override.c.control_number, wanted
    ):
        of_claim = standing.setdefault(row.control_number, {})
        of_claim.pop((row.rule, row.line), None)
        if row.action == OVERRIDDEN:
            of_claim[row.rule, row.line] = Override(row.rule, row.reason, row.person, row.known_on, row.line)
    return {number: tuple(of.values()) for number, of in standing.items() if of}
