"""Envelopes, delimiters, line ends, counts, cuts and hostile bytes."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

import x12_cases as cases
from denialml import x12
from denialml.errors import BadInputError, Severity
from denialml.x12 import envelope, tokens
from denialml.x12.envelope import Interchanges

BODY = cases.HEAD_835 + "CLP*A1*1*10*10\nSVC*HC:99213*10*10\nCLP*A2*1*20*20\nSVC*HC:99214*20*20\n"
CONTENT = cases.interchange(BODY)
NEXT = CONTENT.replace(b"000000007", b"000000008")


def _shape(events: list[x12.Event]) -> list[object]:
    """Events without their positions."""
    shapes: list[object] = []
    for event in events:
        match event:
            case x12.ClaimPaymentRead():
                shapes.append(event.payment)
            case x12.RemittanceRead():
                shapes.append(event.remittance)
            case x12.TransactionEnd():
                shapes.append((event.claims, event.refused, event.complete))
            case _:
                shapes.append(type(event))
    return shapes


PLAIN = _shape(list(x12.read(CONTENT)))


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.replace(b"~", b"~\n"),
        lambda b: b.replace(b"~", b"~\r\n"),
        lambda b: b.replace(b"~", b"~\r\n  "),
        lambda b: b.replace(b"~", b"\n"),
        lambda b: b.replace(b"~", b"\r\n"),
        lambda b: b.replace(b"~", b"\r"),
        lambda b: b.replace(b"~", b"\n~"),
        lambda b: b.replace(b"~", b"\x1c"),
        lambda b: b.replace(b"~", b"~~"),
        lambda b: b.replace(b"*", b"|").replace(b":", b">"),
        lambda b: b + b"\r\n\x1a",
        lambda b: b + b"\x00" * 700,
    ],
)
def test_line_ends_and_delimiters_make_no_difference(change: object) -> None:
    assert _shape(list(x12.read(change(CONTENT)))) == PLAIN  # type: ignore[operator]


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b"\n\n  ", b"\x00"])
def test_bytes_before_the_isa_are_tolerated_and_said(lead: bytes) -> None:
    events = list(x12.read(lead + CONTENT))
    assert cases.findings(events) == ["odd-isa"]
    assert _shape(events)[1:] == PLAIN
    transaction = cases.only(events, x12.Transaction)[0]
    assert (lead + CONTENT)[transaction.span.start :].startswith(b"ST*835")


def test_an_isa_that_is_not_padded_is_tolerated_and_said() -> None:
    events = list(x12.read(CONTENT.replace(b"PAYER          ", b"PAYER").replace(b"          ", b"")))
    assert cases.findings(events) == ["odd-isa"]
    assert _shape(events)[1:] == PLAIN


@pytest.mark.parametrize("size", [1, 7, 64, 105, 106, 107, 200, 333])
def test_where_chunks_end_makes_no_difference(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    other = NEXT.replace(b"*", b"|").replace(b"~", b"!").replace(b"ADA", "ADÉ".encode())
    content = CONTENT + b"\r\n" + other + CONTENT.replace(b"000000007", b"000000009").replace(b"~", b"\r\n")
    whole = list(x12.read(content))
    monkeypatch.setattr(tokens, "CHUNK_BYTES", size)
    assert list(x12.read(content)) == whole
    assert _shape(whole) == PLAIN * 3


def test_files_and_streams_read_as_bytes_do(tmp_path: Path) -> None:
    path = tmp_path / "a.835"
    path.write_bytes(CONTENT)
    assert list(x12.read(path)) == list(x12.read(io.BytesIO(CONTENT))) == list(x12.read(CONTENT))
    with pytest.raises(BadInputError, match=r"missing\.835"):
        list(x12.read(tmp_path / "missing.835"))


def test_several_groups_and_sets_in_a_file() -> None:
    inner = CONTENT[CONTENT.index(b"ST*") : CONTENT.index(b"GE*")]
    again = inner.replace(b"*0001~", b"*0002~").replace(b"ST*835*0001", b"ST*835*0002")
    content = CONTENT.replace(inner, inner + again).replace(b"GE*1*7", b"GE*2*7")
    group = content[content.index(b"GS*") : content.index(b"IEA*")]
    second = group.replace(b"*7*X", b"*8*X").replace(b"GE*2*7", b"GE*2*8")
    content = content.replace(group, group + second).replace(b"IEA*1*", b"IEA*2*")
    events = list(x12.read(content))
    assert cases.findings(events) == []
    assert [end.claims for end in cases.only(events, x12.TransactionEnd)] == [2, 2, 2, 2]
    starts = cases.only(events, x12.Transaction)
    assert [start.control_number for start in starts] == ["0001", "0002", "0001", "0002"]
    assert starts[0].span.segment == 3


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        (b"SE*10*", b"SE*11*", ["segment-count"]),
        (b"SE*10*0001", b"SE*10*0002", ["control-number"]),
        (b"SE*10*0001", b"SE", ["segment-count", "control-number"]),
        (b"GE*1*7", b"GE*2*7", ["envelope-count"]),
        (b"GE*1*7", b"GE*1*8", ["control-number"]),
        (b"IEA*1*", b"IEA*3*", ["envelope-count"]),
        (b"IEA*1*000000007", b"IEA*1*000000008", ["control-number"]),
        (b"IEA*1*000000007~", b"", ["missing-iea"]),
        (b"GE*1*7~", b"", ["missing-ge"]),
        (b"SE*10*0001~", b"", ["truncated", "missing-se"]),
        (b"SE*10*0001~", b"SE*10*0001~REF*1~QTY*2~", ["stray-segments"]),
        (b"GE*1*7~", b"GE*1*7~GE*1*7~", ["unopened"]),
        (b"20260201*1200*7*X", b"2026020*1200*7*X", ["bad-date"]),
        (b"ST*835*0001*005010X221A1", b"ST*835*0001*005010X221", ["version-differs"]),
        (b"GS*HP*PAYER*CLINIC*20260201*1200*7*X*005010X221A1~", b"", ["missing-gs", "unopened", "envelope-count"]),
    ],
)
def test_what_envelopes_say_is_compared_with_what_is_there(old: bytes, new: bytes, codes: list[str]) -> None:
    assert old in CONTENT
    events = list(x12.read(CONTENT.replace(old, new)))
    assert cases.findings(events) == codes
    (end,) = cases.only(events, x12.TransactionEnd)
    assert end.claims + end.refused == 2
    assert end.complete == (not {"segment-count", "missing-se"} & set(codes) and b"SE*10*0002" not in new)


def test_control_numbers_that_repeat_are_said() -> None:
    inner = CONTENT[CONTENT.index(b"ST*") : CONTENT.index(b"GE*")]
    group = CONTENT[CONTENT.index(b"GS*") : CONTENT.index(b"IEA*")]
    for content, code, element in [
        (CONTENT.replace(inner, inner * 2).replace(b"GE*1*", b"GE*2*"), "set", "ST02"),
        (CONTENT.replace(group, group * 2).replace(b"IEA*1*", b"IEA*2*"), "group", "GS06"),
        (CONTENT * 2, "interchange", "ISA13"),
    ]:
        events = list(x12.read(content))
        (notice,) = cases.only(events, x12.Noticed)
        assert notice.finding.code == f"repeated-{code}-control-number"
        assert notice.finding.severity is Severity.WARNING
        assert notice.finding.where.endswith(element)
        assert len(cases.only(events, x12.ClaimPaymentRead)) == 4
    assert cases.findings(list(x12.read(CONTENT + CONTENT.replace(b"ZZ*PAYER ", b"ZZ*PAYOR ")))) == []


def test_control_numbers_are_remembered_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "MOST_NUMBERS", 1)
    interchanges = Interchanges()
    content = CONTENT + NEXT + NEXT + CONTENT + CONTENT.replace(b"ST*835*0001", b"ST*835*" + b"1" * 900)
    events = list(interchanges.read(tokens.batches(io.BytesIO(content))))
    codes = [code for code in cases.findings(events) if code != "control-number"]
    assert codes == ["repeated-interchange-control-number"] * 2
    assert max(map(len, interchanges._numbers.values())) <= 1


def test_a_missing_se_refuses_the_claim_it_cut_and_shows_at_the_end() -> None:
    cut = CONTENT[: CONTENT.index(b"SE*")]
    events = list(x12.read(cut))
    assert [read.payment.control_number for read in cases.only(events, x12.ClaimPaymentRead)] == ["A1"]
    (refused,) = cases.only(events, x12.Refused)
    assert (refused.control_number, refused.finding.code) == ("A2", "truncated")
    assert [segment.name for segment in refused.segments] == ["CLP", "SVC"]
    (end,) = cases.only(events, x12.TransactionEnd)
    assert (end.claims, end.refused, end.complete) == (1, 1, False)


def test_an_iea_without_terminator_is_taken() -> None:
    events = list(x12.read(CONTENT[:-1]))
    assert cases.findings(events) == ["unterminated"]
    assert cases.only(events, x12.TransactionEnd)[0].complete


@pytest.mark.parametrize("content", [CONTENT, cases.interchange(
    cases.HEAD_837 + cases.CLAIM_837 * 2, functional="HC", version="005010X222A1", set_id="837"
)])  # fmt: skip
def test_a_cut_at_any_byte_has_a_typed_outcome_and_loses_no_claim(content: bytes) -> None:
    mark = b"~CLP*" if b"~CLP*" in content else b"~CLM*"
    positions_of_refusals: list[int] = []
    for length in range(len(content) - 1):
        cut = content[:length]
        begun = cut.count(mark)
        try:
            events = list(x12.read(cut))
        except x12.X12Error:
            positions_of_refusals.append(length)
            continue
        severities = {event.finding.severity for event in events if isinstance(event, x12.Noticed | x12.Refused)}
        assert Severity.ERROR in severities, length
        ends = cases.only(events, x12.TransactionEnd)
        starts = cases.only(events, x12.Transaction)
        assert len(ends) == len(starts)
        assert sum(end.claims + end.refused for end in ends) == begun, length
        if ends and b"~SE*" not in cut:
            assert not ends[0].complete
    assert positions_of_refusals == list(range(106))  # as long as the ISA is not whole


@pytest.mark.parametrize(
    ("set_id", "version", "functional"),
    [
        ("835", "004010X091A1", "HP"), ("837", "005010X224A2", "HC"),
        ("837", "004010X098A1", "HC"), ("997", "005010", "FA"),
    ],
)  # fmt: skip
def test_other_transactions_are_named_counted_and_skipped(set_id: str, version: str, functional: str) -> None:
    content = cases.interchange("CLM*A1*1\nCLP*A1*1\nZZZ\n", functional=functional, version=version, set_id=set_id)
    events = list(x12.read(content + NEXT))
    assert cases.findings(events) == ["unsupported-transaction"]
    (notice,) = cases.only(events, x12.Noticed)
    assert set_id in notice.finding.message
    assert "3 segments skipped" in notice.finding.message
    assert [end.claims for end in cases.only(events, x12.TransactionEnd)] == [0, 2]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-x12"),
        (b"   \r\n", "not-x12"),
        (b"hello", "not-x12"),
        (b"%PDF-1.7" + bytes(1000), "not-x12"),
        (b"ISABELLE*WAS*HERE", "not-x12"),
        ("ISA*".encode("utf-16"), "not-x12"),
        (b"ISA", "truncated-isa"),
        (CONTENT[:105], "truncated-isa"),
        (b"ISA*00*" + b"x" * 300, "truncated-isa"),
        (CONTENT.replace(b"*", b"A"), "not-x12"),
        (CONTENT.replace(b"*", b" "), "bad-delimiters"),
        (CONTENT.replace(b"*", b"\xff"), "bad-delimiters"),
        (CONTENT.replace(b"T*:~", b"T*~~"), "bad-delimiters"),
        (CONTENT[:106] + b"A" * 70_000, "segment-too-long"),
        (CONTENT[:106] + b"A" * 70_000 + b"~", "segment-too-long"),
        (CONTENT.replace(b"CLP*A1", b"CLP" + b"*" * 120), "too-many-elements"),
    ],
)  # fmt: skip
def test_what_is_no_x12_is_refused_with_a_position(content: bytes, code: str) -> None:
    with pytest.raises(x12.X12Error) as caught:
        list(x12.read(content))
    assert caught.value.code == code
    assert f"(segment {caught.value.segment_number}, byte {caught.value.byte_offset})" in str(caught.value)
    assert 0 <= caught.value.byte_offset <= max(0, len(content))


def test_a_claim_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "MAX_GROUP_BYTES", 5000)
    monkeypatch.setattr(tokens, "CHUNK_BYTES", 1000)
    content = CONTENT.replace(b"CLP*A2", b"CAS*CO*45*1~" * 1000 + b"CLP*A2")
    with pytest.raises(x12.X12Error) as caught:
        list(x12.read(content))
    assert caught.value.code == "claim-too-long"
    assert content[caught.value.byte_offset :].startswith(b"CLP*A1")


@pytest.mark.parametrize("count", [1990, 2010])
def test_a_service_of_endless_segments_is_refused(count: int) -> None:
    many = "CLP*A1*1*10*10\n" + "SVC*HC:99213*10*10\nCAS*CO*45*1\n" * 3000 + "CAS*CO*45*1\n" * count
    events = cases.events_835(many + "CLP*A2*1*10*10\n")
    expected = ["A1", "A2"] if count < 2000 else ["A2"]
    assert [read.payment.control_number for read in cases.only(events, x12.ClaimPaymentRead)] == expected
    assert cases.findings(events) == ([] if count < 2000 else ["too-many-segments"])


def test_a_name_that_only_begins_like_a_mark_is_refused_by_itself() -> None:
    events = cases.events_835("CLP*A1*1*10*10\nCLPX*1\nCLP*A2*1*10*10\n")
    assert cases.findings(events) == ["unknown-segment"]
    assert len(cases.only(events, x12.ClaimPaymentRead)) == 2
    events = cases.events_837("CLMX*1\n" + cases.CLAIM_837)
    assert cases.findings(events) == ["unknown-segment"]
    assert len(cases.only(events, x12.ClaimRead)) == 1


def test_text_that_is_not_ascii_is_kept_in_either_encoding() -> None:
    body = BODY.replace("CLP*A1*1*10*10", "CLP*A1*1*10*10\nNM1*QC*1*NÚÑEZ*ADA")
    for encoding in ("utf-8", "latin-1"):
        content = cases.interchange(body).decode().encode(encoding)
        reads = cases.only(list(x12.read(content)), x12.ClaimPaymentRead)
        assert reads[0].payment.patient is not None
        assert reads[0].payment.patient.name == "NÚÑEZ"
        assert content[reads[1].span.start :].startswith(b"CLP*A2")


def test_random_damage_never_ends_in_anything_but_a_typed_outcome() -> None:
    randomness = random.Random(835)
    both = CONTENT + x12.write(cases.batch([cases.claim(), cases.rich_claim()]))
    pieces = [b"~", b"*", b":", b"ISA*", b"CLP*", b"\xff", b"\r\n", b"SE*1*1~", b"ST*835*1~", b"", b"HL*", b"9" * 40]
    for _ in range(500):
        damaged = bytearray(both)
        for _ in range(randomness.randint(1, 6)):
            at = randomness.randrange(len(damaged))
            damaged[at : at + randomness.randint(0, 12)] = randomness.choice(pieces)
        try:
            events = list(x12.read(bytes(damaged)))
        except x12.X12Error:
            continue
        assert len(cases.only(events, x12.Transaction)) == len(cases.only(events, x12.TransactionEnd))


def test_no_message_holds_data() -> None:
    body = BODY.replace("CLP*A1*1*10*10", "CLP*A1*1*CANARY*10\nNM1*QC*1*CANARY")
    body += "PLB*CANARY*CANARY*WO:CANARY*CANARY\n"
    events = list(x12.read(cases.interchange(body).replace(b"SE*", b"CANARY*1~SE*")))
    assert len(cases.only(events, x12.Refused)) == 2
    for event in events:
        assert "CANARY" not in repr(event)
