"""The books as a whole: balances of the accounts, and a digest by which two stores can be compared."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, func, select

from denialml.store import schema
from denialml.store.answers import standing
from denialml.store.exceptions import waiting


def trial_balance(connection: Connection) -> dict[str, int]:
    """Cents on each account that has entries, debit positive. Together they are zero."""
    entry = schema.ledger_entry
    statement = select(entry.c.account, func.sum(entry.c.amount_cents)).group_by(entry.c.account)
    return {account: int(cents) for account, cents in connection.execute(statement.order_by(entry.c.account))}


def books(connection: Connection) -> dict[str, str]:
    """SHA-256 of each table of remittances and ledger, by table name.

    Rows are told by what they say and never by their ids, and their order does not count: two stores hold the same
    books exactly when these digests are equal, whatever order the same files came in.
    """
    return {name: _digest(connection.execute(statement)) for name, statement in _statements().items()}


def open_parked(connection: Connection) -> dict[str, int]:
    """How many things wait for a person or another event, by kind."""
    return dict(sorted(Counter(item.kind.value for item in waiting(connection)).items()))


def standing_books(connection: Connection) -> dict[str, str]:
    """SHA-256 of what stands, by table name: equal whatever order the same files came in.

    What was booked and corrected on the way, and the days on which it was known, are left out: these tell the way.
    """
    return {name: _digest(connection.execute(statement)) for name, statement in _standing().items()}


def _standing() -> dict[str, Select[Any]]:
    p, r, c = schema.claim_payment, schema.remittance, schema.claim
    s, n, d, e = schema.service_payment, schema.service_line, schema.denial_case, schema.ledger_entry
    t, of = schema.ledger_transaction, schema.claim.alias("of_line")
    payments = (
        select(r.c.payment_key, p.c.event_key, p.c.disposition, p.c.sequence, p.c.account, p.c.paid_cents)
        .add_columns(c.c.version_key, p.c.status)
        .join_from(p, r, p.c.remittance_id == r.c.id)
        .join(c, p.c.claim_id == c.c.id, isouter=True)
        .where(standing())
    )
    services = (
        select(p.c.event_key, s.c.ordinal, of.c.version_key, n.c.number, s.c.procedure, s.c.charge_cents)
        .add_columns(s.c.paid_cents, s.c.allowed_cents, s.c.denied, s.c.denial_reason)
        .join_from(s, p, s.c.claim_payment_id == p.c.id)
        .join(n, s.c.line_id == n.c.id, isouter=True)
        .join(of, n.c.claim_id == of.c.id, isouter=True)
        .where(standing())
    )
    cases = (
        select(p.c.event_key, s.c.ordinal, n.c.number, d.c.group_code, d.c.reason, d.c.route, d.c.denied_cents)
        .add_columns(d.c.noticed_on, d.c.correct_by, d.c.appeal_by)
        .join_from(d, s, d.c.service_payment_id == s.c.id)
        .join(p, s.c.claim_payment_id == p.c.id)
        .join(n, d.c.line_id == n.c.id)
        .where(standing())
    )
    balances = (
        select(e.c.account, c.c.version_key, of.c.version_key, n.c.number, t.c.happened_on)
        .add_columns(func.sum(e.c.amount_cents).label("cents"))
        .join_from(e, t, e.c.transaction_id == t.c.id)
        .join(c, t.c.claim_id == c.c.id, isouter=True)
        .join(n, e.c.line_id == n.c.id, isouter=True)
        .join(of, n.c.claim_id == of.c.id, isouter=True)
        .group_by(e.c.account, c.c.version_key, of.c.version_key, n.c.number, t.c.happened_on)
        .having(func.sum(e.c.amount_cents) != 0)
    )
    return {"claim_payment": payments, "service_payment": services, "denial_case": cases, "ledger_entry": balances}


def _digest(rows: Iterable[Any]) -> str:
    total = hashlib.sha256()
    for text in sorted(repr(tuple(map(str, row))) for row in rows):
        total.update(text.encode())
    return total.hexdigest()


def _statements() -> dict[str, Select[Any]]:
    return {
        "remittance": _remittances(),
        "claim_payment": _claim_payments(),
        "service_payment": _service_payments(),
        "adjustment": _adjustments(),
        "provider_adjustment": _provider_adjustments(),
        "ledger_transaction": _transactions(),
        "ledger_entry": _entries(),
        "parked_item": _parked(),
        "denial_case": _cases(),
    }


def _remittances() -> Select[Any]:
    r, f = schema.remittance, schema.file
    return select(
        f.c.sha256, r.c.ordinal, r.c.payment_key, r.c.content_key, r.c.status, r.c.payment_cents, r.c.known_on
    ).join_from(r, f, r.c.file_id == f.c.id)


def _claim_payments() -> Select[Any]:
    p, r, c = schema.claim_payment, schema.remittance, schema.claim
    return (
        select(r.c.payment_key, p.c.event_key, p.c.occurrence, p.c.disposition, p.c.paid_cents, c.c.version_key)
        .add_columns(p.c.status, p.c.charge_cents, p.c.patient_cents, p.c.adjudicated_on, p.c.known_on, p.c.remarks)
        .join_from(p, r, p.c.remittance_id == r.c.id)
        .join(c, p.c.claim_id == c.c.id, isouter=True)
    )


def _service_payments() -> Select[Any]:
    s, p, n = schema.service_payment, schema.claim_payment, schema.service_line
    return (
        select(p.c.event_key, s.c.ordinal, n.c.number, s.c.procedure, s.c.modifiers, s.c.charge_cents, s.c.paid_cents)
        .add_columns(s.c.allowed_cents, s.c.denied, s.c.denial_reason, s.c.remarks)
        .join_from(s, p, s.c.claim_payment_id == p.c.id)
        .join(n, s.c.line_id == n.c.id, isouter=True)
    )


def _adjustments() -> Select[Any]:
    a, s, p = schema.adjustment, schema.service_payment, schema.claim_payment
    return (
        select(p.c.event_key, s.c.ordinal, a.c.group_code, a.c.reason, a.c.amount_cents)
        .join_from(a, p, a.c.claim_payment_id == p.c.id)
        .join(s, a.c.service_payment_id == s.c.id, isouter=True)
    )


def _provider_adjustments() -> Select[Any]:
    a, r = schema.provider_adjustment, schema.remittance
    return select(r.c.payment_key, a.c.ordinal, a.c.reason, a.c.reference, a.c.amount_cents, a.c.disposition).join_from(
        a, r, a.c.remittance_id == r.c.id
    )


def _transactions() -> Select[Any]:
    t, c = schema.ledger_transaction, schema.claim
    mirrored = schema.ledger_transaction.alias()
    return (
        select(t.c.key, t.c.kind, t.c.happened_on, t.c.known_on, c.c.version_key, mirrored.c.key)
        .join_from(t, c, t.c.claim_id == c.c.id, isouter=True)
        .join(mirrored, t.c.reverses_id == mirrored.c.id, isouter=True)
    )


def _entries() -> Select[Any]:
    e, t, n, c = schema.ledger_entry, schema.ledger_transaction, schema.service_line, schema.claim
    return (
        select(t.c.key, e.c.ordinal, e.c.account, c.c.version_key, n.c.number, e.c.amount_cents, e.c.group_code)
        .add_columns(e.c.reason)
        .join_from(e, t, e.c.transaction_id == t.c.id)
        .join(n, e.c.line_id == n.c.id, isouter=True)
        .join(c, n.c.claim_id == c.c.id, isouter=True)
    )


def _parked() -> Select[Any]:
    i = schema.parked_item
    return select(i.c.key, i.c.kind, i.c.amount_cents, i.c.message, i.c.known_on)


def _cases() -> Select[Any]:
    d, s, p, n, c = (
        schema.denial_case,
        schema.service_payment,
        schema.claim_payment,
        schema.service_line,
        schema.claim,
    )
    return (
        select(p.c.event_key, s.c.ordinal, c.c.version_key, n.c.number, d.c.group_code, d.c.reason, d.c.route)
        .add_columns(d.c.denied_cents, d.c.noticed_on, d.c.known_on, d.c.correct_by, d.c.appeal_by, d.c.remarks)
        .join_from(d, s, d.c.service_payment_id == s.c.id)
        .join(p, s.c.claim_payment_id == p.c.id)
        .join(n, d.c.line_id == n.c.id)
        .join(c, d.c.claim_id == c.c.id)
    )
