"""BAI2 balance reports (Cash Management Balance Reporting Specifications, version 2): records by their fields.

A file (01 to 99) holds groups (02 to 98) of one day, a group accounts (03 to 49), an account its entries (16); 88 goes
on with the record before it. Amounts are cents without a sign, the type code says which side they are on. The control
total of an account is the sum of all its amounts, balances too; those of group and file are sums of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from denialml.bank.entry import BankEntry, Statement, described, trn
from denialml.clock import date_from_text
from denialml.errors import BadInputError

# What payers' money comes as: ACH and trade payments, wires, lockbox and counter deposits.
_CREDITS: Final = frozenset(
    {"115", "121", "142", "145", "164", "165", "166", "168", "169", "174", "175", "195", "257", "301"}
)
# What takes it away again: ACH debits, returns and reversals, deposited items that were not paid.
_DEBITS: Final = frozenset({"451", "455", "464", "466", "468", "469", "555", "557", "558"})
_UPDATE: Final = "1"
_DOLLARS: Final = frozenset({"", "USD"})
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}\Z")  # at most ten trillion dollars


@dataclass(slots=True)
class _Record:
    """A record with its continuations: the fields, and the pieces of text after them as the lines had them."""

    code: str
    place: int
    lines: list[str]

    @property
    def fields(self) -> list[str]:
        """All fields after the record code. A line's end ends a field, unless it is in the middle of a text."""
        return [each.strip() for line in self.lines for each in line.removesuffix("/").split(",")]


@dataclass(slots=True)
class _Level:
    """A group or account that is open: the sum of its amounts, what it holds of the next lower level, its records."""

    head: _Record
    cents: int = 0
    parts: int = 0
    records: int = 0


@dataclass(slots=True)
class _File:
    made_on: date
    file: _Level
    group: _Level | None = None
    account: _Level | None = None
    entries: list[BankEntry] = field(default_factory=list)
    passed_over: int = 0


def read(text: str) -> Statement:
    """The entries of payers' kinds of a BAI2 file, debits negative; other type codes are counted and passed over.

    Raises:
        BadInputError: a record is not where or what it should be, or a control total does not tie.
    """
    records = list(_records(text))
    if records[-1].code != "99":
        raise _refused(records[-1].place, "the file breaks off before its trailer (99)")
    head = records[0]
    state = _File(_day(_field(head, 2), head.place), _Level(head, records=len(head.lines)))
    for record in records[1:]:
        _take(state, record)
    return Statement("BAI2", state.made_on, tuple(state.entries), state.passed_over)


def _records(text: str) -> Iterator[_Record]:
    current: _Record | None = None
    for place, raw in enumerate(text.splitlines(), 1):
        line = raw.strip().rstrip("\x1a")
        if not line:
            continue
        code, comma, rest = line.partition(",")
        if not comma or code not in {"01", "02", "03", "16", "49", "88", "98", "99"}:
            raise _refused(place, "a record begins with 01, 02, 03, 16, 49, 88, 98 or 99 and a comma")
        if code == "88" and current is not None:
            current.lines.append(rest)
            continue
        if current is not None:
            yield current
            if current.code == "99":
                raise _refused(place, "a record after the file's trailer (99)")
        current = _Record(code, place, [rest])
    assert current is not None  # the caller saw a 01
    yield current


def _take(state: _File, record: _Record) -> None:
    match record.code, state.group, state.account:
        case "02", None, None:
            state.group = _group(record)
        case "03", _Level(), None:
            state.account = _account(record)
        case "16", _Level() as group, _Level() as account:
            _add_entry(state, group, account, record)
        case "49", _Level() as group, _Level() as account:
            _close(account, record, group, None)
            state.account = None
        case "98", _Level() as group, None:
            _close(group, record, state.file, "accounts")
            state.group = None
        case "99", None, None:
            _close(state.file, record, None, "groups")
        case _:
            raise _refused(record.place, f"a record {record.code} cannot stand here; one before it is missing")


def _group(record: _Record) -> _Level:
    if _field(record, 2) != _UPDATE:
        raise _refused(record.place, "the group deletes, corrects or tests (status other than 1); ask for an update")
    if _field(record, 5) not in _DOLLARS:
        raise _refused(record.place, "the group is not in US dollars")
    return _Level(record, records=len(record.lines))


def _account(record: _Record) -> _Level:
    """An account with the sum of the amounts that its header tells: balances and totals."""
    if _field(record, 1) not in _DOLLARS:
        raise _refused(record.place, "the account is not in US dollars")
    cents, rest = 0, record.fields[2:]
    while len(rest) > 1:
        cents += _cents(rest[1], record.place)
        rest = _after_funds(rest[3:], record.place)
    return _Level(record, cents=cents, records=len(record.lines))


def _add_entry(state: _File, group: _Level, account: _Level, record: _Record) -> None:
    kind, cents = _field(record, 0), _cents(_field(record, 1), record.place)
    account.cents += cents
    account.records += len(record.lines)
    if not cents or kind not in _CREDITS | _DEBITS:
        state.passed_over += 1
        return
    value_day = _field(record, 3) if _field(record, 2) == "V" else ""
    after = len(record.fields) - len(_after_funds(record.fields[2:], record.place))
    told = _text(record, after + 2)
    trace, originator = trn(told)
    state.entries.append(
        BankEntry(
            settled_on=_day(value_day or _field(group.head, 3), record.place),
            cents=cents if kind in _CREDITS else -cents,
            reference=_field(record, after) or _field(record, after + 1),
            trace=trace,
            originator=originator,
            description=described(told),
            account=_field(account.head, 0),
        )
    )


def _after_funds(fields: Sequence[str], place: int) -> list[str]:
    """The fields after a funds type and what it brings with it."""
    kind = fields[0] if fields else ""
    extra = {"S": 3, "V": 2}.get(kind, 0)
    if kind == "D":
        extra = 1 + 2 * _whole(fields[1] if len(fields) > 1 else "", place)
    return list(fields[1 + extra :])


def _text(record: _Record, skipped: int) -> tuple[str, ...]:
    """The text of an entry, after so many fields, in the pieces that its lines have; a comma in it is its own."""
    pieces = []
    for line in record.lines:
        parts = line.split(",", skipped)
        if len(parts) > skipped:
            pieces.append(parts[skipped].removesuffix("/"))
        skipped = max(0, skipped - len(parts))
    return tuple(pieces)


def _close(level: _Level, trailer: _Record, outer: _Level | None, parts: str | None) -> None:
    """Compare a trailer with what it closes: the amounts, how many accounts or groups, how many records."""
    records = level.records + len(trailer.lines)
    told: list[tuple[str, int]] = [("control total in cents", level.cents)]
    if parts:
        told.append((f"number of {parts}", level.parts))
    told.append(("number of records", records))
    for place, (what, found) in enumerate(told):
        said = _cents(_field(trailer, place), trailer.place)
        if said != found:
            raise _refused(
                trailer.place, f"the {what} of record {trailer.code} does not tie: {said}, there are {found}"
            )
    if outer is not None:
        outer.cents += level.cents
        outer.parts += 1
        outer.records += records


def _field(record: _Record, place: int) -> str:
    fields = record.fields
    return fields[place] if place < len(fields) else ""


def _cents(text: str, place: int) -> int:
    if text and not _NUMBER.match(text):
        raise _refused(place, "an amount or count is no whole number")
    return int(text or 0)


def _whole(text: str, place: int) -> int:
    count = _cents(text, place)
    if not 0 <= count <= 100:
        raise _refused(place, "the distribution of its funds says no such number of parts")
    return count


def _day(text: str, place: int) -> date:
    try:
        return date_from_text(f"20{text}")
    except ValueError:
        raise _refused(place, "its date is not YYMMDD") from None


def _refused(place: int, why: str) -> BadInputError:
    return BadInputError(f"BAI2 line {place}: {why}; nothing of the file was kept, get it from the bank again")
