"""What others owe on a claim and becomes its patient's by decision: shares passed on, and what no plan covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, exists, func, select

from denialml.ledger import Account, Entry, LedgerTransaction, TransactionKind
from denialml.ledger.keys import digest
from denialml.ledger.known import FIRST
from denialml.store.ledger_rows import insert_transactions
from denialml.store.lookup import rows_with
from denialml.store.schema import claim, decision, denial_case, ledger_entry, ledger_transaction, service_line
from denialml.store.units import Unit

BILLED: Final = "patient_billed"  #: decision: nobody else pays, the patient is asked
NOT_BILLED: Final = "patient_not_billed"  #: decision: what was billed so is asked of the other payers again

_BILLED_CLAIMS: Final = select(claim.c.id).where(
    exists().where(decision.c.claim_id == claim.c.id, decision.c.action == BILLED)
)


def book_to_patient(unit: Unit, claim_ids: Sequence[int], decision_id: int, on: date) -> int:
    """Move to the patient, as a decision says, what other payers owe on claims; the cents moved.

    That is the rest of what was passed on to a next payer, and of lines that the payer refused under group PR. A line
    refused under any other group is the payer's or the practice's own, never the patient's. The patient owes on the
    claim to the first payer, where the service was charged, whichever payer was asked last.
    """
    moves = _Moves(_first_lines(unit.connection, claim_ids))
    for row, cents in _left(_open(unit.connection, Account.AR_NEXT_PAYER, claim_ids)):
        moves.add(Account.AR_NEXT_PAYER, row, cents)
    refused = _refused_to_patient(unit.connection, claim_ids)
    owed: dict[tuple[int, int], int] = {}
    for row in _open(unit.connection, Account.AR_INSURER, claim_ids):
        owed[row.claim_id, row.line_id] = owed.get((row.claim_id, row.line_id), 0) + int(row.cents)
    for case in refused:
        cents = min(case.denied_cents, owed.get((case.claim_id, case.line_id), 0))
        moves.add(Account.AR_INSURER, case, max(0, cents))
    return moves.book(unit, on, "billed to the patient", decision_id)


def book_back(unit: Unit, claim_ids: Sequence[int], decision_id: int, on: date) -> int:
    """Move back to other payers, as a decision says, all that was billed to the patient and stands; the cents moved."""
    moves = _Moves(_first_lines(unit.connection, claim_ids))
    for account, row in _billed(unit.connection, claim_ids):
        moves.add(account, row, -int(row.cents))
    return moves.book(unit, on, "no longer billed to the patient", decision_id)


def book_answered(unit: Unit, control_numbers: Iterable[str], on: date) -> int:
    """Move back to other payers what they answered for after a person had billed it to the patient; the cents moved.

    Such an answer takes off what the payer no longer owes in the books, which then fall below zero: so much of what was
    billed is the payer's own affair again, and what it leaves to the patient is in its answer. ``control_numbers`` are
    of the claims that something became of.
    """
    told = rows_with(unit.connection, _BILLED_CLAIMS, claim.c.control_number, control_numbers)
    claim_ids = sorted({row.id for row in told})
    if not claim_ids:
        return 0
    moves = _Moves(_first_lines(unit.connection, claim_ids))
    short: dict[tuple[Account, int, int | None], int] = {}
    for account in (Account.AR_NEXT_PAYER, Account.AR_INSURER):
        for row in _open(unit.connection, account, claim_ids):
            place = (account, row.claim_id, row.line_id)
            short[place] = short.get(place, 0) - int(row.cents)
    for account, row in _billed(unit.connection, claim_ids):
        place = (account, row.claim_id, row.line_id)
        cents = max(0, min(int(row.cents), short.get(place, 0)))
        short[place] = short.get(place, 0) - cents
        moves.add(account, row, -cents)
    newest = unit.connection.execute(select(func.max(ledger_transaction.c.id))).scalar()
    return moves.book(unit, on, "answered after it was billed", newest)


class _Moves:
    """Entries by claim that make what another owes the patient's, or with a minus the other's again."""

    def __init__(self, first_lines: Mapping[tuple[int, int | None], int]) -> None:
        self._first_lines = first_lines
        self._by_claim: dict[int, list[Entry]] = {}

    def add(self, debtor: Account, place: Any, cents: int) -> None:
        """Cents of a place: its claim, line, group and reason."""
        if not cents:
            return
        line, why = place.line_id, (place.group_code, place.reason)
        patients = self._first_lines.get((place.claim_id, line), line)
        self._by_claim.setdefault(place.claim_id, []).extend(
            (Entry(Account.AR_PATIENT, cents, patients, *why), Entry(debtor, -cents, line, *why))
        )

    def book(self, unit: Unit, on: date, *why: object) -> int:
        """Book them, one transaction for each claim under a key of what they are for; the cents moved."""
        transactions = [
            LedgerTransaction(digest(*why, claim_id), TransactionKind.TRANSFER, on, tuple(entries), claim_id)
            for claim_id, entries in self._by_claim.items()
        ]
        insert_transactions(unit, [(each, on, None, None) for each in transactions])
        every = [entry.amount_cents for each in transactions for entry in each.entries]
        return sum(cents for cents in every if cents > 0)


def _first_lines(connection: Connection, claim_ids: Sequence[int]) -> dict[tuple[int, int | None], int]:
    """By claim to a later payer and line of it (None: the claim as a whole), the line charged to the first payer."""
    heads = connection.execute(
        select(claim.c.id, claim.c.coverage_sequence, claim.c.served_from).where(claim.c.id.in_(claim_ids))
    ).all()
    lines: dict[int, dict[int, int]] = {}
    of_claims = select(service_line.c.claim_id, service_line.c.number, service_line.c.id)
    for row in connection.execute(of_claims.where(service_line.c.claim_id.in_(claim_ids))):
        lines.setdefault(row.claim_id, {})[row.number] = row.id
    charged = {row.claim_id for row in _open(connection, Account.REVENUE_CHARGES, claim_ids) if row.cents}
    firsts = {each.served_from: each.id for each in sorted(heads) if each.id in charged}
    found: dict[tuple[int, int | None], int] = {}
    for each in heads:
        first = firsts.get(each.served_from)
        if each.coverage_sequence == FIRST or first is None:
            continue
        there = lines[first]
        found[each.id, None] = there[min(there)]
        found |= {(each.id, line): there[number] for number, line in lines[each.id].items() if number in there}
    return found


def _left(rows: Sequence[Any]) -> list[tuple[Any, int]]:
    """Sums of an account that are open, less those below zero: first of the same line, then of the same claim."""
    left = [(row, int(row.cents)) for row in rows if row.cents > 0]
    for taken in (row for row in rows if row.cents < 0):
        cents = -int(taken.cents)
        same = sorted(range(len(left)), key=lambda place: left[place][0].line_id != taken.line_id)
        for place in same:
            row, open_ = left[place]
            if row.claim_id == taken.claim_id:
                left[place] = (row, open_ - min(open_, cents))
                cents -= min(open_, cents)
    return left


def _billed(connection: Connection, claim_ids: Sequence[int]) -> list[tuple[Account, Any]]:
    """What of each debtor's stands billed to patients: account, and place with its cents."""
    found = []
    for account in (Account.AR_NEXT_PAYER, Account.AR_INSURER):
        rows = _open(connection, account, claim_ids, TransactionKind.TRANSFER)
        found += [
            (account, _Billed(row.claim_id, row.line_id, row.group_code, row.reason, -int(row.cents)))
            for row in rows
            if row.cents < 0
        ]
    return found


class _Billed(NamedTuple):
    claim_id: int
    line_id: int | None
    group_code: str
    reason: str
    cents: int


def _open(
    connection: Connection, account: Account, claim_ids: Sequence[int], kind: TransactionKind | None = None
) -> Sequence[Any]:
    """Sums of an account by the claim that a line is of, which a claim to another payer may have moved."""
    booked, entry = ledger_transaction, ledger_entry
    theirs = select(booked.c.id).where(booked.c.claim_id.in_(claim_ids))
    owner = func.coalesce(service_line.c.claim_id, booked.c.claim_id)
    what = (owner.label("claim_id"), entry.c.line_id, entry.c.group_code, entry.c.reason)
    statement = (
        select(*what, func.sum(entry.c.amount_cents).label("cents"))
        .join_from(entry, booked, booked.c.id == entry.c.transaction_id)
        .outerjoin(service_line, service_line.c.id == entry.c.line_id)
        .where(entry.c.account == account, entry.c.transaction_id.in_(theirs))
        .group_by(owner, *what[1:])
        .order_by(owner, *what[1:])
    )
    return connection.execute(statement if kind is None else statement.where(booked.c.kind == kind)).all()


def _refused_to_patient(connection: Connection, claim_ids: Sequence[int]) -> list[Any]:
    """The newest denial of each line, where the payer put it on the patient."""
    statement = select(denial_case).where(denial_case.c.claim_id.in_(claim_ids)).order_by(denial_case.c.id)
    newest = {row.line_id: row for row in connection.execute(statement)}
    return [row for row in newest.values() if row.group_code == "PR"]
