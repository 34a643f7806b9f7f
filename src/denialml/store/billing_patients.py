"""What others owe on a claim and becomes its patient's by decision: shares passed on, and what no plan covers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from denialml.ledger import Account, Entry, LedgerTransaction, TransactionKind
from denialml.ledger.keys import digest
from denialml.store.ledger_rows import insert_transactions
from denialml.store.schema import denial_case, ledger_entry, ledger_transaction
from denialml.store.units import Unit


def book_to_patient(unit: Unit, claim_ids: Sequence[int], decision_id: int, on: date) -> int:
    """Move to the patient, as a decision says, what other payers owe on claims; the cents moved.

    That is the rest of what was passed on to a next payer, and of lines that the payer refused under group PR. A line
    refused under any other group is the payer's or the practice's own, never the patient's.
    """
    by_claim: dict[int, list[Entry]] = {}
    for row in _open(unit.connection, Account.AR_NEXT_PAYER, claim_ids):
        _add(by_claim, Account.AR_NEXT_PAYER, row, row.group_code, row.reason, int(row.cents))
    refused = _refused_to_patient(unit.connection, claim_ids)
    owed: dict[tuple[int, int], int] = {}
    for row in _open(unit.connection, Account.AR_INSURER, claim_ids):
        owed[row.claim_id, row.line_id] = owed.get((row.claim_id, row.line_id), 0) + int(row.cents)
    for case in refused:
        cents = min(case.denied_cents, owed.get((case.claim_id, case.line_id), 0))
        if cents > 0:
            _add(by_claim, Account.AR_INSURER, case, case.group_code, case.reason, cents)
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


def _add(by_claim: dict[int, list[Entry]], debtor: Account, place: Any, group: str, reason: str, cents: int) -> None:
    if cents > 0:
        by_claim.setdefault(place.claim_id, []).extend(
            (
                Entry(Account.AR_PATIENT, cents, place.line_id, group, reason),
                Entry(debtor, -cents, place.line_id, group, reason),
            )
        )


def _open(connection: Connection, account: Account, claim_ids: Sequence[int]) -> Sequence[Any]:
    booked, entry = ledger_transaction, ledger_entry
    what = (booked.c.claim_id, entry.c.line_id, entry.c.group_code, entry.c.reason)
    statement = (
        select(*what, func.sum(entry.c.amount_cents).label("cents"))
        .join_from(entry, booked, booked.c.id == entry.c.transaction_id)
        .where(entry.c.account == account, booked.c.claim_id.in_(claim_ids))
        .group_by(*what)
        .order_by(*what)
    )
    return connection.execute(statement).all()


def _refused_to_patient(connection: Connection, claim_ids: Sequence[int]) -> list[Any]:
    """The newest denial of each line, where the payer put it on the patient."""
    statement = select(denial_case).where(denial_case.c.claim_id.in_(claim_ids)).order_by(denial_case.c.id)
    newest = {row.line_id: row for row in connection.execute(statement)}
    return [row for row in newest.values() if row.group_code == "PR"]
