"""270 and 271 transactions (implementation guide 005010X279A1) to the vocabulary, one message for each patient.

A subscriber's level that announces dependents and asks or answers nothing itself is only carried in their messages. A
source or receiver that is rejected is a message of its own, without a patient.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeVar

from denialml.claims import (
    Benefit,
    DatedFact,
    Diagnosis,
    EligibilityEntity,
    EligibilityInquiry,
    EligibilityQuestion,
    EligibilityResponse,
    Member,
    MilitaryService,
    Rejection,
    Value,
)
from denialml.x12.eligibilityparts import (
    AMOUNT,
    BENEFIT,
    CIRCUMSTANCE,
    DELIVERY,
    DEPENDENT,
    PROVIDER,
    QUESTION,
    RECEIVER,
    REFERENCE,
    REJECTION,
    RELATED,
    RELATION,
    SOURCE,
    STRUCTURE,
    SUBSCRIBER,
    TRACE,
)
from denialml.x12.parties import PartyBuilder
from denialml.x12.shapes import Shape
from denialml.x12.tree import Loop, TreeBody
from denialml.x12.values import BadValueError, day, period

_DATE_FORMS: Final = frozenset({"D8", "RD8", "DT"})
_HAS_CHILDREN: Final = "1"  # HL04

_V = TypeVar("_V", bound=Value)


def inquiry_body() -> TreeBody:
    """The reader of one 270."""
    return TreeBody("270", ("HL",), _Inquiries().build)


def response_body() -> TreeBody:
    """The reader of one 271."""
    return TreeBody("271", ("HL",), _Responses().build)


class _Levels:
    """The levels that are open while one transaction set is read, outermost first, and what its head says."""

    def __init__(self) -> None:
        self.head: dict[str, Any] = {}
        self.source = self.receiver = EligibilityEntity()
        self.subscriber = Member()
        self.announces = False  # whether the level entered last says that others follow below it

    def enter(self, opened: Loop, head: Loop) -> str:
        """Take the parties of a level; its code (HL03), or nothing for the head and for what is no level."""
        if opened is head:
            self.head = _head(head)
            return ""
        level = opened.take("HL")
        if level is None:
            return ""
        code, self.announces = level[3], level[4] == _HAS_CHILDREN
        if code == SOURCE:
            self.source = self.receiver = EligibilityEntity()
            self.source = _entity(opened.child("2100A"), "PER")
        elif code == RECEIVER:
            self.receiver = EligibilityEntity()
            self.receiver = _entity(opened.child("2100B"), "REF", "N3", "N4")
        elif code == SUBSCRIBER:
            self.subscriber = Member()
            self.subscriber = _member(opened, "2100C")
        elif code != DEPENDENT:
            raise BadValueError("unknown-level", "no level that this transaction has", code)
        return code


class _Inquiries:
    """Builds the messages of a 270."""

    def __init__(self) -> None:
        self._levels = _Levels()

    def build(self, opened: Loop, head: Loop) -> Iterator[Value]:
        """The message of a level, if it is a patient's."""
        levels = self._levels
        code = levels.enter(opened, head)
        if code == SUBSCRIBER:
            questions = _questions(opened, "C")
            if questions or not levels.announces:
                yield self._inquiry(None, questions)
        elif code == DEPENDENT:
            yield self._inquiry(_member(opened, "2100D"), _questions(opened, "D"))

    def _inquiry(self, dependent: Member | None, questions: tuple[EligibilityQuestion, ...]) -> EligibilityInquiry:
        levels = self._levels
        return EligibilityInquiry(
            levels.source, levels.receiver, levels.subscriber, dependent, questions, **levels.head
        )


class _Responses:
    """Builds the messages of a 271."""

    def __init__(self) -> None:
        self._levels = _Levels()

    def build(self, opened: Loop, head: Loop) -> Iterator[Value]:
        """The message of a level, if it is a patient's or rejected."""
        levels = self._levels
        code = levels.enter(opened, head)
        if code == SOURCE:
            of_all, rejections = _rejections(opened), _rejections(opened.child("2100A"))
            if of_all or rejections:
                yield EligibilityResponse(levels.source, rejections=rejections, source_rejections=of_all, **levels.head)
        elif code == RECEIVER:
            rejections = _rejections(opened.child("2100B"))
            if rejections:
                yield EligibilityResponse(levels.source, levels.receiver, rejections=rejections, **levels.head)
        elif code == SUBSCRIBER:
            answer = self._answer(opened, "C", None)
            if answer.rejections or answer.benefits or not levels.announces:
                yield answer
        elif code == DEPENDENT:
            yield self._answer(opened, "D", _member(opened, "2100D"))

    def _answer(self, opened: Loop, letter: str, dependent: Member | None) -> EligibilityResponse:
        levels = self._levels
        return EligibilityResponse(
            levels.source, levels.receiver, levels.subscriber, dependent,
            rejections=_rejections(opened.child("2100" + letter)),
            benefits=tuple(_benefit(each, letter) for each in _statements(opened, letter)),
            **levels.head,
        )  # fmt: skip


# Parts of a level


def _head(loop: Loop) -> dict[str, Any]:
    """The fields of a message that BHT holds."""
    loop.take("ST")
    e = loop.take("BHT")
    if e is None:
        return {}
    if e[1] != STRUCTURE or any(e[7:]):
        loop.give_back(e)
    return {
        "purpose": e[2], "reference": e[3], "sent_on": day(e[4]) if e[4] else None, "sent_at": e[5],
        "transaction_type": e[6],
    }  # fmt: skip


def _values(loop: Loop | None, shape: Shape[_V]) -> tuple[_V, ...]:
    """All segments of a shape in a loop."""
    if loop is None:
        return ()
    found = []
    for e in list(loop.take_all(shape.segment)):
        value, whole = shape.read(e, loop.delimiters)
        found.append(value)
        if not whole:
            loop.give_back(e)
    return tuple(found)


def _first(loop: Loop, shape: Shape[_V], **others: Any) -> _V | None:
    """The first segment of a shape in a loop; another one of the kind is left."""
    e = loop.take(shape.segment)
    if e is None:
        return None
    value, whole = shape.read(e, loop.delimiters, **others)
    if not whole:
        loop.give_back(e)
    return value


def _rejections(loop: Loop | None) -> tuple[Rejection, ...]:
    return _values(loop, REJECTION)


def _party(loop: Loop, e: list[str], *names: str) -> PartyBuilder:
    """The party of an NM1, with the segments of these names that follow it in its loop."""
    builder = PartyBuilder(e)
    for name in names:
        for each in list(loop.take_all(name)):
            if not builder.take(each):
                loop.give_back(each)
    return builder


def _entity(loop: Loop | None, *names: str) -> EligibilityEntity:
    e = loop.take("NM1") if loop is not None else None
    if loop is None or e is None:
        return EligibilityEntity()
    named = [*e[:10], "", *e[11:]]
    builder = _party(loop, named, *names)
    if not builder.whole:
        loop.give_back(e)
    return EligibilityEntity(e[1], builder.party(), _first(loop, PROVIDER), e[10])


def _member(opened: Loop, name: str) -> Member:
    traces = _values(opened, TRACE)
    loop = opened.child(name)
    e = loop.take("NM1") if loop is not None else None
    if loop is None or e is None:
        return Member(traces=traces)
    builder = _party(loop, e, "REF", "N3", "N4", "DMG")
    if not builder.whole:
        loop.give_back(e)
    return Member(
        builder.party(), builder.birth, builder.sex, traces, _first(loop, PROVIDER), _first(loop, RELATION),
        _diagnoses(loop), _dates(loop), _military(loop),
    )  # fmt: skip


def _diagnoses(loop: Loop) -> tuple[Diagnosis, ...]:
    e = loop.take("HI")
    if e is None:
        return ()
    composites = [text.split(loop.delimiters.component) for text in e[1:] if text]
    if any(len(parts) != 2 for parts in composites):
        loop.give_back(e)
        return ()
    return tuple(Diagnosis(code, code_list) for code_list, code in composites)


def _dates(loop: Loop) -> tuple[DatedFact, ...]:
    """All DTP in the forms of the guide; others are left."""
    found = []
    for e in list(loop.take_all("DTP")):
        if e[2] not in _DATE_FORMS or any(e[4:]):
            loop.give_back(e)
        else:
            found.append(DatedFact(e[1], *period(e[2], e[3])))
    return tuple(found)


def _military(loop: Loop) -> tuple[MilitaryService, ...]:
    found = []
    for e in list(loop.take_all("MPI")):
        begin, end, time = period(e[6], e[7]) if e[6] or e[7] else (None, None, "")
        found.append(MilitaryService(e[1], e[2], e[3], e[4], e[5], begin, end))
        if time or any(e[8:]):
            loop.give_back(e)
    return tuple(found)


def _statements(opened: Loop, letter: str) -> list[Loop]:
    """The loops 2110 of a level, which stand in its loop 2100."""
    name = opened.child("2100" + letter)
    return name.children("2110" + letter) if name is not None else []


def _questions(opened: Loop, letter: str) -> tuple[EligibilityQuestion, ...]:
    found = []
    for loop in _statements(opened, letter):
        question = _first(
            loop, QUESTION, amounts=_values(loop, AMOUNT), circumstances=_values(loop, CIRCUMSTANCE),
            references=_values(loop, REFERENCE), dates=_dates(loop),
        )  # fmt: skip
        if question is not None:
            found.append(question)
    return tuple(found)


def _benefit(loop: Loop, letter: str) -> Benefit:
    entities = loop.children("2120" + letter)
    if entities:
        loop.take("LS", RELATED)
        loop.take("LE", RELATED)
    benefit = _first(
        loop, BENEFIT, deliveries=_values(loop, DELIVERY), references=_values(loop, REFERENCE), dates=_dates(loop),
        rejections=_rejections(loop), messages=_messages(loop),
        circumstances=tuple(each for inner in loop.children("2115" + letter) for each in _values(inner, CIRCUMSTANCE)),
        entities=tuple(_entity(inner, "N3", "N4", "PER") for inner in entities),
    )  # fmt: skip
    assert benefit is not None  # EB opens the loop
    return benefit


def _messages(loop: Loop) -> tuple[str, ...]:
    found = []
    for e in list(loop.take_all("MSG")):
        found.append(e[1])
        if any(e[2:]):
            loop.give_back(e)
    return tuple(found)
