from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest

from decided_claims import DENIED, LACKING, PAYS_ON, decided
from denialml.claims import ClaimPayment, Party
from denialml.simulator.decisions import Decision
from denialml.simulator.faults import Faults
from denialml.simulator.remits import Remit
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from pyx12_judge import verdict
from remit_files import NEVER, WEEK, Told, issued, office, read
from simulated_payer import RECEIVED


def plain(*decisions: Decision, **terms: object) -> list[Told]:
    """What is told of decisions when nothing is taken up again."""
    return read(issued(office(Faults(NEVER, 1), **terms), decisions))


@pytest.fixture(scope="module")
def files() -> list[tuple[date, Remit]]:
    """The remits of many claims, followed until their corrections have come."""
    made = [
        decided(serial, verdicts=(DENIED,) if serial % 9 == 0 else (), pays_on=PAYS_ON + WEEK * (serial % 8))
        for serial in range(2_000)
    ]
    return issued(office(), made)


@pytest.fixture(scope="module")
def corrected(files: list[tuple[date, Remit]]) -> list[Told]:
    return read(files)


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


def test_the_files_are_sound_and_named_by_their_day(files: list[tuple[date, Remit]], tmp_path: Path) -> None:
    assert len({remit.name for _, remit in files}) == len(files)
    for day, remit in files:
        assert remit.name == f"{day:%Y%m%d}-test.835"
        assert [found for found in validate(remit.content) if isinstance(found, Fault)] == []
    last = files[-1][1]
    assert verdict(last.content, tmp_path) == (True, [])


def test_every_claim_is_answered_once_and_some_are_corrected(corrected: list[Told]) -> None:
    payments = [payment for _, _, each, _ in corrected for payment in each if payment.control_number[0] != "X"]
    reversed_ = {p.control_number for p in payments if p.status == "22"}
    answers = [p for p in payments if p.status != "22"]
    assert len({p.control_number for p in answers}) == 2_000
    assert len(answers) == 2_000 + len(reversed_)
    assert 4 <= len(reversed_) <= 25


def test_each_decision_is_handed_over_with_the_file_that_tells_it(files: list[tuple[date, Remit]]) -> None:
    told = [(decision.number, day) for day, remit in files for decision in remit.decisions]
    assert len(told) == len(dict(told)) == 2_000
    assert all(decision.pays_on == day for day, remit in files for decision in remit.decisions)


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


def test_money_left_for_now_is_collected_later() -> None:
    told = read(issued(office(Faults({"takeback-plb": 1.0}, 1)), [decided(serial) for serial in range(3)], 400))
    adjustments = [(day, a) for day, _, _, each in told for a in each if a.reason == "WO"]
    deferred = {a.reference: (day, a) for day, a in adjustments if a.amount_cents < 0}
    assert len(deferred) == 3
    for later, taken in ((day, a) for day, a in adjustments if a.amount_cents > 0):
        then, owed = deferred[taken.reference]
        assert owed.amount_cents == -taken.amount_cents
        assert later >= then + timedelta(days=35)


def test_a_negative_balance_is_carried_forward_and_brought_in_again(corrected: list[Told]) -> None:
    carried = [a.amount_cents for _, _, _, each in corrected for a in each if a.reason == "FB"]
    assert any(cents < 0 for cents in carried)
    for amount, following in itertools.pairwise(carried):
        assert amount > 0 or following == -amount


def test_late_payments_bear_interest() -> None:
    late = [decided(serial, pays_on=PAYS_ON + WEEK * 8) for serial in range(5)]
    ((_, _, payments, adjustments),) = plain(*late)
    interest = [a for a in adjustments if a.reason == "L6"]
    assert {payment.control_number for payment in payments} == {a.reference for a in interest}
    days = (late[0].pays_on - RECEIVED).days - 30
    assert interest[0].amount_cents == -round(payments[0].paid_cents * days * 0.1 / 365)


def test_claims_denied_whole_say_so_with_remarks() -> None:
    ((_, head, (payment,), adjustments),) = plain(decided(1, verdicts=(LACKING, LACKING)))
    assert payment.status == "4"
    assert [remark.code for remark in payment.remarks] == ["N382"]
    assert {a.reason for service in payment.services for a in service.adjustments} == {"16"}
    assert (head.payment_cents, head.method, adjustments) == (0, "NON", [])


def test_a_payer_may_tell_denied_claims_apart_without_money() -> None:
    made = [decided(n, verdicts=(DENIED, DENIED) if n % 2 else ()) for n in range(10)]
    (paid_head, paid), (unpaid_head, unpaid) = [
        (head, payments) for _, head, payments, _ in plain(*made, denials_apart=True)
    ]
    assert [payment.status for payment in unpaid] == ["4"] * 5
    assert [payment.status for payment in paid] == ["1"] * 5
    assert (paid_head.method, unpaid_head.method, unpaid_head.payment_cents) == ("ACH", "NON", 0)
    assert paid_head.trace != unpaid_head.trace


def test_nothing_is_issued_on_a_day_without_answers() -> None:
    desk = office()
    assert desk.issue(RECEIVED) == []
    assert desk.transfers == []


def test_a_replacement_reverses_what_was_told_and_is_answered_with_its_own_frequency_and_number() -> None:
    first = decided(1, verdicts=(DENIED,))
    second = decided(1, pays_on=PAYS_ON + WEEK * 3, replaces=first)
    (_, _, (told,), _), (day, head, (undone, anew), _) = plain(first, second)
    assert day == second.pays_on
    assert (undone.status, undone.payer_control_number) == ("22", first.number)
    assert (undone.charge_cents, undone.paid_cents) == (-told.charge_cents, -told.paid_cents)
    assert (anew.status, anew.frequency, anew.payer_control_number) == ("1", "7", second.number)
    assert {told.control_number, undone.control_number, anew.control_number} == {first.claim.control_number}
    assert head.payment_cents == anew.paid_cents - told.paid_cents


def test_some_payers_answer_a_replacement_under_the_number_of_the_first() -> None:
    first = decided(1, verdicts=(DENIED,))
    second = decided(1, pays_on=PAYS_ON + WEEK * 3, replaces=first, allowed_percent=30)
    third = decided(1, pays_on=PAYS_ON + WEEK * 6, replaces=second)
    told = plain(first, second, third, keeps_number=True)
    numbers = {payment.payer_control_number for _, _, payments, _ in told for payment in payments}
    assert [len(payments) for _, _, payments, _ in told] == [1, 2, 2]
    assert numbers == {first.number}


@pytest.mark.parametrize("weeks", [0, -1])
def test_a_decision_not_yet_told_is_told_before_the_one_that_replaces_it(weeks: int) -> None:
    first = decided(1, verdicts=(DENIED,), pays_on=PAYS_ON + WEEK)
    second = decided(1, pays_on=PAYS_ON + WEEK * (1 + weeks), replaces=first)
    third = decided(1, pays_on=PAYS_ON + WEEK, replaces=second, allowed_percent=50)
    told = plain(first, second, third)
    assert [[p.status for p in payments] for _, _, payments, _ in told] == [["1"], ["22", "1"], ["22", "1"]]
    for (_, _, before, _), (_, _, (undone, _), _) in itertools.pairwise(told):
        assert undone.paid_cents == -before[-1].paid_cents
    assert [day for day, *_ in told] == sorted({day for day, *_ in told})


def test_a_replacement_reverses_the_correction_when_that_was_told_last() -> None:
    first = decided(1)
    second = decided(1, pays_on=PAYS_ON + WEEK * 40, replaces=first)
    told = read(issued(office(Faults({"reversal-correction": 1.0}, 1)), [first, second], 330))
    (original,), (undone, correction), (undone_again, anew) = [payments for _, _, payments, _ in told[:3]]
    assert undone.paid_cents == -original.paid_cents != -correction.paid_cents
    assert undone_again.paid_cents == -correction.paid_cents
    assert anew.payer_control_number == second.number


def test_a_takeback_that_was_due_is_off_once_the_claim_is_replaced() -> None:
    first = decided(1)
    second = decided(1, pays_on=PAYS_ON + WEEK * 2, replaces=first)
    faults = Faults({"takeback": 1.0}, 1)
    told = read(issued(office(faults), [first, second], 300))
    assert [[p.status for p in payments] for _, _, payments, _ in told] == [["1"], ["22", "1"], ["22", "4"]]
    assert told[-1][2][0].payer_control_number == second.number
    assert faults.counts() == {"takeback": 1}


def test_a_forwarded_claim_names_the_next_payer() -> None:
    faults = Faults(NEVER, 1)
    desk = office(faults)
    desk.keep(decided(1), crossover=Party(name="SECOND HEALTH", id_qualifier="PI", identifier="SH001"))
    desk.keep(decided(2))
    ((_, _, (forwarded, other), _),) = read(issued(desk, ()))
    assert (forwarded.status, other.status) == ("19", "1")
    assert forwarded.crossover == Party(name="SECOND HEALTH", id_qualifier="PI", identifier="SH001")
    assert [remark.code for remark in forwarded.remarks] == ["MA18"]
    assert faults.counts() == {"crossover": 1}


def test_the_same_seed_gives_the_same_bytes() -> None:
    def content(seed: int) -> list[bytes]:
        made = [decided(serial) for serial in range(300)]
        return [remit.content for _, remit in issued(office(Faults({"takeback": 0.2}, seed), seed), made)]

    assert content(1) == content(1) != content(2)
