"""The lines of a snapshot: what each service line said, as its claim was made ready."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Connection, Float, Row, Select, and_, bindparam, cast, func, literal, select

from denialml.clock import age_in_years
from denialml.store import schema

_CHUNK_LINES: Final = 50_000

LINES: Final = pa.schema(
    [
        ("line_id", pa.int64()),
        ("claim_id", pa.int64()),
        ("control_number", pa.string()),
        ("line_number", pa.int16()),
        ("known_on", pa.date32()),
        ("sent_on", pa.date32()),
        ("served_on", pa.date32()),
        ("payer", pa.string()),
        ("payer_name", pa.string()),
        ("filing_indicator", pa.string()),
        ("procedure", pa.string()),
        ("modifiers", pa.string()),
        ("units", pa.float64()),
        ("charge_cents", pa.int64()),
        ("place_of_service", pa.string()),
        ("frequency", pa.string()),
        ("diagnosis", pa.string()),
        ("principal_diagnosis", pa.string()),
        ("diagnosis_count", pa.int16()),
        ("diagnoses", pa.string()),
        ("billing_npi", pa.string()),
        ("rendering_npi", pa.string()),
        ("taxonomy", pa.string()),
        ("has_referring", pa.bool_()),
        ("has_prior_authorization", pa.bool_()),
        ("has_referral", pa.bool_()),
        ("patient_id", pa.int64()),
        ("patient_sex", pa.string()),
        ("patient_age", pa.int16()),
        ("relationship", pa.string()),
        ("coverage_sequence", pa.string()),
        ("line_count", pa.int16()),
        ("claim_charge_cents", pa.int64()),
        ("member_key", pa.string()),
    ]
)


def line_batches(connection: Connection, as_of: date) -> Iterator[pa.RecordBatch]:
    """The lines of every claim known up to and including a day, in the order of their ids, chunk by chunk."""
    statement = _statement()
    last = 0
    while True:
        rows = connection.execute(statement, {"as_of": as_of, "last": last, "limit": _CHUNK_LINES}).all()
        if not rows:
            return
        last = rows[-1].line_id
        yield _batch(connection, rows, as_of)


def _statement() -> Select[Any]:
    """One row a line: columns of the snapshot by their names, and those that others are made from."""
    line, claim, payer, patient, submission = (
        schema.service_line,
        schema.claim,
        schema.payer,
        schema.patient,
        schema.submission,
    )
    of_claim = line.alias("of_claim")
    line_count = select(func.count()).where(of_claim.c.claim_id == claim.c.id).scalar_subquery()
    as_of = bindparam("as_of", type_=schema.claim.c.known_on.type)
    sent = and_(submission.c.claim_id == claim.c.id, submission.c.known_on <= as_of)
    return (
        select(
            line.c.id.label("line_id"),
            claim.c.id.label("claim_id"),
            claim.c.control_number,
            line.c.number.label("line_number"),
            claim.c.known_on,
            submission.c.sent_on,
            line.c.served_from.label("served_on"),
            payer.c.identifier.label("payer"),
            payer.c.name.label("payer_name"),
            claim.c.filing_indicator,
            line.c.procedure,
            line.c.modifiers,
            cast(line.c.units, Float).label("units"),
            line.c.charge_cents,
            func.coalesce(func.nullif(line.c.place_of_service, ""), claim.c.place_of_service).label("place_of_service"),
            claim.c.frequency,
            line.c.pointers,
            claim.c.billing_npi,
            claim.c.rendering_npi,
            claim.c.taxonomy,
            (claim.c.referring_npi != literal("")).label("has_referring"),
            (claim.c.prior_authorization != literal("")).label("has_prior_authorization"),
            (claim.c.referral_number != literal("")).label("has_referral"),
            claim.c.patient_id,
            patient.c.sex.label("patient_sex"),
            patient.c.birth,
            claim.c.relationship,
            claim.c.coverage_sequence,
            line_count.label("line_count"),
            claim.c.charge_cents.label("claim_charge_cents"),
            claim.c.member_id,
        )
        .join_from(line, claim, line.c.claim_id == claim.c.id)
        .join(payer, claim.c.payer_id == payer.c.id)
        .join(patient, claim.c.patient_id == patient.c.id)
        .outerjoin(submission, sent)
        .where(claim.c.known_on <= as_of, line.c.id > bindparam("last"))
        .order_by(line.c.id)
        .limit(bindparam("limit"))
    )


def _batch(connection: Connection, rows: Sequence[Row[Any]], as_of: date) -> pa.RecordBatch:
    names = rows[0]._fields
    columns: dict[str, Sequence[Any]] = dict(zip(names, zip(*rows, strict=True), strict=True))
    codes = _diagnoses(connection, columns["claim_id"], as_of)
    of_line = [codes.get(claim_id, ()) for claim_id in columns["claim_id"]]
    columns["diagnosis"] = [
        _pointed(found, pointers) for found, pointers in zip(of_line, columns["pointers"], strict=True)
    ]
    columns["principal_diagnosis"] = [found[0] if found else "" for found in of_line]
    columns["diagnosis_count"] = [len(found) for found in of_line]
    columns["diagnoses"] = [" ".join(found) for found in of_line]
    columns["modifiers"] = [_sorted(modifiers) for modifiers in columns["modifiers"]]
    columns["patient_age"] = [
        None if birth is None else age_in_years(birth, served)
        for birth, served in zip(columns["birth"], columns["served_on"], strict=True)
    ]
    columns["member_key"] = [
        _member_key(payer, member) for payer, member in zip(columns["payer"], columns["member_id"], strict=True)
    ]
    return pa.record_batch([pa.array(columns[field.name], field.type) for field in LINES], schema=LINES)


def _diagnoses(connection: Connection, claim_ids: Sequence[int], as_of: date) -> dict[int, tuple[str, ...]]:
    """Diagnosis codes of the claims of one chunk, the principal first. Ids of one chunk lie close together."""
    diagnosis, claim = schema.diagnosis, schema.claim
    rows = connection.execute(
        select(diagnosis.c.claim_id, diagnosis.c.code)
        .join(claim, diagnosis.c.claim_id == claim.c.id)
        .where(diagnosis.c.claim_id.between(min(claim_ids), max(claim_ids)), claim.c.known_on <= as_of)
        .order_by(diagnosis.c.claim_id, diagnosis.c.position)
    ).all()
    return {claim_id: tuple(code for _, code in found) for claim_id, found in groupby(rows, key=itemgetter(0))}


def _pointed(codes: tuple[str, ...], pointers: str) -> str:
    """The diagnosis a line points to first; the principal where it points nowhere or past the end."""
    if not codes:
        return ""
    first = pointers.partition(":")[0]
    place = int(first) - 1 if first else 0
    return codes[place] if 0 <= place < len(codes) else codes[0]


@lru_cache(maxsize=4096)
def _sorted(modifiers: str) -> str:
    return ":".join(sorted(modifiers.split(":")))


@lru_cache(maxsize=65536)
def _member_key(payer: str, member: str) -> str:
    """A name for a membership that gives no member id away to a reader of the snapshot without the payer's list."""
    return hashlib.sha256(f"{payer}\n{member}".encode()).hexdigest()
