"""Appeals and their rulings as files. X12 has no transaction for them: payers' portals take and give CSV.

Both files are RFC 4180 in UTF-8 with CRLF and a header line. Lists inside a cell are separated by single spaces, dates
are ISO, money is dollars with at most two decimals. A cell that a spreadsheet would run as a formula is written with an
apostrophe before it (OWASP, CSV injection), which reading takes off again.

An appeal file:   appeal_number, level, payer_claim_number, control_number, lines, reason, remarks, evidence, amount,
                  told_on, filed_on
A decision file:  appeal_number, payer_claim_number, result, lines, note, decided_on
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from denialml.errors import BadInputError
from denialml.money import cents_from_text, text_from_cents

_Row = TypeVar("_Row")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet run a cell


class Level(StrEnum):
    """Who is asked: the same desk once more, the payer's appeals unit, or the level above it."""

    RECONSIDERATION = "reconsideration"
    APPEAL = "appeal"
    SECOND = "second"


class Evidence(StrEnum):
    """What goes along with an appeal."""

    LETTER = "letter"
    RECORDS = "records"
    AUTHORIZATION = "authorization"


class Result(StrEnum):
    """What came of an appeal."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"
    PARTLY = "partly"


class Note(StrEnum):
    """Why, in the code of the decision file."""

    PAID = "P1"  # the denial does not stand
    PAID_IN_PART = "P2"  # it stands for the lines that are not named
    STANDS = "U1"  # reviewed, and it stands
    LATE = "U2"  # filed after the last day
    UNKNOWN = "U3"  # the payer has no such denial
    TOO_EARLY = "U4"  # the level below has not ruled
    RULED = "U5"  # this level has ruled already


@dataclass(frozen=True, slots=True)
class Appeal:
    """One denial put to one level. ``lines`` are numbers of service lines, ``told_on`` is the day of the notice."""

    number: str
    level: Level
    payer_claim_number: str
    control_number: str
    lines: tuple[int, ...]
    reason: str
    remarks: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    amount_cents: int
    told_on: date
    filed_on: date


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a level decided of an appeal. ``lines`` are those that will be paid, none where it is upheld."""

    appeal_number: str
    payer_claim_number: str
    result: Result
    lines: tuple[int, ...]
    note: Note
    decided_on: date


_APPEAL_HEADER = (
    "appeal_number", "level", "payer_claim_number", "control_number", "lines", "reason", "remarks", "evidence",
    "amount", "told_on", "filed_on",
)  # fmt: skip
_RULING_HEADER = ("appeal_number", "payer_claim_number", "result", "lines", "note", "decided_on")


def write_appeals(appeals: Iterable[Appeal]) -> bytes:
    """An appeal file, in the order given."""
    return _written(_APPEAL_HEADER, map(_appeal_cells, appeals))


def read_appeals(content: bytes, name: str) -> list[Appeal]:
    """The appeals of a file.

    Raises:
        BadInputError: not such a file; the message names it, the line, the column and what is expected there.
    """
    return _read(content, name, _APPEAL_HEADER, _appeal)


def write_rulings(rulings: Iterable[Ruling]) -> bytes:
    """A decision file, in the order given."""
    return _written(_RULING_HEADER, map(_ruling_cells, rulings))


def read_rulings(content: bytes, name: str) -> list[Ruling]:
    """The rulings of a file; raises as :func:`read_appeals` does."""
    return _read(content, name, _RULING_HEADER, _ruling)


def _appeal_cells(appeal: Appeal) -> tuple[str, ...]:
    return (
        appeal.number,
        appeal.level,
        appeal.payer_claim_number,
        appeal.control_number,
        _numbers(appeal.lines),
        appeal.reason,
        " ".join(appeal.remarks),
        " ".join(appeal.evidence),
        text_from_cents(appeal.amount_cents),
        appeal.told_on.isoformat(),
        appeal.filed_on.isoformat(),
    )


def _appeal(cells: _Cells) -> Appeal:
    return Appeal(
        number=cells.text("appeal_number"),
        level=cells.made("level", Level),
        payer_claim_number=cells.text("payer_claim_number"),
        control_number=cells.text("control_number"),
        lines=cells.made("lines", _some_line_numbers),
        reason=cells.text("reason"),
        remarks=cells.made("remarks", _words),
        evidence=cells.made("evidence", lambda text: tuple(Evidence(word) for word in _words(text))),
        amount_cents=cells.made("amount", _amount),
        told_on=cells.made("told_on", date.fromisoformat),
        filed_on=cells.made("filed_on", date.fromisoformat),
    )


def _ruling_cells(ruling: Ruling) -> tuple[str, ...]:
    return (
        ruling.appeal_number,
        ruling.payer_claim_number,
        ruling.result,
        _numbers(ruling.lines),
        ruling.note,
        ruling.decided_on.isoformat(),
    )


def _ruling(cells: _Cells) -> Ruling:
    result = cells.made("result", Result)
    return Ruling(
        appeal_number=cells.text("appeal_number"),
        payer_claim_number=cells.text("payer_claim_number"),
        result=result,
        lines=cells.made("lines", _no_lines if result is Result.UPHELD else _some_line_numbers),
        note=cells.made("note", Note),
        decided_on=cells.made("decided_on", date.fromisoformat),
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """One record by column, and where it stands, so that every complaint can say so."""

    by_column: dict[str, str]
    where: str

    def text(self, column: str) -> str:
        """A cell that may not be empty."""
        found = self.by_column[column]
        if not found:
            raise BadInputError(f"{self.where}, {column}: empty; fill it in")
        return found

    def made(self, column: str, make: Callable[[str], _Row]) -> _Row:
        """What a cell means; ``make`` raises ValueError where it means nothing."""
        try:
            return make(self.by_column[column])
        except ValueError as error:
            raise BadInputError(f"{self.where}, {column}: {error}; correct it and send the file again") from error


def _numbers(lines: Iterable[int]) -> str:
    return " ".join(map(str, lines))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(" ")) if text else ()


def _amount(text: str) -> int:
    cents = cents_from_text(text)
    if cents < 0:
        raise ValueError("what was denied cannot be less than nothing")
    return cents


def _some_line_numbers(text: str) -> tuple[int, ...]:
    words = _words(text)
    if not words or not all(word.isascii() and word.isdigit() and word[0] != "0" for word in words):
        raise ValueError("line numbers from 1 on, separated by single spaces, are expected")
    return tuple(map(int, words))


def _no_lines(text: str) -> tuple[int, ...]:
    if text:
        raise ValueError("an upheld denial names no lines to pay")
    return ()


def _written(header: Sequence[str], records: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for record in records:
        writer.writerow([_safe(cell) for cell in record])
    return text.getvalue().encode()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell.lstrip("'").startswith(_FORMULA) else cell


def _read(content: bytes, name: str, header: Sequence[str], make: Callable[[_Cells], _Row]) -> list[_Row]:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise BadInputError(f"{name}, byte {error.start}: not UTF-8; save the file as CSV in UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        if tuple(next(reader, ())) != tuple(header):
            raise BadInputError(f"{name}, line 1: not the header of such a file; it is {','.join(header)}")
        return [make(_cells(record, f"{name}, line {reader.line_num}", header)) for record in reader]
    except csv.Error as error:
        raise BadInputError(f"{name}, line {reader.line_num}: {error}; write it as RFC 4180 has it") from error


def _cells(record: Sequence[str], where: str, header: Sequence[str]) -> _Cells:
    if len(record) != len(header):
        raise BadInputError(f"{where}: {len(record)} cells where the header has {len(header)}; complete the line")
    return _Cells({column: _bare(cell) for column, cell in zip(header, record, strict=True)}, where)
