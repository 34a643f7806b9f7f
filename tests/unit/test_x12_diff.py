"""What differs between two files is told by claim, segment and element, and nothing else is."""

from __future__ import annotations

import x12_cases as cases
from denialml import x12
from denialml.x12.diff import Change, Difference, diff
from denialml.x12.rewrite import rewrite
from x12_written import written

BODY = (
    "CLP*A1*1*10*10\nNM1*QC*1*STONE*ADA\nSVC*HC:99213*10*10\nCLP*A2*1*20*20\nSVC*HC:99214*20*20\n"
    "CLP*A3*1*30*30\nSVC*HC:99215*30*30\n"
)
CONTENT = cases.interchange(cases.HEAD_835 + BODY)


def _found(first: bytes, second: bytes, *, show_values: bool = False) -> list[Difference]:
    return list(diff(first, second, show_values=show_values))


def test_a_file_is_no_different_from_itself_in_other_clothes() -> None:
    for content in written().values():
        assert _found(content, content) == []
        other = b"".join(rewrite(content, x12.Delimiters("|", ">", "!", "\n")))
        assert _found(content, other) == []
    assert _found(CONTENT, CONTENT.replace(b"*20*20~", b"*20*20***~")) == []


def test_the_order_of_claims_makes_no_difference() -> None:
    claims = [CONTENT[CONTENT.index(mark) : CONTENT.index(end)] for mark, end in
              ((b"CLP*A1", b"CLP*A2"), (b"CLP*A2", b"CLP*A3"), (b"CLP*A3", b"SE*"))]  # fmt: skip
    assert _found(CONTENT, CONTENT.replace(b"".join(claims), b"".join(reversed(claims)))) == []


def test_a_changed_element_is_named_with_its_values_only_where_asked() -> None:
    other = CONTENT.replace(b"STONE", b"BROOK").replace(b"HC:99214", b"HC:99214:25")
    name, procedure = _found(CONTENT, other)
    assert (name.change, name.block, name.segment, name.element) == (Change.CHANGED, "claim", "NM1", "NM103")
    assert (procedure.segment, procedure.element) == ("SVC", "SVC01-3")
    assert (name.first, name.second) == (9, 9)
    assert name.claim == name.before == name.after == ""
    name, procedure = _found(CONTENT, other, show_values=True)
    assert (name.claim, name.before, name.after) == ("A1", "STONE", "BROOK")
    assert (procedure.claim, procedure.before, procedure.after) == ("A2", "HC:99214", "HC:99214:25")
    assert "STONE" not in repr(name)
    assert "A1" not in repr(name)


def test_added_and_removed_claims_and_segments_are_told() -> None:
    gone = CONTENT.replace(b"CLP*A2*1*20*20~SVC*HC:99214*20*20~", b"").replace(b"SE*13*", b"SE*11*")
    removed = [each for each in _found(CONTENT, gone, show_values=True) if each.block == "claim"]
    assert removed == [Difference(Change.REMOVED, "claim", 11, 0, claim="A2")]
    added = [each for each in _found(gone, CONTENT) if each.block == "claim"]
    assert added == [Difference(Change.ADDED, "claim", 0, 11)]
    segment = CONTENT.replace(b"SVC*HC:99213", b"CAS*CO*45*1~SVC*HC:99213")
    (found,) = _found(CONTENT, segment)
    assert (found.change, found.segment, found.first, found.second) == (Change.ADDED, "CAS", 0, 10)
    (back,) = _found(segment, CONTENT)
    assert (back.change, back.segment, back.first, back.second) == (Change.REMOVED, "CAS", 10, 0)


def test_claims_of_one_number_are_compared_in_their_order() -> None:
    twice = CONTENT.replace(b"CLP*A2", b"CLP*A1")
    assert _found(twice, twice) == []
    (found,) = _found(twice, twice.replace(b"HC:99214", b"HC:99211"), show_values=True)
    assert found.element == "SVC01-2"


def test_long_claims_are_compared_in_bounded_time() -> None:
    many = CONTENT.replace(b"SVC*HC:99213*10*10~", b"".join(b"SVC*HC:%05d*1*1~" % at for at in range(5000)))
    other = many.replace(b"HC:00001*1", b"HC:00001*2").replace(b"HC:04990*1", b"HC:04990*2")
    assert [each.element for each in _found(many, other)] == ["SVC02", "SVC02"]
