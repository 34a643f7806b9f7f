"""Closed periods of the books: on which day a thing is booked, and a digest by which a change shows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta


def posting_day(known_on: date, closed_through: date | None) -> date:
    """The accounting day of what is known from a day on: that day, or the first open one after a closed period."""
    return known_on if closed_through is None else max(known_on, closed_through + timedelta(1))


def period_digest(before: str, balances: Mapping[str, tuple[int, int]], rows: Iterable[tuple[object, ...]]) -> str:
    """SHA-256 of a closed period.

    Args:
        before: The digest of the period that it follows, or empty, so that a change shows in every later one.
        balances: Debits and credits in cents by account, as of its last day.
        rows: Its entries with their transactions, as plain values, in a fixed order.
    """
    total = hashlib.sha256(repr((before, sorted(balances.items()))).encode())
    for row in rows:
        total.update(repr(row).encode())
    return total.hexdigest()
