"""A claim and its lines as segments (loops 2300 to 2440 of the 837 guides), in the order of the guide.

How many segments and loops of a kind there may be, and which parties stand where, is read from the guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

from denialml.claims import (
    Claim,
    DatedFact,
    Drug,
    Form,
    LineAdjudication,
    OtherCoverage,
    Party,
    Procedure,
    Reference,
    ServiceLine,
    field_names,
)
from denialml.errors import RefusedError
from denialml.x12 import claimcodes, claimshapes, writeparties
from denialml.x12.adjustments import write_cas
from denialml.x12.claimloops import INSTITUTIONAL, PARTIES, PROFESSIONAL
from denialml.x12.guide import guide
from denialml.x12.segments import SegmentWriter
from denialml.x12.shapes import Shape
from denialml.x12.values import day_text, money_text, number_text

_MOST_MODIFIERS: Final = 4  # components 3 to 6 of C003
_NOBODY: Final = Party()


class _Role(NamedTuple):
    """A party of a claim or line: the field that holds it, its NM101, its loop, and its PRV01 or nothing."""

    field: str
    role: str
    loop: str
    provider_code: str


@cache
def roles(transaction: str, begin: str) -> tuple[_Role, ...]:
    """The parties whose loops begin with those characters, in guide order."""
    found = []
    for loop, by_role in PARTIES[transaction].items():
        if loop.startswith(begin):
            codes = [
                code
                for spec in guide(transaction).loops[loop].segments
                if spec.name == "PRV"
                for code in spec.key_codes
            ]
            found += [_Role(field, role, loop, codes[0] if codes else "") for role, field in by_role.items()]
    return tuple(found)


@cache
def _room(transaction: str, loop: str, name: str) -> int:
    """How many segments of a name the guide has room for in a loop."""
    return sum(spec.most for spec in guide(transaction).loops[loop].segments if spec.name == name)


def room_for(transaction: str, loop: str, name: str, count: int) -> None:
    """Make sure that the guide has room for so many segments.

    Raises:
        RefusedError: it has not.
    """
    most = _room(transaction, loop, name)
    if count > most:
        raise RefusedError(f"{name}: loop {loop} of an {transaction} has room for {most}")


def procedure_text(writer: SegmentWriter, place: str, procedure: Procedure) -> str:
    """Composite C003.

    Raises:
        RefusedError: more than four modifiers.
    """
    modifiers = procedure.modifiers
    if len(modifiers) > _MOST_MODIFIERS:
        raise RefusedError(f"{place}: a procedure has at most {_MOST_MODIFIERS} modifiers")
    if not procedure.description:
        return writer.composite(place, procedure.qualifier, procedure.code, *modifiers)
    padding = [""] * (_MOST_MODIFIERS - len(modifiers))
    return writer.composite(place, procedure.qualifier, procedure.code, *modifiers, *padding, procedure.description)


def references(writer: SegmentWriter, values: Iterable[Reference]) -> None:
    """One REF for each identifier."""
    for each in values:
        if each.payer_id:
            payer = writer.composite("REF04", "2U", each.payer_id)
            writer.add("REF", each.qualifier, each.value, each.description, payer)
        else:
            writer.add("REF", each.qualifier, each.value, each.description)


def after_name(writer: SegmentWriter, party: Party) -> None:
    """N3, N4, REF and PER, where they are the order of the loop."""
    if party.address or party.references or party.contacts:
        writeparties.address(writer, party.address)
        references(writer, party.references)
        writeparties.contacts(writer, party)


def _party(writer: SegmentWriter, where: _Role, party: Party) -> None:
    writeparties.nm1(writer, where.role, party)
    if party.taxonomy:
        if not where.provider_code:
            raise RefusedError(f"PRV: loop {where.loop} has no place for a taxonomy code")
        writer.add("PRV", where.provider_code, "PXC", party.taxonomy)
    after_name(writer, party)


def _parties(writer: SegmentWriter, transaction: str, begin: str, holders: Sequence[Any]) -> None:
    for where in roles(transaction, begin):
        for holder in holders:
            party = getattr(holder, where.field, None)
            if party is not None:
                _party(writer, where, party)


def _dates(writer: SegmentWriter, facts: Iterable[DatedFact]) -> None:
    for fact in facts:
        writer.add("DTP", fact.qualifier, *_period(fact))


def _period(fact: DatedFact) -> tuple[str, str]:
    if fact.until is not None:
        if fact.time:
            raise RefusedError("DTP03: a range of days cannot carry a time")
        return "RD8", f"{day_text(fact.day)}-{day_text(fact.until)}"
    return ("DT", day_text(fact.day) + fact.time) if fact.time else ("D8", day_text(fact.day))


class _Shapes(NamedTuple):
    """Fields of a claim or line that are segments one to one, in guide order between two others."""

    loop: str
    shapes: tuple[tuple[str, Shape[Any]], ...]

    def write(self, writer: SegmentWriter, transaction: str, holder: Any) -> None:
        for field, shape in self.shapes:
            value = getattr(holder, field)
            if not value:
                continue
            several = value if isinstance(value, tuple) else (value,)
            room_for(transaction, self.loop, shape.segment, len(several))
            for each in several:
                shape.write(writer, each)


_CLAIM_FIRST: Final = _Shapes("2300", (("attachments", claimshapes.PWK), ("contract", claimshapes.CN1)))
_CLAIM_THEN: Final = _Shapes(
    "2300",
    (
        ("ambulance", claimshapes.CR1),
        ("spinal_manipulation", claimshapes.CR2),
        ("conditions", claimshapes.CRC),
    ),
)
_LINE_FIRST: Final = _Shapes(
    "2400",
    (
        ("equipment", claimshapes.SV5),
        ("attachments", claimshapes.PWK),
        ("ambulance", claimshapes.CR1),
        ("equipment_certification", claimshapes.CR3),
        ("conditions", claimshapes.CRC),
    ),
)
_LINE_THEN: Final = _Shapes(
    "2400",
    (("quantities", claimshapes.QTY), ("measurements", claimshapes.MEA), ("contract", claimshapes.CN1)),
)
_LINE_LAST: Final = _Shapes("2400", (("purchased_service", claimshapes.PS1), ("repricing", claimshapes.HCP)))
_CLAIM_LAST: Final = _Shapes("2300", (("repricing", claimshapes.HCP),))


def write_claim(writer: SegmentWriter, claim: Claim) -> None:
    """A CLM and what follows it.

    Raises:
        RefusedError: it holds what the guide has no room for.
    """
    transaction = INSTITUTIONAL if claim.institutional is not None else PROFESSIONAL
    _clm(writer, claim)
    detail = claim.institutional
    if detail is not None and detail.discharge_hour:
        writer.add("DTP", "096", "TM", detail.discharge_hour)
    _dates(writer, claim.dates)
    if detail is not None and (detail.admission_type or detail.admission_source or detail.patient_status):
        writer.add("CL1", detail.admission_type, detail.admission_source, detail.patient_status)
    _CLAIM_FIRST.write(writer, transaction, claim)
    for amount in claim.amounts:
        writer.add("AMT", amount.qualifier, money_text(amount.cents))
    references(writer, claim.references)
    _texts(writer, claim)
    _CLAIM_THEN.write(writer, transaction, claim)
    claimcodes.write_codes(writer, transaction, claim)
    _CLAIM_LAST.write(writer, transaction, claim)
    _parties(writer, transaction, "2310", (claim,) if detail is None else (detail, claim))
    _most_loops(transaction, "2320", len(claim.other_payers))
    for other in claim.other_payers:
        _other_coverage(writer, transaction, other)
    _most_loops(transaction, "2400", len(claim.lines))
    for line in claim.lines:
        _line(writer, transaction, claim, line)


def _most_loops(transaction: str, loop: str, count: int) -> None:
    spec = guide(transaction).loops[loop]
    if count > spec.most:
        names = {"2320": "other payers", "2400": "lines", "2430": "payers' answers a line"}
        raise RefusedError(f"{spec.opener.name}: a claim has at most {spec.most} {names[loop]}; split it")


def _clm(writer: SegmentWriter, claim: Claim) -> None:
    place = writer.composite("CLM05", claim.place_of_service, claim.facility_qualifier, claim.frequency)
    elements = [
        "CLM", claim.control_number, money_text(claim.charge_cents), "", "", place, claim.signature_on_file,
        claim.assignment, claim.benefits_assigned, claim.release, claim.patient_signature,
    ]  # fmt: skip
    cause = claim.related_causes
    if cause or claim.special_program or claim.delay_reason:
        text = ""
        if cause is not None:
            if len(cause.causes) > 3:
                raise RefusedError("CLM11: a claim has at most three related causes")
            padding = [""] * (3 - len(cause.causes))
            text = writer.composite("CLM11", *cause.causes, *padding, cause.state, cause.country)
        elements += [text, claim.special_program, *[""] * 7, claim.delay_reason]
    writer.add(*elements)


def _texts(writer: SegmentWriter, holder: Claim | ServiceLine) -> None:
    """K3 and NTE."""
    for text in holder.fixed_formats:
        writer.add("K3", text)
    for note in holder.notes:
        writer.add("NTE", note.purpose, note.text)


def _other_coverage(writer: SegmentWriter, transaction: str, other: OtherCoverage) -> None:
    """Loop 2320 and those in it."""
    writer.add(
        "SBR", other.sequence, other.relationship, other.group_number, other.group_name, other.insurance_type, "", "",
        "", other.filing_indicator,
    )  # fmt: skip
    room_for(transaction, "2320", "CAS", write_cas(writer, other.adjustments))
    for amount in other.amounts:
        writer.add("AMT", amount.qualifier, money_text(amount.cents))
    if other.benefits_assigned or other.patient_signature or other.release:
        writer.add("OI", "", "", other.benefits_assigned, other.patient_signature, "", other.release)
    if other.inpatient is not None:
        room_for(transaction, "2320", "MIA", 1)
        claimshapes.MIA.write(writer, other.inpatient)
    if other.outpatient is not None:
        claimshapes.MOA.write(writer, other.outpatient)
    if other.subscriber != _NOBODY:
        writeparties.nm1(writer, "IL", other.subscriber)
        after_name(writer, other.subscriber)
    if other.payer != _NOBODY or other.adjudicated_on:
        writeparties.nm1(writer, "PR", other.payer)
        writeparties.address(writer, other.payer.address)
        if other.adjudicated_on:
            writer.add("DTP", "573", "D8", day_text(other.adjudicated_on))
        references(writer, other.payer.references)
    for provider in other.providers:
        writeparties.nm1(writer, provider.role, provider.party)
        after_name(writer, provider.party)


# What few lines say: a line that says none of it is written without asking for each.
_RARE_FIELDS: Final = (
    *(field for part in (_LINE_FIRST, _LINE_THEN, _LINE_LAST) for field, _ in part.shapes), "drug", "adjudications",
    "forms", "fixed_formats", *dict.fromkeys(
        field for kind in PARTIES.values() for loop, named in kind.items() if loop[:4] == "2420"
        for field in named.values()
    ),
)  # fmt: skip
_rare = attrgetter(*_RARE_FIELDS)
_PLAIN: Final = tuple(
    ServiceLine.__struct_defaults__[field_names(ServiceLine).index(each) - len(field_names(ServiceLine))]
    for each in _RARE_FIELDS
)


def _line(writer: SegmentWriter, transaction: str, claim: Claim, line: ServiceLine) -> None:
    """Loop 2400 and those in it."""
    writer.add("LX", str(line.number))
    if transaction == INSTITUTIONAL:
        _sv2(writer, line)
    else:
        _sv1(writer, line)
    plain = _rare(line) == _PLAIN
    if not plain:
        _LINE_FIRST.write(writer, transaction, line)
    if line.undated:
        _check_undated(claim, line)
    elif line.service_to == line.service_from:
        writer.add("DTP", "472", "D8", day_text(line.service_from))
    else:
        writer.add("DTP", "472", "RD8", f"{day_text(line.service_from)}-{day_text(line.service_to)}")
    _dates(writer, line.dates)
    if not plain:
        _LINE_THEN.write(writer, transaction, line)
    if line.control_number:
        writer.add("REF", "6R", line.control_number)
    references(writer, line.references)
    for amount in line.amounts:
        writer.add("AMT", amount.qualifier, money_text(amount.cents))
    _texts(writer, line)
    if not plain:
        _rest_of_line(writer, transaction, line)


def _rest_of_line(writer: SegmentWriter, transaction: str, line: ServiceLine) -> None:
    """What follows the notes: PS1, HCP and the loops in 2400."""
    _LINE_LAST.write(writer, transaction, line)
    if line.drug is not None:
        _drug(writer, line.drug)
    _parties(writer, transaction, "2420", (line,))
    _most_loops(transaction, "2430", len(line.adjudications))
    for adjudication in line.adjudications:
        _adjudication(writer, transaction, adjudication)
    for form in line.forms:
        _form(writer, transaction, form)


def _check_undated(claim: Claim, line: ServiceLine) -> None:
    """A line without a date of its own shares the days of the statement."""
    statement = next((each for each in claim.dates if each.qualifier == "434"), None)
    days = (statement.day, statement.until or statement.day) if statement else None
    if days != (line.service_from, line.service_to):
        raise RefusedError("DTP: a line without a date of its own has the days of the statement period (DTP*434)")


@cache
def _most_pointers() -> int:
    """The components of SV107."""
    service = next(spec for spec in guide(PROFESSIONAL).loops["2400"].segments if spec.name == "SV1")
    return len(service.uses[7].parts)


def _sv1(writer: SegmentWriter, line: ServiceLine) -> None:
    most = _most_pointers()
    if len(line.diagnosis_pointers) > most:
        raise RefusedError(f"SV107: a line points to at most {most} diagnoses")
    if line.revenue_code or line.non_covered_cents is not None:
        raise RefusedError("SV1: a line of a professional claim has no revenue code")
    pointers = writer.composite("SV107", *map(str, line.diagnosis_pointers)) if line.diagnosis_pointers else ""
    rest = ("", line.epsdt, line.family_planning, "", "", line.copay_status)
    writer.add(
        "SV1", procedure_text(writer, "SV101", line.procedure), money_text(line.charge_cents), line.unit_basis,
        number_text(line.units), line.place_of_service, "", pointers, "", line.emergency, *(rest if any(rest) else ()),
    )  # fmt: skip


def _sv2(writer: SegmentWriter, line: ServiceLine) -> None:
    procedure = line.procedure
    text = procedure_text(writer, "SV202", procedure) if procedure.code or procedure.qualifier else ""
    not_covered = money_text(line.non_covered_cents) if line.non_covered_cents is not None else ""
    writer.add(
        "SV2", line.revenue_code, text, money_text(line.charge_cents), line.unit_basis, number_text(line.units), "",
        not_covered,
    )  # fmt: skip


def _drug(writer: SegmentWriter, drug: Drug) -> None:
    writer.add("LIN", "", drug.qualifier, drug.code)
    if drug.unit or drug.quantity is not None:
        quantity = number_text(drug.quantity) if drug.quantity is not None else ""
        writer.add("CTP", "", "", "", quantity, drug.unit)
    references(writer, drug.references)


def _adjudication(writer: SegmentWriter, transaction: str, value: LineAdjudication) -> None:
    """Loop 2430."""
    procedure = procedure_text(writer, "SVD03", value.procedure) if value.procedure is not None else ""
    units = number_text(value.units) if value.units is not None else ""
    writer.add(
        "SVD", value.payer_id, money_text(value.paid_cents), procedure, value.revenue_code, units, value.bundled_into
    )
    room_for(transaction, "2430", "CAS", write_cas(writer, value.adjustments))
    if value.adjudicated_on:
        writer.add("DTP", "573", "D8", day_text(value.adjudicated_on))
    for amount in value.amounts:
        writer.add("AMT", amount.qualifier, money_text(amount.cents))


def _form(writer: SegmentWriter, transaction: str, form: Form) -> None:
    """Loop 2440."""
    room_for(transaction, "2440", "FRM", len(form.answers))
    writer.add("LQ", form.qualifier, form.code)
    for answer in form.answers:
        claimshapes.FRM.write(writer, answer)
