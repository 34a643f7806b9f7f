"""The implementation guides as data: loops, segments, elements, usage, repeats and codes, in our own words.

Each transaction is a YAML file in ``guides/``; ``guides/segments.yaml`` is the dictionary of segments that all share
(data types, lengths, conditions between elements). What is loaded here drives reading (:mod:`denialml.x12.walk`),
validation, acknowledgements, the check of what is written, and the reference in ``docs/``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from denialml.errors import DenialmlError

TRANSACTIONS: Final = ("837P", "837I", "835", "270", "271", "276", "277", "277CA", "999")
ENVELOPE: Final = "envelope"  # the guide of the segments around transaction sets
MANY: Final = 1 << 31  # a repeat that the guide leaves open
_TYPES: Final = frozenset({"AN", "ID", "R", "N0", "N2", "DT", "TM"})
_NOTES: Final = frozenset("PRECL")


class GuideError(DenialmlError):
    """A guide of ours contradicts itself or the dictionary: a fault of the program, found by its tests."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element or component as the dictionary knows it: data type and length in characters (X12.5)."""

    name: str
    kind: str  # a data type, or empty for a composite
    shortest: int
    longest: int
    parts: Mapping[int, Element]


@dataclass(frozen=True, slots=True)
class ElementUse:
    """An element or component at one place of a guide. ``codes`` is empty where any value of its type is allowed."""

    number: int
    element: Element
    required: bool
    codes: frozenset[str]
    repeat: int
    parts: Mapping[int, ElementUse]


@dataclass(frozen=True, slots=True)
class Entry:
    """A segment of the dictionary.

    ``key`` is the element, and component if any, whose codes tell segments of the same name apart; 0 where none does
    and a code that is missing or unknown must not hide what the segment opens. ``notes`` are conditions between
    elements: a letter (P all or none, R at least one, E at most one, C the first needs the others, L the first needs
    one of the others) and element numbers.
    """

    name: str
    title: str
    key: tuple[int, int]
    elements: Mapping[int, Element]
    notes: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True, eq=False)
class SegmentSpec:
    """A segment at one place of a guide.

    ``order`` is its place in its loop, ``opens`` whether it begins the loop. ``rank`` is its place in the standard:
    neighbours of the same name (a REF for each kind of number, a DTP for each date) share one, and may stand in any
    order.
    """

    loop: LoopSpec
    entry: Entry
    title: str
    required: bool
    most: int
    order: int
    rank: int
    opens: bool
    uses: Mapping[int, ElementUse]
    needed: tuple[int, ...]  # numbers of the elements that are required
    key_codes: frozenset[str]

    @property
    def name(self) -> str:
        """The segment's identifier."""
        return self.entry.name

    @property
    def label(self) -> str:
        """Identifier and, where it is told apart by one code, that code: ``REF*G1``."""
        return f"{self.name}*{next(iter(self.key_codes))}" if len(self.key_codes) == 1 else self.name


class LoopSpec:
    """A loop: the segments and loops it holds, in order. The outermost one, with an empty id, is the transaction.

    A loop that stands in several places of a guide (2300 under the subscriber and under the patient) is one object
    with several parents.
    """

    def __init__(self, identifier: str, title: str, *, required: bool, most: int) -> None:
        self.id = identifier
        self.title = title
        self.required = required
        self.most = most
        self.segments: list[SegmentSpec] = []
        self.loops: list[LoopSpec] = []
        self.parents: list[LoopSpec] = []
        self.orders: dict[str, int] = {}  # place of each loop it holds, among its segments and loops

    def __repr__(self) -> str:
        return f"LoopSpec({self.id or 'transaction'})"

    @property
    def opener(self) -> SegmentSpec:
        """The segment that begins it."""
        return self.segments[0]


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold in a loop, or one around it, for a rule to apply.

    ``values`` are the codes that fulfil it; ``present`` and ``absent`` are told by ``wanted``.
    """

    loop: str
    segment: str
    key: str
    element: int
    component: int
    values: frozenset[str]
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A situational rule between segments of a guide (WEDI SNIP type 4). ``forbids`` turns ``target`` round."""

    id: str
    loop: str
    conditions: tuple[Condition, ...]
    target: Condition
    forbids: bool
    say: str
    do: str


@dataclass(frozen=True, slots=True)
class Guide:
    """One transaction as its implementation guide describes it. ``group`` is its GS01."""

    transaction: str
    set_id: str
    version: str
    accepts: tuple[str, ...]
    group: str
    title: str
    root: LoopSpec
    loops: Mapping[str, LoopSpec]
    rules: tuple[Rule, ...]


@cache
def guide(transaction: str) -> Guide:
    """The guide of one of :data:`TRANSACTIONS`, or of the :data:`ENVELOPE`.

    Raises:
        GuideError: there is none, or its file contradicts itself.
    """
    if transaction not in (*TRANSACTIONS, ENVELOPE):
        raise GuideError(f"there is no guide for {transaction}")
    text = _load(transaction)
    builder = _Builder(transaction, dictionary())
    root = builder.root(text["body"])
    rules = tuple(builder.rule(each) for each in text.get("rules") or ())
    return Guide(
        transaction, text["set_id"], text["version"], tuple(text["accepts"]), text["group"], text["name"], root,
        builder.loops, rules,
    )  # fmt: skip


def guide_for(set_id: str, version: str) -> Guide | None:
    """The guide that a transaction set declares by ST01 and GS08 or ST03, or none."""
    for transaction in TRANSACTIONS:
        expected, accepted = _headings()[transaction]
        if set_id == expected and version.startswith(accepted):
            return guide(transaction)
    return None


@cache
def _headings() -> dict[str, tuple[str, tuple[str, ...]]]:
    """ST01 and the versions of each guide, read without its body."""
    found = {}
    for transaction in TRANSACTIONS:
        text = files("denialml.x12").joinpath("guides", f"{transaction}.yaml").read_text("utf-8")
        head: Any = yaml.load(text.partition("\nbody:")[0], _LOADER)  # noqa: S506 - a safe loader either way
        found[transaction] = str(head["set_id"]), tuple(map(str, head["accepts"]))
    return found


@cache
def dictionary() -> Mapping[str, Entry]:
    """Every segment we know, by its identifier.

    Raises:
        GuideError: an entry is malformed.
    """
    return {str(name): _entry(str(name), text) for name, text in _load("segments").items()}


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where libyaml is there: ten times faster


def _load(name: str) -> Any:
    text = files("denialml.x12").joinpath("guides", f"{name}.yaml").read_text("utf-8")
    return yaml.load(text, _LOADER)  # noqa: S506 - a safe loader either way


def _entry(name: str, text: Mapping[str, Any]) -> Entry:
    element, _, component = str(text.get("key", 1)).partition("-")
    elements = {int(number): _element(name, item) for number, item in (text.get("elements") or {}).items()}
    notes = []
    for note in text.get("notes") or ():
        numbers = tuple(int(note[at : at + 2]) for at in range(1, len(note), 2))
        if note[0] not in _NOTES or len(numbers) < 2 or not elements.keys() >= set(numbers):
            raise GuideError(f"segments: the note {note} of {name} names no such elements")
        notes.append((note[0], numbers))
    return Entry(name, str(text["name"]), (int(element), int(component or 0)), elements, tuple(notes))


def _element(name: str, item: Any) -> Element:
    if isinstance(item, dict):
        parts = {int(number): _element(name, part) for number, part in item["parts"].items()}
        return Element(str(item["name"]), "", 1, 0, parts)
    kind, shortest, longest, title = item
    if kind not in _TYPES or not 0 < shortest <= longest:
        raise GuideError(f"segments: {name} has an element of no known type or length: {item}")
    return Element(str(title), kind, int(shortest), int(longest), {})


class _Builder:
    """Makes the loops of one guide."""

    def __init__(self, transaction: str, entries: Mapping[str, Entry]) -> None:
        self._transaction = transaction
        self._entries = entries
        self._texts: dict[str, Any] = {}
        self.loops: dict[str, LoopSpec] = {}

    def root(self, body: Any) -> LoopSpec:
        root = LoopSpec("", "transaction", required=True, most=MANY)
        self.loops[""] = root
        self._fill(root, body)
        return root

    def _fill(self, loop: LoopSpec, body: Any) -> None:
        rank, before = 0, ""
        for order, item in enumerate(body):
            name = str(item.get("segment", ""))
            rank, before = rank + (not name or name != before), name
            if "loop" in item:
                inner = self._loop(item)
                inner.parents.append(loop)
                loop.loops.append(inner)
                loop.orders[inner.id] = order
            else:
                loop.segments.append(self._segment(loop, order, rank, item))
        if not loop.segments or loop.segments[0].order != 0:
            raise self._error(f"loop {loop.id} does not begin with a segment")

    def _loop(self, item: Mapping[str, Any]) -> LoopSpec:
        identifier = str(item["loop"])
        if identifier in self.loops:
            if self._texts[identifier] != item:
                raise self._error(f"loop {identifier} stands there twice, and differs")
            return self.loops[identifier]
        loop = LoopSpec(identifier, str(item["name"]), required=item["use"] == "R", most=_most(item["max"]))
        self._texts[identifier] = item
        self.loops[identifier] = loop
        self._fill(loop, item["body"])
        return loop

    def _segment(self, loop: LoopSpec, order: int, rank: int, item: Mapping[str, Any]) -> SegmentSpec:
        name = str(item["segment"])
        entry = self._entries.get(name)
        if entry is None:
            raise self._error(f"the dictionary has no segment {name}")
        where = f"{loop.id}/{name}"
        uses = {
            int(number): self._use(f"{where}{int(number):02d}", int(number), entry.elements.get(int(number)), text)
            for number, text in (item.get("elements") or {}).items()
        }
        element, component = entry.key
        use = uses.get(element)
        if use is not None and component:
            use = use.parts.get(component)
        return SegmentSpec(
            loop, entry, str(item.get("name", entry.title)), item["use"] == "R", _most(item["max"]), order, rank,
            order == 0, uses, tuple(number for number, each in uses.items() if each.required),
            use.codes if use is not None else frozenset(),
        )  # fmt: skip

    def _use(self, where: str, number: int, element: Element | None, text: Any) -> ElementUse:
        if element is None:
            raise self._error(f"the dictionary has no {where}")
        if isinstance(text, str):
            usage, *codes = text.split()
            repeat, parts = 1, dict[int, Any]()
        else:
            usage, codes = text["use"], [str(code) for code in text.get("codes") or ()]
            repeat, parts = int(text.get("repeat", 1)), text.get("parts") or {}
        if usage not in {"R", "S"}:
            raise self._error(f"{where} is neither R nor S")
        inner = {
            int(part): self._use(f"{where}-{part}", int(part), element.parts.get(int(part)), each)
            for part, each in parts.items()
        }
        if bool(inner) != bool(element.parts):
            raise self._error(f"{where} is a composite, and its parts are not told")
        return ElementUse(number, element, usage == "R", frozenset(codes), repeat, inner)

    def rule(self, text: Mapping[str, Any]) -> Rule:
        loop = str(text["loop"])
        if loop not in self.loops:
            raise self._error(f"rule {text['id']} is about no loop of the guide: {loop}")
        conditions = tuple(self._condition(loop, str(ref), values) for ref, values in (text.get("when") or {}).items())
        forbids = "forbid" in text
        target = self._condition(loop, str(text["forbid" if forbids else "need"]), "present")
        return Rule(str(text["id"]), loop, conditions, target, forbids, str(text["say"]), str(text["do"]))

    def _condition(self, loop: str, reference: str, values: Any) -> Condition:
        """``REF*F8``, ``CLM05-3``, ``2000B/SBR02`` or ``loop 2310B``, and the values wanted there."""
        if reference.startswith("loop "):
            inner = reference.removeprefix("loop ").strip()
            if inner not in self.loops:
                raise self._error(f"a rule names loop {inner}, which is not there")
            return Condition(inner, "", "", 0, 0, frozenset(), wanted=values != "absent")
        outer, slash, rest = reference.rpartition("/")
        element, component = 0, 0
        rest, _, part = rest.partition("-")
        name, _, key = rest.partition("*")
        if not key and name not in self._entries and name[-2:].isdigit():
            name, element, component = name[:-2], int(name[-2:]), int(part or 0)
        where = outer if slash else loop
        if where not in self.loops or not any(each.name == name for each in self.loops[where].segments):
            raise self._error(f"a rule names {reference}, and loop {where} has no segment {name}")
        wanted = values != "absent"
        codes = frozenset() if values in ("present", "absent") else frozenset(map(str, values))
        return Condition(where, name, key, element, component, codes, wanted=wanted)

    def _error(self, message: str) -> GuideError:
        return GuideError(f"guide {self._transaction}: {message}")


def _most(text: Any) -> int:
    return MANY if text == "many" else int(text)


def segments_of(loop: LoopSpec) -> Iterator[SegmentSpec]:
    """All segments of a loop and of the loops in it, each loop once, in guide order."""
    seen: set[str] = set()

    def walk(each: LoopSpec) -> Iterator[SegmentSpec]:
        if each.id in seen:
            return
        seen.add(each.id)
        inner = {each.orders[child.id]: child for child in each.loops}
        own = {spec.order: spec for spec in each.segments}
        for order in range(len(inner) + len(own)):
            if order in own:
                yield own[order]
            else:
                yield from walk(inner[order])

    return walk(loop)
