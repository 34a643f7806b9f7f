"""What validation found, as the TA1 and the 999s that the sender gets.

An interchange whose envelope is broken is rejected with a TA1 alone; else each functional group is answered with a 999,
and a TA1 stands before them when it was asked for (ISA14) or has something to say. Groups of acknowledgements (GS01
``FA``) are never acknowledged. A rejected group names only the sets that are rejected for reasons of their own.

What a 999 leaves out on purpose: copies of bad elements (IK404), which may be a person's facts, and numbers of X12's
data element dictionary (IK402), which the guides here do not hold. Both are situational.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from denialml.claims import (
    ContextName,
    ElementError,
    ElementPosition,
    ErrorContext,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    SegmentError,
    SetAcknowledgement,
    Value,
    replace,
)
from denialml.errors import Severity
from denialml.x12.acknowledgements import read_ta1
from denialml.x12.events import X12Error
from denialml.x12.faults import Fault
from denialml.x12.guide import Guide, Rule, guide_for
from denialml.x12.source import Source
from denialml.x12.tokens import Batch, Delimiters
from denialml.x12.validate import Began, Ended, Level, validate
from denialml.x12.values import BadValueError
from denialml.x12.writing import Envelope, MessageBatch, write

_MOST_ERRORS: Final = 1000  # segments in error that one set's answer lists; a set with more is rejected all the same
_NO_NAME: Final = "ZZZ"  # IK301 of a segment whose name is none
_LONGEST_REFERENCE: Final = 35  # of CTX01-2


def acknowledge(
    source: Source, *, control_number: int, created_at: datetime, delimiters: Delimiters | None = None
) -> Iterator[bytes]:
    """The interchanges that answer a file: for each of its own a TA1, or the 999s of its groups, or both.

    They go from the receiver of an interchange to its sender. ``control_number`` is that of the first one; the next
    ones count on. Memory does not grow with the file, only with the sets of a group.

    Raises:
        X12Error: no ISA can be read, so that nobody can be answered.
        RefusedError: an id of the ISA cannot stand in the answer's.
        BadInputError: the file cannot be opened.
    """
    marks = delimiters or Delimiters()
    tap = _Tap(marks)
    answering: _Interchange | None = None
    try:
        for each in validate(source, through=tap.through):
            if isinstance(each, Began) and each.level is Level.INTERCHANGE:
                answering = _Interchange(each.elements, tap, answering.early if answering else ())
            elif answering is None:
                answering = _Interchange.before(each, tap)
            else:
                answering.take(each)
            if answering.done:
                for content in answering.written(control_number, created_at, marks):
                    yield content
                    control_number += 1
                answering = None
    except X12Error as error:
        if answering is None or not answering.elements:
            raise
        codes = _codes()["stopped"]
        answering.notes.append((Severity.ERROR, codes.get(error.code, codes["other"])))
        yield from answering.written(control_number, created_at, marks)


class _Tap:
    """Looks at the segments on their way to validation: names of unknown ones, and claim numbers of an 837."""

    def __init__(self, marks: Delimiters) -> None:
        self._forbidden = {marks.element, marks.component, marks.repetition, marks.terminator}
        self._batch: Batch | None = None
        self._claims: list[tuple[int, str]] = []  # segment number and claim number

    def through(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        """The same batches."""
        for batch in batches:
            self._batch = batch
            begin = "CLM" + batch.delimiters.element
            for place, raw in enumerate(batch.raws):
                if raw.startswith(begin):
                    number = raw.split(batch.delimiters.element, 2)[1]
                    self._claims.append((batch.number + place, number[:_LONGEST_REFERENCE]))
            yield batch

    def name(self, number: int) -> str:
        """The name of a segment that was just read, if it is one."""
        batch = self._batch
        if batch is None or not 0 <= number - batch.number < len(batch.raws):
            return _NO_NAME
        name = batch.raws[number - batch.number].partition(batch.delimiters.element)[0]
        return name if 2 <= len(name) <= 3 and name.isascii() and name.isalnum() else _NO_NAME

    def claim(self, number: int) -> str:
        """The claim (CLM01) that a segment belongs to; empty when it cannot be written."""
        at = bisect_right(self._claims, number, key=lambda pair: pair[0])
        text = self._claims[at - 1][1].strip() if at else ""
        sound = text.isascii() and text.isprintable() and not self._forbidden.intersection(text)
        return text if sound else ""

    def forget(self, number: int) -> None:
        """Claims of sets that are over are not asked for again."""
        del self._claims[: bisect_right(self._claims, number, key=lambda pair: pair[0])]


@dataclass
class _Set:
    """The answer to a set while its faults come in. ``number`` is its ST's in the file."""

    elements: tuple[str, ...]
    number: int
    guide: Guide | None
    rules: dict[str, Rule]
    codes: dict[str, None] = field(default_factory=dict)  # IK502, each once
    errors: dict[tuple[int, str, str], dict[Value, None]] = field(default_factory=dict)
    severe: bool = False

    def answer(self) -> SetAcknowledgement:
        listed = [
            error for _, found in sorted(self.errors.items(), key=lambda each: each[0][0]) for error in _segment(found)
        ]
        codes = dict(self.codes)
        if listed:
            inner = [each.code for error in listed for each in error.elements]
            said = inner + [error.code for error in listed if error.code != "8"]
            codes |= {"5": None} if any(not code.startswith("I") for code in said) else {}
            codes |= {"I5": None} if any(code.startswith("I") for code in said) else {}
        # A rule of the 999 guide: 5 stands for errors that are listed, and no list stands without 5 or I5.
        status = "R" if self.severe else "E" if codes else "A"
        e = (*self.elements, "", "", "")
        return SetAcknowledgement(e[1], e[2], e[3], status, tuple(codes)[:5], tuple(listed))


def _segment(found: dict[Value, None]) -> Iterator[SegmentError]:
    """IK3 for each code of a segment, and one with code 8 for its elements."""
    plain = [each for each in found if isinstance(each, SegmentError)]
    yield from (each for each in plain if each.code != "8")
    inner = tuple(each for each in found if isinstance(each, ElementError))
    yield from (replace(each, elements=inner) for each in plain if each.code == "8")


class _Interchange:
    """The answer to one interchange while validation goes through it."""

    def __init__(self, elements: tuple[str, ...], tap: _Tap, early: tuple[tuple[Severity, str], ...] = ()) -> None:
        self.elements = elements
        self.early: tuple[tuple[Severity, str], ...] = ()
        self.notes: list[tuple[Severity, str]] = list(early)
        self.done = False
        self._tap = tap
        self._groups: list[FunctionalAcknowledgement] = []
        self._group: tuple[str, ...] = ()
        self._group_codes: dict[str, None] = {}
        self._sets: list[SetAcknowledgement] = []
        self._set: _Set | None = None

    @classmethod
    def before(cls, each: Began | Ended | Fault, tap: _Tap) -> _Interchange:
        """What is found before its ISA is reported (an odd ISA), to be said of it."""
        waiting = cls((), tap)
        code = _codes()["interchange"].get(each.code) if isinstance(each, Fault) else None
        if code and isinstance(each, Fault):
            waiting.early = ((each.severity, str(code)),)
        return waiting

    def take(self, each: Began | Ended | Fault) -> None:
        """One step of validation."""
        if isinstance(each, Fault):
            self._fault(each)
        elif isinstance(each, Began):
            self._began(each)
        elif each.level is Level.SET:
            self._end_set(each)
        elif each.level is Level.GROUP:
            self._end_group(each)
        else:
            self.done = True

    def _began(self, each: Began) -> None:
        if each.level is Level.GROUP:
            self._group, self._group_codes, self._sets = each.elements, {}, []
            return
        e = (*each.elements, "", "", "")
        group = (*self._group, *[""] * 9)
        of = guide_for(e[1], e[3] or group[8])
        rules = {rule.id: rule for rule in of.rules} if of else {}
        self._set = _Set(each.elements, each.segment_number, of, rules)

    # Faults

    def _fault(self, fault: Fault) -> None:
        codes = _codes()
        kind = fault.code
        if kind in codes["set"] and self._set is not None:
            self._set.codes[codes["set"][kind]] = None
            self._set.severe = self._set.severe or fault.severity is Severity.ERROR
        elif kind in codes["group"] and (kind != "bad-envelope-element" or fault.segment in {"GS", "GE"}):
            self._group_codes[_by_place(codes["group"][kind], fault)] = None
        elif kind in codes["interchange"]:
            self.notes.append((fault.severity, _by_place(codes["interchange"][kind], fault)))
        elif self._set is not None and fault.set_position:
            self._in_set(self._set, fault)

    def _in_set(self, opened: _Set, fault: Fault) -> None:
        segment, element = _segment_codes(opened, fault)
        if not segment and not element:
            return
        opened.severe = opened.severe or fault.severity is Severity.ERROR
        name = fault.segment or self._tap.name(fault.segment_number)
        loop = fault.label.removeprefix("loop ") if fault.code == "missing-required-loop" else fault.loop
        position, trigger = _place_of_rule(opened, fault)
        place = position, name, loop
        if place not in opened.errors and len(opened.errors) >= _MOST_ERRORS:
            return
        found = opened.errors.setdefault(place, {})
        contexts = self._contexts(opened, fault) if element else trigger + self._contexts(opened, fault)
        found[SegmentError(name, position, segment or "8", loop[:4], contexts)] = None
        if element:
            where = ElementPosition(fault.element, fault.component, fault.repetition)
            found[ElementError(where, element, contexts=trigger)] = None

    def _contexts(self, opened: _Set, fault: Fault) -> tuple[ErrorContext, ...]:
        """The claim that an error of an 837 stands in, which is the business unit by the 999 guide."""
        if opened.elements[1:2] != ("837",) or fault.loop[:2] not in {"23", "24"}:
            return ()
        claim = self._tap.claim(fault.segment_number)
        return (ErrorContext((ContextName("CLM01", claim),)),) if claim else ()

    # Ends

    def _end_set(self, each: Ended) -> None:
        opened, self._set = self._set, None
        if opened is None:
            return
        opened.severe = opened.severe or not each.checked
        self._sets.append(opened.answer())
        self._tap.forget(opened.number + each.counted - 1)

    def _end_group(self, each: Ended) -> None:
        e = (*self._group, *[""] * 9)
        if e[1] == "FA":
            return
        codes, sets = tuple(self._group_codes)[:5], self._sets
        accepted = sum(one.accepted for one in sets)
        if codes or not sets:
            sets, accepted, status = [one for one in sets if one.rejected], 0, "R"
        elif accepted < len(sets):
            status = "P" if accepted else "R"
        else:
            status = "E" if any(one.status == "E" for one in sets) else "A"
        announced = each.counted if each.announced is None else each.announced
        self._groups.append(
            FunctionalAcknowledgement(
                e[1], e[6], e[8], status, min(announced, 999_999), each.counted, accepted, codes, tuple(sets)
            )
        )

    # What is written

    def written(self, control_number: int, created_at: datetime, marks: Delimiters) -> Iterator[bytes]:
        """The answers as interchanges, numbered on from a control number."""
        e = (*self.elements, *[""] * 17)
        usage = "T" if e[15] != "P" else "P"
        envelope = Envelope(e[8], e[6], control_number, created_at, usage, _qualifier(e[7]), _qualifier(e[5]), marks)
        receipt = self._receipt(e)
        if receipt is not None:
            yield write(MessageBatch(envelope, [receipt]))
            envelope = replace(envelope, control_number=control_number + 1)
        if self._groups and (receipt is None or not receipt.rejected):
            yield write(MessageBatch(envelope, self._groups))

    def _receipt(self, e: tuple[str, ...]) -> InterchangeAcknowledgement | None:
        severe = [note for severity, note in self.notes if severity is Severity.ERROR]
        if not self.notes and e[14] != "1":
            return None
        status, note = ("R", severe[0]) if severe else ("E", self.notes[0][1]) if self.notes else ("A", "000")
        return InterchangeAcknowledgement(e[13], _day(e[9]), e[10], status, note)


def _segment_codes(opened: _Set, fault: Fault) -> tuple[str, str]:
    """IK304 and IK403 of a fault; empty where it has none."""
    codes = _codes()
    rule = opened.rules.get(fault.code)
    if rule is None:
        return codes["segment"].get(fault.code, ""), codes["element"].get(fault.code, "")
    by = codes["rule"]["forbids" if rule.forbids else "needs"]
    return ("", by["element"]) if fault.element else (by["segment"], "")


def _place_of_rule(opened: _Set, fault: Fault) -> tuple[int, tuple[ErrorContext, ...]]:
    """Where a fault stands in its set, and what made a situational rule apply, where it opens the rule's loop.

    A fault of a rule points to the first segment of the loop.
    """
    rule = opened.rules.get(fault.code)
    if rule is None or opened.guide is None:
        return fault.set_position, ()
    opener = opened.guide.loops[rule.loop].opener.name
    first = fault.segment_number - opened.number + 1
    trigger = next((each for each in rule.conditions if (each.loop, each.segment) == (rule.loop, opener)), None)
    position = first if fault.element and fault.segment == opener else fault.set_position
    if trigger is None:
        return position, ()
    at = ElementPosition(trigger.element, trigger.component) if trigger.element else None
    name = (ContextName("SITUATIONAL TRIGGER"),)
    return position, (ErrorContext(name, opener, first, rule.loop[:4], at),)


def _qualifier(text: str) -> str:
    """ISA05 or ISA07; mutually defined where it is none, so that a TA1 can still say so."""
    return text if len(text) == 2 and text.isascii() and text.isalnum() else "ZZ"


def _day(text: str) -> date:
    """ISA09; the first day of the century where it is none, which TA1 note 014 says."""
    try:
        answer, _ = read_ta1(f"TA1*1*{text}", Delimiters())
    except BadValueError:
        return date(2000, 1, 1)
    return answer.sent_on


def _by_place(code: Any, fault: Fault) -> str:
    """A code, or that of the element among several."""
    if isinstance(code, str):
        return code
    return str(code.get(f"{fault.segment}{fault.element:02d}", code["other"]))


@cache
def _codes() -> dict[str, dict[str, Any]]:
    """``guides/acknowledgement_codes.yaml``."""
    text = files("denialml.x12").joinpath("guides", "acknowledgement_codes.yaml").read_text("utf-8")
    codes: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return codes
