"""A code table as one file that is mapped, not read: sorted keys, and each different row once.

Opening costs nothing, a lookup is a binary search over the mapping (21 steps for 2.5 million keys), and processes share
the pages. Layout, little-endian: magic, counts of keys, rows and row bytes; the keys (8 bytes each, ascending); the row
number of each key (4 bytes each, padded to 8); where each row begins and the last ends (8 bytes each); the rows.
"""

from __future__ import annotations

import mmap
import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import msgspec

from denialml.codes.rows import Row
from denialml.codes.shapes import key_of
from denialml.errors import StorageError

_MAGIC: Final = b"denialm1"
_HEADER: Final = struct.Struct("<8sQQQ")
_CACHED_ROWS: Final = 65_536

_R = TypeVar("_R", bound=Row)


class Packed(Generic[_R]):
    """A packed table over a buffer. Keys may stand several times, once for each interval or fact."""

    __slots__ = ("_offsets", "_pool", "_row", "keys", "numbers")

    def __init__(self, buffer: Any, row: type[_R], name: str) -> None:
        whole = memoryview(buffer)
        try:
            magic, count, distinct, size = _HEADER.unpack_from(whole)
        except struct.error as error:
            raise StorageError(f"{name}: cut short; load the table's files again") from error
        parts = (8 * count, _padded(4 * count), 8 * (distinct + 1), size)
        if magic != _MAGIC or len(whole) != _HEADER.size + sum(parts) or sys.byteorder != "little":
            raise StorageError(f"{name}: not a code table of this version; load the table's files again")
        at = _HEADER.size
        self.keys = whole[at : at + parts[0]].cast("Q")
        at += parts[0]
        self.numbers = whole[at : at + 4 * count].cast("I")
        at += parts[1]
        self._offsets = whole[at : at + parts[2]].cast("Q")
        self._pool = whole[at + parts[2] :]
        decode, offsets, pool = msgspec.msgpack.Decoder(row).decode, self._offsets, self._pool
        self._row = lru_cache(maxsize=_CACHED_ROWS)(lambda number: decode(pool[offsets[number] : offsets[number + 1]]))

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, text: str, on: date | None) -> _R | None:
        """The row of a key that stands on a day, the one that began last; without a day, the newest of all."""
        best = None
        for row in self.rows(text):
            if (on is None or row.in_force(on)) and (best is None or row.effective >= best.effective):
                best = row
        return best

    def rows(self, text: str) -> list[_R]:
        """Every row filed under a key, whatever its days."""
        key = key_of(text)
        if key is None:
            return []
        keys = self.keys
        index, count = bisect_left(keys, key), len(keys)
        found: list[_R] = []
        while index < count and keys[index] == key:
            found.append(self._row(self.numbers[index]))
            index += 1
        return found

    def span(self, low: int, high: int) -> memoryview:
        """The keys from ``low`` up to, not including, ``high``."""
        return self.keys[bisect_left(self.keys, low) : bisect_left(self.keys, high)]

    def distinct_rows(self) -> list[_R]:
        """The different rows, by number."""
        return [self._row(number) for number in range(len(self._offsets) - 1)]


def open_packed(path: Path, row: type[_R]) -> Packed[_R]:
    """Map a packed table.

    Raises:
        StorageError: it is missing, cut short, or of another version.
    """
    try:
        with path.open("rb") as stream:
            return Packed(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ), row, path.name)
    except (OSError, ValueError) as error:  # an empty file cannot be mapped
        raise StorageError(f"{path.name}: cannot be opened ({error}); load the table's files again") from error


class Packer:
    """Gathers keys and rows in any order, and packs them."""

    def __init__(self) -> None:
        self._keys = array("Q")
        self._numbers = array("I")
        self._known: dict[bytes, int] = {}
        self._encode = msgspec.msgpack.Encoder().encode

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: int, row: Row) -> None:
        """File a row under a key."""
        self._keys.append(key)
        self._numbers.append(self.number(row))

    def number(self, row: Row) -> int:
        """The number of a row, the same for equal rows."""
        return self._known.setdefault(self._encode(row), len(self._known))

    def extend(self, keys: Any, numbers: Any) -> None:
        """File rows by number (:meth:`number`) under keys, both numpy arrays of one length."""
        self._keys.frombytes(keys.astype("<u8").tobytes())
        self._numbers.frombytes(numbers.astype("<u4").tobytes())

    def packed(self, row: type[_R], name: str) -> Packed[_R]:
        """What was gathered, in memory."""
        return Packed(b"".join(self.pieces()), row, name)

    def pieces(self) -> Iterator[bytes]:
        """The bytes of a packed table, sorted by key; rows of one key keep the order they came in."""
        import numpy as np

        keys = np.array(self._keys, dtype="<u8")
        order = np.argsort(keys, kind="stable")
        numbers = np.array(self._numbers, dtype="<u4")[order]
        lengths = np.fromiter(map(len, self._known), dtype="<u8", count=len(self._known))
        offsets = np.concatenate([np.zeros(1, "<u8"), np.cumsum(lengths, dtype="<u8")])
        yield _HEADER.pack(_MAGIC, len(keys), len(self._known), int(offsets[-1]))
        yield keys[order].tobytes()
        yield numbers.tobytes().ljust(_padded(4 * len(keys)), b"\0")
        yield offsets.tobytes()
        yield b"".join(self._known)


def _padded(size: int) -> int:
    return (size + 7) // 8 * 8
