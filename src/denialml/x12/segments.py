"""Segments as they are written. No text can smuggle a delimiter, a terminator or a control character into them."""

from __future__ import annotations

from collections.abc import Sequence

from denialml.errors import RefusedError
from denialml.x12.tokens import Delimiters


class SegmentWriter:
    """Collects segments. Elements are joined in one go and checked in one go; only a failed check looks at each."""

    __slots__ = ("_component", "_delimiters", "_element", "_marks", "_printable", "_visible", "segments")

    def __init__(self, delimiters: Delimiters) -> None:
        """Start empty.

        Raises:
            RefusedError: the delimiters serve no interchange.
        """
        delimiters.check()
        self._delimiters = delimiters
        self._element = delimiters.element
        self._component = delimiters.component
        self._marks = delimiters.repetition, delimiters.terminator
        self._printable = (delimiters.element + delimiters.component).isprintable()
        self._visible = str.maketrans(delimiters.element + delimiters.component, "--")
        self.segments: list[str] = []

    def add(self, *elements: str) -> None:
        """A segment of a name and simple elements.

        Raises:
            RefusedError: an element holds a delimiter or a character that cannot be printed.
        """
        raw = self._element.join(elements)
        repetition, terminator = self._marks
        if (
            self._component in raw
            or repetition in raw
            or terminator in raw
            or raw.count(self._element) != len(elements) - 1
            or not (raw if self._printable else raw.translate(self._visible)).isprintable()
        ):
            self._refuse(elements)
        self.segments.append(raw.rstrip(self._element) if raw.endswith(self._element) else raw)

    def add_with_composites(self, composites: Sequence[str], *elements: str) -> None:
        """As :meth:`add`, where the given elements, made by :meth:`composite`, hold the component separator."""
        raw = self._element.join(elements)
        repetition, terminator = self._marks
        component = self._component
        if (
            raw.count(component) != sum([text.count(component) for text in composites])
            or repetition in raw
            or terminator in raw
            or raw.count(self._element) != len(elements) - 1
            or not (raw if self._printable else raw.translate(self._visible)).isprintable()
        ):
            self._refuse(elements, composites)
        self.segments.append(raw.rstrip(self._element))

    def composite(self, place: str, *components: str) -> str:
        """Components as one element, empty ones at the end left out; ``place`` names it (``SV101``).

        Raises:
            RefusedError: a component holds a delimiter.
        """
        text = self._component.join(components)
        if text.count(self._component) != len(components) - 1:
            raise RefusedError(f"{place}: a component holds a delimiter of the file; remove it or choose others")
        return text.rstrip(self._component)

    def _refuse(self, elements: tuple[str, ...], composites: Sequence[str] = ()) -> None:
        for place, element in enumerate(elements):
            if not element.translate(self._visible).isprintable():
                raise RefusedError(f"{elements[0]}{place:02d}: a character that cannot be printed; remove it")
            marks = {self._element, *self._marks} | (set() if element in composites else {self._component})
            if any(mark in element for mark in marks):
                raise RefusedError(f"{elements[0]}{place:02d}: a delimiter of the file; remove it or choose others")
