"""The one door for writing X12: built, read back by the reader, compared, and only then handed out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from denialml.claims import Claim, Party, Value, field_names
from denialml.errors import RefusedError, Severity
from denialml.x12 import write835, write837
from denialml.x12.events import (
    ClaimGroupRead,
    ClaimPaymentRead,
    ClaimRead,
    Event,
    MessageRead,
    Noticed,
    ProviderAdjustmentRead,
    Refused,
    RemittanceRead,
    Transaction,
)
from denialml.x12.messages import kind_of
from denialml.x12.reading import Reading, read
from denialml.x12.segments import SegmentWriter, segments_of
from denialml.x12.tokens import Delimiters
from denialml.x12.values import BadValueError
from denialml.x12.write835 import RemittanceTransaction


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom (ISA and GS). ``control_number`` is ISA13 and GS06; ``usage`` is ``T`` test, ``P`` production.

    ``created_at`` is also GS04, the day that readers take as the day the file was sent.
    """

    sender_id: str
    receiver_id: str
    control_number: int
    created_at: datetime
    usage: str = "T"
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    delimiters: Delimiters = field(default_factory=Delimiters)


@dataclass(frozen=True, slots=True)
class ClaimBatch:
    """Claims of one kind for one receiver (837P or 837I), written in sets of at most 5,000, in their order."""

    envelope: Envelope
    submitter: Party
    receiver: Party
    claims: Sequence[Claim]


@dataclass(frozen=True, slots=True)
class RemittanceBatch:
    """Remittances of one payer (835, 005010X221A1), one transaction set each."""

    envelope: Envelope
    transactions: Sequence[RemittanceTransaction]


@dataclass(frozen=True, slots=True)
class MessageBatch:
    """Messages of one kind (eligibility, claim status, acknowledgements), written in their order.

    The kinds that are written, each in one version of its guide, are those of :mod:`denialml.x12.messages`.
    """

    envelope: Envelope
    messages: Sequence[Value]


Batch = ClaimBatch | RemittanceBatch | MessageBatch


def write(batch: Batch) -> bytes:
    """The batch as one X12 interchange, in UTF-8 (ASCII unless a text is not).

    Raises:
        RefusedError: it is empty or mixes kinds of messages; an element holds a delimiter or a control character; the
            guide has no room for a value; or what was built does not read back equal. The message names the element,
            never its value.
    """
    content = _built(batch)
    for _ in _compared(batch, content):
        pass  # nothing of a large batch is kept but its bytes
    return content


def written(batch: Batch) -> Reading:
    """What :func:`write` hands out, with the events that were read of those bytes when they were compared.

    Raises:
        RefusedError: as :func:`write` does.
    """
    content = _built(batch)
    return Reading(content, tuple(_compared(batch, content)))


def _built(batch: Batch) -> bytes:
    """The bytes of a batch, not read back yet."""
    delimiters = batch.envelope.delimiters
    delimiters.check()
    isa = _isa(batch.envelope)
    build: Callable[[SegmentWriter], None]
    if isinstance(batch, ClaimBatch):
        build = partial(_claims, batch=batch)
    elif isinstance(batch, MessageBatch):
        build = partial(_messages, batch=batch)
    else:
        build = partial(_remittances, batch=batch)
    try:
        segments = segments_of(delimiters, build)
    except BadValueError as error:
        raise RefusedError(f"{error}") from error
    return delimiters.terminator.join([isa, *segments, ""]).encode()


def _claims(writer: SegmentWriter, batch: ClaimBatch) -> None:
    if not batch.claims:
        raise RefusedError("a batch without a claim is not written")
    envelope = batch.envelope
    head = write837.Head(batch.submitter, batch.receiver, str(envelope.control_number), envelope.created_at)
    starts = range(0, len(batch.claims), write837.CLAIMS_IN_A_SET)
    _open(writer, envelope, "HC", write837.version_of(batch.claims))
    for number, start in enumerate(starts, 1):
        claims = batch.claims[start : start + write837.CLAIMS_IN_A_SET]
        write837.write_set(writer, f"{number:04d}", head, claims)
    _close(writer, envelope, len(starts))


def _remittances(writer: SegmentWriter, batch: RemittanceBatch) -> None:
    if not batch.transactions:
        raise RefusedError("a batch without a remittance is not written")
    _open(writer, batch.envelope, "HP", write835.VERSION)
    for transaction in batch.transactions:
        write835.write_set(writer, transaction)
    _close(writer, batch.envelope, len(batch.transactions))


def _messages(writer: SegmentWriter, batch: MessageBatch) -> None:
    kind = kind_of(batch.messages)
    sets = list(kind.sets(batch.messages))
    if not kind.group:
        for messages in sets:
            kind.write_set(writer, "", messages, batch.envelope)
        _close_interchange(writer, batch.envelope, 0)
        return
    _open(writer, batch.envelope, kind.group, kind.version)
    for number, messages in enumerate(sets, 1):
        kind.write_set(writer, f"{number:04d}", messages, batch.envelope)
    _close(writer, batch.envelope, len(sets))


def _isa(envelope: Envelope) -> str:
    """The ISA, which alone has fixed widths and holds the delimiters."""
    number, created = envelope.control_number, envelope.created_at
    if not 0 < number <= 999_999_999:
        raise RefusedError("ISA13: the control number has nine digits")
    if envelope.usage not in {"T", "P"}:
        raise RefusedError("ISA15: the usage is T (test) or P (production)")
    for place, text, longest in (
        ("ISA05", envelope.sender_qualifier, 2), ("ISA06", envelope.sender_id, 15),
        ("ISA07", envelope.receiver_qualifier, 2), ("ISA08", envelope.receiver_id, 15),
    ):  # fmt: skip
        if not 2 <= len(text) <= longest or text != text.strip() or not text.isascii() or not text.isprintable():
            raise RefusedError(f"{place}: 2 to {longest} ASCII characters, not blank at the ends")
        marks = envelope.delimiters
        if any(mark in text for mark in (marks.element, marks.component, marks.repetition, marks.terminator)):
            raise RefusedError(f"{place}: a delimiter of the file; remove it or choose others")
    return envelope.delimiters.element.join(
        (
            "ISA", "00", " " * 10, "00", " " * 10, envelope.sender_qualifier, f"{envelope.sender_id:<15}",
            envelope.receiver_qualifier, f"{envelope.receiver_id:<15}", f"{created:%y%m%d}", f"{created:%H%M}",
            envelope.delimiters.repetition, "00501", f"{number:09d}", "0", envelope.usage,
            envelope.delimiters.component,
        )
    )  # fmt: skip


def _open(writer: SegmentWriter, envelope: Envelope, functional_id: str, version: str) -> None:
    created = envelope.created_at
    writer.add(
        "GS", functional_id, envelope.sender_id, envelope.receiver_id, f"{created:%Y%m%d}", f"{created:%H%M}",
        str(envelope.control_number), "X", version,
    )  # fmt: skip


def _close(writer: SegmentWriter, envelope: Envelope, sets: int) -> None:
    writer.add("GE", str(sets), str(envelope.control_number))
    _close_interchange(writer, envelope, 1)


def _close_interchange(writer: SegmentWriter, envelope: Envelope, groups: int) -> None:
    writer.add("IEA", str(groups), f"{envelope.control_number:09d}")


def _compared(batch: Batch, content: bytes) -> Iterator[Event]:
    """Read back what was built and compare it value by value; the events, once each is found to be right."""
    count = 0
    expected = _values(batch)
    for event in read(content):
        value = _value(event, batch.envelope)
        if value is not None:
            count += 1
            wanted = next(expected, None)
            if value != wanted:
                raise RefusedError(f"value {count} reads back differently: {_difference(wanted, value)}")
        yield event
    if next(expected, None) is not None:
        raise RefusedError("not all that was written reads back")


def _values(batch: Batch) -> Iterator[Any]:
    """What reading the batch back should find, in file order."""
    if isinstance(batch, ClaimBatch):
        yield from batch.claims
    elif isinstance(batch, MessageBatch):
        yield from batch.messages
    else:
        for each in batch.transactions:
            yield from (each.remittance, *each.headed(), *each.adjustments)


# The field of an event that holds a value of the vocabulary.
_HELD: Final[Mapping[type, str]] = MappingProxyType(
    {
        ClaimRead: "claim",
        ClaimPaymentRead: "payment",
        ClaimGroupRead: "group",
        RemittanceRead: "remittance",
        ProviderAdjustmentRead: "adjustment",
        MessageRead: "message",
    }
)


def _value(event: Event, envelope: Envelope) -> Any:
    """What an event holds that was written, or none."""
    name = _HELD.get(type(event))
    if name is not None:
        return _whole(getattr(event, name), getattr(event, "unmodelled", ()))
    match event:
        case Refused(finding=finding):
            raise RefusedError(f"what was written cannot be read: {finding.message} ({finding.where})")
        case Noticed(finding=finding) if finding.severity is not Severity.INFO:
            raise RefusedError(f"what was written is not sound: {finding.message} ({finding.where})")
        case Transaction(sender_id=sender, receiver_id=receiver, created_on=created):
            if (sender, receiver, created) != (envelope.sender_id, envelope.receiver_id, envelope.created_at.date()):
                raise RefusedError("ISA: the envelope reads back differently")
    return None


def _whole(value: Any, kept: tuple[object, ...]) -> Any:
    if kept:
        raise RefusedError("a segment was written that the reader has no place for")
    return value


def _difference(wanted: Any, found: Any) -> str:
    """Names of the fields that differ, without their values."""
    if type(wanted) is not type(found):
        return f"{type(wanted).__name__} became {type(found).__name__}"
    names = [each for each in field_names(type(wanted)) if getattr(wanted, each) != getattr(found, each)]
    return f"{type(wanted).__name__}: {', '.join(names)}"
