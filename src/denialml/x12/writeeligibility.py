"""Eligibility messages to 270 and 271 transactions (implementation guide 005010X279A1).

Messages that follow each other and share their levels hang under the same HL; their order is kept. A level that is
rejected is never shared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from denialml.claims import (
    Benefit,
    DatedFact,
    EligibilityEntity,
    EligibilityInquiry,
    EligibilityQuestion,
    EligibilityResponse,
    Member,
    Rejection,
    Value,
)
from denialml.errors import RefusedError
from denialml.x12 import writeparties
from denialml.x12.eligibilityparts import (
    AMOUNT,
    BENEFIT,
    CIRCUMSTANCE,
    DELIVERY,
    DEPENDENT,
    MOST_DIAGNOSES,
    PROVIDER,
    QUESTION,
    RECEIVER,
    REFERENCE,
    REJECTION,
    RELATED,
    RELATION,
    SOURCE,
    STRUCTURE,
    SUBSCRIBER,
    TRACE,
    VERSION,
)
from denialml.x12.hierarchy import Level, Plan
from denialml.x12.segments import SegmentWriter
from denialml.x12.shapes import Shape
from denialml.x12.values import day_text

if TYPE_CHECKING:
    from denialml.x12.writing import Envelope

MOST_PATIENTS: Final = 99  # in one transaction set, as the guide recommends for batches


def head_of(message: EligibilityInquiry | EligibilityResponse) -> object:
    """What the BHT says: messages that differ in it stand in transaction sets of their own."""
    return message.reference, message.sent_on, message.sent_at, message.purpose, message.transaction_type


def write_inquiries(
    writer: SegmentWriter, control_number: str, messages: Sequence[EligibilityInquiry], _: Envelope
) -> None:
    """One ST to SE of a 270.

    Raises:
        RefusedError: a message lacks what the guide requires, or holds what it has no room for.
    """
    plan = Plan()
    for message in messages:
        levels = _patient_levels(message.source, message.receiver, message.subscriber, message.dependent, ())
        # A dependent may share the level of a subscriber who asks too; not that of one whose level would say nothing.
        shares = message.dependent is not None
        plan.add(levels, partial(_all, write=_question, values=message.questions), fresh=len(levels) - 1)
        if not shares and not message.questions:
            plan.close()
    _write_set(writer, "270", control_number, messages[0], plan)


def write_responses(
    writer: SegmentWriter, control_number: str, messages: Sequence[EligibilityResponse], _: Envelope
) -> None:
    """One ST to SE of a 271.

    Raises:
        RefusedError: a message lacks what the guide requires, or holds what it has no room for.
    """
    plan = Plan()
    for message in messages:
        levels = _response_levels(message)
        plan.add(levels, partial(_all, write=_benefit, values=message.benefits), fresh=len(levels) - 1)
        rejected = message.subscriber is None
        if rejected or (message.dependent is None and not message.benefits and not message.rejections):
            plan.close()
    _write_set(writer, "271", control_number, messages[0], plan)


def _response_levels(message: EligibilityResponse) -> list[Level]:
    source, receiver, rejections = message.source, message.receiver, message.rejections
    if receiver is None or message.subscriber is None:
        if receiver is None and message.subscriber is not None:
            raise RefusedError("an answer about a patient names its receiver")
        if message.dependent is not None or message.benefits or not (rejections or message.source_rejections):
            raise RefusedError("an answer without a subscriber says why it rejects, and nothing else")
    if receiver is None:
        own = partial(_source, entity=source, of_all=message.source_rejections, rejections=rejections)
        return [Level(SOURCE, source, own)]
    if message.source_rejections:
        raise RefusedError("rejections of the request as a whole stand where there is no receiver")
    if message.subscriber is None:
        own = partial(_receiver, entity=receiver, rejections=rejections)
        return [_source_level(source), Level(RECEIVER, receiver, own)]
    return _patient_levels(source, receiver, message.subscriber, message.dependent, rejections)


def _source_level(source: EligibilityEntity) -> Level:
    return Level(SOURCE, source, partial(_source, entity=source, of_all=(), rejections=()))


def _patient_levels(
    source: EligibilityEntity,
    receiver: EligibilityEntity,
    subscriber: Member,
    dependent: Member | None,
    rejections: tuple[Rejection, ...],
) -> list[Level]:
    """The levels from the source to the patient, whom the rejections are about."""
    above = [_source_level(source), Level(RECEIVER, receiver, partial(_receiver, entity=receiver, rejections=()))]
    own = partial(_member, role="IL", rejections=rejections)
    if dependent is None:
        return [*above, Level(SUBSCRIBER, subscriber, partial(own, member=subscriber))]
    around = partial(_member, role="IL", rejections=(), member=subscriber)
    inner = partial(own, role="03", member=dependent)
    return [*above, Level(SUBSCRIBER, subscriber, around), Level(DEPENDENT, dependent, inner)]


def _write_set(
    writer: SegmentWriter,
    set_id: str,
    control_number: str,
    first: EligibilityInquiry | EligibilityResponse,
    plan: Plan,
) -> None:
    if first.sent_on is None or not first.sent_at:
        raise RefusedError("BHT: a message tells the day and time it was made")
    start = len(writer)
    writer.add("ST", set_id, control_number, VERSION)
    writer.add(
        "BHT", STRUCTURE, first.purpose, first.reference, day_text(first.sent_on), first.sent_at,
        first.transaction_type,
    )  # fmt: skip
    plan.write(writer)
    writer.add("SE", str(len(writer) - start + 1), control_number)


# Parts of a level


def _all(writer: SegmentWriter, write: Callable[[SegmentWriter, Any], None], values: Sequence[Value]) -> None:
    for value in values:
        write(writer, value)


def _each(writer: SegmentWriter, shape: Shape[Any], values: Sequence[Value]) -> None:
    for value in values:
        shape.write(writer, value)


def _one(writer: SegmentWriter, shape: Shape[Any], value: Value | None) -> None:
    if value is not None:
        shape.write(writer, value)


def _name(writer: SegmentWriter, entity: EligibilityEntity) -> None:
    party = entity.party
    kind = "1" if party.is_person else "2"
    writer.add(
        "NM1", entity.role, kind, party.name, party.first, party.middle, party.prefix, party.suffix,
        party.id_qualifier, party.identifier, entity.relationship,
    )  # fmt: skip


def _source(
    writer: SegmentWriter, entity: EligibilityEntity, of_all: Sequence[Rejection], rejections: Sequence[Rejection]
) -> None:
    """Loops 2000A and 2100A."""
    _each(writer, REJECTION, of_all)
    _name(writer, entity)
    writeparties.contacts(writer, entity.party)
    _each(writer, REJECTION, rejections)


def _receiver(writer: SegmentWriter, entity: EligibilityEntity, rejections: Sequence[Rejection]) -> None:
    """Loop 2100B."""
    _name(writer, entity)
    writeparties.references(writer, entity.party)
    writeparties.address(writer, entity.party.address)
    _each(writer, REJECTION, rejections)
    _one(writer, PROVIDER, entity.provider)


def _member(writer: SegmentWriter, member: Member, role: str, rejections: Sequence[Rejection]) -> None:
    """Loops 2000C and 2100C, or 2000D and 2100D."""
    _each(writer, TRACE, member.traces)
    writeparties.nm1(writer, role, member.party)
    writeparties.references(writer, member.party)
    writeparties.address(writer, member.party.address)
    _each(writer, REJECTION, rejections)
    _one(writer, PROVIDER, member.provider)
    if member.birth or member.sex:
        writer.add("DMG", "D8" if member.birth else "", day_text(member.birth) if member.birth else "", member.sex)
    _one(writer, RELATION, member.relation)
    if len(member.diagnoses) > MOST_DIAGNOSES:
        raise RefusedError(f"HI: a member has at most {MOST_DIAGNOSES} diagnoses")
    if member.diagnoses:
        pairs = enumerate(member.diagnoses, 1)
        writer.add("HI", *[writer.composite(f"HI{at:02d}", each.qualifier, each.code) for at, each in pairs])
    _dates(writer, member.dates)
    for each in member.military:
        form, text = _period(DatedFact("", each.begin, each.end)) if each.begin else ("", "")
        writer.add("MPI", each.status, each.employment, each.branch, each.description, each.rank, form, text)


def _dates(writer: SegmentWriter, dates: Sequence[DatedFact]) -> None:
    for each in dates:
        writer.add("DTP", each.qualifier, *_period(each))


def _period(fact: DatedFact) -> tuple[str, str]:
    """DTP02 and DTP03. The guide has no form for a time of day."""
    first = day_text(fact.day)
    if fact.time:
        raise RefusedError("DTP: the guide has no form for a time of day")
    return ("RD8", f"{first}-{day_text(fact.until)}") if fact.until else ("D8", first)


def _question(writer: SegmentWriter, question: EligibilityQuestion) -> None:
    """Loop 2110 of a 270."""
    QUESTION.write(writer, question)
    _each(writer, AMOUNT, question.amounts)
    _each(writer, CIRCUMSTANCE, question.circumstances)
    _each(writer, REFERENCE, question.references)
    _dates(writer, question.dates)


def _benefit(writer: SegmentWriter, benefit: Benefit) -> None:
    """Loops 2110, 2115 and 2120 of a 271."""
    BENEFIT.write(writer, benefit)
    _each(writer, DELIVERY, benefit.deliveries)
    _each(writer, REFERENCE, benefit.references)
    _dates(writer, benefit.dates)
    _each(writer, REJECTION, benefit.rejections)
    for message in benefit.messages:
        writer.add("MSG", message)
    _each(writer, CIRCUMSTANCE, benefit.circumstances)
    if benefit.entities:
        writer.add("LS", RELATED)
        for entity in benefit.entities:
            _name(writer, entity)
            writeparties.address(writer, entity.party.address)
            writeparties.contacts(writer, entity.party)
            _one(writer, PROVIDER, entity.provider)
        writer.add("LE", RELATED)
