"""276, 277 (005010X212) and 277CA (005010X214) to the vocabulary, one message for each claim, provider or batch.

A level (HL) adds what it says to the messages below it. A level that announces none below it is a message even where
its trace is missing, so that nobody is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar

from denialml.claims import (
    ClaimAcknowledgement,
    ClaimStatusInquiry,
    ClaimStatusResponse,
    DatedFact,
    Party,
    StatusLine,
    StatusPerson,
    Value,
)
from denialml.x12.parties import PartyBuilder
from denialml.x12.shapes import Shape
from denialml.x12.statusparts import (
    ACKNOWLEDGEMENT_HEAD,
    BATCH_TOTALS,
    CHARGE,
    INQUIRY_HEAD,
    LINE,
    PROVIDER_TOTALS,
    REFERENCE,
    RESPONSE_HEAD,
    STATUS,
    Head,
)
from denialml.x12.tree import Loop, TreeBody
from denialml.x12.values import BadValueError, cents, day, number, period

_V = TypeVar("_V", bound=Value)
_Facts = dict[str, Any]  # fields of a message
_Reader = Callable[[Loop], _Facts]

_HAS_CHILDREN: Final = "1"  # HL04


def inquiry_body() -> TreeBody:
    """The reader of one 276."""
    levels = {
        "2000A": _Level("20", _party("2100A", "payer")),
        "2000B": _Level("21", _party("2100B", "receiver")),
        "2000C": _Level("19", _provider),
        "2000D": _Level("22", _person("2100D", "subscriber"), _Answer("2200D", "1", "2210D", CHARGE, states=False)),
        "2000E": _Level("23", _person("2100E", "dependent"), _Answer("2200E", "1", "2210E", CHARGE, states=False)),
    }
    missing = {"payer": Party(), "receiver": Party(), "provider": Party(), "subscriber": StatusPerson(Party())}
    return TreeBody("276", ("HL",), _Builder(ClaimStatusInquiry, INQUIRY_HEAD, levels, missing).build)


def response_body() -> TreeBody:
    """The reader of one 277."""
    levels = {
        "2000A": _Level("20", _party("2100A", "payer")),
        "2000B": _Level("21", _party("2100B", "receiver"), _Answer("2200B", "2")),
        "2000C": _Level("19", _provider, _Answer("2200C", "1")),
        "2000D": _Level("22", _person("2100D", "subscriber"), _Answer("2200D", "2", "2220D")),
        "2000E": _Level("23", _person("2100E", "dependent"), _Answer("2200E", "2", "2220E")),
    }
    missing = {"payer": Party(), "receiver": Party()}
    return TreeBody("277", ("HL",), _Builder(ClaimStatusResponse, RESPONSE_HEAD, levels, missing).build)


def acknowledgement_body() -> TreeBody:
    """The reader of one 277CA."""
    levels = {
        "2000A": _Level("20", _source),
        "2000B": _Level("21", _party("2100B", "receiver"), _Answer("2200B", "2", "", BATCH_TOTALS)),
        "2000C": _Level("19", _party("2100C", "provider"), _Answer("2200C", "1", "", PROVIDER_TOTALS)),
        "2000D": _Level("PT", _party("2100D", "patient"), _Answer("2200D", "2", "2220D")),
    }
    missing = {"source": Party(), "receiver": Party()}
    return TreeBody("277CA", ("HL",), _Builder(ClaimAcknowledgement, ACKNOWLEDGEMENT_HEAD, levels, missing).build)


class _Answer(NamedTuple):
    """Where a level holds what is asked or answered: the loop, its TRN01, and the loop of lines in it.

    ``states`` says whether it tells a status; in an inquiry an STC has no place.
    """

    loop: str
    trace: str
    lines: str = ""
    totals: Mapping[tuple[str, str], str] = MappingProxyType({})  # segment and qualifier, to a field
    states: bool = True


class _Level(NamedTuple):
    """One kind of level: HL03, what it says of the messages below it, and what is asked or answered there."""

    code: str
    facts: _Reader
    answer: _Answer | None = None


class _Known(NamedTuple):
    """The level of a kind that was read last: HL01, and its facts, none where they could not be read."""

    number: str
    facts: _Facts | None


class _Builder:
    """Builds the messages of one transaction set, level by level."""

    def __init__(self, make: type[Value], head: Head, levels: dict[str, _Level], missing: _Facts) -> None:
        self._make = make
        self._head = head
        self._levels = levels
        self._missing = missing  # what a message says of levels that a file left out
        self._known: dict[str, _Known] = {}

    def build(self, opened: Loop, head: Loop) -> Iterable[Value]:
        """The messages of one level; the head has none.

        Raises:
            BadValueError: a value is not what the guide allows, also in a level around this one; or nobody knows what
                this level is.
        """
        if opened is head:
            self._known = {head.id: _Known("", None)}
            self._known[head.id] = _Known("", _head(head, self._head))
            return ()
        level = self._levels.get(opened.id)
        hl = opened.take("HL", level.code, at=3) if level else None
        if level is None or hl is None:
            raise BadValueError("unknown-level", "a level (HL) of a kind that the guide has not")
        self._known[opened.id] = _Known(hl[1], None)
        above = opened.above
        assert above is not None  # only the head has none
        if (above.id and hl[2] != self._at(above).number) or any(hl[5:]):
            opened.give_back(hl)
        facts = self._facts(above) | level.facts(opened)
        self._known[opened.id] = _Known(hl[1], facts)
        if level.answer is None:
            return ()
        return [self._make(**facts, **each) for each in _answers(opened, level.answer, last=hl[4] != _HAS_CHILDREN)]

    def _at(self, above: Loop) -> _Known:
        """A level around; nothing is known of one that was too long to be built."""
        return self._known.get(above.id, _Known("", None))

    def _facts(self, above: Loop) -> _Facts:
        """What a level and those around it say."""
        facts = self._at(above).facts
        if facts is None:
            raise BadValueError("level-refused", "a level around this one could not be read")
        return facts if above.id else self._missing | facts


# Parts of a level


def _head(loop: Loop, expected: Head) -> _Facts:
    loop.take("ST")
    e = loop.take("BHT")
    if e is None:
        return {}
    if (e[1], e[2]) != expected[:2] or e[6] not in {"", expected.kind} or any(e[7:]):
        loop.give_back(e)
    return {"reference": e[3], "sent_on": day(e[4]) if e[4] else None, "sent_at": e[5]}


def _named(loop: Loop) -> Party | None:
    """The party of a loop that NM1 begins."""
    e = loop.take("NM1")
    if e is None:
        return None
    builder = PartyBuilder(e)
    if not builder.whole:
        loop.give_back(e)
    for contact in list(loop.take_all("PER")):
        if not builder.take(contact):
            loop.give_back(contact)
    return builder.party()


def _party(loop: str, field: str) -> _Reader:
    """Reads the party of a level."""

    def read(opened: Loop) -> _Facts:
        inner = opened.child(loop)
        party = _named(inner) if inner else None
        return {field: party} if party else {}

    return read


def _provider(opened: Loop) -> _Facts:
    """The provider, and the same one under a second identifier."""
    parties = [_named(inner) for inner in opened.children("2100C")[:2]]
    return dict(zip(("provider", "other_provider"), parties, strict=False))


def _person(loop: str, field: str) -> _Reader:
    """Reads the subscriber or dependent of a level."""
    named = _party(loop, field)

    def read(opened: Loop) -> _Facts:
        party = named(opened).get(field, Party())
        return {field: StatusPerson(party, *_demographics(opened))}

    return read


def _demographics(opened: Loop) -> tuple[date | None, str]:
    e = opened.take("DMG")
    if e is None:
        return None, ""
    if e[1] not in {"", "D8"} or any(e[4:]):
        opened.give_back(e)
    return day(e[2]) if e[2] else None, e[3]


def _source(opened: Loop) -> _Facts:
    """Who acknowledges, under which number, and when it got and looked at the claims."""
    inner = opened.child("2100A")
    facts: _Facts = {}
    if inner is not None:
        e = inner.take("NM1")
        if e is not None:
            inner.give_back(e)
            facts["source_role"] = e[1]
            facts["source"] = _named(inner)
    receipt = opened.child("2200A")
    if receipt is not None:
        facts["source_trace"] = _trace(receipt, "1")
        facts["received_on"] = _one_day(receipt, "050")
        facts["processed_on"] = _one_day(receipt, "009")
    return facts


def _one_day(loop: Loop, qualifier: str) -> date | None:
    e = loop.take("DTP", qualifier)
    if e is None:
        return None
    first, last, time = period(e[2], e[3])
    if last or time or any(e[4:]):
        loop.give_back(e)
    return first


# What is asked or answered


def _answers(opened: Loop, answer: _Answer, *, last: bool) -> Iterator[_Facts]:
    """One for each loop of its kind; where a sender left out the trace that begins the loop, of the level itself."""
    loops = opened.children(answer.loop)
    yield from (_answer(loop, answer) for loop in loops)
    if not loops and last:
        yield _answer(opened.loops[-1] if opened.loops else opened, answer)


def _answer(loop: Loop, answer: _Answer) -> _Facts:
    facts: _Facts = {"trace": _trace(loop, answer.trace)}
    facts["references"] = _values(loop, REFERENCE)
    facts["dates"] = _dates(loop)
    facts["statuses"] = _values(loop, STATUS) if answer.states else ()
    for (name, qualifier), field in answer.totals.items():
        e = loop.take(name, qualifier)
        if e is not None and e[2]:
            facts[field] = _count(e[2]) if name == "QTY" else cents(e[2])
        if e is not None and (not e[2] or any(e[3:])):
            loop.give_back(e)
    facts["lines"] = tuple(_line(each) for each in loop.children(answer.lines))
    return {field: value for field, value in facts.items() if value != ()}


def _trace(loop: Loop, kind: str) -> str:
    e = loop.take("TRN")
    if e is None:
        return ""
    if e[1] != kind or any(e[3:]):
        loop.give_back(e)
    return e[2]


def _values(loop: Loop, shape: Shape[_V]) -> tuple[_V, ...]:
    """All segments of a shape in a loop."""
    found = []
    for e in list(loop.take_all(shape.segment)):
        value, whole = shape.read(e, loop.delimiters)
        found.append(value)
        if not whole:
            loop.give_back(e)
    return tuple(found)


def _dates(loop: Loop) -> tuple[DatedFact, ...]:
    found = []
    for e in list(loop.take_all("DTP")):
        found.append(DatedFact(e[1], *period(e[2], e[3])))
        if any(e[4:]):
            loop.give_back(e)
    return tuple(found)


def _line(loop: Loop) -> StatusLine:
    e = loop.take("SVC")
    assert e is not None  # it began the loop
    line, whole = LINE.read(
        e, loop.delimiters,
        statuses=_values(loop, STATUS), references=_values(loop, REFERENCE), dates=_dates(loop),
    )  # fmt: skip
    if not whole:
        loop.give_back(e)
    return line


def _count(text: str) -> int:
    value = number(text)
    if value != value.to_integral_value():
        raise BadValueError("bad-number", "not a whole number", text)
    return int(value)
