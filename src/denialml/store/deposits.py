"""Money at the bank between values and rows: each entry kept once, and the matches that follow from all of it.

Matches are decided by :func:`denialml.ledger.reassociate`, as from every deposit and remittance of the store. What
differs from the standing matches is undone by a mirroring ledger transaction and booked anew; rows are never changed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Table, func, or_, select

from denialml import ledger
from denialml.bank import BankEntry
from denialml.errors import NotFoundError, RefusedError
from denialml.ledger import Account, Announcement, Deposit, DepositState, Match, MatchRule
from denialml.ledger.keys import digest
from denialml.money import dollars
from denialml.store import schema
from denialml.store.audit import utc
from denialml.store.files import save_file
from denialml.store.ledger_rows import Placed, insert_transactions, transactions_by_id
from denialml.store.lookup import rows_with
from denialml.store.periods import MovedBookings, moved
from denialml.store.remittances import stood_on
from denialml.store.units import Unit

_DEPOSIT: Final = schema.deposit
_REMITTANCE: Final = schema.remittance
_MATCH: Final = schema.deposit_match
_UNMATCH: Final = schema.deposit_unmatch
_LEDGER: Final = schema.ledger_transaction
_SHOWN: Final = 4  # characters of an account number that are kept

_ENTRY_KEYS: Final = select(_DEPOSIT.c.entry_key)
_CLEARED: Final = (
    select(_LEDGER.c.remittance_id, func.sum(schema.ledger_entry.c.amount_cents))
    .join(schema.ledger_entry, schema.ledger_entry.c.transaction_id == _LEDGER.c.id)
    .where(schema.ledger_entry.c.account == Account.CASH_CLEARING)
    .group_by(_LEDGER.c.remittance_id)
)
_MATCHES: Final = (
    select(_MATCH, _UNMATCH.c.id.label("unmatch_id"), _UNMATCH.c.person.label("undone_by"))
    .join(_UNMATCH, _UNMATCH.c.deposit_match_id == _MATCH.c.id, isouter=True)
    .order_by(_MATCH.c.id)
)
_DEPOSITS: Final = select(_DEPOSIT).order_by(_DEPOSIT.c.id)
_REMITTANCES: Final = select(_REMITTANCE, stood_on().label("stood_on")).order_by(_REMITTANCE.c.id)
_FIRM: Final = (
    select(_MATCH.c.id)
    .join(_UNMATCH, _UNMATCH.c.deposit_match_id == _MATCH.c.id, isouter=True)
    .where(_UNMATCH.c.id.is_(None), _MATCH.c.rule.in_([MatchRule.TRACE, MatchRule.PERSON]))
)
_OPEN_DEPOSITS: Final = _DEPOSITS.where(~_FIRM.where(_MATCH.c.deposit_id == _DEPOSIT.c.id).exists())
_OPEN_REMITTANCES: Final = _REMITTANCES.where(
    ~_FIRM.where(_MATCH.c.remittance_id == _REMITTANCE.c.id).exists(),
    or_(_REMITTANCE.c.payment_cents != 0, _REMITTANCE.c.status == "quarantined"),
)


@dataclass(frozen=True, slots=True)
class SavedDeposits:
    """What a bank's file added: entries that were new and their cents, and those that another file brought before."""

    file_id: int
    new: int
    new_cents: int
    repeated: int


@dataclass(frozen=True, slots=True)
class MatchChanges:
    """How many deposits a run of matching matched anew, and how many matches it undid.

    ``moved`` is what its unit of work booked later than on its day.
    """

    matched: int = 0
    undone: int = 0
    moved: tuple[MovedBookings, ...] = ()


@dataclass(frozen=True, slots=True)
class Money:
    """Deposits and remittances as rows and as values, and the matches that stand.

    ``matches`` are rows of deposit_match by deposit id; ``earlier`` counts all that were ever made, by deposit and
    remittance id.
    """

    deposit_rows: dict[int, Row[Any]]
    remittance_rows: dict[int, Row[Any]]
    deposits: tuple[Deposit, ...]
    announcements: tuple[Announcement, ...]
    matches: dict[int, list[Row[Any]]]
    earlier: Counter[tuple[int, int]]

    def by_person(self) -> Iterator[Match]:
        """The standing matches that persons made."""
        for deposit_id, rows in self.matches.items():
            if rows[0].rule == MatchRule.PERSON:
                yield Match(
                    self.deposit_rows[deposit_id].entry_key,
                    tuple(self.remittance_rows[row.remittance_id].payment_key for row in rows),
                    MatchRule.PERSON,
                )


def save_deposits(unit: Unit, name: str, content: bytes, entries: Sequence[BankEntry], known_on: date) -> SavedDeposits:
    """Keep a bank's file and its entries. An entry that another file brought is not kept again.

    An entry is known by the bank's reference, its day, amount, account and trace number, and by how many like it stand
    before it in its file: two alike are legal, and statements that overlap bring them in the same order.
    """
    file_id = save_file(unit, name, "bank", content, known_on).id
    keyed = list(zip(_entry_keys(entries), enumerate(entries, 1), strict=True))
    known = {row.entry_key for row in rows_with(unit.connection, _ENTRY_KEYS, _DEPOSIT.c.entry_key, dict(keyed))}
    new = [(key, ordinal, entry) for key, (ordinal, entry) in keyed if key not in known]
    first = unit.allocate(_DEPOSIT.name, len(new))
    rows = [
        {
            "id": first + place,
            "file_id": file_id,
            "ordinal": ordinal,
            "settled_on": entry.settled_on,
            "amount_cents": entry.cents,
            "trace": entry.trace,
            "originator": entry.originator,
            "payer_name": entry.payer,
            "description": entry.description,
            "bank_reference": entry.reference,
            "returned_reference": entry.returns,
            "account": entry.account[-_SHOWN:],
            "known_on": known_on,
            "entry_key": key,
        }
        for place, (key, ordinal, entry) in enumerate(new)
    ]
    unit.insert(_DEPOSIT, rows)
    return SavedDeposits(file_id, len(new), sum(entry.cents for _, _, entry in new), len(entries) - len(new))


def _entry_keys(entries: Iterable[BankEntry]) -> Iterator[str]:
    seen: Counter[tuple[Any, ...]] = Counter()
    for entry in entries:
        identity: tuple[Any, ...] = (
            entry.reference,
            entry.settled_on.isoformat(),
            entry.cents,
            entry.account,
            entry.trace,
        )
        if not entry.reference:  # nothing but its text tells it from another of the day
            identity += (entry.originator, entry.payer, entry.description)
        seen[identity] += 1
        yield digest("deposit", *identity, seen[identity])


def read_money(connection: Connection) -> Money:
    """All deposits and remittances, and the matches between them."""
    return _money(
        connection,
        connection.execute(_DEPOSITS).all(),
        connection.execute(_REMITTANCES).all(),
        connection.execute(_MATCHES).all(),
    )


def _money(
    connection: Connection, deposits: Iterable[Row[Any]], remittances: Iterable[Row[Any]], made: Iterable[Row[Any]]
) -> Money:
    matches: dict[int, list[Row[Any]]] = defaultdict(list)
    earlier: Counter[tuple[int, int]] = Counter()
    barred = set()
    for row in made:
        earlier[row.deposit_id, row.remittance_id] += 1
        if row.unmatch_id is None:
            matches[row.deposit_id].append(row)
        elif row.undone_by:
            barred.add(row.deposit_id)
    deposit_rows = {row.id: row for row in deposits}
    remittance_rows = {row.id: row for row in remittances}
    booked = _booked(connection, remittance_rows, [row for rows in matches.values() for row in rows])
    return Money(
        deposit_rows,
        remittance_rows,
        tuple(_deposit(row, barred=row.id in barred) for row in deposit_rows.values()),
        tuple(_announcement(row, booked.get(row.id, 0)) for row in remittance_rows.values()),
        dict(matches),
        earlier,
    )


def _unsettled(connection: Connection) -> Money:
    """The deposits and remittances whose matches what is new could change, so that matching costs what is open.

    A match by trace number or by a person stands on its own, unless something open bears the same trace number or
    takes the deposit back. Whatever is looked at brings along its match and all that share its trace number.
    """
    deposits = {row.id: row for row in connection.execute(_OPEN_DEPOSITS)}
    remittances = {row.id: row for row in connection.execute(_OPEN_REMITTANCES)}
    references = {row.returned_reference for row in deposits.values()} - {""}
    deposits |= {row.id: row for row in rows_with(connection, _DEPOSITS, _DEPOSIT.c.bank_reference, references)}
    traces: set[str] = set()
    while True:
        new = {row.trace for rows in (deposits, remittances) for row in rows.values()} - traces - {""}
        traces |= new
        seen = len(deposits), len(remittances)
        deposits |= {row.id: row for row in rows_with(connection, _DEPOSITS, _DEPOSIT.c.trace, new)}
        remittances |= {row.id: row for row in rows_with(connection, _REMITTANCES, _REMITTANCE.c.trace, new)}
        paid = {row.remittance_id for row in rows_with(connection, _MATCHES, _MATCH.c.deposit_id, deposits)}
        paying = {row.deposit_id for row in rows_with(connection, _MATCHES, _MATCH.c.remittance_id, remittances)}
        missing = paid - remittances.keys(), paying - deposits.keys()
        remittances |= {row.id: row for row in rows_with(connection, _REMITTANCES, _REMITTANCE.c.id, missing[0])}
        deposits |= {row.id: row for row in rows_with(connection, _DEPOSITS, _DEPOSIT.c.id, missing[1])}
        if seen == (len(deposits), len(remittances)):
            break
    made = rows_with(connection, _MATCHES, _MATCH.c.deposit_id, deposits)
    return _money(connection, deposits.values(), remittances.values(), made)


def _booked(connection: Connection, remittances: dict[int, Row[Any]], standing: Sequence[Row[Any]]) -> dict[int, int]:
    """What remittances put on the clearing account, before any deposit. Matched ones put there what was matched."""
    booked = {row.remittance_id: row.amount_cents for row in standing}
    wanted = [
        row.id
        for row in remittances.values()
        if row.id not in booked and (row.payment_cents or row.status == "quarantined")
    ]
    for remittance_id, cents in rows_with(connection, _CLEARED, _LEDGER.c.remittance_id, wanted):
        booked[remittance_id] = int(cents)
    return booked


def _deposit(row: Row[Any], *, barred: bool) -> Deposit:
    return Deposit(
        key=row.entry_key,
        settled_on=row.settled_on,
        cents=row.amount_cents,
        trace=row.trace,
        originator=row.originator,
        payer=row.payer_name,
        description=row.description,
        reference=row.bank_reference,
        returns=row.returned_reference,
        barred=barred,
    )


def _announcement(row: Row[Any], booked_cents: int) -> Announcement:
    return Announcement(
        key=row.payment_key,
        cents=row.payment_cents,
        booked_cents=booked_cents,
        paid_on=row.paid_on or row.known_on,
        trace=row.trace,
        originator=row.originator,
        payer=row.payer_name,
        method=row.method,
    )


def match_deposits(unit: Unit) -> MatchChanges:
    """Bring the matches to what follows from all deposits and remittances."""
    if unit.connection.execute(select(_DEPOSIT.c.id).limit(1)).first() is None:
        return MatchChanges(moved=moved(unit.connection))
    money = _unsettled(unit.connection)
    decided = ledger.reassociate(money.deposits, money.announcements, money.by_person()).matches
    ids = {row.payment_key: row.id for row in money.remittance_rows.values()}
    outdated, wanted = [], []
    for deposit_id, row in money.deposit_rows.items():
        match, standing = decided.get(row.entry_key), money.matches.get(deposit_id, [])
        paid = [ids[key] for key in match.remittances] if match else []
        if {each.remittance_id for each in standing} == set(paid):
            continue
        outdated += standing
        if match:
            wanted.append(_Made(row, tuple(money.remittance_rows[each] for each in paid), match.rule))
    if outdated:
        latest = max(
            *(row.known_on for row in money.deposit_rows.values()),
            *(row.stood_on for row in money.remittance_rows.values()),
        )
        _undo(unit, outdated, known_on=latest, reason="what came later leaves it in doubt")
        wanted = [replace(each, known_on=latest) for each in wanted]
    _book(unit, wanted, money)
    return MatchChanges(len(wanted), len({row.deposit_id for row in outdated}), moved(unit.connection))


@dataclass(frozen=True, slots=True)
class Loosened:
    """A match that a person made, undone because a remittance that it names stands otherwise."""

    deposit_id: int
    remittance_ids: tuple[int, ...]
    row: Row[Any]


def loosen(unit: Unit, remittance_ids: Iterable[int], known_on: date) -> list[Loosened]:
    """Undo the matches of deposits that pay remittances which stand otherwise now; those that persons made."""
    paying = {row.deposit_id for row in _standing_matches(unit.connection, _MATCH.c.remittance_id, remittance_ids)}
    standing = _standing_matches(unit.connection, _MATCH.c.deposit_id, paying)
    _undo(unit, standing, known_on=known_on, reason="a person decided about the remittance")
    by_deposit: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in standing:
        if row.rule == MatchRule.PERSON:
            by_deposit[row.deposit_id].append(row)
    return [Loosened(each, tuple(row.remittance_id for row in rows), rows[0]) for each, rows in by_deposit.items()]


def match_again(unit: Unit, loosened: Sequence[Loosened], heirs: Mapping[int, int], known_on: date) -> None:
    """Make matches of persons again; they go over to the remittance that counts instead.

    Raises:
        RefusedError: a person matched a deposit with a remittance, and it does not come to the deposit any more.
    """
    money = read_money(unit.connection) if loosened else None
    for each in loosened:
        assert money
        rows = tuple(money.remittance_rows[heirs.get(identity, identity)] for identity in each.remittance_ids)
        deposit = money.deposit_rows[each.deposit_id]
        if _told(money, rows) != deposit.amount_cents:
            raise RefusedError(
                f"a person matched deposit {each.deposit_id} with it, and their amounts would differ: undo that first "
                f"with `denialml deposits unmatch {each.deposit_id}`"
            )
        said = each.row
        made = _Made(deposit, rows, MatchRule.PERSON, known_on, said.person, said.reason, said.happened_at)
        _book(unit, [made], money)


def _standing_matches(connection: Connection, column: ColumnElement[int], keys: Iterable[int]) -> list[Row[Any]]:
    return [row for row in rows_with(connection, _MATCHES, column, keys) if row.unmatch_id is None]


def _told(money: Money, remittances: Iterable[Row[Any]]) -> int:
    """Cents that remittances put into the books."""
    booked = {each.key: each.booked_cents for each in money.announcements}
    return sum(booked[row.payment_key] for row in remittances)


def match_by_person(
    unit: Unit, deposit_id: int, remittance_ids: Sequence[int], person: str, reason: str, at: datetime, known_on: date
) -> None:
    """Match one deposit with remittances because a person says so.

    Raises:
        NotFoundError: there is no such deposit or remittance.
        RefusedError: one of them is matched already, the bank took the deposit back, a remittance pays nothing, or
            their amounts differ.
    """
    money = read_money(unit.connection)
    deposit = money.deposit_rows.get(deposit_id)
    if deposit is None:
        raise NotFoundError(f"there is no deposit {deposit_id}; see `denialml deposits list`")
    if deposit_id in money.matches:
        raise RefusedError(f"deposit {deposit_id} is matched already; undo that first with `denialml deposits unmatch`")
    states = ledger.reassociate(money.deposits, money.announcements, money.by_person()).deposits
    if states[deposit.entry_key] is DepositState.RETURNED:
        raise RefusedError(f"deposit {deposit_id} and the entry that took it back come to nothing: it pays for nothing")
    remittances = [_free_remittance(money, each) for each in dict.fromkeys(remittance_ids)]
    booked = {each.key: each.booked_cents for each in money.announcements}
    empty = next((row.id for row in remittances if not booked[row.payment_key]), None)
    if empty is not None:
        raise RefusedError(f"remittance {empty} put no money into the books: there is nothing to match")
    told = _told(money, remittances)
    if told != deposit.amount_cents:
        raise RefusedError(
            f"the amounts differ: deposit {deposit_id} is {dollars(deposit.amount_cents)}, "
            f"the remittances put {dollars(told)} into the books"
        )
    made = _Made(deposit, tuple(remittances), MatchRule.PERSON, known_on, person, reason, utc(at))
    _book(unit, [made], money)


def _free_remittance(money: Money, remittance_id: int) -> Row[Any]:
    row = money.remittance_rows.get(remittance_id)
    if row is None:
        raise NotFoundError(f"there is no remittance {remittance_id}; see `denialml deposits list`")
    holder = next(
        (d for d, rows in money.matches.items() for each in rows if each.remittance_id == remittance_id), None
    )
    if holder is not None:
        raise RefusedError(f"remittance {remittance_id} has its money: deposit {holder} is matched with it")
    return row


def unmatch_by_person(unit: Unit, deposit_id: int, person: str, reason: str, at: datetime, known_on: date) -> int:
    """Undo a deposit's match because a person says so; how many remittances wait again. No rule matches it again.

    Raises:
        NotFoundError: there is no such deposit, or it is not matched.
    """
    of_deposit = _MATCHES.where(_MATCH.c.deposit_id == deposit_id, _UNMATCH.c.id.is_(None))
    standing = unit.connection.execute(of_deposit).all()
    if not standing:
        raise NotFoundError(f"no deposit {deposit_id} is matched; see `denialml deposits list`")
    _undo(unit, standing, known_on=known_on, reason=reason, person=person, at=utc(at))
    return len(standing)


@dataclass(frozen=True, slots=True)
class _Made:
    """A match to be booked. ``known_on`` is None for the day from which both halves are known."""

    deposit: Row[Any]
    remittances: tuple[Row[Any], ...]
    rule: MatchRule
    known_on: date | None = None
    person: str = ""
    reason: str = ""
    at: datetime | None = None


def _book(unit: Unit, made: Sequence[_Made], money: Money) -> None:
    """Rows and ledger transactions of matches."""
    booked = {each.key: each.booked_cents for each in money.announcements}
    rows, transactions = [], []
    for match in made:
        for remittance in match.remittances:
            times = money.earlier[match.deposit.id, remittance.id]
            key = digest("deposit match", match.deposit.entry_key, remittance.payment_key, times)
            cents = booked[remittance.payment_key]
            known_on = match.known_on or max(match.deposit.known_on, remittance.stood_on)
            transaction = ledger.deposit_transaction(key, cents, match.deposit.settled_on)
            transactions.append((transaction, known_on, remittance.id, None))
            rows.append(
                {
                    "deposit_id": match.deposit.id,
                    "remittance_id": remittance.id,
                    "amount_cents": cents,
                    "rule": match.rule,
                    "person": match.person,
                    "reason": match.reason,
                    "happened_at": match.at,
                    "known_on": known_on,
                    "match_key": key,
                }
            )
    _insert_with_transactions(unit, _MATCH, rows, transactions)


def _undo(
    unit: Unit,
    standing: Sequence[Row[Any]],
    *,
    known_on: date,
    reason: str,
    person: str = "",
    at: datetime | None = None,
) -> None:
    """Mirror the ledger transactions of matches, and write down that they no longer stand."""
    originals = transactions_by_id(unit.connection, [row.transaction_id for row in standing])
    rows, transactions = [], []
    for row in standing:
        mirror = ledger.unmatch_transaction(originals[row.transaction_id], known_on)
        transactions.append((mirror, known_on, row.remittance_id, None))
        rows.append(
            {
                "deposit_match_id": row.id,
                "person": person,
                "reason": reason,
                "happened_at": at,
                "known_on": known_on,
            }
        )
    _insert_with_transactions(unit, _UNMATCH, rows, transactions)


def _insert_with_transactions(
    unit: Unit, table: Table, rows: Sequence[dict[str, Any]], transactions: Sequence[Placed]
) -> None:
    """Book ledger transactions, and insert the row of each, which names it by id."""
    if not rows:
        return
    ids = insert_transactions(unit, transactions)
    first = unit.allocate(table.name, len(rows))
    unit.insert(
        table,
        [
            {**row, "id": first + place, "transaction_id": ids[transaction.key]}
            for place, (row, (transaction, *_)) in enumerate(zip(rows, transactions, strict=True))
        ],
    )
