"""Texts of elements to values and back. Parsing is cached: a remittance repeats few dates, amounts and codes.

Only texts that parse are cached, and each parser bounds the length of those, so that no cache grows with the input.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import lru_cache

from denialml.claims import Procedure
from denialml.money import cents_from_text, text_from_cents

_CACHED = 1 << 14  # entries a cache; about 150 bytes each, so 2.5 MB
_NUMBER = re.compile(r"-?(?:\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})\Z", re.ASCII)
_TIME = re.compile(r"(?:\d{4}|\d{6}|\d{8})\Z", re.ASCII)
_OTHER_MARK = re.compile(r"[A-Z]{2}[^A-Za-z0-9 ][A-Z0-9]{4,5}\b")  # HC>99213 where ISA16 says another
_LONGEST_CACHED_PROCEDURE = 120


class BadValueError(ValueError):
    """An element's text is not what the guide allows.

    ``text`` is kept to find the element it came from; it may identify a person and must not be shown.
    """

    def __init__(self, code: str, message: str, text: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.text = text


@lru_cache(_CACHED)
def cents(text: str) -> int:
    """Integer cents from a money element (data type R).

    Raises:
        BadValueError: ``bad-amount``.
    """
    try:
        return cents_from_text(text.strip())
    except ValueError as error:
        raise BadValueError("bad-amount", "not an amount of money with at most two decimals", text) from error


@lru_cache(_CACHED)
def number(text: str) -> Decimal:
    """A quantity (data type R) of at most 15 digits before and after the point.

    Raises:
        BadValueError: ``bad-number``.
    """
    stripped = text.strip()
    if not _NUMBER.match(stripped):
        raise BadValueError("bad-number", "not a plain decimal number", text)
    return Decimal(stripped)


@lru_cache(_CACHED)
def day(text: str) -> date:
    """A date from CCYYMMDD.

    Raises:
        BadValueError: ``bad-date``.
    """
    stripped = text.strip()
    if len(stripped) == 8 and stripped.isascii() and stripped.isdigit():
        with suppress(ValueError):  # no such day: the one refusal below
            return date(int(stripped[:4]), int(stripped[4:6]), int(stripped[6:]))
    raise BadValueError("bad-date", "not a date written CCYYMMDD", text)


@lru_cache(_CACHED)
def period(form: str, text: str) -> tuple[date, date | None, str]:
    """First day, last day of a range, and time, from DTP02 (``D8``, ``RD8``, ``DT``) and DTP03.

    Raises:
        BadValueError: ``bad-date``.
    """
    if form == "D8":
        return day(text), None, ""
    if form == "RD8":
        first, _, last = text.partition("-")
        try:
            return day(first), day(last), ""
        except BadValueError as error:
            raise BadValueError(error.code, "not a range written CCYYMMDD-CCYYMMDD", text) from error
    if form == "DT" and _TIME.match(text[8:]):
        try:
            return day(text[:8]), None, text[8:]
        except BadValueError as error:
            raise BadValueError(error.code, "not a date and time written CCYYMMDDHHMM", text) from error
    raise BadValueError("bad-date", "not a date in one of the forms D8, RD8 or DT", text)


def is_time(text: str) -> bool:
    """Whether a text is written HHMM, HHMMSS or HHMMSSDD."""
    return bool(_TIME.match(text))


def procedure(text: str, component: str) -> tuple[Procedure, bool]:
    """A procedure from composite C003, and whether the vocabulary has a place for all of it.

    Raises:
        BadValueError: ``missing-procedure``, without a code; ``wrong-component-separator``.
    """
    return (_procedure if len(text) <= _LONGEST_CACHED_PROCEDURE else _procedure.__wrapped__)(text, component)


@lru_cache(_CACHED)
def _procedure(text: str, component: str) -> tuple[Procedure, bool]:
    parts = text.split(component)
    if len(parts) == 1 and _OTHER_MARK.match(text):
        message = "its components are cut by another character than ISA16 announces; mend ISA16 and read it again"
        raise BadValueError("wrong-component-separator", message, text)
    if len(parts) < 2 or not parts[1]:
        raise BadValueError("missing-procedure", "a procedure needs a qualifier and a code", text)
    modifiers = tuple(part for part in parts[2:6] if part)
    description = parts[6] if len(parts) > 6 else ""
    return Procedure(parts[1], modifiers, parts[0], description), not any(parts[7:])


@lru_cache(_CACHED)
def money_text(amount_cents: int) -> str:
    """The shortest notation of an amount."""
    return text_from_cents(amount_cents)


@lru_cache(_CACHED)
def day_text(value: date) -> str:
    """CCYYMMDD."""
    return value.isoformat().replace("-", "")


@lru_cache(_CACHED)
def number_text(value: Decimal) -> str:
    """The shortest notation of a quantity, without an exponent.

    Raises:
        BadValueError: ``bad-number``; it is not finite or has too many digits.
    """
    text = format(value, "f") if value.is_finite() else ""
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = {"-0": "0", "": ""}.get(text, text)
    if not _NUMBER.match(text):
        raise BadValueError("bad-number", "a quantity has at most 15 digits before and after the point")
    return text
