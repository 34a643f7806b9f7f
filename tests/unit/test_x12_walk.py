"""The loader of guides refuses what contradicts itself; the walker finds the place of a segment from anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from denialml.x12 import guide as guides
from denialml.x12.guide import GuideError, guide, guide_for
from denialml.x12.tokens import Delimiters
from denialml.x12.walk import LOST, Walker

MARKS = Delimiters("*", ":", "^", "~")
SEGMENT: dict[str, Any] = {"segment": "REF", "use": "S", "max": 1, "elements": {1: "R 1K", 2: "R"}}
LOOP: dict[str, Any] = {"loop": "2000", "name": "level", "use": "S", "max": "many", "body": [SEGMENT]}


def head(**changes: Any) -> dict[str, Any]:
    return {"set_id": "999", "version": "V", "accepts": ["V"], "group": "FA", "name": "x", "body": [SEGMENT]} | changes


def loaded(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> guides.Guide:
    dictionary = guides.dictionary()
    monkeypatch.setattr(guides, "_load", lambda _name: head(**changes))
    monkeypatch.setattr(guides, "dictionary", lambda: dictionary)
    return guide.__wrapped__("999")


def rule(**changes: Any) -> dict[str, Any]:
    return {"id": "r", "loop": "", "need": "REF*1K", "say": "a", "do": "b"} | changes


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"body": [SEGMENT | {"segment": "XYZ"}]}, "the dictionary has no segment XYZ"),
        ({"body": [SEGMENT | {"elements": {9: "R"}}]}, "the dictionary has no /REF09"),
        ({"body": [SEGMENT | {"elements": {1: "M 1K"}}]}, "/REF01 is neither R nor S"),
        ({"body": [SEGMENT | {"elements": {4: "S"}}]}, "/REF04 is a composite, and its parts are not told"),
        ({"body": [SEGMENT, LOOP | {"body": [LOOP | {"loop": "2100"}]}]}, "loop 2000 does not begin with a segment"),
        ({"body": [SEGMENT, LOOP, LOOP | {"max": 1}]}, "loop 2000 stands there twice, and differs"),
        ({"rules": [rule(loop="2300")]}, "rule r is about no loop of the guide: 2300"),
        ({"rules": [rule(need="loop 2300")]}, "a rule names loop 2300, which is not there"),
        ({"rules": [rule(when={"DTP03": "present"})]}, "a rule names DTP03, and loop  has no segment DTP"),
    ],
)
def test_a_guide_that_contradicts_itself_is_refused(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(GuideError) as refused:
        loaded(monkeypatch, **changes)
    assert str(refused.value) == f"guide 999: {complaint}"


def test_a_loop_that_stands_in_two_places_is_one_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    outer = LOOP | {"loop": "2100", "body": [SEGMENT | {"elements": {1: "R D9", 2: "R"}}, LOOP]}
    of = loaded(monkeypatch, body=[SEGMENT, LOOP, outer])
    assert [parent.id for parent in of.loops["2000"].parents] == ["", "2100"]


def test_there_is_no_guide_of_another_transaction() -> None:
    with pytest.raises(GuideError):
        guide("820")


@pytest.mark.parametrize(
    ("set_id", "version", "found"),
    [
        ("277", "005010X212", "277"),
        ("277", "005010X214", "277CA"),
        ("271", "005010X279", "271"),
        ("271", "004010X092A1", None),
        ("270", "005010X212", None),
    ],
)
def test_a_guide_is_found_by_set_and_version(set_id: str, version: str, found: str | None) -> None:
    of = guide_for(set_id, version)
    assert (of.transaction if of else None) == found


@pytest.mark.parametrize(
    ("transaction", "loop", "raw", "place", "goes_on_in"),
    [
        ("271", "2110C", "DTP*291*D8*20260302", "2110C/DTP", "2110C"),  # in the loop itself
        ("271", "2110C", "NM1*P3*1*REED", "2120C/NM1", "2120C"),  # opens a loop inside
        ("271", "2120C", "LE*2120", "2110C/LE*2120", "2110C"),  # of the loop around, after this one
        ("271", "2120C", "EB*1", "2110C/EB", "2110C"),  # the next of the loop around
        ("271", "2120C", "HL*4*3*23*0", "2000D/HL*23", "2000D"),  # outwards, told apart by HL03
        ("271", "2120C", "HL*4*1*21*1", "2000B/HL*21", "2000B"),
        ("271", "2110C", "DMG*D8*19800517", "2100C/DMG*D8", "2110C"),  # too late: it belongs there, and ends nothing
        ("277", "2220D", "REF*FJ*1", "2220D/REF*FJ", "2220D"),  # told apart by REF01
        ("277", "2200D", "REF*XZ*1", "2200D/REF*XZ", "2200D"),
        ("276", "", "HL*1**20*1", "2000A/HL*20", "2000A"),
        ("999", "2100", "CTX*CLM01:1", "2100/CTX", "2100"),
    ],
)
def test_a_segment_is_placed(transaction: str, loop: str, raw: str, place: str, goes_on_in: str) -> None:
    step = Walker.of(transaction, MARKS).step(loop, raw)
    assert step.spec is not None
    assert (f"{step.spec.loop.id}/{step.spec.label}", step.loop) == (place, goes_on_in)


def test_contexts_of_a_999_are_told_apart_by_a_component() -> None:
    walker = Walker.of("999", MARKS)
    trigger = walker.step("2100", "CTX*SITUATIONAL TRIGGER*CLM*43").spec
    whose = walker.step("2100", "CTX*CLM01:123").spec
    assert trigger is not None
    assert whose is not None
    assert trigger.order < whose.order


def test_a_segment_without_a_place_leaves_the_loop_as_it_is() -> None:
    assert Walker.of("271", MARKS).step("2110C", "CLM*1*2") == (None, "2110C")


def test_after_a_loop_that_nobody_knows_its_segments_are_not_taken_for_ours() -> None:
    walker = Walker.of("271", MARKS)
    lost = walker.step("2100C", "NM1*ZZ*1*ROE")
    assert lost == (None, f"{LOST}2100C")
    assert walker.step(lost.loop, "REF*SY*1") == (None, lost.loop)
    back = walker.step(lost.loop, "EB*1")
    assert back.spec is not None
    assert (back.spec.loop.id, back.loop) == ("2110C", "2110C")
