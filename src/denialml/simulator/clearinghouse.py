"""The clearinghouse: takes the practice's 837 files, answers each of them, and hands on what passes its edits.

Every file gets a TA1 and a 999. A file without a finding gets them from its control numbers; one with a finding goes
through validation, which is ten times as dear. Every claim of a file that is taken gets a 277CA: of the clearinghouse
(source ``AY``), and, if it passes, of the payer (source ``PR``), whose own front end may still refuse it. A refused
claim was never received: it starts no clock, and is sent again as an original.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Final, Protocol

from denialml import x12
from denialml.claims import (
    Claim,
    FunctionalAcknowledgement,
    InterchangeAcknowledgement,
    Party,
    SetAcknowledgement,
    StatusCode,
    Value,
    replace,
)
from denialml.errors import BadInputError
from denialml.simulator.clearinghouse_edits import PayerProfile, clearinghouse_edits
from denialml.simulator.receipts import Answerer, Judged, receipt
from denialml.simulator.wire import Channel, WireFile
from denialml.x12.acknowledge import acknowledge

_TAKEN: Final = StatusCode("A1", "19", "AY")  # the clearinghouse has the batch
_FORWARDED: Final = StatusCode("A0", "16", "PR")  # a claim goes on to its payer
_RECEIVED: Final = StatusCode("A1", "19", "PR")  # the payer has it
_ACCEPTED: Final = StatusCode("A2", "20", "PR")  # a claim is on its way into adjudication
_OWN_HOUR: Final = time(18, 10)
_PAYERS_HOUR: Final = time(22, 40)


class PayerRefusal(Protocol):
    """Why a payer's front end refuses a claim: the three codes of its status."""

    @property
    def category(self) -> str:
        """A claim status category (``A7``)."""
        ...

    @property
    def status(self) -> str:
        """A claim status code."""
        ...

    @property
    def entity(self) -> str:
        """Whom it is about (NM101), or empty."""
        ...


class FrontEnd(Protocol):
    """A payer, as far as taking claims in goes."""

    key: str

    @property
    def party(self) -> Party:
        """Who it is, as claims name it."""
        ...

    @property
    def data(self) -> Mapping[str, Any]:
        """Its policy data: the shape of member numbers, whether it has groups."""
        ...

    def refusal(self, claim: Claim, received_on: date) -> PayerRefusal | None:
        """Why the claim is sent back instead of being decided, or None."""
        ...


@dataclass(frozen=True, slots=True)
class RefusedClaim:
    """A claim sent back by a 277CA, with its status. ``by`` is ``clearinghouse`` or ``payer``."""

    control_number: str
    status: StatusCode
    by: str
    day: date


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a file: the answers to it, the bytes that reach the payer, the claims sent back.

    ``claims`` are those that are read in ``accepted``, which is None when no claim passes. When the file is
    ``damaged``, a TA1 or 999 rejects it: nothing of it was looked at, no claim is answered, and all of it is to be
    sent again.
    """

    files: tuple[WireFile, ...]
    accepted: bytes | None
    claims: tuple[Claim, ...] = ()
    refused: tuple[RefusedClaim, ...] = ()
    damaged: bool = False


@dataclass(slots=True)
class _Read:
    """An 837 as read: its sets, its claims, and whether the reader found anything to say."""

    sets: list[x12.Transaction] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    found: bool = False
    unread: str = ""  # the finding by which a claim could not be read


class Clearinghouse:
    """Between one practice and all of its payers. ``data`` is the content of ``clearinghouse.yaml``."""

    def __init__(self, data: Mapping[str, Any], submitter: Party) -> None:
        identity = data["identity"]
        self._identifier: str = identity["identifier"]
        self._self = Answerer(Party(identity["name"], id_qualifier="46", identifier=self._identifier), "AY", _TAKEN)
        self._submitter = submitter
        self._receiver = Party(submitter.name, id_qualifier="46", identifier=submitter.identifier)
        self._edits = clearinghouse_edits(data)
        self._complete = frozenset(data["complete_at_three"])
        self._profiles: dict[str, PayerProfile] = {}
        self._channel = Channel(self._identifier, submitter.identifier, _OWN_HOUR)
        self._payers: dict[str, Channel] = {}

    def take(self, sent: x12.Reading, key: str, day: date, payer: FrontEnd) -> Intake:
        """Take in one 837 of one interchange that the practice sends to a payer on a day. ``key`` names the answers.

        Raises:
            BadInputError: a claim of a sound file cannot be read.
        """
        content, read = sent.content, _read(sent)
        answers, sound = self._checked(content, day) if read.found else self._unchecked(content, read, day)
        files = [WireFile.of("acks", day, key, kind, answer) for kind, answer in answers]
        if not sound:
            return Intake(tuple(files), None, damaged=True)
        if read.unread:
            raise BadInputError(f"the clearinghouse cannot read a claim of {key}, {day}: {read.unread}")
        batch = _batch_reference(content)
        judged = [self._judged(claim, day, payer) for claim in read.claims]
        files.append(
            WireFile.of("acks", day, key, "277ca", self._answer(self._self, self._channel, batch, day, judged))
        )
        refused = [_told(each, "clearinghouse", day) for each in judged if each.refused]
        passed = [each.claim for each in judged if not each.refused]
        if passed:
            at_payer = [_at_payer(claim, day, payer) for claim in passed]
            own = Answerer(replace(payer.party, address=None, contacts=()), "PR", _RECEIVED)
            answer = self._answer(own, self._channel_of(payer), batch, day, at_payer)
            files.append(WireFile.of("acks", day, f"{key}-payer", "277ca", answer))
            refused += [_told(each, "payer", day) for each in at_payer if each.refused]
            passed = [each.claim for each in at_payer if not each.refused]
        goes_on = self._rewritten(content, read.sets[0], payer, passed) if refused and passed else sent
        accepted = goes_on.content if passed else None
        return Intake(tuple(files), accepted, goes_on.claims if passed else (), tuple(refused))

    def _judged(self, claim: Claim, day: date, payer: FrontEnd) -> Judged:
        profile = self._profiles.get(payer.key)
        if profile is None:
            profile = self._profiles[payer.key] = PayerProfile.of(payer.key, payer.data, self._complete)
        for edit in self._edits:
            if edit.refuses(claim, day, profile):
                return Judged(claim, edit.status, refused=True)
        return Judged(claim, _FORWARDED, refused=False)

    def _channel_of(self, payer: FrontEnd) -> Channel:
        channel = self._payers.get(payer.key)
        if channel is None:
            channel = Channel(payer.party.identifier, self._submitter.identifier, _PAYERS_HOUR)
            self._payers[payer.key] = channel
        return channel

    def _answer(self, of: Answerer, channel: Channel, batch: str, day: date, judged: Sequence[Judged]) -> bytes:
        return channel.send(receipt(of, self._receiver, batch, channel.stamp(day), judged), day).content

    # TA1 and 999

    def _unchecked(self, content: bytes, read: _Read, day: date) -> tuple[list[tuple[str, bytes]], bool]:
        """The TA1 and 999 of a file in which the reader found nothing."""
        first = read.sets[0]
        sets = tuple(SetAcknowledgement(each.set_id, each.control_number, each.version, "A") for each in read.sets)
        count = len(sets)
        group = FunctionalAcknowledgement(
            "HC", first.group_control_number, first.version, "A", count, count, count, sets=sets
        )
        answers: list[tuple[str, Value]] = [("ta1", _receipt(content)), ("999", group)]
        return [(kind, self._channel.send([message], day).content) for kind, message in answers], True

    def _checked(self, content: bytes, day: date) -> tuple[list[tuple[str, bytes]], bool]:
        """The TA1 and 999 of a file that is validated; whether all of it is accepted."""
        moment, number = self._channel.moment(day), self._channel.next_number()
        answers = []
        sound = True
        for answer in acknowledge(content, control_number=number, created_at=moment):
            said = x12.Reading.of(answer).messages
            sound = sound and all(getattr(message, "accepted", False) for message in said)
            answers.append(("ta1" if isinstance(said[0], InterchangeAcknowledgement) else "999", answer))
        for _ in answers[1:]:
            self._channel.next_number()
        if answers[0][0] != "ta1":
            answers.insert(0, ("ta1", self._channel.send([_receipt(content)], day).content))
        return answers, sound

    def _rewritten(
        self, content: bytes, first: x12.Transaction, payer: FrontEnd, claims: Sequence[Claim]
    ) -> x12.Reading:
        """The file without its refused claims, still of the practice and under the same numbers."""
        envelope = x12.Envelope(
            first.sender_id, first.receiver_id, int(first.interchange_control_number), _moment(content), first.usage
        )
        receiver = Party(payer.party.name, id_qualifier="46", identifier=payer.party.identifier)
        return x12.written(x12.ClaimBatch(envelope, self._submitter, receiver, claims))


def _at_payer(claim: Claim, day: date, payer: FrontEnd) -> Judged:
    refusal = payer.refusal(claim, day)
    if refusal is None:
        return Judged(claim, _ACCEPTED, refused=False)
    return Judged(claim, StatusCode(refusal.category, refusal.status, refusal.entity), refused=True)


def _told(judged: Judged, by: str, day: date) -> RefusedClaim:
    return RefusedClaim(judged.claim.control_number, judged.status, by, day)


def _read(sent: x12.Reading) -> _Read:
    read = _Read()
    for event in sent.events:
        match event:
            case x12.ClaimRead(claim=claim, unmodelled=unmodelled):
                read.claims.append(claim)
                read.found = read.found or bool(unmodelled)
            case x12.Transaction():
                read.sets.append(event)
            case x12.TransactionEnd(complete=complete):
                read.found = read.found or not complete
            case x12.Refused(finding=finding):
                read.unread = finding.code
                read.found = True
            case _:
                read.found = True
    read.found = read.found or not read.claims
    return read


# The ISA has fixed widths: its day, time and control number stand where they always do.


def _moment(content: bytes) -> datetime:
    return datetime.strptime(content[70:76].decode() + content[77:81].decode(), "%y%m%d%H%M")  # noqa: DTZ007 - local


def _receipt(content: bytes) -> InterchangeAcknowledgement:
    moment = _moment(content)
    return InterchangeAcknowledgement(content[90:99].decode(), moment.date(), f"{moment:%H%M}", "A")


def _batch_reference(content: bytes) -> str:
    """BHT03 of the first transaction set."""
    element, end = content[3:4], content[105:106]
    return content.partition(end + b"BHT" + element)[2].split(element, 3)[2].decode()
