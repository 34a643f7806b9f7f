"""Interchanges, functional groups and transaction sets: checked, cut into groups, handed to the reader of each kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from denialml.errors import Finding, Severity
from denialml.x12.acknowledgements import read_ta1
from denialml.x12.bodies import GROUP_MARKS, Body, body_of
from denialml.x12.events import (
    Event,
    MessageRead,
    Noticed,
    Refused,
    Span,
    Transaction,
    TransactionEnd,
    X12Error,
    printable,
)
from denialml.x12.groups import Group, segment_of
from denialml.x12.parties import padded
from denialml.x12.tokens import Batch, Delimiters
from denialml.x12.values import BadValueError, day

# The most a claim can hold by the guides: 50 lines of about 600 segments in an 837P, 999 services of about 235 segments
# in an 835; the latter, at 100 bytes a segment, are 24 MB.
MAX_GROUP_BYTES = 32 << 20
MAX_GROUP_SEGMENTS = 250_000

# Control numbers of one kind that are remembered to find those that repeat: more than any sender puts in a file.
MOST_NUMBERS = 100_000
_LONGEST_NUMBER = 40  # ISA13 has nine digits, ST02 and GS06 nine characters; ISA13 is told with sender and receiver


# What is done with a segment, of which it gets the text, the number and the offset.
_Take = Callable[["Interchanges", str, int, int], Iterable[Event]]


@dataclass(slots=True)
class _Open:
    """An envelope that is open: its control number, where it began, and how many of the next kind it held."""

    number: int
    offset: int
    control_number: str
    sender_id: str = ""
    receiver_id: str = ""
    usage: str = ""
    version: str = ""
    created_on: date | None = None
    held: int = 0


class Interchanges:
    """Walks the segments of a file. One instance reads one file."""

    def __init__(self) -> None:
        self._delimiters = Delimiters()
        self._interchange: _Open | None = None
        self._functional: _Open | None = None
        self._set: _Open | None = None
        self._set_id = ""
        self._body: Body | None = None
        self._group: Group | None = None  # what is being collected for the body
        self._skipped = 0  # segments that no reader takes
        self._stray: tuple[int, int, str] | None = None  # first of those outside any transaction
        self._candidates: Collection[str] = frozenset()  # keys of ``_marks``, now or after another ST
        self._marks: Mapping[str, _Take] = {}
        self._numbers: dict[str, set[str]] = {"ISA13": set(), "GS06": set(), "ST02": set()}

    def read(self, batches: Iterator[Batch]) -> Iterator[Event]:
        """All events, in file order.

        Raises:
            X12Error: a claim is too long, or what :func:`denialml.x12.tokens.batches` raises.
        """
        end = 0
        number = 0
        for batch in batches:
            end = batch.end
            number = batch.number + len(batch.raws) - 1
            if not batch.complete:
                yield from self._tail(batch)
            elif batch.isa:
                yield from self._isa(batch)
            else:
                yield from self._segments(batch)
        yield from self._close_interchange(number, end)

    def _segments(self, batch: Batch) -> Iterator[Event]:
        raws, begun = batch.raws, 0
        candidates = self._candidates
        for place in [at for at, raw in enumerate(raws) if raw[:3] in candidates]:
            raw = raws[place]
            take = self._marks.get(raw[:3])
            if take is not None:
                self._collect(batch, begun, place)
                begun = place + 1
                yield from take(self, raw, batch.number + place, batch.offsets[place])
        self._collect(batch, begun, len(raws))
        group = self._group
        if group is not None:
            group.end = batch.end
            if batch.end - group.offsets[0] > MAX_GROUP_BYTES or len(group.raws) > MAX_GROUP_SEGMENTS:
                raise X12Error(
                    "claim-too-long",
                    f"a claim or head of more than {MAX_GROUP_BYTES} bytes or {MAX_GROUP_SEGMENTS} segments",
                    segment_number=group.number,
                    byte_offset=group.offsets[0],
                )

    def _collect(self, batch: Batch, start: int, stop: int) -> None:
        """Segments that begin nothing: those of the open group, or of no reader."""
        if start == stop:
            return
        if self._group is not None:
            self._group.raws += batch.raws[start:stop]
            self._group.offsets += batch.offsets[start:stop]
        else:
            self._skip(batch.raws[start], batch.number + start, batch.offsets[start], stop - start)

    def _skip(self, raw: str, number: int, offset: int, count: int = 1) -> None:
        self._skipped += count
        if self._set is None and self._stray is None:
            self._stray = number, offset, printable(raw.split(self._delimiters.element, 1)[0])

    def _use_marks(self) -> None:
        """Look for the segments that end a group, now and after another ST."""
        element = self._delimiters.element
        self._marks = self._takes(self._body.marks if self._body else frozenset(), element)
        self._candidates = self._takes(GROUP_MARKS, element).keys()

    @classmethod
    @lru_cache(64)
    def _takes(cls, inner: frozenset[str], separator: str) -> Mapping[str, _Take]:
        """What to do with the segments that end a group, those named in ``inner`` and those of envelopes.

        They are told by their first three characters, which are a name or a name and a separator.
        """
        takes: dict[str, _Take] = {
            "GS": cls._gs, "GE": cls._ge, "ST": cls._st, "SE": cls._se, "IEA": cls._iea, "TA1": cls._ta1,
        }  # fmt: skip
        takes |= dict.fromkeys(inner, cls._mark)
        return {key: take for name, take in takes.items() for key in (name, (name + separator)[:3])}

    # Groups

    def _mark(self, raw: str, number: int, offset: int) -> Iterable[Event]:
        events = self._flush(offset)
        self._group = Group(self._delimiters, number, raw, offset)
        return events

    def _flush(self, offset: int) -> Iterable[Event]:
        """Hand the collected group to its reader; ``offset`` is where the next segment begins."""
        group = self._group
        if group is not None and self._body is not None:
            self._group = None
            group.end = offset
            return self._body.take(group)
        return ()

    def _cut_short(self, offset: int) -> Iterator[Event]:
        """The group that was being collected when the transaction broke off: nobody knows whether it is whole."""
        group = self._group
        if group is None or self._body is None:
            return
        self._group = None
        group.end = offset
        control_number = ""
        if group.name in {"CLP", "CLM"}:
            control_number = padded(group.raws[0], self._delimiters.element, 1)[1]
            self._body.refused += 1
        message = "the transaction breaks off here, so that this may not be whole"
        yield group.refused(control_number, Finding("truncated", Severity.ERROR, group.where(0), message))

    # Envelopes

    def _isa(self, batch: Batch) -> Iterator[Event]:
        number, offset = batch.number, batch.offsets[0]
        yield from self._close_interchange(number, offset)
        self._delimiters = batch.delimiters
        e = padded(batch.raws[0], batch.delimiters.element, 16)
        self._interchange = _Open(number, offset, e[13].strip(), e[6].strip(), e[8].strip(), e[15].strip())
        self._use_marks()
        if batch.remark:
            yield self._notice("odd-isa", Severity.WARNING, number, offset, "ISA", batch.remark)
        self._numbers["GS06"].clear()
        between = f"{e[6].strip()}/{e[8].strip()}/{e[13].strip()}"
        yield from self._repeats("interchange", "ISA13", between, number, offset)

    def _gs(self, raw: str, number: int, offset: int) -> Iterator[Event]:
        yield from self._close_functional(number, offset)
        e = padded(raw, self._delimiters.element, 8)
        self._functional = _Open(number, offset, e[6].strip(), version=e[8].strip())
        try:
            self._functional.created_on = day(e[4])
        except BadValueError as error:
            yield self._notice(error.code, Severity.WARNING, number, offset, "GS04", str(error))
        if self._interchange:
            self._interchange.held += 1
        self._numbers["ST02"].clear()
        yield from self._repeats("group", "GS06", self._functional.control_number, number, offset)

    def _repeats(self, what: str, element: str, control_number: str, number: int, offset: int) -> Iterator[Event]:
        """A control number that another one of the same kind beside it has too."""
        seen = self._numbers[element]
        if control_number in seen:
            message = f"{element} stands twice where it must tell apart: an answer to it may mean either"
            yield self._notice(f"repeated-{what}-control-number", Severity.WARNING, number, offset, element, message)
        elif len(seen) < MOST_NUMBERS and len(control_number) <= _LONGEST_NUMBER:
            seen.add(control_number)

    def _st(self, raw: str, number: int, offset: int) -> Iterator[Event]:
        yield from self._close_set(number, offset, None)
        yield from self._report_stray()
        e = padded(raw, self._delimiters.element, 3)
        group = self._functional or _Open(number, offset, "")
        outer = self._interchange or _Open(number, offset, "")
        if self._functional is None:
            yield self._notice("missing-gs", Severity.ERROR, number, offset, "ST", "a transaction outside any GS")
        version = e[3].strip() or group.version
        if e[3].strip() and group.version and e[3].strip() != group.version:
            yield self._notice("version-differs", Severity.WARNING, number, offset, "ST03", "ST03 and GS08 differ")
        yield from self._repeats("set", "ST02", e[2].strip(), number, offset)
        group.held += 1
        self._set = _Open(number, offset, e[2].strip(), version=version)
        self._set_id = e[1].strip()
        self._body = body_of(self._set_id, version, self._set.control_number)
        self._use_marks()
        yield Transaction(
            self._set_id, version, self._set.control_number, group.control_number, outer.control_number,
            outer.sender_id, outer.receiver_id, outer.usage, group.created_on,
            Span(number, offset, offset + len(raw.encode()) + 1),
        )  # fmt: skip
        if self._body is not None:
            self._group = Group(self._delimiters, number, raw, offset)

    def _se(self, raw: str, number: int, offset: int) -> Iterator[Event]:
        if self._set is None:
            self._skip(raw, number, offset)
            return
        yield from self._close_set(number, offset, raw)

    def _close_set(self, number: int, offset: int, raw: str | None) -> Iterator[Event]:
        """End the open transaction set, with its SE or, when that is missing, without."""
        opened = self._set
        if opened is None:
            return
        complete = True
        if raw is None:
            complete = False
            yield from self._cut_short(offset)
            message = "the transaction set has no SE: what was read stands, the rest is missing"
            yield self._notice("missing-se", Severity.ERROR, opened.number, opened.offset, "ST", message)
        else:
            yield from self._flush(offset)
            for finding in self._se_findings(raw, number, offset, opened):
                complete = False
                yield Noticed(finding, Span(number, offset, offset + len(raw) + 1))
        claims, refused = 0, 0
        if self._body is None:
            name = printable(self._set_id)
            message = f"transaction set {name} in this version is not read; {self._skipped} segments skipped"
            yield self._notice("unsupported-transaction", Severity.WARNING, opened.number, opened.offset, "ST", message)
        else:
            claims, refused = self._body.claims, self._body.refused
            complete = complete and not self._body.head_refused
        end = offset + (len(raw) + 1 if raw is not None else 0)
        yield TransactionEnd(claims, refused, Span(opened.number, opened.offset, end), complete)
        self._set, self._body, self._group, self._skipped = None, None, None, 0
        self._use_marks()

    def _se_findings(self, raw: str, number: int, offset: int, opened: _Open) -> Iterator[Finding]:
        e = padded(raw, self._delimiters.element, 2)
        where = f"segment {number}, byte {offset}, SE"
        count = number - opened.number + 1
        if e[1].strip() != str(count):
            message = f"SE01 announces another number of segments than the {count} that are there"
            yield Finding("segment-count", Severity.ERROR, where + "01", message)
        if e[2].strip() != opened.control_number:
            yield Finding("control-number", Severity.ERROR, where + "02", "SE02 differs from ST02")

    def _ge(self, raw: str, number: int, offset: int) -> Iterator[Event]:
        yield from self._close_set(number, offset, None)
        yield from self._close_envelope("GE", "transaction sets", self._functional, raw, number, offset)
        self._functional = None

    def _close_functional(self, number: int, offset: int) -> Iterator[Event]:
        yield from self._close_set(number, offset, None)
        if self._functional is not None:
            opened, self._functional = self._functional, None
            message = "the functional group has no GE"
            yield self._notice("missing-ge", Severity.ERROR, opened.number, opened.offset, "GS", message)
        yield from self._report_stray()

    def _iea(self, raw: str, number: int, offset: int) -> Iterator[Event]:
        yield from self._close_functional(number, offset)
        yield from self._close_envelope("IEA", "functional groups", self._interchange, raw, number, offset)
        self._interchange = None

    def _close_interchange(self, number: int, offset: int) -> Iterator[Event]:
        yield from self._close_functional(number, offset)
        if self._interchange is not None:
            opened, self._interchange = self._interchange, None
            message = "the interchange has no IEA"
            yield self._notice("missing-iea", Severity.ERROR, opened.number, opened.offset, "ISA", message)

    def _close_envelope(
        self, name: str, what: str, opened: _Open | None, raw: str, number: int, offset: int
    ) -> Iterator[Event]:
        """GE and IEA: their count and control number against what they close."""
        if opened is None:
            yield self._notice("unopened", Severity.ERROR, number, offset, name, f"an {name} that closes nothing")
            return
        e = padded(raw, self._delimiters.element, 2)
        announced = e[1].strip()
        if (announced.lstrip("0") or announced[:1]) != str(opened.held):
            message = f"{name}01 announces another number of {what} than the {opened.held} that are there"
            yield self._notice("envelope-count", Severity.ERROR, number, offset, name + "01", message)
        if e[2].strip() != opened.control_number:
            message = f"{name}02 differs from the control number that was opened"
            yield self._notice("control-number", Severity.ERROR, number, offset, name + "02", message)

    def _ta1(self, raw: str, number: int, offset: int) -> Iterator[Event]:
        if self._set is not None:
            self._skip(raw, number, offset)
            return
        span = Span(number, offset, offset + len(raw.encode()) + 1)
        raw_too = (segment_of(raw, self._delimiters),)
        try:
            answer, whole = read_ta1(raw, self._delimiters)
        except BadValueError as error:
            where = f"segment {number}, byte {offset}, TA102"
            yield Refused("", Finding(error.code, Severity.ERROR, where, str(error)), raw_too, span)
            return
        yield MessageRead(answer, span, () if whole else raw_too)
        if not whole:
            message = "kept beside it, not understood in full: TA1"
            yield self._notice("unmodelled-segments", Severity.INFO, number, offset, "TA1", message)

    # What stands where nothing should

    def _report_stray(self) -> Iterator[Event]:
        if self._stray is not None:
            number, offset, name = self._stray
            message = f"{self._skipped} segments outside any transaction set, the first one {name}"
            self._stray, self._skipped = None, 0
            yield self._notice("stray-segments", Severity.ERROR, number, offset, name, message)

    def _tail(self, batch: Batch) -> Iterator[Event]:
        """The end of a file that has no terminator: an IEA is taken, anything else is a cut."""
        raw, number, offset = batch.raws[0], batch.number, batch.offsets[0]
        name, *rest = raw.split(self._delimiters.element)
        if name == "IEA" and self._interchange and rest[1:2] == [self._interchange.control_number]:
            yield self._notice("unterminated", Severity.WARNING, number, offset, name, "the file ends unterminated")
            yield from self._iea(raw, number, offset)
            return
        if self._group is not None:
            if self._body is not None and name in self._body.marks and rest:
                yield from self._mark(raw, number, offset)  # what stood before it is whole
            else:
                self._group.raws.append(raw)
                self._group.offsets.append(offset)
        message = "the file ends in the middle of a segment"
        yield self._notice("truncated", Severity.ERROR, number, offset, printable(name), message)

    def _notice(self, code: str, severity: Severity, number: int, offset: int, name: str, message: str) -> Noticed:
        where = f"segment {number}, byte {offset}, {name}"
        return Noticed(Finding(code, severity, where, message), Span(number, offset, offset))
