"""Taking acknowledgements in: of single claims from 277CA files, of whole files of claims from 999 and TA1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from denialml import x12
from denialml.claims import ClaimAcknowledgement, FunctionalAcknowledgement, InterchangeAcknowledgement
from denialml.claims.status import StatusLevel
from denialml.errors import BadInputError, Finding, Severity
from denialml.service.audit import note
from denialml.service.inputs import by_day, content_of, findings_of, taken_in
from denialml.settings import Settings
from denialml.x12.events import Event, MessageRead, Transaction

if TYPE_CHECKING:
    from denialml.store import Store, Unit
    from denialml.store.acknowledgements import Statement
    from denialml.store.refusedfiles import FileAnswer


@dataclass(frozen=True, slots=True)
class AcksFile:
    """What one file said. ``error`` is set when it could not be read, and then nothing of it was kept.

    Statements on claims are counted, of which a claim may get one of the clearinghouse and one of its payer: those that
    accept and those that reject it, each claim of a refused file among them. ``unknown`` are under numbers that nothing
    was sent under, ``repeated`` were made before. ``files_accepted`` and ``files_rejected`` count answers to files of
    claims (a TA1's interchange, a 999's group), ``files_unknown`` those to files that are not kept here.
    """

    path: Path
    error: str = ""
    accepted: int = 0
    rejected: int = 0
    unknown: int = 0
    repeated: int = 0
    files_accepted: int = 0
    files_rejected: int = 0
    files_unknown: int = 0
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
    files_accepted: int
    files_rejected: int
    files_unknown: int


def import_acks(
    settings: Settings,
    files: Sequence[Path],
    *,
    known_on: date | None = None,
    progress: Callable[[str], None] | None = None,
) -> AcksReport:
    """Keep what 277CA files say of claims, and what 999 and TA1 say of files of them, each statement once.

    Args:
        settings: Where the store is.
        files: The files, one unit of work each.
        known_on: The day they came, instead of the day that the file's envelope names (GS04). A TA1 has none,
            and counts as known on the day of what it answers (TA102), minutes after which it is written.
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
        files_accepted=sum(file.files_accepted for file in done),
        files_rejected=sum(file.files_rejected for file in done),
        files_unknown=sum(file.files_unknown for file in done),
    )


_KINDS: Final = ("277", "999")


def _import(store: Store, path: Path, *, known_on: date | None) -> AcksFile:
    from denialml.store.files import save_file

    try:
        content = content_of(path)
        events = list(x12.read(content))
        said_by_day = by_day(events, known_on, _of_a_claim, "say with --known-on when it came")
        answers = _answers(events, known_on)
    except BadInputError as error:
        return AcksFile(path, error=str(error))
    kind = _kind_of(events)
    if not kind:
        return AcksFile(path, error="holds no 277CA, 999 or TA1")
    done = AcksFile(path, findings=findings_of(events, *_KINDS))
    days = [*said_by_day, *(answer.known_on for answer in answers)]
    if not days:
        return done
    with store.unit() as unit:
        saved = save_file(unit, path.name, kind, content, min(days))
        for day, said in said_by_day.items():
            done = _save(unit, done, saved.id, said, day)
        for answer in answers:
            done = _save_answer(unit, done, saved.id, answer)
    return done


def _kind_of(events: Sequence[Event]) -> str:
    """What a file is kept as: by its first kind of transaction, else TA1; empty where it acknowledges nothing."""
    kinds = [event.set_id for event in events if isinstance(event, Transaction) and event.set_id in _KINDS]
    if kinds:
        return "277CA" if "277" in kinds else "999"
    is_ta1 = any(
        isinstance(event, MessageRead) and isinstance(event.message, InterchangeAcknowledgement) for event in events
    )
    return "TA1" if is_ta1 else ""


def _save(unit: Unit, done: AcksFile, file_id: int, said: Sequence[Statement], day: date) -> AcksFile:
    """Keep what was said of claims on a day, and add it to what the file did so far."""
    from denialml.store.acknowledgements import save_acknowledgements

    saved = save_acknowledgements(unit, file_id, said, day)
    if saved.accepted or saved.rejected:
        note(unit, "import acks", f"file/{file_id}", accepted=saved.accepted, rejected=saved.rejected)
    return replace(
        done,
        accepted=done.accepted + saved.accepted,
        rejected=done.rejected + saved.rejected,
        unknown=done.unknown + saved.unknown,
        repeated=done.repeated + saved.repeated,
    )


def _save_answer(unit: Unit, done: AcksFile, file_id: int, answer: FileAnswer) -> AcksFile:
    """Keep what an answer to a file of claims says of them."""
    from denialml.store.refusedfiles import refusals_of, sets_answered

    sets = sets_answered(unit.connection, answer)
    if not sets:
        text = f"{answer.kind} of {answer.about}: none of the files of claims taken in has that number"
        found = Finding("unknown-file", Severity.WARNING, answer.kind, text)
        return replace(done, files_unknown=done.files_unknown + 1, findings=(*done.findings, found))
    said = refusals_of(unit.connection, answer, sets)
    if not answer.said.accepted:
        done = replace(done, files_rejected=done.files_rejected + 1)
    else:
        done = replace(done, files_accepted=done.files_accepted + 1)
    return _save(unit, done, file_id, said, answer.known_on) if said else done


def _answers(events: Iterable[Event], known_on: date | None) -> list[FileAnswer]:
    """The answers to files of claims.

    Raises:
        BadInputError: a 999 names no day.
    """
    from denialml.store.refusedfiles import CLAIMS, FileAnswer

    found = []
    around: Transaction | None = None
    for event in events:
        if isinstance(event, Transaction):
            around = event
        elif not isinstance(event, MessageRead):
            continue
        elif isinstance(event.message, InterchangeAcknowledgement):
            found.append(FileAnswer(event.message, known_on or event.message.sent_on))
        elif isinstance(event.message, FunctionalAcknowledgement) and around and event.message.functional_id == CLAIMS:
            day = known_on or around.created_on
            if day is None:
                raise BadInputError("its envelope names no day (GS04); say with --known-on when it came")
            found.append(FileAnswer(event.message, day, around.sender_id, around.receiver_id))
    return found


def _of_a_claim(event: Event) -> Statement | None:
    """What an event says of a single claim."""
    from denialml.store.acknowledgements import Statement

    said = event.message if isinstance(event, MessageRead) else None
    if not isinstance(said, ClaimAcknowledgement) or said.level is not StatusLevel.CLAIM:
        return None
    return Statement.of(said)
