"""What the releases of a table say together, and what changed from one to the next.

A key is weighed by its rows' numbers: rows that say the same have the same number in one :class:`Packer`, so that whole
tables are compared and joined as arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from denialml.codes.kinds import Kind
from denialml.codes.packed import Packed, Packer
from denialml.codes.rows import Row
from denialml.codes.shapes import text_of

Content = Sequence[Packed[Any]]  # what the files of one release gave a table

_Numbers = npt.NDArray[np.uint64]
_DAY: Final = timedelta(days=1)
_DROP: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Changes:
    """What a release changed: counts of keys, and some of each kind as examples."""

    added: int
    removed: int
    changed: int
    examples: tuple[str, ...]


def merge(kind: Kind, releases: Sequence[tuple[date, Content]]) -> Packer:
    """One table from its releases, oldest first, each with its first day.

    Of a dated kind the newest release that has a key speaks for it; what it lacks ended before it began.
    Of another kind a release's rows stand until the next release, and longer when that one repeats them.
    """
    return _merge_dated(releases) if kind.dated else _merge_standing(releases)


def compare(before: Content, after: Content, examples: int) -> Changes:
    """What changed between two releases of a table."""
    packer = Packer()
    (old_keys, old), (new_keys, new) = (_gathered(content, packer.number) for content in (before, after))
    every = _union(old_keys, new_keys)
    old_pairs, new_pairs = _union(_pairs(every, old_keys, old)), _union(_pairs(every, new_keys, new))
    pairs = _union(old_pairs[~_among(old_pairs, new_pairs)], new_pairs[~_among(new_pairs, old_pairs)])
    differing = _union(every[pairs >> np.uint64(32)])
    added, removed = ~_among(differing, _union(old_keys)), ~_among(differing, _union(new_keys))
    kinds = (("added", added), ("removed", removed), ("changed", ~(added | removed)))
    words = [f"{word} {text_of(int(key))}" for word, which in kinds for key in differing[which][:examples]]
    counts = [int(which.sum()) for _, which in kinds]
    return Changes(counts[0], counts[1], counts[2], tuple(words))


def _merge_dated(releases: Sequence[tuple[date, Content]]) -> Packer:
    packer = Packer()
    spoken: _Numbers = np.zeros(0, np.uint64)
    until: date | None = None
    for effective, content in reversed(releases):
        keys, numbers = _gathered(content, _closing(packer, until))
        wanted = (numbers != _DROP) & ~_among(keys, spoken)
        packer.extend(keys[wanted], numbers[wanted])
        spoken = _union(spoken, keys)
        until = effective - _DAY
    return packer


def _closing(packer: Packer, until: date | None) -> Callable[[Row], int]:
    """Number rows as they stand when none may stand after a day."""

    def number(row: Row) -> int:
        if until is None or (row.end is not None and row.end <= until):
            return packer.number(row)
        return packer.number(msgspec.structs.replace(row, end=until)) if row.effective <= until else _DROP

    return number


def _merge_standing(releases: Sequence[tuple[date, Content]]) -> Packer:
    undated = Packer()
    loaded = [(effective, *_gathered(content, undated.number)) for effective, content in releases]
    every = _union(*(keys for _, keys, _ in loaded))
    rows = {number: row for _, content in releases for row, number in _numbered(content, undated.number)}
    packer = Packer()
    standing: _Numbers = np.zeros(0, np.uint64)
    since: npt.NDArray[np.int64] = np.zeros(0, np.int64)  # ordinal of the day each standing pair began
    for effective, keys, numbers in loaded:
        pairs = _union(_pairs(every, keys, numbers))
        gone = ~_among(standing, pairs)
        _file(packer, every, rows, standing[gone], since[gone], effective - _DAY)
        began = np.full(len(pairs), effective.toordinal(), np.int64)
        lasting = _among(pairs, standing)
        began[lasting] = since[~gone]
        standing, since = pairs, began
    _file(packer, every, rows, standing, since, None)
    return packer


def _file(
    packer: Packer,
    every: _Numbers,
    rows: dict[int, Row],
    pairs: _Numbers,
    since: npt.NDArray[np.int64],
    end: date | None,
) -> None:
    """File standing rows with their days."""
    numbers = pairs & np.uint64(_DROP)
    kinds, which = np.unique(np.stack([numbers.astype(np.int64), since]), axis=1, return_inverse=True)
    dated = [packer.number(_dated(rows[int(number)], date.fromordinal(int(day)), end)) for number, day in kinds.T]
    packer.extend(every[pairs >> np.uint64(32)], np.array(dated, np.uint64)[which.reshape(-1)])


def _dated(row: Row, effective: date, end: date | None) -> Row:
    ends = [day for day in (row.end, end) if day is not None]
    return msgspec.structs.replace(row, effective=max(row.effective, effective), end=min(ends, default=None))


def _gathered(content: Content, number: Callable[[Row], int]) -> tuple[_Numbers, _Numbers]:
    """The keys and row numbers of a release's files together."""
    keys, numbers = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)]
    for packed in content:
        known = np.array([number(row) for row in packed.distinct_rows()], np.uint64)
        keys.append(np.frombuffer(packed.keys, np.uint64) if len(packed) else keys[0])
        numbers.append(known[np.frombuffer(packed.numbers, np.uint32)] if len(packed) else numbers[0])
    return np.concatenate(keys), np.concatenate(numbers)


def _numbered(content: Content, number: Callable[[Row], int]) -> list[tuple[Row, int]]:
    return [(row, number(row)) for packed in content for row in packed.distinct_rows()]


def _pairs(every: _Numbers, keys: _Numbers, numbers: _Numbers) -> _Numbers:
    """Each key's place among all keys and its row's number, as one number."""
    return (np.searchsorted(every, keys).astype(np.uint64) << np.uint64(32)) | numbers


def _union(*arrays: _Numbers) -> _Numbers:
    """The different numbers of arrays, ascending. Runs that are sorted already cost little, unlike in ``np.unique``."""
    ordered = np.sort(np.concatenate([np.zeros(0, np.uint64), *arrays]), kind="stable")
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def _among(numbers: _Numbers, ordered: _Numbers) -> npt.NDArray[np.bool_]:
    """Which of the numbers stand in an ascending array."""
    if not len(ordered):
        return np.zeros(len(numbers), np.bool_)
    places = np.minimum(np.searchsorted(ordered, numbers), len(ordered) - 1)
    found: npt.NDArray[np.bool_] = ordered[places] == numbers
    return found
