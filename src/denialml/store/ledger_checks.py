"""The laws that the books keep, each checked over the whole store; a breach names the rows.

They hold by construction (posting makes nothing else, the database refuses to change rows). What is looked for here is
a fault of ours, a database that was changed behind the program, or a disk that failed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from denialml.ledger import Account, Disposition, Standing, TransactionKind
from denialml.ledger.known import FIRST
from denialml.money import dollars
from denialml.store import sums
from denialml.store.exceptions import suspense_of, waiting
from denialml.store.remittances import stands
from denialml.store.schema import (
    claim_payment,
    deposit_match,
    deposit_unmatch,
    ledger_entry,
    ledger_transaction,
    patient_transaction,
    remittance,
    service_line,
    service_payment,
    submission,
    write_off_decision,
)

_T: Final = ledger_transaction
_E: Final = ledger_entry
_P: Final = claim_payment
_RECEIVABLES: Final = (Account.AR_INSURER, Account.AR_NEXT_PAYER, Account.AR_PATIENT)
_TAKEN_OFF: Final = (
    Account.ADJ_CONTRACTUAL,
    Account.ADJ_SEQUESTRATION,
    Account.WITHHOLD_RECEIVABLE,
    Account.ADJ_WRITE_OFF,
)
_NOTHING: Final[ColumnElement[int]] = literal_column("0", BigInteger)


@dataclass(frozen=True, slots=True)
class Breach:
    """A law that does not hold, and where: words that name rows by table and id."""

    law: str
    where: str


def broken_laws(connection: Connection) -> list[Breach]:
    """Every breach of every law, in the order of :data:`LAWS`."""
    return [Breach(law, where) for law, check in LAWS.items() for where in check(connection)]


def _sums_to_zero(connection: Connection) -> Iterable[str]:
    """Every transaction has entries, and they sum to zero."""
    total = func.sum(_E.c.amount_cents)
    unbalanced = select(_E.c.transaction_id, total).group_by(_E.c.transaction_id).having(total != 0)
    for identity, cents in connection.execute(unbalanced.order_by(_E.c.transaction_id)):
        yield f"transaction {identity} is off by {dollars(int(cents))}"
    empty = select(_T.c.id).where(~exists().where(_E.c.transaction_id == _T.c.id)).order_by(_T.c.id)
    for identity in connection.execute(empty).scalars():
        yield f"transaction {identity} has no entries"


def _trial_balance_is_zero(connection: Connection) -> Iterable[str]:
    """Debits and credits of all accounts are equal."""
    debits, credits_ = connection.execute(
        select(
            func.sum(case((_E.c.amount_cents > 0, _E.c.amount_cents), else_=_NOTHING)),
            func.sum(case((_E.c.amount_cents < 0, -_E.c.amount_cents), else_=_NOTHING)),
        )
    ).one()
    if (debits or 0) != (credits_ or 0):
        yield f"debits less credits are {dollars(int(debits) - int(credits_))}"


def _receivables(connection: Connection) -> Iterable[str]:
    """AR of a line is its charge less what was paid less what was taken off: in every charge and every payment."""
    yield from _charges(connection)
    yield from _payments_of_lines(connection)
    yield from _payments_of_claims(connection)


def _charges(connection: Connection) -> Iterable[str]:
    """A charge asks the payer for what the claim's lines cost."""
    asked = (
        select(_T.c.id, _E.c.line_id, _E.c.amount_cents.label("cents"))
        .join(_E, _E.c.transaction_id == _T.c.id)
        .where(_T.c.kind == TransactionKind.CHARGE, _E.c.account == Account.AR_INSURER)
    )
    cost = (
        select(_T.c.id, service_line.c.id, -service_line.c.charge_cents)
        .join(service_line, service_line.c.claim_id == _T.c.claim_id)
        .where(_T.c.kind == TransactionKind.CHARGE)
    )
    for identity, line_id, cents in _not_zero(connection, asked, cost):
        yield f"transaction {identity} asks {dollars(cents)} more than line {line_id} costs"


def _payments_of_lines(connection: Connection) -> Iterable[str]:
    """What a first payer's answer takes off the receivables of a line, and does not write off, is what it paid."""
    first = and_(_T.c.kind == TransactionKind.PAYMENT, _P.c.sequence == FIRST)
    taken = (
        select(_T.c.id, _E.c.line_id, _E.c.amount_cents.label("cents"))
        .join_from(_T, _P, _P.c.id == _T.c.claim_payment_id)
        .join(_E, _E.c.transaction_id == _T.c.id)
        .where(first, _E.c.line_id.is_not(None), _E.c.account.in_(_RECEIVABLES + _TAKEN_OFF))
    )
    paid = (
        select(_T.c.id, service_payment.c.line_id, service_payment.c.paid_cents)
        .join_from(_T, _P, _P.c.id == _T.c.claim_payment_id)
        .join(service_payment, service_payment.c.claim_payment_id == _P.c.id)
        .where(first, service_payment.c.line_id.is_not(None))
    )
    for identity, line_id, cents in _not_zero(connection, taken, paid):
        yield f"transaction {identity} is off on line {line_id} by {dollars(cents)}: charge less paid less adjusted"


def _payments_of_claims(connection: Connection) -> Iterable[str]:
    """The cash of an answer is what its claim payment says (CLP04), and what stands as posted is in the books."""
    cash = (
        select(_T.c.id, null(), _E.c.amount_cents.label("cents"))
        .join(_E, _E.c.transaction_id == _T.c.id)
        .where(_T.c.claim_payment_id.is_not(None), _E.c.account == Account.CASH_CLEARING)
    )
    said = select(_T.c.id, null(), -_P.c.paid_cents).join(_P, _P.c.id == _T.c.claim_payment_id)
    for identity, _, cents in _not_zero(connection, cash, said):
        yield f"transaction {identity} books {dollars(cents)} more cash than its claim payment says"
    booked = exists().where(_T.c.claim_payment_id == _P.c.id)
    missing = select(_P.c.id).where(_P.c.disposition == Disposition.POSTED, _P.c.paid_cents != 0, ~booked)
    for identity in connection.execute(missing.order_by(_P.c.id)).scalars():
        yield f"claim payment {identity} is posted, and nothing is booked for it"


def _has_source(connection: Connection) -> Iterable[str]:
    """No transaction is without the event that it comes from."""
    sent = exists().where(submission.c.claim_id == _T.c.claim_id)
    matched = exists().where(deposit_match.c.transaction_id == _T.c.id)
    of_patient = exists().where(patient_transaction.c.transaction_id == _T.c.id)
    wanted: dict[TransactionKind, ColumnElement[bool]] = {
        TransactionKind.CHARGE: sent,
        TransactionKind.CHARGE_CANCELLED: and_(sent, _T.c.reverses_id.is_not(None)),
        TransactionKind.PAYMENT: _T.c.claim_payment_id.is_not(None),
        TransactionKind.REVERSAL: and_(_T.c.claim_payment_id.is_not(None), _T.c.reverses_id.is_not(None)),
        TransactionKind.PROVIDER_ADJUSTMENT: _T.c.remittance_id.is_not(None),
        TransactionKind.SUSPENSE: _T.c.remittance_id.is_not(None),
        TransactionKind.CORRECTION: _T.c.reverses_id.is_not(None),
        TransactionKind.DEPOSIT: matched,
        TransactionKind.NEXT_PAYER: sent,
        TransactionKind.PATIENT_PAYMENT: of_patient,
        TransactionKind.REFUND: or_(_T.c.claim_payment_id.is_not(None), of_patient),
        TransactionKind.WRITE_OFF: exists().where(write_off_decision.c.transaction_id == _T.c.id),
        TransactionKind.TRANSFER: or_(_T.c.claim_id.is_not(None), _T.c.remittance_id.is_not(None)),
    }
    lost = or_(*(and_(_T.c.kind == kind, ~source) for kind, source in wanted.items()))
    unknown = _T.c.kind.not_in([kind.value for kind in TransactionKind])
    for row in connection.execute(select(_T.c.id, _T.c.kind).where(or_(lost, unknown)).order_by(_T.c.id)):
        yield f"transaction {row.id} ({row.kind}) has no source event"


def _mirrors(connection: Connection) -> Iterable[str]:
    """A reversal, cancellation or correction mirrors its original exactly."""
    what = (_E.c.account, _E.c.line_id, _E.c.group_code, _E.c.reason)
    mirror = select(_T.c.id, *what, _E.c.amount_cents.label("cents")).join(_E, _E.c.transaction_id == _T.c.id)
    original = select(_T.c.id, *what, _E.c.amount_cents).join(_E, _E.c.transaction_id == _T.c.reverses_id)
    both = union_all(mirror.where(_T.c.reverses_id.is_not(None)), original).subquery()
    keys = [both.c[name] for name in ("id", "account", "line_id", "group_code", "reason")]
    total = func.sum(both.c.cents)
    off = select(both.c.id).group_by(*keys).having(total != 0)
    for identity in sorted(set(connection.execute(off).scalars())):
        yield f"transaction {identity} does not mirror what it reverses"


def _reversed_once(connection: Connection) -> Iterable[str]:
    """Nothing is reversed twice, and what another row took the place of does not stand."""
    counts = _standing_counts(connection)
    for identity in sorted(counts):
        if counts[identity] < 0:
            yield f"transaction {identity} is reversed {1 - counts[identity]} times"
    later = _P.alias("later")
    replaced = select(_T.c.id).join(_P, _P.c.id == _T.c.claim_payment_id)
    replaced = replaced.where(exists().where(later.c.supersedes_id == _P.c.id)).order_by(_T.c.id)
    for identity in connection.execute(replaced).scalars():
        if counts.get(identity, 1):
            yield f"transaction {identity} stands, although its claim payment was replaced"


def _standing_counts(connection: Connection) -> dict[int, int]:
    """By transaction that others reverse: 1 as long as it stands, 0 when it is reversed; below that it is so twice."""
    reversers: dict[int, list[int]] = defaultdict(list)
    for identity, reverses in connection.execute(
        select(_T.c.id, _T.c.reverses_id).where(_T.c.reverses_id.is_not(None))
    ):
        reversers[reverses].append(identity)
    counts: dict[int, int] = {}
    for identity in reversers:
        _count(identity, reversers, counts)
    return counts


def _count(identity: int, reversers: Mapping[int, list[int]], counts: dict[int, int]) -> None:
    """Fill in a count after those it follows from; a stack, since chains of corrections may be long."""
    open_ = [identity]
    while open_:
        top = open_[-1]
        wanted = [each for each in reversers[top] if each in reversers and each not in counts and each not in open_]
        if wanted:
            open_ += wanted
            continue
        counts[top] = 1 - sum(counts.get(each, 1) for each in reversers[top])
        open_.pop()


def _suspense(connection: Connection) -> Iterable[str]:
    """What is in suspense of each remittance is the money that waits."""
    expected: Counter[int | None] = Counter()
    items = waiting(connection)
    in_suspense = suspense_of(connection, items)
    for item in items:
        expected[item.remittance_id] += in_suspense[item.id]
    found = _by_remittance(connection, Account.SUSPENSE_REMIT)
    for identity in sorted(expected.keys() | found.keys(), key=str):
        if expected[identity] != found[identity]:
            where = "no remittance" if identity is None else f"remittance {identity}"
            yield f"{where} has {dollars(found[identity])} in suspense, and {dollars(expected[identity])} waits"


def _clearing(connection: Connection) -> Iterable[str]:
    """What a remittance announced waits for the bank as long as no deposit is matched, and nothing of it after."""
    undone = exists().where(deposit_unmatch.c.deposit_match_id == deposit_match.c.id)
    matched = set(connection.execute(select(deposit_match.c.remittance_id).where(~undone)).scalars())
    found = _by_remittance(connection, Account.CASH_CLEARING)
    of = select(remittance.c.id, remittance.c.payment_cents, stands()).order_by(remittance.c.id)
    for identity, cents, standing in connection.execute(of):
        if standing == Standing.QUARANTINED and identity not in matched:
            continue  # what is in the books is what its claims say
        wanted = 0 if identity in matched or standing == Standing.SET_ASIDE else cents
        if found[identity] != wanted:
            yield f"remittance {identity} has {dollars(found[identity])} in clearing in place of {dollars(wanted)}"


def _by_remittance(connection: Connection, account: Account) -> Counter[int | None]:
    statement = (
        select(_T.c.remittance_id, func.sum(_E.c.amount_cents))
        .join(_E, _E.c.transaction_id == _T.c.id)
        .where(_E.c.account == account)
        .group_by(_T.c.remittance_id)
    )
    return Counter({identity: int(cents) for identity, cents in connection.execute(statement)})


def _not_zero(connection: Connection, *parts: Select[Any]) -> list[tuple[int, int | None, int]]:
    """Sums by transaction and line over all parts, where they are not zero. Parts give transaction, line and cents."""
    rows = union_all(*parts).subquery()
    transaction, line, cents = rows.c
    total = func.sum(cents)
    statement = select(transaction, line, total).group_by(transaction, line).having(total != 0)
    return [
        (identity, line_id, int(off))
        for identity, line_id, off in connection.execute(statement.order_by(transaction, line))
    ]


#: What is checked, by name, in this order.
LAWS: Final[Mapping[str, Callable[[Connection], Iterable[str]]]] = MappingProxyType(
    {
        "transactions-sum-to-zero": _sums_to_zero,
        "debits-equal-credits": _trial_balance_is_zero,
        "receivable-is-charge-less-paid-less-adjusted": _receivables,
        "every-transaction-has-a-source": _has_source,
        "mirrors-are-exact": _mirrors,
        "nothing-is-reversed-twice": _reversed_once,
        "suspense-is-what-waits": _suspense,
        "clearing-is-what-the-bank-owes": _clearing,
        "sums-are-those-of-the-entries": sums.differences,
    }
)
