"""The vocabulary to 837 transactions (implementation guides 005010X222A1 professional, 005010X223A2 institutional).

Claims that follow each other and share the billing provider, or the cover, hang under one HL; their order is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from denialml.claims import Claim, Coverage, Party, Patient
from denialml.errors import RefusedError
from denialml.x12 import writeparties
from denialml.x12.claimloops import INSTITUTIONAL, PROFESSIONAL
from denialml.x12.guide import guide
from denialml.x12.segments import SegmentWriter
from denialml.x12.values import day_text, number_text
from denialml.x12.writeclaim import after_name, references, write_claim

CLAIMS_IN_A_SET = 5000  # the guide's recommended most CLM in one ST (section 1.3.2)


def version_of(claims: Sequence[Claim]) -> str:
    """The version (GS08, ST03) under which all the claims are written.

    Raises:
        RefusedError: some are professional and some institutional: they go into different files.
    """
    kinds = {INSTITUTIONAL if claim.institutional is not None else PROFESSIONAL for claim in claims}
    if len(kinds) != 1:
        raise RefusedError("a batch holds professional or institutional claims, not both; write one of each kind")
    return guide(kinds.pop()).version


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
    writer.add("ST", "837", control_number, version_of(claims))
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
        for _, run in groupby(claims, key=attrgetter("billing", "pay_to", "pay_to_plan", "currency")):
            of_provider = list(run)
            parent = self._hl("", "20", children=True)
            _billing(self._writer, of_provider[0])
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
            _patient(writer, patient)
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


def _billing(writer: SegmentWriter, claim: Claim) -> None:
    billing = claim.billing
    if billing.taxonomy:
        writer.add("PRV", "BI", "PXC", billing.taxonomy)
    if claim.currency:
        writer.add("CUR", "85", claim.currency)
    writeparties.nm1(writer, "85", billing)
    after_name(writer, billing)
    for role, party in (("87", claim.pay_to), ("PE", claim.pay_to_plan)):
        if party is not None:
            _named(writer, role, party)


def _coverage(writer: SegmentWriter, coverage: Coverage) -> None:
    writer.add(
        "SBR", coverage.sequence, coverage.relationship, coverage.group_number, coverage.group_name,
        coverage.insurance_type, "", "", "", coverage.filing_indicator,
    )  # fmt: skip
    death, weight, pregnant = coverage.subscriber_death, coverage.subscriber_weight, coverage.subscriber_pregnant
    if death or weight is not None or pregnant:
        writer.add("PAT", "", *_patient_facts(death, weight, pregnant))
    birth = day_text(coverage.subscriber_birth) if coverage.subscriber_birth else ""
    _person(writer, "IL", coverage.subscriber, birth, coverage.subscriber_sex)
    _named(writer, "PR", coverage.payer)


def _patient(writer: SegmentWriter, patient: Patient) -> None:
    writer.add("PAT", patient.relationship, *_patient_facts(patient.death, patient.weight, patient.pregnant))
    _person(writer, "QC", patient.party, day_text(patient.birth) if patient.birth else "", patient.sex)


def _patient_facts(death: date | None, weight: Decimal | None, pregnant: str) -> list[str]:
    """PAT02 to PAT09: the day of death, the weight in pounds, pregnancy."""
    dead = ["D8", day_text(death)] if death else ["", ""]
    weighs = ["01", number_text(weight)] if weight is not None else ["", ""]
    return ["", "", "", *dead, *weighs, pregnant]


def _named(writer: SegmentWriter, role: str, party: Party) -> None:
    """A party whose loop has no place for a taxonomy code."""
    if party.taxonomy:
        raise RefusedError(f"PRV: a party with the role {role} has no place for a taxonomy code")
    writeparties.nm1(writer, role, party)
    after_name(writer, party)


def _person(writer: SegmentWriter, role: str, party: Party, birth: str, sex: str) -> None:
    writeparties.nm1(writer, role, party)
    writeparties.address(writer, party.address)
    if birth or sex:
        writer.add("DMG", "D8" if birth else "", birth, sex)
    references(writer, party.references)
    writeparties.contacts(writer, party)
