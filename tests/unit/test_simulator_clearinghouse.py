"""The clearinghouse: what it answers is what it did, and strangers accept the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from denialml import x12
from denialml.claims import (
    Address,
    Claim,
    ClaimAcknowledgement,
    Contact,
    Diagnosis,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    Party,
    StatusCode,
    StatusLevel,
    Value,
    replace,
)
from denialml.errors import BadInputError
from denialml.simulator.clearinghouse import Clearinghouse, Intake
from denialml.simulator.clearinghouse_edits import PayerProfile, clearinghouse_edits, edit_changes
from denialml.simulator.data import document
from denialml.simulator.payer import Payer
from denialml.simulator.policy import policy_from
from denialml.simulator.wire import Damage, damaged
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from made_up_claims import BILLING, made_claim
from pyx12_judge import verdict
from simulated_payer import policy_data

DATA = document("clearinghouse.yaml")
DAY = date(2025, 3, 10)
SERVED = date(2025, 3, 3)
SUBMITTER = Party(
    "GROUP", id_qualifier="46", identifier="SUB01", contacts=(Contact("IC", "DESK", (("TE", "3095550140"),)),)
)


@dataclass(frozen=True, slots=True)
class _Why:
    category: str
    status: str
    entity: str


class _Payer(Payer):
    """A payer whose front end refuses the claims named."""

    refused: frozenset[str] = frozenset()

    def refusal(self, claim: Claim, _received_on: date) -> _Why | None:
        return _Why("A3", "116", "") if claim.control_number in self.refused else None


def _payer(key: str = "test", shape: str = "digits-9", **changes: Any) -> _Payer:
    return _Payer(policy_from(key, policy_data(member_shape=shape, **changes)), 1)


def _claim(serial: int, **changes: Any) -> Claim:
    billing = replace(BILLING, address=Address("1 Main Street", "", "Springfield", "IL", "627010001"))
    made = made_claim(serial, member=f"12345{serial:04d}", served_on=SERVED)
    return replace(made, billing=billing, **changes)


def _file(claims: list[Claim], number: int = 7) -> bytes:
    envelope = x12.Envelope("SUB01", "TP001", number, datetime.combine(DAY, time(17, 30)), "P")
    receiver = Party("TEST PAYER", id_qualifier="46", identifier="TP001")
    return x12.write(x12.ClaimBatch(envelope, SUBMITTER, receiver, claims))


def _messages(intake: Intake, name: str) -> list[Any]:
    content = next(file.content for file in intake.files if file.name == name)
    return list(x12.Reading.of(content).messages)


def _take(claims: list[Claim], payer: _Payer | None = None, day: date = DAY) -> Intake:
    return Clearinghouse(DATA, SUBMITTER).take(x12.Reading.of(_file(claims)), "test", day, payer or _payer())


def _of_claims(messages: list[ClaimAcknowledgement]) -> dict[str, ClaimAcknowledgement]:
    return {each.trace: each for each in messages if each.level is StatusLevel.CLAIM}


def _spoilt_member(claim: Claim) -> Claim:
    subscriber = replace(claim.coverage.subscriber, identifier="12-45")
    return replace(claim, coverage=replace(claim.coverage, subscriber=subscriber))


def test_a_sound_file_goes_on_as_it_came() -> None:
    claims = [_claim(number) for number in range(1, 4)]
    intake = _take(claims)
    assert (intake.accepted, intake.claims) == (_file(claims), tuple(claims))
    assert (intake.refused, intake.damaged) == ((), False)
    assert [file.name for file in intake.files] == [
        "20250310-test.ta1", "20250310-test.999", "20250310-test.277ca", "20250310-test-payer.277ca",
    ]  # fmt: skip
    assert _messages(intake, "20250310-test.ta1") == [InterchangeAcknowledgement("000000007", DAY, "1730", "A")]
    (group,) = _messages(intake, "20250310-test.999")
    assert (group.status, group.group_control_number, group.received) == ("A", "7", 1)
    for name in ("20250310-test.277ca", "20250310-test-payer.277ca"):
        whole, provider, *rest = _messages(intake, name)
        charges = sum(claim.charge_cents for claim in claims)
        assert (whole.trace, whole.accepted_count, whole.accepted_cents, whole.rejected_count) == (
            "7",
            3,
            charges,
            None,
        )
        assert (provider.accepted_count, provider.provider.npi) == (3, BILLING.npi)
        assert [each.trace for each in rest] == [claim.control_number for claim in claims]
        assert not any(each.rejected for each in rest)


def test_refused_claims_are_those_told_and_no_others() -> None:
    claims = [_claim(number) for number in range(1, 6)]
    claims[1] = _spoilt_member(claims[1])
    payer = _payer()
    payer.refused = frozenset({claims[3].control_number})
    intake = _take(claims, payer)
    assert [(each.control_number, each.status, each.by) for each in intake.refused] == [
        (claims[1].control_number, StatusCode("A7", "164", "IL"), "clearinghouse"),
        (claims[3].control_number, StatusCode("A3", "116"), "payer"),
    ]
    first = _of_claims(_messages(intake, "20250310-test.277ca"))
    second = _of_claims(_messages(intake, "20250310-test-payer.277ca"))
    told = {number for answers in (first, second) for number, each in answers.items() if each.rejected}
    assert told == {each.control_number for each in intake.refused}
    assert list(first) == [claim.control_number for claim in claims]
    assert list(second) == [claim.control_number for claim in claims if claim is not claims[1]]
    assert intake.accepted is not None
    assert intake.claims == x12.Reading.of(intake.accepted).claims == (claims[0], claims[2], claims[4])


def test_counts_and_charges_tie() -> None:
    claims = [_claim(number) for number in range(1, 8)]
    claims[0], claims[4] = _spoilt_member(claims[0]), _spoilt_member(claims[4])
    whole, provider, *rest = _messages(_take(claims), "20250310-test.277ca")
    refused = [each.statuses[0].charge_cents for each in rest if each.rejected]
    accepted = [each.statuses[0].charge_cents for each in rest if not each.rejected]
    for each in (whole, provider):
        assert (each.rejected_count, each.rejected_cents) == (len(refused), sum(refused))
        assert (each.accepted_count, each.accepted_cents) == (len(accepted), sum(accepted))
        assert each.statuses[0].charge_cents == sum(claim.charge_cents for claim in claims)


def test_nothing_passes_when_all_is_refused() -> None:
    intake = _take([_spoilt_member(_claim(1))])
    assert intake.accepted is None
    assert [file.name for file in intake.files if "payer" in file.name] == []


@pytest.mark.parametrize("damage", list(Damage))
def test_a_damaged_file_is_rejected_as_a_whole(damage: Damage, tmp_path: Path) -> None:
    content = damaged(_file([_claim(1), _claim(2)]), damage)
    assert content != _file([_claim(1), _claim(2)])
    intake = Clearinghouse(DATA, SUBMITTER).take(x12.Reading.of(content), "test", DAY, _payer())
    assert (intake.accepted, intake.refused, intake.damaged) == (None, (), True)
    assert not any(file.name.endswith("277ca") for file in intake.files)
    (receipt,) = _messages(intake, "20250310-test.ta1")
    if damage is Damage.INTERCHANGE_NUMBER:
        assert receipt.status == "R"
        return
    (group,) = _messages(intake, "20250310-test.999")
    assert (receipt.status, group.status) == ("A", "R")
    assert verdict(next(file.content for file in intake.files if file.name.endswith("999")), tmp_path) == (True, [])


def test_control_numbers_go_on_from_file_to_file() -> None:
    house, payer = Clearinghouse(DATA, SUBMITTER), _payer()
    contents = [_file([_claim(1)]), damaged(_file([_claim(2)], 8), Damage.SEGMENT_COUNT), _file([_claim(3)], 9)]
    numbers = [
        int(file.content[90:99])
        for content in contents
        for file in house.take(x12.Reading.of(content), "test", DAY, payer).files
        if "payer" not in file.name
    ]
    assert sorted(numbers) == list(range(1, 9))


def test_the_answers_pass_strangers_and_our_own_validation(tmp_path: Path) -> None:
    claims = [_claim(number) for number in range(1, 6)]
    claims[2] = _spoilt_member(claims[2])
    payer = _payer()
    payer.refused = frozenset({claims[4].control_number})
    intake = _take(claims, payer)
    for file in intake.files:
        assert [fault for fault in validate(file.content) if isinstance(fault, Fault)] == []
        if not file.name.endswith("ta1"):
            assert verdict(file.content, tmp_path) == (True, []), file.name
    assert intake.accepted is not None
    assert verdict(intake.accepted, tmp_path) == (True, [])


def _profile(key: str, shape: str = "digits-9") -> PayerProfile:
    return PayerProfile.of(key, {"member_shape": shape, "group_numbers": True}, frozenset(DATA["complete_at_three"]))


def _diagnosed(code: str) -> Callable[[Claim], Claim]:
    return lambda claim: replace(claim, diagnoses=(Diagnosis(code), *claim.diagnoses[1:]))


def _in_group(claim: Claim) -> Claim:
    return replace(claim, coverage=replace(claim.coverage, group_number="G1"))


_NO_TAXONOMY = {"rendering": None, "billing": replace(_claim(1).billing, taxonomy="")}
_SHORT_ZIP = {"billing": BILLING}
CASES: list[tuple[str, str, Callable[[Claim], Claim], date, bool]] = [
    ("member-number-shape", "any", _spoilt_member, DAY, True),
    ("group-number-missing", "keystone", lambda claim: claim, DAY, True),
    ("group-number-missing", "keystone", _in_group, DAY, False),
    ("group-number-missing", "prairie", lambda claim: claim, DAY, False),
    ("diagnosis-cut", "prairie", _diagnosed("M54"), DAY, True),
    ("diagnosis-cut", "prairie", _diagnosed("I10"), DAY, False),
    ("diagnosis-cut", "medicare", _diagnosed("M54"), DAY, False),
    ("served-after-receipt", "any", lambda claim: claim, date(2025, 3, 2), True),
    ("served-after-receipt", "any", lambda claim: claim, SERVED, False),
    ("born-after-service", "any", lambda c: replace(c, coverage=replace(c.coverage, subscriber_birth=DAY)), DAY, True),
    ("billing-postal-code", "any", lambda claim: replace(claim, **_SHORT_ZIP), DAY, True),
    ("rendering-taxonomy", "any", lambda claim: replace(claim, **_NO_TAXONOMY), date(2026, 1, 31), False),
    ("rendering-taxonomy", "any", lambda claim: replace(claim, **_NO_TAXONOMY), date(2026, 2, 1), True),
]


@pytest.mark.parametrize(("name", "payer", "change", "day", "refused"), CASES)
def test_each_edit_refuses_what_it_is_for(
    name: str, payer: str, change: Callable[[Claim], Claim], day: date, refused: bool
) -> None:
    edit = next(each for each in clearinghouse_edits(DATA) if each.name == name)
    assert edit.refuses(change(_claim(1)), day, _profile(payer)) is refused


def test_every_edit_has_a_case() -> None:
    assert {edit.name for edit in clearinghouse_edits(DATA)} == {case[0] for case in CASES if case[-1]}


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [("mbi", "1EG4TE5MK73", "1EG4TE5MKB3"), ("letters-3-digits-9", "ABC123456789", "AB1234567890"),
     ("letter-1-digits-8", "K12345678", "K1234567")],
)  # fmt: skip
def test_member_numbers_have_the_shape_of_their_payer(shape: str, good: str, bad: str) -> None:
    profile = _profile("any", shape)
    assert profile.member_number.fullmatch(good)
    assert not profile.member_number.fullmatch(bad)


def test_the_new_edit_is_told_as_a_change() -> None:
    changes = edit_changes(DATA, date(2025, 1, 1), date(2026, 12, 31))
    assert [(each.payer, each.day, each.rule, each.before) for each in changes] == [
        ("CWX77120", date(2026, 2, 1), "rendering-taxonomy", None)
    ]
    assert edit_changes(DATA, date(2025, 1, 1), date(2026, 1, 31)) == []


def test_an_edit_that_ends_is_told_as_a_change() -> None:
    edits = [DATA["edits"][0] | {"until": date(2025, 6, 30)}]
    (change,) = edit_changes(DATA | {"edits": edits}, date(2025, 1, 1), date(2026, 12, 31))
    assert (change.day, change.after) == (date(2025, 7, 1), None)
    assert change.before is not None


@pytest.mark.parametrize(
    ("changes", "said"), [({"check": "nothing"}, "no check nothing"), ({"status": ["A2", "20", ""]}, "A2 refuses")]
)
def test_bad_edits_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        clearinghouse_edits({"edits": [DATA["edits"][0] | changes]})


def test_what_is_no_file_at_all_is_refused() -> None:
    with pytest.raises(BadInputError):
        Clearinghouse(DATA, SUBMITTER).take(x12.Reading.of(b"not a file"), "test", DAY, _payer())


def _kinds(messages: list[Value]) -> set[type]:
    return {type(each) for each in messages}


def test_each_answer_is_of_one_kind() -> None:
    intake = _take([_claim(1)])
    kinds = [_kinds(_messages(intake, file.name)) for file in intake.files]
    assert kinds == [
        {InterchangeAcknowledgement},
        {FunctionalAcknowledgement},
        {ClaimAcknowledgement},
        {ClaimAcknowledgement},
    ]
