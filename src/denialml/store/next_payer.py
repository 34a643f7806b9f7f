"""Shares that were passed on to another payer and become the patient's after all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from denialml.ledger import Account, Entry, LedgerTransaction, TransactionKind
from denialml.ledger.keys import digest
from denialml.store.ledger_rows import insert_transactions
from denialml.store.schema import ledger_entry, ledger_transaction
from denialml.store.units import Unit


def book_to_patient(unit: Unit, claim_ids: Sequence[int], decision_id: int, on: date) -> int:
    """Move what other payers owe on claims to the patient, as a decision says; the cents moved."""
    booked, entry = ledger_transaction, ledger_entry
    open_shares = (
        select(
            booked.c.claim_id,
            entry.c.line_id,
            entry.c.group_code,
            entry.c.reason,
            func.sum(entry.c.amount_cents).label("cents"),
        )
        .join(entry, entry.c.transaction_id == booked.c.id)
        .where(entry.c.account == Account.AR_NEXT_PAYER, booked.c.claim_id.in_(claim_ids))
        .group_by(booked.c.claim_id, entry.c.line_id, entry.c.group_code, entry.c.reason)
        .having(func.sum(entry.c.amount_cents) > 0)
        .order_by(booked.c.claim_id, entry.c.line_id, entry.c.reason)
    )
    by_claim: dict[int, list[Entry]] = {}
    for row in unit.connection.execute(open_shares):
        of, cents = (row.line_id, row.group_code, row.reason), int(row.cents)
        by_claim.setdefault(row.claim_id, []).append(Entry(Account.AR_PATIENT, cents, *of))
        by_claim[row.claim_id].append(Entry(Account.AR_NEXT_PAYER, -cents, *of))
    transactions = [
        LedgerTransaction(
            digest("billed to the patient", decision_id, claim_id),
            TransactionKind.TRANSFER,
            on,
            tuple(entries),
            claim_id,
        )
        for claim_id, entries in by_claim.items()
    ]
    insert_transactions(unit, [(each, on, None, None) for each in transactions])
    every = [entry.amount_cents for each in transactions for entry in each.entries]
    return sum(cents for cents in every if cents > 0)
