"""The one door for validation: a file against the guides, WEDI SNIP types 1 to 4, as a stream.

Type 1 is the integrity of X12 (envelopes, counts, data types, lengths, conditions), type 2 the implementation guide
(usage, codes, repeats, order), type 3 balancing, type 4 situational rules. All of it comes from ``guides/``; the
balances are in :mod:`denialml.x12.balance`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import Final

from denialml.claims.value import Value
from denialml.x12.balance import COUNTED, WATCHED, Balance, Imbalance
from denialml.x12.elements import check_segment
from denialml.x12.faults import Fault, kinds
from denialml.x12.guide import ENVELOPE, Guide, SegmentSpec, dictionary, guide, guide_for
from denialml.x12.source import Source, opened
from denialml.x12.structure import Problem, Seen, Structure
from denialml.x12.tokens import Batch, Delimiters, batches
from denialml.x12.walk import LOST, Step, Walker

_REMEMBERED: Final = 1 << 14  # texts of segments that were found sound, a loop
_LONGEST_REMEMBERED: Final = 200
_MOST_NUMBERS: Final = 1 << 20  # control numbers of one envelope that are compared: 100 MB
_NO_MARK = "\x00"  # stands for the marks that an ISA holds as values


class Level(StrEnum):
    """An envelope."""

    INTERCHANGE = "interchange"
    GROUP = "group"
    SET = "set"


class Began(Value, frozen=True):
    """An envelope begins: the elements of its ISA, GS or ST, the name first, blanks stripped."""

    level: Level
    elements: tuple[str, ...]
    segment_number: int
    byte_offset: int


class Ended(Value, frozen=True):
    """An envelope ends. ``counted`` is how many segments (set), sets (group) or groups (interchange) it held.

    ``announced`` is what its end says, none where it has no end or says no number. ``checked`` is false for a
    transaction set of a kind that has no guide here.
    """

    level: Level
    counted: int
    announced: int | None
    checked: bool = True


Checked = Began | Ended | Fault


def validate(source: Source, *, through: Callable[[Iterator[Batch]], Iterator[Batch]] = iter) -> Iterator[Checked]:
    """Everything that is wrong with a file, between the beginnings and ends of its envelopes; flat in memory.

    Faults of a loop that closes late (something missing) come after those of what it holds: within a set they are not
    strictly in file order. ``through`` may look at the segments on their way.

    Raises:
        X12Error: the bytes are no X12, or cannot be followed any further.
        BadInputError: the file cannot be opened.
    """
    with opened(source) as stream:
        yield from _Validator().run(through(batches(stream)))


class _Envelope:
    """One envelope that is open."""

    def __init__(self, level: Level, elements: list[str], number: int, offset: int) -> None:
        self.level = level
        self.elements = elements
        self.number = number
        self.offset = offset
        self.held = 0
        self.numbers: set[str] = set()  # control numbers of what it holds

    def element(self, at: int) -> str:
        return self.elements[at] if at < len(self.elements) else ""


class _Validator:
    def __init__(self) -> None:
        self._delimiters = Delimiters()
        self._file = _Envelope(Level.INTERCHANGE, [], 0, 0)
        self._interchange: _Envelope | None = None
        self._group: _Envelope | None = None
        self._set: _Set | None = None
        self._skipping: _Envelope | None = None  # a set that has no guide
        self._envelope = {spec.name: spec for spec in guide(ENVELOPE).root.segments}
        self._takers = {
            "ISA": self._isa, "GS": self._gs, "ST": self._st, "SE": self._se, "GE": self._ge, "IEA": self._iea,
            "TA1": self._ta1,
        }  # fmt: skip

    def run(self, source: Iterator[Batch]) -> Iterator[Checked]:
        number = offset = 0
        for batch in source:
            self._delimiters = batch.delimiters
            if batch.isa and batch.remark:
                yield self._fault("odd-isa", "ISA", batch.number, batch.offsets[0])
            if not batch.complete:
                yield from self._tail(batch)
                continue
            separator = batch.delimiters.element
            for place, raw in enumerate(batch.raws):
                number, offset = batch.number + place, batch.offsets[place]
                name = raw.partition(separator)[0]
                taker = self._takers.get(name)
                if taker is not None:
                    yield from taker(raw, number, offset)
                elif self._set is not None:
                    yield from self._set.take(raw, number, offset)
                elif self._skipping is None:
                    yield self._fault("stray-segment", name, number, offset)
        yield from self._close_interchange(number, offset, None)

    def _tail(self, batch: Batch) -> Iterator[Checked]:
        """What the file ends with in place of a terminator."""
        raw, number, offset = batch.raws[0], batch.number, batch.offsets[0]
        name = raw.partition(self._delimiters.element)[0]
        if name == "IEA":
            yield self._fault("unterminated", name, number, offset)
            yield from self._iea(raw, number, offset)
        else:
            yield self._fault("truncated", name, number, offset)

    # Envelopes

    def _elements(self, raw: str) -> list[str]:
        return [element.strip() for element in raw.split(self._delimiters.element)]

    def _isa(self, raw: str, number: int, offset: int) -> Iterator[Checked]:
        yield from self._close_interchange(number, offset, None)
        self._interchange = _Envelope(Level.INTERCHANGE, self._elements(raw), number, offset)
        yield self._began(self._interchange)
        yield from self._check_envelope(raw, number, offset)
        yield from self._number_once(self._file, self._interchange.element(13), "interchange", number, offset)

    def _gs(self, raw: str, number: int, offset: int) -> Iterator[Checked]:
        yield from self._close_group(number, offset, None)
        self._group = _Envelope(Level.GROUP, self._elements(raw), number, offset)
        yield self._began(self._group)
        yield from self._check_envelope(raw, number, offset)
        if self._interchange is not None:
            self._interchange.held += 1
            yield from self._number_once(self._interchange, self._group.element(6), "group", number, offset)

    def _st(self, raw: str, number: int, offset: int) -> Iterator[Checked]:
        yield from self._close_set(number, offset, None)
        opened_ = _Envelope(Level.SET, self._elements(raw), number, offset)
        yield self._began(opened_)
        group = self._group
        if group is None:
            yield self._fault("missing-gs", "ST", number, offset)
        else:
            group.held += 1
            yield from self._number_once(group, opened_.element(2), "set", number, offset)
        version = opened_.element(3) or (group.element(8) if group else "")
        if group and opened_.element(3) and opened_.element(3) != group.element(8):
            yield self._fault("version-differs", "ST", number, offset, element=3)
        found = guide_for(opened_.element(1), version)
        if found is None:
            self._skipping = opened_
            label = f"{opened_.element(1)} in version {version}" if _is_name(opened_.element(1) + version) else ""
            yield self._fault("unsupported-transaction", "ST", number, offset, element=1, label=label)
            return
        if group and group.element(1) != found.group:
            yield self._fault("wrong-functional-group", "GS", group.number, group.offset, element=1)
        self._set = _Set(found, self._delimiters, opened_)
        yield from self._set.take(raw, number, offset)

    def _se(self, raw: str, number: int, offset: int) -> Iterator[Checked]:
        if self._set is None and self._skipping is None:
            yield self._fault("unopened", "SE", number, offset)
        else:
            yield from self._close_set(number, offset, raw)

    def _ge(self, raw: str, number: int, offset: int) -> Iterator[Checked]:
        yield from self._close_set(number, offset, None)
        if self._group is None:
            yield self._fault("unopened", "GE", number, offset)
        else:
            yield from self._close_group(number, offset, raw)

    def _iea(self, raw: str, number: int, offset: int) -> Iterator[Checked]:
        yield from self._close_group(number, offset, None)
        if self._interchange is None:
            yield self._fault("unopened", "IEA", number, offset)
        else:
            yield from self._close_interchange(number, offset, raw)

    def _ta1(self, raw: str, number: int, offset: int) -> Iterator[Checked]:
        if self._set is not None or self._group is not None:
            yield self._fault("stray-segment", "TA1", number, offset)
        else:
            yield from self._check_envelope(raw, number, offset)

    def _close_set(self, number: int, offset: int, raw: str | None) -> Iterator[Checked]:
        opened_ = self._set.envelope if self._set is not None else self._skipping
        if opened_ is None:
            return
        if raw is None:
            yield self._fault("missing-se", "ST", opened_.number, opened_.offset, position=1)
            counted, end = number - opened_.number, ["SE"]
        else:
            counted, end = number - opened_.number + 1, self._elements(raw)
            position = counted
            if self._set is not None:
                yield from self._set.take(raw, number, offset)
            if end[1:2] != [str(counted)] and (end[1:2] or [""])[0].lstrip("0") != str(counted):
                yield self._fault("segment-count", "SE", number, offset, element=1, position=position)
            if end[2:3] != [opened_.element(2)]:
                yield self._fault("set-control-number", "SE", number, offset, element=2, position=position)
        if self._set is not None:
            yield from self._set.end()
        yield Ended(Level.SET, counted, _count(end), self._set is not None)
        self._set = self._skipping = None

    def _close_group(self, number: int, offset: int, raw: str | None) -> Iterator[Checked]:
        yield from self._close_set(number, offset, None)
        group, self._group = self._group, None
        if group is not None:
            yield from self._close(group, raw, number, offset, ("missing-ge", "set-count", "group-control-number", 6))

    def _close_interchange(self, number: int, offset: int, raw: str | None) -> Iterator[Checked]:
        yield from self._close_group(number, offset, None)
        outer, self._interchange = self._interchange, None
        if outer is not None:
            codes = "missing-iea", "group-count", "interchange-control-number", 13
            yield from self._close(outer, raw, number, offset, codes)

    def _close(
        self, opened_: _Envelope, raw: str | None, number: int, offset: int, codes: tuple[str, str, str, int]
    ) -> Iterator[Checked]:
        """End a group or interchange: its count and control number against what it held."""
        missing, count, control_number, at = codes
        end: list[str] = []
        if raw is None:
            yield self._fault(missing, opened_.element(0), opened_.number, opened_.offset)
        else:
            end = self._elements(raw)
            yield from self._check_envelope(raw, number, offset)
            if _count(end) != opened_.held:
                yield self._fault(count, end[0], number, offset, element=1)
            if end[2:3] != [opened_.element(at)]:
                yield self._fault(control_number, end[0], number, offset, element=2)
        yield Ended(opened_.level, opened_.held, _count(end))

    def _check_envelope(self, raw: str, number: int, offset: int) -> Iterator[Fault]:
        delimiters = self._delimiters
        name = raw.partition(delimiters.element)[0]
        if name == "ISA":  # two of its elements are the other marks
            delimiters = Delimiters(delimiters.element, _NO_MARK, _NO_MARK, delimiters.terminator)
        for fault in check_segment(self._envelope[name], raw, delimiters):
            if name == "ISA" and fault.element in {11, 16}:
                continue
            yield self._fault("bad-envelope-element", name, number, offset, element=fault.element)

    def _number_once(
        self, holder: _Envelope, control_number: str, what: str, number: int, offset: int
    ) -> Iterator[Fault]:
        if control_number in holder.numbers:
            name, at = {"interchange": ("ISA", 13), "group": ("GS", 6), "set": ("ST", 2)}[what]
            yield self._fault(f"repeated-{what}-control-number", name, number, offset, element=at)
        if len(holder.numbers) < _MOST_NUMBERS:
            holder.numbers.add(control_number)

    def _began(self, opened_: _Envelope) -> Began:
        return Began(opened_.level, tuple(opened_.elements), opened_.number, opened_.offset)

    def _fault(
        self, code: str, name: str, number: int, offset: int, *, element: int = 0, position: int = 0, label: str = ""
    ) -> Fault:
        kind = kinds()[code]
        name = name if name in dictionary() else ""
        return Fault(
            code, kind.severity, kind.snip, "", name, number, position, offset, kind.message, kind.remedy, element,
            label=label,
        )  # fmt: skip


class _Set:
    """One transaction set that has a guide."""

    def __init__(self, of: Guide, delimiters: Delimiters, envelope: _Envelope) -> None:
        self.envelope = envelope
        self._delimiters = delimiters
        self._walker = Walker.of(of.transaction, delimiters)
        self._structure = Structure(of, delimiters, WATCHED.get(of.transaction, ()))
        self._balance = Balance(of.transaction, delimiters)
        self._loop = ""
        self._known: dict[str, Step] = {}  # texts found sound in the present loop
        self._sound: dict[str, dict[str, Step]] = {"": self._known}

    def take(self, raw: str, number: int, offset: int) -> Iterable[Fault]:
        """One segment."""
        position = number - self.envelope.number + 1
        found: list[Fault] = []
        step = self._known.get(raw)
        if step is None:
            step = self._walker.step(self._loop, raw)
            if step.spec is None:
                return self._homeless(step, raw, number, position, offset)
            found = self._check(step, raw, number, position, offset)
        spec, loop = step
        assert spec is not None
        seen = Seen(spec, raw, number, position, offset)
        if loop != self._loop:
            self._go_to(loop)
        problems = self._structure.take(seen)
        if problems:
            found += map(_of_problem, problems)
        if self._structure.closed:
            found += self._balanced()
        if spec.entry.name in COUNTED:
            found += map(_of_imbalance, self._balance.segment(seen))
        return found

    def _go_to(self, loop: str) -> None:
        self._loop = loop
        self._known = self._sound.setdefault(loop, {})

    def _check(self, step: Step, raw: str, number: int, position: int, offset: int) -> list[Fault]:
        """The faults inside a segment whose text is not known to be sound."""
        assert step.spec is not None
        found = [
            _fault(each.code, step.spec, number, position, offset, each.element, each.component, each.repetition)
            for each in check_segment(step.spec, raw, self._delimiters)
        ]
        if not found and len(raw) <= _LONGEST_REMEMBERED:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[raw] = step
        return found

    def _balanced(self) -> Iterator[Fault]:
        for instance in self._structure.closed:
            yield from map(_of_imbalance, self._balance.loop(instance))

    def _homeless(self, step: Step, raw: str, number: int, position: int, offset: int) -> Iterator[Fault]:
        """A segment without a place. Inside a loop that nobody knows, only the loop is complained of."""
        name = raw.partition(self._delimiters.element)[0]
        inside = self._loop
        self._go_to(step.loop)
        if name not in dictionary():
            code = "unknown-segment"
        elif step.loop.startswith(LOST) and (step.loop != inside):
            code = "unknown-loop"
        elif inside.startswith(LOST):
            return
        else:
            code = "unexpected-segment"
        kind = kinds()[code]
        loop = inside.removeprefix(LOST)
        yield Fault(
            code, kind.severity, kind.snip, loop, name if name in dictionary() else "", number, position, offset,
            kind.message, kind.remedy,
        )  # fmt: skip

    def end(self) -> Iterator[Fault]:
        """The set is over."""
        ended = self._structure.end()
        # The envelope has told of an SE that is not there.
        yield from (_of_problem(problem) for problem in ended if problem.segment != "SE")
        yield from self._balanced()
        yield from map(_of_imbalance, self._balance.end())


def _fault(
    code: str, spec: SegmentSpec, number: int, position: int, offset: int, element: int = 0, component: int = 0,
    repetition: int = 0, label: str = "",
) -> Fault:  # fmt: skip
    kind = kinds()[code]
    return Fault(
        code, kind.severity, kind.snip, spec.loop.id, spec.name, number, position, offset, kind.message, kind.remedy,
        element, component, repetition, label,
    )  # fmt: skip


def _of_problem(problem: Problem) -> Fault:
    at = problem.at
    rule = problem.rule
    if rule is None:
        kind = kinds()[problem.code]
        snip, severity, message, remedy = kind
    else:
        snip, severity, message, remedy = 4, kinds()["missing-segment"].severity, rule.say, rule.do
    return Fault(
        problem.code, severity, snip, problem.loop, problem.segment, at.number, problem.position, at.offset, message,
        remedy, rule.target.element if rule else 0, rule.target.component if rule else 0, 0, problem.label,
    )  # fmt: skip


def _of_imbalance(found: Imbalance) -> Fault:
    at = found.at
    kind = kinds()[found.code]
    return Fault(
        found.code, kind.severity, kind.snip, found.loop, at.spec.name, at.number, at.position, at.offset,
        kind.message, kind.remedy, found.element,
    )  # fmt: skip


def _is_name(text: str) -> bool:
    """Whether a text can be shown: it names a transaction and version, and nobody."""
    return text.isascii() and text.isalnum() and len(text) <= 20


def _count(elements: list[str]) -> int | None:
    text = elements[1] if len(elements) > 1 else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None
