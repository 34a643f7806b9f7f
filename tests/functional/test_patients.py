"""Patients' money through files and the store, on both databases: payments, refunds, credit, plans, write-offs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

import store_reading
from denialml.claims import Adjustment, Party, replace
from denialml.claims.other_payer import OtherCoverage
from denialml.errors import NotFoundError, PermissionDeniedError, RefusedError, UsageError
from denialml.ledger.patients import Method
from denialml.service import patients, writeoffs
from denialml.service.audit import verify
from denialml.service.patients import AccountReport, Money
from denialml.settings import Settings
from denialml.store import schema
from posting_cases import NUMBER, as_read, co, our_claim, payment, post, pr, remark, reversal, send, service

TODAY = date(2026, 3, 1)
SHARE = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))
OTHER = "0000000002W"


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url=database_url, today=TODAY)


def balances(home: Settings) -> dict[str, int]:
    """Those of the store, whose audit trail is whole."""
    verify(home)
    return store_reading.balances(home)


def check(cents: int, number: str = "101", occurrence: int = 1) -> Money:
    return Money(cents, Method.CHECK, number, date(2026, 2, 20), occurrence)


def pay(home: Settings, cents: int, number: str = "101", who: str = NUMBER) -> AccountReport:
    return patients.pay(home, who, check(cents, number), person="Ada")


def with_share(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "remit.835", as_read(SHARE))


def test_a_payment_is_taken_once_and_what_is_over_is_credit(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    found = pay(home, 2500)
    assert (found.used_cents, found.credit_cents, found.due_cents, found.repeated) == (1000, 1500, 0, False)
    again = pay(home, 2500)
    assert (again.event, again.repeated, again.credit_cents) == (found.event, True, 1500)
    assert balances(home)["cash_undeposited"] == 2500
    assert balances(home)["patient_credit"] == -1500
    assert "ar_patient" not in balances(home)
    second = patients.pay(home, NUMBER, check(2500, occurrence=2), person="Ada")
    assert not second.repeated
    assert balances(home)["cash_undeposited"] == 5000


def test_a_payment_before_the_remittance_is_put_to_its_share(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    before = pay(home, 400)
    assert (before.used_cents, before.credit_cents) == (0, 400)
    post(home, tmp_path / "remit.835", as_read(SHARE))
    assert patients.show_account(home, NUMBER).due_cents == 600
    assert patients.apply_credit(home, person="Ada").used_cents == 400
    assert patients.apply_credit(home, person="Ada").patients == 0
    assert patients.show_account(home, NUMBER).due_cents == 600
    assert balances(home)["ar_patient"] == 600


def test_money_goes_to_the_claim_named_and_else_to_the_oldest(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000), our_claim(OTHER, 10000))
    post(home, tmp_path / "remit.835", as_read(SHARE, replace(SHARE, control_number=OTHER)))
    pay(home, 1000, who=OTHER)
    key = patients.show_account(home, OTHER).patient
    pay(home, 300, "102", who=key)
    rows = owed_by_claim(home)
    assert rows == {NUMBER: 700}


def owed_by_claim(home: Settings) -> dict[str, int]:
    entry, booked, claim = schema.ledger_entry, schema.ledger_transaction, schema.claim
    statement = (
        sa.select(claim.c.control_number, sa.func.sum(entry.c.amount_cents))
        .join_from(entry, booked, booked.c.id == entry.c.transaction_id)
        .join(claim, claim.c.id == booked.c.claim_id)
        .where(entry.c.account == "ar_patient")
        .group_by(claim.c.control_number)
    )
    return {number: int(cents) for number, cents in store_reading.rows(home, statement) if cents}


def test_a_reversal_turns_what_was_paid_into_credit(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    pay(home, 1000)
    post(home, tmp_path / "back.835", as_read(reversal(SHARE), trace="T2"), control=2)
    assert balances(home)["ar_patient"] == -1000
    (credit,) = patients.credit_balances(home)
    assert (credit.owner, credit.credit_cents, credit.refundable_cents) == ("patient", 0, 1000)
    report = patients.apply_credit(home, person="Ada")
    assert (report.released_cents, report.used_cents) == (1000, 0)
    assert "ar_patient" not in balances(home)
    assert patients.credit_balances(home)[0].credit_cents == 1000


def test_a_bounced_check_is_owed_again_and_only_once(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    before = balances(home)
    event = pay(home, 2500).event
    found = patients.undo(home, event, person="Bob", reason="check returned unpaid")
    assert (found.due_cents, found.credit_cents) == (1000, 0)
    assert balances(home) == before
    with pytest.raises(RefusedError, match="undone already"):
        patients.undo(home, event, person="Bob", reason="again")
    with pytest.raises(RefusedError, match="only payments and refunds"):
        patients.undo(home, found.event, person="Bob", reason="undo the undoing")
    with pytest.raises(NotFoundError):
        patients.undo(home, 999, person="Bob", reason="none")
    with pytest.raises(UsageError, match="say why"):
        patients.undo(home, event, person="Bob", reason=" ")


def test_a_refund_pays_only_what_is_there(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    event = pay(home, 2500).event
    with pytest.raises(RefusedError, match=r"credit is \$15\.00"):
        patients.refund(home, NUMBER, check(1501, "R1"), person="Ada", reason="paid twice")
    paid = patients.refund(home, NUMBER, check(1500, "R1"), person="Ada", reason="paid twice")
    assert patients.refund(home, NUMBER, check(1500, "R1"), person="Ada", reason="paid twice").repeated
    assert balances(home)["cash_bank"] == -1500
    with pytest.raises(RefusedError, match="undo the refund first"):
        patients.undo(home, event, person="Ada", reason="check returned unpaid")
    assert patients.undo(home, paid.event, person="Ada", reason="never cashed").credit_cents == 1500
    assert patients.undo(home, event, person="Ada", reason="check returned unpaid").due_cents == 1000


def test_what_another_payer_may_pay_is_not_due(home: Settings, tmp_path: Path) -> None:
    second = OtherCoverage(
        payer=Party("SECOND", id_qualifier="PI", identifier="22222"),
        subscriber=Party("STONE", "ADA", is_person=True, id_qualifier="MI", identifier="S2"),
        sequence="S",
        relationship="18",
        filing_indicator="CI",
        benefits_assigned="Y",
        release="Y",
    )
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000, other_payers=(second,)))
    post(home, tmp_path / "remit.835", as_read(SHARE))
    found = pay(home, 300)
    assert (found.due_cents, found.held_cents, found.used_cents, found.credit_cents) == (0, 1000, 0, 300)
    assert "another payer" in patients.show_account(home, NUMBER).holds[0]
    billed = patients.bill_patient(home, NUMBER, person="Ada", reason="cover ended")
    assert (billed.due_cents, billed.held_cents) == (700, 0)


def test_what_was_passed_on_becomes_the_patients_by_decision(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "remit.835", as_read(replace(SHARE, status="19")))
    assert patients.list_patients(home) == ()
    billed = patients.bill_patient(home, NUMBER, person="Ada", reason="the other payer denied it")
    assert (billed.amount_cents, billed.due_cents) == (1000, 1000)
    assert "ar_next_payer" not in balances(home)


@pytest.mark.parametrize(("group", "moved"), [(pr, 10000), (co, 0)])
def test_only_what_the_payer_put_on_the_patient_is_billed(
    home: Settings, tmp_path: Path, group: Callable[[str, int], Adjustment], moved: int
) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    refused = payment(service(10000, 0, group("96", 10000), line_control_number="L1"), status="4")
    post(home, tmp_path / "remit.835", as_read(refused))
    billed = patients.bill_patient(home, NUMBER, person="Ada", reason="signed a notice before the visit")
    assert (billed.amount_cents, billed.due_cents) == (moved, moved)
    assert balances(home).get("ar_insurer", 0) == 10000 - moved
    assert patients.bill_patient(home, NUMBER, person="Ada", reason="again").amount_cents == 0


@pytest.mark.parametrize("where", ["claim", "line"])
def test_a_qualified_medicare_beneficiary_is_never_billed(home: Settings, tmp_path: Path, where: str) -> None:
    told = remark("N782", "MOA" if where == "claim" else "LQ")
    protected = (
        replace(SHARE, remarks=(told,))
        if where == "claim"
        else replace(SHARE, services=(replace(SHARE.services[0], remarks=(told,)),))
    )
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "remit.835", as_read(protected))
    found = pay(home, 1000)
    assert (found.due_cents, found.used_cents, found.credit_cents) == (0, 0, 1000)
    with pytest.raises(RefusedError, match="qualified Medicare beneficiary"):
        patients.bill_patient(home, NUMBER, person="Ada", reason="try")
    with pytest.raises(RefusedError, match="owes nothing"):
        patients.set_plan(home, NUMBER, monthly_cents=100, day_of_month=1, starts_on=TODAY, person="Ada")


def test_a_replaced_claim_is_with_its_payer(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    send(home, tmp_path / "new.837", our_claim(NUMBER, 12000, frequency="7"), control=2)
    page = patients.show_account(home, NUMBER)
    assert (page.due_cents, page.held_cents) == (0, 1000)
    assert "corrected claim" in page.holds[0]


def test_a_plan_takes_payments_in_order(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    agreed = patients.set_plan(
        home, NUMBER, monthly_cents=400, day_of_month=31, starts_on=date(2026, 4, 1), person="Ada"
    )
    assert [(each.due_on, each.amount_cents) for each in agreed.parts] == [
        (date(2026, 4, 30), 400),
        (date(2026, 5, 31), 400),
        (date(2026, 6, 30), 200),
    ]
    event = pay(home, 500).event
    assert [each.paid_cents for each in patients.show_account(home, NUMBER).plan] == [400, 100, 0]
    patients.undo(home, event, person="Ada", reason="check returned unpaid")
    assert [each.paid_cents for each in patients.show_account(home, NUMBER).plan] == [0, 0, 0]
    patients.end_plan(home, NUMBER, person="Ada", reason="no longer wanted")
    assert patients.show_account(home, NUMBER).plan == ()
    with pytest.raises(NotFoundError, match="no payment plan"):
        patients.end_plan(home, NUMBER, person="Ada", reason="again")
    with pytest.raises(RefusedError, match="60 months"):
        patients.set_plan(home, NUMBER, monthly_cents=16, day_of_month=1, starts_on=TODAY, person="Ada")


def test_nobody_is_meant_by_an_unknown_word(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    with pytest.raises(NotFoundError, match="no control number"):
        pay(home, 100, who="NOBODY")
    with pytest.raises(UsageError, match="who decides"):
        patients.pay(home, NUMBER, check(100), person=" ")
    with pytest.raises(UsageError, match="future"):
        patients.pay(home, NUMBER, Money(100, Method.CASH, "", date(2026, 3, 2)), person="Ada")
    assert "cash_undeposited" not in balances(home)


@pytest.mark.parametrize("text", ["0", "-5", "ten", "1.234", ""])
def test_an_amount_is_dollars_above_zero(text: str) -> None:
    with pytest.raises(UsageError):
        patients.amount_from_text(text)


def test_amounts_and_methods_in_words() -> None:
    assert [patients.amount_from_text(text) for text in ("25", "25.5", "$1,025.50")] == [2500, 2550, 102550]
    with pytest.raises(UsageError, match="cash, check, card"):
        patients.method_from_text("cheque")


def ask(home: Settings, cents: int = 1000, owed_by: str = "patient", reason: str = "charity") -> int:
    found = writeoffs.propose(home, NUMBER, line=None, owed_by=owed_by, cents=cents, reason=reason, person="Ada")
    return found.write_off


def test_a_write_off_needs_another_person(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    number = ask(home)
    assert balances(home)["ar_patient"] == 1000
    with pytest.raises(PermissionDeniedError, match="another person"):
        writeoffs.approve(home, number, person="ada")
    assert writeoffs.approve(home, number, person="Bob").state == "approved"
    assert balances(home)["adj_write_off"] == 1000
    assert "ar_patient" not in balances(home)
    with pytest.raises(RefusedError, match="approved already"):
        writeoffs.approve(home, number, person="Bob")
    assert writeoffs.undo(home, number, person="Bob", note="the patient paid after all").state == "undone"
    assert balances(home)["ar_patient"] == 1000
    with pytest.raises(RefusedError, match="only an approved one"):
        writeoffs.undo(home, number, person="Bob", note="again")
    assert [row.state for row in writeoffs.list_write_offs(home, every=True)] == ["undone"]
    assert writeoffs.list_write_offs(home) == ()


def test_a_void_of_the_claim_to_another_payer_makes_it_due(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    plain = our_claim(NUMBER, 10000)
    second = replace(plain, coverage=replace(plain.coverage, sequence="S"))
    send(home, tmp_path / "second.837", second, control=2, created=datetime(2026, 2, 9))
    assert patients.show_account(home, NUMBER).due_cents == 0
    void = replace(second, frequency="8")
    send(home, tmp_path / "void.837", void, control=3, created=datetime(2026, 2, 10))
    assert patients.show_account(home, NUMBER).due_cents == 1000
    assert balances(home)["ar_patient"] == 1000


def test_what_a_second_payer_left_is_written_off(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    plain = our_claim(NUMBER, 10000)
    second = replace(plain, coverage=replace(plain.coverage, sequence="S"))
    send(home, tmp_path / "second.837", second, control=2, created=datetime(2026, 2, 9))
    left = payment(service(10000, 800, Adjustment("OA", "23", 9000), pr("2", 200)), status="2")
    post(home, tmp_path / "second.835", as_read(left, trace="T2"))
    with pytest.raises(RefusedError, match=r"more than the \$2\.00"):
        ask(home, 1000)
    writeoffs.approve(home, ask(home, 200), person="Bob")
    assert "ar_patient" not in balances(home)


def test_what_was_written_off_and_taken_back_pays_for_nothing_else(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000), our_claim(OTHER, 10000))
    post(home, tmp_path / "remit.835", as_read(SHARE, replace(SHARE, control_number=OTHER)))
    writeoffs.approve(home, ask(home), person="Bob")
    post(home, tmp_path / "back.835", as_read(reversal(SHARE), trace="T2"), control=2)
    assert owed_by_claim(home) == {NUMBER: -1000, OTHER: 1000}
    page = patients.show_account(home, OTHER)
    assert (page.due_cents, page.credit_cents) == (1000, 0)
    assert patients.credit_balances(home) == ()


@pytest.mark.parametrize("place", range(4))
def test_what_is_owed_does_not_depend_on_the_order(home: Settings, tmp_path: Path, place: int) -> None:
    """A remittance, its reversal and correction, and a payment before, between or after: the same is owed."""
    smaller = payment(service(10000, 6600, co("45", 3000), pr("2", 400), line_control_number="L1"))
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    steps = {
        "pay": lambda: pay(home, 700),
        "post": lambda: post(home, tmp_path / "1.835", as_read(SHARE), control=1),
        "back": lambda: post(home, tmp_path / "2.835", as_read(reversal(SHARE), trace="T2"), control=2),
        "again": lambda: post(home, tmp_path / "3.835", as_read(smaller, trace="T3"), control=3),
    }
    order = ["post", "back", "again"]
    order.insert(place, "pay")
    for step in order:
        steps[step]()
    page = patients.show_account(home, NUMBER)
    assert page.due_cents == 0
    patients.apply_credit(home, person="Ada")
    settled = patients.show_account(home, NUMBER)
    assert (settled.due_cents, settled.credit_cents) == (0, 300)
    assert "ar_patient" not in balances(home)


def test_below_the_limit_one_person_is_enough(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    generous = home.model_copy(update={"second_person_above_cents": 1000})
    assert writeoffs.approve(generous, ask(generous), person="Ada").state == "approved"


def test_no_more_than_is_owed_is_written_off(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    with pytest.raises(RefusedError, match=r"more than the \$10\.00"):
        ask(home, 1001)
    number = ask(home, 1000)
    with pytest.raises(RefusedError, match="waits to be decided"):
        ask(home, 500)
    pay(home, 1)
    with pytest.raises(RefusedError, match=r"more than the \$9\.99"):
        writeoffs.approve(home, number, person="Bob")
    assert writeoffs.reject(home, number, person="Bob", note="was paid").state == "rejected"
    assert ask(home, 999) != number


def test_a_denial_is_written_off_for_a_reason_that_fits(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    denied = payment(service(10000, 0, co("29", 10000), line_control_number="L1"), status="4")
    post(home, tmp_path / "remit.835", as_read(denied))
    with pytest.raises(UsageError, match="timely_filing"):
        ask(home, 10000, "insurer", "charity")
    with pytest.raises(UsageError, match="patient or insurer"):
        ask(home, 10000, "payer", "charity")
    with pytest.raises(NotFoundError, match="nothing is owed"):
        ask(home, 10000, "patient", "charity")
    writeoffs.approve(home, ask(home, 10000, "insurer", "timely_filing"), person="Bob")
    assert balances(home)["adj_write_off"] == 10000
    assert "ar_insurer" not in balances(home)
