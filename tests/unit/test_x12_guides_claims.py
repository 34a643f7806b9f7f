"""The guides of claims and remittances say what pyx12's maps say: loops, usage, repeats, codes, types and lengths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
import pyx12

from denialml.x12.guide import MANY, Element, LoopSpec, SegmentSpec, dictionary, guide, segments_of

MAPS: Final = Path(pyx12.__file__).parent / "map"
MAPPED: Final = {
    "837P": "837.5010.X222.A1.xml",
    "837I": "837Q3.I.5010.X223.A1.v2.xml",
    "835": "835.5010.X221.A1.v2.xml",
}
# Where ours and pyx12's map differ, with the reason.
_BOTH_PWK: Final = "one entry for what pyx12 has as two that no code parts: documents, and how the certificate is sent"
_EVERY_REASON: Final = "pyx12 lists the codes of the first reason only"
KNOWN: Final = {
    "837P  ST*837 03": "the guide requires it; pyx12 lets it be left out",
    "837I  ST*837 03": "the guide requires it; pyx12 lets it be left out",
    "837P  BHT*0019 06": "31, a plan asking for money back, is missing in pyx12",
    **dict.fromkeys(("837P 2400 PWK repeat", *(f"837P 2400 PWK 0{at}" for at in (1, 2, 5, 6))), _BOTH_PWK),
    **dict.fromkeys((f"835  PLB {at}-1" for at in ("05", "07", "09", "11", "13")), _EVERY_REASON),
}
_ENVELOPE: Final = frozenset({"ISA", "GS", "GE", "IEA", "TA1"})


def value(node: ET.Element, name: str) -> str:
    """A property of a map's node: an attribute in new maps, a child in old ones."""
    return node.get(name) or node.findtext(name) or ""


def mapped(transaction: str) -> Iterator[tuple[str, ET.Element]]:
    """Each segment of a map, with the loop it stands in; a loop that stands in two places comes once."""
    tree = ET.parse(MAPS / MAPPED[transaction])
    seen = set()
    for loop in tree.iter("loop"):
        identifier = loop.get("xid", "")
        inside = identifier if identifier in guide(transaction).loops else ""
        if inside and inside in seen:
            continue
        seen.add(inside)
        for segment in loop.findall("segment"):
            if segment.get("xid") not in _ENVELOPE:
                yield inside, segment


def codes(node: ET.Element) -> frozenset[str]:
    found = node.find("valid_codes")
    return frozenset(code.text or "" for code in found.findall("code")) if found is not None else frozenset()


def theirs(segment: ET.Element) -> dict[str, tuple[str, frozenset[str]]]:
    """Usage and codes of each element and component that a segment of a map uses."""
    found = {}
    for node in segment:
        if node.tag not in {"element", "composite"} or value(node, "usage") == "N":
            continue
        name = f"{int(value(node, 'seq')):02d}"
        found[name] = value(node, "usage"), codes(node)
        for part in node.findall("element"):
            if value(part, "usage") != "N":
                found[f"{name}-{int(value(part, 'seq'))}"] = value(part, "usage"), codes(part)
    return found


def ours(spec: SegmentSpec) -> dict[str, tuple[str, frozenset[str]]]:
    found = {}
    for number, use in spec.uses.items():
        found[f"{number:02d}"] = "R" if use.required else "S", use.codes
        for part, inner in use.parts.items():
            found[f"{number:02d}-{part}"] = "R" if inner.required else "S", inner.codes
    return found


def key_codes(spec: SegmentSpec, segment: ET.Element) -> frozenset[str]:
    element, component = spec.entry.key
    return theirs(segment).get(f"{element:02d}" + (f"-{component}" if component else ""), ("", frozenset()))[1]


def of_map(transaction: str, loop: str, segment: ET.Element) -> SegmentSpec | None:
    """Our segment for one of a map: the one whose key shares a code with it."""
    for spec in guide(transaction).loops[loop].segments:
        if spec.name == segment.get("xid"):
            wanted = key_codes(spec, segment)
            if not spec.key_codes or not wanted or spec.key_codes & wanted:
                return spec
    return None


def differences(transaction: str) -> Iterator[str]:
    for loop, segment in mapped(transaction):
        spec = of_map(transaction, loop, segment)
        if spec is None:
            yield f"{transaction} {loop} {segment.get('xid')} is missing"
            continue
        where = f"{transaction} {loop} {spec.label}"
        if ("R" if spec.required else "S") != value(segment, "usage"):
            yield f"{where} usage"
        most = value(segment, "max_use")
        if spec.most != (MANY if most == ">1" else int(most)):
            yield f"{where} repeat"
        own, other = ours(spec), theirs(segment)
        for name in sorted(own.keys() | other.keys()):
            if own.get(name) != other.get(name):
                yield f"{where} {name}"


@pytest.mark.parametrize("transaction", MAPPED)
def test_usage_repeats_and_codes_are_those_of_the_maps(transaction: str) -> None:
    found = list(differences(transaction))
    assert [each for each in found if each not in KNOWN] == []
    assert {each for each in KNOWN if each.startswith(transaction)} <= set(found)


@pytest.mark.parametrize("transaction", MAPPED)
def test_no_segment_is_ours_alone(transaction: str) -> None:
    known = {of_map(transaction, loop, segment) for loop, segment in mapped(transaction)}
    assert [spec.label for spec in segments_of(guide(transaction).root) if spec not in known] == []


def loops_of_map(transaction: str) -> Iterator[ET.Element]:
    tree = ET.parse(MAPS / MAPPED[transaction])
    yield from (loop for loop in tree.iter("loop") if loop.get("xid", "")[0].isdigit())


def shape(loop: LoopSpec) -> tuple[str, int]:
    return ("R" if loop.required else "S"), loop.most


@pytest.mark.parametrize("transaction", MAPPED)
def test_loops_are_those_of_the_maps(transaction: str) -> None:
    own = guide(transaction).loops
    seen = set()
    for loop in loops_of_map(transaction):
        identifier, most = loop.get("xid", ""), value(loop, "repeat")
        seen.add(identifier)
        expected = value(loop, "usage"), MANY if most == ">1" else int(most)
        if identifier == "2300":  # whether it is required depends on the level: rules of ours say that
            expected = "S", expected[1]
        assert shape(own[identifier]) == expected, identifier
    assert own.keys() - {""} == seen


def types() -> dict[str, tuple[str, int, int]]:
    tree = ET.parse(MAPS / "dataele.xml")
    return {
        node.get("ele_num", ""): (node.get("data_type", ""), int(node.get("min_len", 0)), int(node.get("max_len", 0)))
        for node in tree.iter("data_ele")
    }


@pytest.mark.parametrize("transaction", MAPPED)
def test_types_and_lengths_are_those_of_the_maps(transaction: str) -> None:
    known = types()
    checked = 0
    for _, segment in mapped(transaction):
        entry = dictionary()[segment.get("xid", "")]
        for node in segment.iter("element"):
            number, _, part = (node.get("xid") or "")[len(entry.name) :].partition("-")
            element: Element = entry.elements[int(number)]
            if part:
                element = element.parts[int(part)]
            if element.parts:  # a composite that the guide does not use, and the map does not take apart
                continue
            expected = known[value(node, "data_ele")]
            assert (element.kind, element.shortest, element.longest) == expected, node.get("xid")
            checked += 1
    assert checked > 400
