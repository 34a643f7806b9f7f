"""Kinds of values in a payer's file: how the reference names them and how a wrong one is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a payer's file, at ``path`` (keys and places from 0), with what to do about it."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A single value: its name in the reference and whether a value is of it."""

    name: str
    fits: Callable[[Any], bool]

    def problems(self, value: Any, path: Path, what: str) -> Iterator[Problem]:
        """The problem with a value of this kind, if there is one."""
        if not self.fits(value):
            yield Problem(path, f"{what} is {_shown(value)}: write {self.name}")


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a table: what values it takes, what it means, whether it may be left out."""

    kind: Kind | Table | Rows | Each
    says: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with named entries."""

    fields: Mapping[str, Field]
    name: str = "a table"

    def problems(self, value: Any, path: Path, what: str) -> Iterator[Problem]:
        """Unknown, missing and wrong entries."""
        if not isinstance(value, dict):
            yield Problem(path, f"{what} is {_shown(value)}: write its entries, {', '.join(self.fields)}")
            return
        for name in value:
            if name not in self.fields:
                yield Problem((*path, name), f"unknown entry `{name}`: known are {', '.join(self.fields)}")
        for name, field in self.fields.items():
            if name in value:
                yield from field.kind.problems(value[name], (*path, name), f"`{name}`")
            elif field.required:
                yield Problem(path, f"{what} lacks `{name}`: add it, {field.says}")


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of tables of one shape."""

    table: Table
    name: str = "a list of tables"

    def problems(self, value: Any, path: Path, what: str) -> Iterator[Problem]:
        """What is wrong with each of the tables."""
        if not isinstance(value, list):
            yield Problem(path, f"{what} is {_shown(value)}: write a list, one entry a line after a dash")
            return
        for place, each in enumerate(value):
            yield from self.table.problems(each, (*path, place), f"entry {place + 1} of {what}")


@dataclass(frozen=True, slots=True)
class Each:
    """A mapping with one table of the same shape for each of some keys."""

    keys: tuple[str, ...]
    table: Table

    @property
    def name(self) -> str:
        """How the reference names it."""
        return f"a table for each of {', '.join(self.keys)}"

    def problems(self, value: Any, path: Path, what: str) -> Iterator[Problem]:
        """Keys unknown and missing, and what is wrong with each of the tables."""
        entries = Table({key: Field(self.table, "a table like the others") for key in self.keys})
        yield from entries.problems(value, path, what)


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _list_of(value: Any, fits: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and bool(value) and all(fits(each) for each in value)


def _mapping_of(value: Any, key: Callable[[Any], bool], entry: Callable[[Any], bool]) -> bool:
    return isinstance(value, dict) and all(key(name) and entry(each) for name, each in value.items())


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _shaped(pattern: str) -> Callable[[Any], bool]:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


_carc = _shaped(r"[A-Z]?\d{1,3}")
_rarc = _shaped(r"(M|MA|N)\d{1,4}")


def choice(*values: str) -> Kind:
    """One of some words."""
    return Kind("one of " + ", ".join(values), lambda value: isinstance(value, str) and value in values)


TEXT = Kind("text", _text)
DIGITS = Kind("digits in quotes", _shaped(r"\d+"))
STATE = Kind("two capital letters", _shaped(r"[A-Z]{2}"))
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
DAY = Kind("a date, year-month-day", lambda value: type(value) is date)
DAYS = Kind("days, a whole number from 0", lambda value: _whole(value, 0, 3660))
SOME_DAYS = Kind("days above 0", lambda value: _number(value, 1e-9, 3660))
YEARS = Kind("years, a whole number from 0", lambda value: _whole(value, 0, 130))
COUNT = Kind("a whole number from 0", lambda value: _whole(value, 0, 10**6))
DOLLARS = Kind("dollars from 0", lambda value: _number(value, 0, 10**7))
TIMES = Kind("a number above 0", lambda value: _number(value, 1e-9, 10**4))
WEIGHT = Kind("a weight from 0", lambda value: _number(value, 0, 10**6))
SHARE = Kind("a number from 0 to 1", lambda value: _number(value, 0, 1))
RATE = Kind("a number from 0, below 1", lambda value: _number(value, 0, 1 - 1e-9))
CHANCE = Kind("a probability above 0 and below 1", lambda value: _number(value, 1e-9, 1 - 1e-9))
CHANGE = Kind("a number from -1 to 1", lambda value: _number(value, -1, 1))
PERCENT = Kind("percent, a whole number from 1 to 100", lambda value: _whole(value, 1, 100))
WEEKDAYS = Kind("a list of weekdays, Monday 0 to Sunday 6", lambda v: _list_of(v, lambda day: _whole(day, 0, 6)))
MONTHS = Kind("a list of months, 1 to 12", lambda value: _list_of(value, lambda month: _whole(month, 1, 12)))
CODES = Kind("a list of codes, those of digits in quotes", lambda value: _list_of(value, _text))
LISTS = Kind("named lists of codes", lambda value: _mapping_of(value, _text, CODES.fits))
PROCEDURES = Kind("a list of codes or the name of one of `lists`", lambda value: _text(value) or CODES.fits(value))
CARC = Kind("a reason code (CARC) in quotes", _carc)
RARCS = Kind("a list of remark codes (RARC)", lambda value: _list_of(value, _rarc))
REASONS = Kind("weights by reason code", lambda v: bool(v) and _mapping_of(v, _carc, lambda w: _number(w, 0, 10**6)))
REMARKS = Kind("lists of remark codes by reason code", lambda value: _mapping_of(value, _carc, RARCS.fits))
WEIGHTS = Kind("weights by key", lambda v: bool(v) and _mapping_of(v, _text, lambda w: _number(w, 0, 10**6)))
CONDITIONAL = Kind("conditions", lambda value: isinstance(value, dict))
MEMBER_SHAPE = Kind(
    "`mbi`, or letters and digits by count such as `letters-3-digits-9`",
    _shaped(r"mbi|(letters?-\d+-)?digits-\d+"),
)
