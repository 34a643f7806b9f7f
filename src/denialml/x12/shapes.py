"""Segments as values: a :class:`Shape` says once which element is which field, for reading and for writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

from denialml.claims import Procedure, Value, field_names
from denialml.x12.segments import SegmentWriter
from denialml.x12.tokens import Delimiters
from denialml.x12.values import (
    cents,
    day,
    day_text,
    money_text,
    number,
    number_text,
    procedure,
)

_V = TypeVar("_V", bound=Value)


class Kind(NamedTuple):
    """How the text of an element becomes a field and back.

    ``read`` returns the value and whether the field has a place for all of it; ``write`` gets a segment writer and the
    element's name for composites. An element that is empty leaves the field at its default, and a field at its default
    leaves the element empty.
    """

    read: Callable[[str, Delimiters], tuple[Any, bool]]
    write: Callable[[Any, SegmentWriter, str], str]


def simple(read: Callable[[str], Any], write: Callable[[Any], str]) -> Kind:
    """A kind whose text is the same under all delimiters."""
    return Kind(lambda text, _: (read(text), True), lambda value, _, __: write(value))


TEXT: Final = simple(str, str)
MONEY: Final = simple(cents, money_text)
NUMBER: Final = simple(number, number_text)
DAY: Final = simple(day, day_text)
COUNT: Final = simple(lambda text: int(number(text)), str)


def _codes(text: str, delimiters: Delimiters) -> tuple[tuple[str, ...], bool]:
    mark = delimiters.repetition
    return (tuple(text.split(mark)) if mark else (text,)), True


# An element that repeats, and a composite of plain texts: tuples of text.
REPEATED: Final = Kind(_codes, lambda value, writer, place: writer.repeated(place, value))
COMPOSITE: Final = Kind(
    lambda text, delimiters: (tuple(text.split(delimiters.component)), True),
    lambda value, writer, place: writer.composite(place, *value),
)


def _procedure_text(value: Procedure, writer: SegmentWriter, place: str) -> str:
    from denialml.x12.write837 import procedure_text

    return procedure_text(writer, place, value)


PROCEDURE: Final = Kind(lambda text, delimiters: procedure(text, delimiters.component), _procedure_text)


@dataclass(frozen=True)
class Shape(Generic[_V]):
    """Which fields of ``make`` stand in which elements of a segment.

    ``fields`` maps an element's number to a field, text unless a kind is given: ``{1: "code", 2: ("paid", MONEY)}``.
    ``fixed`` are elements that always hold one text, and are no field.
    """

    make: type[_V]
    segment: str
    fields: Mapping[int, str | tuple[str, Kind]]
    fixed: Mapping[int, str] | None = None

    def __post_init__(self) -> None:
        known = set(field_names(self.make))
        assert all(name in known for _, name, _ in self._columns()), f"{self.segment}: a field that is not there"

    def _columns(self) -> list[tuple[int, str, Kind]]:
        return [
            (at, each, TEXT) if isinstance(each, str) else (at, each[0], each[1]) for at, each in self.fields.items()
        ]

    def read(self, elements: Sequence[str], delimiters: Delimiters, **others: Any) -> tuple[_V, bool]:
        """The value of a segment split into elements (the name first), and whether all of it has a place.

        Raises:
            BadValueError: an element's text is not what its kind allows.
        """
        values, whole = dict(others), True
        used = {0}
        for at, name, kind in self._columns():
            used.add(at)
            if at < len(elements) and elements[at]:
                values[name], all_of_it = kind.read(elements[at], delimiters)
                whole = whole and all_of_it
        for at, text in (self.fixed or {}).items():
            used.add(at)
            whole = whole and (at >= len(elements) or elements[at] in {"", text})
        whole = whole and not any(text for at, text in enumerate(elements) if at not in used)
        return self.make(**values), whole

    def write(self, writer: SegmentWriter, value: _V) -> None:
        """Add the segment of a value.

        Raises:
            RefusedError: a text holds a delimiter, or a field has no form in X12.
        """
        columns = self._columns()
        last = max([at for at, _, _ in columns] + [*(self.fixed or {})])
        texts = [""] * (last + 1)
        texts[0] = self.segment
        for at, text in (self.fixed or {}).items():
            texts[at] = text
        for at, name, kind in columns:
            field = getattr(value, name)
            if field is not None and field not in ("", ()):
                texts[at] = kind.write(field, writer, f"{self.segment}{at:02d}")
        writer.add(*texts)
