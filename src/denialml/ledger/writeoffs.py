"""Write-offs as values: what may be given up, for which reasons, and what that does to the books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from denialml.ledger.accounts import Account, TransactionKind
from denialml.ledger.entries import mirror
from denialml.ledger.keys import digest
from denialml.ledger.plan import Entry, LedgerTransaction


class WriteOffReason(StrEnum):
    """Why something that is owed is given up."""

    SMALL_BALANCE = "small_balance"  # to ask for it costs more
    BAD_DEBT = "bad_debt"  # the patient was asked and does not pay
    CHARITY = "charity"  # the patient cannot pay
    TIMELY_FILING = "timely_filing"  # the payer's limit has passed
    NOT_RECOVERABLE = "not_recoverable"  # a denial that nothing will overturn
    ADMINISTRATIVE = "administrative"  # our own mistake or courtesy


_BOTH: Final = frozenset({WriteOffReason.SMALL_BALANCE, WriteOffReason.ADMINISTRATIVE})

#: Which reasons fit what a patient owes and what an insurer owes. Nothing else is ever written off by a person.
REASONS: Final[Mapping[Account, frozenset[WriteOffReason]]] = MappingProxyType(
    {
        Account.AR_PATIENT: _BOTH | {WriteOffReason.BAD_DEBT, WriteOffReason.CHARITY},
        Account.AR_INSURER: _BOTH | {WriteOffReason.TIMELY_FILING, WriteOffReason.NOT_RECOVERABLE},
    }
)


def may_be_written_off(line_cents: int, claim_cents: int) -> int:
    """The most that may be given up of a line, from what is owed on it and on the claim in all."""
    return max(0, min(line_cents, claim_cents))


def written_off(
    identity: int, account: Account, cents: int, claim_id: int, line_id: int | None, on: date
) -> LedgerTransaction:
    """An approved write-off; ``identity`` is the proposal's number."""
    entries = (Entry(Account.ADJ_WRITE_OFF, cents, line_id), Entry(account, -cents, line_id))
    return LedgerTransaction(digest("write-off", identity), TransactionKind.WRITE_OFF, on, entries, claim_id)


def write_off_undone(original: LedgerTransaction, on: date) -> LedgerTransaction:
    """The mirror of a write-off: the amount is owed again."""
    return mirror(original, digest("write-off undone", original.key), TransactionKind.WRITE_OFF, on)
