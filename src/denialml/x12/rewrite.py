"""The same segments under other delimiters and line ends, byte by byte: no element is parsed, moved or padded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.errors import RefusedError
from denialml.x12.events import printable
from denialml.x12.source import Source
from denialml.x12.tokens import Delimiters, Token, tokens

_BINARY: Final = frozenset({"BIN", "BDS"})
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
    had = token.delimiters
    name, _, _ = token.text.partition(had.element)
    if name == "ISA":
        return _translated_isa(token, to)
    if name in _BINARY:
        raise _refused(token, "holds binary data, which has no delimiters to change")
    pairs = {had.element: to.element, had.component: to.component}
    fresh = {to.element, to.component, to.terminator}
    if had.repetition:
        pairs[had.repetition] = to.repetition
        fresh.add(to.repetition)
    if any(mark in token.text for mark in fresh - pairs.keys()):
        raise _refused(token, "holds a character that would become a delimiter; choose others")
    return token.content.translate(bytes.maketrans("".join(pairs).encode(), "".join(pairs.values()).encode()))


def _translated_isa(token: Token, to: Delimiters) -> bytes:
    """The ISA, whose elements 11 and 16 are delimiters and whose others have no inner structure."""
    elements = token.content.split(token.delimiters.element.encode())
    if token.delimiters.repetition:
        elements[11] = to.repetition.encode()
    elements[16] = to.component.encode()
    plain = b"".join(elements[:11] + elements[12:16])
    if to.element.encode() in plain or to.terminator.encode() in plain:
        raise _refused(token, "holds a character that would become a delimiter; choose others")
    return to.element.encode().join(elements)


def _refused(token: Token, what: str) -> RefusedError:
    name = printable(token.text.partition(token.delimiters.element)[0])
    return RefusedError(f"segment {token.number}, byte {token.offset}: {name} {what}")
