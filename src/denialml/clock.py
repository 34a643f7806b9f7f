"""Dates as X12 writes them. There is no ``now()`` here: below ``service``, time is always an argument."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=8192)
def date_from_text(text: str) -> date:
    """A day from ``CCYYMMDD``.

    Raises:
        ValueError: not eight ASCII digits, or no such day.
    """
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise ValueError("not a date: eight digits CCYYMMDD are expected")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


@lru_cache(maxsize=8192)
def text_from_date(day: date) -> str:
    """``CCYYMMDD`` of a day."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def date_range_from_text(text: str) -> tuple[date, date]:
    """First and last day from ``CCYYMMDD-CCYYMMDD`` (format RD8), or the same day twice from ``CCYYMMDD``.

    Raises:
        ValueError: neither form, or the range ends before it starts.
    """
    first, dash, last = text.partition("-")
    start = date_from_text(first)
    end = date_from_text(last) if dash else start
    if end < start:
        raise ValueError("the range ends before it starts")
    return start, end


def age_in_years(birth: date, on: date) -> int:
    """Completed years of age on a day; negative when the day lies before birth."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
