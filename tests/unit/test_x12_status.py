"""Claim status: what is read from 276, 277 and 277CA, what is kept, and what is refused in writing."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import status_cases as status
import x12_cases as cases
from denialml import x12
from denialml.claims import (
    ClaimAcknowledgement,
    ClaimStatusInquiry,
    ClaimStatusResponse,
    DatedFact,
    Party,
    StatusLevel,
    StatusPerson,
    Value,
    replace,
)
from denialml.errors import RefusedError
from denialml.x12.faults import Fault
from denialml.x12.validate import validate

LEVELS_276 = """
BHT*0010*13*SET77*20260302*0930
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*41*2*CLEARING HOUSE*****46*R12345
HL*3*2*19*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
"""
CLAIM_276 = """
HL*4*3*22*0
DMG*D8*19800517*F
NM1*IL*1*STONE*ADA*M**JR*MI*MEM0000001
TRN*1*TRACE1
REF*EJ*0000000001Y
AMT*T3*125.5
DTP*472*D8*20260105
"""
HEAD_277CA = """
BHT*0085*08*SET77*20260302*0930*TH
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
TRN*1*ACK1
DTP*050*D8*20260301
DTP*009*D8*20260302
HL*2*1*21*1
NM1*41*2*CLEARING HOUSE*****46*R12345
"""
BATCH_277CA = """
TRN*2*BATCH9
STC*A1:20*20260301*WQ*425.51
QTY*90*1
QTY*AA*2
AMT*YU*125.5
AMT*YY*300.01
"""


def read(body: str, set_id: str = "276", version: str = "005010X212") -> list[x12.Event]:
    content = cases.interchange(body, functional="HR", version=version, set_id=set_id)
    return [each for each in x12.read(content) if not isinstance(each, x12.Transaction | x12.TransactionEnd)]


def messages(events: list[x12.Event]) -> list[Value]:
    return [event.message for event in cases.only(events, x12.MessageRead)]


def test_an_inquiry_is_read() -> None:
    (event,) = read(LEVELS_276 + CLAIM_276)
    assert isinstance(event, x12.MessageRead)
    assert event.message == status.inquiry()
    assert event.unmodelled == ()


def test_totals_of_a_batch_are_a_message() -> None:
    events = read(HEAD_277CA + BATCH_277CA, "277", "005010X214")
    assert messages(events) == [status.answer()]
    assert status.answer().level is StatusLevel.BATCH


ONLY_LEVELS = [status.answer(), status.of_claim("0", patient=None, references=(), dates=(), statuses=())]


@pytest.mark.parametrize(
    "batch",
    [status.inquiries(), status.responses(), status.acknowledgements(), ONLY_LEVELS[:1], ONLY_LEVELS],
    ids=["276", "277", "277CA", "277CA of a batch", "277CA of a provider"],
)
def test_what_is_written_reads_back_and_has_no_fault(batch: list[Value]) -> None:
    content = x12.write(status.batch(batch))
    assert status.read_back(content) == batch
    assert [each for each in validate(content) if isinstance(each, Fault)] == []


def test_levels_are_shared_by_messages_that_follow_each_other() -> None:
    content = x12.write(status.batch(status.inquiries())).decode()
    assert [segment[3:] for segment in content.split("~") if segment.startswith("HL*")] == [
        "1**20*1", "2*1*21*1", "3*2*19*1", "4*3*22*0", "5*3*22*1", "6*5*23", "7*3*22*0", "8*2*19*1", "9*8*22*0",
    ]  # fmt: skip


def test_messages_of_another_sending_stand_in_another_set() -> None:
    batch = [status.inquiry(), status.inquiry("T2"), status.inquiry("T3", reference="OTHER")]
    content = x12.write(status.batch(batch))
    assert content.count(b"~ST*276*") == 2
    assert status.read_back(content) == batch


def test_levels_say_what_an_answer_is_about() -> None:
    assert [each.level.value for each in status.responses()] == [
        "claim", "claim", "claim", "claim", "provider", "claim", "provider", "batch",
    ]  # fmt: skip
    assert Counter(each.level for each in status.acknowledgements()) == {"batch": 3, "claim": 6, "provider": 4}


def test_a_rejection_is_told() -> None:
    assert [each.rejected for each in status.acknowledgements()[:6]] == [False, False, False, False, True, True]
    line = status.acknowledgements()[4].lines[0]
    assert status.of_claim(lines=(line,)).rejected


def test_the_numbers_of_a_claim() -> None:
    first = status.inquiries()[0]
    assert (first.payer_control_number, first.type_of_bill, first.clearinghouse_number) == ("ICN1", "111", "CH1")
    assert (status.inquiry().account_number, status.inquiry().type_of_bill) == ("0000000001Y", "")
    assert status.responses()[2].lines[0].control_number == "L1"


def test_nothing_of_a_person_is_shown() -> None:
    shown = repr([status.inquiries(), status.responses(), status.acknowledgements(), status.status(message="ADA")])
    assert not [each for each in ("STONE", "ADA", "MEM000", "1980", "0000000001Y", "ICN1", "CHECK9") if each in shown]


# Liberal in reading


def test_what_has_no_place_is_kept_with_its_claim_and_those_below() -> None:
    body = LEVELS_276.replace("HL*2*1*21*1", "N3*1 ELM STREET\nHL*2*1*21*1") + CLAIM_276 + "MSG*HELLO"
    events = read(body)
    (event,) = cases.only(events, x12.MessageRead)
    assert event.message == status.inquiry()
    assert event.unmodelled == (x12.Segment("N3", ("1 ELM STREET",)), x12.Segment("MSG", ("HELLO",)))
    assert cases.findings(events) == ["unmodelled-segments"] * 2


@pytest.mark.parametrize(
    ("good", "odd"),
    [
        ("HL*4*3*22*0", "HL*4*2*22*0"),  # hangs elsewhere than it stands
        ("TRN*1*TRACE1", "TRN*1*TRACE1*9ORIGIN"),
        ("DMG*D8*19800517*F", "DMG*D8*19800517*F*M"),
        ("NM1*IL*1*STONE*ADA*M**JR*MI*MEM0000001", "NM1*IL*1*STONE*ADA*M**JR*MI*MEM0000001*72"),
        ("AMT*T3*125.5", "AMT*T3*125.5*C"),
        ("REF*EJ*0000000001Y", "REF*EJ*0000000001Y**2U:1"),
        ("DTP*472*D8*20260105", "DTP*472*D8*20260105*X"),
        ("BHT*0010*13*SET77*20260302*0930", "BHT*0010*18*SET77*20260302*0930"),
    ],
)
def test_a_segment_with_more_than_the_vocabulary_has_is_kept_whole(good: str, odd: str) -> None:
    assert good in LEVELS_276 + CLAIM_276
    events = read((LEVELS_276 + CLAIM_276).replace(good, odd))
    (event,) = cases.only(events, x12.MessageRead)
    name, *elements = odd.split("*")
    assert event.message == status.inquiry()
    assert event.unmodelled == (x12.Segment(name, tuple(elements)),)


def test_an_answer_without_its_trace_is_read() -> None:
    body = (LEVELS_276 + CLAIM_276).replace("BHT*0010*13", "BHT*0010*08").replace("TRN*1*TRACE1\n", "")
    body = body.replace("AMT*T3*125.5", "STC*F2:88*20260301").replace("DMG*D8*19800517*F\n", "")
    expected = status.response(
        "", payer=status.PAYER, references=status.inquiry().references, statuses=(status.status(),)
    )
    assert messages(read(body, "277")) == [expected]


def test_levels_that_a_sender_left_out_are_empty() -> None:
    body = "BHT*0010*13*SET77*20260302*0930\n" + CLAIM_276.replace("HL*4*3", "HL*1*")
    assert messages(read(body)) == [status.inquiry(payer=Party(), receiver=Party(), provider=Party())]


def test_a_person_about_whom_nothing_is_asked_is_a_message() -> None:
    body = LEVELS_276 + "HL*4*3*22*0\nNM1*IL*1*BROOK*EVE****MI*MEM0000002"
    (message,) = messages(read(body))
    assert isinstance(message, ClaimStatusInquiry)
    assert (message.subscriber, message.trace) == (StatusPerson(status.EVE), "")


def test_claims_below_a_level_that_cannot_be_read_are_refused_with_it() -> None:
    events = read(LEVELS_276 + CLAIM_276.replace("19800517", "19801399") + "HL*5*4*23\nNM1*QC*1*STONE*BO\nTRN*1*T2")
    assert cases.findings(events) == ["bad-date", "level-refused"]
    refused = cases.only(events, x12.Refused)
    assert refused[0].finding.where.endswith("DMG02")
    assert [segment.name for segment in refused[1].segments] == ["HL", "NM1", "TRN"]
    assert messages(events) == []


def test_a_head_that_cannot_be_read_leaves_the_set_incomplete() -> None:
    content = cases.interchange(
        (LEVELS_276 + CLAIM_276).replace("20260302", "20260232"), functional="HR", version="005010X212", set_id="276"
    )
    (end,) = cases.only(list(x12.read(content)), x12.TransactionEnd)
    assert (end.claims, end.refused, end.complete) == (0, 5, False)


def test_a_level_that_nobody_knows_is_refused_whole() -> None:
    events = read(LEVELS_276 + CLAIM_276 + "HL*5*3*99*0\nNM1*ZZ*1*NOBODY")
    assert cases.findings(events) == ["unknown-level"]
    assert len(messages(events)) == 1


@pytest.mark.parametrize("count", ["1.5", "ONE"])
def test_a_count_is_a_whole_number(count: str) -> None:
    events = read(HEAD_277CA + BATCH_277CA.replace("QTY*90*1", f"QTY*90*{count}"), "277", "005010X214")
    assert cases.findings(events) == ["bad-number"]


# Strict in writing

NO_TRACE = status.inquiry("")
REFUSED: list[tuple[list[Any], str]] = [
    ([], "without a message"),
    ([status.inquiry(), status.response()], "one kind"),
    ([cases.claim()], "Claim is no message"),
    ([NO_TRACE], "TRN02"),
    ([status.inquiry(sent_on=None)], "BHT03 to BHT05"),
    ([status.inquiry(dates=(DatedFact("472", date(2026, 1, 5), time="0800"),))], "DTP03"),
    ([status.inquiry(provider=replace(status.CLINIC, taxonomy="207Q00000X"))], "reads back differently"),
    ([status.inquiry(trace="A*B")], "TRN02"),
    ([status.response(provider=None)], "HL03 19"),
    ([status.response(subscriber=None, dependent=StatusPerson(status.BO))], "HL03 22"),
    ([status.of_claim()], "2200B"),
    ([status.answer(), status.of_claim(source_trace="ACK2")], "2200B"),
    ([status.answer(), status.of_claim()], "2200C"),
    ([*status.acknowledgements()[:2], status.of_claim(provider=status.OTHER_CLINIC)], "2200C"),
    ([status.answer(received_on=None)], "2200A"),
]


@pytest.mark.parametrize(("batch", "words"), REFUSED)
def test_what_is_refused(batch: list[Any], words: str) -> None:
    with pytest.raises(RefusedError, match=words) as caught:
        x12.write(status.batch(batch))
    assert "STONE" not in str(caught.value)


# Samples

# In these files somebody wrote over the dates (or the file breaks off), which is what the refusal says.
REFUSALS = {
    "277CA/Inteligenz__X12Parser/FromLatitude81uk.txt": ["bad-date"] + ["level-refused"] * 4,
    "277CA/Inteligenz__X12Parser/FromBogeyone.txt": ["truncated"],
}
NOT_OF_5010 = "276/slott56__TigerShark/TEST_276_TXNs.txt"


def _samples(samples: Path) -> dict[str, list[x12.Event]]:
    root = samples / "x12"
    files = [path for kind in ("276", "277", "277CA") for path in (root / kind).rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): list(x12.read(path)) for path in files}


def test_samples_are_read(samples: Path) -> None:
    found = _samples(samples)
    refusals = {
        name: [each.finding.code for each in cases.only(events, x12.Refused)]
        for name, events in found.items()
        if cases.only(events, x12.Refused)
    }
    assert refusals == REFUSALS
    kinds = Counter(type(message) for events in found.values() for message in messages(events))
    assert kinds == {ClaimStatusInquiry: 13, ClaimStatusResponse: 16, ClaimAcknowledgement: 15}
    without = {name for name, events in found.items() if not messages(events)}
    assert without == {*REFUSALS, NOT_OF_5010}


def test_samples_leave_nothing_over_but_what_was_written_over(samples: Path) -> None:
    kept = Counter(
        segment.name
        for name, events in _samples(samples).items()
        for event in cases.only(events, x12.MessageRead)
        for segment in event.unmodelled
        if not name.endswith("277_Deidentified_from_nth.txt")  # its BHT01 is 9999
    )
    assert kept == {}


def test_a_status_in_an_inquiry_without_its_trace_is_kept_beside_it() -> None:
    (event, notice) = read(LEVELS_276 + "HL*4*3*22*0\nNM1*IL*1*STONE*ADA\nSTC*A1:20*20260301*WQ*425.51\n")
    assert isinstance(event, x12.MessageRead)
    assert [segment.name for segment in event.unmodelled] == ["STC"]
    assert isinstance(notice, x12.Noticed)
