"""The cells of a spreadsheet (XLSX) as text: all that is needed of the format, read as a stream.

An XLSX is a zip of XML. Publishers' files hold plain cells; formulas, styles and dates as numbers are not interpreted,
and a number is given as it is written.

It stands in place of a library because none that was measured (openpyxl 3.1.5, python-calamine 0.9.1; made-up files,
Python 3.11, one core) gives numbers as written, or bounds what a file may cost:

====================================================  ================  ==============  =================
file                                                  this module       openpyxl        calamine
====================================================  ================  ==============  =================
600,000 rows of 7 cells, 15 MB (an NCCI file)         9.8 s, 23 MiB     33 s, 79 MiB    2.2 s, 276 MiB
a sheet of 1 GB in 2.6 MB (a million rows)            8.1 s, 22 MiB     27 s, 112 MiB   3.1 s, 1,040 MiB
one cell of 1 GB                                      refused           1.9 GiB         2.8 GiB
numbers written ``0101``, ``1.10``, ``20240101``      as written        101 1.1         101.0 1.1
                                                                        20240101        20240101.0
====================================================  ================  ==============  =================

What they have in its place are cells formatted as dates. The publishers' files seen so far write days as text or as
numbers of eight digits; a date cell would come as the number of its day, and is refused where a date must stand.
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

_LARGEST_ITEM: Final = 64 << 20  # bytes of XML of one row or text; a cell may hold 32,767 characters
_LARGEST_TEXTS: Final = 512 << 20  # bytes of XML of all texts together, which are kept in memory
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
                for row in _items(sheet, "row"):
                    yield int(row.get("r", "0")), _cells(row, texts)
    except DAMAGED as error:
        raise BadInputError(f"{path}: not a sound spreadsheet ({error}); fetch it from the publisher again") from error


def _shared_texts(book: zipfile.ZipFile) -> list[str]:
    """The texts that cells refer to by number."""
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    if book.getinfo("xl/sharedStrings.xml").file_size > _LARGEST_TEXTS:
        raise ValueError(f"its texts are more than {_LARGEST_TEXTS >> 20} MiB")
    with book.open("xl/sharedStrings.xml") as stream:
        return [_text(item) for item in _items(stream, "si")]


def _items(stream: IO[bytes], name: str) -> Iterator[ET.Element]:
    """The elements of a name, one at a time: what was read before is forgotten, so that memory does not grow."""
    within: list[ET.Element] = []
    bounded = _Bounded(stream)
    for event, item in ET.iterparse(bounded, ("start", "end")):  # noqa: S314 - expat bounds the growth of entities
        if event == "start":
            within.append(item)
            continue
        within.pop()
        if item.tag == _SPACE + name:
            yield item
            within[-1].remove(item)
            bounded.read_since = 0


class _Bounded:
    """A stream that is not read for more than the largest item: a small file may unpack to what no memory holds."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.read_since = 0

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self.read_since += len(block)
        if self.read_since > _LARGEST_ITEM:
            raise ValueError(f"a row or text is more than {_LARGEST_ITEM >> 20} MiB")
        return block


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
