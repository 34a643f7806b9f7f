"""Segments as they are written. No text can smuggle a delimiter, a terminator or a control character into them.

The elements of many segments are joined first and their marks counted then, which is fast: if no text holds a mark,
there are exactly as many of each as were put there. When the counts disagree, the batch is built again by a writer that
looks at each element and names the guilty one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from denialml.errors import RefusedError
from denialml.x12.tokens import Delimiters

_WAITING = 4096  # segments that are joined at once


class SegmentWriter:
    """Collects segments and counts the marks that belong there."""

    def __init__(self, delimiters: Delimiters) -> None:
        """Start empty.

        Raises:
            RefusedError: the delimiters serve no interchange.
        """
        delimiters.check()
        self._delimiters = delimiters
        self._component = delimiters.component
        self._repetition = delimiters.repetition
        self._waiting: list[tuple[str, ...]] = []  # elements of segments that are not joined yet
        self._segments: list[str] = []
        self._separators = 0  # element separators put there, less those found there
        self._components = 0  # component separators likewise
        self._repetitions = 0  # repetition separators likewise
        self._clean = True  # no other mark was found, and nothing that cannot be printed

    def __len__(self) -> int:
        """How many segments were added."""
        return len(self._segments) + len(self._waiting)

    def add(self, *elements: str) -> None:
        """A segment of a name and elements, or composites made here; empty ones at the end are left out."""
        waiting = self._waiting
        waiting.append(elements)
        if len(waiting) >= _WAITING:
            self._join()

    def composite(self, place: str, *components: str) -> str:
        """Components as an element to add, empty ones at the end left out; ``place`` names it (``SV101``).

        Raises:
            RefusedError: a component holds a delimiter.
        """
        mark = self._component
        text = mark.join(components)
        count = len(components) - 1
        if text.count(mark) != count:
            raise RefusedError(f"{place}: a component holds a delimiter of the file; remove it or choose others")
        if not components[-1]:
            whole = len(text)
            text = text.rstrip(mark)
            count -= whole - len(text)
        self._components += count
        return text

    def repeated(self, place: str, values: Sequence[str]) -> str:
        """Values, or composites made here, as an element that repeats.

        Raises:
            RefusedError: a value holds the repetition separator.
        """
        text = self._repetition.join(values)
        if text.count(self._repetition) != len(values) - 1:
            raise RefusedError(f"{place}: a value holds a delimiter of the file; remove it or choose others")
        self._repetitions += len(values) - 1
        return text

    def segments(self) -> list[str]:
        """All segments. They are ready for a file if the writer :meth:`is_sound`."""
        self._join()
        return self._segments

    def is_sound(self) -> bool:
        """Whether each mark stands in the segments as often as it was put there, and all else can be printed."""
        self._join()
        return self._clean and self._separators == self._components == self._repetitions == 0

    def _join(self) -> None:
        """Make texts of the segments that wait, and count their marks."""
        waiting, self._waiting = self._waiting, []
        marks = self._delimiters
        element = marks.element
        raws = list(map(element.join, waiting))
        joined = "".join(raws)
        self._separators += sum(map(len, waiting)) - len(waiting) - joined.count(element)
        self._components -= joined.count(marks.component)
        self._repetitions -= joined.count(marks.repetition)
        put = element + marks.component + marks.repetition
        visible = joined if put.isprintable() else joined.translate(str.maketrans(put, "---"))
        if marks.terminator in joined or not visible.isprintable():
            self._clean = False
        self._segments += [raw.rstrip(element) for raw in raws]


class CheckingWriter(SegmentWriter):
    """Looks at each element as it is added. Slower; for naming what is wrong."""

    def __init__(self, delimiters: Delimiters) -> None:
        super().__init__(delimiters)
        self._made: dict[str, set[str]] = {}  # marks that stand in the elements made for the segment added next

    def composite(self, place: str, *components: str) -> str:
        """As its parent."""
        text = super().composite(place, *components)
        self._made[text] = {self._component}
        return text

    def repeated(self, place: str, values: Sequence[str]) -> str:
        """As its parent."""
        text = super().repeated(place, values)
        self._made[text] = {self._repetition}.union(*(self._made.get(value, set()) for value in values))
        return text

    def add(self, *elements: str) -> None:
        """As its parent.

        Raises:
            RefusedError: an element holds a delimiter or a character that cannot be printed.
        """
        marks = self._delimiters
        simple = {marks.element, marks.component, marks.repetition, marks.terminator}
        for place, element in enumerate(elements):
            allowed = self._made.get(element, set())
            if any(mark in element for mark in simple - allowed):
                raise RefusedError(f"{elements[0]}{place:02d}: a delimiter of the file; remove it or choose others")
            if not all(character.isprintable() or character in allowed for character in element):
                raise RefusedError(f"{elements[0]}{place:02d}: a character that cannot be printed; remove it")
        self._made.clear()
        super().add(*elements)


def segments_of(delimiters: Delimiters, build: Callable[[SegmentWriter], None]) -> list[str]:
    """The segments that ``build`` writes.

    Raises:
        RefusedError: a text holds a delimiter or a character that cannot be printed, or what ``build`` raises.
    """
    writer = SegmentWriter(delimiters)
    build(writer)
    if not writer.is_sound():
        build(CheckingWriter(delimiters))
        raise RefusedError("a text holds a delimiter of the file or a character that cannot be printed")
    return writer.segments()
