"""Money at the bank: taking bank files in, matching them with remittances, and what waits on either side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from denialml import bank, ledger
from denialml.errors import BadInputError, Finding
from denialml.ledger import DepositState, RemittanceState
from denialml.service.audit import note
from denialml.service.decisions import named, reasoned
from denialml.service.inputs import content_of, taken_in
from denialml.service.practice import existing_store
from denialml.settings import Settings

if TYPE_CHECKING:
    from denialml.store import Store, Unit
    from denialml.store.deposits import MatchChanges, Money
    from denialml.store.periods import MovedBookings

_SETTLED = frozenset({DepositState.MATCHED, DepositState.RETURNED})
_CLEARED = frozenset({RemittanceState.MATCHED, RemittanceState.NO_MONEY})


@dataclass(frozen=True, slots=True)
class DepositsFile:
    """What one bank file brought. ``error`` is set when it was refused, and then nothing of it was kept.

    ``entries`` are new, ``repeated`` came in a file before, ``passed_over`` are no money of payers.
    """

    path: Path
    error: str = ""
    format: str = ""
    entries: int = 0
    entries_cents: int = 0
    repeated: int = 0
    passed_over: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class DepositsImport:
    """All files together, and each; and what matching did afterwards."""

    files: tuple[DepositsFile, ...]
    unreadable_files: int
    entries: int
    entries_cents: int
    repeated: int
    passed_over: int
    matched: int
    undone: int
    moved_from_closed_periods: tuple[MovedBookings, ...] = ()


@dataclass(frozen=True, slots=True)
class DepositLine:
    """One deposit: where it stands, what it rests on, and the remittances that it pays, by number."""

    deposit: int
    settled_on: date
    amount_cents: int
    payer: str
    trace: str
    state: DepositState
    rule: str
    remittances: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RemittanceLine:
    """One remittance and its money. ``business_days`` is how long it has waited; ``late`` when that is too long."""

    remittance: int
    paid_on: date
    amount_cents: int
    payer: str
    method: str
    trace: str
    state: RemittanceState
    deposit: int | None
    business_days: int
    late: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """How many stand alike, and their cents."""

    state: str
    count: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class DepositsView:
    """Both sides on a day: money that came in, and money that remittances announced.

    ``bank_cents`` is what the deposits of the days shown come to: ``matched_cents`` and ``unmatched_cents``.
    ``announced_cents`` is what the remittances of these days announce, of which ``awaited_cents`` has not come.
    """

    as_of: date
    bank_cents: int
    matched_cents: int
    unmatched_cents: int
    announced_cents: int
    awaited_cents: int
    late: int
    deposit_states: tuple[Sum, ...]
    remittance_states: tuple[Sum, ...]
    deposits: tuple[DepositLine, ...]
    remittances: tuple[RemittanceLine, ...]


@dataclass(frozen=True, slots=True)
class DecidedMatch:
    """What a person's decision did: the deposit, and how many deposits matching then matched or undid by itself."""

    deposit: int
    remittances: int
    matched: int
    undone: int
    moved_from_closed_periods: tuple[MovedBookings, ...] = ()


def import_deposits(
    settings: Settings,
    files: Sequence[Path],
    *,
    known_on: date | None = None,
    progress: Callable[[str], None] | None = None,
) -> DepositsImport:
    """Keep what bank files say came in, each entry once, then match it with the remittances posted.

    Args:
        settings: Where the store is.
        files: NACHA, BAI2 or CSV files, one unit of work each.
        known_on: The day they came, instead of the day each names itself.
        progress: Called with each file's name when it is done.

    Raises:
        StorageError: the database failed. Files before are kept, the one at hand is not.
    """
    done = taken_in(settings, files, partial(_import, known_on=known_on), progress)
    return report_of(done, match_deposits(settings))


def report_of(files: tuple[DepositsFile, ...], changes: MatchChanges) -> DepositsImport:
    """The report on files, from what each of them brought and what matching did."""
    return DepositsImport(
        files=files,
        unreadable_files=sum(bool(file.error) for file in files),
        entries=sum(file.entries for file in files),
        entries_cents=sum(file.entries_cents for file in files),
        repeated=sum(file.repeated for file in files),
        passed_over=sum(file.passed_over for file in files),
        matched=changes.matched,
        undone=changes.undone,
        moved_from_closed_periods=changes.moved,
    )


def _import(store: Store, path: Path, *, known_on: date | None) -> DepositsFile:
    from denialml.store.deposits import save_deposits

    try:
        content = content_of(path)
        statement = bank.read(content)
    except BadInputError as error:
        return DepositsFile(path, error=str(error))
    with store.unit() as unit:
        saved = save_deposits(unit, path.name, content, statement.entries, known_on or statement.made_on)
        if saved.new:
            note(unit, "import deposits", f"file/{saved.file_id}", entries=saved.new, cents=saved.new_cents)
    return DepositsFile(
        path,
        format=statement.format,
        entries=saved.new,
        entries_cents=saved.new_cents,
        repeated=saved.repeated,
        passed_over=statement.passed_over,
    )


def match_deposits(settings: Settings) -> MatchChanges:
    """Match all deposits and remittances of the store anew; runs after every file of either.

    Raises:
        StorageError: the database failed; nothing of the matching was kept.
    """
    from denialml.store import open_store

    store = open_store(settings.url)
    try:
        with store.unit() as unit:
            return match_within(unit)
    finally:
        store.close()


def match_within(unit: Unit) -> MatchChanges:
    """The same within a unit of work, with an audit event when something changed.

    Raises:
        StorageError: the database refused a row.
    """
    from denialml.store import deposits

    changes = deposits.match_deposits(unit)
    if changes.matched or changes.undone:
        note(unit, "match deposits", "deposits", matched=changes.matched, undone=changes.undone)
    return changes


def match(
    settings: Settings,
    deposit: int,
    remittances: Sequence[int],
    *,
    person: str,
    reason: str,
    at: datetime,
    known_on: date,
) -> DecidedMatch:
    """A person matches a deposit with remittances.

    Raises:
        NotFoundError: there is no such deposit or remittance.
        RefusedError: one of them is matched already, or their amounts differ.
        UsageError: nobody is named, or no reason is given.
    """
    from denialml.store.deposits import match_by_person

    who, why = named(person), reasoned(reason)
    with existing_store(settings) as store, store.unit() as unit:
        match_by_person(unit, deposit, remittances, who, why, at, known_on)
        unit.audit(who, "match deposit", f"deposit/{deposit}", {"remittances": sorted(remittances)}, at)
        changes = match_within(unit)
    return DecidedMatch(deposit, len(set(remittances)), changes.matched, changes.undone, changes.moved)


def unmatch(
    settings: Settings, deposit: int, *, person: str, reason: str, at: datetime, known_on: date
) -> DecidedMatch:
    """A person undoes the match of a deposit, by whomever it was made; from then on only a person matches it.

    Raises:
        NotFoundError: the deposit is not matched.
        UsageError: nobody is named, or no reason is given.
    """
    from denialml.store.deposits import unmatch_by_person

    who, why = named(person), reasoned(reason)
    with existing_store(settings) as store, store.unit() as unit:
        freed = unmatch_by_person(unit, deposit, who, why, at, known_on)
        unit.audit(who, "unmatch deposit", f"deposit/{deposit}", {"remittances": freed}, at)
        changes = match_within(unit)
    return DecidedMatch(deposit, freed, changes.matched, changes.undone, changes.moved)


def view(
    settings: Settings,
    *,
    today: date,
    waiting: bool = False,
    since: date | None = None,
    until: date | None = None,
) -> DepositsView:
    """Where deposits and the money of remittances stand.

    Args:
        settings: Where the store is.
        today: The day to count the waiting to.
        waiting: Leave out the lines of what is matched or awaits nothing; sums are of all.
        since: Leave out deposits that settled and remittances that were paid before that day.
        until: Leave out those after it.

    Raises:
        NotFoundError: the home holds no database yet.
    """
    from denialml.store.deposits import read_money

    with existing_store(settings) as store, store.reading() as connection:
        money = read_money(connection)
    found = ledger.reassociate(money.deposits, money.announcements, money.by_person())
    first, last = since or date.min, until or date.max
    deposits = [each for each in _deposit_lines(money, found) if first <= each.settled_on <= last]
    remittances = [each for each in _remittance_lines(money, found, today) if first <= each.paid_on <= last]
    settled = [each for each in deposits if each.state in _SETTLED]
    awaited = [each for each in remittances if each.state not in _CLEARED]
    return DepositsView(
        as_of=today,
        bank_cents=sum(each.amount_cents for each in deposits),
        matched_cents=sum(each.amount_cents for each in settled),
        unmatched_cents=sum(each.amount_cents for each in deposits if each.state not in _SETTLED),
        announced_cents=sum(each.amount_cents for each in remittances),
        awaited_cents=sum(each.amount_cents for each in awaited),
        late=sum(each.late for each in awaited),
        deposit_states=_sums(deposits),
        remittance_states=_sums(remittances),
        deposits=tuple(each for each in deposits if not waiting or each.state not in _SETTLED),
        remittances=tuple(awaited if waiting else remittances),
    )


def _deposit_lines(money: Money, found: ledger.Reassociation) -> Iterable[DepositLine]:
    for identity, row in money.deposit_rows.items():
        standing = money.matches.get(identity, [])
        yield DepositLine(
            deposit=identity,
            settled_on=row.settled_on,
            amount_cents=row.amount_cents,
            payer=row.payer_name or row.description[:40],
            trace=row.trace,
            state=found.deposits[row.entry_key],
            rule=standing[0].rule if standing else "",
            remittances=tuple(each.remittance_id for each in standing),
        )


def _remittance_lines(money: Money, found: ledger.Reassociation, today: date) -> Iterable[RemittanceLine]:
    holders = {each.remittance_id: deposit for deposit, rows in money.matches.items() for each in rows}
    for identity, row in money.remittance_rows.items():
        state, paid_on = found.remittances[row.payment_key], row.paid_on or row.known_on
        days = 0 if state in _CLEARED else max(0, ledger.business_days(paid_on, today))
        yield RemittanceLine(
            remittance=identity,
            paid_on=paid_on,
            amount_cents=row.payment_cents,
            payer=row.payer_name,
            method=row.method,
            trace=row.trace,
            state=state,
            deposit=holders.get(identity),
            business_days=days,
            late=days > ledger.LATE_AFTER,
        )


def _sums(lines: Sequence[Any]) -> tuple[Sum, ...]:
    counts: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    for line in lines:
        counts[line.state] += 1
        cents[line.state] += line.amount_cents
    return tuple(Sum(str(state), counts[state], cents[state]) for state in sorted(counts))
