"""Eligibility questions and answers are read and written whole, patient by patient, and rejections where they stand."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import eligibility_cases as eligibility
import x12_cases as cases
from denialml import x12
from denialml.claims import (
    DatedFact,
    Diagnosis,
    EligibilityEntity,
    EligibilityInquiry,
    EligibilityResponse,
    Member,
    Party,
    Rejection,
    Trace,
    Value,
    replace,
)
from denialml.errors import RefusedError

VERSION = "005010X279A1"
HEAD = """
BHT*0022*11*10001234*20260302*0930
HL*1**20*1
NM1*PR*2*PRAIRIE HEALTH*****PI*PH001
HL*2*1*21*1
NM1*1P*2*ELM STREET CLINIC*****XX*1234567893
"""
SUBSCRIBER = """
HL*3*2*22*0
TRN*2*ELIG-0001*9PRAIRIE01
NM1*IL*1*STONE*ADA****MI*MEM0000001
"""


def _events(body: str, set_id: str = "271") -> list[x12.Event]:
    functional = {"270": "HS", "271": "HB"}[set_id]
    return list(x12.read(cases.interchange(body, functional=functional, version=VERSION, set_id=set_id)))


def _read(events: list[x12.Event]) -> x12.MessageRead:
    (read,) = cases.only(events, x12.MessageRead)
    return read


def _response(body: str) -> EligibilityResponse:
    events = _events(HEAD + SUBSCRIBER + body)
    assert cases.findings(events) == []
    message = _read(events).message
    assert isinstance(message, EligibilityResponse)
    return message


INQUIRIES = [
    eligibility.inquiry(),
    eligibility.rich_inquiry(),
    eligibility.inquiry(questions=()),
    eligibility.inquiry(receiver=EligibilityEntity("1P", Party("X", id_qualifier="XX", identifier="1234567893"))),
    eligibility.inquiry(subscriber=replace(eligibility.ADA, birth=None)),
]
RESPONSES = [
    eligibility.response(),
    eligibility.rich_response(),
    eligibility.rejected_source(),
    eligibility.rejected_receiver(),
    eligibility.rejected_subscriber(),
]


@pytest.mark.parametrize("message", [*INQUIRIES, *RESPONSES])
def test_a_message_reads_back_equal(message: Value) -> None:
    content = x12.write(eligibility.batch(message))
    assert eligibility.messages(content) == [message]
    assert cases.findings(list(x12.read(content))) == []


@pytest.mark.parametrize("many", [INQUIRIES, RESPONSES, INQUIRIES[::-1], RESPONSES[::-1], RESPONSES + RESPONSES[::-1]])
def test_messages_of_many_kinds_keep_their_order(many: list[Value]) -> None:
    assert eligibility.messages(x12.write(eligibility.batch(*many))) == many


def test_what_is_asked_and_answered_has_its_functional_group() -> None:
    assert b"~GS*HS*" in x12.write(eligibility.batch(eligibility.inquiry()))
    assert b"~GS*HB*" in x12.write(eligibility.batch(eligibility.response()))


def test_patients_share_the_levels_above_them() -> None:
    own = eligibility.inquiry(subscriber=eligibility.HOLDER)
    child = eligibility.inquiry(subscriber=eligibility.HOLDER, dependent=eligibility.CHILD)
    other = eligibility.inquiry()
    content = x12.write(eligibility.batch(own, child, child, other)).decode()
    levels = [segment for segment in content.split("~") if segment.startswith("HL*")]
    assert levels == ["HL*1**20*1", "HL*2*1*21*1", "HL*3*2*22*1", "HL*4*3*23*0", "HL*5*3*23*0", "HL*6*2*22*0"]


def test_a_subscriber_who_asks_nothing_is_not_taken_for_one_who_only_carries_a_dependent() -> None:
    silent = eligibility.inquiry(subscriber=eligibility.HOLDER, questions=())
    child = eligibility.inquiry(subscriber=eligibility.HOLDER, dependent=eligibility.CHILD)
    many = [silent, child, silent]
    assert eligibility.messages(x12.write(eligibility.batch(*many))) == many


def test_a_rejected_level_is_not_shared() -> None:
    many = [eligibility.rejected_receiver(), eligibility.response(), eligibility.rejected_source()]
    content = x12.write(eligibility.batch(*many))
    assert eligibility.messages(content) == many
    levels = [segment for segment in content.decode().split("~") if segment.startswith("HL*")]
    assert levels == ["HL*1**20*1", "HL*2*1*21*0", "HL*3*1*21*1", "HL*4*3*22*0", "HL*5**20*0"]


def test_messages_of_other_transactions_go_into_other_sets() -> None:
    many = [eligibility.inquiry(), eligibility.inquiry(reference="10001235")]
    content = x12.write(eligibility.batch(*many))
    assert content.count(b"~ST*270*") == 2
    assert eligibility.messages(content) == many


def test_a_set_holds_no_more_patients_than_the_guide_recommends() -> None:
    content = x12.write(eligibility.batch(*[eligibility.inquiry()] * 100))
    assert [end.claims for end in cases.only(list(x12.read(content)), x12.TransactionEnd)] == [99, 1]


def test_a_subscriber_whose_level_promises_a_dependent_that_speaks_is_a_message_of_its_own() -> None:
    body = HEAD + SUBSCRIBER.replace("22*0", "22*1") + "EB*6**30\nHL*4*3*23*0\nNM1*03*1*STONE*BO\nEB*1**30\n"
    first, second = [event.message for event in cases.only(_events(body), x12.MessageRead)]
    assert isinstance(first, EligibilityResponse)
    assert isinstance(second, EligibilityResponse)
    assert first.dependent is None
    assert second.subscriber == first.subscriber == first.patient
    assert second.patient == Member(Party("STONE", "BO", is_person=True))
    assert [benefit.code for benefit in (*first.benefits, *second.benefits)] == ["6", "1"]


def test_a_subscriber_that_only_carries_a_dependent_gives_its_traces_to_the_message() -> None:
    body = HEAD + SUBSCRIBER.replace("22*0", "22*1") + "HL*4*3*23*0\nNM1*03*1*STONE*BO\nEB*1**30\n"
    message = _read(_events(body)).message
    assert isinstance(message, EligibilityResponse)
    assert message.subscriber is not None
    assert message.subscriber.traces == (Trace("ELIG-0001", "9PRAIRIE01", kind="2"),)


def test_every_statement_keeps_what_belongs_to_it() -> None:
    message = _response(
        "EB*1**30\nDTP*291*D8*20260302\nMSG*ALL IS WELL\nEB*R\nLS*2120\nNM1*PR*2*OTHER*****PI*1\nNM1*36*2*SHOP\n"
        "LE*2120\nEB*C*IND*30***29*0"
    )
    plain, other, left = message.benefits
    assert plain.dates == (DatedFact("291", date(2026, 3, 2)),)
    assert plain.messages == ("ALL IS WELL",)
    assert [entity.party.name for entity in other.entities] == ["OTHER", "SHOP"]
    assert (left.period, left.amount_cents) == ("29", 0)


def test_a_code_that_the_guide_does_not_know_hides_nothing() -> None:
    (benefit,) = _response("EB*??*IND*30\nMSG*OF IT").benefits
    assert (benefit.code, benefit.messages) == ("??", ("OF IT",))


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        ("EB*1**30\nDTP*291*TT*X", "DTP"),
        ("EB*1**30\nMSG*TEXT*AA", "MSG"),
        ("EB*1**30\nZZZ*1", "ZZZ"),
        ("EB*1**30**********HC:1:::::D:LAST", "EB"),
        ("EB*1**30\nHSD*VS*1*******X", "HSD"),
        ("EB*1**30\nLS*2120\nREF*6P*PLAN\nLE*2120", "LS"),
    ],
)
def test_what_has_no_place_is_kept_beside_the_message(segment: str, name: str) -> None:
    read = _read(_events(HEAD + SUBSCRIBER + segment))
    assert read.unmodelled[0].name == name


def test_what_has_no_place_at_the_payer_is_kept_with_every_patient() -> None:
    body = HEAD.replace("HL*2*1", "REF*XX*ODD\nHL*2*1") + SUBSCRIBER + "EB*1**30"
    assert [segment.name for segment in _read(_events(body)).unmodelled] == ["REF"]


def test_a_diagnosis_list_of_another_form_is_kept_whole() -> None:
    read = _read(_events(HEAD + SUBSCRIBER + "HI*ABK:J45909*ABF:J301:D8:20260101\nEB*1**30"))
    assert [segment.name for segment in read.unmodelled] == ["HI"]
    read = _read(_events(HEAD + SUBSCRIBER + "HI*ABK:J45909*ABF:J301\nEB*1**30"))
    assert isinstance(read.message, EligibilityResponse)
    assert read.message.subscriber is not None
    assert read.message.subscriber.diagnoses == (Diagnosis("J45909", "ABK"), Diagnosis("J301", "ABF"))


def test_a_patient_without_levels_above_is_read_for_what_is_there() -> None:
    message = _read(_events("BHT*0022*11*1*20260302*0930\n" + SUBSCRIBER + "EB*1**30")).message
    assert isinstance(message, EligibilityResponse)
    assert message.source == message.receiver == EligibilityEntity()
    assert message.patient is not None
    assert message.patient.party.first == "ADA"


def test_the_patients_of_one_payer_are_not_hung_under_another() -> None:
    body = HEAD + SUBSCRIBER + "HL*4**20*1\nNM1*PR*2*OTHER*****PI*OT1\n" + SUBSCRIBER.replace("HL*3*2", "HL*5*4")
    first, second = [event.message for event in cases.only(_events(body), x12.MessageRead)]
    assert isinstance(first, EligibilityResponse)
    assert isinstance(second, EligibilityResponse)
    assert second.source.party.name == "OTHER"
    assert second.receiver == EligibilityEntity()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("EB*1**30****TEN", "bad-amount"),
        ("EB*1**30*****1e9", "bad-number"),
        ("EB*1**30**********HC:99213*1.5", "bad-number"),
        ("DTP*291*D8*20260230\nEB*1**30", "bad-date"),
        ("EB**IND", "missing-element"),
        ("HL*4*3*PT*0\nNM1*QC*1*STONE", "unknown-level"),
    ],
)
def test_a_level_that_cannot_be_read_is_refused_alone(body: str, code: str) -> None:
    other = SUBSCRIBER.replace("ELIG-0001", "ELIG-0009") + "EB*1**30\n"
    events = _events(HEAD + SUBSCRIBER + "EB*1**30\n" + body.replace("EB*1**30\nHL", "HL") + "\n" + other)
    refused = cases.only(events, x12.Refused)
    assert [each.finding.code for each in refused] == [code]
    last = cases.only(events, x12.MessageRead)[-1].message
    assert isinstance(last, EligibilityResponse)
    assert last.patient is not None
    assert last.patient.traces[0].number == "ELIG-0009"
    assert "STONE" not in str(refused[0].finding)


@pytest.mark.parametrize(
    "message",
    [
        eligibility.inquiry(sent_on=None),
        eligibility.inquiry(sent_at=""),
        eligibility.inquiry(source=EligibilityEntity()),
        eligibility.inquiry(subscriber=replace(eligibility.ADA, diagnoses=(Diagnosis("J301"),) * 9)),
        eligibility.inquiry(
            subscriber=replace(eligibility.ADA, dates=(DatedFact("291", date(2026, 3, 2), time="0930"),))
        ),
        eligibility.response(receiver=None),
        eligibility.response(subscriber=None),
        eligibility.response(source_rejections=(Rejection("42"),)),
        eligibility.rejected_source().__class__(eligibility.PAYER, sent_on=eligibility.DAY, sent_at="0930"),
    ],
)
def test_what_the_guide_has_no_form_for_is_refused(message: Value) -> None:
    with pytest.raises(RefusedError) as refusal:
        x12.write(eligibility.batch(message))
    assert "STONE" not in str(refusal.value)


@pytest.mark.parametrize("message", [INQUIRIES[1], RESPONSES[1]])
def test_no_repr_names_a_person(message: EligibilityInquiry | EligibilityResponse) -> None:
    parts = [message, message.subscriber, message.dependent, message.source, message.receiver]
    parts += [*message.questions] if isinstance(message, EligibilityInquiry) else [*message.benefits]
    dependent = message.dependent
    assert dependent is not None
    parts += [*dependent.traces, dependent.provider, *dependent.military]
    assert not any(word in repr(parts) for word in ("STONE", "MEM0000001", "ELIG", "1112223338", "CALL", "RESERVE"))


def test_samples_are_read_whole(samples: Path) -> None:
    """Every real file of this version: messages, no refusal, and what is kept beside them."""
    kept: Counter[str] = Counter()
    files = 0
    for path in sorted((samples / "x12").glob("27[01]/*/*")):
        events = list(x12.read(path))
        if not any(start.version.startswith("005010X279") for start in cases.only(events, x12.Transaction)):
            assert "unsupported-transaction" in cases.findings(events)  # 4010
            continue
        files += 1
        assert cases.only(events, x12.MessageRead), path.name
        assert not cases.only(events, x12.Refused), path.name
        kept.update(segment.name for read in cases.only(events, x12.MessageRead) for segment in read.unmodelled)
    assert files == 32
    assert kept == {"LS": 1, "LE": 1}  # a run of related entities that holds none
