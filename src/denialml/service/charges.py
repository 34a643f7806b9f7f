"""Taking claims in from 837P files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from denialml.errors import BadInputError, Finding
from denialml.service.audit import note
from denialml.service.inputs import by_day, content_of, events_of, findings_of, taken_in
from denialml.service.ledger_periods import added_up
from denialml.settings import Settings
from denialml.x12.events import ClaimRead, Event, Refused, Transaction

if TYPE_CHECKING:
    from denialml.store import Store, Unit
    from denialml.store.periods import MovedBookings


@dataclass(frozen=True, slots=True)
class ChargesFile:
    """What one file added. ``error`` is set when it could not be read, and then nothing of it was kept.

    ``repeated_claims`` were there already. ``sent_claims`` are those recorded as sent by it, new ones and drafts of
    before, and ``booked_cents`` the charges booked for them. ``freed_claims`` are payers' answers that waited for them.
    ``moved_from_closed_periods`` is what was booked on the first open day, since its own is closed.
    """

    path: Path
    error: str = ""
    claims: int = 0
    lines: int = 0
    charge_cents: int = 0
    repeated_claims: int = 0
    refused_claims: int = 0
    sent_claims: int = 0
    booked_cents: int = 0
    freed_claims: int = 0
    moved_from_closed_periods: tuple[MovedBookings, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargesReport:
    """All files together, and each."""

    files: tuple[ChargesFile, ...]
    unreadable_files: int
    claims: int
    lines: int
    charge_cents: int
    repeated_claims: int
    refused_claims: int
    sent_claims: int
    booked_cents: int
    freed_claims: int
    moved_from_closed_periods: tuple[MovedBookings, ...] = ()


def import_charges(
    settings: Settings,
    files: Sequence[Path],
    *,
    sent: bool,
    known_on: date | None = None,
    progress: Callable[[str], None] | None = None,
) -> ChargesReport:
    """Keep the claims of 837P files, each version once; with ``sent``, record them as sent and book their charges.

    Args:
        settings: Where the store is.
        files: The files, one unit of work each.
        sent: Whether they were sent on their file's day; else they are drafts.
        known_on: The day the claims were ready (and sent), instead of the day that the file's envelope names (GS04).
        progress: Called with each file's name when it is done.

    Raises:
        StorageError: the database failed. Files before are kept, the one at hand is not.
    """
    return report_of(taken_in(settings, files, partial(_import, sent=sent, known_on=known_on), progress))


def _import(store: Store, path: Path, *, sent: bool, known_on: date | None) -> ChargesFile:
    from denialml.store.periods import moved

    try:
        content = content_of(path)
        events = events_of(content, "837")
        claims = by_day(events, known_on, _claim_of, "say when the claims were ready")
    except BadInputError as error:
        return ChargesFile(path, error=str(error))
    done = ChargesFile(
        path,
        refused_claims=sum(isinstance(event, Refused) for event in events),
        findings=findings_of(events, "837"),
    )
    with store.unit() as unit:
        for day, reads in claims.items():
            done = _save(unit, done, content, reads, day, sent=sent)
        _keep_numbers(unit, content, events)
        return replace(done, moved_from_closed_periods=moved(unit.connection))


def _keep_numbers(unit: Unit, content: bytes, events: Sequence[Event]) -> None:
    """Keep the control numbers by which the file's receiver will answer it; a file without a claim is not kept."""
    from denialml.store.claimsets import save_sets
    from denialml.store.files import file_of

    file_id = file_of(unit.connection, content)
    if file_id is not None:
        save_sets(unit, file_id, (each for each in events if isinstance(each, Transaction) and each.set_id == "837"))


def _save(
    unit: Unit, done: ChargesFile, content: bytes, reads: list[ClaimRead], day: date, *, sent: bool
) -> ChargesFile:
    """Keep the claims of one day of a file, and add them to what the file did so far."""
    from denialml.store.charges import save_claims
    from denialml.store.posting import book_charges

    saved = save_claims(unit, done.path.name, content, reads, known_on=day, sent_on=day if sent else None)
    booked = book_charges(unit, saved.submitted, known_on=day) if sent else None
    claims = [each.read.claim for each in saved.claims]
    if claims or saved.submitted:
        note(unit, "import charges", f"file/{saved.file_id}", claims=len(claims), sent=len(saved.submitted))
    return replace(
        done,
        claims=done.claims + len(claims),
        lines=done.lines + sum(len(claim.lines) for claim in claims),
        charge_cents=done.charge_cents + sum(claim.charge_cents for claim in claims),
        repeated_claims=done.repeated_claims + saved.repeated,
        sent_claims=done.sent_claims + len(saved.submitted),
        booked_cents=done.booked_cents + (booked.charged_cents if booked else 0),
        freed_claims=done.freed_claims + (sum(each.parked is None for each in booked.reposted) if booked else 0),
    )


def _claim_of(event: Event) -> ClaimRead | None:
    return event if isinstance(event, ClaimRead) else None


def report_of(files: tuple[ChargesFile, ...]) -> ChargesReport:
    """The report on files, from what each of them did."""
    return ChargesReport(
        files=files,
        unreadable_files=sum(bool(file.error) for file in files),
        claims=sum(file.claims for file in files),
        lines=sum(file.lines for file in files),
        charge_cents=sum(file.charge_cents for file in files),
        repeated_claims=sum(file.repeated_claims for file in files),
        refused_claims=sum(file.refused_claims for file in files),
        sent_claims=sum(file.sent_claims for file in files),
        booked_cents=sum(file.booked_cents for file in files),
        freed_claims=sum(file.freed_claims for file in files),
        moved_from_closed_periods=added_up(file.moved_from_closed_periods for file in files),
    )
