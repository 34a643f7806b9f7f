"""Ledger transactions between values and rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, select

from denialml.ledger import Account, Entry, LedgerTransaction, TransactionKind
from denialml.store import schema
from denialml.store.lookup import rows_with
from denialml.store.sums import EntryRow, book_rows
from denialml.store.units import Unit

_TABLE: Final = schema.ledger_transaction
_KEYS: Final = select(_TABLE.c.key, _TABLE.c.id)
_TRANSACTIONS: Final = select(_TABLE)
_ENTRIES: Final = select(schema.ledger_entry).order_by(
    schema.ledger_entry.c.transaction_id, schema.ledger_entry.c.ordinal
)

Placed = tuple[LedgerTransaction, date, int | None, int | None]
"""A ledger transaction with the day it is known from, and the ids of its remittance and claim payment."""


def insert_transactions(unit: Unit, placed: Sequence[Placed]) -> dict[str, int]:
    """Insert ledger transactions with their entries, those that mirror another naming it by id; their ids, by key."""
    if not placed:
        return {}
    first = unit.allocate(_TABLE.name, len(placed))
    ids = {transaction.key: first + place for place, (transaction, *_) in enumerate(placed)}
    mirrored = {t.reverses_key for t, *_ in placed if t.reverses_key} - ids.keys()
    known = dict(rows_with(unit.connection, _KEYS, _TABLE.c.key, mirrored))
    rows: list[dict[str, Any]] = []
    entries: list[EntryRow] = []
    for transaction, known_on, remittance_id, claim_payment_id in placed:
        identity = ids[transaction.key]
        reverses = transaction.reverses_key
        rows.append(
            {
                "id": identity,
                "key": transaction.key,
                "kind": transaction.kind,
                "happened_on": transaction.happened_on,
                "known_on": known_on,
                "claim_id": transaction.claim_id,
                "remittance_id": remittance_id,
                "claim_payment_id": claim_payment_id,
                "reverses_id": None if reverses is None else ids.get(reverses) or known[reverses],
            }
        )
        entries += _entry_rows(identity, transaction)
    book_rows(unit, _originals_first(rows), entries)
    return ids


def _originals_first(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows so ordered that none names a later one: a foreign key may be checked row by row."""
    return sorted(rows, key=lambda row: row["reverses_id"] is not None)


def _entry_rows(identity: int, transaction: LedgerTransaction) -> list[EntryRow]:
    return [
        (identity, ordinal, entry.account, entry.line_id, entry.amount_cents, entry.group, entry.reason)
        for ordinal, entry in enumerate(transaction.entries, 1)
    ]


def transactions_by_id(connection: Connection, ids: Iterable[int]) -> dict[int, LedgerTransaction]:
    """Ledger transactions as they were booked."""
    wanted = list(ids)
    entries = entries_of(connection, wanted)
    return {
        row.id: LedgerTransaction(
            row.key, TransactionKind(row.kind), row.happened_on, tuple(entries[row.id]), row.claim_id
        )
        for row in rows_with(connection, _TRANSACTIONS, _TABLE.c.id, wanted)
    }


def entries_of(connection: Connection, transaction_ids: Iterable[int]) -> dict[int, list[Entry]]:
    """Entries of ledger transactions by transaction id, in their order."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in rows_with(connection, _ENTRIES, schema.ledger_entry.c.transaction_id, transaction_ids):
        found[row.transaction_id].append(
            Entry(Account(row.account), row.amount_cents, row.line_id, row.group_code, row.reason)
        )
    return found
