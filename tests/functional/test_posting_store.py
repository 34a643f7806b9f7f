"""Posting through files and the store, on both databases: charges, exactly once, reversals, replacements, cases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from denialml.claims import Claim, replace
from denialml.errors import StorageError
from denialml.service.charges import import_charges
from denialml.service.posting import post_files
from denialml.settings import Settings
from denialml.store import Store, schema
from denialml.store.ledger_checks import broken_laws
from denialml.store.posting import books
from posting_cases import (
    NUMBER,
    PERSON,
    RECEIVED,
    SENT,
    as_read,
    claims_file,
    co,
    our_claim,
    payment,
    plb,
    post,
    pr,
    remark,
    remit_file,
    reversal,
    send,
    service,
)
from store_reading import balances, looking, rows

PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))
DENIED = payment(service(10000, 0, co("50", 10000), remarks=(remark("N115"),)), status="4")


@pytest.fixture
def look(home: Settings) -> Any:
    """Runs a query; opens the store for each."""

    return partial(rows, home)


def ledger_of(home: Settings) -> tuple[dict[str, str], dict[str, int]]:
    """Digests of the tables, and balances that are not zero."""
    return looking(home, books), balances(home)


def test_sent_claims_are_owed_and_drafts_are_not(home: Settings, tmp_path: Path) -> None:
    path = claims_file(tmp_path / "draft.837", our_claim(NUMBER, 10000, 5000))
    drafts = import_charges(home, [path], sent=False)
    assert (drafts.claims, drafts.lines, drafts.charge_cents, drafts.sent_claims) == (1, 2, 15000, 0)
    assert ledger_of(home)[1] == {}
    sent = import_charges(home, [path], sent=True)
    assert (sent.claims, sent.repeated_claims, sent.sent_claims, sent.booked_cents) == (0, 1, 1, 15000)
    assert ledger_of(home)[1] == {"ar_insurer": 15000, "revenue_charges": -15000}
    again = import_charges(home, [path], sent=True)
    assert (again.sent_claims, again.booked_cents) == (0, 0)
    assert ledger_of(home)[1] == {"ar_insurer": 15000, "revenue_charges": -15000}


def test_days_come_from_the_envelope_unless_given(home: Settings, tmp_path: Path, look: Any) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    assert look(sa.select(schema.submission.c.sent_on, schema.claim.c.known_on).join(schema.claim)) == [
        (SENT.date(), SENT.date())
    ]
    post_files(home, [remit_file(tmp_path / "a.835", as_read(PAID))], received_on=date(2026, 2, 20))
    assert look(sa.select(schema.remittance.c.known_on)) == [(date(2026, 2, 20),)]
    assert look(sa.select(schema.claim_payment.c.known_on, schema.claim_payment.c.adjudicated_on)) == [
        (date(2026, 2, 20), date(2026, 1, 30))
    ]


def test_a_payment_closes_what_was_owed(home: Settings, tmp_path: Path, look: Any) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    report = post(home, tmp_path / "a.835", as_read(PAID, adjustments=[plb("L6", -50)]))
    assert (report.posted_cents, report.parked_cents, report.posted_adjustments_cents) == (6000, 0, -50)
    assert ledger_of(home)[1] == {
        "adj_contractual": 3000,
        "ar_patient": 1000,
        "cash_clearing": 6050,
        "interest_income": -50,
        "revenue_charges": -10000,
    }
    ((paid, denied, allowed, line),) = look(
        sa.select(
            schema.service_payment.c.paid_cents,
            schema.service_payment.c.denied,
            schema.service_payment.c.allowed_cents,
            schema.service_payment.c.line_id,
        )
    )
    assert (paid, denied, allowed) == (6000, False, 7000)
    assert line is not None
    assert look(sa.select(sa.func.count()).select_from(schema.denial_case)) == [(0,)]


def test_a_denial_opens_a_case_with_its_clocks_and_leaves_it_owed(home: Settings, tmp_path: Path, look: Any) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    report = post(home, tmp_path / "a.835", as_read(DENIED, total=0))
    assert report.denial_cases == 1
    assert ledger_of(home)[1] == {"ar_insurer": 10000, "revenue_charges": -10000}
    (case,) = look(sa.select(schema.denial_case))
    assert (case.group_code, case.reason, case.remarks, case.denied_cents) == ("CO", "50", "N115", 10000)
    assert (case.category, case.preventable, case.appealable) == ("medical_necessity", True, True)
    assert (case.noticed_on, case.known_on) == (date(2026, 2, 1), RECEIVED.date())
    assert case.appeal_by == date(2026, 7, 31)
    assert "29 CFR 2560.503-1" in case.clock_source
    ((denied, reason, allowed),) = look(
        sa.select(
            schema.service_payment.c.denied,
            schema.service_payment.c.denial_reason,
            schema.service_payment.c.allowed_cents,
        )
    )
    assert (denied, reason, allowed) == (True, "50", None)


def test_a_claim_denied_as_a_whole_is_an_outcome_of_each_line(home: Settings, tmp_path: Path, look: Any) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000, 5000))
    whole = payment(status="4", charge_cents=15000, adjustments=(co("29", 15000),))
    report = post(home, tmp_path / "a.835", as_read(whole))
    assert report.denial_cases == 2
    rows = look(
        sa.select(schema.service_line.c.number, schema.service_payment.c.denied, schema.denial_case.c.denied_cents)
        .join_from(schema.service_payment, schema.service_line)
        .join(schema.denial_case, schema.denial_case.c.service_payment_id == schema.service_payment.c.id)
        .order_by(schema.service_line.c.number)
    )
    assert rows == [(1, True, 10000), (2, True, 5000)]
    ((service_id,),) = look(sa.select(schema.adjustment.c.service_payment_id))
    assert service_id is None  # the payer wrote it at the claim level, and there it stays


def test_the_same_file_again_is_a_no_op(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    path = remit_file(tmp_path / "a.835", as_read(PAID))
    post_files(home, [path])
    before = ledger_of(home)
    renamed = tmp_path / "renamed.835"
    renamed.write_bytes(path.read_bytes())
    report = post_files(home, [path, renamed])
    assert (report.repeated_files, report.posted_cents, report.repeated_cents) == (2, 0, 12000)
    assert ledger_of(home) == before


def test_the_same_payment_in_a_new_envelope_is_a_no_op(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "a.835", as_read(PAID), control=1)
    before = ledger_of(home)
    report = post(home, tmp_path / "b.835", as_read(PAID), control=2)
    assert (report.repeated_files, report.repeated_remittances, report.repeated_cents) == (0, 1, 6000)
    assert ledger_of(home) == before


def test_the_same_trace_with_other_content_is_quarantined(home: Settings, tmp_path: Path, look: Any) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "a.835", as_read(PAID), control=1)
    accounts = ledger_of(home)[1]
    other = replace(PAID, services=(service(10000, 6000, co("45", 4000)),), patient_responsibility_cents=0)
    report = post(home, tmp_path / "b.835", as_read(other), control=2)
    assert (report.quarantined_remittances, report.parked_cents) == (1, 6000)
    assert ledger_of(home)[1] == accounts
    assert look(sa.select(schema.parked_item.c.kind, schema.parked_item.c.amount_cents)) == [("trace_conflict", 6000)]
    assert look(sa.select(sa.func.count()).select_from(schema.file).where(schema.file.c.kind == "835")) == [(2,)]
    assert look(sa.select(schema.remittance.c.status).order_by(schema.remittance.c.id)) == [
        ("posted",),
        ("set_aside",),
    ]
    again = post(home, tmp_path / "c.835", as_read(other), control=3)
    assert again.repeated_remittances == 1


def test_a_reversal_in_a_later_file_mirrors_and_a_correction_posts(home: Settings, tmp_path: Path, look: Any) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "a.835", as_read(PAID))
    correction = payment(service(10000, 7000, co("45", 3000)))
    report = post(home, tmp_path / "b.835", as_read(reversal(PAID), correction, trace="T2"))
    assert report.parked_items == 0
    assert ledger_of(home)[1] == {"adj_contractual": 3000, "cash_clearing": 7000, "revenue_charges": -10000}
    transaction = schema.ledger_transaction
    mirrored = transaction.alias()
    pairs = look(
        sa.select(transaction.c.kind, mirrored.c.kind).join_from(
            transaction, mirrored, transaction.c.reverses_id == mirrored.c.id
        )
    )
    assert pairs == [("reversal", "payment")]
    once_more = post(home, tmp_path / "c.835", as_read(reversal(PAID), trace="T3", paid_on=date(2026, 3, 1)))
    assert once_more.parked_kinds == {"reversal_without_original": 1}


def test_a_denial_reversed_in_a_later_file_leaves_no_second_to_reverse(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "a.835", as_read(DENIED, trace="N1"))
    report = post(home, tmp_path / "b.835", as_read(reversal(DENIED), trace="N2"))
    assert report.parked_items == 0
    again = post(home, tmp_path / "c.835", as_read(reversal(DENIED), trace="N3", paid_on=date(2026, 3, 1)), control=2)
    assert again.parked_kinds == {"reversal_without_original": 1}


def test_a_replacement_takes_over_what_is_owed(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "a.835", as_read(DENIED))
    send(home, tmp_path / "b.837", our_claim(NUMBER, 9000, frequency="7"), control=2)
    assert ledger_of(home)[1] == {"ar_insurer": 9000, "revenue_charges": -9000}
    report = post(home, tmp_path / "b.835", as_read(payment(service(9000, 9000)), trace="T2"))
    assert report.parked_items == 0
    assert ledger_of(home)[1] == {"cash_clearing": 9000, "revenue_charges": -9000}


def test_an_original_sent_again_with_other_content_is_the_same_debt(home: Settings, tmp_path: Path) -> None:
    first = our_claim(NUMBER, 10000)
    send(home, tmp_path / "a.837", first)
    send(home, tmp_path / "b.837", replace(first, place_of_service="22"), control=2)
    assert ledger_of(home)[1] == {"ar_insurer": 10000, "revenue_charges": -10000}
    report = post(home, tmp_path / "a.835", as_read(payment(service(10000, 10000))))
    assert report.parked_items == 0
    assert ledger_of(home)[1] == {"cash_clearing": 10000, "revenue_charges": -10000}


def test_another_claim_under_the_same_account_number_is_a_debt_of_its_own(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    send(home, tmp_path / "b.837", our_claim(NUMBER, 7000), control=2)
    assert ledger_of(home)[1] == {"ar_insurer": 17000, "revenue_charges": -17000}


def _visit(day: date, charge: int, **changes: Any) -> Claim:
    """A claim under the one number of a patient's account, for services of a day."""
    plain = our_claim(NUMBER, charge, **changes)
    return replace(plain, lines=tuple(replace(line, service_from=day, service_to=day) for line in plain.lines))


def test_a_replacement_leaves_another_visit_under_its_number_alone(home: Settings, tmp_path: Path) -> None:
    first, second = date(2026, 1, 2), date(2026, 1, 5)
    send(home, tmp_path / "a.837", _visit(first, 10000), _visit(second, 8000))
    send(home, tmp_path / "b.837", _visit(second, 8500, frequency="7"), control=2)
    assert balances(home) == {"ar_insurer": 18500, "revenue_charges": -18500}
    send(home, tmp_path / "c.837", _visit(first, 10000, frequency="8"), control=3)
    assert balances(home) == {"ar_insurer": 8500, "revenue_charges": -8500}


def test_a_later_payer_is_asked_for_its_own_visit_alone(home: Settings, tmp_path: Path) -> None:
    first, second = date(2026, 1, 2), date(2026, 1, 5)
    send(home, tmp_path / "a.837", _visit(first, 10000), _visit(second, 8000))
    answers = (
        payment(service(10000, 9000, pr("2", 1000), service_from=first)),
        payment(service(8000, 6000, pr("2", 2000), service_from=second), payer_control_number="ICN2"),
    )
    post(home, tmp_path / "a.835", as_read(*answers))
    plain = _visit(second, 8000)
    later = replace(plain, coverage=replace(plain.coverage, sequence="S"))
    send(home, tmp_path / "b.837", later, control=2, created=datetime(2026, 2, 9))
    owed = {"cash_clearing": 15000, "ar_patient": 1000, "ar_next_payer": 2000, "revenue_charges": -18000}
    assert balances(home) == owed


def test_a_void_takes_the_charges_out(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    send(home, tmp_path / "b.837", our_claim(NUMBER, 10000, frequency="8"), control=2)
    assert ledger_of(home)[1] == {}


def test_the_payers_number_and_the_member_find_claims_with_mangled_numbers(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000), our_claim("0000000002W", 7000))
    post(home, tmp_path / "a.835", as_read(DENIED))
    by_number = payment(service(10000, 10000), number="MANGLED")
    by_member = payment(
        service(7000, 7000), number="OTHER", payer_control_number="NEW", subscriber=PERSON, patient=PERSON
    )
    report = post(home, tmp_path / "b.835", as_read(by_number, by_member, trace="T2"))
    assert report.parked_items == 0
    assert ledger_of(home)[1] == {"cash_clearing": 17000, "revenue_charges": -17000}


def test_a_payment_on_a_draft_waits(home: Settings, tmp_path: Path) -> None:
    import_charges(home, [claims_file(tmp_path / "a.837", our_claim(NUMBER, 10000))], sent=False)
    assert post(home, tmp_path / "a.835", as_read(PAID)).parked_kinds == {"not_sent": 1}


def test_paid_twice_under_two_traces_waits(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "a.835", as_read(PAID))
    assert post(home, tmp_path / "b.835", as_read(PAID, trace="T2", paid_on=date(2026, 3, 1))).parked_kinds == {
        "overpayment": 1
    }


def test_files_that_are_no_remittances_are_told_and_the_others_go_on(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    good = remit_file(tmp_path / "good.835", as_read(PAID))
    cut = tmp_path / "cut.835"
    cut.write_bytes(remit_file(tmp_path / "whole.835", as_read(PAID, trace="T9"), control=9).read_bytes()[:-60])
    noise = tmp_path / "noise.835"
    noise.write_bytes(b"no X12 at all")
    seen: list[str] = []
    report = post_files(home, [noise, cut, tmp_path / "missing.835", tmp_path / "a.837", good], progress=seen.append)
    assert report.unreadable_files == 4
    assert "breaks off" in report.files[1].error
    assert [bool(file.error) for file in report.files] == [True, True, True, True, False]
    assert report.posted_cents == 6000
    assert len(seen) == 5


def test_several_interchanges_of_a_file_keep_their_own_days(home: Settings, tmp_path: Path, look: Any) -> None:
    later = SENT + timedelta(days=3)
    first = claims_file(tmp_path / "1.837", our_claim(NUMBER, 10000))
    second = claims_file(tmp_path / "2.837", our_claim("0000000002W", 7000), control=2, created=later)
    both = tmp_path / "both.837"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    report = import_charges(home, [both], sent=True)
    assert (report.claims, report.booked_cents) == (2, 17000)
    days = look(sa.select(schema.submission.c.sent_on).order_by(schema.submission.c.id))
    assert days == [(SENT.date(),), (later.date(),)]


def test_what_is_no_remittance_in_a_file_is_told_and_passed_over(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000))
    mixed = tmp_path / "mixed.835"
    mixed.write_bytes((tmp_path / "a.837").read_bytes() + remit_file(tmp_path / "a.835", as_read(PAID)).read_bytes())
    report = post_files(home, [mixed])
    assert report.posted_cents == 6000
    assert [finding.code for finding in report.files[0].findings] == ["other-transaction"]


def test_a_remittance_without_a_head_waits_with_its_money(home: Settings, tmp_path: Path, look: Any) -> None:
    path = remit_file(tmp_path / "a.835", as_read(PAID))
    path.write_bytes(path.read_bytes().replace(b"BPR*I*60*", b"BPR*I*sixty*"))
    report = post_files(home, [path])
    assert (report.parked_cents, report.quarantined_remittances) == (6000, 1)
    assert set(report.parked_kinds) == {"unreadable_claim", "unreadable_transaction"}
    assert ledger_of(home)[1] == {"cash_clearing": 6000, "suspense_remit": -6000}
    assert look(sa.select(schema.remittance.c.status)) == [("quarantined",)]


def test_a_failing_database_keeps_the_files_before(
    home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10000), our_claim("0000000002W", 7000))
    first = remit_file(tmp_path / "1.835", as_read(PAID))
    second = remit_file(tmp_path / "2.835", as_read(payment(service(7000, 7000), number="0000000002W"), trace="T2"))
    post_files(home, [first])
    before = ledger_of(home)

    def broken(*_: Any) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("denialml.store.posting_rows.insert_transactions", broken)
        with pytest.raises(StorageError, match="the disk is full"):
            post_files(home, [second])
    assert ledger_of(home) == before
    assert post_files(home, [second]).posted_cents == 7000


def test_the_database_itself_refuses_a_second_payment(store: Store) -> None:
    row = {
        "file_id": 1,
        "trace": "T",
        "payment_cents": 1,
        "noticed_on": date(2026, 1, 1),
        "known_on": date(2026, 1, 1),
        "status": "posted",
        "payment_key": "k",
        "content_key": "c",
    }
    file = {
        "id": 1,
        "sha256": "s",
        "name": "n",
        "kind": "835",
        "size_bytes": 1,
        "content": b"",
        "known_on": date(2026, 1, 1),
    }
    with store.unit() as unit:
        unit.insert(schema.file, [file])
        unit.insert(schema.remittance, [{"id": 1, "ordinal": 1, **row}])
    with pytest.raises(StorageError), store.unit() as unit:
        unit.insert(schema.remittance, [{"id": 2, "ordinal": 2, **row}])


def test_a_claim_that_charges_nothing_books_nothing(home: Settings, tmp_path: Path) -> None:
    """Measures of quality are reported at no charge: sent, replaced and answered, they leave no empty transaction."""
    send(home, tmp_path / "a.837", our_claim(NUMBER, 0))
    send(home, tmp_path / "b.837", our_claim(NUMBER, 0, frequency="7"), control=2)
    report = post(home, tmp_path / "a.835", as_read(payment(service(0, 0), frequency="7"), trace="", total=0))
    assert report.parked_items == 0
    assert looking(home, broken_laws) == []
    assert rows(home, sa.select(schema.ledger_transaction)) == []
