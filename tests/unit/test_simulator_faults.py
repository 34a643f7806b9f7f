"""Each fault alone: as often in the files as in the log, and nothing else out of order."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from decided_claims import PAYS_ON, decided
from denialml.claims import ClaimPayment
from denialml.errors import UsageError
from denialml.simulator.faults import ALTERATIONS, DEPOSIT_FAULTS, FAULTS, FILE_FAULTS, PAYMENT_FAULTS, REWORKS, Faults
from denialml.simulator.remits import Remit
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from pyx12_judge import verdict
from remit_files import NEVER, PAYEE, Told, issued, office, read

CLAIMS = 60
DAYS = 420

Files = list[tuple[date, Remit]]
_histories: dict[tuple[str, float], tuple[Files, Faults]] = {}


def history(fault: str, rate: float = 0.5) -> tuple[Files, Faults]:
    """Two claims on each of thirty pay days, with one fault and no other."""
    if (fault, rate) not in _histories:
        faults = Faults({**NEVER, fault: rate} if fault else NEVER, 3)
        days = [PAYS_ON + timedelta(days=7 * (serial // 2)) for serial in range(CLAIMS)]
        made = [
            decided(n, pays_on=day, received_on=day - timedelta(days=9), allowed_percent=30 + n % 20)
            for n, day in enumerate(days)
        ]
        _histories[fault, rate] = issued(office(faults), made, DAYS), faults
    return _histories[fault, rate]


def payments(told: list[Told]) -> list[ClaimPayment]:
    return [payment for _, _, each, _ in told for payment in each]


def by_claim(told: list[Told]) -> dict[str, list[tuple[date, ClaimPayment]]]:
    found: dict[str, list[tuple[date, ClaimPayment]]] = {}
    for day, _, each, _ in told:
        for payment in each:
            found.setdefault(payment.control_number, []).append((day, payment))
    return found


def usual() -> dict[str, ClaimPayment]:
    """The answers of the same claims without any fault."""
    return {payment.control_number: payment for payment in payments(read(history("")[0]))}


def answers_that(are: Callable[[ClaimPayment], bool]) -> Callable[[list[Told]], int]:
    return lambda told: sum(map(are, payments(told)))


def in_order(*statuses: str, same_file: bool) -> Callable[[list[Told]], int]:
    """How many claims were answered with these statuses after the first, in one file or several."""

    def count(told: list[Told]) -> int:
        found = 0
        for answers in by_claim(told).values():
            later = answers[1:]
            together = len({day for day, _ in later}) == 1
            found += tuple(p.status for _, p in later) == statuses and together is same_file
        return found

    return count


def plb(reason: str) -> Callable[[list[Told]], int]:
    return lambda told: sum(a.reason == reason for _, _, _, each in told for a in each)


def traces(told: list[Told]) -> list[str]:
    return [head.trace for _, head, _, _ in told]


IN_THE_FILES: dict[str, Callable[[list[Told]], int]] = {
    "dropped-modifier": answers_that(lambda p: p.services[0].procedure.modifiers != ("25",)),
    "changed-units": answers_that(lambda p: p.services[0].units != 1),
    "split-claim": lambda told: sum(len(answers) == 2 for answers in by_claim(told).values()),
    "bundled": answers_that(lambda p: p.services[1].submitted is not None),
    "downcoded": answers_that(lambda p: p.services[0].procedure.code == "99213"),
    "zero-pay": answers_that(lambda p: p.paid_cents == 0 and p.status == "1"),
    "missing-line-number": answers_that(lambda p: p.services[0].line_control_number == ""),
    "duplicate-claim-in-file": lambda told: sum(len(answers) == 2 for answers in by_claim(told).values()),
    "cr-group": answers_that(lambda p: p.services[0].adjustments[0].group == "CR"),
    "reversal-correction": in_order("22", "1", same_file=True),
    "reversal-elsewhere": in_order("22", "1", same_file=False),
    "correction-first": in_order("1", "22", same_file=False),
    "takeback": in_order("22", "4", same_file=True),
    "takeback-plb": in_order("22", "4", same_file=True),
    "payer-number-changed": lambda told: sum(
        p.status == "22" and p.payer_control_number != usual()[p.control_number].payer_control_number
        for p in payments(told)
    ),
    **{name: plb(name[4:].upper()) for name in FAULTS if name.startswith("plb-")},
    "same-trace": lambda told: len(told) - len(set(traces(told))),
    "wrong-payee": lambda told: sum(head.payee.npi != PAYEE.npi for _, head, _, _ in told),
    "misdirected": lambda told: sum(p.control_number not in usual() for p in payments(told)),
}


@pytest.mark.parametrize("fault", IN_THE_FILES)
def test_a_fault_is_as_often_in_the_files_as_in_the_log(fault: str) -> None:
    files, faults = history(fault)
    told = read(files)
    assert faults.counts().keys() == {fault}
    assert faults.counts()[fault] == IN_THE_FILES[fault](told) > 5
    names = {f"remits/{remit.name}" for _, remit in files}
    assert all(row.file in names and f"{row.day:%Y%m%d}" in row.file for row in faults.log)
    assert {row.control_number for row in faults.log} <= {p.control_number for p in payments(told)} | {""}
    assert {row.trace for row in faults.log} <= set(traces(told))


@pytest.mark.parametrize("fault", sorted(name for name, fault in FAULTS.items() if not fault.broken))
def test_what_is_not_broken_is_sound(fault: str, tmp_path: Path) -> None:
    files, _ = history(fault)
    for _, remit in files:
        assert [found for found in validate(remit.content) if isinstance(found, Fault)] == [], remit.name
    assert verdict(max((remit.content for _, remit in files), key=len), tmp_path) == (True, [])


@pytest.mark.parametrize("fault", ["unbalanced", "cr-group", "truncated"])
def test_what_is_broken_is_found_where_the_log_says(fault: str) -> None:
    assert FAULTS[fault].broken
    files, faults = history(fault)
    broken = {
        f"remits/{remit.name}" for _, remit in files if any(isinstance(f, Fault) for f in validate(remit.content))
    }
    assert broken == {row.file for row in faults.log}
    assert len(broken) > 5


def test_files_are_unbalanced_at_each_level() -> None:
    files, faults = history("unbalanced", 1.0)
    codes = Counter(f.code for _, remit in files for f in validate(remit.content) if isinstance(f, Fault))
    assert codes["line-payment-balance"]
    assert codes["claim-payment-balance"]
    assert codes["transaction-balance"] > codes["claim-payment-balance"]
    assert len(faults.log) == len(files)


def test_every_fault_is_tested() -> None:
    whole = {"damaged-837", *(each.name for each in DEPOSIT_FAULTS)}  # by test_simulation_faults.py, in a history
    others = {"unbalanced", "interest", "crossover", *(each.name for each in FILE_FAULTS)} | whole
    assert IN_THE_FILES.keys() | others == FAULTS.keys()
    assert all(fault.sentence.endswith(".") for fault in FAULTS.values())


@pytest.mark.parametrize("fault", ["takeback-plb", "plb-ap"])
def test_what_is_left_or_advanced_is_settled_later(fault: str) -> None:
    told = read(history(fault)[0])
    reason = {"takeback-plb": "WO", "plb-ap": "AP"}[fault]
    last = max(day for day, *_ in told)
    sums: Counter[str] = Counter()
    for day, _, _, adjustments in told:
        for each in adjustments:
            if each.reason == reason and (each.reference in sums or day < last - timedelta(days=100)):
                sums[each.reference] += each.amount_cents
    assert len(sums) > 5
    assert set(sums.values()) == {0}


def test_takebacks_come_months_later() -> None:
    answers = by_claim(read(history("takeback", 1.0)[0]))
    lags = [(each[1][0] - each[0][0]).days for each in answers.values()]
    assert len(lags) == CLAIMS
    assert 60 <= min(lags) < 90
    assert 180 < max(lags) <= 210 + 6


@pytest.mark.parametrize("fault", [f.name for f in (*ALTERATIONS, *REWORKS) if f.name != "cr-group"])
def test_altered_claims_balance_with_their_logged_money(fault: str) -> None:
    files, faults = history(fault)
    moved: Counter[str] = Counter()
    for row in faults.log:
        moved[row.control_number] += row.cents
    for control_number, answers in by_claim(read(files)).items():
        paid = sum(payment.paid_cents for _, payment in answers)
        assert paid == usual()[control_number].paid_cents + moved[control_number]


def test_bundled_services_are_paid_with_the_first_or_not_at_all() -> None:
    files, faults = history("bundled", 1.0)
    for payment in payments(read(files)):
        lead, other = payment.services
        assert (lead.procedure, other.procedure) == (lead.submitted, lead.procedure)
        assert [(a.group, a.reason, a.amount_cents) for a in other.adjustments] == [("CO", "97", other.charge_cents)]
        assert other.submitted == usual()[payment.control_number].services[1].procedure
    assert {row.cents == 0 for row in faults.log} == {True, False}


def test_a_split_claim_comes_in_one_file_or_two_and_adds_up() -> None:
    answers = by_claim(read(history("split-claim", 1.0)[0]))
    together = Counter(first[0] == second[0] for first, second in answers.values())
    assert together[True] > 5
    assert together[False] > 5
    for control_number, ((_, first), (_, second)) in answers.items():
        assert first.charge_cents + second.charge_cents == usual()[control_number].charge_cents
        assert first.payer_control_number != second.payer_control_number


def test_a_file_may_come_again_under_a_new_interchange_number() -> None:
    files, faults = history("resent")
    assert len(faults.log) == len(files) - 30 > 5
    bodies = Counter(remit.content.partition(b"~ST*")[2].rpartition(b"~GE*")[0] for _, remit in files)
    assert sorted(bodies.values()) == [1] * (60 - len(files)) + [2] * (len(files) - 30)
    assert len({remit.content for _, remit in files}) == len(files)


def test_a_file_may_come_twice_under_two_names() -> None:
    files, faults = history("renamed")
    names = {row.file for row in faults.log}
    contents = Counter(remit.content for _, remit in files)
    assert sum(count == 2 for count in contents.values()) == len(names) == len(faults.log) > 5
    assert len({remit.name for _, remit in files}) == len(files)
    assert all(remit.decisions for _, remit in files if f"remits/{remit.name}" not in names)


def test_a_file_may_come_weeks_late_and_its_money_on_time() -> None:
    files, faults = history("delayed")
    lags = [(day - head.produced_on).days for day, head, _, _ in read(files) if head.produced_on]
    late = [lag for lag in lags if lag]
    assert len(late) == len(faults.log) > 5
    assert set(late) <= {7 * weeks for weeks in range(1, 7)}
    assert sum(len(remit.decisions) for _, remit in files) == CLAIMS


def test_transfers_do_not_wait_for_their_file() -> None:
    desk = office(Faults({**NEVER, "delayed": 1.0}, 3))
    desk.keep(decided(1))
    assert desk.issue(PAYS_ON) == []
    (transfer,) = desk.transfers
    assert transfer.payment_cents > 0
    assert desk.issue(PAYS_ON + timedelta(days=1)) == []
    assert desk.transfers == []


def test_a_file_may_come_after_the_next_one_which_reverses_one_of_its_claims() -> None:
    files, faults = history("out-of-order")
    told = read(files)
    order = [p.control_number for p in payments(told) if p.status == "22"]
    assert len(order) == len(faults.log) > 5
    assert {row.control_number for row in faults.log} == set(order)
    for control_number in order:
        statuses = [payment.status for _, payment in by_claim(told)[control_number]]
        assert statuses == ["22", "1", "1"]
    made = [head.produced_on for _, head, _, _ in told]
    assert sum(earlier > later for earlier, later in itertools.pairwise(made) if earlier and later) == len(order)


def test_a_cut_file_is_followed_by_the_whole_one() -> None:
    files, faults = history("truncated")
    cut = {row.file for row in faults.log}
    for _, remit in files:
        whole = remit.content.rstrip().endswith(b"~") and b"~IEA*" in remit.content
        assert whole is (f"remits/{remit.name}" not in cut)
    assert sum(len(remit.decisions) for _, remit in files) == CLAIMS


def test_one_fault_leaves_the_others_where_they_were() -> None:
    def rows(asked: dict[str, float], name: str) -> list[str]:
        faults = Faults({**NEVER, **asked}, 3)
        issued(office(faults), [decided(serial) for serial in range(CLAIMS)], 30)
        return [row.control_number for row in faults.log if row.fault == name]

    alone = rows({"misdirected": 0.3}, "misdirected")
    assert alone
    assert rows({"misdirected": 0.3, "downcoded": 0.4, "plb-cs": 1.0}, "misdirected") == alone


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"no-such": 0.1, "resent": 0.1}, "unknown fault no-such; there are: reversal-correction, "),
        ({"resent": 1.5}, "fault resent: the rate is a share between 0 and 1"),
        ({"resent": 0.6, "delayed": 0.6}, "at most one strikes a file"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: dict[str, float], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Faults(asked, 1)


def test_everyday_faults_are_on_at_their_own_rates() -> None:
    usually = {fault.name for fault in FAULTS.values() if fault.rate}
    assert usually == {"reversal-correction", "takeback", "takeback-plb", "misdirected", "interest"}
    faults = Faults({}, 7)
    struck = Counter(faults.reworks.of(str(number)) for number in range(100_000))
    assert struck["reversal-correction"] == pytest.approx(390, rel=0.2)
    assert {each.name for each in PAYMENT_FAULTS if each.rate} == set()
