"""Bytes to segments: delimiters from each ISA, chunks split on the terminator, positions kept, memory flat.

The ISA is the one fixed segment of X12 (105 characters and the terminator, X12.5): the element separator is its fourth
byte, the repetition separator ISA11 from version 00501 on, the component separator ISA16, the terminator what follows.

:func:`batches` is the tokenizer; the readers take many segments at a time from it. :func:`tokens` hands out the same
segments one by one with every byte of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import BinaryIO, NamedTuple

from denialml.errors import RefusedError
from denialml.x12.events import X12Error, printable
from denialml.x12.source import Source, opened

CHUNK_BYTES = 1 << 17

# The longest segment of the 837P and 835 guides is HI with 12 composites of 9 components of up to 35 characters, about
# 4 kB; PER with three numbers of 256 characters is 1 kB. Sixteen times that is room for any sender.
MAX_SEGMENT_BYTES = 1 << 16

# X12 numbers the elements of a segment with two digits (CLP01 to CLP99).
MAX_ELEMENTS = 99

# By the letter an ISA is 106 bytes. Some senders do not pad it or pad too much: 16 separators in 200 bytes serve.
_ISA_WINDOW = 200
_ISA_SEPARATORS = [3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103]
_FIRST_WITH_REPETITION = "00501"
_BLANKS = b" \t\r\n\x00\x1a"
_LEAD = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n\x00\x1a]*")
_NO_DELIMITER = re.compile(r"[A-Za-z0-9 .\-]")
_NO_WRAPPED = re.compile(r"[A-Za-z0-9 .\-\t\x00\x1a]")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters that structure an interchange. ``repetition`` is empty before version 00501."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    terminator: str = "~"

    def check(self) -> None:
        """Make sure that an interchange can be written with them.

        Raises:
            RefusedError: they are not four different ASCII characters that no plain value needs.
        """
        _check(self.element, self.component, self.repetition, self.terminator)


@lru_cache(64)
def _check(*marks: str) -> None:
    if any(len(mark) != 1 or not mark.isascii() or _NO_DELIMITER.match(mark) for mark in marks):
        raise RefusedError("delimiters are single ASCII characters, no letters, digits, spaces, dots or dashes")
    if len(set(marks)) != len(marks) or any(mark in "\t\r\n\x00\x1a" for mark in marks[:3]):
        raise RefusedError("delimiters differ from each other, and only the terminator may be a line break")


class Batch(NamedTuple):
    """Segments that stand one after the other, with the delimiters that cut them.

    ``number`` is the first one's; ``offsets`` says where each begins, ``end`` where the last one's terminator ends. An
    ISA comes alone, with ``isa`` set. ``complete`` is false for what the file ends with in place of a terminator;
    ``remark`` says what was odd about an ISA and the bytes before it. ``data`` are all bytes from the end of the batch
    before; of a file, all batches' data joined are its bytes. A batch may hold bytes without any segment.
    """

    delimiters: Delimiters
    number: int
    raws: list[str]
    offsets: list[int]
    end: int
    data: bytes
    isa: bool = False
    complete: bool = True
    remark: str = ""


class Token(NamedTuple):
    """One segment with every byte that belongs to it; of a file, all tokens' ``data`` joined are its bytes.

    ``text`` is the segment without its terminator and the line breaks around it, empty only for blank bytes at the end
    of the file. ``data`` are the bytes from the end of the token before up to the terminator, inclusive: blanks, empty
    segments, the segment from its place ``lead`` on. ``offset`` is the segment's first byte in the file, ``number``
    counts segments from 1. ``complete`` is false where the file ends without a terminator.
    """

    delimiters: Delimiters
    number: int
    offset: int
    text: str
    data: bytes
    lead: int
    complete: bool = True

    def __repr__(self) -> str:
        name = printable(self.text.partition(self.delimiters.element)[0])
        return f"Token({self.number}, {name}, {len(self.data)} bytes at {self.offset})"

    @property
    def content(self) -> bytes:
        """The bytes that ``text`` was made of: UTF-8, or Latin-1 where they are not."""
        content = self.text.encode()
        return content if self.data.startswith(content, self.lead) else self.text.encode("latin-1")


def tokens(source: Source) -> Iterator[Token]:
    """All segments of a file with all of its bytes, in order; memory does not grow with the file.

    Raises:
        X12Error: as :func:`batches`. What was handed out until then are the bytes before the segment it names.
        BadInputError: the file cannot be opened.
    """
    with opened(source) as stream:
        rest, last = b"", None
        for last in batches(stream):
            base, data = last.end - len(last.data), last.data
            terminator, start = last.delimiters.terminator.encode(), 0
            for place, (text, offset) in enumerate(zip(last.raws, last.offsets, strict=True)):
                # An ISA may be wrapped before its terminator, and its mark may not be the one in force before it.
                stop = len(data) if last.isa else (data.find(terminator, offset - base) + 1 or len(data))
                piece = rest + data[start:stop]
                lead = len(rest) + offset - base - start
                yield Token(last.delimiters, last.number + place, offset, text, piece, lead, last.complete)
                rest, start = b"", stop
            rest += data[start:]
        if rest and last is not None:
            number = last.number + len(last.raws)
            yield Token(last.delimiters, number, last.end, "", rest, len(rest), complete=False)


def batches(stream: BinaryIO) -> Iterator[Batch]:
    """All segments of a stream, in order.

    Raises:
        X12Error: it does not start as X12, an ISA cannot be understood, or a segment is too long.
    """
    window, base, number, ended = b"", 0, 1, False
    delimiters: Delimiters | None = None
    while not ended:
        chunk = stream.read(CHUNK_BYTES)
        ended = not chunk
        window += chunk
        start = 0
        while True:
            isa = _after_blanks(window, start)
            if delimiters is None or _is_isa(window, isa):
                whole = ended or len(window) - isa >= _ISA_WINDOW
                if not whole and (delimiters or isa - start <= MAX_SEGMENT_BYTES):
                    break  # read on until the whole ISA is there
                batch = _read_isa(window, start, isa, base, number)
                delimiters, start = batch.delimiters, batch.end - base
            else:
                stop = _stop(window, start, delimiters.terminator.encode())
                if stop <= start:
                    break  # no whole segment left
                batch = _cut(window[start:stop], base + start, number, delimiters)
                start = stop
            number += len(batch.raws)
            yield batch
        window, base = window[start:], base + start
        if delimiters and (ended or len(window) > MAX_SEGMENT_BYTES):
            blank = _after_blanks(window, 0)
            yield Batch(delimiters, number, [], [], base + blank, window[:blank])
            window, base = window[blank:], base + blank
            if len(window) > MAX_SEGMENT_BYTES:
                raise _too_long(number, base)
    if window and delimiters:
        tail = _cut(window + delimiters.terminator.encode(), base, number, delimiters)
        yield tail._replace(end=base + len(window), data=window, complete=False)


def _after_blanks(window: bytes, start: int) -> int:
    """Where the byte order mark and the blanks that may stand there end."""
    found = _LEAD.match(window, start)
    return found.end() if found else start


def _is_isa(window: bytes, at: int) -> bool:
    return window.startswith(b"ISA", at) and not window[at + 3 : at + 4].isalnum()


def _stop(window: bytes, start: int, terminator: bytes) -> int:
    """Up to where the present delimiters hold: the next ISA that begins a segment, else the last terminator."""
    at = window.find(b"ISA", start)
    while at >= 0:
        if _is_isa(window, at) and _ends_segment(window, start, at, terminator):
            return at
        at = window.find(b"ISA", at + 3)
    return window.rfind(terminator, start) + 1


def _ends_segment(window: bytes, start: int, at: int, terminator: bytes) -> bool:
    """Whether only blanks stand between a terminator and ``at``."""
    while start < at:
        piece = window[max(start, at - _ISA_WINDOW) : at]
        words = piece.rstrip(_BLANKS)
        if words or terminator in piece:
            return words.endswith(terminator) or terminator in piece[len(words) :]
        at -= len(piece)
    return False


def _read_isa(window: bytes, start: int, isa: int, base: int, number: int) -> Batch:
    """The ISA that begins at ``isa`` of the window; what stands before it, from ``start`` on, is blank."""
    offset = base + isa
    head = window[isa : isa + _ISA_WINDOW]
    if not _is_isa(head, 0):
        raise X12Error("not-x12", "no ISA segment: this is no X12 file", segment_number=number, byte_offset=offset)
    separators = _ISA_SEPARATORS
    if any(head[at : at + 1] != head[3:4] for at in separators):
        separators = [at for at, byte in enumerate(head) if byte == head[3]][:16]
    last = separators[-1]
    if len(separators) < 16 or len(head) < last + 3:
        raise X12Error("truncated-isa", "the ISA segment is not whole", segment_number=number, byte_offset=offset)
    text = head.decode("latin-1")
    at = last + 2
    after_breaks = len(text) - len(text[at:].lstrip("\r\n"))
    if after_breaks < len(text) and not _NO_WRAPPED.match(text[after_breaks]):
        at = after_breaks  # some senders wrap lines before the terminator
    elements = text[: last + 2].split(text[3])
    repetition = elements[11] if elements[12] >= _FIRST_WITH_REPETITION else ""
    marks = text[3], text[last + 1], text[at]
    if len(set(marks)) < 3 or any(not mark.isascii() or _NO_DELIMITER.match(mark) for mark in marks):
        raise X12Error(
            "bad-delimiters", "the delimiters of the ISA are no delimiters", segment_number=number, byte_offset=offset
        )
    if len(repetition) != 1 or not repetition.isascii() or repetition in marks or _NO_DELIMITER.match(repetition):
        repetition = ""
    remark = "" if separators is _ISA_SEPARATORS else "the ISA is not 106 characters long"
    if isa > start and number == 1:
        remark = "bytes before the ISA"
    delimiters = Delimiters(marks[0], marks[1], repetition, marks[2])
    data = window[start : isa + at + 1]
    return Batch(delimiters, number, [text[: last + 2]], [offset], offset + at + 1, data, isa=True, remark=remark)


def _cut(data: bytes, offset: int, number: int, delimiters: Delimiters) -> Batch:
    """Whole segments to texts, without line breaks around them and without empty ones."""
    terminator = delimiters.terminator
    if data.isascii():
        raws = data.decode("ascii").split(terminator)
        lengths = list(map(len, raws))
    else:
        parts = data.split(terminator.encode())
        raws = [_text(part) for part in parts]
        lengths = list(map(len, parts))
    offsets = list(accumulate(map((1).__add__, lengths), initial=offset))[:-1]
    raws.pop()  # what follows the last terminator
    offsets.pop()
    if b"\n" in data or b"\r" in data or min(raws, default="") < "!":  # blanks sort before all that can be seen
        raws, offsets = _trimmed(raws, offsets)
    longest = max(map(len, raws), default=0)
    if longest > MAX_ELEMENTS:
        _check_limits(raws, offsets, number, delimiters.element)
    return Batch(delimiters, number, raws, offsets, offset + len(data), data)


def _trimmed(raws: list[str], offsets: list[int]) -> tuple[list[str], list[int]]:
    kept_raws, kept_offsets = [], []
    for raw, offset in zip(raws, offsets, strict=True):
        begun = raw.lstrip(" \t\r\n\x00\x1a")
        text = begun.rstrip("\r\n")
        if text:
            kept_raws.append(text)
            kept_offsets.append(offset + len(raw) - len(begun))
    return kept_raws, kept_offsets


def _check_limits(raws: list[str], offsets: list[int], number: int, separator: str) -> None:
    for place, raw in enumerate(raws):
        if len(raw) <= MAX_ELEMENTS:
            continue
        if len(raw) > MAX_SEGMENT_BYTES:
            raise _too_long(number + place, offsets[place])
        if raw.count(separator) > MAX_ELEMENTS:
            raise X12Error(
                "too-many-elements",
                f"a segment has more than {MAX_ELEMENTS} elements",
                segment_number=number + place,
                byte_offset=offsets[place],
            )


def _text(part: bytes) -> str:
    """UTF-8 where it is valid, else Latin-1, which takes any byte."""
    try:
        return part.decode("utf-8")
    except UnicodeDecodeError:
        return part.decode("latin-1")


def _too_long(number: int, offset: int) -> X12Error:
    return X12Error(
        "segment-too-long",
        f"a segment is longer than {MAX_SEGMENT_BYTES} bytes: the terminator that the ISA announces does not end it",
        segment_number=number,
        byte_offset=offset,
    )
