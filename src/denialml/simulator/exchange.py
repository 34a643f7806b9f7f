"""Between a practice and one payer: claims out through the clearinghouse, answers back on the payer's pay days.

Everything passes as files. What waits is sent on the payer's send days, a file for each kind: claims, corrected claims,
claims to the second payer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

    def write(self, payer: Payer, day: date, claims: Sequence[Claim]) -> x12.Reading:
        """Claims to one payer as the next 837 file, and what its receiver reads in it."""
        self._number += 1
        party = payer.party
        moment = datetime.combine(day, _WRITTEN_AT)
        envelope = Envelope(self._submitter.identifier, party.identifier, self._number, moment, "P")
        receiver = Party(name=party.name, id_qualifier="46", identifier=party.identifier)
        return x12.written(ClaimBatch(envelope, self._submitter, receiver, claims))

    def send(self, payer: Payer, kind: str, day: date, parcels: Sequence[Parcel]) -> Sent:
        """Send claims in one file; ``kind`` is empty, ``corrected`` or ``secondary``. What arrives is decided."""
        key = f"{payer.key}-{kind}" if kind else payer.key
        file = self._spoilt(self.write(payer, day, [parcel.claim for parcel in parcels]), key, day)
        self._record.store(WireFile.of("sent", day, key, "837", file.content))
        intake = self._clearinghouse.take(file, key, day, payer)
        self._record.store(*intake.files)
        if intake.damaged:
            return Sent(again=tuple(parcels))
        by_number = {parcel.claim.control_number: parcel for parcel in parcels}
        arrived = [(by_number[claim.control_number], claim) for claim in intake.claims]
        return Sent(
            tuple((parcel, parcel.decide(claim, day)) for parcel, claim in arrived),
            tuple((by_number[refused.control_number], refused) for refused in intake.refused),
        )

    def _spoilt(self, file: x12.Reading, key: str, day: date) -> x12.Reading:
        if not self._faults.strikes("damaged-837", f"{key} {day}"):
            return file
        damage = _DAMAGES[self._number % len(_DAMAGES)]
        self._faults.put("damaged-837", day, f"sent/{day:%Y%m%d}-{key}.837")
        return x12.Reading.of(damaged(file.content, damage))
