"""Closed periods: nothing new is booked in them, what was closed is checked, and they can be opened again."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bank_files import Money, nacha
from denialml.errors import NotFoundError, RefusedError, StorageError, UsageError
from denialml.ledger.patients import Method
from denialml.service import deposits, patients, writeoffs
from denialml.service.charges import import_charges
from denialml.service.deposits import import_deposits
from denialml.service.exceptions import list_exceptions, resolve
from denialml.service.ledger import trial_balance
from denialml.service.ledger_periods import close_period, list_periods, reopen_period
from denialml.service.ledger_verify import verify
from denialml.settings import Settings
from denialml.store import open_store, schema
from denialml.store.periods import MovedBookings, posting_day
from deposit_cases import told
from ledger_tampering import tamper
from posting_cases import (
    NUMBER,
    RECEIVED,
    SENT,
    as_read,
    claims_file,
    co,
    our_claim,
    payment,
    post,
    pr,
    reversal,
    send,
    service,
)
from store_reading import looking, rows

PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))
TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, 0)
JANUARY = date(2026, 1, 31)
FEBRUARY = date(2026, 2, 28)


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, database_url=database_url, today=TODAY)
    send(settings, tmp_path / "sent.837", our_claim(NUMBER, 10000))
    return settings


def close(home: Settings, through: date, today: date = TODAY) -> Any:
    return close_period(home, through, person="Pat", today=today, at=NOW)


def days(home: Settings) -> list[tuple[str, date, date]]:
    t = schema.ledger_transaction
    statement = sa.select(t.c.kind, t.c.happened_on, t.c.known_on).order_by(t.c.id)
    return [tuple(row) for row in rows(home, statement)]


def test_what_comes_for_a_closed_period_is_booked_on_the_first_open_day(home: Settings, tmp_path: Path) -> None:
    close(home, FEBRUARY)
    before = trial_balance(home, FEBRUARY)
    post(home, tmp_path / "a.835", as_read(PAID))
    assert days(home) == [
        ("charge", SENT.date(), SENT.date()),
        ("payment", date(2026, 2, 1), date(2026, 3, 1)),
    ]
    assert RECEIVED.date() < date(2026, 3, 1)
    assert trial_balance(home, FEBRUARY) == before
    assert list_periods(home, verify=True).problems == ()
    assert verify(home, top=5).breaches == 0


def test_corrections_of_a_closed_period_are_booked_after_it(home: Settings, tmp_path: Path) -> None:
    lost = our_claim("0000000002W", 10000)
    answer = payment(service(10000, 9000, co("45", 1000), line_control_number="L1"), number="0000000002W")
    post(home, tmp_path / "a.835", as_read(answer))
    close(home, FEBRUARY)
    before = trial_balance(home, FEBRUARY)
    send(home, tmp_path / "late.837", lost, control=2)
    assert {day for kind, _, day in days(home) if kind in {"correction", "payment"}} == {date(2026, 3, 1)}
    assert trial_balance(home, FEBRUARY) == before
    assert list_periods(home, verify=True).problems == ()
    assert verify(home, top=5).breaches == 0


def test_a_report_tells_by_period_what_was_moved_out_of_it(home: Settings, tmp_path: Path) -> None:
    """Charges of January and what February's remittance pays of them and of an older claim, told in March."""
    close(home, JANUARY)
    close(home, FEBRUARY)
    files = [
        claims_file(tmp_path / "late.837", our_claim("0000000002W", 20000, 5000), control=2),
        claims_file(tmp_path / "new.837", our_claim("0000000003V", 700), control=3, created=datetime(2026, 3, 1, 8, 0)),
    ]
    report = import_charges(home, files, sent=True)
    january = MovedBookings(JANUARY, TODAY, bookings=1, amount_cents=25000)
    assert [each.moved_from_closed_periods for each in report.files] == [(january,), ()]
    assert report.moved_from_closed_periods == (january,)
    assert post(home, tmp_path / "a.835", as_read(PAID)).moved_from_closed_periods == (
        MovedBookings(FEBRUARY, TODAY, bookings=1, amount_cents=10000),
    )
    assert post(home, tmp_path / "a.835", as_read(PAID)).moved_from_closed_periods == (), "posted before"
    assert verify(home, top=5).breaches == 0


def test_money_at_the_bank_and_what_people_decide_tell_it_too(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", told("T1", 500))
    close(home, FEBRUARY)
    file = tmp_path / "bank.ach"
    file.write_bytes(nacha(Money(500)))
    assert import_deposits(home, [file]).moved_from_closed_periods == (MovedBookings(FEBRUARY, TODAY, 1, 500),)
    late = home.model_copy(update={"today": date(2026, 2, 27)})  # a machine whose clock is slow
    undone = deposits.unmatch(late, 1, person="Pat", reason="not this one", at=NOW, known_on=date(2026, 2, 27))
    assert undone.moved_from_closed_periods == (MovedBookings(FEBRUARY, TODAY, 1, 500),)
    (waits,) = list_exceptions(late).rows
    returned = resolve(late, waits.item, "return", person="Pat", reason="not our patient")
    assert returned.moved_from_closed_periods == (MovedBookings(FEBRUARY, TODAY, 2, 1000),)


def test_patients_money_and_write_offs_tell_it_too(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(PAID))
    asked = writeoffs.propose(
        home, NUMBER, line=1, owed_by="patient", cents=300, reason="charity", person="Ada"
    ).write_off
    close(home, FEBRUARY)
    late = home.model_copy(update={"today": date(2026, 2, 27)})
    money = patients.Money(400, Method.CASH, "", date(2026, 2, 27))
    paid = patients.pay(late, NUMBER, money, person="Ada")
    assert paid.moved_from_closed_periods == (MovedBookings(FEBRUARY, TODAY, 2, 800),), "taken, and put to what is owed"
    given_up = writeoffs.approve(late, asked, person="Bob")
    assert given_up.moved_from_closed_periods == (MovedBookings(FEBRUARY, TODAY, 1, 300),)


def test_posting_day_follows_closing_and_reopening(home: Settings) -> None:
    def day(known_on: date) -> date:
        found: date = looking(home, lambda connection: posting_day(connection, known_on))
        return found

    assert day(JANUARY) == JANUARY
    close(home, JANUARY)
    close(home, FEBRUARY)
    assert (day(JANUARY), day(date(2026, 3, 5))) == (date(2026, 3, 1), date(2026, 3, 5))
    report = reopen_period(home, person="Pat", reason="a deposit was forgotten", today=TODAY, at=NOW)
    assert (report.closed_through, report.first_open_day) == (JANUARY, date(2026, 2, 1))
    assert day(JANUARY) == date(2026, 2, 1)
    assert [(row.through, row.state, row.reopened_by, row.reason) for row in report.rows] == [
        (JANUARY, "closed", "", ""),
        (FEBRUARY, "reopened", "Pat", "a deposit was forgotten"),
    ]
    assert close(home, FEBRUARY).closed_through == FEBRUARY
    assert list_periods(home, verify=True).problems == ()


def test_the_database_itself_refuses_a_closed_day(home: Settings) -> None:
    close(home, JANUARY)
    row = {"id": 900, "key": "k", "kind": "charge", "happened_on": JANUARY, "claim_id": 1}
    store = open_store(home.url)
    with pytest.raises(StorageError, match=r"first open day.*that period of the books is closed"), store.unit() as unit:
        unit.insert(schema.ledger_transaction, [row | {"known_on": JANUARY}])
    with store.unit() as unit:
        unit.insert(schema.ledger_transaction, [row | {"known_on": date(2026, 2, 1)}])
    store.close()


def test_closings_are_refused_that_make_no_sense(home: Settings) -> None:
    with pytest.raises(RefusedError, match="is not over"):
        close(home, TODAY)
    close(home, JANUARY)
    with pytest.raises(RefusedError, match="closed through 2026-01-31 already"):
        close(home, JANUARY)
    with pytest.raises(UsageError, match="say who"):
        close_period(home, FEBRUARY, person="", today=TODAY, at=NOW)
    with pytest.raises(UsageError, match="say why"):
        reopen_period(home, person="Pat", reason=" ", today=TODAY, at=NOW)
    tamper(home, "UPDATE ledger_entry SET amount_cents = amount_cents + 5 WHERE account = 'ar_insurer'")
    with pytest.raises(RefusedError, match=r"out of balance by \$0\.05"):
        close(home, FEBRUARY)


def test_nothing_closed_cannot_be_opened(home: Settings) -> None:
    with pytest.raises(NotFoundError, match="no period"):
        reopen_period(home, person="Pat", reason="why not", today=TODAY, at=NOW)
    report = list_periods(home, verify=True)
    assert (report.closed_through, report.first_open_day, report.rows) == (None, None, ())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ["UPDATE ledger_entry SET amount_cents = 2 * amount_cents WHERE transaction_id = 1"],
            r"ar_insurer was \$100\.00 and is \$200\.00",
        ),
        (["UPDATE ledger_entry SET reason = '99' WHERE transaction_id = 1"], "its entries are not those"),
        (["UPDATE ledger_transaction SET happened_on = '2026-01-01' WHERE id = 1"], "its entries are not those"),
        (["UPDATE ledger_transaction SET known_on = '2026-02-01' WHERE id = 1"], r"ar_insurer was \$100\.00 and is"),
        (
            [
                "UPDATE ledger_entry SET amount_cents = -amount_cents WHERE transaction_id = 1",
                (
                    "UPDATE ledger_entry SET account = CASE account WHEN 'ar_insurer' THEN 'revenue_charges' "
                    "ELSE 'ar_insurer' END WHERE transaction_id = 1"
                ),
            ],
            "its entries are not those",
        ),
        (["UPDATE period SET digest = 'x'"], "its entries are not those"),
        (["UPDATE period_balance SET debit_cents = debit_cents + 1, credit_cents = credit_cents + 1"], "other debits"),
    ],
)
def test_a_changed_closed_period_is_told(home: Settings, change: list[str], said: str) -> None:
    close(home, JANUARY)
    tamper(home, *change)
    problems = list_periods(home, verify=True).problems
    assert problems
    assert any(re.search(said, problem) for problem in problems)
    assert all(problem.startswith("period 1 through 2026-01-31: ") for problem in problems)
    report = verify(home, top=50)
    assert "closed-periods-are-as-they-were-closed" in {row.law for row in report.rows}


def test_closing_and_opening_leave_audit_events(home: Settings) -> None:
    close(home, JANUARY)
    reopen_period(home, person="Alex", reason="forgotten", today=TODAY, at=NOW)
    events = rows(home, sa.select(schema.audit_event).order_by(schema.audit_event.c.id))
    assert [(e.person, e.action, e.object) for e in events[-2:]] == [
        ("Pat", "close period", "period/1"),
        ("Alex", "reopen period", "period/1"),
    ]
    assert "forgotten" not in events[-1].detail


def test_a_reversal_after_closing_mirrors_what_was_closed(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(PAID))
    close(home, FEBRUARY)
    post(home, tmp_path / "b.835", as_read(reversal(PAID), trace="T2"), control=2)
    assert days(home)[-1][2] == date(2026, 3, 1)
    assert verify(home, top=5).breaches == 0
