"""What travels between the practice and the others: files with a name, and interchanges numbered one after another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from denialml import x12
from denialml.claims import Value


@dataclass(frozen=True, slots=True)
class WireFile:
    """One file as it arrives or leaves: the folder of the history that keeps it, its name, its bytes."""

    folder: str
    name: str
    content: bytes

    @classmethod
    def of(cls, folder: str, day: date, key: str, kind: str, content: bytes) -> WireFile:
        """A file named by its day, so that names sort by time, by ``key`` (whose it is) and ``kind`` (``271``)."""
        return cls(folder, f"{day:%Y%m%d}-{key}.{kind}", content)


class Channel:
    """One direction from a sender to a receiver. Its interchanges are numbered from 1, and are written at one hour."""

    def __init__(self, sender_id: str, receiver_id: str, at: time) -> None:
        self._sender_id = sender_id
        self._receiver_id = receiver_id
        self._at = at
        self._number = 0

    def next_number(self) -> int:
        """The control number of the next interchange (ISA13)."""
        self._number += 1
        return self._number

    def moment(self, day: date) -> datetime:
        """When a file of that day is written."""
        return datetime.combine(day, self._at)

    def stamp(self, day: date) -> tuple[str, date, str]:
        """BHT03, BHT04 and BHT05 of the next message file: a number of its own, the day and the time (HHMM)."""
        return f"{day:%y%j}{self._number + 1:05d}", day, f"{self._at:%H%M}"

    def send(self, messages: Sequence[Value], day: date) -> x12.Reading:
        """Messages of one kind as an interchange, and what its receiver reads in it.

        Raises:
            RefusedError: as :func:`denialml.x12.write` does.
        """
        envelope = x12.Envelope(self._sender_id, self._receiver_id, self.next_number(), self.moment(day), "P")
        return x12.written(x12.MessageBatch(envelope, messages))


class Damage(StrEnum):
    """How a file is spoilt on its way, so that its receiver must refuse all of it."""

    SEGMENT_COUNT = "segment count"  # SE01 of each transaction set
    GROUP_NUMBER = "group number"  # GE02
    INTERCHANGE_NUMBER = "interchange number"  # IEA02


def damaged(content: bytes, damage: Damage) -> bytes:
    """An X12 file of one interchange, spoilt in one way; its claims can still be read by eye."""
    element, end = (re.escape(content[place : place + 1]) for place in (3, 105))
    # The segment up to the digits, the digits, and what follows them.
    pattern, digits = {
        Damage.SEGMENT_COUNT: (rb"(%sSE%s)(\d+)(%s)" % (end, element, element), 1),
        Damage.GROUP_NUMBER: (rb"(%sGE%s\d+%s)(\d+)(%s)" % (end, element, element, end), 1),
        Damage.INTERCHANGE_NUMBER: (rb"(%sIEA%s\d+%s)(\d+)(%s)" % (end, element, element, end), 9),
    }[damage]
    return re.sub(pattern, lambda found: found[1] + b"%0*d" % (digits, int(found[2]) + 1) + found[3], content)
