"""Checking the audit trail."""

from __future__ import annotations

from dataclasses import dataclass

from denialml.settings import Settings


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How many events the chain holds, all verified."""

    events: int


def verify(settings: Settings) -> AuditReport:
    """Recompute the chain.

    Raises:
        StorageError: an event was altered or removed; the message names the first.
    """
    from denialml.store import open_store

    return AuditReport(events=open_store(settings.url).verify_audit())
