from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

import x12_cases as cases
from decided_claims import DENIED, PAYS_ON, decided
from denialml import x12
from denialml.claims import Adjustment, Amount, Claim, ClaimPayment, Coverage, Party, Patient, replace
from denialml.simulator.decisions import Decision, Verdict
from denialml.simulator.faults import Faults
from denialml.simulator.remits.answers import answered
from denialml.simulator.secondary import coordinated, secondary_claim
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from pyx12_judge import verdict
from remit_files import NEVER, issued, office, read
from simulated_payer import payer

SECOND = Coverage(
    payer=Party(name="SECOND HEALTH", id_qualifier="PI", identifier="SH001"),
    subscriber=Party("OAK", "ROY", is_person=True, id_qualifier="MI", identifier="MEM3", address=cases.PLACE),
    filing_indicator="CI",
    subscriber_birth=date(1961, 2, 3),
    subscriber_sex="M",
)
CHILD = Patient(Party("OAK", "BO", is_person=True, address=cases.PLACE), "19", date(2015, 2, 3), "F")
COVER_ENDED = Verdict("27", "PR", ("N30",), whole_claim=False)


def first_claim() -> Claim:
    """A claim that any guide has room for: whole units, a complete address."""
    made = decided(1).claim
    subscriber = replace(made.coverage.subscriber, address=cases.PLACE)
    return replace(
        made,
        billing=cases.CLINIC,
        rendering=cases.DOCTOR,
        coverage=replace(made.coverage, subscriber=subscriber),
        references=(*made.references, cases.Reference("F8", "OLD1")),
    )


def primary(*verdicts: Verdict | None) -> tuple[Decision, ClaimPayment]:
    decision = decided(1, made=first_claim(), verdicts=verdicts)
    return decision, answered(payer(), decision)


def sent(*verdicts: Verdict | None, patient: Patient | None = None) -> Claim:
    decision, payment = primary(*verdicts)
    coverage = replace(SECOND, relationship="") if patient else SECOND
    return secondary_claim(decision.claim, payment, PAYS_ON, coverage, patient)


def second(claim: Claim, percent: int, *verdicts: Verdict | None) -> Decision:
    """The second payer's decision, whose own allowed amount is so much of the charge."""
    pays_on = PAYS_ON + timedelta(days=21)
    return coordinated(decided(2, made=claim, verdicts=verdicts, pays_on=pays_on, allowed_percent=percent))


@pytest.mark.parametrize("verdicts", [(), (DENIED,), (DENIED, DENIED), (COVER_ENDED, COVER_ENDED)])
@pytest.mark.parametrize("patient", [None, CHILD])
def test_the_claim_is_accepted_by_the_judges(
    verdicts: tuple[Verdict, ...], patient: Patient | None, tmp_path: Path
) -> None:
    content = x12.write(cases.batch([sent(*verdicts, patient=patient)]))
    assert [found for found in validate(content) if isinstance(found, Fault)] == []
    assert verdict(content, tmp_path) == (True, [])


def test_the_claim_tells_what_the_first_payer_decided_of_each_line() -> None:
    decision, payment = primary(None, DENIED)
    claim = sent(None, DENIED)
    (other,) = claim.other_payers
    assert (claim.coverage.payer_id, claim.coverage.sequence, other.sequence) == ("SH001", "S", "P")
    assert other.payer.identifier == decision.claim.payer_id
    assert other.amounts == (
        Amount("D", payment.paid_cents),
        Amount("EAF", payment.patient_responsibility_cents),
    )
    for line, service in zip(claim.lines, payment.services, strict=True):
        (answer,) = line.adjudications
        assert answer.payer_id == decision.claim.payer_id
        assert answer.paid_cents == service.paid_cents
        assert line.charge_cents - sum(a.amount_cents for a in answer.adjustments) == answer.paid_cents


def test_medicare_is_told_why_it_pays_second() -> None:
    decision, payment = primary()
    claim = secondary_claim(decision.claim, payment, PAYS_ON, replace(SECOND, filing_indicator="MB"), None)
    assert claim.coverage.insurance_type == "12"
    assert [found for found in validate(x12.write(cases.batch([claim]))) if isinstance(found, Fault)] == []


def test_what_was_for_the_first_payer_alone_is_left_out() -> None:
    claim = sent()
    assert (claim.reference("G1"), claim.reference("F8"), claim.frequency) == ("", "", "1")
    assert claim.control_number == first_claim().control_number


def test_lines_are_found_by_place_when_the_payer_names_none() -> None:
    decision, payment = primary()
    unnamed = replace(payment, services=tuple(replace(s, line_control_number="") for s in payment.services))
    claims = [secondary_claim(decision.claim, each, PAYS_ON, SECOND, None) for each in (payment, unnamed)]
    assert claims[0] == claims[1]
    part = replace(unnamed, services=unnamed.services[:1])
    assert not any(line.adjudications for line in secondary_claim(decision.claim, part, PAYS_ON, SECOND, None).lines)


@pytest.mark.parametrize(
    ("percent", "paid"),
    [
        (60, (3_200, 3_200)),  # its own allowed amount has room for all that the patient owes
        (35, (1_700, 1_700)),  # 10,500 less the 8,800 that the first payer paid
        (20, (0, 0)),  # the first payer paid more than this one would allow
    ],
)
def test_the_second_payer_pays_the_patients_share_up_to_its_own_allowed(percent: int, paid: tuple[int, ...]) -> None:
    decision = second(sent(), percent)
    assert decision.status == "2"
    prices = [line.price for line in decision.lines if line.price]
    assert tuple(price.paid_cents for price in prices) == paid
    for line, price in zip(decision.lines, prices, strict=True):
        assert price.paid_cents == line.line.charge_cents - sum(a.amount_cents for a in price.adjustments)
        assert price.adjustments[0] == Adjustment("OA", "23", 30_000 - 3_200)
        assert price.patient_cents == sum(a.amount_cents for a in price.adjustments if a.group == "PR")
        assert price.paid_cents + price.patient_cents == 3_200


def test_what_the_first_payer_did_not_cover_the_second_pays_up_to_its_own_allowed() -> None:
    decision = second(sent(COVER_ENDED, None), 40)
    price = decision.lines[0].price
    assert price is not None
    assert (price.paid_cents, price.adjustments) == (12_000, (Adjustment("PR", "27", 18_000),))


def test_what_the_second_payer_denies_was_worth_no_more_than_the_patients_share() -> None:
    decision = second(sent(), 60, DENIED)
    assert decision.lines[0].price is None
    assert decision.lines[0].payable_cents <= 3_200


def test_its_answer_balances_and_is_accepted(tmp_path: Path) -> None:
    made = [second(sent(*verdicts), percent) for verdicts in ((), (COVER_ENDED,), (DENIED,)) for percent in (20, 60)]
    numbered = [replace(decision, number=f"N{place}") for place, decision in enumerate(made)]
    ((_, remit),) = issued(office(Faults(NEVER, 1)), numbered)
    assert [found for found in validate(remit.content) if isinstance(found, Fault)] == []
    assert verdict(remit.content, tmp_path) == (True, [])
    ((_, _, payments, _),) = read([(PAYS_ON, remit)])
    assert {payment.status for payment in payments} == {"2"}


def test_a_claim_that_crosses_over_is_answered_by_both_payers() -> None:
    """The first payer forwards what it told; nothing is sent, and the second decides the same claim as if it were."""
    decision, payment = primary()
    first_desk, second_desk = office(Faults(NEVER, 1)), office(Faults(NEVER, 1))
    first_desk.keep(decision, crossover=SECOND.payer)
    ((_, _, (told,), _),) = read(issued(first_desk, ()))
    assert (told.status, told.crossover is not None) == ("19", True)
    forwarded = secondary_claim(decision.claim, payment, PAYS_ON, SECOND, None)
    assert forwarded == secondary_claim(decision.claim, told, PAYS_ON, SECOND, None)
    ((_, _, (answer,), _),) = read(issued(second_desk, [second(forwarded, 60)]))
    assert (answer.status, answer.control_number) == ("2", told.control_number)
    assert answer.paid_cents == told.patient_responsibility_cents
