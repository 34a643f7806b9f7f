"""The one walker: which place of a guide a segment belongs to, told from the loop it is met in.

It is liberal: the order within a loop and missing loops stop nobody (validation complains of them). From where it
stands, a segment is looked for among the loop's own segments, then the loops that can open there, then outwards, and at
last anywhere. Of several places the first one whose codes hold the segment's key (REF01, HL03, ...) is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from denialml.x12.guide import MANY, Guide, LoopSpec, SegmentSpec, guide
from denialml.x12.tokens import Delimiters

LOST: Final = "?"  # begins the name of the state after a segment that should open a loop, but none that is known


class Step(NamedTuple):
    """Where a segment belongs, and the loop to go on in. ``spec`` is none for a segment that has no place."""

    spec: SegmentSpec | None
    loop: str


class _Choice(NamedTuple):
    """The places a segment of one name may have, met in one loop."""

    element: int  # of the key; 0 when no key needs to be looked at
    component: int
    by_code: dict[str, Step]
    otherwise: Step


class Walker:
    """Walks the segments of one transaction kind under one set of delimiters. It keeps no state: the caller does."""

    def __init__(self, of: Guide, delimiters: Delimiters) -> None:
        self.guide = of
        self.delimiters = delimiters
        self._separator = delimiters.element
        self._component = delimiters.component
        self._tables: dict[str, dict[str, _Choice]] = _tables(of.transaction)

    @staticmethod
    def of(transaction: str, delimiters: Delimiters) -> Walker:
        """The walker for a transaction, made once for each set of delimiters."""
        return _walker(transaction, delimiters)

    def step(self, loop: str, raw: str) -> Step:
        """Where the text of a segment belongs when it is met in ``loop`` (empty: the transaction itself)."""
        return self.place(loop, raw.split(self._separator))

    def place(self, loop: str, elements: Sequence[str]) -> Step:
        """As :meth:`step`, of a segment that is split already, its name first."""
        choice = (self._tables.get(loop) or self._table(loop)).get(elements[0])
        if choice is None:
            return Step(None, loop)
        at = choice.element
        if not at:
            return choice.otherwise
        code = elements[at] if at < len(elements) else ""
        if choice.component:
            code = "".join(code.split(self._component)[choice.component - 1 : choice.component])
        return choice.by_code.get(code, choice.otherwise)

    def _table(self, loop: str) -> dict[str, _Choice]:
        table = self._tables[loop] = _table(self.guide, loop)
        return table


@lru_cache(64)
def _walker(transaction: str, delimiters: Delimiters) -> Walker:
    return Walker(guide(transaction), delimiters)


@cache
def _tables(_transaction: str) -> dict[str, dict[str, _Choice]]:
    """By loop and segment name, filled as loops are met."""
    return {}


def _table(of: Guide, state: str) -> dict[str, _Choice]:
    lost = state.startswith(LOST)
    loop = of.loops[state.removeprefix(LOST)]
    found: dict[str, list[Step]] = {}
    for spec, goes_to in _candidates(of, loop, lost=lost):
        found.setdefault(spec.name, []).append(Step(spec, goes_to or state))
    return {name: _choice(steps, state, loop) for name, steps in found.items()}


def _candidates(of: Guide, loop: LoopSpec, *, lost: bool) -> Iterator[tuple[SegmentSpec, str]]:
    """Places in order of preference, each with the loop to go on in; empty: stay.

    After a loop that nobody knows (``lost``), the plain segments of the loop around it are not trusted: a REF is more
    likely one of the unknown loop.
    """
    own = loop.segments
    if not lost:
        yield from ((spec, loop.id) for spec in own)
    yield from ((inner.opener, inner.id) for inner in loop.loops)
    if lost:
        last = max(loop.orders.values(), default=MANY)
        yield from ((spec, loop.id) for spec in own if spec.order > last)
    seen = {loop.id}
    level = [(loop, parent) for parent in loop.parents]
    while level:
        outer: list[tuple[LoopSpec, LoopSpec]] = []
        for child, parent in level:
            place = parent.orders[child.id]
            # What should have come before the loop one is in does not end it.
            yield from ((spec, parent.id if spec.order > place else "") for spec in parent.segments if not spec.opens)
            yield from ((inner.opener, inner.id) for inner in parent.loops)
            if parent.id not in seen:
                seen.add(parent.id)
                outer += [(parent, each) for each in parent.parents]
        level = outer
    yield from ((each.opener, each.id) for each in of.loops.values() if each.id)


def _choice(steps: list[Step], state: str, loop: LoopSpec) -> _Choice:
    by_code: dict[str, Step] = {}
    otherwise: Step | None = None
    for step in steps:
        spec = step.spec
        assert spec is not None
        if not spec.key_codes:
            otherwise = step
            break
        for code in spec.key_codes:
            by_code.setdefault(code, step)
    if otherwise is None:
        otherwise = _unknown_key(steps, state, loop)
    first = steps[0].spec
    assert first is not None
    element, component = first.entry.key
    if not by_code or all(step == otherwise for step in by_code.values()):
        return _Choice(0, 0, {}, otherwise)
    return _Choice(element, component, by_code, otherwise)


def _unknown_key(steps: list[Step], state: str, loop: LoopSpec) -> Step:
    """Where a segment goes whose key no place allows: a plain segment of the loop itself, else nowhere."""
    for step in steps:
        spec = step.spec
        if spec is not None and spec.loop is loop and not spec.opens and not state.startswith(LOST):
            return step
    opens = any(step.spec is not None and step.spec.opens for step in steps)
    return Step(None, LOST + loop.id if opens else state)
