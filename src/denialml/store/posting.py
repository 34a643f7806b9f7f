"""Posting to the store: a file of remittances, or of sent claims, in one unit of work, exactly once.

What to post is decided by :mod:`denialml.ledger` and :mod:`denialml.denials`, as values; here they become rows. Rows
are only ever inserted, and every key that must not be there twice is unique in the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Final, TypeVar

from sqlalchemy import func, select

from denialml import ledger
from denialml.errors import Finding
from denialml.ledger import (
    Answer,
    Answered,
    ClaimPosting,
    Disposition,
    Known,
    LedgerTransaction,
    ParkedKind,
    PostingPlan,
    Settlement,
    TransactionKind,
)
from denialml.store import schema
from denialml.store.answers import standing
from denialml.store.billing_patients import book_answered
from denialml.store.books import books, trial_balance
from denialml.store.charges import SavedClaim
from denialml.store.engine import Store
from denialml.store.files import file_of, save_file
from denialml.store.known import (
    gather_for_answered,
    gather_for_answers,
    gather_for_claims,
    known_contents,
    known_traces,
    last_of_chain,
)
from denialml.store.ledger_rows import transactions_by_id
from denialml.store.lookup import rows_with
from denialml.store.paper import recognised
from denialml.store.posting_rows import Reposted, Rows
from denialml.store.units import Unit

__all__ = [
    "BookedCharges",
    "PostedFile",
    "book_charges",
    "books",
    "post_remittances",
    "posted_before",
    "resettle",
    "resettle_answers",
    "take_back",
    "trial_balance",
]

_TRANSACTION: Final = schema.ledger_transaction
_TRANSACTIONS: Final = select(_TRANSACTION.c.id, _TRANSACTION.c.known_on, _TRANSACTION.c.remittance_id)
_PAYMENT: Final = schema.claim_payment
_STANDING: Final = (
    select(
        _PAYMENT.c.id,
        _PAYMENT.c.event_key,
        _PAYMENT.c.remittance_id,
        _PAYMENT.c.adjudicated_on,
        _TRANSACTION.c.key.label("transaction_key"),
    )
    .outerjoin(_TRANSACTION, _TRANSACTION.c.claim_payment_id == _PAYMENT.c.id)
    .where(standing())
)


@dataclass(slots=True)
class PostedFile:
    """What a file of remittances added. ``repeated``: the same bytes were posted before, and nothing was done.

    ``plans`` are those of its remittances, in file order. Of the answers there are sums: how many, how many wait and
    for what, cents paid of both, warnings. ``freed`` counts answers of earlier files that waited for what this one
    brought, ``reparked`` those that wait now because of it; ``denial_cases`` counts the new.
    """

    file_id: int
    repeated: bool = False
    plans: tuple[PostingPlan, ...] = ()
    answers: int = 0
    parked: int = 0
    paid_cents: int = 0
    parked_cents: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    freed: int = 0
    reparked: int = 0
    denial_cases: int = 0

    def count(self, posting: ClaimPosting) -> None:
        """Add an answer to the sums."""
        self.answers += 1
        self.paid_cents += posting.payment.paid_cents
        if posting.parked:
            self.parked += 1
            self.parked_cents += posting.payment.paid_cents
            self.kinds[posting.parked.kind.value] += 1
        finding = ledger.share_differs(posting)
        if finding and posting.disposition is not Disposition.PARKED:
            self.findings.append(finding)

    def count_again(self, reposted: Iterable[ClaimPosting]) -> None:
        """Add answers of earlier files of which something else became."""
        for posting in reposted:
            self.freed += posting.parked is None
            self.reparked += posting.parked is not None


_UNREADABLE: Final = (ParkedKind.UNREADABLE_CLAIM.value, ParkedKind.UNREADABLE_TRANSACTION.value)
_PORTION: Final = 5000  # answers; a few are as fast, more cost memory


@dataclass(frozen=True, slots=True)
class BookedCharges:
    """What claims that were sent added: cents charged, and earlier answers of which something else became by them."""

    charged_cents: int
    reposted: tuple[ClaimPosting, ...]


def post_remittances(
    unit: Unit,
    file_name: str,
    content: bytes,
    sources: Sequence[ledger.RemittanceAsRead],
    known_on: date,
    kind: str = "835",
) -> PostedFile:
    """Post the remittances read from one file.

    Args:
        unit: The transaction to work in: all of the file or nothing.
        file_name: Name without folders, for people.
        content: The whole file, into which the spans point.
        sources: Its remittances, in file order.
        known_on: The day the file came.
        kind: What the file is: ``835``, or an entry from paper (``paper.ENTRY``).

    Raises:
        StorageError: the database refused a row.
    """
    saved = save_file(unit, file_name, kind, content, known_on)
    done = PostedFile(saved.id, saved.repeated)
    if saved.repeated:
        return done
    keyed = [(source, ledger.payment_keys(source)) for source in sources]
    contents = known_contents(unit.connection, (keys for _, keys in keyed))
    traces = known_traces(unit.connection, (source.remittance for source in sources))
    typed = recognised(unit.connection, sources)
    done.plans = ledger.plan_payments(keyed, contents | typed.payments, traces | typed.traces)
    rows = Rows(unit, saved.id, known_on)
    remittances = rows.add_plans([plan for plan in done.plans if not plan.repeated])
    rows.insert()
    for posting in (claim for plan in done.plans for claim in plan.claims):
        done.count(posting)
    for portion in _portions(done.plans):
        postings = _post_answers(unit, Rows(unit, saved.id, known_on), portion, remittances, done)
        book_answered(unit, {posting.account for posting in postings}, known_on)
    return done


def _portions(plans: Sequence[PostingPlan]) -> Iterator[Sequence[Answer]]:
    """The answers of a file, so many at a time that memory does not grow with it; those of one claim together."""
    answers = [answer for plan in plans for answer in ledger.open_answers(plan)]
    if len(answers) > _PORTION:
        answers.sort(key=attrgetter("number"))
    yield from portions(answers, attrgetter("number"))


_One = TypeVar("_One")


def portions(answers: Sequence[_One], number: Callable[[_One], str]) -> Iterator[Sequence[_One]]:
    """Some thousand at a time, those of one number together; many are in the order of their numbers."""
    start = 0
    while start < len(answers):
        end = min(start + _PORTION, len(answers))
        while end < len(answers) and number(answers[end]) == number(answers[end - 1]):
            end += 1
        yield answers[start:end]
        start = end


def _post_answers(
    unit: Unit, rows: Rows, answers: Sequence[Answer], remittances: Mapping[str, int], done: PostedFile
) -> tuple[ClaimPosting, ...]:
    """Settle answers; what became of them, and of earlier ones by them."""
    settlement = ledger.settle(answers, gather_for_answers(unit.connection, answers))
    rows.add_postings(settlement.postings, remittances)
    _add_changes(unit, rows, settlement)
    rows.insert()
    for posting in settlement.postings:
        done.count(posting)
    done.count_again(settlement.reposted)
    done.denial_cases += rows.denial_cases
    return (*settlement.postings, *settlement.reposted)


@dataclass(frozen=True, slots=True)
class PostedBefore:
    """What a file brought when it was posted: remittances that were new then, cents of claims and of adjustments."""

    remittances: int
    paid_cents: int
    adjustments_cents: int


def posted_before(store: Store, content: bytes) -> PostedBefore | None:
    """What the file of these bytes brought when it was posted, without reading it again; None when it was not."""
    remittance, payment, adjustment = schema.remittance, schema.claim_payment, schema.provider_adjustment
    with store.reading() as connection:
        file_id = file_of(connection, content, "835")
        if file_id is None:
            return None
        of_file = select(remittance.c.id).where(remittance.c.file_id == file_id)
        count = connection.execute(select(func.count()).select_from(of_file.subquery())).scalar_one()
        paid = select(func.sum(payment.c.paid_cents)).where(
            payment.c.remittance_id.in_(of_file), payment.c.revision == 1
        )
        unread = (
            select(func.sum(schema.parked_item.c.amount_cents))
            .where(schema.parked_item.c.remittance_id.in_(of_file), schema.parked_item.c.kind.in_(_UNREADABLE))
            .where(schema.parked_item.c.claim_payment_id.is_(None))
        )
        moved = select(func.sum(adjustment.c.amount_cents)).where(adjustment.c.remittance_id.in_(of_file))
        cents = [int(connection.execute(each).scalar() or 0) for each in (paid, unread, moved)]
    return PostedBefore(count, cents[0] + cents[1], cents[2])


def book_charges(unit: Unit, claims: Sequence[SavedClaim], known_on: date) -> BookedCharges:
    """Book the charges of claims that were sent just now.

    A claim that takes the place of an earlier one takes its charges out (:func:`denialml.ledger.charges.taken_over`),
    and answers that waited for these claims are posted.

    Raises:
        StorageError: the database refused a row.
    """
    numbers = {ledger.normalised(claim.read.claim.control_number) for claim in claims}
    settlement = ledger.settle((), gather_for_claims(unit.connection, numbers))
    rows = Rows(unit, None, known_on)
    _add_changes(unit, rows, settlement)
    rows.insert()
    book_answered(unit, numbers, known_on)
    charges = [each for each in settlement.booked if each.kind is TransactionKind.CHARGE]
    cents = sum(entry.amount_cents for each in charges for entry in each.entries if entry.amount_cents > 0)
    return BookedCharges(cents, settlement.reposted)


def resettle(unit: Unit, event_key: str, accounts: Iterable[str], known_on: date) -> ClaimPosting | None:
    """Settle the accounts of an answer anew, because a person decided about it; what became of it, if that changed.

    Raises:
        StorageError: the database refused a row.
    """
    reposted = _settle_anew(unit, gather_for_claims(unit.connection, accounts, [event_key]), known_on)
    return next((each for each in reposted if each.answer.key == event_key), None)


def resettle_answers(unit: Unit, answered: Mapping[str, Answered], known_on: date) -> None:
    """Settle answers anew, by event key, with all that they touch, because their remittances stand otherwise now.

    Raises:
        StorageError: the database refused a row.
    """
    _settle_anew(unit, gather_for_answered(unit.connection, answered), known_on)


def _settle_anew(unit: Unit, known: Known, known_on: date) -> tuple[ClaimPosting, ...]:
    """What became otherwise of all that is known when nothing new is."""
    settlement = ledger.settle((), known)
    rows = Rows(unit, None, known_on)
    _add_changes(unit, rows, settlement)
    rows.insert()
    book_answered(unit, known.claims, known_on)
    return settlement.reposted


def take_back(unit: Unit, transaction_keys: Iterable[str], known_on: date) -> None:
    """Mirror transactions that a person takes back.

    Raises:
        StorageError: the database refused a row.
    """
    rows = Rows(unit, None, known_on)
    rows.add_corrections(_last_standing(unit, transaction_keys))
    rows.insert()


def _add_changes(unit: Unit, rows: Rows, settlement: Settlement) -> None:
    """What a file changes of what stood before it."""
    rows.add_booked(settlement.booked)
    reposted = _before(unit, settlement.reposted)
    keys = {each.transaction_key for each in reposted if each.transaction_key} | set(settlement.turned)
    rows.add_corrections(_last_standing(unit, keys))
    rows.add_reposted([each.now for each in reposted])


@dataclass(frozen=True, slots=True)
class _Before:
    """An answer posted again, and the key of the transaction that stood for it."""

    now: Reposted
    transaction_key: str | None


def _before(unit: Unit, postings: Sequence[ClaimPosting]) -> list[_Before]:
    by_key = {posting.answer.key: posting for posting in postings}
    rows = rows_with(unit.connection, _STANDING, schema.claim_payment.c.event_key, by_key)
    return [
        _Before(Reposted(by_key[row.event_key], row.remittance_id, row.id, row.adjudicated_on), row.transaction_key)
        for row in rows
    ]


def _last_standing(unit: Unit, keys: Iterable[str]) -> list[tuple[LedgerTransaction, date, int | None]]:
    """The transactions of these keys, or the last of the corrections that follow each.

    With the day that each is known from, and its remittance's id.
    """
    ids = {row.id for row in rows_with(unit.connection, _TRANSACTIONS, _TRANSACTION.c.key, keys)}
    last = {chain.last for chain in last_of_chain(unit.connection, ids).values()}
    found = transactions_by_id(unit.connection, last)
    rows = rows_with(unit.connection, _TRANSACTIONS, _TRANSACTION.c.id, last)
    return [(found[row.id], row.known_on, row.remittance_id) for row in rows]
