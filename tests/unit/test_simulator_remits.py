from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest

from decided_claims import DENIED, LACKING, PAYS_ON, decided
from denialml.claims import ClaimPayment, Party, replace
from denialml.simulator.decisions import Decision, Family
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
    taken_back = [decision for _, remit in files for decision in remit.decisions if decision.replaces is not None]
    assert 0 < len(taken_back) < 20
    assert len(told) == len(dict(told)) == 2_000 + len(taken_back)
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


def test_what_is_taken_back_is_a_decision_that_replaces_the_one_that_paid() -> None:
    paid = decided(1, verdicts=(DENIED,))
    faults = Faults({"takeback": 1.0}, 1)
    desk = office(faults)
    files = issued(desk, [paid], 300)
    (first,), (taken_back,) = (remit.decisions for _, remit in files)
    assert (first, taken_back.replaces) == (paid, paid)
    assert taken_back.claim == paid.claim
    assert taken_back.number != paid.number
    kept, denied = (line.verdict for line in taken_back.lines)
    assert kept is DENIED
    assert denied is not None
    assert denied.family is Family.ERROR
    assert all(line.price is None and line.payable_cents > 0 for line in taken_back.lines[1:])
    (undone, anew) = read(files)[1][2]
    assert (undone.status, undone.payer_control_number) == ("22", paid.number)
    assert (anew.status, anew.payer_control_number, anew.paid_cents) == ("4", taken_back.number, 0)
    assert {a.reason for a in anew.services[1].adjustments} == {denied.reason}


def test_the_office_of_a_payer_knows_which_payments_it_will_take_back() -> None:
    for rates, expected in (({"takeback": 1.0}, True), (NEVER, False), ({"reversal-correction": 1.0}, False)):
        desk = office(Faults(rates, 1))
        first = decided(1)
        issued(desk, [first], 30)
        assert desk.takes_back(first) is expected
        for day in range(30, 330):
            desk.issue(RECEIVED + timedelta(days=day))
        assert not desk.takes_back(first)


def test_a_corrected_claim_after_a_takeback_reverses_the_denial() -> None:
    desk = office(Faults({"takeback": 1.0}, 1))
    files = issued(desk, [decided(1)], 260)
    taken_back = files[-1][1].decisions[0]
    anew = decided(1, pays_on=taken_back.pays_on + WEEK * 3, replaces=taken_back)
    (_, _, (undone, paid), _), *_ = read(issued(desk, [anew], 330))
    assert (undone.status, undone.payer_control_number, undone.paid_cents) == ("22", taken_back.number, 0)
    assert (paid.status, paid.payer_control_number) == ("1", anew.number)


def test_a_claim_that_takes_the_place_of_another_reverses_it_too() -> None:
    first, repeated = decided(1), decided(2, verdicts=(LACKING, LACKING))
    anew = replace(decided(2, pays_on=PAYS_ON + WEEK * 3, replaces=repeated), voids=first)
    *_, (_, head, (again, undone, paid), _) = plain(first, repeated, anew)
    assert [(p.status, p.payer_control_number) for p in (again, undone)] == [
        ("22", repeated.number), ("22", first.number),
    ]  # fmt: skip
    assert (paid.status, paid.control_number) == ("1", anew.claim.control_number)
    assert head.payment_cents == undone.paid_cents + paid.paid_cents == 0


def test_a_claim_waits_for_the_answer_to_the_one_whose_place_it_takes() -> None:
    first = decided(1, pays_on=PAYS_ON + WEEK)
    anew = replace(decided(2), voids=first)
    assert [[p.status for p in payments] for _, _, payments, _ in plain(anew, first)] == [["1"], ["22", "1"]]


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
