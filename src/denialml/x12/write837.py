"""The vocabulary to 837P transactions (implementation guide 005010X222A1).

Claims that follow each other and share the billing provider, or the cover, hang under one HL; their order is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from denialml.claims import Claim, Coverage, DatedFact, Diagnosis, Party, Procedure, ServiceLine
from denialml.errors import RefusedError
from denialml.x12 import writeparties
from denialml.x12.segments import SegmentWriter
from denialml.x12.values import day_text, money_text, number_text

VERSION = "005010X222A1"
CLAIMS_IN_A_SET = 5000  # the guide's recommended most CLM in one ST (section 1.3.2)

_MOST_LINES = 50  # LX of 2400
_MOST_DIAGNOSES = 12  # composites of HI
_MOST_POINTERS = 4  # components of SV107
_MOST_MODIFIERS = 4  # components 3 to 6 of C003


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the claims of each transaction set."""

    submitter: Party
    receiver: Party
    reference: str
    created_at: datetime


def write_set(writer: SegmentWriter, control_number: str, head: Head, claims: Sequence[Claim]) -> None:
    """One ST to SE.

    Raises:
        RefusedError: a claim holds what the guide has no room for.
    """
    start = len(writer)
    writer.add("ST", "837", control_number, VERSION)
    created = head.created_at
    writer.add("BHT", "0019", "00", head.reference, f"{created:%Y%m%d}", f"{created:%H%M}", "CH")
    for role, party in (("41", head.submitter), ("40", head.receiver)):
        writeparties.nm1(writer, role, party)
        writeparties.contacts(writer, party)
    _Levels(writer).write(claims)
    writer.add("SE", str(len(writer) - start + 1), control_number)


class _Levels:
    """Numbers the HL segments of one transaction set."""

    def __init__(self, writer: SegmentWriter) -> None:
        self._writer = writer
        self._count = 0

    def write(self, claims: Sequence[Claim]) -> None:
        for (billing, pay_to), of_provider in groupby(claims, key=lambda claim: (claim.billing, claim.pay_to)):
            parent = self._hl("", "20", children=True)
            _billing(self._writer, billing, pay_to)
            for coverage, of_cover in groupby(of_provider, key=lambda claim: claim.coverage):
                for own, dependents in _runs(of_cover):
                    self._subscriber(parent, coverage, own, dependents)

    def _subscriber(self, parent: str, coverage: Coverage, own: list[Claim], dependents: list[Claim]) -> None:
        writer = self._writer
        subscriber = self._hl(parent, "22", children=bool(dependents))
        _coverage(writer, coverage)
        for claim in own:
            write_claim(writer, claim)
        for patient, of_patient in groupby(dependents, key=lambda claim: claim.patient):
            assert patient is not None
            self._hl(subscriber, "23", children=False)
            writer.add("PAT", patient.relationship)
            _person(writer, "QC", patient.party, day_text(patient.birth) if patient.birth else "", patient.sex)
            for claim in of_patient:
                write_claim(writer, claim)

    def _hl(self, parent: str, code: str, *, children: bool) -> str:
        self._count += 1
        number = str(self._count)
        self._writer.add("HL", number, parent, code, "1" if children else "0")
        return number


def _runs(claims: Iterator[Claim]) -> Iterator[tuple[list[Claim], list[Claim]]]:
    """Claims of one cover in runs of the subscriber's own and then the dependents', as an HL can hold them."""
    own: list[Claim] = []
    dependents: list[Claim] = []
    for claim in claims:
        if claim.patient is None and dependents:
            yield own, dependents
            own, dependents = [], []
        (own if claim.patient is None else dependents).append(claim)
    yield own, dependents


def _billing(writer: SegmentWriter, billing: Party, pay_to: Party | None) -> None:
    if billing.taxonomy:
        writer.add("PRV", "BI", "PXC", billing.taxonomy)
    writeparties.nm1(writer, "85", billing)
    writeparties.address(writer, billing.address)
    writeparties.references(writer, billing)
    writeparties.contacts(writer, billing)
    if pay_to is not None:
        _provider(writer, "87", pay_to)


def _coverage(writer: SegmentWriter, coverage: Coverage) -> None:
    writer.add(
        "SBR", coverage.sequence, coverage.relationship, coverage.group_number, coverage.group_name,
        coverage.insurance_type, "", "", "", coverage.filing_indicator,
    )  # fmt: skip
    birth = day_text(coverage.subscriber_birth) if coverage.subscriber_birth else ""
    _person(writer, "IL", coverage.subscriber, birth, coverage.subscriber_sex)
    writeparties.nm1(writer, "PR", coverage.payer)
    _after_name(writer, coverage.payer)


def _person(writer: SegmentWriter, role: str, party: Party, birth: str, sex: str) -> None:
    writeparties.nm1(writer, role, party)
    writeparties.address(writer, party.address)
    if birth or sex:
        writer.add("DMG", "D8" if birth else "", birth, sex)
    writeparties.references(writer, party)
    writeparties.contacts(writer, party)


_PROVIDER_CODES = {"82": "PE", "DN": "RF", "77": "SU", "DQ": "SU", "87": "PT"}


def _provider(writer: SegmentWriter, role: str, party: Party) -> None:
    writeparties.nm1(writer, role, party)
    if party.taxonomy:
        writer.add("PRV", _PROVIDER_CODES[role], "PXC", party.taxonomy)
    _after_name(writer, party)


def _after_name(writer: SegmentWriter, party: Party) -> None:
    if party.address or party.references or party.contacts:
        writeparties.address(writer, party.address)
        writeparties.references(writer, party)
        writeparties.contacts(writer, party)


def write_claim(writer: SegmentWriter, claim: Claim) -> None:
    """A CLM and what follows it.

    Raises:
        RefusedError: it holds what the guide has no room for.
    """
    place = writer.composite("CLM05", claim.place_of_service, claim.facility_qualifier, claim.frequency)
    writer.add(
        "CLM", claim.control_number, money_text(claim.charge_cents), "", "", place, claim.signature_on_file,
        claim.assignment, claim.benefits_assigned, claim.release, claim.patient_signature,
    )  # fmt: skip
    for fact in claim.dates:
        writer.add("DTP", fact.qualifier, *_period(fact))
    for amount in claim.amounts:
        writer.add("AMT", amount.qualifier, money_text(amount.cents))
    for reference in claim.references:
        writer.add("REF", reference.qualifier, reference.value, reference.description)
    for note in claim.notes:
        writer.add("NTE", note.purpose, note.text)
    if claim.diagnoses:
        _diagnoses(writer, claim.diagnoses)
    for role, party in (
        ("DN", claim.referring), ("82", claim.rendering), ("77", claim.facility), ("DQ", claim.supervising),
    ):  # fmt: skip
        if party is not None:
            _provider(writer, role, party)
    if len(claim.lines) > _MOST_LINES:
        raise RefusedError(f"LX: a claim has at most {_MOST_LINES} lines; split it")
    for line in claim.lines:
        _line(writer, line)


def _period(fact: DatedFact) -> tuple[str, str]:
    if fact.until is not None:
        if fact.time:
            raise RefusedError("DTP03: a range of days cannot carry a time")
        return "RD8", f"{day_text(fact.day)}-{day_text(fact.until)}"
    return ("DT", day_text(fact.day) + fact.time) if fact.time else ("D8", day_text(fact.day))


def _diagnoses(writer: SegmentWriter, diagnoses: tuple[Diagnosis, ...]) -> None:
    if len(diagnoses) > _MOST_DIAGNOSES:
        raise RefusedError(f"HI: a claim has at most {_MOST_DIAGNOSES} diagnoses")
    composites = [writer.composite("HI", each.qualifier, each.code) for each in diagnoses]
    writer.add("HI", *composites)


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


def _line(writer: SegmentWriter, line: ServiceLine) -> None:
    writer.add("LX", str(line.number))
    if len(line.diagnosis_pointers) > _MOST_POINTERS:
        raise RefusedError(f"SV107: a line points to at most {_MOST_POINTERS} diagnoses")
    pointers = writer.composite("SV107", *map(str, line.diagnosis_pointers)) if line.diagnosis_pointers else ""
    service = procedure_text(writer, "SV101", line.procedure)
    writer.add(
        "SV1", service, money_text(line.charge_cents), line.unit_basis,
        number_text(line.units), line.place_of_service, "", pointers, "", line.emergency,
    )  # fmt: skip
    if line.service_to == line.service_from:
        writer.add("DTP", "472", "D8", day_text(line.service_from))
    else:
        writer.add("DTP", "472", "RD8", f"{day_text(line.service_from)}-{day_text(line.service_to)}")
    for fact in line.dates:
        writer.add("DTP", fact.qualifier, *_period(fact))
    if line.control_number:
        writer.add("REF", "6R", line.control_number)
    for reference in line.references:
        writer.add("REF", reference.qualifier, reference.value, reference.description)
    for amount in line.amounts:
        writer.add("AMT", amount.qualifier, money_text(amount.cents))
    for note in line.notes:
        writer.add("NTE", note.purpose, note.text)
    if line.rendering is not None:
        _provider(writer, "82", line.rendering)
