"""Taking acknowledgements of claims in from 277CA files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from denialml.claims import ClaimAcknowledgement
from denialml.claims.status import StatusLevel
from denialml.errors import BadInputError, Finding
from denialml.service.audit import note
from denialml.service.inputs import content_of, events_of, findings_of
from denialml.settings import Settings
from denialml.x12.events import Event, MessageRead, Transaction

if TYPE_CHECKING:
    from denialml.store import Store


@dataclass(frozen=True, slots=True)
class AcksFile:
    """What one file said of single claims. ``error`` is set when it could not be read, and then nothing of it was kept.

    Statements are counted, of which a claim may get one of the clearinghouse and one of its payer: those that accept
    and those that reject it. ``unknown`` are under numbers that nothing was sent under, ``repeated`` were made before.
    """

    path: Path
    error: str = ""
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    repeated: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class AcksReport:
    """All files together, and each."""

    files: tuple[AcksFile, ...]
    unreadable_files: int
    accepted: int
    rejected: int
    unknown: int
    repeated: int


def import_acks(
    settings: Settings,
    files: Sequence[Path],
    *,
    known_on: date | None = None,
    progress: Callable[[str], None] | None = None,
) -> AcksReport:
    """Keep what 277CA files say of claims, each statement once.

    Args:
        settings: Where the store is.
        files: The files, one unit of work each.
        known_on: The day they came, instead of the day that the file's envelope names (GS04).
        progress: Called with each file's name when it is done.

    Raises:
        StorageError: the database failed. Files before are kept, the one at hand is not.
    """
    from denialml.store import open_store

    store = open_store(settings.url)
    done = []
    try:
        for path in files:
            done.append(_import(store, path, known_on))
            if progress:
                progress(path.name)
    finally:
        store.close()
    return AcksReport(
        files=tuple(done),
        unreadable_files=sum(bool(file.error) for file in done),
        accepted=sum(file.accepted for file in done),
        rejected=sum(file.rejected for file in done),
        unknown=sum(file.unknown for file in done),
        repeated=sum(file.repeated for file in done),
    )


def _import(store: Store, path: Path, known_on: date | None) -> AcksFile:
    from denialml.store.acknowledgements import save_acknowledgements

    try:
        content = content_of(path)
        events = events_of(content, "277")
        by_day = _said_by_day(events, known_on)
    except BadInputError as error:
        return AcksFile(path, error=str(error))
    done = AcksFile(path, findings=findings_of(events, "277"))
    with store.unit() as unit:
        for day, said in by_day.items():
            saved = save_acknowledgements(unit, path.name, content, said, day)
            if saved.accepted or saved.rejected:
                counts = {"accepted": saved.accepted, "rejected": saved.rejected}
                note(unit, "import acks", f"file/{saved.file_id}", **counts)
            done = replace(
                done,
                accepted=done.accepted + saved.accepted,
                rejected=done.rejected + saved.rejected,
                unknown=done.unknown + saved.unknown,
                repeated=done.repeated + saved.repeated,
            )
    return done


def _said_by_day(events: Sequence[Event], known_on: date | None) -> dict[date, list[ClaimAcknowledgement]]:
    """What is said of single claims, by the day it came."""
    by_day: dict[date, list[ClaimAcknowledgement]] = {}
    day = known_on
    for event in events:
        if isinstance(event, Transaction):
            day = known_on or event.created_on
        elif isinstance(event, MessageRead) and isinstance(event.message, ClaimAcknowledgement):
            if event.message.level is not StatusLevel.CLAIM:
                continue
            if day is None:
                raise BadInputError("its envelope names no day (GS04); say with --known-on when it came")
            by_day.setdefault(day, []).append(event.message)
    return by_day
