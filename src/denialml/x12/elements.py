"""The elements of one segment against its guide: types, lengths, codes, usage, repeats and conditions (SNIP 1 and 2).

Data types are those of X12.6: AN text, ID code, R decimal number, N0 and N2 numbers with an implied point, DT date, TM
time. The lengths of numbers do not count a minus or a point.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from denialml.x12.guide import Element, ElementUse, Entry, SegmentSpec
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError, day

_DECIMAL: Final = re.compile(r"-?(?:\d+\.?\d*|\.\d+)\Z", re.ASCII)
_INTEGER: Final = re.compile(r"-?\d+\Z", re.ASCII)
_TIME: Final = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d\d?)?)?\Z", re.ASCII)
_MONTH: Final = re.compile(r"\d{4}(?:0[1-9]|1[0-2])\Z", re.ASCII)
# What looks like a component separator: in HC>99213 with : declared in ISA16.
_OTHER_MARK: Final = re.compile(r"[A-Z0-9][^A-Za-z0-9 .\-/][A-Z0-9]")
_NOTE_CODES: Final = {
    "P": "condition-paired", "R": "condition-required", "E": "condition-exclusive", "C": "condition-conditional",
    "L": "condition-list",
}  # fmt: skip
# Elements that say in which form the next one holds a date: by segment, the numbers of the two.
_FORMS: Final = {"DTP": (2, 3), "DMG": (1, 2), "PAT": (5, 6), "INS": (11, 12)}


class ElementFault(NamedTuple):
    """A fault of one element: its numbers from 1, 0 for the segment or element as a whole."""

    code: str
    element: int = 0
    component: int = 0
    repetition: int = 0


def check_segment(spec: SegmentSpec, raw: str, delimiters: Delimiters) -> list[ElementFault]:
    """Everything that is wrong inside one segment at its place in a guide."""
    elements = raw.split(delimiters.element)
    found = list(_elements(spec, elements, delimiters))
    found += _notes(spec.entry, elements)
    found += _form(spec, elements)
    if len(elements) > 1 and not elements[-1]:
        found.append(ElementFault("trailing-separator", len(elements) - 1))
    return found


def _elements(spec: SegmentSpec, elements: list[str], delimiters: Delimiters) -> Iterator[ElementFault]:
    known, uses, mark = spec.entry.elements, spec.uses, delimiters.repetition
    count = len(elements)
    for number in spec.needed:
        if number >= count or not elements[number]:
            yield ElementFault("missing-element", number)
    for number, text in enumerate(elements):
        if not text or not number:
            continue
        here = uses.get(number)
        if here is None:
            yield ElementFault("unused-element" if number in known else "too-many-elements", number)
        elif here.parts or (mark and mark in text):
            yield from _element(here, text, delimiters)
        else:
            code = _simple(here, text, delimiters.component)
            if code:
                yield ElementFault(code, number)


def _element(use: ElementUse, text: str, delimiters: Delimiters) -> Iterator[ElementFault]:
    mark = delimiters.repetition
    if not mark or mark not in text:
        yield from _one(use, text, 0, delimiters)
        return
    repeats = text.split(mark)
    if len(repeats) > use.repeat:
        yield ElementFault("too-many-repetitions", use.number, 0, use.repeat + 1)
    for repetition, each in enumerate(repeats, 1):
        yield from _one(use, each, repetition, delimiters)


def _one(use: ElementUse, text: str, repetition: int, delimiters: Delimiters) -> Iterator[ElementFault]:
    if not use.parts:
        code = _simple(use, text, delimiters.component)
        if code:
            yield ElementFault(code, use.number, 0, repetition)
        return
    parts = text.split(delimiters.component)
    if len(parts) == 1 and _OTHER_MARK.search(text) and sum(part.required for part in use.parts.values()) > 1:
        yield ElementFault("wrong-component-separator", use.number, 0, repetition)
        return
    for number, part in use.parts.items():
        if part.required and not (number <= len(parts) and parts[number - 1]):
            yield ElementFault("missing-element", use.number, number, repetition)
    for number, each in enumerate(parts, 1):
        if not each:
            continue
        inner = use.parts.get(number)
        if inner is not None:
            code = _simple(inner, each, delimiters.component)
        else:
            code = "unused-element" if number in use.element.parts else "too-many-components"
        if code:
            yield ElementFault(code, use.number, number, repetition)


def _simple(use: ElementUse, text: str, component: str) -> str:
    """The code of what is wrong with one plain value, or nothing."""
    element = use.element
    if component in text:
        return "too-many-components"
    code = _TYPES[element.kind](element, text)
    return code or ("invalid-code" if use.codes and text not in use.codes else "")


def _text(element: Element, text: str) -> str:
    if len(text) > element.longest:
        return "element-too-long"
    if len(text) < element.shortest:
        return "element-too-short"
    return "" if text.isprintable() and text.isascii() else "invalid-characters"


def _number(element: Element, text: str) -> str:
    if not (_INTEGER if element.kind != "R" else _DECIMAL).match(text):
        return "invalid-number"
    digits = len(text) - text.count("-") - text.count(".")
    if digits > element.longest:
        return "element-too-long"
    return "element-too-short" if digits < element.shortest else ""


def _date(_: Element, text: str) -> str:
    return "" if is_day(text) else "invalid-date"


def _time(_: Element, text: str) -> str:
    return "" if _TIME.match(text) else "invalid-time"


_TYPES: Final[dict[str, Callable[[Element, str], str]]] = {
    "AN": _text, "ID": _text, "R": _number, "N0": _number, "N2": _number, "DT": _date, "TM": _time,
    "": lambda _element, _text: "too-many-components",
}  # fmt: skip


def is_day(text: str) -> bool:
    """Whether a text is a day written CCYYMMDD, or YYMMDD as in an ISA."""
    try:
        day(text if len(text) == 8 else "20" + text)
    except BadValueError:
        return False
    return len(text) in {6, 8} and text == text.strip()


def _is_range(text: str) -> bool:
    first, mark, last = text.partition("-")
    return bool(mark) and len(first) == len(last) == 8 and is_day(first) and is_day(last) and first <= last


_BY_FORM: Final[dict[str, Callable[[str], bool]]] = {
    "D8": lambda text: len(text) == 8 and is_day(text),
    "RD8": _is_range,
    "D6": lambda text: len(text) == 6 and is_day(text),
    "CM": lambda text: bool(_MONTH.match(text)),
    "DT": lambda text: is_day(text[:8]) and len(text) > 8 and bool(_TIME.match(text[8:])),
    "TM": lambda text: bool(_TIME.match(text)),
}


def _form(spec: SegmentSpec, elements: list[str]) -> list[ElementFault]:
    """A date against the form that the element before it announces."""
    places = _FORMS.get(spec.name)
    if places is None or len(elements) <= places[1] or not elements[places[1]]:
        return []
    fits = _BY_FORM.get(elements[places[0]])
    return [ElementFault("invalid-date", places[1])] if fits is not None and not fits(elements[places[1]]) else []


def _notes(entry: Entry, elements: list[str]) -> Iterator[ElementFault]:
    count = len(elements)
    for letter, numbers in entry.notes:
        if letter in "CL" and (numbers[0] >= count or not elements[numbers[0]]):
            continue
        filled = [number for number in numbers if number < len(elements) and elements[number]]
        empty = [number for number in numbers if number not in filled]
        broken = {
            "P": bool(filled and empty),
            "R": not filled,
            "E": len(filled) > 1,
            "C": numbers[0] in filled and bool(empty),
            "L": filled == [numbers[0]],
        }[letter]
        if broken:
            yield ElementFault(_NOTE_CODES[letter], filled[1] if letter == "E" else empty[0])
