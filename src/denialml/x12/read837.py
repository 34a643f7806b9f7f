"""837P transactions (implementation guide 005010X222A1) to the vocabulary.

One group of segments at a time: the head, each hierarchical level (HL: billing provider, subscriber, patient) and each
claim (CLM with its lines), which hangs under the levels read last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from denialml.claims import (
    Amount,
    Claim,
    Coverage,
    DatedFact,
    Diagnosis,
    Note,
    Party,
    Patient,
    Procedure,
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
_MOST_POINTERS = 12  # SV107 has four; what a sender invents beyond is read as far as diagnoses go
# Procedure, charge, units, their basis, place of service, diagnosis pointers, emergency indicator.
_Sv1 = tuple[Procedure, int, Decimal, str, str, tuple[int, ...], str]
_CLAIM_ROLES: Final = ("DN", "82", "77", "DQ")  # referring, rendering, facility, supervising


_NO_CLM = [""] * 11
_CACHED = 1 << 14
# No valid DTP or HI is longer: 12 composites of 9 components would be, but those with more than two are not cached.
_LONGEST = 400


def _date(raw: str, separator: str, _: str) -> tuple[DatedFact, bool]:
    if len(raw) > _LONGEST:
        raise BadValueError("segment-too-long", f"a DTP has at most {_LONGEST} characters")
    e = padded(raw, separator, 3)
    return DatedFact(e[1], *period(e[2], e[3])), not any(e[4:])


@lru_cache(_CACHED)
def _pointers(text: str, component: str) -> tuple[int, ...]:
    parts = [part for part in text.split(component) if part]
    if len(parts) > _MOST_POINTERS or not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        raise BadValueError("bad-pointer", "up to four diagnosis pointers are numbers", text)
    return tuple(map(int, parts))


def _diagnoses(raw: str, separator: str, component: str) -> tuple[tuple[Diagnosis, ...], bool]:
    """An HI of diagnoses; none when it is about something else or says more than a code."""
    found = []
    for composite in raw.split(separator)[1:]:
        qualifier, _, code = composite.partition(component)
        if qualifier not in _DIAGNOSES or not code or component in code:
            return (), False
        found.append(Diagnosis(code, qualifier))
    return tuple(found), True


def _sv1(raw: str, separator: str, component: str) -> tuple[_Sv1, bool]:
    e = padded(raw, separator, 9)
    service, whole = procedure(e[1], component)
    pointers = _pointers(e[7], component) if e[7] else ()
    values = service, cents(e[2]), number(e[4]), e[3], e[5], pointers, e[9]
    return values, whole and not (e[6] or e[8] or any(e[10:]))


def _lx(raw: str, separator: str, _: str) -> tuple[str, bool]:
    e = padded(raw, separator, 1)
    return e[1], len(e) == 2


def _of_party(raw: str, separator: str, _: str) -> tuple[list[str], bool]:
    """An NM1 or what follows it, as elements that nobody changes: providers repeat."""
    return padded(raw, separator, 9), True


class _Common:
    """What loops 2300 and 2400 have in common."""

    references: tuple[Reference, ...] = ()
    dates: tuple[DatedFact, ...] = ()
    amounts: tuple[Amount, ...] = ()
    notes: tuple[Note, ...] = ()


class _Line(_Common):
    """One LX and what follows it, up to its 2420 loops."""

    sv1: _Sv1 | None = None
    control = ""
    first: date | None = None
    last: date | None = None
    rendering: PartyBuilder | None = None

    def __init__(self, number_: int) -> None:
        self.number = number_


class _Reader(_Common):
    """One CLM and what follows it.

    Each method takes a segment, or what one was parsed to, and says whether the vocabulary has a place for it.
    """

    clm: list[str] = _NO_CLM
    diagnoses: tuple[Diagnosis, ...] = ()
    party: PartyBuilder | None = None  # the one whose N3, N4, REF may follow
    in_party = False  # inside an NM1 loop, known or not
    skip = False  # inside 2320 or 2410, 2430, 2440: other payers' and drugs' business
    line: _Line | None = None

    def __init__(self, separator: str, component: str) -> None:
        self.separator = separator
        self.component = component
        self.parties: dict[str, PartyBuilder] = {}
        self.lines: list[ServiceLine] = []

    def take_clm(self, raw: str) -> bool:
        self.clm = e = padded(raw, self.separator, 10)
        return not (e[3] or e[4] or any(e[11:])) and e[5].count(self.component) <= 2

    def take_dtp(self, fact: DatedFact) -> bool:
        line = self.line
        if line is not None and fact.qualifier == "472" and line.first is None and not fact.time:
            line.first, line.last = fact.day, fact.until or fact.day
        else:
            holder: _Common = line or self
            holder.dates += (fact,)
        return True

    def take_ref(self, raw: str) -> bool:
        if self.in_party:
            return self.take_of_party(padded(raw, self.separator, 9))
        e = padded(raw, self.separator, 3)
        line = self.line
        if line is not None and e[1] == "6R" and not line.control and not e[3]:
            line.control = e[2]
        else:
            holder: _Common = line or self
            holder.references += (Reference(e[1], e[2], e[3]),)
        return not any(e[4:])

    def take_amt(self, raw: str) -> bool:
        e = padded(raw, self.separator, 2)
        holder: _Common = self.line or self
        holder.amounts += (Amount(e[1], cents(e[2])),)
        return not any(e[3:])

    def take_nte(self, raw: str) -> bool:
        e = padded(raw, self.separator, 2)
        holder: _Common = self.line or self
        holder.notes += (Note(e[1], e[2]),)
        return not any(e[3:])

    def take_hi(self, found: tuple[Diagnosis, ...]) -> bool:
        if not found or self.diagnoses or self.line is not None:
            return False
        self.diagnoses = found
        return True

    def take_nm1(self, e: list[str]) -> bool:
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

    def take_of_party(self, e: list[str]) -> bool:
        """N3, N4, PER, PRV and, inside an NM1 loop, REF."""
        return self.party is not None and self.party.take(e)

    def take_lx(self, text: str) -> bool:
        self.close_line()
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            raise BadValueError("bad-line-number", "LX01 is not a line number", text)
        self.line = _Line(int(text))
        self.in_party = self.skip = False
        return True

    def take_sv1(self, values: _Sv1) -> bool:
        line = self.line
        if line is None or line.sv1 is not None:
            return False
        line.sv1 = values
        return True

    def awaits_service(self) -> bool:
        """Whether this is a line that has no SV1 yet."""
        return self.line is not None and self.line.sv1 is None

    def take_foreign(self, raw: str) -> bool:
        """The first segment of a loop that the vocabulary has no place for."""
        self.skip = bool(raw)
        return False

    def skips(self, name: str) -> bool:
        """Whether a foreign loop goes on: a line ends it and, in a line, a party."""
        return name != "LX" and (name != "NM1" or self.line is None)

    def close_line(self) -> None:
        """Make the line that was open, if any."""
        line = self.line
        if line is None:
            return
        if line.sv1 is None:
            raise BadValueError("missing-service", "a line without SV1")
        if line.first is None or line.last is None:
            raise BadValueError("missing-date", "a line without its service date (DTP*472)")
        service, charge, units, basis, place, pointers, emergency = line.sv1
        self.lines.append(
            ServiceLine(
                line.number,
                service,
                charge,
                units,
                line.first,
                line.last,
                basis,
                place,
                pointers,
                line.control,
                emergency,
                line.rendering.party() if line.rendering else None,
                line.references,
                line.dates,
                line.amounts,
                line.notes,
            )
        )
        self.line = None

    def claim(self, billing: Party, pay_to: Party | None, coverage: Coverage, patient: Patient | None) -> Claim:
        """The whole claim. Problems that are left are those of the CLM itself."""
        e = self.clm
        if not e[1]:
            raise BadValueError("missing-control-number", "a CLM without the claim's control number")
        place, facility_qualifier, frequency = [*e[5].split(self.component), "", ""][:3]
        referring, rendering, facility, supervising = [
            self.parties[role].party() if role in self.parties else None for role in _CLAIM_ROLES
        ]
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
            referring,
            rendering,
            facility,
            supervising,
            self.references,
            self.dates,
            self.amounts,
            self.notes,
        )


_Taker = Callable[[_Reader, str], bool]
_TAKERS: Final[dict[str, _Taker]] = {
    "CLM": _Reader.take_clm, "REF": _Reader.take_ref, "AMT": _Reader.take_amt, "NTE": _Reader.take_nte,
}  # fmt: skip
# Loops that the vocabulary has no place for yet, by their first segment: other payers (2320, 2430), drugs (2410),
# forms (2440). All that follows is kept beside the claim until the next line or, in a line, the next NM1.
_TAKERS.update(dict.fromkeys(("SBR", "SVD", "LIN", "LQ"), _Reader.take_foreign))
# Segments that repeat: how to parse one, and the method that takes what it says.
_Parser = Callable[[str, str, str], tuple[Any, bool]]
_PARSED: Final[dict[str, tuple[_Parser, Callable[[_Reader, Any], bool]]]] = {
    "DTP": (_date, _Reader.take_dtp), "HI": (_diagnoses, _Reader.take_hi), "SV1": (_sv1, _Reader.take_sv1),
    "LX": (_lx, _Reader.take_lx), "NM1": (_of_party, _Reader.take_nm1),
}  # fmt: skip
_PARSED.update(dict.fromkeys(("N3", "N4", "PER", "PRV"), (_of_party, _Reader.take_of_party)))
_Known = dict[str, tuple[Callable[[_Reader, Any], bool], Any]]


@lru_cache(4)
def _known(_separator: str, _component: str) -> _Known:
    """By the text of a segment that was understood in full: the method that takes it and what it was parsed to."""
    return {}


def _take(reader: _Reader, raw: str, known: _Known) -> bool:
    """Use a segment that is not known yet, or that a foreign loop may swallow."""
    separator = reader.separator
    name = raw[: raw.find(separator)]
    if reader.skip and reader.skips(name):
        return False
    taker = _TAKERS.get(name)
    if taker is not None:
        return taker(reader, raw)
    if name not in _PARSED or (name == "SV1" and not reader.awaits_service()):
        return False
    parse, take = _PARSED[name]
    value, whole = parse(raw, separator, reader.component)
    if whole and len(raw) <= _LONGEST:
        if len(known) >= _CACHED:
            known.clear()
        known[raw] = take, value
    return take(reader, value) and whole


class ClaimBody:
    """Reads the groups of one 837P transaction."""

    marks = frozenset({"HL", "CLM"})

    def __init__(self) -> None:
        self.claims = 0
        self.refused = 0
        self.head_refused = False
        self._levels = Levels()

    def take(self, group: Group) -> Iterable[Event]:
        """Events of one group."""
        name = group.name
        if name == "CLM":
            return self._claim(group)
        return self._levels.take(group) if name == "HL" else self._other(name, group)

    def _other(self, name: str, group: Group) -> Iterator[Event]:
        if name != "ST":  # a name that only begins like a mark
            yield group.refused("", group.problem(0, BadValueError("unknown-segment", "no segment has such a name")))
        else:
            odd = [
                place
                for place, segment in enumerate(group.segments())
                if segment.name not in _HEAD_SEGMENTS
                and not (segment.name == "REF" and segment.elements[:1] == ("87",))
            ]
            if odd:
                yield group.unmodelled(group.segments(odd), odd[0])

    def _claim(self, group: Group) -> list[Event]:
        separator = group.delimiters.element
        reader = _Reader(separator, group.delimiters.component)
        known = _known(separator, reader.component)
        odd: list[int] = []
        place = 0
        try:
            group.check_length("LX")
            for place, raw in enumerate(group.raws):
                found = None if reader.skip else known.get(raw)
                if not (found[0](reader, found[1]) if found else _take(reader, raw, known)):
                    odd.append(place)
            reader.close_line()
            place = 0
            claim = reader.claim(*self._levels.current())
        except BadValueError as error:
            return [self._refuse(group, reader, group.problem(place, error))]
        finding = self._levels.finding
        if finding is not None:
            return [self._refuse(group, reader, finding)]
        self.claims += 1
        kept: tuple[Segment, ...] = self._levels.kept
        if odd:
            kept += group.segments(odd)
        read = ClaimRead(claim, group.span(), kept)
        return [read, group.unmodelled(kept, odd[0] if odd else 0)] if kept else [read]

    def _refuse(self, group: Group, reader: _Reader, finding: Finding) -> Event:
        self.refused += 1
        return group.refused(reader.clm[1], finding)
