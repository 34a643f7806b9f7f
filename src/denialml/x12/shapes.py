"""Segments as values: a :class:`Shape` says once which element is which field, for reading and for writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Generic, NamedTuple, TypeVar

from denialml.claims import Procedure, Value, field_names
from denialml.errors import RefusedError
from denialml.x12.segments import SegmentWriter
from denialml.x12.tokens import Delimiters
from denialml.x12.values import (
    BadValueError,
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


def _codes(text: str, delimiters: Delimiters) -> tuple[tuple[str, ...], bool]:
    mark = delimiters.repetition
    return (tuple(text.split(mark)) if mark else (text,)), True


# An element that repeats: a tuple of text.
REPEATED: Final = Kind(_codes, lambda value, writer, place: writer.repeated(place, value))


def _procedure_text(value: Procedure, writer: SegmentWriter, place: str) -> str:
    from denialml.x12.writeclaim import procedure_text

    return procedure_text(writer, place, value)


PROCEDURE: Final = Kind(lambda text, delimiters: procedure(text, delimiters.component), _procedure_text)


@dataclass(frozen=True)
class Shape(Generic[_V]):
    """Which fields of ``make`` stand in which elements of a segment.

    ``fields`` maps an element's number to a field, text unless a kind is given: ``{1: "code", 2: ("paid", MONEY)}``.
    ``fixed`` are elements that always hold one text, and are no field; where a field is named beside the text, they
    hold it only when that field is there (a unit of measure beside its number). ``spread`` are fields whose texts
    stand in several elements, one in each.
    """

    make: type[_V]
    segment: str
    fields: Mapping[int, str | tuple[str, Kind]]
    fixed: Mapping[int, str | tuple[str, str]] | None = None
    spread: Mapping[str, Sequence[int]] | None = None

    def __post_init__(self) -> None:
        known = set(field_names(self.make))
        names = {name for _, name, _ in self._columns} | set(self.spread or ()) | {name for _, _, name in self._marks}
        assert names - {""} <= known, f"{self.segment}: a field that is not there"

    @cached_property
    def _columns(self) -> list[tuple[int, str, Kind]]:
        return [
            (at, each, TEXT) if isinstance(each, str) else (at, each[0], each[1]) for at, each in self.fields.items()
        ]

    @cached_property
    def _marks(self) -> list[tuple[int, str, str]]:
        """Elements of a fixed text, and the field that each goes with or nothing."""
        return [
            (at, each, "") if isinstance(each, str) else (at, each[0], each[1])
            for at, each in (self.fixed or {}).items()
        ]

    @cached_property
    def _used(self) -> frozenset[int]:
        """The elements that have a place, and the name."""
        spread = [at for places in (self.spread or {}).values() for at in places]
        return frozenset([0, *self.fields, *(self.fixed or ()), *spread])

    @cached_property
    def _unused(self) -> tuple[tuple[int, ...], int]:
        """The elements between those that have a place, and the first one after all of them."""
        end = max(self._used) + 1
        return tuple(at for at in range(end) if at not in self._used), end

    @cached_property
    def _required(self) -> frozenset[str]:
        """Fields without a default."""
        names = field_names(self.make)
        return frozenset(names[: len(names) - len(self.make.__struct_defaults__)])

    def read(self, elements: Sequence[str], delimiters: Delimiters, **others: Any) -> tuple[_V, bool]:
        """The value of a segment split into elements (the name first), and whether all of it has a place.

        Raises:
            BadValueError: an element's text is not what its kind allows, or one is missing that the value needs.
        """
        values, whole = dict(others), True
        count = len(elements)
        for at, name, kind in self._columns:
            text = elements[at] if at < count else ""
            if kind is TEXT and text:
                values[name] = text
            elif text:
                values[name], all_of_it = kind.read(text, delimiters)
                whole = whole and all_of_it
        for name, places in (self.spread or {}).items():
            if texts := tuple(elements[at] for at in places if at < count and elements[at]):
                values[name] = texts
        if not self._required <= values.keys():
            missing = self._required - values.keys()
            raise BadValueError("missing-element", f"a {self.segment} without its {min(missing)}")
        for at, text, _ in self._marks:
            whole = whole and (at >= count or elements[at] in {"", text})
        gaps, end = self._unused
        whole = whole and not any(elements[end:])
        for at in gaps:
            whole = whole and (at >= count or not elements[at])
        return self.make(**values), whole

    def write(self, writer: SegmentWriter, value: _V) -> None:
        """Add the segment of a value.

        Raises:
            RefusedError: a text holds a delimiter, or a field has no form in X12 or no room.
        """
        texts = [""] * self._unused[1]
        texts[0] = self.segment
        for at, text, beside in self._marks:
            if not beside or getattr(value, beside) is not None:
                texts[at] = text
        for at, name, kind in self._columns:
            field = getattr(value, name)
            if field is not None and field not in ("", ()):
                texts[at] = kind.write(field, writer, f"{self.segment}{at:02d}")
        for name, places in (self.spread or {}).items():
            several = getattr(value, name)
            if len(several) > len(places):
                raise RefusedError(f"{self.segment}: {name} has room for {len(places)}")
            for at, text in zip(places, several, strict=False):
                texts[at] = text
        writer.add(*texts)
