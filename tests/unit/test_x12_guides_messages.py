"""The guides hold together, use words of our own, and agree with the maps of pyx12 where it has one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
import pyx12

from denialml.x12.faults import kinds
from denialml.x12.guide import TRANSACTIONS, ElementUse, SegmentSpec, guide, segments_of

MAPS: Final = Path(pyx12.__file__).parent / "map"
MAPPED: Final = {"277": "277.5010.X212.xml", "277CA": "277.5010.X214.xml", "999": "999.5010X231.A1.xml"}


def specs(transaction: str) -> Iterator[SegmentSpec]:
    return segments_of(guide(transaction).root)


def uses(spec: SegmentSpec) -> Iterator[tuple[str, ElementUse]]:
    for number, use in spec.uses.items():
        yield f"{spec.loop.id}/{spec.name}{number:02d}", use
        for part, inner in use.parts.items():
            yield f"{spec.loop.id}/{spec.name}{number:02d}-{part}", inner


@pytest.mark.parametrize("transaction", TRANSACTIONS)
def test_codes_fit_the_type_and_length_of_their_element(transaction: str) -> None:
    for spec in specs(transaction):
        for where, use in uses(spec):
            element = use.element
            for code in use.codes:
                assert element.shortest <= len(code) <= element.longest, (where, code)
                assert element.kind not in {"N0", "R", "DT", "TM"} or code.isdigit(), (where, code)


@pytest.mark.parametrize("transaction", TRANSACTIONS)
def test_segments_of_one_name_in_one_loop_are_told_apart(transaction: str) -> None:
    for loop in guide(transaction).loops.values():
        beginners = [*loop.segments, *(inner.opener for inner in loop.loops)]
        for one, other in combinations(beginners, 2):
            if one.name == other.name:
                assert one.key_codes, (loop.id, one.label)
                assert other.key_codes, (loop.id, other.label)
                assert not one.key_codes & other.key_codes, (loop.id, one.label, other.label)


@pytest.mark.parametrize("transaction", TRANSACTIONS)
def test_a_set_begins_with_st_and_ends_with_se(transaction: str) -> None:
    root = guide(transaction).root
    first, last = root.segments[0], root.segments[-1]
    assert (first.name, first.uses[1].codes) == ("ST", {guide(transaction).set_id})
    assert last.name == "SE"
    assert last.order > max(root.orders.values())


@pytest.mark.parametrize("transaction", TRANSACTIONS)
def test_rules_have_a_code_of_their_own_and_say_what_to_do(transaction: str) -> None:
    rules = guide(transaction).rules
    assert max(Counter((rule.loop, rule.conditions, rule.target) for rule in rules).values()) == 1
    assert not kinds().keys() & {rule.id for rule in rules}
    for rule in rules:
        assert rule.say, rule.id
        assert rule.do, rule.id
        assert rule.say != rule.do, rule.id


@pytest.mark.parametrize(
    ("transaction", "first", "second"),
    [("270", "2100C", "2100D"), ("271", "2110C", "2110D"), ("271", "2120C", "2120D"), ("276", "2210D", "2210E"),
     ("276", "2200D", "2200E"), ("277", "2200D", "2200E"), ("277", "2220D", "2220E")],
)  # fmt: skip
def test_a_dependent_is_told_like_a_subscriber(transaction: str, first: str, second: str) -> None:
    loops = guide(transaction).loops
    for one, other in zip(loops[first].segments, loops[second].segments, strict=True):
        assert (one.name, one.required, one.most, one.order) == (other.name, other.required, other.most, other.order)
        if one.name not in {"NM1", "INS"}:
            assert one.uses == other.uses, one.label


# pyx12's maps


def map_names() -> set[str]:
    """Wording of X12 as pyx12 quotes it: names of more than one word."""
    names = set()
    for path in [*MAPS.glob("*5010*.xml"), MAPS / "dataele.xml"]:
        for node in ET.parse(path).iter():
            names.add(" ".join((node.findtext("name") or node.get("name") or "").lower().split()))
    return {name for name in names if len(name.split()) > 2}


def test_no_name_of_ours_is_the_wording_of_x12() -> None:
    ours = set()
    for transaction in TRANSACTIONS:
        ours |= {loop.title for loop in guide(transaction).loops.values()}
        for spec in specs(transaction):
            ours |= {spec.title, spec.entry.title, *(use.element.name for _, use in uses(spec))}
    theirs = map_names()
    assert len(theirs) > 500
    assert not {name for name in ours if name.lower() in theirs}


def mapped(transaction: str) -> Iterator[tuple[str, str, ET.Element]]:
    """Loop id, segment name and node of each segment in pyx12's map."""
    tree = ET.parse(MAPS / MAPPED[transaction])
    for loop in tree.iter("loop"):
        identifier = loop.get("xid", "")
        inside = identifier if identifier in guide(transaction).loops else ""
        for segment in loop.findall("segment"):
            if segment.get("xid") not in {"ISA", "GS", "GE", "IEA", "TA1"}:
                yield inside, segment.get("xid", ""), segment


def theirs(segment: ET.Element) -> dict[str, frozenset[str]]:
    """Elements and components that a segment of a map uses, with their codes."""
    found = {}
    for node in segment:
        if node.tag not in {"element", "composite"} or node.findtext("usage") == "N":
            continue
        number = int(node.findtext("seq") or 0)
        found[f"{number:02d}"] = _codes(node)
        for part in node.findall("element"):
            if part.findtext("usage") != "N":
                found[f"{number:02d}-{int(part.findtext('seq') or 0)}"] = _codes(part)
    return found


def _codes(node: ET.Element) -> frozenset[str]:
    codes = node.find("valid_codes")
    return frozenset(code.text or "" for code in codes.findall("code")) if codes is not None else frozenset()


def missing(transaction: str) -> Iterator[str]:
    """What a map of pyx12 allows and our guide does not."""
    for loop, name, node in mapped(transaction):
        wanted = theirs(node)
        own = [spec for spec in guide(transaction).loops[loop].segments if spec.name == name]
        spec = next((each for each in own if len(own) == 1 or each.key_codes & _key(each, wanted)), None)
        if spec is None:
            yield f"{transaction} {loop}/{name}"
            continue
        known = {where.partition(name)[2]: use for where, use in uses(spec)}
        for number, codes in wanted.items():
            if number not in known:
                yield f"{transaction} {loop}/{name}{number}"
            elif known[number].codes:
                yield from (f"{transaction} {loop}/{name}{number} {code}" for code in codes - known[number].codes)


def _key(spec: SegmentSpec, wanted: dict[str, frozenset[str]]) -> frozenset[str]:
    element, component = spec.entry.key
    return wanted.get(f"{element:02d}-{component}" if component else f"{element:02d}", frozenset())


@pytest.mark.parametrize("transaction", MAPPED)
def test_what_the_map_of_pyx12_allows_is_allowed_here(transaction: str) -> None:
    assert set(missing(transaction)) == set()


@pytest.mark.parametrize("transaction", MAPPED)
def test_as_many_segments_are_allowed_as_in_the_map_of_pyx12(transaction: str) -> None:
    for loop, name, node in mapped(transaction):
        most = node.findtext("max_use") or ""
        own = max(spec.most for spec in guide(transaction).loops[loop].segments if spec.name == name)
        assert own >= (int(most) if most.isdigit() else 1000), (loop, name)
