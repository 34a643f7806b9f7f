"""What the store knows of the claims that remittances name, gathered with a handful of statements for a whole file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, exists, func, select

from denialml import ledger
from denialml.claims import Remittance
from denialml.ledger import Answer, Answered, Known, KnownClaim, KnownLine, TransactionKind
from denialml.ledger.keys import PaymentKeys, moves_money
from denialml.store import schema
from denialml.store.answers import answered_by, answered_under
from denialml.store.exceptions import rulings
from denialml.store.lookup import rows_with
from denialml.store.remittances import is_posted

# Statements are built once: to build one costs more than to run it.
_CLAIM: Final = schema.claim
_PAYER: Final = schema.payer
_SUBMISSION: Final = schema.submission
_MEMBER: Final = func.upper(func.trim(_CLAIM.c.member_id))
_CLAIMS: Final = (
    select(
        _CLAIM.c.id,
        _CLAIM.c.version_key,
        _CLAIM.c.control_number,
        _CLAIM.c.frequency,
        _CLAIM.c.coverage_sequence,
        _CLAIM.c.member_id,
        _CLAIM.c.filing_indicator,
        _CLAIM.c.charge_cents,
        _CLAIM.c.served_from,
        _PAYER.c.identifier.label("payer_identifier"),
        _PAYER.c.name.label("payer_name"),
        _SUBMISSION.c.sent_on,
    )
    .join_from(_CLAIM, _PAYER, _CLAIM.c.payer_id == _PAYER.c.id)
    .outerjoin(_SUBMISSION, _SUBMISSION.c.claim_id == _CLAIM.c.id)
)
_PAYMENT: Final = schema.claim_payment
_PAYER_NUMBER: Final = func.upper(func.trim(_PAYMENT.c.payer_claim_number))
_NUMBERS: Final = (
    select(_PAYER_NUMBER.label("number"), _PAYMENT.c.account)
    .join(schema.remittance, schema.remittance.c.id == _PAYMENT.c.remittance_id)
    .where(~_PAYMENT.c.strange, exists().where(_CLAIM.c.control_number == _PAYMENT.c.control_number), is_posted())
)
_LINE: Final = schema.service_line
_LINES: Final = select(
    _LINE.c.claim_id,
    _LINE.c.id,
    _LINE.c.number,
    _LINE.c.procedure,
    _LINE.c.modifiers,
    _LINE.c.charge_cents,
    _LINE.c.served_from,
    _LINE.c.control_number,
).order_by(_LINE.c.id)
_TRANSACTION: Final = schema.ledger_transaction
_TAKEN_BACK: Final = schema.ledger_transaction.alias("taken_back")
_BOOKED: Final = (
    select(_TRANSACTION.c.id, _TRANSACTION.c.key, _TAKEN_BACK.c.id.label("correction_id"))
    .outerjoin(
        _TAKEN_BACK,
        and_(_TAKEN_BACK.c.reverses_id == _TRANSACTION.c.id, _TAKEN_BACK.c.kind == TransactionKind.CORRECTION),
    )
    .where(
        _TRANSACTION.c.kind.in_((TransactionKind.CHARGE, TransactionKind.CHARGE_CANCELLED, TransactionKind.NEXT_PAYER))
    )
)
_CORRECTIONS: Final = select(_TRANSACTION.c.id, _TRANSACTION.c.reverses_id).where(
    _TRANSACTION.c.kind == TransactionKind.CORRECTION
)
_REMITTANCE: Final = schema.remittance
_PAYMENT_KEYS: Final = select(_REMITTANCE.c.payment_key, _REMITTANCE.c.content_key)
_TRACES: Final = select(_REMITTANCE.c.originator, _REMITTANCE.c.trace).where(_REMITTANCE.c.payment_cents != 0)


def gather_for_answers(connection: Connection, answers: Sequence[Answer]) -> Known:
    """Everything that posting these answers may look at.

    Claims are looked for by our control number; only for payments that find none by the payer's number, and by
    member id, so that the usual file costs one statement for every 500 claims and kind of fact.
    """
    return _gathered(connection, answers, {answer.number for answer in answers}, {})


def gather_for_claims(connection: Connection, numbers: Iterable[str], event_keys: Iterable[str] = ()) -> Known:
    """Everything that settling the accounts of these claim numbers may look at, when claims were sent.

    ``event_keys`` are those of answers, of a number that may not be ours, that a person decided about.
    """
    wanted = set(numbers)
    ours = _claims_by(connection, _CLAIM.c.control_number, wanted)
    members = {ledger.normalised(claim.member_id) for claim in ours.values()} - {""}
    strange = answered_by(connection, _PAYMENT.c.control_number, wanted)
    strange |= answered_by(connection, _PAYMENT.c.event_key, event_keys)
    named = {ledger.normalised(each.answer.payment.payer_control_number) for each in strange.values()} - {""}
    strange |= answered_by(connection, _PAYMENT.c.member_id, members)
    strange |= answered_by(connection, _PAYER_NUMBER, named)
    found = _Gathering(connection, ours)
    found.look_for([each.answer.payment for each in strange.values()])
    return found.known(strange)


def gather_for_answered(connection: Connection, answered: Mapping[str, Answered]) -> Known:
    """Everything that settling these answers may look at, because their remittances stand otherwise now."""
    ruled = {each.account for each in rulings(connection, answered).values()} - {""}
    numbers = {number for each in answered.values() for number in (each.answer.number, each.account)}
    return _gathered(connection, [each.answer for each in answered.values()], numbers | ruled, answered)


def _gathered(
    connection: Connection, answers: Sequence[Answer], numbers: Iterable[str], answered: Mapping[str, Answered]
) -> Known:
    """What is known of answers under these claim numbers; ``answered`` are those of them that were posted before."""
    ours = _claims_by(connection, _CLAIM.c.control_number, numbers)
    known_numbers = {claim.control_number for claim in ours.values()}
    payer_numbers = {ledger.normalised(answer.payment.payer_control_number) for answer in answers} - {""}
    strange = answered_by(connection, _PAYER_NUMBER, payer_numbers)
    lost = [answer.payment for answer in answers if answer.number not in known_numbers]
    found = _Gathering(connection, ours)
    found.look_for([*lost, *(each.answer.payment for each in strange.values())])
    return found.known({**strange, **answered})


class _Gathering:
    """Claims found so far, and by which numbers and members strange payments may be placed."""

    def __init__(self, connection: Connection, ours: Mapping[int, KnownClaim]) -> None:
        self._connection = connection
        self._claims = dict(ours)
        self._by_payer_number: dict[str, frozenset[str]] = {}

    def look_for(self, payments: Sequence[Any]) -> None:
        """Find what payments whose number is none of ours may be about."""
        if not payments:
            return
        payer_numbers = {ledger.normalised(payment.payer_control_number) for payment in payments} - {""}
        accounts: dict[str, set[str]] = defaultdict(set)
        for number, account in rows_with(self._connection, _NUMBERS, _PAYER_NUMBER, payer_numbers):
            accounts[number].add(account)
        self._by_payer_number = {number: frozenset(found) for number, found in accounts.items()}
        members = {ledger.member_of(payment) for payment in payments} - {""}
        of_members = _claims_by(self._connection, _MEMBER, members)
        numbers = {claim.control_number for claim in of_members.values()}.union(*accounts.values())
        numbers |= {ledger.normalised(payment.control_number) for payment in payments}
        self._claims |= _claims_by(self._connection, _CLAIM.c.control_number, numbers)

    def known(self, strange: Mapping[str, Answered]) -> Known:
        """All that is known of these claims. Answers that stand under them but are placed elsewhere come with them."""
        claims = ledger.by_number(self._claims.values())
        elsewhere = {each.account for each in strange.values()} - claims.keys()
        claims |= ledger.by_number(_claims_by(self._connection, _CLAIM.c.control_number, elsewhere).values())
        booked, withdrawn = _booked(self._connection, [c.id for versions in claims.values() for c in versions])
        by_member: dict[str, list[KnownClaim]] = defaultdict(list)
        for versions in claims.values():
            for claim in versions:
                by_member[ledger.normalised(claim.member_id)].append(claim)
        answered = {**answered_under(self._connection, claims), **strange}
        return Known(
            claims=claims,
            by_payer_number=self._by_payer_number,
            by_member={member: tuple(found) for member, found in by_member.items()},
            answered=answered,
            strange=frozenset(strange),
            booked=booked,
            withdrawn=withdrawn,
            rulings=rulings(self._connection, answered),
        )


def _claims_by(connection: Connection, column: Any, keys: Iterable[Any]) -> dict[int, KnownClaim]:
    rows = {row.id: row for row in rows_with(connection, _CLAIMS, column, keys)}
    lines = _lines(connection, rows)
    return {
        identity: KnownClaim(
            id=identity,
            key=key,
            control_number=number,
            frequency=frequency,
            sequence=sequence,
            member_id=member,
            filing_indicator=filing,
            payers=ledger.payer_names(payer, name),
            charge_cents=cents,
            served_from=served,
            lines=tuple(lines[identity]),
            sent_on=sent,
        )
        for identity, (_, key, number, frequency, sequence, member, filing, cents, served, payer, name, sent) in sorted(
            rows.items()
        )
    }


def _lines(connection: Connection, claim_ids: Iterable[int]) -> dict[int, list[KnownLine]]:
    found: dict[int, list[KnownLine]] = defaultdict(list)
    for claim_id, identity, place, procedure, modifiers, cents, served, number in rows_with(
        connection, _LINES, _LINE.c.claim_id, claim_ids
    ):
        split = frozenset(modifiers.split(":")) if modifiers else frozenset()
        found[claim_id].append(KnownLine(identity, place, ledger.normalised(procedure), split, cents, served, number))
    return found


def _booked(connection: Connection, claim_ids: Iterable[int]) -> tuple[frozenset[str], frozenset[str]]:
    """Keys of the charges, cancellations and transfers of claims that stand, and of those that do not."""
    rows = list(rows_with(connection, _BOOKED, _TRANSACTION.c.claim_id, claim_ids))
    last = last_of_chain(connection, {row.id for row in rows if row.correction_id is not None})
    standing = frozenset(row.key for row in rows if row.id not in last or last[row.id].length % 2 == 0)
    return standing, frozenset(row.key for row in rows) - standing


@dataclass(slots=True)
class Chain:
    """A transaction taken back by a correction, which may be taken back in turn: the last one's id, and how many."""

    last: int
    length: int = 0


def last_of_chain(connection: Connection, transaction_ids: Iterable[int]) -> dict[int, Chain]:
    """The corrections that follow each transaction; it stands again after an even number of them."""
    chains = {identity: Chain(identity) for identity in transaction_ids}
    open_ = dict(chains)
    while open_:
        by_last = {chain.last: identity for identity, chain in open_.items()}
        found = {}
        for correction, reverses in rows_with(connection, _CORRECTIONS, _TRANSACTION.c.reverses_id, by_last):
            chain = chains[by_last[reverses]]
            chain.last, chain.length = correction, chain.length + 1
            found[by_last[reverses]] = chain
        open_ = found
    return chains


def known_contents(connection: Connection, keys: Iterable[PaymentKeys]) -> dict[str, str]:
    """Content keys of the payments that are known already, by payment key."""
    wanted = {each for key in keys for each in (key.payment, key.kept)}
    return {
        row.payment_key: row.content_key
        for row in rows_with(connection, _PAYMENT_KEYS, _REMITTANCE.c.payment_key, wanted)
    }


def known_traces(connection: Connection, heads: Iterable[Remittance]) -> frozenset[tuple[str, str]]:
    """Originator and trace number of known payments of money that have a trace number of these."""
    wanted = {head.trace.strip() for head in heads if moves_money(head)}
    found = rows_with(connection, _TRACES, _REMITTANCE.c.trace, wanted)
    return frozenset((originator, trace) for originator, trace in found)


def version_keys(connection: Connection, number: str) -> list[str]:
    """The keys of a claim's versions, in the order they were made."""
    of = select(_CLAIM.c.version_key).where(_CLAIM.c.control_number == number).order_by(_CLAIM.c.id)
    return list(connection.execute(of).scalars())


def accounts_of(connection: Connection, event_key: str) -> set[str]:
    """The claim numbers that an answer was ever placed under."""
    return set(connection.execute(select(_PAYMENT.c.account).where(_PAYMENT.c.event_key == event_key)).scalars())
