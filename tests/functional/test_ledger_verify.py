"""Every law of the books holds over what posting makes, and each is seen to be broken where a row was changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from bank_files import Money, nacha
from denialml.claims import replace
from denialml.service import exceptions
from denialml.service.deposits import import_deposits
from denialml.service.ledger_verify import VerifyReport, verify
from denialml.settings import Settings
from denialml.store import schema
from denialml.store.ledger_checks import LAWS
from deposit_cases import told
from ledger_tampering import tamper
from posting_cases import NUMBER, as_read, co, our_claim, payment, plb, post, pr, reversal, send, service
from store_reading import looking

PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))
SECOND, LATE = "0000000002W", "0000000003U"


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    """Books with everything in them: payments, a reversal, a correction, suspense, interest, a deposit."""
    settings = Settings(home=tmp_path, database_url=database_url, today=date(2026, 3, 1))
    send(settings, tmp_path / "sent.837", our_claim(NUMBER, 10000), our_claim(SECOND, 10000))
    lost = payment(service(5000, 5000), number="LOST", payer_control_number="")
    early = replace(PAID, control_number=LATE, payer_control_number="ICN3")
    second = replace(PAID, control_number=SECOND, payer_control_number="ICN2")
    post(settings, tmp_path / "a.835", as_read(PAID, lost, early, second, adjustments=[plb("L6", -50)]))
    send(settings, tmp_path / "late.837", our_claim(LATE, 10000), control=2)
    taken = reversal(second)
    post(settings, tmp_path / "b.835", as_read(taken, adjustments=[plb("CS", -6000)], trace="T2"), control=2)
    post(settings, tmp_path / "c.835", told("T5", 700), control=3)
    bank = tmp_path / "bank.ach"
    bank.write_bytes(nacha(Money(700, "T5")))
    assert import_deposits(settings, [bank], known_on=date(2026, 2, 3)).matched == 1
    return settings


def broken(home: Settings) -> dict[str, list[str]]:
    """Laws that are broken, and where."""
    found: dict[str, list[str]] = {}
    for row in verify(home, top=99).rows:
        found.setdefault(row.law, []).append(row.where)
    return found


def test_what_posting_makes_keeps_every_law(home: Settings) -> None:
    report = verify(home, top=5)
    assert isinstance(report, VerifyReport)
    assert [row.law for row in report.laws][:-1] == list(LAWS)
    assert report.rows == ()
    kinds = looking(home, lambda c: set(c.execute(sa.select(schema.ledger_transaction.c.kind)).scalars()))
    assert kinds == {"charge", "payment", "reversal", "correction", "suspense", "provider_adjustment", "deposit"}
    assert exceptions.list_exceptions(home).total > 0


A_PAYMENT = "(SELECT min(id) FROM ledger_transaction WHERE kind = 'payment')"
A_CHARGE = "(SELECT min(id) FROM ledger_transaction WHERE kind = 'charge')"
A_REVERSAL = "(SELECT min(id) FROM ledger_transaction WHERE kind = 'reversal')"

TAMPERINGS = {
    "an amount": (
        f"UPDATE ledger_entry SET amount_cents = amount_cents + 1 WHERE ordinal = 1 AND transaction_id = {A_PAYMENT}",
        {"transactions-sum-to-zero", "debits-equal-credits", "receivable-is-charge-less-paid-less-adjusted"},
    ),
    "an entry gone": (
        f"DELETE FROM ledger_entry WHERE ordinal = 1 AND transaction_id = {A_PAYMENT}",
        {"transactions-sum-to-zero", "debits-equal-credits"},
    ),
    "all entries gone": (
        f"DELETE FROM ledger_entry WHERE transaction_id = {A_PAYMENT}",
        {"transactions-sum-to-zero", "receivable-is-charge-less-paid-less-adjusted"},
    ),
    "a payment's account": (
        (
            "UPDATE ledger_entry SET account = 'revenue_charges' "
            f"WHERE account = 'ar_insurer' AND reason = '' AND transaction_id = {A_PAYMENT}"
        ),
        {"receivable-is-charge-less-paid-less-adjusted"},
    ),
    "a charge doubled": (
        f"UPDATE ledger_entry SET amount_cents = 2 * amount_cents WHERE transaction_id = {A_CHARGE}",
        {"receivable-is-charge-less-paid-less-adjusted"},
    ),
    "a payment doubled": (
        f"UPDATE ledger_entry SET amount_cents = 2 * amount_cents WHERE transaction_id = {A_PAYMENT}",
        {"receivable-is-charge-less-paid-less-adjusted", "clearing-is-what-the-bank-owes"},
    ),
    "what a line was paid": (
        "UPDATE service_payment SET paid_cents = paid_cents + 100 WHERE id = (SELECT min(id) FROM service_payment)",
        {"receivable-is-charge-less-paid-less-adjusted"},
    ),
    "what a claim was paid": (
        "UPDATE claim_payment SET paid_cents = 5900 WHERE id = (SELECT min(id) FROM claim_payment)",
        {"receivable-is-charge-less-paid-less-adjusted"},
    ),
    "a payment's transaction gone": (
        f"DELETE FROM ledger_transaction WHERE id = {A_PAYMENT}",
        {"receivable-is-charge-less-paid-less-adjusted"},
    ),
    "no source": (
        f"UPDATE ledger_transaction SET claim_payment_id = NULL WHERE id = {A_PAYMENT}",
        {"every-transaction-has-a-source"},
    ),
    "no submission": ("DELETE FROM submission WHERE claim_id = 1", {"every-transaction-has-a-source"}),
    "an unknown kind": (
        f"UPDATE ledger_transaction SET kind = 'gift' WHERE id = {A_CHARGE}",
        {"every-transaction-has-a-source"},
    ),
    "a reversal of another line": (
        f"UPDATE ledger_entry SET line_id = 1 WHERE transaction_id = {A_REVERSAL} AND line_id IS NOT NULL",
        {"mirrors-are-exact"},
    ),
    "a reversal of half": (
        f"UPDATE ledger_entry SET amount_cents = amount_cents / 2 WHERE transaction_id = {A_REVERSAL}",
        {"mirrors-are-exact", "receivable-is-charge-less-paid-less-adjusted"},
    ),
    "reversed twice": (
        (
            "UPDATE ledger_transaction SET reverses_id = (SELECT max(t.reverses_id) FROM ledger_transaction t "
            "WHERE t.kind = 'reversal') WHERE kind = 'correction'"
        ),
        {"nothing-is-reversed-twice", "mirrors-are-exact"},
    ),
    "replaced and standing": (
        "UPDATE ledger_transaction SET reverses_id = NULL WHERE kind = 'correction'",
        {"nothing-is-reversed-twice", "every-transaction-has-a-source"},
    ),
    "suspense emptied": (
        "UPDATE ledger_entry SET account = 'other_income' WHERE account = 'suspense_remit' AND amount_cents = -5000",
        {"suspense-is-what-waits"},
    ),
    "a thing that waits gone": ("DELETE FROM parked_item WHERE amount_cents = 5000", {"suspense-is-what-waits"}),
    "a deposit of less": (
        (
            "UPDATE ledger_entry SET amount_cents = amount_cents / 2 WHERE transaction_id = "
            "(SELECT id FROM ledger_transaction WHERE kind = 'deposit')"
        ),
        {"clearing-is-what-the-bank-owes"},
    ),
    "a match gone": ("DELETE FROM deposit_match", {"every-transaction-has-a-source"}),
    "a total": ("UPDATE account_total SET debit_cents = debit_cents + 1", {"sums-are-those-of-the-entries"}),
    "a receivable gone": (
        "DELETE FROM receivable WHERE account = 'ar_patient'",
        {"sums-are-those-of-the-entries"},
    ),
}


@pytest.mark.parametrize("change", TAMPERINGS)
def test_a_change_behind_the_program_is_found(home: Settings, change: str) -> None:
    statement, laws = TAMPERINGS[change]
    tamper(home, statement)
    found = broken(home)
    assert laws <= found.keys()
    assert all(any(character.isdigit() for character in where) for places in found.values() for where in places)


def test_every_law_is_tried() -> None:
    assert {law for _, laws in TAMPERINGS.values() for law in laws} == set(LAWS)


def test_sums_can_be_made_anew_and_the_trail_says_so(home: Settings) -> None:
    tamper(home, "UPDATE account_total SET debit_cents = debit_cents + 1", "DELETE FROM receivable")
    assert broken(home).keys() == {"sums-are-those-of-the-entries"}
    report = verify(home, top=5, rebuild=True)
    assert (report.rebuilt, report.breaches) == (True, 0)
    actions = looking(home, lambda c: list(c.execute(sa.select(schema.audit_event.c.action)).scalars()))
    assert actions[-1] == "rebuild sums"


def test_books_made_before_there_were_sums_get_them(home: Settings) -> None:
    before = looking(home, _sums)
    engine = sa.create_engine(home.url)
    with engine.begin() as connection:
        postgres = engine.dialect.name == "postgresql"
        on = " ON ledger_transaction" if postgres else ""
        connection.exec_driver_sql(f"DROP TRIGGER ledger_transaction_refuses_closed_days{on}")
        for table in ("period_balance", "period", "account_total", "receivable", "remittance_standing"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        if postgres:
            connection.exec_driver_sql("DROP FUNCTION refuse_closed_day")
            for each in schema.BULK:
                connection.exec_driver_sql(f"DROP FUNCTION {each.name}_names_what_is_there CASCADE")
        connection.exec_driver_sql("DROP INDEX ix_ledger_transaction_known_on")
        connection.exec_driver_sql("DROP INDEX ix_remittance_trace")
        connection.exec_driver_sql("CREATE INDEX ix_ledger_entry_account ON ledger_entry (account)")
        connection.exec_driver_sql("CREATE INDEX ix_adjustment_service_payment_id ON adjustment (service_payment_id)")
        connection.exec_driver_sql("ALTER TABLE remittance DROP COLUMN fault")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0010'")
    engine.dispose()
    assert looking(home, _sums) == before
    assert verify(home, top=5).breaches == 0


def _sums(connection: sa.Connection) -> list[list[tuple[object, ...]]]:
    tables = (schema.account_total, schema.receivable)
    return [sorted(tuple(row) for row in connection.execute(sa.select(table))) for table in tables]
