"""Small transactions as trees: the segments of a level (HL) or answer cut into the loops of its guide.

A builder takes what it knows out of a loop, and what is left is known too: nothing is dropped in silence. The bodies of
837 and 835, which are large, do without trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

from denialml.claims import Value
from denialml.x12.events import Event, MessageRead, Segment
from denialml.x12.groups import Group, segment_of
from denialml.x12.guide import LoopSpec
from denialml.x12.parties import padded
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError
from denialml.x12.walk import LOST, Walker

_WIDTH = 20  # elements that a builder may ask for without looking at how many there are


def _elements(raw: str, delimiters: Delimiters) -> list[str]:
    return padded(raw, delimiters.element, _WIDTH)


class _Held:
    """One segment of a loop, and whether a builder has used it."""

    __slots__ = ("elements", "place", "raw", "used")

    def __init__(self, raw: str, elements: list[str], place: int) -> None:
        self.raw = raw
        self.elements = elements
        self.place = place
        self.used = False


class Loop:
    """One loop as read: its segments, the loops in it, and of a level (HL) the one above it.

    A loop in another one does not lead back to it, so that what was read goes as soon as nobody needs it.
    """

    __slots__ = ("_held", "above", "delimiters", "id", "kept", "last_taken", "loops")

    def __init__(self, identifier: str, delimiters: Delimiters, above: Loop | None = None) -> None:
        self.id = identifier
        self.delimiters = delimiters
        self.above = above
        self.loops: list[Loop] = []
        self.kept: tuple[Segment, ...] = ()  # of a level that is done with, what nobody took
        self._held: list[_Held] = []
        self.last_taken = 0  # place in its group of the segment taken last: what a problem is about

    def add(self, raw: str, elements: list[str], place: int) -> None:
        """Put a segment there, with its elements as :func:`_elements` splits them."""
        self._held.append(_Held(raw, elements, place))

    def take(self, name: str, qualifier: str = "", *, at: int = 1) -> list[str] | None:
        """The first segment of that name that is not used yet, and whose element ``at`` is ``qualifier`` if given.

        Its elements are padded with empty ones; the first is the name. It counts as used from now on.
        """
        for held in self._held:
            if held.used:
                continue
            elements = held.elements
            if elements[0] == name and (not qualifier or elements[at] == qualifier):
                held.used = True
                self.last_taken = held.place
                return elements
        return None

    def take_all(self, name: str, qualifier: str = "", *, at: int = 1) -> Iterator[list[str]]:
        """All that :meth:`take` would return, one after the other."""
        while (elements := self.take(name, qualifier, at=at)) is not None:
            yield elements

    def give_back(self, elements: list[str]) -> None:
        """A segment that was taken, and not used in full: it is reported with those that are left."""
        for held in self._held:
            if held.elements is elements:
                held.used = False

    def children(self, identifier: str) -> list[Loop]:
        """The loops of that kind in it, in file order."""
        return [loop for loop in self.loops if loop.id == identifier]

    def child(self, identifier: str) -> Loop | None:
        """The first loop of that kind in it."""
        return next((loop for loop in self.loops if loop.id == identifier), None)

    def kept_around(self) -> tuple[Segment, ...]:
        """What was kept of the levels above it, the outermost first: a message tells that too."""
        kept: tuple[Segment, ...] = ()
        level = self.above
        while level is not None:
            kept = level.kept + kept
            level = level.above
        return kept

    def places(self) -> list[int]:
        """Where in their group its segments stand, and those of the loops in it, in order."""
        own = [held.place for held in self._held]
        return sorted(own + [place for loop in self.loops for place in loop.places()])

    def unused(self) -> tuple[Segment, ...]:
        """What nobody took, of this loop and those in it."""
        left = [segment_of(held.raw, self.delimiters) for held in self._held if not held.used]
        for loop in self.loops:
            left += loop.unused()
        return tuple(left)


class Tree:
    """The loops of one transaction set, grown group by group. ``head`` is the transaction's own loop."""

    def __init__(self, transaction: str) -> None:
        self._transaction = transaction
        self._stack: list[Loop] = []
        self._state = ""
        self._parents = _parents_of(transaction)

    @property
    def head(self) -> Loop:
        """The transaction's own loop."""
        return self._stack[0]

    def grow(self, group: Group) -> Loop:
        """Hang the segments of a group into the tree; the loop that its first segment opened.

        Where the guide has no place for that segment, the loop is named :data:`~denialml.x12.walk.LOST`.
        """
        if group.name == "ST":
            self._stack = [Loop("", group.delimiters)]
        walker = Walker.of(self._transaction, group.delimiters)
        opened: Loop | None = None
        for place, raw in enumerate(group.raws):
            elements = _elements(raw, group.delimiters)
            spec, self._state = walker.place(self._state, elements)
            if spec is None:
                if not place:
                    return self._unknown(group)
                holder = self._holder(self._state.removeprefix(LOST))
            elif spec.opens and spec.loop.id:
                holder = self._enter(spec.loop, group.delimiters)
            else:
                holder = self._holder(spec.loop.id)
            holder.add(raw, elements, place)
            if opened is None:
                opened = holder
        assert opened is not None
        return opened

    def _unknown(self, group: Group) -> Loop:
        """A group that the guide has no place for, apart from what stands before it."""
        unknown = Loop(LOST, group.delimiters, self._stack[-1])
        for place, raw in enumerate(group.raws):
            unknown.add(raw, _elements(raw, group.delimiters), place)
        return unknown

    def _enter(self, loop: LoopSpec, delimiters: Delimiters) -> Loop:
        """Open a loop in the nearest one that may hold it; where none is open, in the transaction."""
        stack = self._stack
        parents = self._parents.get(loop.id)
        if parents is None:
            parents = self._parents[loop.id] = frozenset(parent.id for parent in loop.parents)
        depth = len(stack) - 1
        while depth and stack[depth].id not in parents:
            depth -= 1
        del stack[depth + 1 :]
        if loop.opener.name == "HL":  # a level is its own group; those below find it as ``above``
            inner = Loop(loop.id, delimiters, stack[depth])
        else:
            inner = Loop(loop.id, delimiters)
            stack[depth].loops.append(inner)
        stack.append(inner)
        return inner

    def _holder(self, wanted: str) -> Loop:
        """The open loop of that kind, else the innermost."""
        for loop in reversed(self._stack):
            if loop.id == wanted:
                return loop
        return self._stack[-1]


@cache
def _parents_of(_transaction: str) -> dict[str, frozenset[str]]:
    """The loops that may hold a loop, filled as loops are met."""
    return {}


class TreeBody:
    """Reads the groups of one transaction of a guide (see the envelope's body protocol).

    ``marks`` name the segments that begin a group: ``HL`` for those of levels. ``build`` is called with the loop that a
    group begins, whose ``above`` leads to the levels around it, and with the transaction's own loop; it returns the
    messages that stand there.
    """

    def __init__(self, transaction: str, marks: Sequence[str], build: Callable[[Loop, Loop], Iterable[Value]]) -> None:
        self.marks = frozenset(marks)
        self.claims = 0
        self.refused = 0
        self.head_refused = False
        self._tree = Tree(transaction)
        self._build = build

    def take(self, group: Group) -> Iterator[Event]:
        """Events of one group."""
        opened = self._tree.grow(group)
        try:
            group.check_length("HL")
            messages = list(self._build(opened, self._tree.head))
        except BadValueError as error:
            opened.kept = opened.unused()
            self.refused += 1
            self.head_refused = self.head_refused or group.name == "ST"
            yield group.refused("", group.problem(_place(group, opened, error), error))
            return
        kept = opened.kept = opened.unused()
        around = opened.kept_around() + kept if messages else kept
        for message in messages:
            self.claims += 1
            yield MessageRead(message, group.span(), around)
        if kept:
            yield group.unmodelled(kept, 0)


def _place(group: Group, opened: Loop, error: BadValueError) -> int:
    """Where in the group the segment stands that an error is about: that taken last, or before it one that holds it.

    A builder may take all segments of a kind before it reads the first.
    """
    last = _place_of(opened)
    separator = group.delimiters.element
    for place in range(last, -1, -1) if error.text else ():
        if any(error.text in element for element in group.raws[place].split(separator)[1:]):
            return place
    return last


def _place_of(loop: Loop) -> int:
    """Where in the group the segment stands that was taken last."""
    return max([loop.last_taken, *(_place_of(inner) for inner in loop.loops)])
