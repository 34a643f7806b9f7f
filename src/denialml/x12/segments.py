"""Segments as they are written. No text can smuggle a delimiter, a terminator or a control character into them.

The elements of a batch are joined first and counted at the end, which is fast: if no text holds a mark, there are
exactly as many of each as were put there. When the counts disagree, the batch is built again by a writer that looks at
each element and names the guilty one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from denialml.errors import RefusedError
from denialml.x12.tokens import Delimiters


class SegmentWriter:
    """Collects segments and counts the marks that belong there."""

    def __init__(self, delimiters: Delimiters) -> None:
        """Start empty.

        Raises:
            RefusedError: the delimiters serve no interchange.
        """
        delimiters.check()
        self._delimiters = delimiters
        self._element = delimiters.element
        self._component = delimiters.component
        self._separators = 0  # element separators that belong into the segments
        self._components = 0  # component separators likewise
        self.segments: list[str] = []

    def add(self, *elements: str) -> None:
        """A segment of a name and simple elements; empty ones at the end are left out."""
        element = self._element
        raw = element.join(elements)
        count = len(elements) - 1
        if not elements[-1]:
            whole = len(raw)
            raw = raw.rstrip(element)
            count -= whole - len(raw)
        self._separators += count
        self.segments.append(raw)

    def add_with_composites(self, composites: Sequence[str], *elements: str) -> None:
        """As :meth:`add`, where the given elements, made by :meth:`composite`, hold the component separator."""
        for text in composites:
            self._components += text.count(self._component)
        self.add(*elements)

    def composite(self, place: str, *components: str) -> str:
        """Components as one element, empty ones at the end left out; ``place`` names it (``SV101``).

        Raises:
            RefusedError: a component holds a delimiter.
        """
        text = self._component.join(components)
        if text.count(self._component) != len(components) - 1:
            raise RefusedError(f"{place}: a component holds a delimiter of the file; remove it or choose others")
        return text.rstrip(self._component)

    def is_sound(self) -> bool:
        """Whether each mark stands in the segments as often as it was put there, and all else can be printed."""
        joined = "".join(self.segments)
        marks = self._delimiters
        visible = joined.translate(str.maketrans(marks.element + marks.component, "--"))
        return (
            joined.count(marks.element) == self._separators
            and joined.count(marks.component) == self._components
            and marks.repetition not in joined
            and marks.terminator not in joined
            and (joined if (marks.element + marks.component).isprintable() else visible).isprintable()
        )


class CheckingWriter(SegmentWriter):
    """Looks at each element as it is added. Slower; for naming what is wrong."""

    def add(self, *elements: str) -> None:
        """As its parent.

        Raises:
            RefusedError: an element holds a delimiter or a character that cannot be printed.
        """
        self._check(elements, ())
        super().add(*elements)

    def add_with_composites(self, composites: Sequence[str], *elements: str) -> None:
        """As its parent.

        Raises:
            RefusedError: an element holds a delimiter or a character that cannot be printed.
        """
        self._check(elements, composites)
        SegmentWriter.add(self, *elements)

    def _check(self, elements: Sequence[str], composites: Sequence[str]) -> None:
        marks = self._delimiters
        simple = {marks.element, marks.component, marks.repetition, marks.terminator}
        for place, element in enumerate(elements):
            allowed = {self._component} if element in composites else set()
            if any(mark in element for mark in simple - allowed):
                raise RefusedError(f"{elements[0]}{place:02d}: a delimiter of the file; remove it or choose others")
            if not "".join(element.split(self._component)).isprintable():
                raise RefusedError(f"{elements[0]}{place:02d}: a character that cannot be printed; remove it")


def written(delimiters: Delimiters, build: Callable[[SegmentWriter], None]) -> list[str]:
    """The segments that ``build`` writes.

    Raises:
        RefusedError: a text holds a delimiter or a character that cannot be printed, or what ``build`` raises.
    """
    writer = SegmentWriter(delimiters)
    build(writer)
    if not writer.is_sound():
        build(CheckingWriter(delimiters))
        raise RefusedError("a text holds a delimiter of the file or a character that cannot be printed")
    return writer.segments
