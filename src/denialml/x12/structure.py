"""The structure of one transaction set against its guide, and its situational rules (SNIP 2 and 4).

Which loops stand in which, what is missing, stands too often or in the wrong place.

Loops are closed as soon as another begins, so that memory does not grow with the set: what stays open is one chain of
loops, and of closed ones only what a rule or a balance looks at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from denialml.x12.guide import MANY, Condition, Guide, LoopSpec, Rule, SegmentSpec
from denialml.x12.tokens import Delimiters

_REMEMBERED: Final = 1 << 12  # shapes of loops that were found in order
_LONGEST_KEPT: Final = 4096  # segments or loops of one loop that are looked at; no guide allows more in one claim


class Seen(NamedTuple):
    """A segment at its place: ``number`` in the file, ``position`` in the set, ``offset`` in bytes."""

    spec: SegmentSpec
    raw: str
    number: int
    position: int
    offset: int


class Problem(NamedTuple):
    """Something wrong with the structure, at a segment; ``label`` names what is missing or too many.

    ``position`` is that of the segment, or of the one that should stand there. ``rule`` is set when a rule says so.
    """

    code: str
    loop: str
    segment: str
    at: Seen
    position: int
    label: str = ""
    rule: Rule | None = None


class Instance:
    """One loop as it stands in the set."""

    __slots__ = ("_indexed", "_names", "counts", "first", "kept", "last", "segments", "sequence", "spec")

    def __init__(self, spec: LoopSpec, first: Seen) -> None:
        self.spec = spec
        self.first = first
        self.last = first
        self.segments: list[Seen] = []
        self.kept: dict[str, list[Instance]] = {}  # closed loops in it that something looks at
        self.sequence: list[int] = []  # places in the guide of its segments and loops; unlimited runs count once
        self.counts: defaultdict[int, int] = defaultdict(int)  # by place
        self._names: dict[str, list[Seen]] = {}
        self._indexed = 0

    def add(self, place: int, seen: Seen, most: int) -> None:
        """Count a segment, or a loop in it, by its place in the guide, which allows ``most`` of them."""
        new = most != MANY or not self.sequence or self.sequence[-1] != place
        if new and len(self.sequence) < _LONGEST_KEPT:
            self.sequence.append(place)
        self.counts[place] += 1
        self.last = seen

    def named(self, name: str) -> Sequence[Seen]:
        """Its segments of that name, in file order."""
        if self._indexed != len(self.segments):
            self._indexed = len(self.segments)
            self._names = {}
            for seen in self.segments:
                self._names.setdefault(seen.spec.entry.name, []).append(seen)
        return self._names.get(name, ())

    def elements(self, name: str, delimiters: Delimiters, key: str = "") -> Iterator[list[str]]:
        """The elements of its segments of that name, the name first; with a key, of those alone."""
        for seen in self.named(name):
            if not key or key in seen.spec.key_codes:
                elements = _split(seen.raw, delimiters.element)
                if not key or _key(seen.spec, elements, delimiters) == key:
                    yield elements


@lru_cache(1 << 12)
def _split(raw: str, separator: str) -> list[str]:
    """Several rules and balances look at the same segment. Nobody changes the list."""
    return raw.split(separator)


class Structure:
    """Follows the segments of one set. Each step returns the problems that are certain by then."""

    def __init__(self, guide: Guide, delimiters: Delimiters, watched: Iterable[str] = ()) -> None:
        self.guide = guide
        self._delimiters = delimiters
        self._rules = _rules_by_loop(guide)
        self._watched = _looked_at(guide) | set(watched)
        self._sound: set[tuple[str, tuple[int, ...]]] = set()
        self._speaking: dict[tuple[str, frozenset[int]], list[Rule]] = {}
        self.open: list[Instance] = []
        self.closed: list[Instance] = []  # loops that the last step closed, innermost first

    def take(self, seen: Seen) -> list[Problem]:
        """One segment that has a place in the guide."""
        spec = seen.spec
        if self.closed:
            self.closed = []
        if not self.open:
            self.open.append(Instance(self.guide.root, seen))
        if spec.opens and spec.loop.id:
            return self._enter(seen)
        problems: list[Problem] = []
        innermost = self.open[-1]
        if innermost.spec is spec.loop:
            self._count(innermost, seen)
            return problems
        holder = self._holder(spec.loop)
        if holder is None:  # a segment of a loop that is not open
            return [Problem("missing-loop", spec.loop.id, spec.name, seen, seen.position, f"loop {spec.loop.id}")]
        if self._leaves(holder, spec):
            problems = self._close_below(holder)
        else:
            problems.append(Problem("misplaced-segment", spec.loop.id, spec.name, seen, seen.position, spec.label))
        self._count(holder, seen)
        return problems

    def end(self) -> list[Problem]:
        """The set is over: close everything."""
        self.closed = []
        problems: list[Problem] = []
        while self.open:
            problems += self._close()
        return problems

    def _holder(self, loop: LoopSpec) -> Instance | None:
        return next((each for each in reversed(self.open) if each.spec is loop), None)

    def _leaves(self, holder: Instance, spec: SegmentSpec) -> bool:
        """Whether a segment ends the loops that are open in its loop, as one does that stands after them."""
        place = self.open.index(holder)
        # A loop whose parent is missing stands where the guide has no place for it: any segment ends it.
        return spec.order > holder.spec.orders.get(self.open[place + 1].spec.id, -1)

    def _enter(self, seen: Seen) -> list[Problem]:
        loop = seen.spec.loop
        holder = next((each for each in reversed(self.open) if each.spec in loop.parents), None)
        problems: list[Problem] = []
        if holder is None:
            parent = loop.parents[0]
            problems.append(Problem("missing-loop", loop.id, seen.spec.name, seen, seen.position, f"loop {parent.id}"))
            holder = self.open[0]
        problems += self._close_below(holder)
        last = len(holder.spec.segments) + len(holder.spec.loops)
        place = holder.spec.orders.get(loop.id, last)
        holder.add(place, seen, loop.most)
        if holder.counts[place] == loop.most + 1:
            problems.append(Problem("too-many-loops", loop.id, seen.spec.name, seen, seen.position, f"loop {loop.id}"))
        self.open.append(Instance(loop, seen))
        self._count(self.open[-1], seen)
        return problems

    def _count(self, holder: Instance, seen: Seen) -> None:
        holder.add(seen.spec.order, seen, seen.spec.most)
        if len(holder.segments) < _LONGEST_KEPT:
            holder.segments.append(seen)

    def _close_below(self, holder: Instance) -> list[Problem]:
        problems: list[Problem] = []
        while self.open[-1] is not holder:
            problems += self._close()
        return problems

    def _close(self) -> list[Problem]:
        instance = self.open[-1]
        problems = self._shape(instance)
        for rule in self._rules_for(instance):
            problems += self._check_rule(rule, instance)
        self.open.pop()
        self.closed.append(instance)
        if self.open and instance.spec.id in self._watched:
            alike = self.open[-1].kept.setdefault(instance.spec.id, [])
            if len(alike) < _LONGEST_KEPT:
                alike.append(instance)
        return problems

    # Order, presence and repeats

    def _shape(self, instance: Instance) -> list[Problem]:
        signature = instance.spec.id, tuple(instance.sequence)
        if signature in self._sound:
            return []
        problems = list(_shape_problems(instance))
        if not problems and len(self._sound) < _REMEMBERED:
            self._sound.add(signature)
        return problems

    # Rules

    def _rules_for(self, instance: Instance) -> Sequence[Rule]:
        """The rules of a loop that can speak, given which segments and loops stand in it: few, for most claims."""
        rules = self._rules.get(instance.spec.id, ())
        if not rules or len(instance.sequence) >= _LONGEST_KEPT:
            return rules
        signature = instance.spec.id, frozenset(instance.sequence)
        found = self._speaking.get(signature)
        if found is None:
            found = [rule for rule in rules if _can_speak(rule, instance.spec, signature[1])]
            if len(self._speaking) < _REMEMBERED:
                self._speaking[signature] = found
        return found

    def _check_rule(self, rule: Rule, instance: Instance) -> Iterator[Problem]:
        if all(self._holds(condition, instance) for condition in rule.conditions):
            target = rule.target
            if self._holds(target, instance) == rule.forbids:
                label = f"loop {target.loop}" if not target.segment else target.segment
                label += f"*{target.key}" if target.key else ""
                label += f"{target.element:02d}" if target.element else ""
                segment = target.segment or self.guide.loops[target.loop].opener.name
                position = instance.last.position + 1 if not rule.forbids else instance.first.position
                yield Problem(rule.id, instance.spec.id, segment, instance.first, position, label, rule)

    def _holds(self, condition: Condition, instance: Instance) -> bool:
        if not condition.segment:
            return (_held(instance, self.guide.loops[condition.loop]) > 0) == condition.wanted
        own = condition.loop == instance.spec.id
        found = any(
            self._found(condition, each) for each in ((instance,) if own else self._outside(condition, instance))
        )
        return found if condition.values else found == condition.wanted

    def _found(self, condition: Condition, instance: Instance) -> bool:
        """Whether a loop holds the segment, or a value in its element that the condition names or any."""
        if not instance.named(condition.segment):
            return False
        for elements in instance.elements(condition.segment, self._delimiters, condition.key):
            if not condition.element:
                return True
            text = elements[condition.element] if condition.element < len(elements) else ""
            if condition.component:
                parts = text.split(self._delimiters.component)
                text = parts[condition.component - 1] if condition.component <= len(parts) else ""
            if (text in condition.values) if condition.values else text:
                return True
        return False

    def _outside(self, condition: Condition, instance: Instance) -> list[Instance]:
        """The loop around this one that a condition is about, or the loops inside it."""
        outer = [each for each in self.open if each.spec.id == condition.loop]
        return outer[-1:] or inner_instances(instance, condition.loop)


def _can_speak(rule: Rule, loop: LoopSpec, places: frozenset[int]) -> bool:
    """Whether a rule can be broken in a loop whose segments and loops stand at these places of the guide."""
    for condition in rule.conditions:
        stands = _stands(condition, loop, places)
        if stands is not None and stands != (condition.wanted or bool(condition.values)):
            return False
    return _stands(rule.target, loop, places) in {None, rule.forbids}


def _stands(condition: Condition, loop: LoopSpec, places: frozenset[int]) -> bool | None:
    """Whether a loop holds what a condition names, as far as the places alone tell; none when they do not."""
    if not condition.segment:
        place = loop.orders.get(condition.loop)
        return None if place is None else place in places
    if condition.loop != loop.id:
        return None
    for spec in loop.segments:
        if spec.order in places and spec.name == condition.segment:
            if not condition.key and not condition.element:
                return True
            if not condition.key or condition.key in spec.key_codes:
                return None
    return False


def _key(spec: SegmentSpec, elements: list[str], delimiters: Delimiters) -> str:
    """The code that tells a segment from others of its name."""
    element, component = spec.entry.key
    text = elements[element] if element < len(elements) else ""
    return "".join(text.split(delimiters.component)[component - 1 : component]) if component else text


def inner_instances(instance: Instance, loop: str) -> list[Instance]:
    """The closed loops of one id in a loop, at any depth, as far as they were kept."""
    found = list(instance.kept.get(loop, ()))
    for children in instance.kept.values():
        for child in children:
            if child.spec.id != loop:
                found += inner_instances(child, loop)
    return found


def _held(instance: Instance, loop: LoopSpec) -> int:
    """How many loops of a kind stand directly in a loop."""
    place = instance.spec.orders.get(loop.id)
    return instance.counts[place] if place is not None else len(inner_instances(instance, loop.id))


def _shape_problems(instance: Instance) -> Iterator[Problem]:
    spec = instance.spec
    loops = {spec.orders[loop.id]: loop for loop in spec.loops}
    highest = -1
    for seen in instance.segments:
        late = seen.spec
        if late.rank < highest:
            yield Problem("misplaced-segment", spec.id, late.name, seen, seen.position, late.label)
        highest = max(highest, late.rank)
    for segment in spec.segments:
        count = instance.counts[segment.order]
        if segment.required and not count:
            at, position = _before(instance, segment.order)
            yield Problem("missing-segment", spec.id, segment.name, at, position, segment.label)
        elif count > segment.most:
            extra = [each for each in instance.segments if each.spec is segment][segment.most :] or [instance.first]
            yield Problem("too-many-segments", spec.id, segment.name, extra[0], extra[0].position, segment.label)
    for place, loop in loops.items():
        if loop.required and not instance.counts[place]:
            at, position = _before(instance, place)
            yield Problem("missing-required-loop", spec.id, loop.opener.name, at, position, f"loop {loop.id}")


def _before(instance: Instance, place: int) -> tuple[Seen, int]:
    """The last segment of a loop that stands before a place of the guide, and the position right after it."""
    earlier = [each for each in instance.segments if each.spec.order < place]
    at = earlier[-1] if earlier else instance.first
    return at, at.position + 1


def _rules_by_loop(guide: Guide) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in guide.rules:
        found.setdefault(rule.loop, []).append(rule)
    return found


def _looked_at(guide: Guide) -> set[str]:
    """Loops that a rule of a loop around them looks at, and those on the way to them."""
    wanted: set[str] = set()
    for rule in guide.rules:
        for condition in (*rule.conditions, rule.target):
            wanted |= _between(guide.loops[rule.loop], condition.loop)
    return wanted


def _between(outer: LoopSpec, inner: str) -> set[str]:
    """Ids of the loops from below one loop down to another inside it; none when it is not inside."""
    found: set[str] = set()
    for loop in outer.loops:
        below = {inner} if loop.id == inner else _between(loop, inner)
        if below:
            found |= below | {loop.id}
    return found
