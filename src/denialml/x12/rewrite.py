"""The same segments under other delimiters and line ends, byte by byte: no element is parsed, moved or padded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.errors import RefusedError
from denialml.x12.source import Source
from denialml.x12.tokens import Delimiters, Token, tokens

LINE_ENDS: Final = frozenset({"", "\n", "\r\n"})


def rewrite(source: Source, delimiters: Delimiters | None = None, *, line_end: str = "") -> Iterator[bytes]:
    """The segments of a file, each with its terminator and line end, under the given delimiters or their own.

    Blanks and line breaks around segments and empty segments are left out; what the file ends with in place of a
    terminator is written as it is. A file from before version 00501 has no repetition separator and gets none.
    Segment names, elements and their characters stay what they are, in the encoding they are in.

    Raises:
        RefusedError: the delimiters or the line end are unfit; an element holds a character that would become a
            delimiter; or a segment holds binary data (BIN, BDS), which is no text.
        X12Error: as :func:`denialml.x12.tokens.batches`.
        BadInputError: the file cannot be opened.
    """
    if delimiters is not None:
        delimiters.check()
    if line_end not in LINE_ENDS:
        raise RefusedError("a line end is nothing, LF or CR LF")
    ends = line_end.encode()
    for token in tokens(source):
        if not token.text:
            continue
        marks = delimiters or token.delimiters
        content = token.content if delimiters is None else _translated(token, delimiters)
        yield content + marks.terminator.encode() + ends if token.complete else content


def _translated(token: Token, to: Delimiters) -> bytes:
    """The content of a segment under other delimiters."""
    had, content = token.delimiters, token.content
    name = content.partition(had.element.encode())[0]
    if name in {b"BIN", b"BDS"}:
        raise _refused(token, "binary data, which cannot be written under other delimiters")
    pairs = {had.element: to.element, had.terminator: to.terminator}
    if name != b"ISA":
        pairs[had.component] = to.component
        pairs |= {had.repetition: to.repetition} if had.repetition else {}
    table = bytearray(range(256))
    for old, new in pairs.items():
        if old not in pairs.values() or name == b"ISA":
            pass
        table[ord(old)] = ord(new)
    return content.translate(table)
