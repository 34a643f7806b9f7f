"""Remittances by ACH, the bank's files of their money, and where both stand: for the tests of deposits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import store_reading
from bank_files import COMPANY, DAY
from denialml.claims import BankAccount
from denialml.ledger import DepositState, RemittanceAsRead, RemittanceState
from denialml.service import deposits
from denialml.service.deposits import DepositsImport, DepositsView, import_deposits
from denialml.settings import Settings
from denialml.store import schema
from posting_cases import as_read, payment, service

TODAY = date(2026, 2, 20)


def told(trace: str, cents: int, **changes: Any) -> RemittanceAsRead:
    """A remittance of one claim payment by ACH."""
    ach = {
        "method": "ACH", "payment_format": "CCP", "paid_on": DAY, "originator": COMPANY, "originating_company": COMPANY,
        "payer_account": BankAccount("01", "991000012", "DA", "1"),
        "payee_account": BankAccount("01", "990000013", "DA", "5550001"),
    }  # fmt: skip
    return as_read(payment(service(cents, cents), number=f"C{trace}"), trace=trace, **(ach | changes))


def view(home: Settings, **options: Any) -> DepositsView:
    return deposits.view(home, today=TODAY, **options)


@dataclass(frozen=True)
class Stand:
    """Where money stands, by what it says and not by the numbers of rows."""

    states: dict[str, int]
    pairs: frozenset[tuple[Any, ...]]
    balances: dict[str, int]


def stand(home: Settings) -> Stand:
    """Matches and balances, with what must hold of any books: each sum is zero, and so is what was matched."""
    shown = view(home)
    names = {each.remittance: (each.trace, each.amount_cents) for each in shown.remittances}
    states: dict[str, int] = {}
    for line in (*shown.deposits, *shown.remittances):
        states[line.state] = states.get(line.state, 0) + 1
    pairs = {
        (each.trace, each.settled_on, each.amount_cents, each.state, each.rule,
         frozenset(names[number] for number in each.remittances))
        for each in shown.deposits
    }  # fmt: skip
    entry, transaction = schema.ledger_entry, schema.ledger_transaction
    clearing = (
        sa.select(transaction.c.remittance_id, sa.func.sum(entry.c.amount_cents))
        .join(entry, entry.c.transaction_id == transaction.c.id)
        .where(entry.c.account == "cash_clearing")
        .group_by(transaction.c.remittance_id)
    )
    left: dict[int, int] = dict(store_reading.rows(home, clearing))
    balances = store_reading.balances(home)
    assert sum(balances.values()) == 0
    matched = [each for each in shown.deposits if each.state is DepositState.MATCHED]
    assert all(bool(each.remittances) == (each.state is DepositState.MATCHED) for each in shown.deposits)
    assert balances.get("cash_bank", 0) == sum(each.amount_cents for each in matched)
    for line in shown.remittances:
        open_cents = 0 if line.state in {RemittanceState.MATCHED, RemittanceState.NO_MONEY} else line.amount_cents
        assert left.get(line.remittance, 0) == open_cents
    return Stand(states, frozenset(pairs), balances)


def take(home: Settings, folder: Path, *contents: bytes) -> DepositsImport:
    paths = []
    for number, content in enumerate(contents):
        paths.append(folder / f"bank-{hash(content)}-{number}")
        paths[-1].write_bytes(content)
    return import_deposits(home, paths)
