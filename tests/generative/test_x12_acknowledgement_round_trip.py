"""Whatever a 999 or a TA1 can say comes back equal, with any delimiters."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import x12_cases as cases
from denialml import x12
from denialml.claims import (
    ContextName,
    ElementError,
    ElementPosition,
    ErrorContext,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    SegmentError,
    SetAcknowledgement,
)

EXAMPLES = settings(max_examples=100, derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate])

text = st.text("ABCXYZabc019 .,-/&'()_+=@ÉñΩ", min_size=1, max_size=35).filter(lambda value: value.strip() == value)
maybe = st.just("") | text
segment_names = st.sampled_from(["CLM", "NM1", "REF", "SV1", "HI", "N4"])
loops = st.sampled_from(["", "2000A", "2010AA", "2300", "2400"])
numbers = st.integers(1, 9999).map(str)
positions = st.integers(1, 999_999)
places = st.builds(ElementPosition, st.integers(1, 99), st.integers(0, 99), st.integers(0, 9999))


def some(strategy: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:  # type: ignore[type-arg]  # any tuple
    return st.lists(strategy, max_size=most).map(tuple)


triggers = st.builds(
    ErrorContext,
    some(st.builds(ContextName, st.just("SITUATIONAL TRIGGER"), maybe), 10).filter(bool),
    segment_names,
    positions,
    loops,
    st.none() | places,
    some(numbers, 2),
)
business_units = st.builds(
    ErrorContext,
    st.tuples(st.builds(ContextName, st.sampled_from(["CLM01", "TRN02", "PATIENT NAME NM109"]), text)),
)
elements = st.builds(
    ElementError, places, st.sampled_from(["1", "5", "I6", "I10"]), st.just("") | numbers, maybe, some(triggers)
)
errors = st.builds(
    SegmentError,
    segment_names,
    positions,
    st.sampled_from(["3", "8", "I6"]),
    loops,
    st.tuples(some(triggers), some(business_units, 1)).map(lambda both: both[0] + both[1]),
    some(elements),
)
sets = st.builds(
    SetAcknowledgement,
    st.sampled_from(["837", "835", "270"]),
    st.text("0123456789", min_size=4, max_size=9),
    st.sampled_from(["", "005010X222A1"]),
    st.sampled_from("AEMRWX"),
    some(st.sampled_from(["1", "5", "I5", "27"]), 5),
    some(errors),
)
answers = st.builds(
    FunctionalAcknowledgement,
    st.sampled_from(["HC", "HP"]),
    numbers,
    st.sampled_from(["005010X222A1", "005010X221A1"]),
    st.sampled_from("AEMPRWX"),
    st.integers(0, 999_999),
    st.integers(0, 999_999),
    st.integers(0, 999_999),
    some(st.sampled_from(["1", "5", "26"]), 5),
    some(sets),
)
receipts = st.builds(
    InterchangeAcknowledgement,
    st.integers(1, 999_999_999).map("{:09d}".format),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.times().map("{:%H%M}".format),
    st.sampled_from("AER"),
    st.integers(0, 31).map("{:03d}".format),
)
delimiters = st.sampled_from(
    [
        x12.Delimiters(), x12.Delimiters("|", ">", "!", "\n"), x12.Delimiters("\x1d", "\x1f", "\x1e", "\x1c"),
        x12.Delimiters("^", "#", "%", "\r"),
    ]
)  # fmt: skip


def _events(messages: list[object], marks: x12.Delimiters) -> list[x12.Event]:
    envelope = x12.Envelope("SENDER", "RECEIVER", 7, datetime(2026, 1, 2, 3, 4), delimiters=marks)
    return list(x12.read(x12.write(x12.MessageBatch(envelope, messages))))  # type: ignore[arg-type]  # of one kind


@EXAMPLES
@given(st.lists(answers, min_size=1, max_size=3), delimiters)
def test_answers_to_groups_come_back_equal(batch: list[object], marks: x12.Delimiters) -> None:
    events = _events(batch, marks)
    assert [event.message for event in cases.only(events, x12.MessageRead)] == batch
    assert cases.findings(events) == []


@EXAMPLES
@given(st.lists(receipts, min_size=1, max_size=3), delimiters)
def test_answers_to_interchanges_come_back_equal(batch: list[object], marks: x12.Delimiters) -> None:
    events = _events(batch, marks)
    assert [event.message for event in cases.only(events, x12.MessageRead)] == batch
    assert cases.findings(events) == []
