"""Hostile files of every kind end in a typed error or a finding, in bounded time and memory."""

from __future__ import annotations

import io
import time
import tracemalloc
from collections import Counter

import pytest

import x12_cases as cases
from denialml import x12
from denialml.errors import Severity
from denialml.x12.tokens import tokens
from x12_streams import endless
from x12_written import written

FILES = written()
NUMBERS = (
    "1e9", "1E9", "NaN", "nan", "Infinity", "-Infinity", "inf", "1_000", "1,000", "+5", "--5", "0x10", " ", "5 5",
    "１２", "٣", "5-", ".", "-", "9" * 40, "1.234567",
)  # fmt: skip
KINDS = sorted(FILES)


def _read(content: bytes) -> list[x12.Event] | None:
    """The events, each transaction begun and ended; none for a typed error."""
    try:
        events = list(x12.read(content))
    except x12.X12Error:
        return None
    assert len(cases.only(events, x12.Transaction)) == len(cases.only(events, x12.TransactionEnd))
    return events


def _troubles(events: list[x12.Event]) -> list[str]:
    found = [event for event in events if isinstance(event, x12.Noticed | x12.Refused)]
    return [event.finding.code for event in found if event.finding.severity is not Severity.INFO]


def _values(events: list[x12.Event]) -> int:
    kinds = x12.ClaimRead | x12.ClaimPaymentRead | x12.MessageRead | x12.RemittanceRead
    return sum(isinstance(event, kinds) for event in events)


@pytest.mark.parametrize("kind", KINDS)
def test_a_cut_at_any_byte_is_told(kind: str) -> None:
    content = FILES[kind]
    assert _troubles(_read(content) or []) == []
    for length in range(len(content) - 1):
        events = _read(content[:length])
        assert (events is None) == (length < 106)
        assert events is None or _troubles(events), length
    assert _troubles(_read(content[:-1]) or []) == ["unterminated"]


@pytest.mark.parametrize("kind", KINDS)
def test_each_segment_left_out_or_doubled_has_an_outcome(kind: str) -> None:
    segments = FILES[kind].split(b"~")[:-1]
    for at, segment in enumerate(segments):
        for put in ([], [segment, segment], [segment + b"*X"], [segment[:3]], [b""]):
            changed = b"~".join([*segments[:at], *put, *segments[at + 1 :], b""])
            events = _read(changed)
            if len(put) != 1 and not segment.startswith(b"ISA") and b"\nST*" in FILES[kind].replace(b"~", b"\n"):
                assert events is not None
                assert _troubles(events), segment[:3]  # the count of SE01, GE01 or IEA01 at least


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", [b"0", b"99999", b"", b"1e1", b"-3", "１".encode()])
def test_wrong_counts_are_told(kind: str, wrong: bytes) -> None:
    content = FILES[kind]
    for name in (b"~SE*", b"~GE*", b"~IEA*"):
        if name not in content:
            continue
        start = content.rindex(name) + len(name)
        stop = content.index(b"*", start)
        if content[start:stop] != wrong:
            assert _troubles(_read(content[:start] + wrong + content[stop:]) or []), name


@pytest.mark.parametrize("kind", KINDS)
def test_marks_line_ends_and_encodings_lose_nothing(kind: str) -> None:
    content = FILES[kind]
    count = _values(_read(content) or [])
    assert count
    for changed in (
        content.replace(b"~", b"~\r\n"), content.replace(b"~", b"\r\n"), content.replace(b"~", b"\n"),
        b"\xef\xbb\xbf" + content, content.replace(b"STONE", b"ST\xd6NE"), content.replace(b"STONE", "STÖNE".encode()),
    ):  # fmt: skip
        events = _read(changed)
        assert events is not None
        assert _values(events) == count
        assert set(_troubles(events)) <= {"odd-isa"}
    for changed in (content.decode().encode("utf-16"), content[::-1], content.replace(b"~", b""), b"\x00" * 5000):
        events = _read(changed)
        assert events is None or _troubles(events)


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_in_any_other_notation_is_never_a_number(kind: str) -> None:
    """Each element that holds a number, replaced by what a careless parser would take for one."""
    content = FILES[kind].decode()
    segments = content.split("~")
    for at, segment in enumerate(segments):
        elements = segment.split("*")
        for place, text in enumerate(elements):
            if elements[0] == "ISA" or not text.replace(".", "").replace("-", "").isdecimal():
                continue
            for number in NUMBERS[(at + place) % 7 :: 7]:
                changed = "*".join([*elements[:place], number, *elements[place + 1 :]])
                began = time.perf_counter()
                _read("~".join([*segments[:at], changed, *segments[at + 1 :]]).encode())
                assert time.perf_counter() - began < 2


@pytest.mark.parametrize("number", [number for number in NUMBERS if number.strip()])
def test_money_in_any_other_notation_is_refused(number: str) -> None:
    for content, old in (
        (FILES["837P"], "*UN*1*"), (FILES["837P"], "CLM*0000000001Y*125.5*"), (FILES["835"], "SVC*HC:99213:25*125.5*"),
        (FILES["835"], "CLP*0000000001Y*1*125.5*"), (FILES["837I"], "CLM*A1*200*"),
    ):  # fmt: skip
        text = content.decode()
        assert old in text, old
        if old == "*UN*1*" and number == NUMBERS[-1]:
            continue  # a quantity may have six decimals
        end = old[-1]
        changed = text.replace(old, f"{old[:-1].rpartition('*')[0]}*{number}{end}", 1)
        events = _read(changed.encode())
        assert events is not None
        assert {"bad-amount", "bad-number"} & set(_troubles(events)), (old, number)


def test_minus_nothing_is_nothing() -> None:
    body = cases.HEAD_835 + "CLP*A1*1*-0*-.00\n"
    (read,) = cases.only(list(x12.read(cases.interchange(body))), x12.ClaimPaymentRead)
    assert str(read.payment.charge_cents) == str(read.payment.paid_cents) == "0"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mark", ["*", ":", "^", "*^:"])
def test_ten_thousand_elements_are_refused_or_bounded(kind: str, mark: str) -> None:
    segments = FILES[kind].decode().split("~")
    began = time.perf_counter()
    for at in range(1, len(segments) - 1):
        changed = segments[at] + mark * 10_000
        events = _read("~".join([*segments[:at], changed, *segments[at + 1 :]]).encode())
        assert events is None or mark in {":", "^"}
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize("kind", KINDS)
def test_one_segment_three_thousand_times_takes_bounded_time(kind: str) -> None:
    segments = FILES[kind].decode().split("~")
    names = Counter(segment.partition("*")[0] for segment in segments if segment)
    for name in names - Counter({"ISA": 99}):
        at = next(place for place, segment in enumerate(segments) if segment.partition("*")[0] == name)
        content = "~".join([*segments[:at], *[segments[at]] * 3000, *segments[at + 1 :]]).encode()
        began = time.perf_counter()
        events = _read(content)
        assert events is None or _troubles(events) or name == "TA1", name
        assert time.perf_counter() - began < 8, name


def _peak(kind: str, size: int) -> tuple[int, int]:
    """Bytes held at most while a stream is read, and how many claims were in it."""
    stream = endless(kind, size)
    tracemalloc.start()
    try:
        claims = sum(isinstance(event, x12.ClaimRead | x12.ClaimPaymentRead) for event in x12.read(stream))
        return tracemalloc.get_traced_memory()[1], claims
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["835", "837P"])
def test_memory_does_not_grow_with_the_file(kind: str) -> None:
    """benchmarks/x12_hostile.py reads 200 MB."""
    _peak(kind, 1 << 19)  # fills the caches of values that repeat
    small, few = _peak(kind, 1 << 19)
    large, many = _peak(kind, 1 << 21)
    assert many > 3.5 * few > 1000
    assert large < small + (1 << 20)


def test_tokens_take_a_stream_in_flat_memory() -> None:
    peaks = []
    for size in (1 << 20, 1 << 22):
        tracemalloc.start()
        count = sum(bool(token.text) for token in tokens(endless("835", size)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count > size // 50
    assert peaks[1] < peaks[0] + (1 << 20)


def test_a_segment_that_never_ends_is_refused_at_once() -> None:
    head = FILES["835"][:106]
    stream = io.BytesIO(head + b"A" * (1 << 24))
    with pytest.raises(x12.X12Error) as caught:
        list(x12.read(stream))
    assert caught.value.code == "segment-too-long"
    assert stream.tell() < 1 << 18
