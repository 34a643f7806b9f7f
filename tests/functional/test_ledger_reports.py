"""Trial balance, aging and drilling down, through files and the store, on both databases."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from denialml.claims import replace
from denialml.cli import main
from denialml.errors import NotFoundError, UsageError
from denialml.ledger import CountFrom, GroupBy
from denialml.ledger.patients import Method
from denialml.service import exceptions, ledger_drill, patients, writeoffs
from denialml.service.ledger import AgingReport, AgingRow, aging, trial_balance
from denialml.service.ledger_verify import verify
from denialml.settings import Settings
from denialml.store import schema
from denialml.store.books import trial_balance as balances
from ledger_tampering import tamper
from posting_cases import (
    NUMBER,
    SENT,
    SERVED,
    as_read,
    co,
    our_claim,
    payment,
    plb,
    post,
    pr,
    reversal,
    send,
    service,
)
from store_reading import looking

PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))
SECOND, THIRD = "0000000002W", "0000000003U"
TODAY = date(2026, 3, 1)
OPEN = {"ar_insurer", "ar_next_payer", "ar_patient", "patient_credit"}
NOW = datetime(2026, 3, 1, 12, 0)


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    """Three claims sent; one is paid, one is overpaid by a person's decision, one is not answered."""
    settings = Settings(home=tmp_path, database_url=database_url, today=TODAY)
    claims = [our_claim(number, 10000) for number in (NUMBER, SECOND, THIRD)]
    send(settings, tmp_path / "sent.837", *claims)
    twice = replace(PAID, control_number=SECOND, payer_control_number="ICN2")
    lost = payment(service(5000, 5000), number="LOST", payer_control_number="")
    post(settings, tmp_path / "a.835", as_read(PAID, twice, lost, adjustments=[plb("L6", -50)]))
    again = payment(service(10000, 9000, co("45", 1000), line_control_number="L1"), number=SECOND)
    again = replace(again, payer_control_number="ICN2")
    post(settings, tmp_path / "b.835", as_read(again, trace="T2"), control=2)
    (row,) = [each for each in exceptions.list_exceptions(settings).rows if each.kind == "overpayment"]
    exceptions.resolve(settings, row.item, "accept", person="Pat", reason="the payer is asked")
    return settings


def _aged(home: Settings, as_of: date = TODAY, by: GroupBy = GroupBy.PAYER, top: int = 50) -> AgingReport:
    return aging(home, as_of, by=by, counted_from=CountFrom.SERVICE, top=top)


def _of(report: AgingReport, account: str) -> AgingRow:
    (row,) = [row for row in report.accounts if row.account == account]
    return row


def test_the_trial_balance_is_that_of_the_entries(home: Settings) -> None:
    report = trial_balance(home, TODAY)
    assert {row.account: row.balance_cents for row in report.rows} == looking(home, balances)
    assert report.difference_cents == 0
    assert report.debit_cents == report.credit_cents
    (owed,) = [row for row in report.rows if row.account == "ar_insurer"]
    assert owed.debit_cents == owed.credit_cents >= 30000


def test_the_trial_balance_of_a_past_day_knows_what_was_booked_by_then(home: Settings) -> None:
    report = trial_balance(home, SENT.date())
    assert {row.account: row.balance_cents for row in report.rows} == {"ar_insurer": 30000, "revenue_charges": -30000}
    assert trial_balance(home, SENT.date() - timedelta(1)).rows == ()


def test_aging_keeps_credits_apart_and_ties_to_the_trial_balance(home: Settings) -> None:
    report = _aged(home)
    assert report.difference_cents == 0
    owed = _of(report, "ar_insurer")
    assert (owed.days_31_60_cents, owed.credit_cents, owed.balance_cents, owed.claims) == (10000, -10000, 0, 2)
    assert _of(report, "ar_patient").days_31_60_cents == 2000
    booked = looking(home, balances)
    assert {row.account: row.balance_cents for row in report.accounts} == {
        account: booked[account] for account in ("ar_insurer", "ar_patient")
    }


def test_a_claim_ages_from_its_service_or_from_its_sending(home: Settings) -> None:
    day = SERVED + timedelta(days=31)
    by_service = aging(home, day, by=GroupBy.PAYER, counted_from=CountFrom.SERVICE, top=9)
    by_sending = aging(home, day, by=GroupBy.PAYER, counted_from=CountFrom.SENT, top=9)
    owed = _of(by_service, "ar_patient").balance_cents
    assert owed > 0
    assert _of(by_service, "ar_patient").days_31_60_cents == owed
    assert _of(by_sending, "ar_patient").days_0_30_cents == owed


def test_aging_as_of_a_past_day_sees_claims_that_were_settled_since(home: Settings) -> None:
    report = _aged(home, SENT.date())
    assert report.difference_cents == 0
    assert [(row.account, row.days_0_30_cents, row.claims) for row in report.accounts] == [("ar_insurer", 30000, 3)]
    assert _aged(home, SENT.date() - timedelta(1)).accounts == ()


def test_patients_and_providers_are_groups_too_and_no_name_is_shown(home: Settings) -> None:
    assert {row.group for row in _aged(home, by=GroupBy.PATIENT).rows} == {"1"}
    npis = looking(home, lambda connection: connection.execute(sa.select(schema.claim.c.rendering_npi)).scalars().all())
    assert {row.group for row in _aged(home, by=GroupBy.PROVIDER).rows} == set(npis)


def test_a_receivable_without_a_claim_is_undated_and_still_ties(home: Settings) -> None:
    (row,) = [each for each in exceptions.list_exceptions(home).rows if each.kind == "unmatched_claim"]
    statement = (
        "UPDATE ledger_entry SET account = 'ar_insurer' WHERE account = 'suspense_remit' AND amount_cents = -5000"
    )
    assert row.amount_cents == 5000
    tamper(home, statement)
    assert _aged(home).difference_cents == 0, "the sums beside the entries are asked, not the entries"
    verify(home, top=5, rebuild=True)
    report = _aged(home)
    assert report.difference_cents == 0
    assert [row.credit_cents for row in report.rows if row.group == "(no claim)"] == [-5000]


# Drilling down.


def test_an_account_is_made_of_claims_and_these_of_transactions(home: Settings) -> None:
    claims = ledger_drill.drill_account(home, "ar_patient", TODAY, bucket="31-60", payer="PRAIRIE HEALTH", top=9)
    assert isinstance(claims, ledger_drill.ClaimsOfAccount)
    assert [(each.control_number, each.open_cents) for each in claims.rows] == [(NUMBER, 1000), (SECOND, 1000)]
    assert claims.total_cents == _of(_aged(home), "ar_patient").balance_cents
    booked = ledger_drill.drill_claim(home, NUMBER, TODAY, account="ar_insurer")
    assert [(each.kind, each.amount_cents) for each in booked.rows] == [("charge", 10000), ("payment", -10000)]
    assert booked.total_cents == 0


def test_every_receivable_is_the_sum_of_its_parts_in_any_bucket(home: Settings) -> None:
    for row in _aged(home).accounts:
        claims = ledger_drill.drill_account(home, row.account, TODAY, top=99)
        assert isinstance(claims, ledger_drill.ClaimsOfAccount)
        assert claims.total_cents == row.balance_cents
        for each in claims.rows:
            booked = ledger_drill.drill_claim(home, each.control_number, TODAY, account=row.account)
            assert booked.total_cents == each.open_cents


def test_other_accounts_are_made_of_days(home: Settings) -> None:
    days = ledger_drill.drill_account(home, "cash_clearing", TODAY, top=9)
    assert isinstance(days, ledger_drill.DaysOfAccount)
    assert days.total_cents == looking(home, balances)["cash_clearing"]
    booked = ledger_drill.drill_day(home, "cash_clearing", days.rows[0].day)
    assert booked.total_cents == days.rows[0].debit_cents - days.rows[0].credit_cents


def _sources(home: Settings) -> dict[str, list[ledger_drill.TransactionView]]:
    ids = looking(home, lambda c: c.execute(sa.select(schema.ledger_transaction.c.id)).scalars().all())
    views: dict[str, list[ledger_drill.TransactionView]] = {}
    for identity in ids:
        view = ledger_drill.drill_transaction(home, identity, person="Pat", at=NOW)
        views.setdefault(view.kind, []).append(view)
    return views


def test_every_transaction_leads_to_the_segments_it_came_from(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "c.835", as_read(reversal(PAID), trace="T3"), control=3)
    views = _sources(home)
    assert {len(view.segments) > 0 for of in views.values() for view in of} == {True}
    assert all(view.segments[0].startswith("CLM*") for view in views["charge"])
    assert {view.segments[0][:14] for view in views["payment"]} == {f"CLP*{NUMBER[:10]}", f"CLP*{SECOND[:10]}"}
    assert [view.segments[0].split("*")[2] for view in views["reversal"]] == ["22"]
    (interest,) = views["provider_adjustment"]
    assert any(segment.startswith("PLB*") and "L6" in segment for segment in interest.segments)
    lost = [view for view in views["suspense"] if view.segments[0].startswith("CLP*LOST*")]
    assert len(lost) == 1
    assert (lost[0].file, lost[0].source) == ("a.835", "claim payment")
    assert views["correction"]
    for corrected in views["correction"]:
        assert corrected.source == f"correction of {corrected.reverses}: claim payment"


def test_what_a_person_booked_names_the_decision(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "d.835", as_read(adjustments=[plb("CS", -700)], trace="T4"), control=4)
    (item,) = [each.item for each in exceptions.list_exceptions(home).rows if "book" in each.actions]
    (parked,) = [view for view in _sources(home)["suspense"] if view.source == "provider adjustment"]
    assert parked.segments[0].startswith("PLB*")
    exceptions.resolve(home, item, "book", person="Pat", reason="told", account="other_income")
    (view,) = _sources(home)["transfer"]
    assert view.source.startswith("decision ")
    assert view.source.endswith(" of Pat: book")


def test_looking_at_segments_leaves_who_looked_and_nothing_else(home: Settings) -> None:
    ledger_drill.drill_transaction(home, 1, person="Pat", at=NOW)
    events = looking(home, lambda c: c.execute(sa.select(schema.audit_event)).mappings().all())
    last = max(events, key=lambda row: row["id"])
    assert (last["person"], last["action"], last["object"]) == ("Pat", "view", "ledger_transaction/1")
    assert set(json.loads(last["detail"])) == {"segments"}


def test_what_is_not_there_is_said(home: Settings) -> None:
    with pytest.raises(NotFoundError, match="no transaction 999"):
        ledger_drill.drill_transaction(home, 999, person="Pat", at=NOW)
    with pytest.raises(UsageError, match="say who"):
        ledger_drill.drill_transaction(home, 1, person=" ", at=NOW)
    with pytest.raises(UsageError, match="no account"):
        ledger_drill.drill_account(home, "ar", TODAY, top=1)
    with pytest.raises(UsageError, match="no bucket"):
        ledger_drill.drill_account(home, "ar_insurer", TODAY, bucket="0-31", top=1)
    with pytest.raises(UsageError, match="not kept by claim"):
        ledger_drill.drill_account(home, "cash_clearing", TODAY, bucket="0-30", top=1)
    with pytest.raises(NotFoundError, match="nothing is booked"):
        ledger_drill.drill_claim(home, "NOBODY", TODAY)


def _run(home: Settings, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    import sys
    from unittest.mock import patch

    arguments = ["denialml", "ledger", *words, "--home", str(home.home), "--database-url", home.url]
    with patch.object(sys, "argv", arguments), pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


def test_the_commands_print_reports_and_an_imbalance_is_said_loudly(
    home: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = _run(home, capsys, "trial", "--json", "--as-of", "2026-03-01")
    assert (code, json.loads(out)["difference_cents"]) == (0, 0)
    code, out, _ = _run(home, capsys, "aging", "--json", "--as-of", "2026-03-01")
    assert (code, json.loads(out)["difference_cents"]) == (0, 0)
    assert _run(home, capsys, "aging", "--by", "moon")[0] == 2
    code, out, _ = _run(home, capsys, "drill", "--json", "--as-of", "2026-03-01")
    assert {row["account"] for row in json.loads(out)["rows"]} >= {"ar_insurer", "cash_clearing"}
    code, out, _ = _run(home, capsys, "drill", "--transaction", "1", "--by", "Pat")
    assert code == 0
    assert "\nCLM*" in out
    tamper(home, "UPDATE account_total SET debit_cents = debit_cents + 1 WHERE account = 'ar_insurer'")
    code, _, err = _run(home, capsys, "trial")
    assert (code, "OUT OF BALANCE" in err) == (13, True)
    assert _run(home, capsys, "aging", "--as-of", "2026-03-01")[0] == 13


def test_patients_money_and_write_offs_are_in_the_books_and_lead_to_their_events(home: Settings) -> None:
    patients.pay(home, NUMBER, patients.Money(3500, Method.CASH, "R1", TODAY), person="Pat")
    given_up = {"owed_by": "insurer", "cents": 2500, "reason": "timely_filing"}
    asked = writeoffs.propose(home, THIRD, line=None, person="Pat", **given_up)
    writeoffs.approve(home, asked.write_off, person="Alex")
    report = _aged(home)
    assert report.difference_cents == 0
    booked = looking(home, balances)
    assert {row.account: row.balance_cents for row in report.accounts} == {
        account: cents for account, cents in booked.items() if account in OPEN and cents
    }
    sources = {kind: {view.source for view in of} for kind, of in _sources(home).items()}
    assert booked["patient_credit"] < 0
    assert sources["patient_payment"] == {"payment of a patient, event 1 of Pat"}
    assert sources["write_off"] == {f"write-off {asked.write_off}, approved by Alex"}
    assert verify(home, top=9).breaches == 0
