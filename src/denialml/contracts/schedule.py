"""A payer's own fee schedule, from CSV."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from denialml.errors import BadInputError

_COLUMNS: Final = ("code", "modifier", "place", "cents", "effective", "end")
_NEEDED: Final = frozenset({"code", "cents"})
_PLACES: Final = frozenset({"", "facility", "nonfacility"})
_CODE: Final = re.compile(r"[A-Z0-9]{5}")
_MODIFIER: Final = re.compile(r"([A-Z0-9]{2})?")


@dataclass(frozen=True, slots=True, order=True)
class Fee:
    """A fee for one unit in cents, from ``effective`` to ``end``, both days included."""

    effective: date
    end: date
    cents: int


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Fees by code, modifier and place (``facility``, ``nonfacility``, or empty for both). ``digest`` is its text's."""

    name: str
    digest: str
    fees: Mapping[tuple[str, str, str], tuple[Fee, ...]]

    def fee(self, code: str, modifier: str, place: str, on: date) -> Fee | None:
        """The fee in force on a day, of exactly this modifier and place."""
        return next((fee for fee in self.fees.get((code, modifier, place), ()) if fee.effective <= on <= fee.end), None)


def read_schedule(text: str, name: str) -> FeeSchedule:
    """A fee schedule with a title row and the columns ``code``, ``cents`` and, where wanted, ``modifier``, ``place``,
    ``effective`` and ``end`` (ISO dates); ``name`` is the file's, named in messages and steps.

    Raises:
        BadInputError: a column is missing or unknown, a value is of another kind, or two fees hold on the same day.
    """  # noqa: D205 - one sentence
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="", restval="")
    columns = [column.strip() for column in reader.fieldnames or ()]
    if not set(columns) >= _NEEDED or not set(columns) <= set(_COLUMNS) or len(set(columns)) < len(columns):
        raise BadInputError(f"{name}: the columns are {', '.join(_COLUMNS)}, each once; code and cents must be there")
    fees: dict[tuple[str, str, str], list[Fee]] = {}
    for key, fee in _rows(reader, name):
        fees.setdefault(key, []).append(fee)
    for key, found in fees.items():
        found.sort()
        if any(before.end >= after.effective for before, after in pairwise(found)):
            raise BadInputError(f"{name}: two fees of {' '.join(filter(None, key))} hold on the same day: set `end`")
    digest = hashlib.sha256(text.encode()).hexdigest()
    return FeeSchedule(name, digest, {key: tuple(found) for key, found in fees.items()})


def _rows(reader: Iterable[Mapping[str, str]], name: str) -> Iterator[tuple[tuple[str, str, str], Fee]]:
    for number, cells in enumerate(reader, 2):
        row = {column.strip(): value.strip() for column, value in cells.items() if column}
        if any(cells.get("", ())):
            raise BadInputError(f"{name}, row {number}: more cells than columns; is there a comma in an amount?")
        if not any(row.values()):
            continue
        code, modifier, place = row["code"].upper(), row.get("modifier", "").upper(), row.get("place", "").lower()
        if not _CODE.fullmatch(code) or not _MODIFIER.fullmatch(modifier) or place not in _PLACES:
            raise BadInputError(
                f"{name}, row {number}: a code of five letters and digits, a modifier of two or none, and as place "
                "facility, nonfacility or none are expected"
            )
        yield (code, modifier, place), _fee(row, f"{name}, row {number}")


def _fee(row: Mapping[str, str], where: str) -> Fee:
    cents = row["cents"]
    if not cents.isascii() or not cents.isdecimal():
        raise BadInputError(f"{where}: cents are a whole number, such as 9250 for $92.50")
    try:
        first = date.fromisoformat(row["effective"]) if row.get("effective") else date.min
        last = date.fromisoformat(row["end"]) if row.get("end") else date.max
    except ValueError:
        raise BadInputError(f"{where}: days are written as 2026-01-31") from None
    if last < first:
        raise BadInputError(f"{where}: the fee ends before it begins")
    return Fee(first, last, int(cents))
