"""Explanations of benefits on paper: entered by a person, or read from a document for a person to correct and confirm.

Reading posts nothing. Entering posts through the same door as 835 files, under the name of the person who answers for
the values; who that was is in the audit trail and in ``paper_entry``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from denialml import eob
from denialml.eob import documents
from denialml.eob.entry import places_of
from denialml.errors import BadInputError, Finding, RefusedError, Severity
from denialml.service.decisions import named
from denialml.service.deposits import match_deposits
from denialml.service.inputs import content_of
from denialml.service.ledger_periods import added_up
from denialml.service.newfile import new_file
from denialml.service.posting import PostedFile, counted
from denialml.settings import Settings

if TYPE_CHECKING:
    from denialml.store import Unit

_KINDS: Final = {".yaml": "yaml", ".yml": "yaml", ".csv": "csv"}


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What was read from a document. ``doubts`` must be looked at before it can be entered.

    ``recognised_pages`` had no text of their own and went through OCR.
    """

    out: Path
    pages: int
    recognised_pages: int
    claims: int
    lines: int
    values: int
    doubts: int
    doubts_by_kind: dict[str, int]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: its pages turned straight, and the draft."""

    pages: tuple[eob.Page, ...]
    sheet: eob.Sheet


def enter_file(
    settings: Settings,
    path: Path,
    *,
    person: str,
    document: Path | None = None,
    received_on: date,
    at: datetime,
) -> PostedFile:
    """Post the remittance that a person typed, or drafted from a document and corrected.

    Args:
        settings: Where the store is.
        path: The values: YAML, or CSV with a row for each line.
        person: Who answers for them.
        document: The document they were drafted from, when there is one; a draft names it by its sha256.
        received_on: The day the paper came.
        at: This moment.

    Raises:
        BadInputError: it cannot be read, is in doubt or does not balance; every place is named. Nothing was posted.
        RefusedError: the document or the check was posted before.
        StorageError: the database failed; nothing was posted.
    """
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise BadInputError(f"{path.name}: an entry is a .yaml or a .csv file")
    try:
        content = content_of(path)
        read = content_of(document) if document else None
        return enter(settings, path.name, content, kind, person=person, document=read, received_on=received_on, at=at)
    except BadInputError as error:
        raise BadInputError(f"{path.name}: {error}") from None


def enter(
    settings: Settings,
    name: str,
    content: bytes,
    kind: str,
    *,
    person: str,
    document: bytes | None = None,
    received_on: date,
    at: datetime,
) -> PostedFile:
    """Post the remittance of an entry's bytes; as :func:`enter_file`, which says what it raises."""
    from denialml.store import open_store
    from denialml.store.paper import ENTRY, posted_before
    from denialml.store.periods import moved
    from denialml.store.posting import post_remittances

    who = named(person)
    sheet = eob.sheet_of(content, kind)
    _check_document(sheet, document)
    found = eob.entered(sheet, received_on)
    if found.remittance is None:
        raise BadInputError(_listed(found.findings))
    store = open_store(settings.url)
    try:
        with store.unit() as unit:
            before = posted_before(unit.connection, found.remittance)
            if before:
                source = "from paper" if before.from_paper else "from an 835"
                raise RefusedError(
                    f"this check or letter is posted already, {source} of {before.known_on} (remittance "
                    f"{before.remittance_id}); if it is another payer's, give payer_tax_id. Nothing was posted"
                )
            saved = post_remittances(unit, name, content, [found.remittance], received_on, ENTRY)
            if saved.repeated:
                raise RefusedError(f"this file was entered before (file {saved.file_id}); nothing was posted")
            if any(plan.repeated for plan in saved.plans):
                raise RefusedError("the same payment was entered before; nothing was posted")
            # The ledger says the same of the patient's share, at bytes of an 835.
            posted = replace(
                counted(Path(name), saved, ()),
                findings=found.findings,
                moved_from_closed_periods=moved(unit.connection),
            )
            _sign(unit, saved.file_id, document, who, posted, at, received_on)
    finally:
        store.close()
    matched = match_deposits(settings).moved
    return replace(posted, moved_from_closed_periods=added_up((posted.moved_from_closed_periods, matched)))


def read_file(path: Path, out: Path) -> DraftReport:
    """Read a document and write a draft of what it says, with page, box and confidence of each value. Posts nothing.

    Raises:
        BadInputError: it is no document that can be read, or OCR is needed and not installed.
        RefusedError: ``out`` is there already.
    """
    content = content_of(path)
    try:
        found = read_document(content)
    except BadInputError as error:
        raise BadInputError(f"{path.name}: {error}") from None
    with new_file(out) as stream:
        stream.write(eob.entry_text(found.sheet))
    cells = [cell for _, fields in places_of(found.sheet) for cell in fields.values()]
    doubts = Counter(cell.doubt.split(":")[0] for cell in cells if cell.doubt)
    return DraftReport(
        out=out,
        pages=len(found.pages),
        recognised_pages=sum(page.recognised for page in found.pages),
        claims=len(found.sheet.claims),
        lines=sum(len(claim.lines) for claim in found.sheet.claims),
        values=len(cells),
        doubts=doubts.total(),
        doubts_by_kind=dict(sorted(doubts.items())),
        findings=tuple(each for each in eob.looked_over(found.sheet) if each.code != "in-doubt"),
    )


def read_document(content: bytes) -> Document:
    """The draft of a document's bytes: a PDF or a picture of one page.

    Raises:
        BadInputError: it is no such document, or OCR is needed and not installed.
    """
    pages = documents.read_pages(content)
    return Document(pages, eob.draft(pages, hashlib.sha256(content).hexdigest()))


def page_picture(content: bytes, found: Document, number: int) -> bytes:
    """A page of a document as a PNG picture, turned straight, with frames around the values in doubt."""
    cells = [cell for _, fields in places_of(found.sheet) for cell in fields.values()]
    doubted = [cell.place.box for cell in cells if cell.doubt and cell.place and cell.place.page == number]
    return documents.picture(content, found.pages[number - 1], doubted)


def _check_document(sheet: eob.Sheet, document: bytes | None) -> None:
    if sheet.document and document is None:
        raise BadInputError("it was drafted from a document: name that with --document")
    if document is not None and sheet.document != hashlib.sha256(document).hexdigest():
        raise BadInputError("it was not drafted from this document; read the document again")


def _sign(
    unit: Unit, file_id: int, document: bytes | None, who: str, posted: PostedFile, at: datetime, known_on: date
) -> None:
    """Keep the document, and who answers for what was posted of it."""
    from denialml.store.files import save_file
    from denialml.store.paper import DOCUMENT, add_entry

    document_id = file_id
    if document is not None:
        kept = save_file(unit, "document", DOCUMENT, document, known_on)
        if kept.repeated:
            raise RefusedError(f"this document was entered before (file {kept.id}); nothing was posted")
        document_id = kept.id
    add_entry(unit, file_id, document_id, who, at, known_on)
    detail = {
        "document": document_id,
        "posted_cents": posted.posted_cents,
        "parked_cents": posted.parked_cents,
        "denial_cases": posted.denial_cases,
    }
    unit.audit(who, "eob:enter", f"file/{file_id}", detail, at)


def _listed(findings: tuple[Finding, ...]) -> str:
    errors = [each for each in findings if each.severity is Severity.ERROR]
    lines = [f"  {each.where}: {each.message}" for each in errors]
    return "\n".join(["nothing was posted:", *lines])
