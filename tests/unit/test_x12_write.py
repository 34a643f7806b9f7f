"""What is written reads back equal, and what cannot be written safely is refused in words that hold no data."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

import x12_cases as cases
from denialml import x12
from denialml.claims import (
    Address,
    Adjustment,
    ClaimGroup,
    Contact,
    DatedFact,
    Diagnosis,
    InterchangeAcknowledgement,
    Note,
    OutpatientAdjudication,
    Party,
    Procedure,
    Reference,
    Remark,
    Value,
    field_names,
    replace,
)
from denialml.errors import RefusedError
from denialml.x12 import write837
from denialml.x12.tokens import Delimiters


def _claims(content: bytes) -> list[x12.ClaimRead]:
    return cases.only(list(x12.read(content)), x12.ClaimRead)


def test_a_claim_that_fills_every_field_reads_back_equal() -> None:
    claims = [cases.claim(), cases.rich_claim()]
    content = x12.write(cases.batch(claims))
    assert [read.claim for read in _claims(content)] == claims
    assert not any(read.unmodelled for read in _claims(content))


def test_what_was_written_comes_with_what_is_read_in_it() -> None:
    claims = [cases.claim(), cases.rich_claim()]
    of_claims = x12.written(cases.batch(claims))
    assert of_claims == x12.Reading.of(x12.write(cases.batch(claims)))
    assert (of_claims.claims, of_claims.messages) == (tuple(claims), ())
    answer = InterchangeAcknowledgement("000000007", date(2025, 3, 10), "1730", "A")
    of_message = x12.written(x12.MessageBatch(cases.ENVELOPE, [answer]))
    assert of_message == x12.Reading.of(of_message.content)
    assert (of_message.claims, of_message.messages) == ((), (answer,))


def _unset(value: Value) -> list[str]:
    """Fields that are at their defaults."""
    names, defaults = field_names(type(value)), type(value).__struct_defaults__
    pairs = zip(names[len(names) - len(defaults) :], defaults, strict=True)
    return [name for name, default in pairs if getattr(value, name) == default]


def test_a_remittance_that_fills_every_field_reads_back_equal() -> None:
    head, rich = cases.rich_remittance(), cases.rich_payment()
    assert (_unset(head), _unset(rich), _unset(rich.services[0])) == ([], [], [])
    adjustments = [cases.provider_adjustment(cents, "FB") for cents in range(1, 9)]
    group = cases.claim_group()
    payments = [group, cases.payment(), rich, ClaimGroup("2"), cases.payment("A3")]
    content = x12.write(cases.remittances(x12.RemittanceTransaction(head, payments, adjustments)))
    events = list(x12.read(content))
    assert [event.remittance for event in cases.only(events, x12.RemittanceRead)] == [head]
    read = [
        event.group if isinstance(event, x12.ClaimGroupRead) else event.payment
        for event in events
        if isinstance(event, x12.ClaimGroupRead | x12.ClaimPaymentRead)
    ]
    assert read == payments
    assert [event.adjustment for event in cases.only(events, x12.ProviderAdjustmentRead)] == adjustments
    assert cases.findings(events) == []
    assert content.count(b"~PLB*") == 2
    assert content.count(b"~CAS*CO*") == 5  # six, two and one of the rich service, one of each plain one


def test_a_line_control_number_stands_where_the_guide_puts_it() -> None:
    references = (Reference("LU", "11"), Reference("HPI", "1"), Reference("G1", "2"))
    service = replace(cases.payment().services[0], references=references)
    content = x12.write(
        cases.remittances(x12.RemittanceTransaction(cases.remittance(), [cases.payment(services=(service,))]))
    )
    assert b"~REF*LU*11~REF*6R*L1~REF*HPI*1~REF*G1*2~" in content


def test_a_payment_of_nothing_and_a_remittance_without_claims_can_be_written() -> None:
    head = cases.remittance(payment_cents=0, method="NON", paid_on=None, produced_on=None, trace="", originator="")
    content = x12.write(cases.remittances(x12.RemittanceTransaction(head, [])))
    assert b"~BPR*I*0*C*NON~" in content
    assert b"~LX*" not in content


def test_claims_that_share_provider_and_cover_share_their_levels() -> None:
    dependent = cases.claim("B", coverage=replace(cases.COVERAGE, relationship=""), patient=cases.CHILD)
    other = cases.claim("D", coverage=replace(cases.COVERAGE, group_number="GRP2"))
    claims = [cases.claim("A"), cases.claim("A2"), dependent, replace(dependent, control_number="C"), other]
    content = x12.write(cases.batch(claims)).decode()
    levels = [segment for segment in content.split("~") if segment.startswith("HL*")]
    assert levels == ["HL*1**20*1", "HL*2*1*22*0", "HL*3*1*22*1", "HL*4*3*23*0", "HL*5*1*22*0"]


def test_a_subscriber_between_dependents_gets_a_level_again() -> None:
    own = cases.claim("A")
    dependent = cases.claim("B", patient=cases.CHILD)
    claims = [own, dependent, replace(own, control_number="C")]
    assert [read.claim for read in _claims(x12.write(cases.batch(claims)))] == claims


def test_more_claims_than_a_set_should_hold_go_into_several_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    assert write837.CLAIMS_IN_A_SET == 5000
    monkeypatch.setattr(write837, "CLAIMS_IN_A_SET", 50)
    claims = [cases.claim(f"N{number}") for number in range(51)]
    content = x12.write(cases.batch(claims))
    events = list(x12.read(content))
    assert [end.claims for end in cases.only(events, x12.TransactionEnd)] == [50, 1]
    assert [start.control_number for start in cases.only(events, x12.Transaction)] == ["0001", "0002"]
    assert content.endswith(b"GE*2*42~IEA*1*000000042~")


@pytest.mark.parametrize("terminator", ["\n", "\x1c", "'", "!"])
def test_any_delimiters_serve(terminator: str) -> None:
    envelope = replace(cases.ENVELOPE, delimiters=Delimiters("|", ">", "#", terminator))
    claims = [cases.rich_claim()]
    content = x12.write(cases.batch(claims, envelope))
    assert [read.claim for read in _claims(content)] == claims


@pytest.mark.parametrize(
    "delimiters",
    [
        Delimiters("A"), Delimiters("*", "*"), Delimiters("**"), Delimiters(terminator=""), Delimiters("-"),
        Delimiters(element="\n"), Delimiters("é"), Delimiters(" "),
    ],
)  # fmt: skip
def test_delimiters_that_values_need_are_refused(delimiters: Delimiters) -> None:
    with pytest.raises(RefusedError, match="delimiters"):
        x12.write(cases.batch([cases.claim()], replace(cases.ENVELOPE, delimiters=delimiters)))


@pytest.mark.parametrize("character", ["*", "~", "^", ":", "\n", "\x00", "\x7f", "\u2028"])
@pytest.mark.parametrize("place", ["name", "note", "control number", "modifier", "diagnosis", "contact"])
def test_no_text_can_smuggle_structure(character: str, place: str) -> None:
    evil = f"CANARY{character}X"
    changed = {
        "name": lambda: cases.claim(rendering=replace(cases.DOCTOR, name=evil)),
        "note": lambda: cases.claim(notes=(Note("ADD", evil),)),
        "control number": lambda: cases.claim(evil),
        "modifier": lambda: cases.claim(lines=(replace(cases.line(), procedure=Procedure("99213", (evil,))),)),
        "diagnosis": lambda: cases.claim(diagnoses=(Diagnosis(evil, "ABK"),)),
        "contact": lambda: cases.claim(billing=replace(cases.CLINIC, contacts=(Contact("IC", evil),))),
    }[place]()
    with pytest.raises(RefusedError) as caught:
        x12.write(cases.batch([changed]))
    assert "CANARY" not in str(caught.value)
    assert any(name in str(caught.value) for name in ("NM103", "NTE02", "CLM01", "SV101", "SV1", "HI", "PER02"))


def test_text_outside_ascii_survives_as_utf_8() -> None:
    claims = [cases.claim(rendering=replace(cases.DOCTOR, name="NÚÑEZ"))]
    assert [read.claim for read in _claims(x12.write(cases.batch(claims)))] == claims


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lines": tuple(cases.line(n) for n in range(1, 52))}, "at most 50 lines"),
        ({"diagnoses": tuple(Diagnosis(f"E{n}") for n in range(13))}, "at most 12 diagnoses"),
        ({"lines": (replace(cases.line(), diagnosis_pointers=(1, 2, 3, 4, 5)),)}, "at most 4 diagnoses"),
        ({"lines": (replace(cases.line(), procedure=Procedure("1", tuple("ABCDE"))),)}, "at most 4 modifiers"),
        ({"lines": (replace(cases.line(), units=Decimal("NaN")),)}, "15 digits"),
        ({"lines": (replace(cases.line(), units=Decimal("1e16")),)}, "15 digits"),
        ({"dates": (DatedFact("435", date(2026, 1, 1), date(2026, 1, 2), "0800"),)}, "cannot carry a time"),
        ({"billing": Party("X", contacts=(Contact("IC", "X", (("TE", "1"),) * 4),))}, "at most three numbers"),
        ({"rendering": Party("X", address=Address())}, "Claim: rendering"),
        ({"control_number": ""}, "CLM"),
    ],
)
def test_what_the_guide_has_no_room_for_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        x12.write(cases.batch([cases.claim(**changes)]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"remarks": (Remark("N1"),)}, "MOA"),
        ({"remarks": (Remark("N1", source="MIA"),)}, "MIA01"),
        ({"remarks": tuple(Remark(f"N{n}", source="MOA") for n in range(6))}, "room for 5"),
        ({"outpatient": OutpatientAdjudication(remarks=("N1",))}, "its own"),
        ({"outpatient": OutpatientAdjudication()}, "ClaimPayment: outpatient"),
        ({"contacts": (Contact("CX", "X", (("TE", "1"),) * 4),)}, "at most three numbers"),
        ({"dates": (DatedFact("232", date(2026, 1, 1), time="0800"),)}, "no range"),
        ({"adjustments": (Adjustment("", "45", 1),)}, "CAS"),
        ({"rendering": cases.DOCTOR}, "ClaimPayment: rendering"),
    ],
)
def test_what_a_claim_payment_cannot_say_is_refused(changes: dict[str, object], words: str) -> None:
    transaction = x12.RemittanceTransaction(cases.remittance(), [cases.payment(**changes)])
    with pytest.raises(RefusedError, match=words):
        x12.write(cases.remittances(transaction))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"control_number": 0}, "nine digits"),
        ({"control_number": 10**9}, "nine digits"),
        ({"usage": "X"}, "usage"),
        ({"sender_id": "A" * 16}, "ISA06"),
        ({"receiver_id": " AB"}, "ISA08"),
        ({"sender_qualifier": "Z"}, "ISA05"),
        ({"receiver_id": "A*B"}, "ISA08"),
    ],
)
def test_an_envelope_that_cannot_be_is_refused(changes: dict[str, object], words: str) -> None:
    envelope = replace(cases.ENVELOPE, **changes)  # type: ignore[arg-type]  # checked by replace
    with pytest.raises(RefusedError, match=words):
        x12.write(cases.batch([cases.claim()], envelope))


def test_empty_batches_are_refused() -> None:
    with pytest.raises(RefusedError, match="without a claim"):
        x12.write(cases.batch([]))
    with pytest.raises(RefusedError, match="without a remittance"):
        x12.write(cases.remittances())


def test_the_day_written_is_the_day_read() -> None:
    envelope = replace(cases.ENVELOPE, created_at=datetime(2027, 12, 31, 23, 59), usage="P")
    start = next(iter(x12.read(x12.write(cases.batch([cases.claim()], envelope)))))
    assert isinstance(start, x12.Transaction)
    assert (start.created_on, start.usage, start.sender_id) == (date(2027, 12, 31), "P", "SENDER")
    assert (start.set_id, start.version, start.interchange_control_number) == ("837", "005010X222A1", "000000042")
