"""Count history as of each line's day: prefix sums over events sorted by (key, day), looked up by binary search.

For each level every event, and every question (a line on its day T), becomes one integer: ``key * span + day``. The
events are sorted once and their shares summed up from the first to the last. What came within ``w`` days before T is
then a difference of two prefix sums, those before ``(key, T)`` less those before ``(key, T - w)``. An event of day T
sorts at, not before, ``(key, T)``: neither it nor a later one can be seen.

The work is one sort a level, however skewed its keys. All sums are of whole numbers, so nothing depends on the order
of adding or on the number of threads. DuckDB's RANGE windows give the same numbers in several times the processor time
at this many levels (measured in docs/reference/features.md), and its ASOF joins are no faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from denialml.features.feature import Level
from denialml.features.history import YEAR_DAYS
from denialml.features.vocabulary import FAMILIES

Whole: TypeAlias = NDArray[np.integer[Any]]

WIDEST_CODE: Final = 2**62
"""A code must fit a signed 64-bit integer; keys with more combinations are renumbered on the way."""

PAID_SHARES: Final = ("paid_lines", "paid_charge_cents", "paid_allowed_cents")
LINE_SHARES: Final = ("claims", "usual_charge_cents", "usual_milliunits")
"""What outcomes and lines count for beside themselves; columns of ``claimlines.OUTCOME_EVENTS`` and ``LINE_EVENTS``."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One column added up over a window's events: its name, the share of each event, the window in days."""

    name: str
    share: str
    window_days: int


@dataclass(frozen=True, slots=True)
class Events:
    """Events of one source: the line each belongs to, its day, and what it counts for, by the names of shares.

    ``happened`` holds a mask for each kind of recency.
    """

    position: Whole
    day: Whole
    shares: Mapping[str, NDArray[Any]]
    happened: Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Facts:
    """All lines in order: the day each asks on, its key columns as numbers, how many numbers each has, and the events.

    ``first_day`` and ``span_days`` cover the days of lines and events, counted from 1970-01-01.
    """

    day: Whole
    codes: Mapping[str, Whole]
    sizes: Mapping[str, int]
    events: Mapping[str, Events]
    first_day: int
    span_days: int


def tallies(level: Level) -> tuple[Tally, ...]:
    """What a level adds up. ``lines`` counts events; other shares are named by their source's events."""
    return tuple(_tallies(level))


def _tallies(level: Level) -> Iterator[Tally]:
    for days in level.windows:
        yield Tally(f"lines_{days}", "lines", days)
        if level.source == "outcomes":
            yield Tally(f"denied_{days}", "denied", days)
    for family in level.families:
        yield Tally(f"{family}_{YEAR_DAYS}", family, YEAR_DAYS)
    if level.keeps_allowed:
        for share in PAID_SHARES:
            yield Tally(f"{share}_{YEAR_DAYS}", share, YEAR_DAYS)
    for share in level.shares:
        yield Tally(f"{share}_{YEAR_DAYS}", share, YEAR_DAYS)


def outcome_events(position: Whole, columns: Mapping[str, NDArray[Any]]) -> Events:
    """The events of first adjudications, from the columns of ``claimlines.OUTCOME_EVENTS``."""
    denied = columns["is_denied"]
    families = {name: denied & (columns["family"] == number) for number, name in enumerate(FAMILIES)}
    paid = {name: columns[name] for name in PAID_SHARES}
    return Events(
        position=position,
        day=columns["day"],
        shares={"denied": denied, **families, **paid},
        happened={"denial": denied, "payment": ~denied, **families},
    )


def line_events(columns: Mapping[str, NDArray[Any]]) -> Events:
    """The events of lines that became ready, from the columns of ``claimlines.LINE_EVENTS``."""
    count = len(columns["day"])
    return Events(
        position=np.arange(count),
        day=columns["day"],
        shares={name: columns[name] for name in LINE_SHARES},
        happened={"line": np.ones(count, dtype=np.bool_)},
    )


def keys(level: Level, facts: Facts, room: int) -> Whole:
    """One number for each line, equal where all key columns are equal, small enough to leave ``room`` values beside."""
    combined = np.zeros(len(facts.day), dtype=np.int64)
    size = 1
    for column in level.keys:
        if size * facts.sizes[column] * room >= WIDEST_CODE:
            values, combined = np.unique(combined, return_inverse=True)
            size = len(values)
        combined = combined * facts.sizes[column] + facts.codes[column]
        size *= facts.sizes[column]
    return combined


def count(level: Level, facts: Facts) -> Iterator[tuple[str, NDArray[Any]]]:
    """Each tally and recency of a level by its name, in the order of lines. Days since are NaN when never."""
    events = facts.events[level.source]
    key = keys(level, facts, facts.span_days)
    asked, place = _distinct(key * facts.span_days + facts.day - facts.first_day)
    asked_on = asked % facts.span_days
    base = asked - asked_on
    seen_order, seen = _sorted(key[events.position] * facts.span_days + events.day - facts.first_day)
    before = np.searchsorted(seen, asked)
    for window_days, added in groupby(sorted(tallies(level), key=_window), key=_window):
        since = np.searchsorted(seen, base + np.maximum(asked_on - window_days, 0))
        for tally in added:
            yield tally.name, _added(events, tally.share, seen_order, before, since)[place]
    for kind in level.days_since:
        latest = _latest(events.happened[kind][seen_order], seen)[before]
        yield f"days_since_{kind}", np.where(latest >= base, asked - latest, np.nan).astype(np.float32)[place]


def _window(tally: Tally) -> int:
    return tally.window_days


def _distinct(codes: Whole) -> tuple[Whole, Whole]:
    """The codes without repetition, sorted, and the place of each code among them: many lines ask the same question."""
    order, in_order = _sorted(codes)
    fresh = np.ones(len(codes), dtype=np.bool_)
    np.not_equal(in_order[1:], in_order[:-1], out=fresh[1:])
    place = np.empty(len(codes), dtype=np.int32)
    place[order] = np.cumsum(fresh, dtype=np.int32) - 1
    return in_order[fresh], place


def _sorted(codes: Whole) -> tuple[Whole, Whole]:
    """The order that sorts the codes, and the codes so sorted.

    A code and its place in one integer sort several times faster than an argsort; the widest codes leave no room.
    """
    room = max(1, len(codes) - 1).bit_length()
    if len(codes) == 0 or int(codes.max()) >= 1 << (62 - room):
        order = np.argsort(codes, kind="stable")
        return order, codes[order]
    packed = (codes.astype(np.int64) << room) | np.arange(len(codes))
    packed.sort()
    return packed & ((1 << room) - 1), packed >> room


def _added(events: Events, share: str, order: Whole, before: Whole, since: Whole) -> Whole:
    """What the events between two positions of the sorted order add up to."""
    if share == "lines":
        return (before - since).astype(np.int32)
    values = events.shares[share]
    whole = np.int32 if values.dtype == np.bool_ else np.int64
    sums: Whole = np.zeros(len(order) + 1, dtype=whole)
    np.cumsum(values[order], dtype=whole, out=sums[1:])
    difference: Whole = sums[before] - sums[since]
    return difference


def _latest(happened: NDArray[np.bool_], seen: Whole) -> Whole:
    """For each place in the sorted order the code of the latest event before it that happened, of any key, or -1."""
    latest = np.full(len(seen) + 1, -1, dtype=np.int64)
    np.maximum.accumulate(np.where(happened, seen, -1), out=latest[1:])
    return latest
