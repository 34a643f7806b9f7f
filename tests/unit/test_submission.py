"""Claims that follow from an answer: which cover goes where, which numbers go with it, and what is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

import x12_cases as cases
from denialml import x12
from denialml.claims import (
    Amount,
    Claim,
    ClaimPayment,
    OtherCoverage,
    OutpatientAdjudication,
    Party,
    Reference,
    Remark,
    replace,
)
from denialml.errors import RefusedError
from denialml.submission import (
    AnswerAsTold,
    Held,
    HeldReason,
    Route,
    batches,
    is_passed_on,
    replacement,
    secondary_claim,
)
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from posting_cases import co, our_claim, payment, pr, service
from second_covers import OF_SPOUSE, SECOND

DAY = date(2026, 2, 1)
PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000)), service(5000, 4000, pr("1", 1000), code="99214"))


def first(*covers: OtherCoverage, **changes: Any) -> Claim:
    return replace(our_claim("0000000001Y", 10000, 5000), other_payers=covers or (SECOND,), **changes)


def made(claim: Claim, told: ClaimPayment = PAID, lines: tuple[int, ...] = (1, 2)) -> Claim:
    found = secondary_claim(claim, [AnswerAsTold(told, DAY, lines)])
    assert isinstance(found, Claim), found
    assert [each for each in validate(x12.write(cases.batch([found]))) if isinstance(each, Fault)] == []
    return found


def reason(claim: Claim, told: ClaimPayment = PAID, lines: tuple[int, ...] = (1, 2)) -> str:
    found = secondary_claim(claim, [AnswerAsTold(told, DAY, lines)])
    assert isinstance(found, Held)
    return found.reason.value


def test_the_covers_trade_places() -> None:
    claim = first()
    second = made(claim)
    (before,) = second.other_payers
    assert (second.coverage.payer_id, second.coverage.member_id, second.coverage.group_number) == (
        "SM002",
        "MEM0000002",
        "GRP2",
    )
    assert (before.payer.identifier, before.subscriber, before.group_number, before.relationship) == (
        claim.payer_id,
        claim.coverage.subscriber,
        claim.coverage.group_number,
        "18",
    )
    assert (second.coverage.subscriber_birth, second.coverage.subscriber_sex) == (claim.treated_birth, "F")
    assert (before.adjudicated_on, {a.adjudicated_on for line in second.lines for a in line.adjudications}) == (
        None,
        {DAY},
    )


def test_whoever_is_no_subscriber_is_the_patient() -> None:
    own = first()
    of_spouse = made(first(OF_SPOUSE))
    assert of_spouse.patient
    assert (of_spouse.patient.relationship, of_spouse.patient.birth) == ("01", own.treated_birth)
    assert (of_spouse.patient.party.name, of_spouse.patient.party.identifier) == (own.treated.name, "")
    assert (of_spouse.coverage.relationship, of_spouse.coverage.subscriber_birth) == ("", None)
    child = first(patient=cases.CHILD, coverage=replace(own.coverage, relationship=""))
    childs_own = made(child)
    assert childs_own.patient is None
    assert (childs_own.coverage.subscriber_birth, childs_own.other_payers[0].relationship) == (cases.CHILD.birth, "19")
    parents = made(replace(child, other_payers=(replace(OF_SPOUSE, relationship="19"),)))
    assert parents.patient == cases.CHILD


def test_numbers_that_a_payer_gave_go_where_it_stands() -> None:
    payer = replace(SECOND.payer, references=(Reference("G1", "THEIRS"), Reference("2U", "P2")))
    claim = first(
        replace(SECOND, payer=payer),
        references=(Reference("G1", "OURS"), Reference("F8", "OLD"), Reference("EA", "CHART1")),
    )
    told = (Reference("G1", "LINE1"), Reference("G1", "LINE2", payer_id="SM002"))
    claim = replace(claim, lines=(replace(claim.lines[0], references=told), claim.lines[1]))
    second = made(claim)
    assert second.references == (Reference("EA", "CHART1"), Reference("G1", "THEIRS"))
    assert second.coverage.payer.references == (Reference("2U", "P2"),)
    assert second.other_payers[0].payer.references == (Reference("G1", "OURS"),)
    assert second.lines[0].references == (
        Reference("G1", "LINE1", payer_id=claim.payer_id),
        Reference("G1", "LINE2"),
    )


def test_what_the_remittance_said_of_the_claim_goes_along() -> None:
    told = replace(PAID, remarks=(Remark("N1"), Remark("MA01", "HE", "MOA")))
    assert made(first(), told).other_payers[0].outpatient == OutpatientAdjudication(remarks=("MA01",))
    more = replace(told, outpatient=OutpatientAdjudication(hcpcs_payable_cents=500))
    assert made(first(), more).other_payers[0].outpatient == OutpatientAdjudication(None, 500, ("MA01",))
    assert made(first()).other_payers[0].outpatient is None


def test_a_reason_told_twice_stands_once() -> None:
    told = payment(
        service(
            10000, 5000, co("45", 2000), pr("2", 1000), co("45", 1500), co("97", 500), co("97", -500), pr("1", 500)
        ),
        service(5000, 5000, code="99214"),
    )
    (decided,) = made(first(), told).lines[0].adjudications
    assert decided.adjustments == (co("45", 3500), pr("2", 1000), pr("1", 500))
    assert decided.amounts == (Amount("EAF", 1500),)


def test_a_third_cover_stays() -> None:
    third = replace(SECOND, sequence="T", payer=Party("THIRD", id_qualifier="PI", identifier="T3"))
    assert [each.sequence for each in made(first(third, SECOND)).other_payers] == ["P", "T"]


def test_why_medicare_pays_second_is_told_only_if_known() -> None:
    medicare = replace(SECOND, filing_indicator="MB")
    assert made(first(replace(medicare, insurance_type="12"))).coverage.insurance_type == "12"
    found = secondary_claim(first(medicare), [AnswerAsTold(PAID, DAY, (1, 2))])
    assert isinstance(found, Claim)
    assert found.coverage.insurance_type == ""


@pytest.mark.parametrize(
    ("covers", "expected"),
    [
        ((replace(SECOND, sequence="T"),), "no_second_cover"),
        ((SECOND, OF_SPOUSE), "unclear_cover"),
        ((replace(SECOND, payer=replace(SECOND.payer, identifier="")),), "unclear_cover"),
        ((replace(SECOND, relationship=""),), "unclear_cover"),
        ((replace(SECOND, subscriber=Party()),), "unclear_cover"),
        ((replace(SECOND, amounts=(Amount("D", 100),)),), "next_answered"),
        (
            (replace(SECOND, payer=cases.PAYER, subscriber=cases.MEMBER),),
            "unclear_cover",
        ),
    ],
)
def test_a_cover_that_is_not_clear_is_not_billed(covers: tuple[OtherCoverage, ...], expected: str) -> None:
    assert reason(first(*covers)) == expected


def test_a_claim_to_a_later_payer_is_not_taken_for_the_first() -> None:
    claim = first()
    assert reason(replace(claim, coverage=replace(claim.coverage, sequence="S"))) == HeldReason.UNCLEAR_COVER.value


@pytest.mark.parametrize(
    ("services", "lines"),
    [
        ((PAID.services[0],), (1,)),  # a line without an answer
        (PAID.services, (1, 1)),
        (PAID.services, (1, 7)),
        (PAID.services, (1,)),
        ((replace(PAID.services[0], charge_cents=9000, paid_cents=5000), PAID.services[1]), (1, 2)),
    ],
)
def test_an_answer_that_does_not_fit_the_lines_is_not_billed(services: Sequence[Any], lines: tuple[int, ...]) -> None:
    told = payment(*services)
    assert reason(first(), told, lines) == "out_of_balance"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"status": "19"}, True),
        ({"status": "23"}, True),
        ({"crossover": Party("SECOND MUTUAL")}, True),
        ({"remarks": (Remark("MA18", "HE", "MOA"),)}, True),
        ({"remarks": (Remark("N89", "HE", "MOA"),)}, True),
        ({"remarks": (Remark("MA01", "HE", "MOA"),)}, False),
    ],
)
def test_crossover_is_told_by_status_party_or_remark(changes: dict[str, Any], expected: bool) -> None:
    assert is_passed_on(replace(PAID, **changes)) is expected


# Replacements.


def test_a_replacement_names_one_payers_number() -> None:
    claim = first(references=(Reference("F8", "OLD"), Reference("EA", "CHART1")))
    again = replacement(claim, "7", "ICN9")
    assert (again.frequency, again.references) == ("7", (Reference("EA", "CHART1"), Reference("F8", "ICN9")))
    assert replace(again, frequency="1", references=claim.references) == claim


def test_a_replacement_is_of_the_same_claim_and_adds_up() -> None:
    claim = first()
    for content, why in (
        (replace(claim, control_number="OTHER"), "another claim number"),
        (replace(claim, coverage=replace(claim.coverage, sequence="S")), "another payer"),
        (replace(claim, charge_cents=15001), "differs from the sum of its lines by"),
    ):
        with pytest.raises(RefusedError, match=why):
            replacement(claim, "7", "ICN9", content)


# Files.


def test_a_route_goes_on_by_the_same_house_or_to_the_payer_itself() -> None:
    house = Route("CLINIC", "HOUSE", "P", cases.SUBMITTER, cases.CLEARINGHOUSE)
    assert house.onward(cases.PAYER, SECOND.payer) == house
    itself = Route("CLINIC", "PH001", "P", cases.SUBMITTER, Party("PRAIRIE", id_qualifier="46", identifier="PH001"))
    there = itself.onward(cases.PAYER, SECOND.payer)
    assert (there.receiver_id, there.receiver.identifier, there.receiver.name) == ("SM002", "SM002", "SECOND MUTUAL")


def test_claims_share_a_file_by_payer_and_route() -> None:
    house = Route("CLINIC", "HOUSE", "P", cases.SUBMITTER, cases.CLEARINGHOUSE)
    other = replace(SECOND.payer, identifier="X9")
    one, two = made(first()), made(first(replace(SECOND, payer=other)))
    test = Route("CLINIC", "HOUSE", "T", cases.SUBMITTER, cases.CLEARINGHOUSE)
    found = batches([(house, one), (house, two), (test, one), (house, one)])
    assert [(each.payer.identifier, each.route.usage, len(each.claims)) for each in found] == [
        ("SM002", "P", 2),
        ("X9", "P", 1),
        ("SM002", "T", 1),
    ]


def test_heads_tell_who_sends_to_whom() -> None:
    content = x12.write(cases.batch([first(), made(first())]))
    (head,) = x12.claims_heads(content)
    assert (head.submitter, head.receiver) == (cases.SUBMITTER, cases.CLEARINGHOUSE)
    assert content[head.start :].startswith(b"ST*837*")
    nobody = b"~".join(part for part in content.split(b"~") if not part.startswith((b"NM1*41", b"NM1*40", b"PER*IC")))
    assert [(each.submitter, each.receiver) for each in x12.claims_heads(nobody)] == [(Party(), Party())]
