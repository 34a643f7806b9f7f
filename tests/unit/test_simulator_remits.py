from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from denialml.claims import ClaimPayment, Party, ProviderAdjustment, Remittance
from denialml.simulator.payer import Decision, Payer
from denialml.simulator.remits import RemitOffice
from made_up_claims import BILLING
from simulated_payer import RECEIVED, claim, payer

PAYEE = Party(name="GROUP", id_qualifier="XX", identifier=BILLING.identifier, address=BILLING.address)


def office(asked: Payer, seed: int = 1) -> RemitOffice:
    return RemitOffice(asked, PAYEE, "RECEIVER", seed)


Told = tuple[date, Remittance, list[ClaimPayment], list[ProviderAdjustment]]


def issued(desk: RemitOffice, days: int = 260) -> Iterator[Told]:
    for number in range(days):
        day = RECEIVED + timedelta(days=number)
        remit = desk.issue(day)
        if remit is not None:
            for transaction in remit.batch.transactions:
                yield day, transaction.remittance, list(transaction.payments), list(transaction.adjustments)


def history(count: int, **changes: object) -> list[Told]:
    asked = payer(**changes)
    desk = office(asked)
    for serial in range(count):
        desk.keep(asked.decide(claim(serial, "99213", "36415"), RECEIVED))
    return list(issued(desk))


@pytest.fixture(scope="module")
def corrected() -> list[Told]:
    """The remits of many claims of one day, followed until their corrections have come."""
    return history(1_500, error_rate=0.05, patient_share={"coinsurance": 0.2})


def test_every_level_balances(corrected: list[Told]) -> None:
    for _, head, payments, adjustments in corrected:
        for payment in payments:
            for service in payment.services:
                assert service.charge_cents - sum(a.amount_cents for a in service.adjustments) == service.paid_cents
            assert payment.charge_cents == sum(service.charge_cents for service in payment.services)
            assert payment.paid_cents == sum(service.paid_cents for service in payment.services)
        paid = sum(payment.paid_cents for payment in payments)
        assert paid - sum(adjustment.amount_cents for adjustment in adjustments) == head.payment_cents
        assert head.payment_cents >= 0
        assert (head.method == "NON") is (head.payment_cents == 0)


def test_every_claim_is_answered_once_and_some_are_corrected(corrected: list[Told]) -> None:
    payments = [payment for _, _, each, _ in corrected for payment in each]
    reversed_ = {p.control_number for p in payments if p.status == "22"}
    answers = [p for p in payments if p.status != "22"]
    assert len({p.control_number for p in answers}) == 1_500
    assert len(answers) == 1_500 + len(reversed_)
    assert 2 <= len(reversed_) <= 25


def test_a_reversal_mirrors_the_first_answer_and_its_correction_follows_in_the_same_remit(
    corrected: list[Told],
) -> None:
    first: dict[str, ClaimPayment] = {}
    for _, _, payments, _ in corrected:
        for place, payment in enumerate(payments):
            if payment.status == "22":
                original, correction = first[payment.control_number], payments[place + 1]
                assert payment.paid_cents == -original.paid_cents
                assert payment.charge_cents == -original.charge_cents
                assert payment.payer_control_number == original.payer_control_number
                assert correction.control_number == payment.control_number
                assert correction.status != "22"
                assert correction.services != original.services
            first.setdefault(payment.control_number, payment)


def test_money_left_for_now_is_collected_later(corrected: list[Told]) -> None:
    adjustments = [(day, a) for day, _, _, each in corrected for a in each if a.reason == "WO"]
    deferred = {a.reference: (day, a) for day, a in adjustments if a.amount_cents < 0}
    collected = {a.reference: (day, a) for day, a in adjustments if a.amount_cents > 0}
    assert deferred
    for reference in collected.keys() & deferred.keys():
        (then, owed), (later, taken) = deferred[reference], collected[reference]
        assert owed.amount_cents == -taken.amount_cents
        assert later > then


def test_a_negative_balance_is_carried_forward_and_brought_in_again(corrected: list[Told]) -> None:
    carried = [a.amount_cents for _, _, _, each in corrected for a in each if a.reason == "FB"]
    assert any(cents < 0 for cents in carried)
    for amount, following in itertools.pairwise(carried):
        assert amount > 0 or following == -amount


def test_late_payments_bear_interest() -> None:
    remits = history(40, remits={"median_days": 50, "spread": 0.01, "floor": 45, "weekdays": [1]})
    _, _, payments, adjustments = remits[0]
    interest = [a for a in adjustments if a.reason == "L6"]
    paid = [payment for payment in payments if payment.paid_cents > 2_500]
    assert paid
    assert {payment.control_number for payment in paid} <= {a.reference for a in interest}
    assert all(a.amount_cents < 0 for a in interest)


def test_claims_denied_whole_say_so_with_remarks() -> None:
    asked = payer(
        {"scope": "claim", "when": {"cover": "active"}, "reason": "16", "remarks": ["N382"], "probability": 0.999_999}
    )
    desk = office(asked)
    decision: Decision = asked.decide(claim(1, "99213", "36415"), RECEIVED)
    desk.keep(decision)
    ((_, head, (payment,), adjustments),) = list(issued(desk))
    assert payment.status == "4"
    assert [remark.code for remark in payment.remarks] == ["N382"]
    assert {a.reason for service in payment.services for a in service.adjustments} == {"16"}
    assert (head.payment_cents, head.method, adjustments) == (0, "NON", [])


def test_a_payer_may_tell_denied_claims_apart_without_money() -> None:
    terms = {"median_days": 7, "spread": 0.01, "floor": 3, "weekdays": [1], "denials_apart": True}
    told = history(120, error_rate=0.5, remits=terms)
    first = [(head, payments) for day, head, payments, _ in told if day == told[0][0]]
    (paid_head, paid), (unpaid_head, unpaid) = first
    assert {payment.status for payment in unpaid} == {"4"}
    assert {payment.status for payment in paid} == {"1"}
    assert (paid_head.method, unpaid_head.method, unpaid_head.payment_cents) == ("ACH", "NON", 0)
    assert paid_head.trace != unpaid_head.trace


def test_nothing_is_issued_on_a_day_without_answers() -> None:
    assert office(payer()).issue(RECEIVED) is None
