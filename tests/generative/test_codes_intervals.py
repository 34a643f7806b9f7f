"""The lookup of packed, joined releases equals a naive scan of what was published."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from denialml.codes.kinds import KINDS
from denialml.codes.merging import Changes, compare, merge
from denialml.codes.packed import Packed, Packer
from denialml.codes.rows import Mue, PtpEdit, Row, in_span
from denialml.codes.shapes import LONGEST_KEY, key_of, text_of
from denialml.codes.tables import Tables

FIRST = date(2024, 1, 1)
CODES = st.sampled_from(["00100", "0001U", "99213", "99214", "A0425", "ZZZZZ"])
DAYS = st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def packed(rows: list[tuple[str, Row]], kind: type[Row]) -> Packed[Row]:
    packer = Packer()
    for text, row in rows:
        packer.add(key_of(text) or 0, row)
    return packer.packed(kind, "table")


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, PtpEdit]:
    effective, end = draw(DAYS), draw(st.none() | DAYS)
    return draw(CODES), PtpEdit(effective=effective, end=end, modifier_indicator=draw(st.sampled_from("019")))


LIMITS = st.dictionaries(CODES, st.integers(0, 3).map(lambda units: Mue(units=units, adjudication_indicator=3)))
RELEASES = st.dictionaries(DAYS, LIMITS, min_size=1, max_size=5).map(lambda found: sorted(found.items()))


@given(st.text(LETTERS, min_size=1, max_size=LONGEST_KEY), st.text(LETTERS, min_size=1, max_size=LONGEST_KEY))
def test_each_key_has_its_own_number(one: str, other: str) -> None:
    number = key_of(one)
    assert number is not None
    assert number < 2**64
    assert text_of(number) == one
    assert (number == key_of(other)) == (one == other)


@given(st.text(max_size=14))
def test_what_is_no_key_is_never_found(text: str) -> None:
    if key_of(text) is not None:
        assert text_of(key_of(text) or 0) == text.upper()


@given(st.lists(edits()), CODES, DAYS)
def test_lookup_equals_a_scan(rows: list[tuple[str, PtpEdit]], code: str, on: date) -> None:
    standing = [row for text, row in rows if text == code and row.in_force(on)]
    found = packed(list(rows), PtpEdit).find(code, on)
    if found is None:
        assert not standing
    else:
        assert found in standing
        assert found.effective == max(row.effective for row in standing)


@given(st.lists(edits()), st.none() | st.tuples(DAYS, DAYS).map(sorted).map(tuple), CODES, DAYS)
def test_between_two_changes_a_table_says_the_same(
    rows: list[tuple[str, PtpEdit]], speaks: tuple[date, date] | None, code: str, on: date
) -> None:
    name, table = "ptp_practitioner", packed(list(rows), PtpEdit)
    tables = Tables({name: lambda: table}, {name: speaks} if speaks else {}, {})

    def said(day: date) -> tuple[bool, list[Row]]:
        return tables.covers(name, day), [row for row in table.rows(code) if row.in_force(day)]

    first, last = tables.unchanged(name, code, on)
    assert first <= on <= last
    around = [FIRST + timedelta(days=days) for days in range(-1, 62)]
    assert all(said(day) == said(on) for day in around if first <= day <= last)


@given(RELEASES, CODES, DAYS)
def test_standing_releases_equal_a_scan(releases: list[tuple[date, dict[str, Mue]]], code: str, on: date) -> None:
    content = [(day, [packed(list(rows.items()), Mue)]) for day, rows in releases]
    joined = merge(KINDS["mue_practitioner"], content).packed(Mue, "table")
    current = [rows for day, rows in releases if day <= on]
    expected = current[-1].get(code) if current else None
    found = joined.find(code, on)
    assert (found and found.units) == (expected and expected.units)
    assert len([row for row in joined.rows(code) if row.in_force(on)]) <= 1  # intervals of a code never overlap


@given(
    st.dictionaries(DAYS, st.lists(edits(), max_size=6), min_size=1, max_size=4).map(lambda d: sorted(d.items())),
    CODES,
    DAYS,
)
def test_dated_releases_equal_a_scan(
    releases: list[tuple[date, list[tuple[str, PtpEdit]]]], code: str, on: date
) -> None:
    content = [(day, [packed(list(rows), PtpEdit)]) for day, rows in releases]
    joined = merge(KINDS["ptp_practitioner"], content).packed(PtpEdit, "table")
    names = [index for index, (_, rows) in enumerate(releases) if any(text == code for text, _ in rows)]
    standing: list[PtpEdit] = []
    if names:
        newest = names[-1]
        gone = releases[newest + 1][0] if newest + 1 < len(releases) else None
        rows = [row for text, row in releases[newest][1] if text == code]
        standing = [row for row in rows if row.in_force(on) and (gone is None or on < gone)]
    found = joined.find(code, on)
    assert (found is None) == (not standing)
    if found is not None:
        assert found.modifier_indicator in {row.modifier_indicator for row in standing}


@given(LIMITS, LIMITS)
def test_changes_equal_a_scan(before: dict[str, Mue], after: dict[str, Mue]) -> None:
    found = compare([packed(list(before.items()), Mue)], [packed(list(after.items()), Mue)], 10)
    added, removed = after.keys() - before.keys(), before.keys() - after.keys()
    changed = {code for code in before.keys() & after.keys() if before[code] != after[code]}
    words = {
        f"{word} {code}"
        for word, which in (("added", added), ("removed", removed), ("changed", changed))
        for code in which
    }
    assert found == Changes(len(added), len(removed), len(changed), found.examples)
    assert set(found.examples) == words


@given(st.sampled_from(["E08", "E11", "E119", "E13", "E139", "E14", "P702", "P74", "P75"]))
def test_spans_hold_all_codes_below_their_ends(code: str) -> None:
    assert in_span(code, "E08-E13") == ("E08" <= code[:3] <= "E13")
    assert in_span(code, "P70-P74") == ("P70" <= code[:3] <= "P74")
    assert in_span(code, "E11") == code.startswith("E11")
