"""The hierarchical levels of an 837: billing provider (2000A), subscriber (2000B) and patient (2000C)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from denialml.claims import Coverage, Patient, replace
from denialml.errors import Finding, Severity
from denialml.x12.claimloops import Fields
from denialml.x12.claimreader import LoopReader
from denialml.x12.events import Event, Segment
from denialml.x12.groups import Group
from denialml.x12.guide import LoopSpec
from denialml.x12.parties import padded
from denialml.x12.values import BadValueError

_BILLING, _SUBSCRIBER, _PATIENT = "2000A", "2000B", "2000C"
# The loops that a level needs for its claims to be usable, and the field of each.
_REQUIRED: Final = {
    _BILLING: {"85": "billing"}, _SUBSCRIBER: {"IL": "subscriber", "PR": "payer"}, _PATIENT: {"QC": "party"},
}  # fmt: skip


class _Level:
    """One HL: its number, what its claims get from it, what has no place, and why it cannot be used if so."""

    def __init__(self, number: str, loop: LoopSpec) -> None:
        self.number = number
        self.loop = loop
        self.values: Fields = {}
        self.kept: tuple[Segment, ...] = ()
        self.finding: Finding | None = None


def _values(loop: str, fields: Fields) -> Fields:
    """What the claims of a level get from it.

    Raises:
        BadValueError: a party is missing without which they cannot be used.
    """
    for role, name in _REQUIRED[loop].items():
        if name not in fields:
            raise BadValueError("missing-party", f"this level has no NM1*{role}")
    if loop == _BILLING:
        taxonomy = fields.pop("taxonomy", "")
        if taxonomy:
            fields["billing"] = replace(fields["billing"], taxonomy=taxonomy)
        return fields
    if loop == _SUBSCRIBER:
        return {"coverage": Coverage(**{"sequence": "", "relationship": "", **fields})}
    return {"patient": Patient(**fields)}


def _is_earlier(parent: str, number: str) -> bool:
    """Whether HL02 names a level that came before (they are numbered from 1 in a transaction)."""
    return parent.isdecimal() and number.isdecimal() and int(parent) < int(number)


class Levels:
    """The levels that a claim hangs under, as far as read. Values are made once a level, not once a claim."""

    def __init__(self) -> None:
        self._path: dict[str, _Level] = {}
        self.finding: Finding | None = None
        self.kept: tuple[Segment, ...] = ()
        self._values: Fields = {}

    def take(self, group: Group, reader: LoopReader) -> Iterator[Event]:
        """Read one HL group. Events are only about what does not fit."""
        e = padded(group.raws[0], group.delimiters.element, 4)
        spec = reader.spec_of(group.raws[0])
        if spec is None:
            error = BadValueError("unknown-level", "an HL of an 837 is 20, 22 or 23", e[3])
            self._path, self.finding = {}, group.problem(0, error)
            yield group.notice(error.code, Severity.ERROR, str(error))
            return
        level = _Level(e[1], spec.loop)
        try:
            fields, odd = reader.read(group.raws, spec)
            reader.place = 0
            level.values = _values(spec.loop.id, fields)
            level.kept = group.segments(odd) if odd else ()
        except BadValueError as error:
            level.finding = group.problem(reader.place, error)
        yield from self._hang(group, level, e[2])

    def _hang(self, group: Group, level: _Level, parent: str) -> Iterator[Event]:
        """Put a level under the one it follows, and forget those that it ends."""
        above = level.loop.parents[0]
        path: dict[str, _Level] = {}
        if above.id:
            holder = self._path.get(above.id)
            if holder is None or holder.number != parent:
                error = BadValueError("wrong-parent", "HL02 does not name the level that this one follows", parent)
                if holder is None or _is_earlier(parent, level.number):
                    level.finding = level.finding or group.problem(0, error)
                else:  # it names nothing that was there: where it stands is all that is known
                    yield group.notice(error.code, Severity.WARNING, str(error))
            for name, each in self._path.items():
                if name == level.loop.id:
                    break
                path[name] = each
        path[level.loop.id] = level
        self._path = path
        self._merge()
        if level.finding:
            yield group.notice(level.finding.code, Severity.ERROR, level.finding.message)

    def _merge(self) -> None:
        """What the claims that follow get from all levels of the path."""
        self.finding, self.kept, self._values = None, (), {}
        for each in self._path.values():
            self.finding = self.finding or each.finding
            self.kept += each.kept
            self._values |= each.values

    def current(self) -> dict[str, Any]:
        """The fields of the next claim that its levels tell.

        Raises:
            BadValueError: a level is missing. Callers look at ``finding`` for levels that are there but unusable.
        """
        if self.finding is None and not ("billing" in self._values and "coverage" in self._values):
            raise BadValueError("missing-level", "the claim stands under no usable billing provider and subscriber")
        return self._values
