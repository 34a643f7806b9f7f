"""The cells of a spreadsheet (XLSX) as text: all that is needed of the format, read as a stream.

An XLSX is a zip of XML. Publishers' files hold plain cells; formulas, styles and dates as numbers are not interpreted,
and a number is given as it is written.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final
from xml.etree import ElementTree as ET

from denialml.errors import BadInputError

# What the standard library raises over a damaged, encrypted or cut archive and the XML in it.
DAMAGED: Final = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    LookupError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
    ET.ParseError,
)

_SPACE: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet_rows(stream: IO[bytes], path: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the workbook's largest sheet with their numbers; empty cells are empty texts.

    Raises:
        BadInputError: it is no XLSX, or a damaged one.
    """
    try:
        with zipfile.ZipFile(stream) as book:
            texts = _shared_texts(book)
            sheets = [info for info in book.infolist() if info.filename.startswith("xl/worksheets/sheet")]
            with book.open(max(sheets, key=lambda info: info.file_size)) as sheet:
                for _, row in ET.iterparse(sheet):  # noqa: S314 - expat bounds the growth of entities
                    if row.tag == _SPACE + "row":
                        yield int(row.get("r", "0")), _cells(row, texts)
                        row.clear()
    except DAMAGED as error:
        raise BadInputError(f"{path}: not a sound spreadsheet ({error}); fetch it from the publisher again") from error


def _shared_texts(book: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by number."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    texts = []
    with book.open("xl/sharedStrings.xml") as stream:
        for _, item in ET.iterparse(stream):  # noqa: S314 - expat bounds the growth of entities
            if item.tag == _SPACE + "si":
                texts.append(_text(item))
                item.clear()
    return texts


def _cells(row: ET.Element, texts: list[str]) -> list[str]:
    cells: list[str] = []
    for cell in row.iter(_SPACE + "c"):
        place = _column(cell.get("r", "")) if cell.get("r") else len(cells)
        cells.extend([""] * (place - len(cells)))
        cells.append(_value(cell, texts).strip())
    return cells


def _value(cell: ET.Element, texts: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    value = cell.findtext(_SPACE + "v") or ""
    return texts[int(value)] if cell.get("t") == "s" else value


def _text(item: ET.Element) -> str:
    """The text of an item, without the phonetic hints of East Asian names."""
    return "".join(part.text or "" for part in item.iter(_SPACE + "t"))


def _column(reference: str) -> int:
    """The place of a cell, from 0, by the letters of its reference (``AB12``)."""
    place = 0
    for letter in reference.rstrip("0123456789"):
        place = 26 * place + ord(letter) - 64
    return place - 1
