"""The hierarchical levels of an 837P: billing provider (2000A), subscriber (2000B) and patient (2000C)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.claims import Coverage, Party, Patient
from denialml.errors import Finding, Severity
from denialml.x12.events import Event, Segment
from denialml.x12.groups import Group
from denialml.x12.parties import PartyBuilder, padded
from denialml.x12.values import BadValueError

_BILLING, _SUBSCRIBER, _PATIENT = "20", "22", "23"
_ABOVE: Final = {_BILLING: (), _SUBSCRIBER: (_BILLING,), _PATIENT: (_BILLING, _SUBSCRIBER)}
_ROLES: Final = {_BILLING: ("85", "87"), _SUBSCRIBER: ("IL", "PR"), _PATIENT: ("QC",)}
_REQUIRED: Final = {_BILLING: {"85"}, _SUBSCRIBER: {"IL", "PR"}, _PATIENT: {"QC"}}


class _Level:
    """One HL: its own segment, its parties, SBR or PAT, what has no place, and why it cannot be used if so."""

    about: tuple[str, ...] = ("",) * 10  # SBR or PAT
    taxonomy = ""
    kept: tuple[Segment, ...] = ()
    finding: Finding | None = None

    def __init__(self, number: str, code: str) -> None:
        self.number = number
        self.code = code
        self.parties: dict[str, PartyBuilder] = {}

    def read(self, group: Group) -> None:
        """Take all segments after the HL."""
        separator = group.delimiters.element
        odd = []
        party: PartyBuilder | None = None
        for place, raw in enumerate(group.raws[1:], 1):
            e = padded(raw, separator, 9)
            if e[0] == "NM1":
                party = self._open(e)
                used = party is not None and party.whole
            elif party is not None:
                used = self._follow(group, place, party, e)
            else:
                used = not self.parties and self._about(e)
            if not used:
                odd.append(place)
        if odd:
            self.kept = group.segments(odd)
        self._check(group)

    def _open(self, e: list[str]) -> PartyBuilder | None:
        if e[1] not in _ROLES[self.code] or e[1] in self.parties:
            return None
        party = PartyBuilder(e)
        self.parties[e[1]] = party
        if e[1] == "85":
            party.taxonomy = self.taxonomy
        return party

    def _follow(self, group: Group, place: int, party: PartyBuilder, e: list[str]) -> bool:
        try:
            return party.take(e)
        except BadValueError as error:
            self.finding = self.finding or group.problem(place, error)
            return False

    def _about(self, e: list[str]) -> bool:
        """The segments between HL and NM1."""
        if e[0] == "PRV" and self.code == _BILLING and not self.taxonomy:
            self.taxonomy = e[3]
            return e[1] == "BI" and e[2] == "PXC" and not any(e[4:])
        if e[0] == "SBR" and self.code == _SUBSCRIBER and not self.about[0]:
            self.about = tuple(e)
            return not any(e[6:9]) and not any(e[10:])
        if e[0] == "PAT" and self.code == _PATIENT and not self.about[0]:
            self.about = tuple(e)
            return not any(e[2:])
        return False

    def _check(self, group: Group) -> None:
        missing = _REQUIRED[self.code] - self.parties.keys()
        if missing and self.finding is None:
            error = BadValueError("missing-party", f"this level has no NM1*{min(missing)}")
            self.finding = group.problem(0, error)

    def party(self, role: str) -> Party:
        """One of its parties."""
        return self.parties[role].party()


def _is_earlier(parent: str, number: str) -> bool:
    """Whether HL02 names a level that came before (they are numbered from 1 in a transaction)."""
    return parent.isdecimal() and number.isdecimal() and int(parent) < int(number)


class Levels:
    """The levels that a claim hangs under, as far as read. Values are made once a level, not once a claim."""

    def __init__(self) -> None:
        self._path: dict[str, _Level] = {}
        self._billing: Party | None = None
        self._pay_to: Party | None = None
        self._coverage: Coverage | None = None
        self._patient: Patient | None = None
        self.finding: Finding | None = None
        self.kept: tuple[Segment, ...] = ()

    def take(self, group: Group) -> Iterator[Event]:
        """Read one HL group. Events are only about what does not fit."""
        e = padded(group.raws[0], group.delimiters.element, 4)
        code, parent = e[3], e[2]
        if code not in _ABOVE:
            error = BadValueError("unknown-level", "an HL of an 837P is 20, 22 or 23", code)
            self._path, self.finding = {}, group.problem(0, error)
            yield group.notice(error.code, Severity.ERROR, str(error))
            return
        level = _Level(e[1], code)
        level.read(group)
        codes = _ABOVE[code]
        above = self._path.get(codes[-1]) if codes else None
        if codes and (above is None or above.number != parent):
            error = BadValueError("wrong-parent", "HL02 does not name the level that this one follows", parent)
            if above is None or _is_earlier(parent, e[1]):
                level.finding = level.finding or group.problem(0, error)
            else:  # it names nothing that was there: where it stands is all that is known
                yield group.notice(error.code, Severity.WARNING, str(error))
        self._path = {each: self._path[each] for each in codes if each in self._path}
        self._path[code] = level
        self.finding, self.kept = None, ()
        for each in self._path.values():
            self.finding = self.finding or each.finding
            self.kept += each.kept
        if level.finding:
            yield group.notice(level.finding.code, Severity.ERROR, level.finding.message)
        self._make(level)

    def _make(self, level: _Level) -> None:
        if level.finding is not None:
            return
        if level.code == _BILLING:
            self._billing = level.party("85")
            self._pay_to = level.party("87") if "87" in level.parties else None
        elif level.code == _SUBSCRIBER:
            subscriber, e = level.parties["IL"], level.about
            self._coverage = Coverage(
                level.party("PR"), level.party("IL"), e[1], e[2], e[3], e[4], e[5], e[9], subscriber.birth,
                subscriber.sex,
            )  # fmt: skip
        else:
            patient = level.parties["QC"]
            self._patient = Patient(level.party("QC"), level.about[1], patient.birth, patient.sex)

    def current(self) -> tuple[Party, Party | None, Coverage, Patient | None]:
        """Billing provider, pay-to address, cover and patient of the next claim.

        Raises:
            BadValueError: a level is missing. Callers look at ``finding`` for levels that are there but unusable.
        """
        if self._billing is None or self._coverage is None or _SUBSCRIBER not in self._path:
            raise BadValueError("missing-level", "the claim stands under no usable billing provider and subscriber")
        return self._billing, self._pay_to, self._coverage, self._patient if _PATIENT in self._path else None
