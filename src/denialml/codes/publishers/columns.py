"""Finding a publisher's columns by their titles, and reading the kinds of value that stand in them.

Titles are compared in small letters with single spaces. Publishers spread a title over several rows and put notices
above it; a header is the row whose first cell holds the anchor title, joined with the titles above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from denialml.codes.publishers.documents import Cells, Document
from denialml.errors import BadInputError

_HEADER_WITHIN: Final = 40  # rows
_TITLE_ROWS: Final = 3  # rows of titles above the anchor
_DATE_SHAPES: Final = ("%Y%m%d", "%Y-%m-%d", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S")
_DAY_OF_YEAR: Final = 7  # characters of YYYYDDD
_NO_DATE: Final = frozenset({"", "*", "0", "00000000", "N/A"})


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a publisher's table, by our names of its columns."""

    document: Document
    line: int
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def code(self, name: str, characters: int = 5) -> str:
        """A code of letters and digits in capitals.

        Raises:
            BadInputError: it is of another length or holds another character.
        """
        value = self[name].upper()
        if len(value) != characters or not (value.isascii() and value.isalnum()):
            raise self.bad(name, f"is not a code of {characters} letters and digits")
        return value

    def integer(self, name: str) -> int:
        """A whole number, empty for 0.

        Raises:
            BadInputError: it is no whole number from 0.
        """
        return self.scaled(name, 0)

    def scaled(self, name: str, places: int) -> int:
        """A decimal number in units of its last decimal place kept, empty or NA for 0.

        Raises:
            BadInputError: it is no number from 0.
        """
        text = self[name].replace(",", "")
        try:
            value = Decimal(text if text not in {"", "NA"} else "0")
            scaled = value.scaleb(places)
            if value < 0 or not value.is_finite() or (places == 0 and scaled != scaled.to_integral_value()):
                raise self.bad(name, "is not a number that can stand here")
        except InvalidOperation as error:
            raise self.bad(name, "is not a number") from error
        return int(scaled.to_integral_value())

    def day(self, name: str) -> date | None:
        """A date in any of the publishers' writings; None where none is given.

        Raises:
            BadInputError: it is no date.
        """
        text = self[name]
        if text in _NO_DATE:
            return None
        shapes = ("%Y%j",) if len(text) == _DAY_OF_YEAR and text.isdigit() else _DATE_SHAPES
        for shape in shapes:
            try:
                return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        raise self.bad(name, "is not a date (YYYYMMDD, YYYY-MM-DD or MM/DD/YYYY)")

    def bad(self, name: str, what: str) -> BadInputError:
        """The error for a value of this row."""
        do = "take the file as the publisher gives it, or mend the line"
        return self.document.bad(self.line, f"{name} {self[name]!r} {what}", do)


def records(document: Document, anchor: str, columns: Mapping[str, str], *, least: int = 2) -> Iterator[Record]:
    """The rows below a header as records. Patterns tell the anchor, and the title of each of our columns.

    A pattern that begins with ``?`` is of a column that may be missing, ``@1`` at its end means the second column of
    its title. Rows with fewer than ``least`` filled cells are notices and passed over.

    Raises:
        BadInputError: there is no such header, or it lacks a column.
    """
    top, rows = [], document.rows()
    for line, cells in rows:
        top.append(cells)
        if is_header(cells, anchor):
            break
        if len(top) > _HEADER_WITHIN:
            raise document.bad(line, f"no header that begins with {anchor!r} so far", "is this the right file?")
    else:
        raise document.bad(len(top), f"no header that begins with {anchor!r}", "is this the right file?")
    places = places_of(document, line, joined(top), columns)
    for number, cells in rows:
        if sum(map(bool, cells)) >= least:
            yield Record(document, number, {n: cells[at] for n, at in places.items() if at < len(cells)})


def is_header(cells: Cells, anchor: str) -> bool:
    """Whether a row's first cell holds the anchor title."""
    return bool(cells) and re.fullmatch(anchor, _plain(cells[0])) is not None


def joined(top: list[Cells]) -> list[str]:
    """The titles of the last row, each with what stands above it in rows that are titles too."""
    above = [cells for cells in top[-1 - _TITLE_ROWS : -1] if sum(map(bool, cells)) > 2]
    width = len(top[-1])
    stacked = [[*cells, *[""] * (width - len(cells))] for cells in (*above, top[-1])]
    return [_plain(" ".join(column)) for column in zip(*stacked, strict=False)]


def places_of(document: Document, line: int, titles: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Where each of our columns stands among the titles of a header; patterns are those of :func:`records`.

    Raises:
        BadInputError: a column that must be there is missing.
    """
    places: dict[str, int] = {}
    for name, pattern in columns.items():
        wanted, _, which = pattern.removeprefix("?").partition("@")
        found = [at for at, title in enumerate(titles) if re.fullmatch(wanted, title)]
        if len(found) > int(which or 0):
            places[name] = found[int(which or 0)]
        elif not pattern.startswith("?"):
            raise document.bad(line, f"the header has no column for {name}", "is this the publisher's newest layout?")
    return places


def _plain(title: str) -> str:
    return " ".join(title.lower().replace("\\n", " ").split())
