"""837P transactions (implementation guide 005010X222A1) to the vocabulary.

One group of segments at a time: the head, each hierarchical level (HL: billing provider, subscriber, patient) and each
claim (CLM with its lines), which hangs under the levels read last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from denialml.claims import (
    Amount,
    Claim,
    Coverage,
    DatedFact,
    Diagnosis,
    Note,
    Party,
    Patient,
    Reference,
    ServiceLine,
)
from denialml.errors import Finding
from denialml.x12.events import ClaimRead, Event, Segment
from denialml.x12.groups import Group
from denialml.x12.levels import Levels
from denialml.x12.parties import PartyBuilder, padded
from denialml.x12.values import BadValueError, cents, number, period, procedure

_HEAD_SEGMENTS = frozenset({"ST", "BHT", "NM1", "PER"})
_DIAGNOSES = frozenset({"ABK", "ABF", "BK", "BF"})
_CLAIM_ROLES: Final = {"DN": "referring", "82": "rendering", "77": "facility", "DQ": "supervising"}


class _Common:
    """What loops 2300 and 2400 have in common."""

    __slots__ = ("amounts", "dates", "notes", "references")

    def __init__(self) -> None:
        self.references: list[Reference] = []
        self.dates: list[DatedFact] = []
        self.amounts: list[Amount] = []
        self.notes: list[Note] = []


class _Line(_Common):
    """One LX and what follows it, up to its 2420 loops."""

    __slots__ = ("control", "first", "last", "number", "rendering", "sv1")

    def __init__(self, number_: int) -> None:
        super().__init__()
        self.number = number_
        self.sv1: list[str] = []
        self.control = ""
        self.first: date | None = None
        self.last: date | None = None
        self.rendering: PartyBuilder | None = None


class _Reader(_Common):
    """One CLM and what follows it. Each method takes a segment and says whether the vocabulary has a place for it."""

    __slots__ = ("clm", "component", "diagnoses", "in_party", "line", "lines", "parties", "party", "separator", "skip")

    def __init__(self, separator: str, component: str) -> None:
        super().__init__()
        self.separator = separator
        self.component = component
        self.clm: list[str] = _NO_CLM
        self.diagnoses: tuple[Diagnosis, ...] = ()
        self.parties: dict[str, PartyBuilder] = {}
        self.party: PartyBuilder | None = None  # the one whose N3, N4, REF may follow
        self.in_party = False  # inside an NM1 loop, known or not
        self.skip = False  # inside 2320 or 2410, 2430, 2440: other payers' and drugs' business
        self.line: _Line | None = None
        self.lines: list[ServiceLine] = []

    def take_clm(self, raw: str) -> bool:
        self.clm = e = padded(raw, self.separator, 10)
        return not (e[3] or e[4] or any(e[11:])) and e[5].count(self.component) <= 2

    def take_dtp(self, raw: str) -> bool:
        e = padded(raw, self.separator, 3)
        first, last, time = period(e[2], e[3])
        line = self.line
        if line is not None and e[1] == "472" and line.first is None and not time:
            line.first, line.last = first, last or first
        else:
            (line or self).dates.append(DatedFact(e[1], first, last, time))
        return not any(e[4:])

    def take_ref(self, raw: str) -> bool:
        if self.in_party:
            return self.take_of_party(raw)
        e = padded(raw, self.separator, 3)
        line = self.line
        if line is not None and e[1] == "6R" and not line.control and not e[3]:
            line.control = e[2]
        else:
            (line or self).references.append(Reference(e[1], e[2], e[3]))
        return not any(e[4:])

    def take_amt(self, raw: str) -> bool:
        e = padded(raw, self.separator, 2)
        (self.line or self).amounts.append(Amount(e[1], cents(e[2])))
        return not any(e[3:])

    def take_nte(self, raw: str) -> bool:
        e = padded(raw, self.separator, 2)
        (self.line or self).notes.append(Note(e[1], e[2]))
        return not any(e[3:])

    def take_hi(self, raw: str) -> bool:
        found = []
        for composite in raw.split(self.separator)[1:]:
            parts = composite.split(self.component)
            if len(parts) != 2 or parts[0] not in _DIAGNOSES or not parts[1]:
                return False
            found.append(Diagnosis(parts[1], parts[0]))
        if self.diagnoses or self.line is not None:
            return False
        self.diagnoses = tuple(found)
        return True

    def take_nm1(self, raw: str) -> bool:
        e = padded(raw, self.separator, 9)
        self.in_party, self.party = True, None
        line = self.line
        if line is not None:
            self.skip = False
            if e[1] != "82" or line.rendering is not None:
                return False
            self.party = line.rendering = PartyBuilder(e)
        else:
            if e[1] not in _CLAIM_ROLES or e[1] in self.parties:
                return False
            self.party = self.parties[e[1]] = PartyBuilder(e)
        return self.party.whole

    def take_of_party(self, raw: str) -> bool:
        """N3, N4, PER, PRV and, inside an NM1 loop, REF."""
        return self.party is not None and self.party.take(raw, self.separator)

    def take_lx(self, raw: str) -> bool:
        self.close_line()
        e = padded(raw, self.separator, 1)
        if not (e[1].isascii() and e[1].isdigit() and len(e[1]) <= 6):
            raise BadValueError("bad-line-number", "LX01 is not a line number", e[1])
        self.line = _Line(int(e[1]))
        self.in_party = self.skip = False
        return not any(e[2:])

    def take_sv1(self, raw: str) -> bool:
        line = self.line
        if line is None or line.sv1:
            return False
        e = padded(raw, self.separator, 9)
        line.sv1 = e
        # Checked here, where a problem is still known to be this segment's; cached for later.
        whole = procedure(e[1], self.component)[1]
        cents(e[2])
        number(e[4])
        _pointers(e[7], self.component)
        return whole and not (e[6] or e[8] or any(e[10:]))

    def close_line(self) -> None:
        """Make the line that was open, if any."""
        line = self.line
        if line is None:
            return
        e = line.sv1
        if not e:
            raise BadValueError("missing-service", "a line without SV1")
        if line.first is None or line.last is None:
            raise BadValueError("missing-date", "a line without its service date (DTP*472)")
        self.lines.append(
            ServiceLine(
                line.number,
                procedure(e[1], self.component)[0],
                cents(e[2]),
                number(e[4]),
                line.first,
                line.last,
                e[3],
                e[5],
                _pointers(e[7], self.component),
                line.control,
                e[9],
                line.rendering.party() if line.rendering else None,
                tuple(line.references),
                tuple(line.dates),
                tuple(line.amounts),
                tuple(line.notes),
            )
        )
        self.line = None

    def claim(self, billing: Party, pay_to: Party | None, coverage: Coverage, patient: Patient | None) -> Claim:
        """The whole claim. Problems that are left are those of the CLM itself."""
        e = self.clm
        if not e[1]:
            raise BadValueError("missing-control-number", "a CLM without the claim's control number")
        place, facility_qualifier, frequency = [*e[5].split(self.component), "", ""][:3]
        parties = {role: self.parties[role].party() if role in self.parties else None for role in _CLAIM_ROLES}
        return Claim(
            e[1],
            cents(e[2]),
            place,
            billing,
            coverage,
            tuple(self.lines),
            self.diagnoses,
            frequency,
            facility_qualifier,
            e[6],
            e[7],
            e[8],
            e[9],
            e[10],
            patient,
            pay_to,
            parties["DN"],
            parties["82"],
            parties["77"],
            parties["DQ"],
            tuple(self.references),
            tuple(self.dates),
            tuple(self.amounts),
            tuple(self.notes),
        )


def _pointers(text: str, component: str) -> tuple[int, ...]:
    if not text:
        return ()
    parts = [part for part in text.split(component) if part]
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        raise BadValueError("bad-pointer", "a diagnosis pointer is a number", text)
    return tuple(map(int, parts))


_NO_CLM = [""] * 11
_Taker = Callable[[_Reader, str], bool]
_TAKERS: Final[dict[str, _Taker]] = {
    "CLM": _Reader.take_clm, "DTP": _Reader.take_dtp, "REF": _Reader.take_ref, "AMT": _Reader.take_amt,
    "NTE": _Reader.take_nte, "HI": _Reader.take_hi, "NM1": _Reader.take_nm1, "N3": _Reader.take_of_party,
    "N4": _Reader.take_of_party, "PER": _Reader.take_of_party, "PRV": _Reader.take_of_party, "LX": _Reader.take_lx,
    "SV1": _Reader.take_sv1,
}  # fmt: skip
# Loops that the vocabulary has no place for yet, by their first segment: other payers (2320, 2430), drugs (2410),
# forms (2440). All that follows is kept beside the claim until the next line or, in a line, the next NM1.
_FOREIGN: Final = frozenset({"SBR", "SVD", "LIN", "LQ"})


class ClaimBody:
    """Reads the groups of one 837P transaction."""

    marks = frozenset({"HL", "CLM"})

    def __init__(self) -> None:
        self.claims = 0
        self.refused = 0
        self.head_refused = False
        self._levels = Levels()

    def take(self, group: Group) -> Iterator[Event]:
        """Events of one group."""
        name = group.name
        if name == "CLM":
            yield from self._claim(group)
        elif name == "HL":
            yield from self._levels.take(group)
        else:
            odd = [
                place
                for place, segment in enumerate(group.segments())
                if segment.name not in _HEAD_SEGMENTS
                and not (segment.name == "REF" and segment.elements[:1] == ("87",))
            ]
            if odd:
                yield group.unmodelled(group.segments(odd), odd[0])

    def _claim(self, group: Group) -> Iterator[Event]:
        reader = _Reader(group.delimiters.element, group.delimiters.component)
        odd: list[int] = []
        place = 0
        try:
            for place, raw in enumerate(group.raws):
                if not _use(reader, raw):
                    odd.append(place)
            reader.close_line()
            place = 0
            claim = reader.claim(*self._levels.current())
        except BadValueError as error:
            yield self._refuse(group, reader, group.problem(place, error))
            return
        finding = self._levels.finding
        if finding is not None:
            yield self._refuse(group, reader, finding)
            return
        self.claims += 1
        kept: tuple[Segment, ...] = self._levels.kept
        if odd:
            kept += group.segments(odd)
        yield ClaimRead(claim, group.span(), kept)
        if kept:
            yield group.unmodelled(kept, odd[0] if odd else 0)

    def _refuse(self, group: Group, reader: _Reader, finding: Finding) -> Event:
        self.refused += 1
        return group.refused(reader.clm[1], finding)


def _use(reader: _Reader, raw: str) -> bool:
    name = raw[: raw.find(reader.separator)]
    if name in _FOREIGN:
        reader.skip = True
        return False
    if reader.skip and name != "LX" and (name != "NM1" or reader.line is None):
        return False
    taker = _TAKERS.get(name)
    return taker is not None and taker(reader, raw)
