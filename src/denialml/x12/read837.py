"""837 transactions to the vocabulary (implementation guides 005010X222A1 professional, 005010X223A2 institutional).

One group of segments at a time: the head, each hierarchical level (HL: billing provider, subscriber, patient) and each
claim (CLM with its lines), which hangs under the levels read last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from denialml.claims import Claim
from denialml.errors import Finding
from denialml.x12.claimloops import INSTITUTIONAL, PROFESSIONAL, institutional
from denialml.x12.claimreader import LoopReader
from denialml.x12.events import ClaimRead, Event, Segment
from denialml.x12.groups import Group
from denialml.x12.levels import Levels
from denialml.x12.parties import padded
from denialml.x12.values import BadValueError
from denialml.x12.walk import Walker


class ClaimBody:
    """Reads the groups of one 837 transaction, professional or institutional."""

    marks = frozenset({"HL", "CLM"})

    def __init__(self, transaction: str = PROFESSIONAL) -> None:
        self.claims = 0
        self.refused = 0
        self.head_refused = False
        self._transaction = transaction
        self._levels = Levels()
        self._reader: LoopReader | None = None

    def take(self, group: Group) -> Iterable[Event]:
        """Events of one group."""
        reader = self._reader
        if reader is None:
            reader = self._reader = LoopReader(self._transaction, group.delimiters)
        name = group.name
        if name == "CLM":
            return self._claim(group, reader)
        return self._levels.take(group, reader) if name == "HL" else self._other(name, group)

    def _other(self, name: str, group: Group) -> Iterator[Event]:
        """The head. Nobody asks for what it says yet; what the guide does not know there is reported."""
        if name != "ST":  # a name that only begins like a mark
            yield group.refused("", group.problem(0, BadValueError("unknown-segment", "no segment has such a name")))
            return
        walker, loop, odd = Walker.of(self._transaction, group.delimiters), "", []
        for place, raw in enumerate(group.raws):
            spec, loop = walker.step(loop, raw)
            if spec is None:
                odd.append(place)
        if odd:
            yield group.unmodelled(group.segments(odd), odd[0])

    def _claim(self, group: Group, reader: LoopReader) -> list[Event]:
        levels = self._levels
        reader.place = 0
        try:
            group.check_length("LX")
            spec = reader.spec_of(group.raws[0])
            assert spec is not None
            fields, odd = reader.read(group.raws, spec)
            if self._transaction == INSTITUTIONAL:
                fields["institutional"] = institutional(fields)
            reader.place = 0
            above = levels.current()
        except BadValueError as error:
            return [self._refuse(group, group.problem(reader.place, error))]
        if levels.finding is not None:
            return [self._refuse(group, levels.finding)]
        fields.setdefault("lines", ())
        claim = Claim(**fields, **above)
        self.claims += 1
        kept: tuple[Segment, ...] = levels.kept
        if odd:
            kept += group.segments(odd)
        read = ClaimRead(claim, group.span(), kept)
        return [read, group.unmodelled(kept, odd[0] if odd else 0)] if kept else [read]

    def _refuse(self, group: Group, finding: Finding) -> Event:
        self.refused += 1
        return group.refused(padded(group.raws[0], group.delimiters.element, 1)[1], finding)
