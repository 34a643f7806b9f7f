"""A run of segments that belong together (a claim, a head, a level), and what to say when they cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from denialml.errors import Finding, Severity
from denialml.x12.events import Noticed, Refused, Segment, Span, printable
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError

# The most segments that belong to one service or line, or to a claim before its first one: about 700 in an 837P (ten
# other payers of 60 and the claim's own 100), 235 in an 835. What is collected of them grows with their square.
MOST_OF_ONE = 2000


class Group:
    """Segments as read, the first of which says what they are. ``end`` is where the next one begins."""

    __slots__ = ("delimiters", "end", "number", "offsets", "raws")

    def __init__(self, delimiters: Delimiters, number: int, raw: str, offset: int) -> None:
        self.delimiters = delimiters
        self.number = number
        self.raws = [raw]
        self.offsets = [offset]
        self.end = offset

    @property
    def name(self) -> str:
        """The name of the first segment."""
        return self.raws[0].partition(self.delimiters.element)[0]

    def span(self) -> Span:
        """Where it stands."""
        return Span(self.number, self.offsets[0], self.end)

    def segments(self, places: Iterable[int] | None = None) -> tuple[Segment, ...]:
        """Its segments, or those at the given places."""
        raws = self.raws if places is None else [self.raws[place] for place in places]
        return tuple(segment_of(raw, self.delimiters) for raw in raws)

    def check_length(self, start: str) -> None:
        """Make sure that no service or line, each beginning with a segment named ``start``, is endless.

        Raises:
            BadValueError: ``too-many-segments``.
        """
        if len(self.raws) <= MOST_OF_ONE:
            return
        begin = start + self.delimiters.element
        places = [at for at, raw in enumerate(self.raws) if raw.startswith(begin)]
        for first, second in pairwise([0, *places, len(self.raws)]):
            if second - first > MOST_OF_ONE:
                raise BadValueError("too-many-segments", f"more than {MOST_OF_ONE} segments for one service or claim")

    def where(self, place: int) -> str:
        """Position of one of its segments, for a finding."""
        name = printable(segment_of(self.raws[place], self.delimiters).name)
        return f"segment {self.number + place}, byte {self.offsets[place]}, {name}"

    def problem(self, place: int, error: BadValueError, severity: Severity = Severity.ERROR) -> Finding:
        """A finding about the element of a segment that holds what the error complains of."""
        where = self.where(place)
        elements = self.raws[place].split(self.delimiters.element)
        if error.text:
            held = [at for at, element in enumerate(elements) if at and error.text in element]
            alike = [at for at in held if elements[at] == error.text]
            where += "".join(f"{at:02d}" for at in (alike or held)[:1])
        return Finding(error.code, severity, where, str(error))

    def refused(self, control_number: str, finding: Finding) -> Refused:
        """The event for a group that cannot be used."""
        return Refused(control_number, finding, self.segments(), self.span())

    def notice(self, code: str, severity: Severity, message: str, place: int = 0) -> Noticed:
        """An event about one of its segments that stops nothing."""
        return Noticed(Finding(code, severity, self.where(place), message), self.span())

    def unmodelled(self, kept: tuple[Segment, ...], place: int) -> Noticed:
        """The one event that names what was kept beside the vocabulary, the first of it at ``place``."""
        names = ", ".join(dict.fromkeys(printable(segment.name) for segment in kept))
        message = f"kept beside it, not understood in full: {names}"
        return self.notice("unmodelled-segments", Severity.INFO, message, place)


def segment_of(raw: str, delimiters: Delimiters) -> Segment:
    """A raw segment as an event shows it."""
    name, *elements = raw.split(delimiters.element)
    return Segment(name, tuple(elements))
