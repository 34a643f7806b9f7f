"""The publishers' files as they come: zips within zips, text of unknown encoding, comma, tab and spreadsheet alike."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, Final

from denialml.codes.publishers.spreadsheet import DAMAGED, sheet_rows
from denialml.errors import BadInputError

Cells = list[str]

_HEAD_BYTES: Final = 65_536
_BLOCK: Final = 1 << 20
_HEAD_ROWS: Final = 40
_DEEPEST: Final = 4  # zips within zips; publishers go to two
_UNREAD: Final = (".pdf", ".doc", ".docx", ".xls", ".htm", ".html", ".prn")


@dataclass(frozen=True)
class Document:
    """One file, possibly from within an archive. ``path`` is for people: ``outer.zip/inner.txt``."""

    path: str
    open: Callable[[], IO[bytes]]
    beside: Mapping[str, Document] = field(default_factory=dict, repr=False)  # its archive's files by name

    @property
    def name(self) -> str:
        """Its own name, in small letters."""
        return PurePosixPath(self.path).name.lower()

    @property
    def archive(self) -> str:
        """The archive it came from, or itself."""
        return str(PurePosixPath(self.path).parent) if "/" in self.path else self.path

    @cached_property
    def head(self) -> str:
        """The beginning of its text."""
        if self.name.endswith(".xlsx"):
            return ""
        with self.open() as stream:
            return stream.read(_HEAD_BYTES).decode(self._encoding, errors="replace")

    @cached_property
    def first_rows(self) -> list[Cells]:
        """Its first rows of cells."""
        return [cells for _, cells in zip(range(_HEAD_ROWS), (row for _, row in self.rows()), strict=False)]

    @cached_property
    def sha256(self) -> str:
        """The digest of its bytes."""
        with self.open() as stream:
            digest = hashlib.sha256()
            while block := stream.read(_BLOCK):
                digest.update(block)
            return digest.hexdigest()

    def lines(self) -> Iterator[tuple[int, str]]:
        """Its lines of text without their ends, numbered from 1."""
        with self.open() as stream, io.TextIOWrapper(stream, self._encoding, "replace") as text:
            for number, line in enumerate(text, 1):
                yield number, line.rstrip("\r\n")

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Its rows of trimmed cells, numbered by line: of a spreadsheet, or separated by tabs or commas."""
        if self.name.endswith(".xlsx"):
            with self.open() as stream:
                yield from sheet_rows(stream, self.path)
            return
        separator = "\t" if self.head.count("\t") > self.head.count(",") else ","
        with self.open() as stream, io.TextIOWrapper(stream, self._encoding, "replace", newline="") as text:
            reader = csv.reader(text, delimiter=separator, quotechar='"')
            try:
                for cells in reader:
                    yield reader.line_num, [cell.strip() for cell in cells]
            except csv.Error as error:
                raise self.bad(reader.line_num, str(error), "take the file as the publisher gives it") from error

    def bad(self, line: int, what: str, do: str) -> BadInputError:
        """The error for a line that cannot be used: what is wrong and what to do."""
        return BadInputError(f"{self.path}, line {line}: {what}; {do}")

    @cached_property
    def _encoding(self) -> str:
        """UTF-8 where its beginning is, else the publishers' Windows code page."""
        with self.open() as stream:
            start = stream.read(_HEAD_BYTES)
        try:
            start[: start.rfind(b"\n") + 1].decode("utf-8-sig")
        except UnicodeDecodeError:
            return "cp1252"
        return "utf-8-sig"


def documents(path: Path) -> Iterator[Document]:
    """The file, or the files within it when it is an archive. Kinds that nothing here reads are left out.

    Raises:
        BadInputError: it cannot be opened, or an archive is damaged or too deep.
    """
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as stream:
                while stream.read(_BLOCK):  # a cut one is known by reading it whole
                    pass
            yield Document(path.name.removesuffix(path.suffix), lambda: gzip.GzipFile(path))  # type: ignore[arg-type,return-value]
        elif path.suffix.lower() == ".zip":
            yield from _within(zipfile.ZipFile(path), path.name, 1)
        else:
            path.stat()
            yield Document(path.name, lambda: path.open("rb"))
    except DAMAGED as error:
        raise BadInputError(f"{path}: cannot be opened ({error}); fetch it from the publisher again") from error


def _within(archive: zipfile.ZipFile, path: str, depth: int) -> Iterator[Document]:
    if depth > _DEEPEST:
        raise BadInputError(f"{path}: archives within archives, {depth} deep; unpack it first")
    damaged = archive.testzip()
    if damaged:
        raise BadInputError(f"{path}: {damaged} in it is damaged; fetch the file from the publisher again")
    beside: dict[str, Document] = {}
    for info in archive.infolist():
        inner = f"{path}/{PurePosixPath(info.filename).name}"
        if info.filename.lower().endswith(".zip"):
            yield from _within(zipfile.ZipFile(io.BytesIO(archive.read(info))), inner, depth + 1)
        elif not info.is_dir() and not info.filename.lower().endswith(_UNREAD):
            document = Document(inner, _opener(archive, info), beside)
            beside[document.name] = document
    yield from beside.values()


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(info)
