"""Everything the store holds about one claim: as sent, what the payer did, the ledger, predictions and decisions."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Row, RowMapping, func, or_, select

from denialml.store import schema
from denialml.store.answers import standing
from denialml.store.reads import ReasonRow

_ISA_TERMINATOR_PLACE: Final = 105  # ISA has a fixed width: its segment terminator is its 106th byte (X12.5)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A service line as sent; ``pointers`` count diagnoses from 1."""

    line_id: int
    number: int
    procedure: str
    modifiers: str
    units: Decimal
    charge_cents: int
    served_from: date
    served_to: date
    place_of_service: str
    pointers: str


@dataclass(frozen=True, slots=True)
class ClaimHeader:
    """One version of a claim. Names and member id identify a person: they are for the claim page only."""

    claim_id: int
    control_number: str
    frequency: str
    payer_name: str
    payer_identifier: str
    patient_last: str
    patient_first: str
    patient_birth: date | None
    patient_sex: str
    member_id: str
    filing_indicator: str
    relationship: str
    coverage_sequence: str
    billing_npi: str
    billing_tax_id: str
    rendering_npi: str
    taxonomy: str
    referring_npi: str
    place_of_service: str
    prior_authorization: str
    referral_number: str
    payer_claim_number: str
    charge_cents: int
    served_from: date
    served_to: date
    known_on: date
    sent_on: date | None
    file_name: str

    def __repr__(self) -> str:
        return f"ClaimHeader({self.claim_id})"


@dataclass(frozen=True, slots=True)
class AdjustmentFacts:
    """One adjustment of a remittance; ``line_number`` is None at the claim level."""

    claim_payment_id: int
    line_number: int | None
    group_code: str
    reason: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class ServicePaymentFacts:
    """One service as the payer adjudicated it; ``line_number`` is None while it fits no line of ours."""

    claim_payment_id: int
    line_number: int | None
    procedure: str
    modifiers: str
    charge_cents: int
    allowed_cents: int | None
    paid_cents: int
    denied: bool
    denial_reason: str
    remarks: str


@dataclass(frozen=True, slots=True)
class RemitFacts:
    """One claim payment (CLP) with the remittance it came in."""

    claim_payment_id: int
    trace: str
    payer_name: str
    payer_claim_number: str
    status: str
    charge_cents: int
    paid_cents: int
    patient_cents: int
    remarks: str
    adjudicated_on: date
    known_on: date
    disposition: str


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One ledger entry: debit positive, credit negative, in cents."""

    transaction_id: int
    known_on: date
    happened_on: date
    kind: str
    account: str
    line_number: int | None
    amount_cents: int
    group_code: str
    reason: str


@dataclass(frozen=True, slots=True)
class ParkedFacts:
    """Money or a message of this claim that did not fit."""

    kind: str
    amount_cents: int
    message: str
    known_on: date


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A denial case of one line, open or not."""

    case_id: int
    line_number: int
    procedure: str
    group_code: str
    reason: str
    remarks: str
    category: str
    stage: str
    route: str
    preventable: bool
    appealable: bool
    denied_cents: int
    noticed_on: date
    known_on: date
    correct_by: date | None
    appeal_by: date | None
    clock_source: str


@dataclass(frozen=True, slots=True)
class PredictionFacts:
    """What the last scoring run that saw the claim predicted; ``line_number`` is None for the claim as a whole."""

    line_number: int | None
    procedure: str
    probability: float
    base_log_odds: float | None
    expected_allowed_cents: int
    expected_denied_cents: int
    model_name: str
    model_version: str
    as_of: date
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What a person decided about the claim or one of its cases."""

    happened_at: datetime
    person: str
    action: str
    note: str
    case_id: int | None


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """One claim's whole file. ``segments`` are its own segments of the 837 as sent, in order."""

    header: ClaimHeader
    versions: tuple[ClaimHeader, ...]
    lines: tuple[LineFacts, ...]
    diagnoses: tuple[str, ...]
    segments: tuple[str, ...]
    remits: tuple[RemitFacts, ...]
    services: tuple[ServicePaymentFacts, ...]
    adjustments: tuple[AdjustmentFacts, ...]
    entries: tuple[EntryFacts, ...]
    parked: tuple[ParkedFacts, ...]
    cases: tuple[CaseFacts, ...]
    predictions: tuple[PredictionFacts, ...]
    decisions: tuple[DecisionFacts, ...]


def claim_file(connection: Connection, control_number: str) -> ClaimFile | None:
    """The file of the newest version of a claim, or None when no claim has this control number."""
    versions = _versions(connection, control_number)
    if not versions:
        return None
    header = versions[-1]
    ids = [version.claim_id for version in versions]
    remits = _remits(connection, ids)
    return ClaimFile(
        header=header,
        versions=tuple(versions),
        lines=_lines(connection, header.claim_id),
        diagnoses=_diagnoses(connection, header.claim_id),
        segments=_segments(connection, header.claim_id),
        remits=remits,
        services=_services(connection, ids),
        adjustments=_adjustments(connection, ids),
        entries=_entries(connection, ids),
        parked=_parked(connection, [remit.claim_payment_id for remit in remits]),
        cases=_cases(connection, ids),
        predictions=_predictions(connection, header.claim_id),
        decisions=_decisions(connection, ids),
    )


def claim_id_of(connection: Connection, control_number: str) -> int | None:
    """The id of the newest version of a claim, or None."""
    claim = schema.claim
    found = connection.execute(
        select(func.max(claim.c.id)).where(claim.c.control_number == control_number)
    ).scalar_one_or_none()
    return None if found is None else int(found)


def case_ids_of(connection: Connection, control_number: str) -> set[int]:
    """The ids of all denial cases of a claim, in every version of it."""
    case, claim = schema.denial_case, schema.claim
    found = connection.execute(
        select(case.c.id).join(claim, claim.c.id == case.c.claim_id).where(claim.c.control_number == control_number)
    )
    return set(found.scalars())


def _versions(connection: Connection, control_number: str) -> list[ClaimHeader]:
    claim, payer, patient = schema.claim, schema.payer, schema.patient
    rows = connection.execute(
        select(
            claim,
            payer.c.name.label("payer_name"),
            payer.c.identifier.label("payer_identifier"),
            patient.c.last_name.label("patient_last"),
            patient.c.first_name.label("patient_first"),
            patient.c.birth.label("patient_birth"),
            patient.c.sex.label("patient_sex"),
            schema.submission.c.sent_on,
            schema.file.c.name.label("file_name"),
        )
        .join(payer, payer.c.id == claim.c.payer_id)
        .join(patient, patient.c.id == claim.c.patient_id)
        .join(schema.file, schema.file.c.id == claim.c.file_id)
        .outerjoin(schema.submission, schema.submission.c.claim_id == claim.c.id)
        .where(claim.c.control_number == control_number)
        .order_by(claim.c.id)
    ).mappings()
    names = [name for name in ClaimHeader.__dataclass_fields__ if name != "claim_id"]
    return [ClaimHeader(claim_id=row["id"], **{name: row[name] for name in names}) for row in rows]


def _lines(connection: Connection, claim_id: int) -> tuple[LineFacts, ...]:
    line = schema.service_line
    rows = connection.execute(select(line).where(line.c.claim_id == claim_id).order_by(line.c.number)).mappings()
    return tuple(
        LineFacts(
            line_id=row["id"], **{name: row[name] for name in LineFacts.__dataclass_fields__ if name != "line_id"}
        )
        for row in rows
    )


def _diagnoses(connection: Connection, claim_id: int) -> tuple[str, ...]:
    diagnosis = schema.diagnosis
    return tuple(
        connection.execute(
            select(diagnosis.c.code).where(diagnosis.c.claim_id == claim_id).order_by(diagnosis.c.position)
        ).scalars()
    )


def _segments(connection: Connection, claim_id: int) -> tuple[str, ...]:
    claim, file = schema.claim, schema.file
    content, start, end = connection.execute(
        select(file.c.content, claim.c.file_start, claim.c.file_end)
        .join(claim, claim.c.file_id == file.c.id)
        .where(claim.c.id == claim_id)
    ).one()
    return split_segments(zlib.decompress(content), start, end)


def split_segments(content: bytes, start: int, end: int) -> tuple[str, ...]:
    """The segments of a span of an X12 file, by the terminator that the interchange around it declares."""
    header = content.rfind(b"ISA", 0, start)
    terminator = content[header + _ISA_TERMINATOR_PLACE : header + _ISA_TERMINATOR_PLACE + 1] if header >= 0 else b"~"
    pieces = content[start:end].split(terminator or b"~")
    return tuple(text for piece in pieces if (text := piece.decode("utf-8", "replace").strip()))


def _remits(connection: Connection, claim_ids: list[int]) -> tuple[RemitFacts, ...]:
    payment, remit = schema.claim_payment, schema.remittance
    rows = connection.execute(
        select(payment, remit.c.trace, remit.c.payer_name)
        .join(remit, remit.c.id == payment.c.remittance_id)
        .where(payment.c.claim_id.in_(claim_ids), standing())
        .order_by(payment.c.known_on, payment.c.id)
    ).mappings()
    return tuple(
        RemitFacts(
            claim_payment_id=row["id"],
            **{name: row[name] for name in RemitFacts.__dataclass_fields__ if name != "claim_payment_id"},
        )
        for row in rows
    )


def _services(connection: Connection, claim_ids: list[int]) -> tuple[ServicePaymentFacts, ...]:
    service, payment, line = schema.service_payment, schema.claim_payment, schema.service_line
    rows = connection.execute(
        select(service, line.c.number.label("line_number"))
        .join(payment, payment.c.id == service.c.claim_payment_id)
        .outerjoin(line, line.c.id == service.c.line_id)
        .where(payment.c.claim_id.in_(claim_ids), standing())
        .order_by(service.c.claim_payment_id, service.c.ordinal)
    ).mappings()
    return tuple(ServicePaymentFacts(**_pick(row, ServicePaymentFacts)) for row in rows)


def _adjustments(connection: Connection, claim_ids: list[int]) -> tuple[AdjustmentFacts, ...]:
    adjustment, payment = schema.adjustment, schema.claim_payment
    service, line = schema.service_payment, schema.service_line
    rows = connection.execute(
        select(adjustment, line.c.number.label("line_number"))
        .join(payment, payment.c.id == adjustment.c.claim_payment_id)
        .outerjoin(service, service.c.id == adjustment.c.service_payment_id)
        .outerjoin(line, line.c.id == service.c.line_id)
        .where(payment.c.claim_id.in_(claim_ids), standing())
        .order_by(adjustment.c.claim_payment_id, adjustment.c.id)
    ).mappings()
    return tuple(AdjustmentFacts(**_pick(row, AdjustmentFacts)) for row in rows)


def _entries(connection: Connection, claim_ids: list[int]) -> tuple[EntryFacts, ...]:
    entry, transaction, line = schema.ledger_entry, schema.ledger_transaction, schema.service_line
    rows = connection.execute(
        select(
            entry,
            transaction.c.known_on,
            transaction.c.happened_on,
            transaction.c.kind,
            line.c.number.label("line_number"),
        )
        .join(transaction, transaction.c.id == entry.c.transaction_id)
        .outerjoin(line, line.c.id == entry.c.line_id)
        .where(transaction.c.claim_id.in_(claim_ids))
        .order_by(transaction.c.known_on, transaction.c.id, entry.c.ordinal)
    ).mappings()
    return tuple(EntryFacts(**_pick(row, EntryFacts)) for row in rows)


def _parked(connection: Connection, claim_payment_ids: list[int]) -> tuple[ParkedFacts, ...]:
    parked = schema.parked_item
    rows = connection.execute(
        select(parked).where(parked.c.claim_payment_id.in_(claim_payment_ids)).order_by(parked.c.known_on, parked.c.id)
    ).mappings()
    return tuple(ParkedFacts(**_pick(row, ParkedFacts)) for row in rows)


def _cases(connection: Connection, claim_ids: list[int]) -> tuple[CaseFacts, ...]:
    case, line, service = schema.denial_case, schema.service_line, schema.service_payment
    rows = connection.execute(
        select(case, case.c.id.label("case_id"), line.c.number.label("line_number"), line.c.procedure)
        .join(line, line.c.id == case.c.line_id)
        .join(service, service.c.id == case.c.service_payment_id)
        .join(schema.claim_payment, schema.claim_payment.c.id == service.c.claim_payment_id)
        .where(case.c.claim_id.in_(claim_ids), standing())
        .order_by(case.c.known_on, case.c.id)
    ).mappings()
    return tuple(CaseFacts(**_pick(row, CaseFacts)) for row in rows)


def _predictions(connection: Connection, claim_id: int) -> tuple[PredictionFacts, ...]:
    prediction, run, line = schema.prediction, schema.scoring_run, schema.service_line
    newest = connection.execute(
        select(prediction.c.run_id)
        .join(run, run.c.id == prediction.c.run_id)
        .where(prediction.c.claim_id == claim_id)
        .order_by(run.c.known_on.desc(), run.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if newest is None:
        return ()
    rows = connection.execute(
        select(
            prediction,
            run.c.model_name,
            run.c.model_version,
            run.c.as_of,
            line.c.number.label("line_number"),
            line.c.procedure,
        )
        .join(run, run.c.id == prediction.c.run_id)
        .outerjoin(line, line.c.id == prediction.c.line_id)
        .where(prediction.c.run_id == newest, prediction.c.claim_id == claim_id)
        .order_by(prediction.c.line_id.is_not(None), line.c.number)
    ).all()
    reasons = _reasons(connection, [row.id for row in rows])
    return tuple(_prediction(row, reasons.get(row.id, ())) for row in rows)


def _prediction(row: Row[Any], reasons: tuple[ReasonRow, ...]) -> PredictionFacts:
    return PredictionFacts(
        line_number=row.line_number,
        procedure=row.procedure or "",
        probability=row.probability,
        base_log_odds=row.base_log_odds,
        expected_allowed_cents=row.expected_allowed_cents,
        expected_denied_cents=row.expected_denied_cents,
        model_name=row.model_name,
        model_version=row.model_version,
        as_of=row.as_of,
        reasons=reasons,
    )


def _reasons(connection: Connection, prediction_ids: list[int]) -> dict[int, tuple[ReasonRow, ...]]:
    reason = schema.prediction_reason
    found: dict[int, list[ReasonRow]] = {}
    for row in connection.execute(
        select(reason).where(reason.c.prediction_id.in_(prediction_ids)).order_by(reason.c.prediction_id, reason.c.rank)
    ):
        found.setdefault(row.prediction_id, []).append(
            ReasonRow(row.group_name, row.contribution, row.sentence, row.edit)
        )
    return {identity: tuple(rows) for identity, rows in found.items()}


def _decisions(connection: Connection, claim_ids: list[int]) -> tuple[DecisionFacts, ...]:
    decision, case = schema.decision, schema.denial_case
    rows = connection.execute(
        select(decision, decision.c.denial_case_id.label("case_id"))
        .outerjoin(case, case.c.id == decision.c.denial_case_id)
        .where(or_(decision.c.claim_id.in_(claim_ids), case.c.claim_id.in_(claim_ids)))
        .order_by(decision.c.happened_at, decision.c.id)
    ).mappings()
    return tuple(DecisionFacts(**_pick(row, DecisionFacts)) for row in rows)


def _pick(row: RowMapping, kind: type) -> dict[str, Any]:
    return {name: row[name] for name in kind.__dataclass_fields__}  # type: ignore[attr-defined]  # our frozen classes
