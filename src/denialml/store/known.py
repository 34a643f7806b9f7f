"""What the store knows of the claims that remittances name, gathered with a handful of statements for a whole file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, func, select

from denialml import ledger
from denialml.ledger import Account, Disposition, Known, KnownClaim, KnownLine, PriorPayment, TransactionKind
from denialml.ledger.keys import moves_money
from denialml.ledger.matching import member_of
from denialml.store import schema
from denialml.store.ledger_rows import entries_of
from denialml.store.lookup import rows_with

_REVERSAL: Final = "22"

# Statements are built once: to build one costs more than to run it.
_CLAIM: Final = schema.claim
_MEMBER: Final = func.upper(func.trim(_CLAIM.c.member_id))
_CLAIMS: Final = select(
    _CLAIM.c.id,
    _CLAIM.c.control_number,
    _CLAIM.c.frequency,
    _CLAIM.c.coverage_sequence,
    _CLAIM.c.member_id,
    _CLAIM.c.filing_indicator,
    _CLAIM.c.charge_cents,
    _CLAIM.c.served_from,
)
_PAYMENT: Final = schema.claim_payment
_PAYER_NUMBER: Final = func.upper(func.trim(_PAYMENT.c.payer_claim_number))
_ANSWERED: Final = select(_PAYER_NUMBER.label("number"), _PAYMENT.c.claim_id).where(_PAYMENT.c.claim_id.is_not(None))
_LINE: Final = schema.service_line
_LINES: Final = select(
    _LINE.c.claim_id,
    _LINE.c.id,
    _LINE.c.procedure,
    _LINE.c.modifiers,
    _LINE.c.charge_cents,
    _LINE.c.served_from,
    _LINE.c.control_number,
).order_by(_LINE.c.id)
_TRANSACTION: Final = schema.ledger_transaction
_BOOKED: Final = select(_TRANSACTION.c.claim_id, _TRANSACTION.c.kind).where(
    _TRANSACTION.c.kind.in_((TransactionKind.CHARGE, TransactionKind.CHARGE_CANCELLED))
)
_ENTRY: Final = schema.ledger_entry
# Not limited to one account: a planner would rather walk through all entries of that account than of these claims.
_BALANCES: Final = (
    select(_TRANSACTION.c.claim_id, _ENTRY.c.line_id, _ENTRY.c.account, func.sum(_ENTRY.c.amount_cents))
    .join_from(_TRANSACTION, _ENTRY, _ENTRY.c.transaction_id == _TRANSACTION.c.id)
    .group_by(_TRANSACTION.c.claim_id, _ENTRY.c.line_id, _ENTRY.c.account)
)
_HISTORY: Final = (
    select(
        _PAYMENT.c.claim_id,
        _PAYMENT.c.status,
        _PAYMENT.c.charge_cents,
        _PAYMENT.c.paid_cents,
        _TRANSACTION.c.id.label("transaction_id"),
        _TRANSACTION.c.key,
        _TRANSACTION.c.reverses_id,
    )
    .join_from(_PAYMENT, _TRANSACTION, _TRANSACTION.c.claim_payment_id == _PAYMENT.c.id, isouter=True)
    .where(_PAYMENT.c.disposition == Disposition.POSTED)
    .order_by(_PAYMENT.c.id)
)
_REMITTANCE: Final = schema.remittance
_PAYMENT_KEYS: Final = select(_REMITTANCE.c.payment_key, _REMITTANCE.c.content_key)
_TRACES: Final = select(_REMITTANCE.c.originator, _REMITTANCE.c.trace).where(_REMITTANCE.c.payment_cents != 0)


def gather(connection: Connection, sources: Sequence[ledger.RemittanceAsRead]) -> Known:
    """Everything that posting these remittances may look at.

    Claims are looked for by our control number; only for payments that find none by the payer's number, and only
    then by member id, so that the usual file costs one statement for every 500 claims and kind of fact.
    """
    payments = [read.payment for source in sources for read in source.payments]
    found = _claim_rows(connection, _CLAIM.c.control_number, {ledger.normalised(p.control_number) for p in payments})
    numbers = {row.control_number for row in found}
    strange = [p for p in payments if ledger.normalised(p.control_number) not in numbers]
    by_payer_number = _ids_by_payer_number(connection, {ledger.normalised(p.payer_control_number) for p in strange})
    members = {member_of(party) for p in strange for party in (p.subscriber, p.patient)} - {""}
    by_id = {row.id: row for row in found}
    by_id |= {row.id: row for row in _claim_rows(connection, _CLAIM.c.id, chain(*by_payer_number.values()))}
    by_id |= {row.id: row for row in _claim_rows(connection, _MEMBER, members)}
    claims = _claims(connection, by_id)
    reversed_ids = by_id if any(p.status == _REVERSAL for p in payments) else {}
    return Known(
        claims=_grouped(claims.values(), lambda known: known.control_number),
        by_payer_number={
            number: tuple(claims[each] for each in sorted(ids)) for number, ids in by_payer_number.items()
        },
        by_member=_grouped(claims.values(), lambda known: ledger.normalised(known.member_id)),
        owed=_owed(connection, by_id),
        history=_history(connection, reversed_ids),
        payments=_payments(connection, sources),
        traces=_traces(connection, sources),
    )


def _claim_rows(connection: Connection, column: Any, keys: Iterable[Any]) -> list[Any]:
    return list(rows_with(connection, _CLAIMS, column, keys))


def _ids_by_payer_number(connection: Connection, numbers: set[str]) -> dict[str, set[int]]:
    """Claims that earlier payments answered, by the payer's number."""
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows_with(connection, _ANSWERED, _PAYER_NUMBER, numbers - {""}):
        found[row.number].add(row.claim_id)
    return found


def _claims(connection: Connection, rows: Mapping[int, Any]) -> dict[int, KnownClaim]:
    lines = _lines(connection, rows)
    booked = _booked(connection, rows)
    return {
        identity: KnownClaim(
            id=identity,
            control_number=row.control_number,
            frequency=row.frequency,
            sequence=row.coverage_sequence,
            member_id=row.member_id,
            filing_indicator=row.filing_indicator,
            charge_cents=row.charge_cents,
            served_from=row.served_from,
            lines=tuple(lines[identity]),
            charged=TransactionKind.CHARGE in booked[identity],
            cancelled=TransactionKind.CHARGE_CANCELLED in booked[identity],
        )
        for identity, row in sorted(rows.items())
    }


def _lines(connection: Connection, claim_ids: Iterable[int]) -> dict[int, list[KnownLine]]:
    found: dict[int, list[KnownLine]] = defaultdict(list)
    for claim_id, identity, procedure, modifiers, cents, served, number in rows_with(
        connection, _LINES, _LINE.c.claim_id, claim_ids
    ):
        split = frozenset(modifiers.split(":")) if modifiers else frozenset()
        found[claim_id].append(KnownLine(identity, ledger.normalised(procedure), split, cents, served, number))
    return found


def _booked(connection: Connection, claim_ids: Iterable[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for claim_id, kind in rows_with(connection, _BOOKED, _TRANSACTION.c.claim_id, claim_ids):
        found[claim_id].add(kind)
    return found


def _owed(connection: Connection, claim_ids: Iterable[int]) -> dict[tuple[int, int | None], int]:
    return {
        (claim_id, line_id): int(cents)
        for claim_id, line_id, account, cents in rows_with(connection, _BALANCES, _TRANSACTION.c.claim_id, claim_ids)
        if account == Account.AR_INSURER
    }


def _history(connection: Connection, claim_ids: Iterable[int]) -> dict[int, tuple[PriorPayment, ...]]:
    """Posted payments that stand, by claim, the earliest first."""
    by_claim: dict[int, list[Any]] = defaultdict(list)
    for row in rows_with(connection, _HISTORY, _PAYMENT.c.claim_id, claim_ids):
        by_claim[row.claim_id].append(row)
    standing = {claim_id: _standing(rows) for claim_id, rows in by_claim.items()}
    ids = (row.transaction_id for rows in standing.values() for row in rows if row.transaction_id)
    entries = entries_of(connection, ids)
    return {
        claim_id: tuple(
            PriorPayment(row.charge_cents, row.paid_cents, row.key, tuple(entries.get(row.transaction_id, ())))
            for row in rows
        )
        for claim_id, rows in standing.items()
    }


def _standing(rows: Sequence[Any]) -> list[Any]:
    """Payments that no reversal has taken back. Reversals name what they mirror, but for those that moved nothing."""
    reversals = [row for row in rows if row.status == _REVERSAL]
    mirrored = {row.reverses_id for row in reversals if row.reverses_id}
    standing = [row for row in rows if row.status != _REVERSAL and row.transaction_id not in mirrored]
    for reversal in reversals:
        if reversal.transaction_id is None:
            amounts = (-reversal.charge_cents, -reversal.paid_cents)
            equal = [
                row for row in standing if not row.transaction_id and (row.charge_cents, row.paid_cents) == amounts
            ]
            standing.remove(equal[-1])
    return standing


def _payments(connection: Connection, sources: Sequence[ledger.RemittanceAsRead]) -> dict[str, str]:
    keys = [ledger.payment_keys(source) for source in sources]
    wanted = chain((key.payment for key in keys), (key.conflict for key in keys))
    return {
        row.payment_key: row.content_key
        for row in rows_with(connection, _PAYMENT_KEYS, _REMITTANCE.c.payment_key, wanted)
    }


def _traces(connection: Connection, sources: Sequence[ledger.RemittanceAsRead]) -> frozenset[tuple[str, str]]:
    wanted = {source.remittance.trace.strip() for source in sources if moves_money(source.remittance)}
    found = rows_with(connection, _TRACES, _REMITTANCE.c.trace, wanted)
    return frozenset((originator, trace) for originator, trace in found)


def _grouped(claims: Iterable[KnownClaim], key: Any) -> dict[str, tuple[KnownClaim, ...]]:
    groups: dict[str, list[KnownClaim]] = defaultdict(list)
    for claim in claims:
        groups[key(claim)].append(claim)
    return {name: tuple(group) for name, group in groups.items()}
