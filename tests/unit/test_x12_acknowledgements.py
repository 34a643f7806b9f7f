"""999 and TA1: what is read of them, what is written, and what becomes of what is odd."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

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
    Value,
    replace,
)
from denialml.errors import RefusedError

CLAIM = ErrorContext((ContextName("CLM01", "CANARY1"),))
TRIGGER = ErrorContext(
    (ContextName("SITUATIONAL TRIGGER"),), "CLM", 43, "2300", ElementPosition(5, 3), ("1325",)
)  # as in the guide: the element that made the rule apply
REJECTED = SetAcknowledgement(
    "837",
    "0002",
    "005010X222A1",
    "R",
    ("5", "I5"),
    (
        SegmentError(
            "CLM", 22, "8", "2300", (CLAIM,),
            (
                ElementError(ElementPosition(2), "1", "782"),
                ElementError(ElementPosition(5, 3, 2), "I6", "1325", "CANARY2", (TRIGGER,)),
            ),
        ),
        SegmentError("REF", 57, "I6", "2300", (TRIGGER, CLAIM)),
    ),
)  # fmt: skip
ANSWER = FunctionalAcknowledgement(
    "HC", "17456", "005010X222A1", "P", 3, 2, 1, ("5",),
    (SetAcknowledgement("837", "0001", "005010X222A1", "A"), REJECTED),
)  # fmt: skip
RECEIPT = InterchangeAcknowledgement("000000050", date(2026, 2, 28), "1200", "R", "023")
BODY = """
AK1*HC*17456*005010X222A1
AK2*837*0001*005010X222A1
IK5*A
AK2*837*0002*005010X222A1
IK3*CLM*22*2300*8
CTX*CLM01:CANARY1
IK4*2*782*1
IK4*5:3:2*1325*I6*CANARY2
CTX*SITUATIONAL TRIGGER*CLM*43*2300*5:3*1325
IK3*REF*57*2300*I6
CTX*SITUATIONAL TRIGGER*CLM*43*2300*5:3*1325
CTX*CLM01:CANARY1
IK5*R*5*I5
AK9*P*3*2*1*5
"""


def _file(body: str, version: str = "005010X231A1") -> bytes:
    return cases.interchange(body, functional="FA", version=version, set_id="999")


def _written(*messages: Value) -> bytes:
    return x12.write(x12.MessageBatch(cases.ENVELOPE, messages))


def _read(content: bytes) -> list[Value]:
    return [read.message for read in cases.only(list(x12.read(content)), x12.MessageRead)]


@pytest.mark.parametrize("version", ["005010X231A1", "005010X231", "005010"])
def test_a_999_is_read(version: str) -> None:
    events = list(x12.read(_file(BODY, version)))
    (read,) = cases.only(events, x12.MessageRead)
    assert read.message == ANSWER
    assert read.unmodelled == ()
    assert cases.findings(events) == []
    (end,) = cases.only(events, x12.TransactionEnd)
    assert (end.claims, end.refused, end.complete) == (1, 0, True)


def test_a_999_is_written_segment_by_segment() -> None:
    segments = _written(ANSWER).decode().split("~")
    assert segments[1].startswith("GS*FA*SENDER*RECEIVER*20260302*0930*42*X*005010X231A1")
    assert segments[2] == "ST*999*0001*005010X231A1"
    assert segments[3:-4] == [line for line in BODY.splitlines() if line]
    assert segments[-4:] == ["SE*16*0001", "GE*1*42", "IEA*1*000000042", ""]


def test_each_group_has_its_own_999() -> None:
    other = replace(ANSWER, group_control_number="17457", status="A", codes=(), sets=())
    content = _written(ANSWER, other)
    assert _read(content) == [ANSWER, other]
    assert [line.split("*")[2] for line in content.decode().split("~") if line.startswith("ST*")] == ["0001", "0002"]


def test_a_ta1_stands_without_a_group() -> None:
    content = _written(RECEIPT, replace(RECEIPT, status="A", note="000"))
    assert content.decode().split("~")[1:] == [
        "TA1*000000050*260228*1200*R*023", "TA1*000000050*260228*1200*A*000", "IEA*0*000000042", ""
    ]  # fmt: skip
    events = list(x12.read(content))
    assert [read.message for read in cases.only(events, x12.MessageRead)] == _read(content)
    (first, _) = cases.only(events, x12.MessageRead)
    assert content[first.span.start : first.span.end] == b"TA1*000000050*260228*1200*R*023~"
    assert first.message == RECEIPT
    assert cases.findings(events) == []


def test_a_ta1_stands_before_a_group() -> None:
    content = cases.interchange(cases.HEAD_835 + "CLP*A1*1*10*10\n")
    events = list(x12.read(content.replace(b"GS*", b"TA1*000000050*20260228*1200*R*023~GS*", 1)))
    assert [read.message for read in cases.only(events, x12.MessageRead)] == [RECEIPT]
    assert len(cases.only(events, x12.ClaimPaymentRead)) == 1
    assert cases.findings(events) == []


def test_a_ta1_inside_a_set_is_not_taken() -> None:
    assert _read(_file("AK1*HC*1*005010X222A1\nTA1*000000050*260228*1200*R*023\nAK9*A*1*1*1\n")) == [
        FunctionalAcknowledgement("HC", "1", "005010X222A1", "A", 1, 1, 1)
    ]


def test_what_a_ta1_says_beyond_its_elements_is_kept() -> None:
    events = list(x12.read(_written(RECEIPT).replace(b"R*023", b"R*023*X")))
    (read,) = cases.only(events, x12.MessageRead)
    assert read.message == RECEIPT
    assert read.unmodelled == (x12.Segment("TA1", ("000000050", "260228", "1200", "R", "023", "X")),)
    assert cases.findings(events) == ["unmodelled-segments"]


def test_a_ta1_of_no_day_is_refused_with_its_text() -> None:
    events = list(x12.read(_written(RECEIPT).replace(b"*260228*", b"*260230*")))
    (refused,) = cases.only(events, x12.Refused)
    assert refused.finding.code == "bad-date"
    assert refused.finding.where == "segment 2, byte 106, TA102"
    assert refused.segments[0].elements[0] == "000000050"


def test_one_bad_set_does_not_take_the_others_along() -> None:
    events = list(x12.read(_file(BODY.replace("IK3*CLM*22*", "IK3*CLM*2.2*"))))
    (refused,) = cases.only(events, x12.Refused)
    assert refused.control_number == "0002"
    assert refused.finding.code == "bad-number"
    assert refused.finding.where.endswith("IK302")
    assert [segment.name for segment in refused.segments] == [
        "AK2", "IK3", "CTX", "IK4", "IK4", "CTX", "IK3", "CTX", "CTX", "IK5"
    ]  # fmt: skip
    (read,) = cases.only(events, x12.MessageRead)
    assert read.message == replace(ANSWER, sets=ANSWER.sets[:1])
    (end,) = cases.only(events, x12.TransactionEnd)
    assert (end.claims, end.refused) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new", "code", "read"),
    [
        ("AK1*HC*17456*005010X222A1\n", "", "missing-segment", 0),
        ("AK9*P*3*2*1*5", "AK9*P*three*2*1*5", "bad-number", 0),
        ("AK9*P*3*2*1*5\n", "", "missing-segment", 1),
        ("IK5*A\n", "", "missing-segment", 1),
    ],
)
def test_an_answer_that_is_not_whole_says_so(old: str, new: str, code: str, read: int) -> None:
    events = list(x12.read(_file(BODY.replace(old, new))))
    assert cases.findings(events) == [code]
    assert len(cases.only(events, x12.MessageRead)) == read


def test_what_has_no_place_is_kept() -> None:
    body = BODY.replace("IK5*A\n", "IK5*A\nAK5*A\n").replace("*I5\n", "*I5****6\n")
    body = body.replace("CTX*CLM01:CANARY1\nIK4", "CTX*CLM01:CANARY1:MORE\nIK4").replace("IK4*2*", "IK4*2:1:1:9*")
    events = list(x12.read(_file(body)))
    (read,) = cases.only(events, x12.MessageRead)
    assert [segment.name for segment in read.unmodelled] == ["AK5", "IK5", "CTX", "IK4"]
    assert cases.findings(events) == ["unmodelled-segments"]


def test_a_999_that_breaks_off_is_refused_whole() -> None:
    content = _file(BODY)
    events = list(x12.read(content[: content.index(b"IK3*REF")]))
    (refused,) = cases.only(events, x12.Refused)
    assert refused.finding.code == "truncated"
    assert _read(content[: content.index(b"IK3*REF")]) == []


@pytest.mark.parametrize(
    ("message", "word"),
    [
        (replace(ANSWER, codes=("1", "2", "3", "4", "5", "6")), "AK9"),
        (replace(RECEIPT, sent_on=date(1999, 12, 31)), "TA102"),
        (replace(ANSWER, group_control_number="1*2"), "AK102"),
        (replace(REJECTED, codes=()), "SetAcknowledgement"),
    ],
)
def test_what_cannot_be_written_is_refused(message: Value, word: str) -> None:
    with pytest.raises(RefusedError, match=word):
        _written(message)


def test_answers_of_both_kinds_are_two_interchanges() -> None:
    with pytest.raises(RefusedError, match="one kind"):
        _written(RECEIPT, ANSWER)


def test_who_is_accepted() -> None:
    table = {
        status: (each.accepted, each.partially_accepted, each.rejected)
        for status in "AEPRMWX"
        for each in [replace(ANSWER, status=status)]
    }
    assert table == {
        "A": (True, False, False), "E": (True, False, False), "P": (False, True, False),
        **dict.fromkeys("RMWX", (False, False, True)),
    }  # fmt: skip
    assert [replace(REJECTED, status=status).accepted for status in ("A", "E", "R", "")] == [True, True, False, False]
    assert [replace(REJECTED, status=status).rejected for status in ("A", "E", "R", "")] == [False, False, True, False]
    assert [replace(RECEIPT, status=status).accepted for status in "AER"] == [True, True, False]
    assert [replace(RECEIPT, status=status).rejected for status in "AER"] == [False, False, True]


def test_no_repr_shows_what_a_999_copies() -> None:
    assert "CANARY" not in repr(ANSWER)
    assert "CANARY" not in repr(REJECTED.errors[0].elements)
    assert all("CANARY" not in repr(event) for event in x12.read(_file(BODY)))


# Sample files: sets answered, statuses of group and sets, findings.
SAMPLES = {
    "Inteligenz__X12Parser/DHS_Wisconsin_Sample.txt": ("P", "ARR", ["odd-isa"]),
    # IK5 is called AK5 there, as in a 997.
    "aurelianware__hipaa-attachments/999-acknowledgment.edi": ("A", " ", ["missing-segment", "unmodelled-segments"]),
    "azoner__pyx12/834_ls_le_ls_5010.999.txt": ("A", "A", []),
    "azoner__pyx12/834_lui_id_5010.999.txt": ("AAAA", "AAAA", []),
    # IEA02 is not ISA13.
    "imsweb__x12-parser/x12_999_accepted.txt": ("A", "A", ["control-number"]),
    "imsweb__x12-parser/x12_999_rejected.txt": ("R", "R", []),
    # An IK5 before the AK1, a set with two, an AK2 of five elements, and an SE01 that miscounts.
    "xlate__staedi/invalid999.edi": ("P", "QRR", ["unmodelled-segments", "segment-count"]),
    "xlate__staedi/simple999.edi": ("P", "ARR", []),
}
RECEIPTS = {
    "Inteligenz__X12Parser/TechnicalAcknowledgment_Sample1.txt": (["A", "A"], ["odd-isa"]),
    "Inteligenz__X12Parser/TechnicalAcknowledgment_SampleFromJeffN825.txt": (
        ["R006"], ["odd-isa", "unmodelled-segments", "unterminated"],
    ),
    # IEA01 counts a group that is not there.
    "xlate__staedi/x12_interchange_ack.txt": (["A000"], ["envelope-count"]),
}  # fmt: skip


def test_samples_of_999(samples: Path) -> None:
    folder = samples / "x12/999"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == SAMPLES.keys()
    for name, (groups, sets, findings) in SAMPLES.items():
        events = list(x12.read(folder / name))
        messages = [read.message for read in cases.only(events, x12.MessageRead)]
        answers = [each for each in messages if isinstance(each, FunctionalAcknowledgement)]
        assert "".join(each.status for each in answers) == groups, name
        assert "".join(each.status or " " for answer in answers for each in answer.sets) == sets, name
        assert cases.findings(events) == findings, name


def test_samples_of_ta1(samples: Path) -> None:
    folder = samples / "x12/TA1"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == RECEIPTS.keys()
    for name, (answers, findings) in RECEIPTS.items():
        events = list(x12.read(folder / name))
        messages = [read.message for read in cases.only(events, x12.MessageRead)]
        receipts = [each for each in messages if isinstance(each, InterchangeAcknowledgement)]
        assert [each.status + each.note for each in receipts] == answers, name
        assert cases.findings(events) == findings, name


def test_samples_of_997_are_named_and_not_read(samples: Path) -> None:
    for path in (samples / "x12/997").rglob("*.edi"):
        events = list(x12.read(path))
        assert cases.only(events, x12.MessageRead) == []
        assert "unsupported-transaction" in cases.findings(events), path.name
