"""Which money at the bank belongs to which remittances (CORE operating rule 370): decided from all of both, as values.

``reassociate`` looks at every deposit and every remittance at once, so that the order in which files came cannot
matter: what comes later may undo a match that only seemed unique. A deposit that names its remittance (TRN02, TRN03)
belongs to that one alone; one that names none goes by amount, payer and day, where these leave one answer. Everything
else waits for a file or for a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from denialml.ledger.accounts import Account, TransactionKind
from denialml.ledger.entries import mirror
from denialml.ledger.keys import digest
from denialml.ledger.plan import Entry, LedgerTransaction

LATE_AFTER: Final = 4  # business days without the other half, after which CORE 370 calls it late or missing
_WINDOW: Final = 3  # business days either side of the payment's day, by CORE 370
_TRACE_DAYS: Final = 60  # calendar days within which a trace number names the same payment; payers use them again
_LARGEST_SUM: Final = 12  # remittances looked through for a sum: 4,096 sets
_BY_HAND: Final = frozenset({"CHK"})  # BPR04: a check's deposit says nothing that a program could go by
_TELLING: Final = 5  # characters; a shorter name in a text may be part of any word
_NAME: Final = 16  # characters of a company's name that NACHA has room for


class MatchRule(StrEnum):
    """What a match rests on."""

    TRACE = "trace"  # trace number, originator, amount
    AMOUNT = "amount"  # the only remittance of that payer, amount and time
    SUM = "sum"  # the only set of remittances of that payer and time that comes to it
    PERSON = "person"


class DepositState(StrEnum):
    """Where a deposit stands, and why it waits."""

    MATCHED = "matched"
    RETURNED = "returned"  # it was taken back, or takes another back: together they are nothing
    NO_REMITTANCE = "no_remittance"  # money without ERA
    AMOUNT_DIFFERS = "amount_differs"
    AMBIGUOUS = "ambiguous"
    ALREADY_PAID = "already_paid"  # the remittance that it names has its money
    NOT_IN_BOOKS = "not_in_books"  # the remittance that it names is parked without a sum to clear
    BY_PERSON = "by_person"  # a check's, or a person undid its match


class RemittanceState(StrEnum):
    """Where a remittance's money stands."""

    MATCHED = "matched"
    NO_MONEY = "no_money"  # it pays nothing: none is awaited
    NO_DEPOSIT = "no_deposit"  # ERA without money
    AMOUNT_DIFFERS = "amount_differs"
    NOT_IN_BOOKS = "not_in_books"  # its announced payment is not what its claims put into the books
    BY_PERSON = "by_person"  # a check


@dataclass(frozen=True, slots=True)
class Deposit:
    """An entry of the bank as the store knows it (see ``bank.BankEntry``); ``key`` is the same however often it comes.

    ``barred`` when a person undid its match: then only a person matches it again.
    """

    key: str
    settled_on: date
    cents: int
    trace: str = ""
    originator: str = ""
    payer: str = ""
    description: str = ""
    reference: str = ""
    returns: str = ""
    barred: bool = False


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a remittance says of its money, and ``booked_cents``, what its claims put on the clearing account."""

    key: str
    cents: int
    booked_cents: int
    paid_on: date
    trace: str
    originator: str
    payer: str = ""
    method: str = ""

    @property
    def wants_money(self) -> bool:
        """Whether there is anything to clear."""
        return bool(self.cents or self.booked_cents)

    @property
    def can_clear(self) -> bool:
        """Whether a deposit of the announced amount would leave nothing on the clearing account."""
        return self.cents == self.booked_cents != 0


@dataclass(frozen=True, slots=True)
class Match:
    """One deposit and the remittances that it pays; their amounts sum to the deposit's."""

    deposit: str
    remittances: tuple[str, ...]
    rule: MatchRule


@dataclass(frozen=True, slots=True)
class Reassociation:
    """All of it: the matches by deposit, and the state of every deposit and remittance, by key."""

    matches: Mapping[str, Match]
    deposits: Mapping[str, DepositState]
    remittances: Mapping[str, RemittanceState]


def reassociate(
    deposits: Iterable[Deposit], announcements: Iterable[Announcement], by_person: Iterable[Match] = ()
) -> Reassociation:
    """Match what can be matched beyond doubt.

    Args:
        deposits: Every deposit known.
        announcements: Every remittance known.
        by_person: The matches that persons made; they stand.
    """
    desk = _Desk(
        sorted(deposits, key=lambda each: (each.settled_on, each.key)),
        sorted(announcements, key=lambda each: (each.paid_on, each.key)),
    )
    for match in by_person:
        desk.match(match)
    desk.set_aside()
    desk.pair_returns()
    desk.leave_to_persons()
    desk.match_by_trace()
    desk.match_by_amount()
    desk.match_by_sum()
    return desk.done()


@dataclass(slots=True)
class _Desk:
    """What is still open, in an order that depends on nothing but the facts themselves."""

    deposits: Sequence[Deposit]
    announcements: Sequence[Announcement]
    matches: dict[str, Match] = field(default_factory=dict)
    states: dict[str, DepositState] = field(default_factory=dict)
    money: dict[str, RemittanceState] = field(default_factory=dict)

    def match(self, match: Match) -> None:
        self.matches[match.deposit] = match
        self.states[match.deposit] = DepositState.MATCHED
        self.money |= dict.fromkeys(match.remittances, RemittanceState.MATCHED)

    def set_aside(self) -> None:
        """Remittances that no rule may touch: without money, not in the books, or by check."""
        for each in self.announcements:
            if each.key in self.money:
                continue
            if not each.wants_money:
                self.money[each.key] = RemittanceState.NO_MONEY
            elif not each.can_clear:
                self.money[each.key] = RemittanceState.NOT_IN_BOOKS
            elif each.method in _BY_HAND:
                self.money[each.key] = RemittanceState.BY_PERSON

    def leave_to_persons(self) -> None:
        """Deposits that a person took in hand: no rule matches them, but the bank may have taken them back before."""
        self.states |= {each.key: DepositState.BY_PERSON for each in self._open_deposits() if each.barred}

    def pair_returns(self) -> None:
        """A deposit and the entry that takes it back come to nothing, and the remittance still awaits its money."""
        announced = {(each.trace, each.cents) for each in self.announcements if each.cents < 0}
        for taken in [each for each in self._open_deposits() if each.cents < 0]:
            if taken.trace and (taken.trace, taken.cents) in announced:
                continue
            given = [each for each in self._open_deposits() if _takes_back(taken, each)]
            if given:
                self.states[taken.key] = self.states[given[-1].key] = DepositState.RETURNED

    def match_by_trace(self) -> None:
        by_trace: dict[str, list[Announcement]] = defaultdict(list)
        for each in self.announcements:
            if each.trace:
                by_trace[each.trace].append(each)
        for deposit in [each for each in self._open_deposits() if each.trace]:
            named = [each for each in by_trace.get(deposit.trace, ()) if _names(deposit, each)]
            self._match_named(deposit, named)

    def _match_named(self, deposit: Deposit, named: Sequence[Announcement]) -> None:
        """Match a deposit with the remittance, or with all or the only set of those, that bear its trace number."""
        waiting = [each for each in named if each.key not in self.money]
        equal = [each for each in waiting if each.cents == deposit.cents]
        if len({each.originator for each in equal}) > 1:  # the bank passed the number on, and not whose it is
            self.states[deposit.key] = DepositState.AMBIGUOUS
        elif equal:
            nearest = min(equal, key=lambda each: (abs(each.paid_on - deposit.settled_on), each.paid_on, each.key))
            self.match(Match(deposit.key, (nearest.key,), MatchRule.TRACE))
        elif found := _only_set(waiting, deposit.cents):
            self.match(Match(deposit.key, found, MatchRule.TRACE))
        else:
            self.states[deposit.key] = self._why_not(named, waiting)

    def _why_not(self, named: Sequence[Announcement], waiting: Sequence[Announcement]) -> DepositState:
        if waiting:
            return DepositState.AMOUNT_DIFFERS
        states = {self.money[each.key] for each in named}
        if RemittanceState.BY_PERSON in states:
            return DepositState.BY_PERSON
        if RemittanceState.MATCHED in states:
            return DepositState.ALREADY_PAID
        return DepositState.NOT_IN_BOOKS if RemittanceState.NOT_IN_BOOKS in states else DepositState.NO_REMITTANCE

    def match_by_amount(self) -> None:
        """Pairs of which each half fits the other alone."""
        waiting = self._open_announcements()
        fits = {each.key: [a for a in waiting if _fits(each, a)] for each in self._open_deposits()}
        wanted = _counts(found for found in fits.values())
        for key, found in fits.items():
            if len(found) == 1 and wanted[found[0].key] == 1:
                self.match(Match(key, (found[0].key,), MatchRule.AMOUNT))
            elif found:
                self.states[key] = DepositState.AMBIGUOUS

    def match_by_sum(self) -> None:
        """Sets of remittances that alone come to a deposit, and that no other deposit could claim a part of."""
        waiting = self._open_announcements()
        doubtful = [each for each in self.deposits if self.states.get(each.key) is DepositState.AMBIGUOUS]
        free = [each for each in waiting if not any(_fits(deposit, each) for deposit in doubtful)]
        sets = {
            deposit.key: _only_set([each for each in free if _near(deposit, each)], deposit.cents)
            for deposit in self._open_deposits()
        }
        uses: dict[str, int] = defaultdict(int)
        for found in sets.values():
            for key in found:
                uses[key] += 1
        for key, found in sets.items():
            if not found:
                self.states[key] = DepositState.NO_REMITTANCE
            elif all(uses[each] == 1 for each in found):
                self.match(Match(key, found, MatchRule.SUM))
            else:
                self.states[key] = DepositState.AMBIGUOUS

    def done(self) -> Reassociation:
        differing = {
            (each.trace, each.originator)
            for each in self.deposits
            if self.states[each.key] is DepositState.AMOUNT_DIFFERS
        }
        for each in self.announcements:
            if each.key not in self.money:
                known = {(each.trace, each.originator), (each.trace, "")} & differing
                self.money[each.key] = RemittanceState.AMOUNT_DIFFERS if known else RemittanceState.NO_DEPOSIT
        return Reassociation(self.matches, self.states, self.money)

    def _open_deposits(self) -> Iterator[Deposit]:
        return (each for each in self.deposits if each.key not in self.states)

    def _open_announcements(self) -> list[Announcement]:
        return [each for each in self.announcements if each.key not in self.money]


def _counts(groups: Iterable[Sequence[Announcement]]) -> Mapping[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for group in groups:
        for each in group:
            counts[each.key] += 1
    return counts


def _takes_back(taken: Deposit, given: Deposit) -> bool:
    """Whether one entry takes another back: by its reference, or by the same trace number and amount."""
    if given.cents != -taken.cents or given.settled_on > taken.settled_on:
        return False
    if taken.returns:
        return given.reference == taken.returns
    return bool(taken.trace) and (given.trace, given.originator) == (taken.trace, taken.originator)


def _names(deposit: Deposit, announcement: Announcement) -> bool:
    same = deposit.originator in {"", announcement.originator}
    return same and abs(deposit.settled_on - announcement.paid_on) <= timedelta(days=_TRACE_DAYS)


def _fits(deposit: Deposit, announcement: Announcement) -> bool:
    return deposit.cents == announcement.cents and _near(deposit, announcement)


def _near(deposit: Deposit, announcement: Announcement) -> bool:
    """Whether payer and day of a deposit without a trace number are a remittance's."""
    days = business_days(announcement.paid_on, deposit.settled_on)
    return abs(days) <= _WINDOW and _same_payer(deposit, announcement)


def _same_payer(deposit: Deposit, announcement: Announcement) -> bool:
    """Whether a line of the bank's names the payer: by its company id, or by its name as far as there was room."""
    if announcement.originator and announcement.originator == deposit.originator:
        return True
    payer, name, text = _squeezed(announcement.payer), _squeezed(deposit.payer), _squeezed(deposit.description)
    if payer and payer == name:
        return True
    if min(len(payer), len(name)) >= _TELLING and (payer.startswith(name) or name.startswith(payer)):
        return True
    told = (announcement.originator.upper(), _squeezed(announcement.payer[:_NAME]))
    return any(len(each) >= _TELLING and each in text for each in told)


def _squeezed(name: str) -> str:
    return "".join(character for character in name.upper() if character.isalnum())


def _only_set(announcements: Sequence[Announcement], cents: int) -> tuple[str, ...]:
    """The keys of the only set of two or more that sums to an amount; empty when there is none or more than one."""
    if not 1 < len(announcements) <= _LARGEST_SUM:
        return ()
    totals = [0]  # of every set, by the set as a number: its bits are the places of its members
    for each in announcements:
        totals += [total + each.cents for total in totals]
    found = [chosen for chosen, total in enumerate(totals) if total == cents and chosen.bit_count() > 1]
    if len(found) != 1:
        return ()
    return tuple(each.key for place, each in enumerate(announcements) if found[0] >> place & 1)


def business_days(first: date, last: date) -> int:
    """Weekdays from one day to another, negative backwards; days at the weekend count as the Friday before.

    Bank holidays are not known here: around one, something is called late a day early.
    """
    return _weekdays(last) - _weekdays(first)


def _weekdays(day: date) -> int:
    weeks, rest = divmod(day.toordinal() - 1, 7)  # day 1 of the calendar is a Monday
    return 5 * weeks + min(rest, 4)


def deposit_transaction(match_key: str, cents: int, settled_on: date) -> LedgerTransaction:
    """What the money of one matched remittance does to the books: at the bank, no longer awaited."""
    entries = (Entry(Account.CASH_BANK, cents), Entry(Account.CASH_CLEARING, -cents))
    return LedgerTransaction(digest("deposit", match_key), TransactionKind.DEPOSIT, settled_on, entries)


def unmatch_transaction(original: LedgerTransaction, undone_on: date) -> LedgerTransaction:
    """The mirror of a matched deposit's transaction."""
    return mirror(original, digest("deposit undone", original.key), TransactionKind.CORRECTION, undone_on)
