"""Leaving audit events for what commands do, and checking the trail."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING

from denialml.service import clock
from denialml.settings import Settings

if TYPE_CHECKING:
    from denialml.store import Unit


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How many events the chain holds, all verified."""

    events: int


def note(unit: Unit, action: str, object_: str, **detail: object) -> None:
    """Append an event in the name of the machine's user, in the same unit of work as what it tells of.

    ``detail`` is counts, keys and names of ours; nothing of a patient, and no name of a file, which may hold one.
    """
    unit.audit(_operator(), action, object_, detail, clock.now())


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "unknown"


def verify(settings: Settings) -> AuditReport:
    """Recompute the chain.

    Raises:
        NotFoundError: there is no database yet.
        StorageError: an event was altered or removed; the message names the first.
    """
    from denialml.service.practice import existing_store

    with existing_store(settings) as store:
        return AuditReport(events=store.verify_audit())
