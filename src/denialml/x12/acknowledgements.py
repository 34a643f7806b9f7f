"""999 (005010X231A1) and TA1: segments to the vocabulary and back.

A 999 is one message: its sets stand in it with their errors. A set of it that cannot be used is refused alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from denialml.claims import (
    ContextName,
    ElementError,
    ElementPosition,
    ErrorContext,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    SegmentError,
    SetAcknowledgement,
)
from denialml.errors import Severity
from denialml.x12.events import Event, MessageRead, Refused, Span
from denialml.x12.groups import Group
from denialml.x12.parties import padded
from denialml.x12.segments import SegmentWriter
from denialml.x12.tokens import Delimiters
from denialml.x12.tree import Loop, Tree
from denialml.x12.values import BadValueError, day

if TYPE_CHECKING:
    from denialml.x12.writing import Envelope

VERSION: Final = "005010X231A1"
_LONGEST_NUMBER = 9


class AcknowledgementBody:
    """Reads one 999 (see the envelope's body protocol): all of it is one group, since it is one message."""

    marks: Final[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        self.claims = 0
        self.refused = 0
        self.head_refused = False
        self._tree = Tree("999")

    def take(self, group: Group) -> Iterator[Event]:
        """The answer to a group, after what of it could not be used."""
        self._tree.grow(group)
        head = self._tree.head
        sets = []
        for loop in head.children("2000"):
            try:
                sets.append(_set(loop))
            except BadValueError as error:
                yield self._refused(group, loop, error)
                head.loops.remove(loop)
        try:
            message = _acknowledgement(head, tuple(sets))
        except BadValueError as error:
            self.refused += 1
            yield group.refused("", group.problem(head.last_taken, error))
            return
        silent = sum(not each.status for each in message.sets)
        if silent or not message.status:
            self.head_refused = True
            text = f"no answer (IK5) to {silent} sets" if silent else "no answer to the group (AK9)"
            yield group.notice("missing-segment", Severity.ERROR, text)
        kept = head.unused()
        self.claims += 1
        yield MessageRead(message, group.span(), kept)
        if kept:
            yield group.unmodelled(kept, 0)

    def _refused(self, group: Group, loop: Loop, error: BadValueError) -> Refused:
        """The answer to one set that cannot be used."""
        self.refused += 1
        places = loop.places()
        first, after = places[0], places[-1] + 1
        end = group.offsets[after] if after < len(group.raws) else group.end
        number = padded(group.raws[first], group.delimiters.element, 2)[2]
        span = Span(group.number + first, group.offsets[first], end)
        at = max(_last_taken(loop))
        return Refused(number, group.problem(at, error), group.segments(places), span)


def _last_taken(loop: Loop) -> Iterator[int]:
    yield loop.last_taken
    for inner in loop.loops:
        yield from _last_taken(inner)


def _acknowledgement(head: Loop, sets: tuple[SetAcknowledgement, ...]) -> FunctionalAcknowledgement:
    head.take("ST")
    opening = head.take("AK1")
    if opening is None:
        raise BadValueError("missing-segment", "the 999 does not say which group it answers (AK1)")
    closing = head.take("AK9") or [""] * 10
    value = FunctionalAcknowledgement(
        opening[1], opening[2], opening[3], closing[1], _count(closing[2]), _count(closing[3]), _count(closing[4]),
        _codes(closing[5:10]), sets,
    )  # fmt: skip
    _keep_more(head, opening, 4)
    _keep_more(head, closing, 10)
    return value


def _set(loop: Loop) -> SetAcknowledgement:
    opening = loop.take("AK2") or [""] * 4
    errors = tuple(map(_segment_error, loop.children("2100")))
    closing = loop.take("IK5") or [""] * 7
    _keep_more(loop, opening, 4)
    _keep_more(loop, closing, 7)
    return SetAcknowledgement(opening[1], opening[2], opening[3], closing[1], _codes(closing[2:7]), errors)


def _segment_error(loop: Loop) -> SegmentError:
    e = loop.take("IK3") or [""] * 5
    value = SegmentError(
        e[1], _count(e[2]), e[4], e[3], _contexts(loop), tuple(map(_element_error, loop.children("2110")))
    )
    _keep_more(loop, e, 5)
    return value


def _element_error(loop: Loop) -> ElementError:
    e = loop.take("IK4") or [""] * 5
    place, whole = _place(e[1], loop.delimiters)
    value = ElementError(place or ElementPosition(0), e[3], e[2], e[4], _contexts(loop))
    _keep_more(loop, e, 5 if whole else 1)
    return value


def _contexts(loop: Loop) -> tuple[ErrorContext, ...]:
    contexts, partial = [], []
    for e in loop.take_all("CTX"):
        context, whole = _context(e, loop.delimiters)
        contexts.append(context)
        if not whole:
            partial.append(e)
    for e in partial:
        loop.give_back(e)
    return tuple(contexts)


def _context(e: list[str], delimiters: Delimiters) -> tuple[ErrorContext, bool]:
    mark = delimiters.repetition
    pairs = [text.split(delimiters.component) for text in (e[1].split(mark) if mark else [e[1]]) if text]
    names = tuple(ContextName(pair[0], pair[1] if len(pair) > 1 else "") for pair in pairs)
    place, whole = _place(e[5], delimiters)
    numbers = tuple(e[6].split(delimiters.component)) if e[6] else ()
    whole = whole and not any(e[7:]) and all(len(pair) <= 2 for pair in pairs)
    return ErrorContext(names, e[2], _count(e[3]), e[4], place, numbers), whole


def _place(text: str, delimiters: Delimiters) -> tuple[ElementPosition | None, bool]:
    """Position in a segment (composite C030), and whether that is all that is there."""
    if not text:
        return None, True
    numbers = [_count(part) for part in text.split(delimiters.component)]
    return ElementPosition(*numbers[:3]), len(numbers) <= 3


def _count(text: str) -> int:
    """A number of things, or a position; 0 where nothing stands.

    Raises:
        BadValueError: ``bad-number``.
    """
    stripped = text.strip()
    if not stripped:
        return 0
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) <= _LONGEST_NUMBER):
        raise BadValueError("bad-number", "not a whole number", text)
    return int(stripped)


def _codes(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _keep_more(loop: Loop, elements: list[str], known: int) -> None:
    """A segment with more elements than there should be is reported as well."""
    if any(elements[known:]):
        loop.give_back(elements)


def read_ta1(raw: str, delimiters: Delimiters) -> tuple[InterchangeAcknowledgement, bool]:
    """The value of a TA1, and whether it has a place for all that stands there. Its date is YYMMDD, of this century.

    Raises:
        BadValueError: ``bad-date``; a date of eight digits is taken too.
    """
    e = padded(raw, delimiters.element, 5)
    text = e[2].strip()
    sent_on = day(text if len(text) == 8 else "20" + text)
    return InterchangeAcknowledgement(e[1].strip(), sent_on, e[3].strip(), e[4].strip(), e[5].strip()), not any(e[6:])


def write_ta1(
    writer: SegmentWriter, _control_number: str, answers: Sequence[InterchangeAcknowledgement], _envelope: Envelope
) -> None:
    """Add a TA1 for each answer.

    Raises:
        BadValueError: its date is not of this century, which is all that TA102 can say.
    """
    for each in answers:
        writer.add("TA1", each.control_number, _short_day(each.sent_on), each.sent_at, each.status, each.note)


def _short_day(value: date) -> str:
    if not 2000 <= value.year < 2100:
        raise BadValueError("bad-date", "TA102: the year of an interchange is written with two digits, from 2000 on")
    return f"{value:%y%m%d}"


def write_set(
    writer: SegmentWriter, control_number: str, messages: Sequence[FunctionalAcknowledgement], _envelope: Envelope
) -> None:
    """Add the 999 of one group, ST to SE."""
    start = len(writer)
    writer.add("ST", "999", control_number, VERSION)
    for each in messages:
        writer.add("AK1", each.functional_id, each.group_control_number, each.version)
        for answer in each.sets:
            _write_answer(writer, answer)
        counts = str(each.included), str(each.received), str(each.accepted_sets)
        writer.add("AK9", each.status, *counts, *_five(each.codes, "AK9"))
    writer.add("SE", str(len(writer) - start + 1), control_number)


def _write_answer(writer: SegmentWriter, answer: SetAcknowledgement) -> None:
    writer.add("AK2", answer.set_id, answer.control_number, answer.version)
    for error in answer.errors:
        writer.add("IK3", error.segment, str(error.position), error.loop, error.code)
        _write_contexts(writer, error.contexts)
        for each in error.elements:
            place = _place_text(writer, "IK401", each.place)
            writer.add("IK4", place, each.dictionary_number, each.code, each.bad_value)
            _write_contexts(writer, each.contexts)
    writer.add("IK5", answer.status, *_five(answer.codes, "IK5"))


def _write_contexts(writer: SegmentWriter, contexts: Sequence[ErrorContext]) -> None:
    for each in contexts:
        names = [writer.composite("CTX01", name.name, name.reference) for name in each.names]
        position = str(each.position) if each.position else ""
        place = _place_text(writer, "CTX05", each.place) if each.place else ""
        numbers = writer.composite("CTX06", *each.dictionary_numbers) if each.dictionary_numbers else ""
        writer.add("CTX", writer.repeated("CTX01", names), each.segment, position, each.loop, place, numbers)


def _place_text(writer: SegmentWriter, where: str, place: ElementPosition) -> str:
    parts = place.element, place.component, place.repetition
    return writer.composite(where, *(str(number) if number else "" for number in parts))


def _five(codes: Sequence[str], name: str) -> Sequence[str]:
    if len(codes) > 5:
        raise BadValueError("too-many-codes", f"{name}: there is room for five codes")
    return codes
