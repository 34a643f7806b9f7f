"""A bank's CSV export. Every bank names its columns otherwise; those known are listed here, in lower case.

Needed are a date, an amount (or a column of credits and one of debits) and a text or reference. A column that says
which side an amount is on is heeded where the amount has no sign. Further columns go into the description. An export
has no control totals: a row that is shorter than the heading is taken for a file that breaks off.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from denialml.bank.entry import BankEntry, Statement, described, trn
from denialml.errors import BadInputError
from denialml.money import cents_as_written

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "date": (
            "date", "posting date", "posted date", "post date", "transaction date", "effective date",
            "settlement date", "value date",
        ),
        "amount": ("amount", "transaction amount", "amount usd"),
        "credit": ("credit", "credits", "credit amount", "deposit", "deposits", "money in"),
        "debit": ("debit", "debits", "debit amount", "withdrawal", "withdrawals", "money out"),
        "side": (
            "type", "transaction type", "dr cr", "cr dr", "debit credit", "credit debit", "debit or credit",
            "credit or debit", "debit credit indicator", "credit debit indicator",
        ),
        "description": (
            "description", "details", "memo", "text", "narrative", "addenda", "remittance information",
            "payment details", "transaction description", "bank description",
        ),
        "reference": (
            "reference", "reference number", "bank reference", "trace number", "transaction id", "transaction number",
            "id",
        ),
        "payer": ("payer", "originator", "originator name", "company", "company name", "counterparty", "name"),
        "account": ("account", "account number", "account no"),
    }
)  # fmt: skip

_FIRST_YEAR: Final = 2000  # before it nobody had such a file; 01/02/0026 is a slip of the hand
_DATES: Final = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y%m%d", "%m-%d-%Y")


_OUT: Final = frozenset({"debit", "dr", "d", "db", "withdrawal"})  # of a side: an amount without a sign went out

_Row = tuple[int, list[str]]


def read(text: str) -> Statement:
    """The entries of a CSV export, money out negative; rows of no amount are passed over.

    Raises:
        BadInputError: a column is missing, a row is short, or a value cannot be read.
    """
    found = _rows(text)
    if not found:
        raise BadInputError("is empty; get it from the bank again")
    (_, names), *rows = found
    heading = [re.sub(r"[^a-z0-9]+", " ", name.lower()).strip() for name in names]
    columns = _columns(heading)
    read_ = [_entry(row, columns, place, len(heading)) for place, row in rows]
    entries = tuple(entry for entry in read_ if entry.cents)
    if not entries:
        raise BadInputError("CSV: no row has an amount; is it the right export?")
    return Statement("CSV", max(each.settled_on for each in entries), entries, len(read_) - len(entries))


def _rows(text: str) -> list[_Row]:
    """Rows that are not blank, each with its line's number; commas, semicolons or tabs divide them."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise _refused(reader.line_num, f"{error}; does the file break off?") from None


def _columns(heading: Sequence[str]) -> dict[str, int]:
    """Where each thing stands."""
    found = {}
    for what, names in COLUMNS.items():
        known = [name for name in names if name in heading]
        if known:
            found[what] = heading.index(known[0])
    _require(found, "date")
    if not found.keys() & {"credit", "debit"}:
        _require(found, "amount")
    if not found.keys() & {"description", "reference"}:
        _require(found, "description")
    return found


def _require(found: Mapping[str, int], what: str) -> None:
    if what not in found:
        names = ", ".join(COLUMNS[what])
        raise BadInputError(f"CSV: the column {what} is missing; give one of the columns the heading {names}")


def _entry(row: Sequence[str], columns: Mapping[str, int], place: int, width: int) -> BankEntry:
    if len(row) < width:
        raise _refused(place, f"{len(row)} columns where the heading has {width}; does the file break off?")

    def told(what: str) -> str:
        return row[columns[what]].strip() if what in columns else ""

    if "amount" in columns:
        cents = _cents(told("amount"), place)
        if told("side").lower() in _OUT:
            cents = -abs(cents)
    else:
        cents = _cents(told("credit"), place) - abs(_cents(told("debit"), place))  # debits with a minus or without
    used = {place for what, place in columns.items() if what != "side"}
    others = [cell for place, cell in enumerate(row) if place not in used]
    texts = [told("description"), *others]
    trace, originator = trn([*texts, told("reference")])
    return BankEntry(
        settled_on=_day(told("date"), place),
        cents=cents,
        reference=told("reference"),
        trace=trace,
        originator=originator,
        payer=told("payer"),
        description=described(texts),
        account=told("account"),
    )


def _cents(text: str, place: int) -> int:
    """Cents of an amount as people write it: ``$1,234.56``, ``-5.00``, ``(5.00)``."""
    try:
        return cents_as_written(text) if text else 0
    except ValueError:
        raise _refused(
            place, "its amount cannot be read; dollars with at most two decimals are expected, as 1234.56 or 1,234.56"
        ) from None


def _day(text: str, place: int) -> date:
    for form in _DATES:
        try:
            found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
        if found.year >= _FIRST_YEAR:
            return found
    raise _refused(place, "its date cannot be read; YYYY-MM-DD or MM/DD/YYYY is expected")


def _refused(place: int, why: str) -> BadInputError:
    return BadInputError(f"CSV line {place}: {why}; nothing of the file was kept")
