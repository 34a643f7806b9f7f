"""NACHA files, as the operating rules (appendix 3, ACH record formats) lay their records of 94 characters out.

What a receiving bank passes on of health care payments are CCD+ entries: an entry (6) with one addenda record (7) that
holds the TRN segment of the remittance (45 CFR 162.1602).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from denialml.bank.entry import BankEntry, Statement, described, trn
from denialml.clock import date_from_text
from denialml.errors import BadInputError

_LENGTH: Final = 94
_BLOCK: Final = 10
_FILLER: Final = "9" * _LENGTH
_HASH_DIGITS: Final = 10**10
_PAYMENT_ADDENDA: Final = "05"
_RETURN_ADDENDA: Final = "99"
_INTERNATIONAL: Final = "IAT"
# By the second digit of a transaction code: which side its amount counts on, and whether the bank gives it back.
_CREDITS: Final = frozenset("1234")
_DEBITS: Final = frozenset("6789")
_RETURNS: Final = frozenset("16")


@dataclass(slots=True)
class _Totals:
    """What control records tell: entries and addenda, the hash of receiving banks, debits and credits in cents."""

    records: int = 0
    hashed: int = 0
    debits: int = 0
    credits: int = 0

    def add(self, other: _Totals) -> None:
        self.records += other.records
        self.hashed = (self.hashed + other.hashed) % _HASH_DIGITS
        self.debits += other.debits
        self.credits += other.credits


@dataclass(slots=True)
class _Entry:
    record: str
    place: int
    addenda: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    header: str
    totals: _Totals = field(default_factory=_Totals)
    entries: list[_Entry] = field(default_factory=list)


def read(text: str) -> Statement:
    """The entries of a NACHA file, returned and debit entries negative; those of no amount are passed over.

    Raises:
        BadInputError: a record is not where or what it should be, or a control total does not tie.
    """
    records = _records(text)
    file, batches = _Totals(), []
    current: _Batch | None = None
    for place, record in enumerate(records[1:-1], 2):
        if current is None:
            current = _Batch(_expected(record, place, "5", "a batch header"))
        elif record[0] == "8":
            _check(place, "batch control", current.totals, _batch_totals(record, place))
            if record[87:] != current.header[87:]:
                raise _refused(place, "the batch control's number is not its header's")
            file.add(current.totals)
            batches.append(current)
            current = None
        else:
            _take(current, record, place)
    if current is not None:
        raise _refused(len(records), "the last batch has no control record (8)")
    _close(records, file, len(batches))
    entries = [(batch.header, entry) for batch in batches for entry in batch.entries]
    read_ = [_entry(header, entry) for header, entry in entries]
    kept = tuple(entry for entry in read_ if entry.cents)
    return Statement("NACHA", _day(records[0][23:29], 1), kept, passed_over=len(read_) - len(kept))


def _records(text: str) -> list[str]:
    """All records but the filling at the end; the first is a file header and the last a file control."""
    lines = text.splitlines()
    if len(lines) == 1:  # some banks write no line ends
        lines = [text[start : start + _LENGTH] for start in range(0, len(text), _LENGTH)]
    lines = [line.rstrip("\x1a") for line in lines]
    while lines and lines[-1].strip() in {"", _FILLER}:
        lines.pop()
    records = []
    for place, line in enumerate(lines, 1):
        if len(line.rstrip()) > _LENGTH or not line.strip():
            raise _refused(place, f"{len(line.rstrip())} characters long, where a record has {_LENGTH}")
        records.append(line.rstrip().ljust(_LENGTH))
    if len(records) < 2 or records[-1][0] != "9":
        raise _refused(len(records), "the file breaks off before its control record (9)")
    return records


def _take(batch: _Batch, record: str, place: int) -> None:
    """One entry or addenda record of a batch."""
    if record[0] == "7":
        if not batch.entries:
            raise _refused(place, "an addenda record (7) before any entry (6)")
        batch.entries[-1].addenda.append(record)
        batch.totals.records += 1
        return
    _expected(record, place, "6", "an entry")
    cents, side = _number(record[29:39], place, "amount"), record[2]
    if side not in _CREDITS | _DEBITS:
        raise _refused(place, f"transaction code {record[1:3]} is neither credit nor debit")
    batch.entries.append(_Entry(record, place))
    hashed = _number(record[3:11], place, "receiving bank")
    on_credit = side in _CREDITS
    batch.totals.add(_Totals(1, hashed, 0 if on_credit else cents, cents if on_credit else 0))


def _batch_totals(record: str, place: int) -> _Totals:
    fields = (record[4:10], record[10:20], record[20:32], record[32:44])
    return _Totals(*(_number(each, place, "control total") for each in fields))


def _close(records: list[str], file: _Totals, batches: int) -> None:
    """Compare the file control with what was read."""
    control, place = records[-1], len(records)
    fields = (control[13:21], control[21:31], control[31:43], control[43:55])
    _check(place, "file control", file, _Totals(*(_number(each, place, "control total") for each in fields)))
    for told, found, what in (
        (control[1:7], batches, "batches"),
        (control[7:13], -(-place // _BLOCK), "blocks of ten records"),
    ):
        if _number(told, place, what) != found:
            raise _refused(place, f"the file control says {int(told)} {what}, there are {found}")


def _check(place: int, what: str, found: _Totals, told: _Totals) -> None:
    names = {"records": "entries and addenda", "hashed": "entry hash", "debits": "debits", "credits": "credits"}
    for name, words in names.items():
        said, there = getattr(told, name), getattr(found, name)
        if said != there:
            raise _refused(place, f"the {what}'s {words} do not tie: it says {said}, there are {there}")


def _entry(header: str, entry: _Entry) -> BankEntry:
    record, side = entry.record, entry.record[2]
    if (record[78] == "1") != bool(entry.addenda):
        raise _refused(entry.place, "its addenda indicator says otherwise than the records after it")
    cents = _number(record[29:39], entry.place, "amount")
    plus = (side in _CREDITS) != (side in _RETURNS)
    international = header[50:53] == _INTERNATIONAL
    told = [each[3:83].rstrip() for each in entry.addenda if each[1:3] == _PAYMENT_ADDENDA]
    trace, originator = trn(told)
    returned = next((each[6:21].strip() for each in entry.addenda if each[1:3] == _RETURN_ADDENDA), "")
    return BankEntry(
        settled_on=_day(header[69:75], entry.place),
        cents=cents if plus else -cents,
        reference=record[79:].strip(),
        trace=trace,
        originator=originator if trace else header[40:50].strip(),
        payer="" if international else header[4:20].strip(),
        description=described([header[53:63], *told]),
        account=record[39:74].strip() if international else record[12:29].strip(),
        returns=returned,
    )


def _expected(record: str, place: int, kind: str, what: str) -> str:
    if record[0] != kind:
        raise _refused(place, f"{what} ({kind}) is expected here, not a record of type {record[0]}")
    return record


def _number(text: str, place: int, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _refused(place, f"its {what} is no number")
    return int(text)


def _day(text: str, place: int) -> date:
    try:
        return date_from_text(f"20{text}")
    except ValueError:
        raise _refused(place, "its date is not YYMMDD") from None


def _refused(place: int, why: str) -> BadInputError:
    return BadInputError(f"NACHA record {place}: {why}; nothing of the file was kept, get it from the bank again")
