"""Buckets of receivables, the day on which a thing is booked, and the digest of a closed period."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from denialml.ledger import BUCKETS, UNDATED, bucket_days, period_digest, posting_day

AS_OF = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("age", "bucket"),
    [
        (-400, "0-30"),
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-120"),
        (120, "91-120"),
        (121, "over-120"),
        (20_000, "over-120"),
    ],
)
def test_every_age_has_one_bucket(age: int, bucket: str) -> None:
    day = AS_OF - timedelta(days=age)
    assert [name for name, days in bucket_days(AS_OF).items() if days.holds(day)] == [bucket]


def test_the_undated_bucket_stands_apart() -> None:
    assert [*bucket_days(AS_OF), UNDATED] == list(BUCKETS)


@pytest.mark.parametrize(
    ("known_on", "closed_through", "expected"),
    [
        (date(2026, 1, 15), None, date(2026, 1, 15)),
        (date(2026, 1, 15), date(2025, 12, 31), date(2026, 1, 15)),
        (date(2026, 1, 15), date(2026, 1, 14), date(2026, 1, 15)),
        (date(2026, 1, 15), date(2026, 1, 15), date(2026, 1, 16)),
        (date(2026, 1, 15), date(2026, 1, 31), date(2026, 2, 1)),
    ],
)
def test_what_comes_late_is_booked_on_the_first_open_day(
    known_on: date, closed_through: date | None, expected: date
) -> None:
    assert posting_day(known_on, closed_through) == expected


def test_a_digest_tells_every_part_of_a_period() -> None:
    rows = [("key", "charge", 1, 500), ("key", "charge", 2, -500)]
    balances = {"ar_insurer": (500, 0), "revenue_charges": (0, 500)}
    told = {
        period_digest("", balances, rows),
        period_digest("before", balances, rows),
        period_digest("", {**balances, "ar_insurer": (500, 1)}, rows),
        period_digest("", balances, rows[:1]),
        period_digest("", balances, rows[::-1]),
        period_digest("", balances, []),
    }
    assert len(told) == 6
    assert period_digest("", dict(reversed(balances.items())), iter(rows)) in told


@pytest.mark.parametrize("as_of", [date.min, date(1, 2, 5), date.max])
def test_the_calendar_ends_no_bucket(as_of: date) -> None:
    for day in (date.min, as_of, date.max):
        assert any(days.holds(day) for days in bucket_days(as_of).values())
