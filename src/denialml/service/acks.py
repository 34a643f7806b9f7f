"""Taking acknowledgements of claims in from 277CA files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from denialml.claims import ClaimAcknowledgement
from denialml.claims.status import StatusLevel
from denialml.errors import BadInputError, Finding
from denialml.service.audit import note
from denialml.service.inputs import by_day, content_of, events_of, findings_of, taken_in
from denialml.settings import Settings
from denialml.x12.events import Event, MessageRead

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
    done = taken_in(settings, files, partial(_import, known_on=known_on), progress)
    return AcksReport(
        files=done,
        unreadable_files=sum(bool(file.error) for file in done),
        accepted=sum(file.accepted for file in done),
        rejected=sum(file.rejected for file in done),
        unknown=sum(file.unknown for file in done),
        repeated=sum(file.repeated for file in done),
    )


def _import(store: Store, path: Path, *, known_on: date | None) -> AcksFile:
    from denialml.store.acknowledgements import save_acknowledgements

    try:
        content = content_of(path)
        events = events_of(content, "277")
        said_by_day = by_day(events, known_on, _of_a_claim, "say with --known-on when it came")
    except BadInputError as error:
        return AcksFile(path, error=str(error))
    done = AcksFile(path, findings=findings_of(events, "277"))
    with store.unit() as unit:
        for day, said in said_by_day.items():
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


def _of_a_claim(event: Event) -> ClaimAcknowledgement | None:
    """What an event says of a single claim."""
    said = event.message if isinstance(event, MessageRead) else None
    return said if isinstance(said, ClaimAcknowledgement) and said.level is StatusLevel.CLAIM else None
