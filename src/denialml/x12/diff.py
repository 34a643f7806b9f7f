"""What differs between two X12 files: claims and levels by whose they are, segments aligned, elements compared.

Delimiters, line ends, trailing separators and the numbers of levels make no difference, nor does the order of claims.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest
from typing import Final, NamedTuple

from denialml.claims import Value, replace
from denialml.x12.events import printable
from denialml.x12.source import Source
from denialml.x12.tokens import Delimiters, Token, tokens

_STARTS: Final = frozenset({"ISA", "GS", "ST", "HL", "CLM", "CLP", "PLB", "AK2", "SE", "GE", "IEA", "TA1"})
_NUMBERED: Final = {"HL": (1, 2), "ISA": (11, 16)}  # elements that a file numbers or sets for itself
_ALIGNED: Final = 400  # longest runs of segments that are aligned by content; longer ones by name and order
_LONGEST: Final = 250_000  # segments of one block


class Change(StrEnum):
    """What became of it from the first file to the second."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Difference(Value, frozen=True):
    """One difference. ``block`` is what begins the part of the file: ``claim``, or a segment's name.

    ``segment`` and ``element`` (``NM103``, ``SV101-2``) say where, ``first`` and ``second`` are segment numbers in
    the two files, 0 where it does not stand. Without a segment it is the whole block. ``claim``, ``before`` and
    ``after`` are empty unless values were asked for.
    """

    change: Change
    block: str
    first: int = 0
    second: int = 0
    segment: str = ""
    element: str = ""
    claim: str = ""
    before: str = ""
    after: str = ""

    def __repr__(self) -> str:
        place = self.element or self.segment or self.block
        return f"Difference({self.change.value}, {place}, segments {self.first} and {self.second})"


class _Line(NamedTuple):
    """A segment as lists: its name, then elements, each a list of repetitions, each a list of components."""

    number: int
    name: str
    elements: tuple[str, ...]
    parts: tuple[object, ...]
    delimiters: Delimiters


class _Block(NamedTuple):
    key: tuple[str, ...]
    label: str
    claim: str
    lines: list[_Line]


def diff(first: Source, second: Source, *, show_values: bool = False) -> Iterator[Difference]:
    """The differences, about in file order; memory grows with how far claims have moved, not with the files.

    Raises:
        X12Error: as :func:`denialml.x12.tokens.batches`.
        BadInputError: a file cannot be opened.
    """
    waiting: tuple[_Waiting, _Waiting] = (defaultdict(deque), defaultdict(deque))
    for left, right in zip_longest(_blocks(first), _blocks(second)):
        for side, block in ((0, left), (1, right)):
            if block is None:
                continue
            others = waiting[1 - side]
            if block.key in others:
                other = others[block.key].popleft()
                if not others[block.key]:
                    del others[block.key]
                yield from _shown(_compare(block, other) if side == 0 else _compare(other, block), show=show_values)
            else:
                waiting[side][block.key].append(block)
    for side, change in ((0, Change.REMOVED), (1, Change.ADDED)):
        for blocks in waiting[side].values():
            yield from _shown((_whole(block, change) for block in blocks), show=show_values)


_Waiting = defaultdict[tuple[str, ...], deque[_Block]]


def _shown(found: Iterator[Difference], *, show: bool) -> Iterator[Difference]:
    for each in found:
        if show:
            yield each
        else:
            yield replace(each, claim="", before="", after="")


def _whole(block: _Block, change: Change) -> Difference:
    number = block.lines[0].number
    first, second = (number, 0) if change is Change.REMOVED else (0, number)
    return Difference(change, block.label, first, second, claim=block.claim)


# Blocks


def _blocks(source: Source) -> Iterator[_Block]:
    """The file cut where envelopes, levels, claims and answers begin."""
    lines: list[_Line] = []
    for token in tokens(source):
        if not token.text:
            continue
        line = _line(token)
        if lines and (line.name in _STARTS or len(lines) >= _LONGEST):
            yield _block(lines)
            lines = []
        lines.append(line)
    if lines:
        yield _block(lines)


def _line(token: Token) -> _Line:
    marks = token.delimiters
    name, *elements = token.text.split(marks.element)
    while elements and not elements[-1]:
        elements.pop()
    skipped = _NUMBERED.get(name, ())
    parts = tuple(None if at in skipped else _parts(text, name, marks) for at, text in enumerate(elements, 1))
    return _Line(token.number, name, tuple(elements), parts, marks)


def _parts(text: str, name: str, marks: Delimiters) -> object:
    if name == "ISA":
        return text
    repeats = text.split(marks.repetition) if marks.repetition else [text]
    return tuple(tuple(each.rstrip(marks.component).split(marks.component)) for each in repeats)


def _block(lines: list[_Line]) -> _Block:
    """Whose it is: a claim's by its number, a level's by the party it names, else by its name alone."""
    line = lines[0]
    if line.name in {"CLM", "CLP"}:
        number = line.elements[0] if line.elements else ""
        return _Block((line.name, number), "claim", number, lines)
    label = printable(line.name)
    if line.name == "HL":
        party = next((each.elements for each in lines if each.name == "NM1"), ())
        who = party[8:9] if party[8:9] and party[8] else party[2:4]
        return _Block((line.name, *line.elements[2:3], *party[:1], *who), label, "", lines)
    own = {"AK2": line.elements[1:2], "PLB": line.elements[:2], "ST": line.elements[:2]}.get(line.name, ())
    return _Block((line.name, *own), label, "", lines)


# Segments and elements


def _compare(first: _Block, second: _Block) -> Iterator[Difference]:
    left = [(line.name, line.parts) for line in first.lines]
    right = [(line.name, line.parts) for line in second.lines]
    if left == right:
        return
    for start, stop, begin, end in _unlike(left, right):
        for one, other in _paired(first.lines[start:stop], second.lines[begin:end]):
            for each in _differences(one, other):
                yield replace(each, block=first.label, claim=first.claim)


_Shape = tuple[str, tuple[object, ...]]


def _unlike(left: list[_Shape], right: list[_Shape]) -> Iterator[tuple[int, int, int, int]]:
    """Runs of both that are not the same."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    stop = 0
    while stop < min(len(left), len(right)) - start and left[-1 - stop] == right[-1 - stop]:
        stop += 1
    one, other = left[start : len(left) - stop], right[start : len(right) - stop]
    if max(len(one), len(other)) > _ALIGNED:
        yield start, len(left) - stop, start, len(right) - stop
        return
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            yield start + a, start + b, start + c, start + d


def _paired(left: list[_Line], right: list[_Line]) -> Iterator[list[_Line | None]]:
    """Segments of one name and first element (where it is a short code) beside each other, in order."""
    found: dict[tuple[str, str, int], list[_Line | None]] = {}
    for side, lines in ((0, left), (1, right)):
        counts: Counter[tuple[str, str]] = Counter()
        for line in lines:
            code = line.elements[0] if line.elements and len(line.elements[0]) <= 3 else ""
            counts[line.name, code] += 1
            found.setdefault((line.name, code, counts[line.name, code]), [None, None])[side] = line
    yield from found.values()


def _differences(one: _Line | None, other: _Line | None) -> Iterator[Difference]:
    if one is None or other is None:
        line = one or other
        assert line is not None  # one of a pair is there
        text = line.delimiters.element.join(line.elements)
        if one is None:
            yield Difference(Change.ADDED, "", 0, line.number, printable(line.name), after=text)
        else:
            yield Difference(Change.REMOVED, "", line.number, 0, printable(line.name), before=text)
        return
    for at, (old, new) in enumerate(zip_longest(one.parts, other.parts), 1):
        if old != new:
            before, after = ("".join(each.elements[at - 1 : at]) for each in (one, other))
            element = f"{printable(one.name)}{at:02d}{_component(old, new)}"
            yield Difference(
                Change.CHANGED, "", one.number, other.number, printable(one.name), element, "", before, after
            )


def _component(old: object, new: object) -> str:
    """The component that differs, if it is one alone and both are composites."""
    if not (isinstance(old, tuple) and isinstance(new, tuple) and len(old) == len(new) == 1):
        return ""
    if len(old[0]) == len(new[0]) == 1:
        return ""
    places = [at for at, (a, b) in enumerate(zip_longest(old[0], new[0]), 1) if a != b]
    return f"-{places[0]}" if len(places) == 1 else ""
