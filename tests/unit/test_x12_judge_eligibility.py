"""A stranger reads what we write: x12sdk the 270 and 271, to the same people, dates, codes, amounts and rejections.

Where the judge is wrong, the case avoids it and says why:

- It wants HL04 to be 1 at every payer, so it takes no payer that cannot answer; those are judged by our validation.
- It refuses a second NM1 between LS and LE, takes a 2115 only with an LS of its own inside, and reads EB09 as
  a number: so there is one related entity each, no III in a 271, and no quantity qualifier.
- It drops PER of the payer and then finds the count of SE wrong, so the payer has no contact.
- It takes an empty EB03 before other elements for a code that it does not know, so that a benefit of a procedure alone,
  or one without service types, fails; and it knows no status ``A`` in an MPI.
- Composites are a list or one text, so that they are compared after joining.
- It refuses an EQ without a service type, which the guide allows beside a procedure; so the questions have one.
- It takes a subscriber with HL04 1 for one who is not the patient, and hangs benefits of that level under the patient
  before; so a subscriber with dependents says nothing here.
- It takes one date (DTP) a person in a 270, two traces and one MPI in a 271, and one REF of each kind in a loop.
- It knows no REF*1L in loop 2110, where it has the letters IL; and no reject reason of a person at loop 2100C: it uses
  the reasons of a provider there (``43`` to ``51``), so that ``71`` to ``75`` fail; the rejections here are ``15``.
- It reads no file whose segments end in a line break (it returns nothing, and no error).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from x12sdk.io import X12ModelReader

import eligibility_cases as eligibility
import x12_cases as cases
from denialml import x12
from denialml.claims import (
    Benefit,
    DatedFact,
    EligibilityEntity,
    EligibilityInquiry,
    EligibilityQuestion,
    EligibilityResponse,
    Member,
    Party,
    Procedure,
    ProviderRole,
    Reference,
    Rejection,
    Trace,
    Value,
    replace,
)
from denialml.x12.faults import Fault
from denialml.x12.validate import validate

Facts = list[Any]


# Our values as facts


def _party(party: Party) -> Facts:
    place = party.address
    names = [party.name, party.first, party.middle, party.prefix, party.suffix, party.id_qualifier, party.identifier]
    where = [place.line1, place.line2, place.city, place.state, place.postal_code] if place else []
    return [names, [[each.qualifier, each.value] for each in party.references], where]


def _role(role: ProviderRole | None) -> Facts:
    return [role.role, role.qualifier, role.identifier] if role else []


def _entity(entity: EligibilityEntity | None) -> Facts:
    if entity is None:
        return []
    return [entity.role, _party(entity.party), _role(entity.provider), entity.relationship]


def _span(dates: tuple[DatedFact, ...]) -> Facts:
    return [[each.qualifier, each.day, each.until or each.day] for each in dates]


def _procedure(procedure: Procedure | None) -> str:
    return ":".join((procedure.qualifier, procedure.code, *procedure.modifiers)) if procedure else ""


def _traces(traces: tuple[Trace, ...]) -> Facts:
    return [[each.kind, each.number, each.originator, each.supplement] for each in traces]


def _rejections(rejections: tuple[Rejection, ...]) -> Facts:
    return [[each.valid, each.reason, each.follow_up] for each in rejections]


def _member(member: Member | None) -> Facts:
    if member is None:
        return []
    relation = member.relation
    return [
        _party(member.party),
        [member.birth, member.sex],
        _traces(member.traces),
        _role(member.provider),
        [relation.subscriber, relation.relationship, str(relation.birth_order or "")] if relation else [],
        [f"{each.qualifier}:{each.code}" for each in member.diagnoses],
        _span(member.dates),
        [[each.status, each.employment, each.branch, each.description] for each in member.military],
    ]


def _pointers(pointers: tuple[int, ...]) -> str:
    return ":".join(map(str, pointers))


def _question(question: EligibilityQuestion) -> Facts:
    return [
        list(question.service_types), _procedure(question.procedure), question.coverage_level,
        _pointers(question.diagnosis_pointers),
        [[each.qualifier, Decimal(each.cents) / 100] for each in question.amounts],
        [[each.code_list, each.code] for each in question.circumstances],
        [[each.qualifier, each.value] for each in question.references], _span(question.dates),
    ]  # fmt: skip


def _benefit(benefit: Benefit) -> Facts:
    amount = None if benefit.amount_cents is None else Decimal(benefit.amount_cents) / 100
    return [
        benefit.code, benefit.coverage_level, list(benefit.service_types), benefit.insurance_type, benefit.plan,
        benefit.period, amount, benefit.share, benefit.quantity, benefit.authorization, benefit.in_network,
        _procedure(benefit.procedure), _pointers(benefit.diagnosis_pointers),
        [[each.quantity_qualifier, each.quantity, each.unit, each.period, each.periods] for each in benefit.deliveries],
        [[each.qualifier, each.value] for each in benefit.references], _span(benefit.dates),
        _rejections(benefit.rejections), list(benefit.messages), [_entity(each) for each in benefit.entities],
    ]  # fmt: skip


def _facts(message: EligibilityInquiry | EligibilityResponse) -> Facts:
    asked = isinstance(message, EligibilityInquiry)
    said = [_question(each) for each in message.questions] if asked else [_benefit(each) for each in message.benefits]
    return [
        message.reference, _entity(message.source), _entity(message.receiver), _member(message.subscriber),
        _member(message.dependent), [] if asked else _rejections(message.rejections), said,
    ]  # fmt: skip


# The judge's models as facts


def _text(value: Any) -> str:
    return "" if value is None else str(getattr(value, "value", value))


def _get(segment: Any, *names: str) -> list[str]:
    return [_text(getattr(segment, name, None)) for name in names] if segment is not None else []


def _list(loop: Any, name: str) -> list[Any]:
    found = getattr(loop, name, None)
    return [] if found is None else found if isinstance(found, list) else [found]


def _joined(value: Any) -> str:
    return ":".join(map(_text, value)) if isinstance(value, list) else _text(value)


def _day(value: Any) -> date:
    text = str(value)[:10]
    return date.fromisoformat(text if "-" in text else f"{text[:4]}-{text[4:6]}-{text[6:8]}")


def _their_party(loop: Any) -> Facts:
    names = _get(
        loop.nm1_segment, "name_last_or_organization_name", "name_first", "name_middle", "name_prefix", "name_suffix",
        "identification_code_qualifier", "identification_code",
    )  # fmt: skip
    n3, n4 = getattr(loop, "n3_segment", None), getattr(loop, "n4_segment", None)
    where = _get(n3, "address_information_1", "address_information_2")
    return [names, _their_references(loop), where + _get(n4, "city_name", "state_province_code", "postal_code")]


def _their_references(loop: Any) -> Facts:
    names = ("reference_identification_qualifier", "reference_identification")
    return [_get(each, *names) for each in _list(loop, "ref_segment")]


def _their_role(loop: Any) -> Facts:
    names = ("provider_code", "reference_identification_qualifier", "reference_identification")
    return _get(getattr(loop, "prv_segment", None) or None, *names)


def _their_entity(loop: Any) -> Facts:
    role, relationship = _get(loop.nm1_segment, "entity_identifier_code", "entity_relationship_code")
    return [role, _their_party(loop), _their_role(loop), relationship]


def _their_span(loop: Any) -> Facts:
    found = []
    for each in _list(loop, "dtp_segment"):
        first, last = each.date_time_period, each.date_time_period
        if _text(each.date_time_period_format_qualifier) == "RD8":
            first, _, last = str(first).partition("-")
        found.append([_text(each.date_time_qualifier), _day(first), _day(last)])
    return found


def _their_rejections(loop: Any) -> Facts:
    names = ("response_code", "reject_reason_code", "follow_up_action_code")
    return [_get(each, *names) for each in _list(loop, "aaa_segment")]


def _their_member(level: Any, loop: Any) -> Facts:
    dmg, hi = loop.dmg_segment, loop.hi_segment
    traces = ("trace_type_code", "reference_identification_1", "originating_company_identifier",
              "reference_identification_2")  # fmt: skip
    ins = ("member_indicator", "individual_relationship_code", "birth_sequence_number")
    military = (
        "information_status_code", "employment_status_code", "government_services_affiliation_code", "description",
    )  # fmt: skip
    codes = [getattr(hi, f"health_care_code_{number}") for number in range(1, 9)] if hi else []
    return [
        _their_party(loop),
        [_day(dmg.date_time_period) if dmg.date_time_period else None, _text(dmg.gender_code)] if dmg else [None, ""],
        [_get(each, *traces) for each in _list(level, "trn_segment")],
        _their_role(loop),
        _get(loop.ins_segment, *ins),
        [_joined(each) for each in codes if each],
        _their_span(loop),
        [_get(each, *military) for each in _list(loop, "mpi_segment")],
    ]


def _their_question(loop: Any) -> Facts:
    eq = loop.eq_segment
    return [
        [_text(each) for each in eq.service_type_code], _joined(eq.medical_procedure_id), _text(eq.coverage_level_code),
        _joined(eq.diagnosis_code_pointer),
        [[_text(each.amount_qualifier_code), each.monetary_amount] for each in _list(loop, "amt_segment")],
        [_get(each, "code_list_qualifier_code", "industry_code") for each in _list(loop, "iii_segment")],
        _their_references(loop), _their_span(loop),
    ]  # fmt: skip


def _their_benefit(loop: Any, letter: str) -> Facts:
    eb = loop.eb_segment
    return [
        *_get(eb, "eligibility_benefit_information", "coverage_level_code"),
        [_text(each) for each in eb.service_type_code or ()],
        *_get(eb, "insurance_type_code", "plan_coverage_description", "time_period_qualifier"), eb.benefit_amount,
        eb.benefit_percent, eb.quantity,
        *_get(eb, "authorization_certification_indicator", "inplan_network_indicator"),
        _joined(eb.procedure_identifier), _joined(eb.diagnosis_code_pointer),
        [
            [_text(each.quantity_qualifier), each.quantity, _text(each.measurement_code),
             _text(each.time_period_qualifier), each.period_count]
            for each in _list(loop, "hsd_segment")
        ],
        _their_references(loop), _their_span(loop), _their_rejections(loop),
        [each.free_form_text for each in _list(loop, "msg_segment")],
        [_their_entity(each) for each in _list(loop, f"loop_2120{letter}")],
    ]  # fmt: skip


def _their_said(name: Any, letter: str) -> Facts:
    loops = _list(name, f"loop_2110{letter}")
    return [_their_question(each) if hasattr(each, "eq_segment") else _their_benefit(each, letter) for each in loops]


def _their_facts(model: Any) -> Iterator[Facts]:
    """Each patient or rejected receiver of a transaction, in the order of the file."""
    reference = _text(model.header.bht_segment.submitter_transactional_identifier)
    for source in model.loop_2000a:
        for receiver in source.loop_2000b:
            around = [reference, _their_entity(source.loop_2100a), _their_entity(receiver.loop_2100b)]
            for subscriber in receiver.loop_2000c or ():
                name = subscriber.loop_2100c
                own = _their_member(subscriber, name)
                for dependent in subscriber.loop_2000d or ():
                    inner = dependent.loop_2100d
                    person = _their_member(dependent, inner)
                    yield [*around, own, person, _their_rejections(inner), _their_said(inner, "d")]
                if not subscriber.loop_2000d:
                    yield [*around, own, [], _their_rejections(name), _their_said(name, "c")]
            if not receiver.loop_2000c:
                yield [*around, [], [], _their_rejections(receiver.loop_2100b), []]


def _judged(content: bytes, folder: Path) -> list[Facts]:
    path = folder / "judged.x12"
    path.write_bytes(content)
    with X12ModelReader(str(path)) as reader:
        return [facts for model in reader.models() for facts in _their_facts(model)]


# What is judged

_QUESTION = replace(eligibility.RICH_QUESTION, service_types=("98", "UC"), amounts=())
INQUIRIES = [
    eligibility.inquiry(),
    eligibility.inquiry(
        subscriber=eligibility.HOLDER, dependent=eligibility.CHILD,
        questions=(eligibility.PLAN_QUESTION, replace(_QUESTION, dates=(DatedFact("291", date(2026, 3, 9)),))),
    ),
    eligibility.inquiry(
        subscriber=replace(eligibility.HOLDER, sex="M"),
        questions=(
            eligibility.PLAN_QUESTION,
            replace(_QUESTION, diagnosis_pointers=(), dates=(), amounts=eligibility.RICH_QUESTION.amounts),
        ),
    ),
]  # fmt: skip
_RICH = replace(
    eligibility.RICH_BENEFIT, circumstances=(), quantity_qualifier="", quantity=None,
    rejections=(Rejection("70", "C", "Y"),), entities=eligibility.RICH_BENEFIT.entities[:1],
)  # fmt: skip
_PRIOR = replace(
    _RICH, code="R", references=(Reference("1W", "OTHER77"),), entities=eligibility.RICH_BENEFIT.entities[1:],
)  # fmt: skip
_PROCEDURE = replace(eligibility.SERVICE_BENEFIT, service_types=("98",))
_ANSWERED = replace(
    eligibility.CHILD, traces=(Trace("ELIG-0002", "9PRAIRIE01", "RADIOLOGY", "2"),),
    military=eligibility.MILITARY[1:],
)  # fmt: skip


def _answer(**changes: Any) -> EligibilityResponse:
    return eligibility.response(source=eligibility.PAYER, **changes)


RESPONSES = [
    _answer(),
    _answer(
        subscriber=eligibility.HOLDER, dependent=_ANSWERED, benefits=(eligibility.ACTIVE, _RICH, _PRIOR, _PROCEDURE)
    ),
    _answer(benefits=(), rejections=(Rejection("15", "C", "N"), Rejection("43", "N", "Y"))),
    _answer(subscriber=None, benefits=(), rejections=(Rejection("51", "C", "N"),)),
]  # fmt: skip


@pytest.mark.parametrize("batch", [INQUIRIES, RESPONSES, [*INQUIRIES, replace(INQUIRIES[0], reference="OTHER")]])
def test_a_stranger_reads_the_same_facts(batch: list[Any], tmp_path: Path) -> None:
    judged = _judged(x12.write(eligibility.batch(*batch)), tmp_path)
    assert judged == [_facts(message) for message in batch]


@pytest.mark.parametrize("message", [*INQUIRIES, *RESPONSES, eligibility.rejected_source()])
def test_our_validation_finds_nothing(message: Value) -> None:
    faults = [each for each in validate(x12.write(eligibility.batch(message))) if isinstance(each, Fault)]
    assert [(fault.code, fault.where) for fault in faults] == []


def test_the_judge_does_object(tmp_path: Path) -> None:
    """The judge is awake: another amount is another fact, and what the guide forbids is no file to it."""
    content = x12.write(eligibility.batch(_answer()))
    changed = _judged(content.replace(b"*25.5*", b"*25.6*"), tmp_path)
    assert changed != [_facts(_answer())]
    with pytest.raises(ValueError, match="validation error"):
        _judged(content.replace(b"~EB*1*", b"~EB*??*"), tmp_path)


def test_the_judge_says_nothing_of_lines(tmp_path: Path) -> None:
    """Its known fault, so that a change of it is noticed."""
    envelope = replace(cases.ENVELOPE, delimiters=x12.Delimiters(terminator="\n"))
    content = x12.write(eligibility.batch(_answer(), envelope=envelope))
    assert _judged(content, tmp_path) == []
