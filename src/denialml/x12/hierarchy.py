"""Levels (HL) as they are written: shared by messages that follow each other and agree in them, then numbered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from denialml.x12.segments import SegmentWriter

Write = Callable[[SegmentWriter], None]


@dataclass(frozen=True)
class Level:
    """One level of a message: its kind, what tells it from another one, and its segments after HL."""

    code: str
    key: object
    write: Write


@dataclass
class _Node:
    """A level that is to be written: where its parent stands, and all that hangs under its HL."""

    level: Level
    parent: int
    writes: list[Write] = field(default_factory=list)
    has_children: bool = False


class Plan:
    """The levels of one transaction set, in their order, before they are numbered.

    Levels of the codes ``unsaid`` never have others below them and do not say so (HL04).
    """

    def __init__(self, *, unsaid: frozenset[str] = frozenset()) -> None:
        self._unsaid = unsaid
        self._nodes: list[_Node] = []
        self._open: list[int] = []

    def add(self, levels: Sequence[Level], content: Write, *, fresh: int) -> None:
        """Hang content under the last of the levels; those from ``fresh`` on are not shared with what stands before."""
        shared = 0
        for at, level in zip(self._open, levels, strict=False):
            opened = self._nodes[at].level
            if (opened.code, opened.key) != (level.code, level.key):
                break
            shared += 1
        shared = min(shared, fresh)
        del self._open[shared:]
        for level in levels[shared:]:
            parent = self._open[-1] if self._open else -1
            if parent >= 0:
                self._nodes[parent].has_children = True
            self._open.append(len(self._nodes))
            self._nodes.append(_Node(level, parent, [level.write]))
        self._nodes[self._open[-1]].writes.append(content)

    def close(self) -> None:
        """Share the level added last with nothing that follows."""
        self._open.pop()

    def write(self, writer: SegmentWriter) -> None:
        """HL by HL."""
        for number, node in enumerate(self._nodes, 1):
            parent = str(node.parent + 1) if node.parent >= 0 else ""
            below = "" if node.level.code in self._unsaid else str(int(node.has_children))
            writer.add("HL", str(number), parent, node.level.code, below)
            for write in node.writes:
                write(writer)
