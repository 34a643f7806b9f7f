"""A draft of an explanation of benefits as a form: its values to be corrected and confirmed by a person."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from denialml import eob
from denialml.eob import CLAIM, HEAD, LINE, Cell, Sheet, SheetClaim
from denialml.eob.entry import places_of, sums_of
from denialml.eob.sheet import Fields
from denialml.errors import BadInputError, Finding, Severity
from denialml.service.eob import Document, enter
from denialml.service.posting import PostedFile
from denialml.settings import Settings

__all__ = ["CLAIM", "HEAD", "LINE", "Doubt", "Form", "Looked", "confirm", "form_of", "looked_over", "read_draft"]


def read_draft(found: Document, draft: bytes) -> Document:
    """A document with the draft that was written of it before, in place of the one just read.

    Raises:
        BadInputError: the draft cannot be read, or is of another document.
    """
    sheet = eob.sheet_of(draft, "yaml")
    if sheet.document != found.sheet.document:
        raise BadInputError("this draft was not read from this document")
    return Document(found.pages, sheet)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value of a draft that a person has to look at."""

    where: str
    name: str
    text: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Form:
    """An explanation of benefits as a form holds it: texts by field. ``#`` of a line is the number of its claim."""

    head: dict[str, str]
    claims: tuple[dict[str, str], ...]
    lines: tuple[dict[str, str], ...]
    provider_adjustments: tuple[Fields, ...] = ()
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """How a form stands: what is wrong with it, and the sums of the check."""

    findings: tuple[Finding, ...]
    ready: bool
    amount_cents: int
    paid_cents: int
    difference_cents: int


def form_of(sheet: Sheet) -> Form:
    """A draft as a form holds it."""
    doubts = tuple(
        Doubt(where, name, cell.text, cell.place.confidence if cell.place else 1.0, cell.doubt)
        for where, fields in places_of(sheet)
        for name, cell in fields.items()
        if cell.doubt
    )
    lines = tuple({"#": str(n), **_texts(line)} for n, claim in enumerate(sheet.claims, 1) for line in claim.lines)
    claims = tuple(_texts(claim.fields) for claim in sheet.claims)
    return Form(_texts(sheet.head), claims, lines, sheet.provider_adjustments, doubts)


def looked_over(form: Form) -> Looked:
    """What is wrong with a form as it stands.

    Raises:
        BadInputError: a line names no claim of it.
    """
    sheet = _sheet(form)
    findings = eob.looked_over(sheet)
    sums = sums_of(sheet)
    ready = not any(finding.severity is Severity.ERROR for finding in findings)
    return Looked(findings, ready, sums.amount_cents, sums.paid_cents, sums.difference_cents)


def confirm(
    settings: Settings, document: bytes, form: Form, *, person: str, received_on: date, at: datetime
) -> PostedFile:
    """Post a form that a person confirms, with the document it was read from; raises as :func:`enter_file`."""
    sheet = replace(_sheet(form), document=hashlib.sha256(document).hexdigest())
    content = eob.entry_text(sheet)
    return enter(settings, "entry", content, "yaml", person=person, document=document, received_on=received_on, at=at)


def _sheet(form: Form) -> Sheet:
    """A form as a sheet, without the rows that are empty. What the person left standing is in doubt no longer."""
    numbered = [(n, claim) for n, claim in enumerate(form.claims, 1) if any(claim.values())]
    lines: dict[int, list[Fields]] = {n: [] for n, _ in numbered}
    for place, line in enumerate(form.lines, 1):
        if not any(text for name, text in line.items() if name != "#"):
            continue
        number = line["#"].strip()
        if not number.isdecimal() or int(number) not in lines:
            raise BadInputError(f"line {place} of the lines names no claim: write the claim's number under #")
        lines[int(number)].append(_cells(line, LINE))
    claims = tuple(SheetClaim(_cells(claim, CLAIM), tuple(lines[n])) for n, claim in numbered)
    others = tuple(_cells(_texts(fields), tuple(fields)) for fields in form.provider_adjustments)
    return Sheet(_cells(form.head, HEAD), claims, others)


def _texts(fields: Fields) -> dict[str, str]:
    return {name: cell.text for name, cell in fields.items()}


def _cells(texts: Mapping[str, str], names: Sequence[str]) -> Fields:
    return {name: Cell(text.strip()) for name in names if (text := texts.get(name, "")).strip()}
