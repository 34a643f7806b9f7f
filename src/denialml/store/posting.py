"""Posting to the store: a file of remittances, or of sent claims, in one unit of work, exactly once.

What to post is decided by :mod:`denialml.ledger` and :mod:`denialml.denials`, as values; here they become rows. Rows
are only ever inserted, and every key that must not be there twice is unique in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, select

from denialml import ledger
from denialml.claims import Claim
from denialml.ledger import LedgerTransaction, PostingPlan, TransactionKind
from denialml.store import schema
from denialml.store.books import books, trial_balance
from denialml.store.charges import SavedClaim
from denialml.store.files import save_file
from denialml.store.known import gather
from denialml.store.ledger_rows import entries_of, insert_transactions
from denialml.store.lookup import rows_with
from denialml.store.posting_rows import Rows
from denialml.store.units import Unit

__all__ = ["PostedFile", "book_charges", "books", "post_remittances", "trial_balance"]

_VERSION_KEYS: Final = select(schema.claim.c.id, schema.claim.c.version_key)
_MIRROR: Final = schema.ledger_transaction.alias()
_STANDING_CHARGES: Final = (
    select(schema.claim.c.control_number, schema.claim.c.id.label("claim_id"))
    .add_columns(schema.claim.c.served_from, schema.claim.c.charge_cents)
    .add_columns(schema.ledger_transaction.c.id, schema.ledger_transaction.c.key)
    .join_from(schema.claim, schema.ledger_transaction, schema.ledger_transaction.c.claim_id == schema.claim.c.id)
    .where(schema.ledger_transaction.c.kind == TransactionKind.CHARGE)
    .where(~select(_MIRROR.c.id).where(_MIRROR.c.reverses_id == schema.ledger_transaction.c.id).exists())
)


@dataclass(frozen=True, slots=True)
class PostedFile:
    """What a file of remittances added. ``repeated``: the same bytes were posted before, and nothing was done.

    ``plans`` are those of its remittances, in file order, with what became of each; ``denial_cases`` counts the new.
    """

    file_id: int
    repeated: bool
    plans: tuple[PostingPlan, ...]
    denial_cases: int


def post_remittances(
    unit: Unit, file_name: str, content: bytes, sources: Sequence[ledger.RemittanceAsRead], known_on: date
) -> PostedFile:
    """Post the remittances read from one file.

    Args:
        unit: The transaction to work in: all of the file or nothing.
        file_name: Name without folders, for people.
        content: The whole file, into which the spans point.
        sources: Its remittances, in file order.
        known_on: The day the file came.

    Raises:
        StorageError: the database refused a row.
    """
    saved = save_file(unit, file_name, "835", content, known_on)
    if saved.repeated:
        return PostedFile(saved.id, repeated=True, plans=(), denial_cases=0)
    known = gather(unit.connection, sources)
    plans = ledger.post_all(sources, known)
    fresh = [plan for plan in plans if not plan.repeated]
    if not fresh:
        return PostedFile(saved.id, repeated=False, plans=plans, denial_cases=0)
    rows = Rows(unit, saved.id, fresh)
    rows.insert()
    return PostedFile(saved.id, repeated=False, plans=plans, denial_cases=rows.denial_cases)


def book_charges(unit: Unit, claims: Sequence[SavedClaim], sent_on: date, known_on: date) -> int:
    """Book the charges of claims that were sent just now; the number of cents booked.

    A replacement or void (frequency 7, 8) takes out the charges of the versions sent before under its control number;
    a void has none of its own. So does an original that is sent again, corrected after a rejection or turned to another
    payer: under the same number, of the same first day and the same charge, it is the same debt. (A number alone does
    not tell: some practices use the patient's account for it.) Claims to a second or third payer book nothing: their
    services were charged once, to the first.

    Raises:
        StorageError: the database refused a row.
    """
    primary = [claim for claim in claims if claim.read.claim.coverage.sequence == "P"]
    version_keys = dict(rows_with(unit.connection, _VERSION_KEYS, schema.claim.c.id, [claim.id for claim in primary]))
    transactions = [
        ledger.charge(
            claim.id,
            version_keys[claim.id],
            [
                (line_id, line.charge_cents)
                for line_id, line in zip(claim.line_ids, claim.read.claim.lines, strict=True)
            ],
            sent_on,
        )
        for claim in primary
        if claim.read.claim.frequency != "8"
    ]
    insert_transactions(unit, [(each, known_on, None, None) for each in transactions])
    _cancel_replaced(unit, primary, sent_on, known_on)
    return sum(entry.amount_cents for each in transactions for entry in each.entries if entry.amount_cents > 0)


def _cancel_replaced(unit: Unit, replacing: Sequence[SavedClaim], sent_on: date, known_on: date) -> None:
    """Mirror the standing charges of the earlier versions that these claims take the place of."""
    newest = {ledger.normalised(claim.read.claim.control_number): claim for claim in replacing}
    found = [
        row
        for row in rows_with(unit.connection, _STANDING_CHARGES, schema.claim.c.control_number, newest)
        if row.claim_id < newest[row.control_number].id and _takes_over(newest[row.control_number].read.claim, row)
    ]
    entries = entries_of(unit.connection, [row.id for row in found])
    originals = [
        LedgerTransaction(row.key, TransactionKind.CHARGE, sent_on, tuple(entries.get(row.id, ())), row.claim_id)
        for row in found
    ]
    insert_transactions(unit, [(ledger.cancel_charges(each, sent_on), known_on, None, None) for each in originals])


def _takes_over(claim: Claim, earlier: Row[Any]) -> bool:
    if claim.frequency != "1":
        return True
    served_from = min(line.service_from for line in claim.lines)
    return bool(earlier.served_from == served_from and earlier.charge_cents == claim.charge_cents)
