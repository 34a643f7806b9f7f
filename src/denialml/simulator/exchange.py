"""Between a practice and one payer: claims out through the clearinghouse, answers back on the payer's pay days.

Everything passes as files. What waits is sent on the payer's send days, a file for each kind: claims, corrected claims,
claims to the second payer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from denialml import x12
from denialml.claims import Claim, Party
from denialml.simulator.accounts import Account
from denialml.simulator.clearinghouse import Clearinghouse, RefusedClaim
from denialml.simulator.decisions import Decision
from denialml.simulator.faults import Faults
from denialml.simulator.payer import Payer
from denialml.simulator.record import Record
from denialml.simulator.wire import Damage, WireFile, damaged
from denialml.x12 import ClaimBatch, Envelope
from denialml.x12.events import ClaimRead

_WRITTEN_AT: Final = time(17, 30)
_DAMAGES: Final = tuple(Damage)

Decide = Callable[[Claim, date], Decision]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claim to be sent, how its payer comes to a decision about it, and the account it belongs to."""

    account: Account
    claim: Claim
    decide: Decide


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a file: the decisions on the claims that reached the payer, and what came back.

    ``again`` is the whole file when it was rejected by a TA1 or 999.
    """

    decisions: tuple[tuple[Parcel, Decision], ...] = ()
    refused: tuple[tuple[Parcel, RefusedClaim], ...] = ()
    again: tuple[Parcel, ...] = ()


class Outbox:
    """Writes a practice's 837 files, numbered one after another, and hands them to the clearinghouse."""

    def __init__(self, submitter: Party, clearinghouse: Clearinghouse, faults: Faults, record: Record) -> None:
        self._submitter = submitter
        self._clearinghouse = clearinghouse
        self._faults = faults
        self._record = record
        self._number = 0

    def write(self, payer: Payer, day: date, claims: Sequence[Claim]) -> bytes:
        """Claims to one payer as the next 837 file."""
        self._number += 1
        party = payer.party
        moment = datetime.combine(day, _WRITTEN_AT)
        envelope = Envelope(self._submitter.identifier, party.identifier, self._number, moment, "P")
        receiver = Party(name=party.name, id_qualifier="46", identifier=party.identifier)
        return x12.write(ClaimBatch(envelope, self._submitter, receiver, claims))

    def send(self, payer: Payer, kind: str, day: date, parcels: Sequence[Parcel]) -> Sent:
        """Send claims in one file; ``kind`` is empty, ``corrected`` or ``secondary``. What arrives is decided."""
        key = f"{payer.key}-{kind}" if kind else payer.key
        content = self._spoilt(self.write(payer, day, [parcel.claim for parcel in parcels]), key, day)
        self._record.store(WireFile.of("sent", day, key, "837", content))
        intake = self._clearinghouse.take(content, key, day, payer)
        self._record.store(*intake.files)
        if intake.damaged:
            return Sent(again=tuple(parcels))
        by_number = {parcel.claim.control_number: parcel for parcel in parcels}
        return Sent(
            _decided(intake.accepted, day, by_number) if intake.accepted else (),
            tuple((by_number[refused.control_number], refused) for refused in intake.refused),
        )

    def _spoilt(self, content: bytes, key: str, day: date) -> bytes:
        if not self._faults.strikes("damaged-837", f"{key} {day}"):
            return content
        damage = _DAMAGES[self._number % len(_DAMAGES)]
        self._faults.put("damaged-837", day, f"sent/{day:%Y%m%d}-{key}.837")
        return damaged(content, damage)


def _decided(content: bytes, day: date, by_number: Mapping[str, Parcel]) -> tuple[tuple[Parcel, Decision], ...]:
    """What the payer decides of each claim that it reads in the file."""
    decided = []
    for event in x12.read(content):
        if isinstance(event, ClaimRead):
            parcel = by_number[event.claim.control_number]
            decided.append((parcel, parcel.decide(event.claim, day)))
    return tuple(decided)
