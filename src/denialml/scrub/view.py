"""A claim as rules look at it: its facts worked out once, and its answers from tables and history remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from denialml.claims import Claim, Party, ServiceLine
from denialml.scrub.context import Context
from denialml.scrub.history import Cover, Service
from denialml.scrub.practice import MEDICAID, payer_kind
from denialml.scrub.tables import CoveragePolicy, FeeRow, Icd10Row, PairEdit, ProcedureRow, UnitLimit, editions

_UNASKED = object()
_ICD10 = frozenset({"ABK", "ABF"})
Condition = tuple[str, Icd10Row | None]  # a diagnosis and its row on the first day of service


class LineView:
    """One service line: ``sent`` as the claim holds it, and what most rules ask of it.

    ``marks`` are its modifiers as a set, ``place`` its own place of service or the claim's, ``provider`` who rendered
    it and ``npi`` that provider's number.
    """

    __slots__ = (
        "_fee",
        "_policies",
        "_procedure",
        "claim",
        "code",
        "day",
        "last_day",
        "marks",
        "modifiers",
        "npi",
        "number",
        "place",
        "provider",
        "sent",
        "units",
    )

    def __init__(self, claim: ClaimView, sent: ServiceLine) -> None:
        procedure = sent.procedure
        self.claim = claim
        self.sent = sent
        self.number: int = sent.number
        self.code: str = procedure.code
        self.modifiers: tuple[str, ...] = procedure.modifiers
        self.marks: frozenset[str] = frozenset(procedure.modifiers) if procedure.modifiers else _NOTHING
        self.day: date = sent.service_from
        self.last_day: date = sent.service_to
        self.place: str = sent.place_of_service or claim.sent.place_of_service
        self.units: Decimal = sent.units
        self.provider: Party = sent.rendering or claim.provider
        self.npi: str = self.provider.npi
        self._fee: object = _UNASKED
        self._policies: Sequence[CoveragePolicy] | None = None
        self._procedure: object = _UNASKED

    @property
    def procedure(self) -> ProcedureRow | None:
        """The procedure's row on the day of the line; None where the table has none."""
        if self._procedure is _UNASKED:
            self._procedure = self.claim.context.tables.procedure(self.code, self.day)
        return self._procedure  # type: ignore[return-value]

    @property
    def policies(self) -> Sequence[CoveragePolicy]:
        """The coverage policies that name the procedure."""
        if self._policies is None:
            self._policies = self.claim.context.tables.coverage(self.code, self.diagnoses, self.day)
        return self._policies

    @property
    def fee(self) -> FeeRow | None:
        """The fee schedule's row: that of modifier 26, TC or 53 where the line bears it and the schedule has one."""
        if self._fee is _UNASKED:
            self._fee = self._ask_fee()
        return self._fee  # type: ignore[return-value]

    def _ask_fee(self) -> FeeRow | None:
        tables = self.claim.context.tables
        for modifier in self.modifiers:
            if modifier in {"26", "TC", "53"}:
                row = tables.fee_schedule(self.code, modifier, self.day)
                if row:
                    return row
        return tables.fee_schedule(self.code, "", self.day)

    @property
    def diagnoses(self) -> list[str]:
        """The codes that the line points to, in its order; pointers that lead nowhere are left out."""
        known = self.claim.diagnoses
        return [known[at - 1] for at in self.sent.diagnosis_pointers if 0 < at <= len(known)]

    @property
    def conditions(self) -> list[Condition]:
        """The diagnoses that the line points to, with their rows."""
        known = self.claim.conditions
        return [known[at - 1] for at in self.sent.diagnosis_pointers if 0 < at <= len(known)]


_NOTHING: frozenset[str] = frozenset()


class PairOnDay(NamedTuple):
    """Two services that an edit does not let stand side by side; an earlier claim may hold one of them."""

    column1: LineView | Service
    column2: LineView | Service
    edit: PairEdit
    line: LineView


class ClaimView:
    """A claim with its context: ``sent`` as it stands, ``day`` and ``last_day`` its span, ``kind`` its kind of payer.

    ``diagnoses`` are its codes in order, and ``is_icd10`` tells that none is of an older set. ``codes`` are its
    procedures, ``marks`` all its modifiers, ``provider`` is who rendered it (the billing provider where nobody else is
    named), ``tax_id`` the group's.
    """

    __slots__ = (
        "_conditions",
        "_cover",
        "_pairs",
        "_parties",
        "_services",
        "by_code",
        "codes",
        "context",
        "contract",
        "day",
        "diagnoses",
        "institutional",
        "is_icd10",
        "kind",
        "last_day",
        "lines",
        "marks",
        "provider",
        "sent",
        "tax_id",
    )

    def __init__(self, sent: Claim, context: Context) -> None:
        self.sent = sent
        self.context = context
        self.institutional = sent.institutional is not None
        self.provider: Party = sent.rendering or sent.billing
        self.tax_id: str = sent.billing.tax_id
        self.lines: tuple[LineView, ...] = tuple([LineView(self, line) for line in sent.lines])
        self.day: date = min([line.day for line in self.lines], default=context.as_of)
        self.last_day: date = max([line.last_day for line in self.lines], default=context.as_of)
        self.kind: str = payer_kind(sent.coverage.filing_indicator, self.day)
        self.contract = context.practice.contract(sent.payer_id, self.day)
        self.diagnoses: tuple[str, ...] = tuple([each.code for each in sent.diagnoses])
        self.is_icd10: bool = all(each.qualifier in _ICD10 for each in sent.diagnoses)
        by_code: dict[str, list[LineView]] = {}
        for line in self.lines:
            by_code.setdefault(line.code, []).append(line)
        self.by_code = by_code
        self.codes = by_code.keys()
        self.marks: frozenset[str] = _NOTHING.union(*[line.marks for line in self.lines])
        self._services: Sequence[Service] | None = None
        self._pairs: list[PairOnDay] | None = None
        self._parties: tuple[tuple[str, int, Party], ...] | None = None
        self._cover: object = _UNASKED
        self._conditions: tuple[Condition, ...] | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The diagnoses in order, each with its row."""
        if self._conditions is None:
            tables, day = self.context.tables, self.day
            self._conditions = tuple([(code, tables.icd10(code, day)) for code in self.diagnoses])
        return self._conditions

    @property
    def services(self) -> Sequence[Service]:
        """The patient's services on other claims."""
        if self._services is None:
            self._services = self.context.history.services(self.sent)
        return self._services

    @property
    def cover(self) -> Cover | None:
        """The payer's newest answer about the patient's cover on the first day of service."""
        if self._cover is _UNASKED:
            self._cover = self.context.history.cover(self.sent, self.day)
        return self._cover  # type: ignore[return-value]

    @property
    def birth(self) -> date | None:
        """The patient's day of birth."""
        return self.sent.treated_birth

    def age(self, on: date) -> int | None:
        """The patient's age in full years on a day; None where the birth date is missing or later."""
        birth = self.birth
        if birth is None or birth > on:
            return None
        return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))

    def same_group(self, service: Service) -> bool:
        """Whether a service was given by this group in this specialty: payers take those as one physician.

        Where either specialty is unknown, the same person must have given it.
        """
        if service.tax_id != self.tax_id or not self.tax_id:
            return False
        taxonomy = self.provider.taxonomy
        if taxonomy and service.taxonomy:
            return taxonomy == service.taxonomy
        return service.npi == self.provider.npi

    def release(self, table: str) -> str:
        """The release of a table on the first day of service; empty where none is loaded."""
        names = editions(table, hospital=self.institutional, medicaid=self.is_medicaid)
        return next((found for name in names if (found := self.context.tables.release(name, self.day))), "")

    @property
    def is_medicaid(self) -> bool:
        """Whether Medicaid's programme pays it, with tables of its own."""
        return self.kind == MEDICAID

    def unit_limit(self, code: str, on: date) -> UnitLimit | None:
        """The unit limit of a procedure in the payer's programme."""
        return self.context.tables.mue(code, on, hospital=self.institutional, medicaid=self.is_medicaid)

    @property
    def pairs(self) -> list[PairOnDay]:
        """Every pair of services of one day and provider or group that a procedure-to-procedure edit names."""
        if self._pairs is None:
            self._pairs = list(self._find_pairs())
        return self._pairs

    def _find_pairs(self) -> Iterator[PairOnDay]:
        earlier = [each for each in self.services if self.same_group(each)] if self.services else []
        for place, line in enumerate(self.lines):
            for other in self.lines[place + 1 :]:
                if line.day == other.day and (line.npi == other.npi or not line.npi):
                    yield from self._edits(line, other, line)
            for service in earlier:
                if service.day == line.day:
                    yield from self._edits(line, service, line)

    def _edits(self, one: LineView, other: LineView | Service, line: LineView) -> Iterator[PairOnDay]:
        tables, hospital, medicaid = self.context.tables, self.institutional, self.is_medicaid
        for column1, column2 in ((one, other), (other, one)):
            edit = tables.ptp(column1.code, column2.code, line.day, hospital=hospital, medicaid=medicaid)
            if edit and edit.indicator != "9":
                yield PairOnDay(column1, column2, edit, column2 if isinstance(column2, LineView) else line)

    @property
    def parties(self) -> tuple[tuple[str, int, Party], ...]:
        """Every provider that the claim names, with its loop and the number of its line (0 for the claim)."""
        if self._parties is None:
            of_claim = [(loop, 0, party) for loop, party in _claim_parties(self.sent) if party is not None]
            of_lines = [
                (loop, line.number, party)
                for line in self.sent.lines
                for loop, party in _line_parties(line)
                if party is not None
            ]
            self._parties = (*of_claim, *of_lines)
        return self._parties


def _claim_parties(sent: Claim) -> tuple[tuple[str, Party | None], ...]:
    detail = sent.institutional
    if detail is None:
        return (
            ("2010AA", sent.billing),
            ("2310A", sent.referring),
            ("2310B", sent.rendering),
            ("2310C", sent.facility),
            ("2310D", sent.supervising),
        )
    return (
        ("2010AA", sent.billing),
        ("2310A", detail.attending),
        ("2310B", detail.operating),
        ("2310C", detail.other_operating),
        ("2310D", sent.rendering),
        ("2310E", sent.facility),
        ("2310F", sent.referring),
    )


def _line_parties(line: ServiceLine) -> tuple[tuple[str, Party | None], ...]:
    return (
        ("2420A", line.rendering),
        ("2420B", line.purchased),
        ("2420C", line.facility),
        ("2420D", line.supervising),
        ("2420E", line.ordering),
        ("2420F", line.referring),
    )
