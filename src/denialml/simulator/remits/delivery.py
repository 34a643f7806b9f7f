"""The way of a payer's files: on time, late, twice, cut off, or behind the file that followed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from denialml import x12
from denialml.simulator.decisions import Decision
from denialml.simulator.faults import FaultRow, Faults
from denialml.simulator.remits.sections import Hit
from denialml.x12 import Envelope, RemittanceBatch, RemittanceTransaction

_FOLDER: Final = "remits"
_AT: Final = time(5, 30)
_LONGEST_DELAY: Final = 6  # weeks


@dataclass(frozen=True, slots=True)
class Remit:
    """An 835 file as it arrives, with its name, and the decisions that it is the first to tell whole."""

    name: str
    content: bytes
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A file under way."""

    content: bytes
    decisions: tuple[Decision, ...] = ()
    hits: tuple[Hit, ...] = ()


class Mailroom:
    """Writes the files of one payer and delivers them; what was put into them is logged when they arrive."""

    def __init__(
        self, key: str, sender_id: str, receiver_id: str, faults: Faults, later: Callable[[date, int], date]
    ) -> None:
        self._key = key
        self._sender_id = sender_id
        self._receiver_id = receiver_id
        self._faults = faults
        self._later = later
        self._issued = 0
        self._waiting: dict[date, list[_Parcel]] = {}
        self._held: _Parcel | None = None

    @property
    def holds(self) -> bool:
        """Whether a file waits for the next one to overtake it."""
        return self._held is not None

    def post(
        self,
        day: date,
        transactions: Sequence[RemittanceTransaction],
        decisions: Sequence[Decision],
        hits: Sequence[Hit],
        fault: str,
        fate: float,
    ) -> None:
        """Write a file on its day and send it on its way, under a fault of the file or none.

        Raises:
            RefusedError: as :func:`denialml.x12.write` does.
        """
        parcel = _Parcel(self._written(day, transactions), tuple(decisions), tuple(hits))
        again = self._later(day, 1)
        struck = _Parcel(parcel.content, hits=(Hit(fault),))
        match fault:
            case "resent":
                self._send(day, parcel)
                self._send(again, _Parcel(self._written(again, transactions), hits=struck.hits))
            case "renamed":
                self._send(day, parcel)
                self._send(day, struck)
            case "delayed":
                late = day + timedelta(weeks=1 + int(fate * _LONGEST_DELAY))
                self._send(late, _Parcel(parcel.content, parcel.decisions, (*parcel.hits, *struck.hits)))
            case "truncated":
                cut = int(len(parcel.content) * (0.4 + 0.4 * fate))
                self._send(day, _Parcel(parcel.content[:cut], hits=struck.hits))
                self._send(again, _Parcel(self._written(again, transactions), parcel.decisions, parcel.hits))
            case "out-of-order":
                self._held = parcel
            case _:
                self._send(day, parcel)
                if self._held is not None:
                    self._send(day, self._held)
                    self._held = None

    def deliver(self, day: date) -> list[Remit]:
        """The files that arrive on a day, in their order."""
        return [self._arrived(day, place, parcel) for place, parcel in enumerate(self._waiting.pop(day, ()), 1)]

    def _send(self, day: date, parcel: _Parcel) -> None:
        self._waiting.setdefault(day, []).append(parcel)

    def _written(self, day: date, transactions: Sequence[RemittanceTransaction]) -> bytes:
        self._issued += 1
        envelope = Envelope(
            sender_id=self._sender_id,
            receiver_id=self._receiver_id,
            control_number=self._issued,
            created_at=datetime.combine(day, _AT),
            usage="P",
        )
        return x12.write(RemittanceBatch(envelope, transactions))

    def _arrived(self, day: date, place: int, parcel: _Parcel) -> Remit:
        name = f"{day:%Y%m%d}-{self._key}{f'-{place}' if place > 1 else ''}.835"
        self._faults.log += [
            FaultRow(hit.fault, day, f"{_FOLDER}/{name}", hit.control_number, hit.trace, hit.cents)
            for hit in parcel.hits
        ]
        return Remit(name, parcel.content, parcel.decisions)
