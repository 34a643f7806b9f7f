"""Questions after cover: the office learns from the 271 what the payer's roster says, and nothing that nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from x12sdk.io import X12ModelReader

from denialml import x12
from denialml.claims import Coverage, EligibilityInquiry, EligibilityResponse, Party, Patient, replace
from denialml.simulator.data import document
from denialml.simulator.inquiries import Answer, Asking, CoverState, EligibilityOffice
from denialml.simulator.payer import Membership, Payer
from denialml.simulator.policy import policy_from
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from made_up_claims import BILLING
from simulated_payer import policy_data

DAY = date(2025, 3, 10)
DATA = document("clearinghouse.yaml")["eligibility"] | {"no_answer": 0.0}
SHARE = {"deductible": 1800, "deductible_chance": 0.11, "copay": 35, "copay_chance": 0.5, "coinsurance": 0.2}


@dataclass(frozen=True, slots=True)
class _Asked:
    coverage: Coverage
    patient: Patient | None = None
    served: date = DAY


class _Payer(Payer):
    def member(self, member_id: str) -> Membership | None:
        return self._members.get(member_id)


def _payer() -> _Payer:
    return _Payer(policy_from("test", policy_data(patient_share=SHARE)), 1)


def _asked(payer: Payer, member: str, **changes: Any) -> _Asked:
    holder = Party("STONE", "ADA", is_person=True, id_qualifier="MI", identifier=member)
    cover = Coverage(payer.party, holder, subscriber_birth=date(1980, 5, 17), subscriber_sex="F")
    return replace(_Asked(cover), **changes)


CHILD = Patient(Party("STONE", "BO", is_person=True), "19", date(2015, 2, 3), "M")


def _ask(
    first: date = date(2024, 1, 1), last: date | None = None, other_from: date | None = None, *, served: date = DAY,
    data: dict[str, Any] | None = None,
) -> Answer:  # fmt: skip
    payer = _payer()
    payer.enrol("M1", first, last, moved=False, other_from=other_from)
    office = EligibilityOffice(BILLING, payer, 1, data or DATA)
    (answer,) = office.ask([_asked(payer, "M1", served=served)], DAY).answers
    return answer


def test_active_cover() -> None:
    assert _ask() == Answer(CoverState.ACTIVE, "", date(2024, 1, 1), None)


def test_cover_that_ended_tells_its_last_day() -> None:
    assert _ask(last=date(2025, 2, 28)) == Answer(CoverState.INACTIVE, "", date(2024, 1, 1), date(2025, 2, 28))


def test_cover_not_begun_is_not_active() -> None:
    assert _ask(first=date(2025, 4, 1)).state is CoverState.INACTIVE


def test_no_payer_tells_an_end_that_has_not_come() -> None:
    assert _ask(last=date(2025, 3, 31)) == Answer(CoverState.ACTIVE, "", date(2024, 1, 1), None)
    assert _ask(last=DAY) == Answer(CoverState.ACTIVE, "", date(2024, 1, 1), None)


def test_cover_is_that_of_the_day_asked_about() -> None:
    assert _ask(last=date(2025, 2, 28), served=date(2025, 2, 20)).state is CoverState.ACTIVE


def test_another_payer_is_named_once_it_insures() -> None:
    named = _ask(other_from=date(2025, 3, 1)).other_payer
    assert named in DATA["other_payers"].values()
    assert _ask(other_from=date(2025, 3, 1)).other_payer == named
    assert _ask(other_from=date(2025, 3, 11)).other_payer == ""


def test_unknown_members_and_silence_are_told_apart() -> None:
    payer = _payer()
    office = EligibilityOffice(BILLING, payer, 1, DATA)
    assert office.ask([_asked(payer, "NOBODY")], DAY).answers == (Answer(CoverState.UNKNOWN),)
    assert _ask(data=DATA | {"no_answer": 1.0}) == Answer(CoverState.NO_ANSWER)


def _everybody() -> tuple[Asking, Sequence[CoverState]]:
    """One of each kind that the judge can read: active, ended, with another payer, a child; twice."""
    payer = _payer()
    payer.enrol("M1", date(2024, 1, 1), None, moved=False, other_from=None)
    payer.enrol("M2", date(2024, 1, 1), date(2025, 1, 31), moved=False, other_from=None)
    payer.enrol("M3", date(2024, 1, 1), None, moved=False, other_from=date(2024, 6, 1))
    asked = [_asked(payer, member) for member in ("M1", "M2", "M3")] + [_asked(payer, "M1", patient=CHILD)]
    office = EligibilityOffice(BILLING, payer, 1, DATA)
    office.ask(asked, DAY)
    active, inactive = CoverState.ACTIVE, CoverState.INACTIVE
    return office.ask(asked, DAY), (active, inactive, active, active)


def test_answers_stand_in_the_order_of_the_questions() -> None:
    asking, states = _everybody()
    assert [answer.state for answer in asking.answers] == list(states)
    assert [bool(answer.other_payer) for answer in asking.answers] == [False, False, True, False]


def test_the_answer_goes_back_under_the_trace_of_its_question() -> None:
    asking, _ = _everybody()
    assert (asking.inquiry.name, asking.response.name) == ("20250310-test.270", "20250310-test.271")
    questions: list[EligibilityInquiry] = _read(asking.inquiry.content)
    answers: list[EligibilityResponse] = _read(asking.response.content)
    assert [each.patient.traces[0].number for each in questions] == [f"E{number:09d}" for number in range(5, 9)]
    assert [(trace.number, trace.kind) for each in answers for trace in each.patient.traces] == [
        (f"E{number:09d}", "2") for number in range(5, 9)
    ]
    assert [each.dependent is not None for each in answers] == [False, False, False, True]


def test_what_the_patient_pays_is_that_of_the_plan() -> None:
    asking, _ = _everybody()
    first = _read(asking.response.content)[0]
    shares = {benefit.code: (benefit.amount_cents, benefit.share) for benefit in first.benefits}
    assert shares["C"] == (180_000, None)
    assert shares["B"] == (3_500, None)
    assert float(shares["A"][1]) == 0.2


def _read(content: bytes) -> list[Any]:
    return [event.message for event in x12.read(content) if isinstance(event, x12.MessageRead)]


def test_a_stranger_reads_the_same_members_and_benefits(tmp_path: Path) -> None:
    """x12sdk; what it cannot read (a member not found) is for our own validation."""
    asking, _ = _everybody()
    found: dict[str, list[Any]] = {}
    for file in (asking.inquiry, asking.response):
        path = tmp_path / file.name
        path.write_bytes(file.content)
        with X12ModelReader(str(path)) as reader:
            found[path.suffix] = [
                (subscriber.loop_2100c.nm1_segment.identification_code, len(subscriber.loop_2000d or ()),
                 [_code(loop) for loop in subscriber.loop_2100c.loop_2110c or ()])
                for model in reader.models()
                for source in model.loop_2000a
                for receiver in source.loop_2000b
                for subscriber in receiver.loop_2000c
            ]  # fmt: skip
    shares = ["1", "C", "B", "A"]
    assert found[".270"] == [("M1", 0, ["30"]), ("M2", 0, ["30"]), ("M3", 0, ["30"]), ("M1", 1, [])]
    assert found[".271"] == [("M1", 0, shares), ("M2", 0, ["6"]), ("M3", 0, [*shares, "R"]), ("M1", 1, [])]


def _code(loop: Any) -> str:
    asked = getattr(loop, "eq_segment", None)
    code = asked.service_type_code[0] if asked else loop.eb_segment.eligibility_benefit_information
    return str(getattr(code, "value", code))


def test_our_validation_finds_nothing() -> None:
    payer = _payer()
    payer.enrol("M1", date(2024, 1, 1), None, moved=False, other_from=None)
    silent = EligibilityOffice(BILLING, payer, 1, DATA | {"no_answer": 0.5})
    asked = [_asked(payer, member, patient=patient) for member in ("M1", "NOBODY") for patient in (None, CHILD)]
    asking = silent.ask(asked * 5, DAY)
    assert {answer.state for answer in asking.answers} >= {CoverState.ACTIVE, CoverState.UNKNOWN}
    for content in (asking.inquiry.content, asking.response.content, *(f.content for f in _files())):
        faults = [each for each in validate(content) if isinstance(each, Fault)]
        assert [(fault.code, fault.where) for fault in faults] == []


def _files() -> Sequence[Any]:
    asking, _ = _everybody()
    return asking.inquiry, asking.response


def test_silence_belongs_to_the_member_and_the_day() -> None:
    """Asked again on the same day the payer is still silent; a day later it may not be."""
    payer = _payer()
    members = [f"M{number}" for number in range(40)]
    for member in members:
        payer.enrol(member, date(2024, 1, 1), None, moved=False, other_from=None)
    office = EligibilityOffice(BILLING, payer, 1, DATA | {"no_answer": 0.5})
    asked = [_asked(payer, member) for member in members]
    first, again = (office.ask(asked, DAY).answers for _ in range(2))
    later = office.ask(asked, date(2025, 3, 11)).answers
    assert first == again
    assert first != later
