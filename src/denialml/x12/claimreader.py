"""Reads the loops of one level (HL) or one claim (CLM) of an 837, as the guide nests them, into fields.

Where a segment belongs is the walker's to say, and what it says is its taker's. Both are remembered by the text of the
segment and the loop it is met in: a clinic's procedures, providers and diagnoses recur, and then a segment costs one
look into a dictionary.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from denialml.x12.claimloops import LOOPS, MANY, NOTHING, ONE, OPENS, SEVERAL, Fields, Loop
from denialml.x12.claimtakers import TAKERS, Taker
from denialml.x12.guide import LoopSpec, SegmentSpec
from denialml.x12.parties import padded
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError
from denialml.x12.walk import Walker

_REMEMBERED = 1 << 14  # segments, over all states of a transaction kind
# No valid segment that recurs is longer: 12 composites of 9 components would be, but they say no more than two or four.
_LONGEST = 400
_WIDTH: Final = 9  # elements that takers may look at without counting
_BLANK: Final = [""] * (_WIDTH + 1)
_WIDTH_OF_FIRST: Final = 20  # the same for CLM


class Opening(NamedTuple):
    """A loop that a segment begins: where its value goes and the state to go on in."""

    spec: LoopSpec
    loop: Loop
    field: str
    fields: Fields
    parents: frozenset[str]
    state: State


class Place(NamedTuple):
    """Where a segment belongs, and who takes it."""

    spec: SegmentSpec
    taker: Taker


# What to do, the field that is meant, and the value.
Known = tuple[int, str, Any]
_NOTHING: Final[Known] = (NOTHING, "", None)


class State(dict[str, Known]):
    """What is known in one loop, by the text of a segment. In a ``stray`` one no loop that we know is open."""

    __slots__ = ("loop", "places", "stray")

    def __init__(self, loop: str, *, stray: bool) -> None:
        super().__init__()
        self.places: dict[str | tuple[str, str], Place] = {}  # of segments met here, by name or name and code
        self.loop = loop
        self.stray = stray


class States:
    """The states of one kind of transaction under one set of delimiters. They may serve several readers at once."""

    def __init__(self, transaction: str, delimiters: Delimiters) -> None:
        self.walker = Walker.of(transaction, delimiters)
        self.takers = TAKERS[transaction]
        self.loops = LOOPS[transaction]
        self._states: dict[tuple[str, bool], State] = {}
        self._opened: dict[str, tuple[Loop, frozenset[str], State]] = {}
        self._starts: dict[str, SegmentSpec] = {}
        self._count = 0

    def state(self, loop: str, *, stray: bool = False) -> State:
        """The state in a loop."""
        found = self._states.get((loop, stray))
        if found is None:
            found = self._states[loop, stray] = State(loop, stray=stray)
        return found

    def opened(self, spec: LoopSpec) -> tuple[Loop, frozenset[str], State]:
        """What becomes of a loop, the loops that may hold it, and the state in it."""
        found = self._opened.get(spec.id)
        if found is None:
            parents = frozenset(parent.id for parent in spec.parents)
            found = self._opened[spec.id] = self.loops[spec.id], parents, self.state(spec.id)
        return found

    def start(self, raw: str) -> SegmentSpec | None:
        """The place in the guide of the first segment of a group, or none."""
        name = raw[:3]
        spec = self._starts.get(name)
        if spec is None:
            spec = self.walker.step("", raw).spec
            if spec is not None and name == "CLM":  # an HL is told by its code
                self._starts[name] = spec
        return spec

    def remember(self, state: State, raw: str, known: Known) -> None:
        """Keep what a text means; when there are too many, begin afresh."""
        if self._count >= _REMEMBERED:
            self._count = 0
            for each in list(self._states.values()):
                each.clear()
        self._count += 1
        state[raw] = known


@lru_cache(8)
def states(transaction: str, delimiters: Delimiters) -> States:
    """The states of a kind of transaction, made once."""
    return States(transaction, delimiters)


class LoopReader:
    """Reads one group of segments after the other. ``place`` is the segment in hand, ``fields`` those of the group."""

    def __init__(self, transaction: str, delimiters: Delimiters) -> None:
        self._states = states(transaction, delimiters)
        self._delimiters = delimiters
        self._separator = delimiters.element
        self._open: list[tuple[str, Fields, Loop | None, str]] = []  # loop id, fields, what it becomes, and where
        self._odd: list[int] = []
        self._state = self._states.state("")
        self.place = 0
        self.fields: Fields = {}

    def spec_of(self, raw: str) -> SegmentSpec | None:
        """The place in the guide of the first segment of a group, or none."""
        return self._states.start(raw)

    def read(self, raws: Sequence[str], spec: SegmentSpec) -> tuple[Fields, list[int]]:
        """The fields of a group whose first segment has that place, and which segments have none in full.

        Raises:
            BadValueError: an element's text is not what the guide allows, or a loop lacks what it needs.
        """
        fields: Fields = {}
        self.fields = fields
        self._odd = odd = []
        self._open = [(spec.loop.id, fields, None, "")]
        state = self._begin(raws[0], spec)
        place = 0
        try:
            for place, raw in enumerate(raws[1:], 1):
                kind, field, value = state.get(raw) or self._learn(state, raw, place)
                if kind == MANY:
                    if field in fields:
                        fields[field] += value
                    else:
                        fields[field] = value
                elif kind == OPENS:
                    state = self._enter(value, place)
                    fields = self._open[-1][1]
                elif kind == NOTHING:
                    state = self._state
                elif field in fields:
                    odd.append(place)
                elif kind == ONE:
                    fields[field] = value
                else:
                    fields.update(value)
            while len(self._open) > 1:
                self._close()
        except BadValueError:
            self.place = place
            raise
        return self.fields, odd

    def _begin(self, raw: str, spec: SegmentSpec) -> State:
        """Take the first segment of a group."""
        self.place = 0
        taker = self._states.takers.get((spec.loop.id, spec.name))
        if taker is not None:  # an HL has none: it only says where one is
            taken = taker.take(padded(raw, self._delimiters.element, _WIDTH_OF_FIRST), spec, self._delimiters)
            assert taken is not None
            self.fields.update(taken[2])
            if not taken[3]:
                self._odd.append(0)
        return self._states.state(spec.loop.id)

    def _learn(self, state: State, raw: str, place: int) -> Known:
        """What a segment means that is not known in this state."""
        e = raw.split(self._separator)
        if len(e) <= _WIDTH:
            e += _BLANK[len(e) :]
        self._state = state
        where = state.places.get(e[0]) or state.places.get((e[0], e[1])) or self._find(state, raw, e)
        if where is None:
            self._odd.append(place)
            return _NOTHING
        spec, taker = where
        if not spec.opens and spec.loop.id != state.loop:
            return self._outer(state, spec, e, place)
        taken = taker.take(e, spec, self._delimiters)
        if taken is None:
            self._odd.append(place)
            return _NOTHING
        kind, field, value, whole = taken
        if kind == OPENS:
            loop, parents, inside = self._states.opened(spec.loop)
            value = Opening(spec.loop, loop, loop.field or field, value, parents, inside)
        known = kind, field, value
        if not whole:
            self._odd.append(place)
        elif taker.recurs and len(raw) <= _LONGEST:
            self._states.remember(state, raw, known)
        return known

    def _find(self, state: State, raw: str, e: list[str]) -> Place | None:
        """Where a segment belongs that is not known here; none when it has no place or nobody takes it."""
        step = self._states.walker.step(state.loop, raw)
        spec = step.spec
        if spec is None or (state.stray and not spec.opens):
            if step.loop != state.loop:  # a party, say, in a role that the guide does not know
                self._state = self._states.state(step.loop, stray=True)
            return None
        taker = self._states.takers.get((spec.loop.id, spec.name))
        if taker is None:
            if spec.opens:
                self._state = self._states.state(spec.loop.id, stray=True)
            return None
        where = Place(spec, taker)
        if spec.opens or spec.loop.id == state.loop:
            self._note(state, where, e)
        return where

    def _note(self, state: State, where: Place, e: list[str]) -> None:
        """Keep where segments of a name, or of a name and a code of the guide, belong: there are few of these."""
        spec = where.spec
        alike = [each for each in spec.loop.segments if each.name == e[0]]
        inner = any(loop.opener.name == e[0] for loop in spec.loop.loops)
        if spec.loop.id == state.loop and not (spec.opens or spec.key_codes or inner) and len(alike) == 1:
            state.places[e[0]] = where
        if spec.entry.key == (1, 0) and e[1] in spec.key_codes:
            state.places[e[0], e[1]] = where

    def _outer(self, state: State, spec: SegmentSpec, e: list[str], place: int) -> Known:
        """A segment that another loop around has a place for, though it is met here.

        If this loop has segments of its name, it is one of them, of a kind that the guide does not know; else it goes
        to the nearest loop around that is open.
        """
        here = self._states.walker.guide.loops[state.loop]
        own = next((each for each in here.segments if each.name == spec.name), None)
        at = own or spec
        fields = next((each[1] for each in reversed(self._open) if each[0] == at.loop.id), None)
        taker = self._states.takers.get((at.loop.id, at.name))
        if fields is None or taker is None:
            self._odd.append(place)
            return _NOTHING
        kind, field, value, whole = taker.take(e, at, self._delimiters) or (NOTHING, "", None, False)
        if kind == MANY:
            fields[field] = fields.get(field, ()) + value
        elif kind in {ONE, SEVERAL} and field not in fields:
            fields.update({field: value} if kind == ONE else value)
        else:
            whole = False
        if not whole:
            self._odd.append(place)
        return _NOTHING

    def _enter(self, opening: Opening, place: int) -> State:
        """Open a loop in the one around that may hold it; if there is none, or it is there already, a stray one."""
        opened = self._open
        spec, loop, field, fields, parents, state = opening
        depth = len(opened) - 1
        while depth and opened[depth][0] not in parents:
            depth -= 1
        holds = opened[depth][0] in parents
        while holds and len(opened) > depth + 1:
            self._close()
        if not holds or (not loop.many and field in opened[-1][1]):
            if place not in self._odd[-1:]:
                self._odd.append(place)
            return self._states.state(spec.id, stray=True)
        opened.append((spec.id, fields.copy(), loop, field))
        return state

    def _close(self) -> None:
        """End the innermost loop: its value goes to the loop around."""
        _, fields, loop, field = self._open.pop()
        assert loop is not None
        around = self._open[-1][1]
        if loop.lifts:
            for name, lifted in loop.lifts.items():
                if name in fields:
                    around[lifted] = fields.pop(name)
        value = loop.make(fields, around)
        if not loop.many:
            around[field] = value
        elif field in around:
            around[field] += (value,)
        else:
            around[field] = (value,)
