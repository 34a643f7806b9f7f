"""Claim status messages to 276, 277 (005010X212) and 277CA (005010X214) transactions.

Messages that follow each other and share their levels hang under the same HL; their order is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from denialml.claims import (
    ClaimAcknowledgement,
    ClaimStatusInquiry,
    ClaimStatusResponse,
    DatedFact,
    Party,
    StatusLevel,
    StatusLine,
    StatusPerson,
)
from denialml.errors import RefusedError
from denialml.x12 import writeparties
from denialml.x12.hierarchy import Level, Plan
from denialml.x12.segments import SegmentWriter
from denialml.x12.statusparts import (
    ACKNOWLEDGEMENT_HEAD,
    ACKNOWLEDGEMENT_VERSION,
    BATCH_TOTALS,
    CHARGE,
    INQUIRY_HEAD,
    LINE,
    PROVIDER_TOTALS,
    REFERENCE,
    RESPONSE_HEAD,
    STATUS,
    STATUS_VERSION,
    Head,
)
from denialml.x12.values import day_text, money_text

if TYPE_CHECKING:
    from denialml.x12.writing import Envelope

# Codes of levels (HL03). One that never has others below it does not say so (HL04).
_SOURCE, _RECEIVER, _PROVIDER, _SUBSCRIBER, _DEPENDENT, _PATIENT = "20", "21", "19", "22", "23", "PT"
_ALWAYS_LAST: Final = frozenset({_DEPENDENT, _PATIENT})


def write_inquiries(
    writer: SegmentWriter, control_number: str, messages: Sequence[ClaimStatusInquiry], _: Envelope
) -> None:
    """One ST to SE of a 276.

    Raises:
        RefusedError: a message lacks what the guide requires, or holds what it has no room for.
    """
    plan = Plan(unsaid=_ALWAYS_LAST)
    for message in messages:
        levels = [
            _party_level(_SOURCE, "PR", message.payer),
            _party_level(_RECEIVER, "41", message.receiver),
            _provider_level(message.provider, message.other_provider),
            *_people(message.subscriber, message.dependent),
        ]
        plan.add(levels, partial(_claim, message=message, trace="1", totals=CHARGE), fresh=len(levels))
    _write_set(writer, control_number, STATUS_VERSION, INQUIRY_HEAD, messages[0], plan)


def write_responses(
    writer: SegmentWriter, control_number: str, messages: Sequence[ClaimStatusResponse], _: Envelope
) -> None:
    """One ST to SE of a 277.

    Raises:
        RefusedError: a message lacks what the guide requires, or holds what it has no room for.
    """
    plan = Plan(unsaid=_ALWAYS_LAST)
    for message in messages:
        levels = [_party_level(_SOURCE, "PR", message.payer), _party_level(_RECEIVER, "41", message.receiver)]
        if message.level is not StatusLevel.BATCH:
            levels.append(_provider_level(message.provider, message.other_provider))
        if message.level is StatusLevel.CLAIM:
            levels += _people(message.subscriber, message.dependent)
        of_claim = message.level is StatusLevel.CLAIM
        trace = "1" if message.level is StatusLevel.PROVIDER else "2"
        fresh = len(levels) if of_claim else len(levels) - 1
        plan.add(levels, partial(_claim, message=message, trace=trace, totals={}), fresh=fresh)
    _write_set(writer, control_number, STATUS_VERSION, RESPONSE_HEAD, messages[0], plan)


def write_acknowledgements(
    writer: SegmentWriter, control_number: str, messages: Sequence[ClaimAcknowledgement], _: Envelope
) -> None:
    """One ST to SE of a 277CA.

    Raises:
        RefusedError: a message lacks what the guide requires, or holds what it has no room for; or an answer to claims
            or a provider does not follow the answer to its batch and provider.
    """
    plan = Plan(unsaid=_ALWAYS_LAST)
    answered: dict[StatusLevel, object] = {}
    for message in messages:
        _check_order(message, answered)
        levels = [
            Level(_SOURCE, _source_key(message), partial(_source, message=message)),
            _party_level(_RECEIVER, "41", message.receiver),
        ]
        if message.level is not StatusLevel.BATCH:
            levels.append(_party_level(_PROVIDER, "85", message.provider))
        if message.level is StatusLevel.CLAIM:
            levels.append(_party_level(_PATIENT, "QC", message.patient))
        trace = "1" if message.level is StatusLevel.PROVIDER else "2"
        content = partial(_claim, message=message, trace=trace, totals=_TOTALS[message.level])
        plan.add(levels, content, fresh=_FRESH[message.level])
    _write_set(writer, control_number, ACKNOWLEDGEMENT_VERSION, ACKNOWLEDGEMENT_HEAD, messages[0], plan)


def _check_order(message: ClaimAcknowledgement, answered: dict[StatusLevel, object]) -> None:
    """The guide requires an answer to the batch, and one for each provider (its trace is ``0`` where there is none)."""
    batch = (*_source_key(message), message.receiver)
    provider = (batch, message.provider)
    if message.level is StatusLevel.BATCH:
        answered.clear()
        answered[StatusLevel.BATCH] = batch
    elif answered.get(StatusLevel.BATCH) != batch:
        raise RefusedError("277CA loop 2200B: the answer to the batch (of no provider) stands before its claims")
    elif message.level is StatusLevel.PROVIDER:
        answered[StatusLevel.PROVIDER] = provider
    elif answered.get(StatusLevel.PROVIDER) != provider:
        raise RefusedError("277CA loop 2200C: the answer for the provider (of no patient) stands before its claims")


_TOTALS: Final[Mapping[StatusLevel, Mapping[tuple[str, str], str]]] = {
    StatusLevel.BATCH: BATCH_TOTALS,
    StatusLevel.PROVIDER: PROVIDER_TOTALS,
    StatusLevel.CLAIM: {},
}
# From which level on nothing is shared: a source has one receiver, a receiver and a provider one answer.
_FRESH: Final = {StatusLevel.BATCH: 0, StatusLevel.PROVIDER: 2, StatusLevel.CLAIM: 4}


def head_of(message: Any) -> object:
    """What the BHT of a message says; messages that differ in it stand in different transaction sets."""
    return message.reference, message.sent_on, message.sent_at


def _write_set(writer: SegmentWriter, control_number: str, version: str, head: Head, first: Any, plan: Plan) -> None:
    start = len(writer)
    set_id = "276" if head is INQUIRY_HEAD else "277"
    writer.add("ST", set_id, control_number, version)
    if not first.reference or not first.sent_on or not first.sent_at:
        raise RefusedError("BHT03 to BHT05: a message needs a reference, a day and a time of sending")
    writer.add("BHT", *head[:2], first.reference, day_text(first.sent_on), first.sent_at, head.kind)
    plan.write(writer)
    writer.add("SE", str(len(writer) - start + 1), control_number)


# Levels


def _party_level(code: str, role: str, party: Party | None) -> Level:
    if party is None:
        raise RefusedError(f"HL03 {code}: the party of this level (NM1*{role}) is missing")
    return Level(code, party, partial(_party, role=role, party=party))


def _party(writer: SegmentWriter, role: str, party: Party) -> None:
    writeparties.nm1(writer, role, party)
    writeparties.contacts(writer, party)


def _provider_level(provider: Party | None, other: Party | None) -> Level:
    first = _party_level(_PROVIDER, "1P", provider)

    def write(writer: SegmentWriter) -> None:
        first.write(writer)
        if other is not None:
            _party(writer, "1P", other)

    return Level(_PROVIDER, (provider, other), write)


def _people(subscriber: StatusPerson | None, dependent: StatusPerson | None) -> list[Level]:
    """A subscriber whose dependents are asked about is not, at the same level, asked about too."""
    own = _person_level(_SUBSCRIBER, "IL", subscriber)
    if dependent is None:
        return [own]
    return [Level(own.code, (own.key, "of dependents"), own.write), _person_level(_DEPENDENT, "QC", dependent)]


def _person_level(code: str, role: str, person: StatusPerson | None) -> Level:
    if person is None:
        raise RefusedError(f"HL03 {code}: the person of this level (NM1*{role}) is missing")

    def write(writer: SegmentWriter) -> None:
        if person.birth is not None or person.sex:
            form, birth = ("D8", day_text(person.birth)) if person.birth is not None else ("", "")
            writer.add("DMG", form, birth, person.sex)
        writeparties.nm1(writer, role, person.party)

    return Level(code, person, write)


def _source_key(message: ClaimAcknowledgement) -> tuple[object, ...]:
    return message.source_role, message.source, message.source_trace, message.received_on, message.processed_on


def _source(writer: SegmentWriter, message: ClaimAcknowledgement) -> None:
    _party(writer, message.source_role, message.source)
    if not message.source_trace or message.received_on is None or message.processed_on is None:
        raise RefusedError("277CA loop 2200A: a number of the acknowledgement and the days of receipt and processing")
    writer.add("TRN", "1", message.source_trace)
    writer.add("DTP", "050", "D8", day_text(message.received_on))
    writer.add("DTP", "009", "D8", day_text(message.processed_on))


# What is asked or answered


def _claim(writer: SegmentWriter, message: Any, trace: str, totals: Mapping[tuple[str, str], str]) -> None:
    if not message.trace:
        raise RefusedError("TRN02: a message needs its trace")
    writer.add("TRN", trace, message.trace)
    for status in getattr(message, "statuses", ()):
        STATUS.write(writer, status)
    for reference in message.references:
        REFERENCE.write(writer, reference)
    for (name, qualifier), total in totals.items():
        value = getattr(message, total)
        if value is not None:
            writer.add(name, qualifier, str(value) if name == "QTY" else money_text(value))
    _dates(writer, message.dates)
    for line in message.lines:
        _line(writer, line)


def _line(writer: SegmentWriter, line: StatusLine) -> None:
    LINE.write(writer, line)
    for status in line.statuses:
        STATUS.write(writer, status)
    for reference in line.references:
        REFERENCE.write(writer, reference)
    _dates(writer, line.dates)


def _dates(writer: SegmentWriter, dates: Sequence[DatedFact]) -> None:
    for fact in dates:
        if fact.time:
            raise RefusedError("DTP03: a day or a range of days, without a time")
        if fact.until is None:
            writer.add("DTP", fact.qualifier, "D8", day_text(fact.day))
        else:
            writer.add("DTP", fact.qualifier, "RD8", f"{day_text(fact.day)}-{day_text(fact.until)}")
