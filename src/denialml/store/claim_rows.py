"""What of a claim goes into which column, and the keys by which a claim and a patient are known again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, Final

from denialml.claims import Claim, Party, ServiceLine, Value, field_names
from denialml.x12.events import ClaimRead

Row = dict[str, Any]

_MAX_LINE_NUMBER: Final = 32_767  # a snapshot keeps it in 16 bits; an 837P claim has at most 50 lines


def version_key(read: ClaimRead) -> str:
    """SHA-256 of all that a claim says, wherever it stands: the same claim in another file has the same key.

    Fields that say nothing (empty, null, zero) are left out, so that a field added to the vocabulary later does not
    change the keys of claims without it.
    """
    return hashlib.sha256(_AS_JSON((read.claim, read.unmodelled)).encode()).hexdigest()


def payer_key(claim: Claim) -> str:
    """What a payer is known by: its identifier, or its name where a file gives none."""
    payer = claim.coverage.payer
    return payer.identifier.strip() or payer.name.strip().upper()


def patient_key(claim: Claim) -> str:
    """SHA-256 of payer, member id, name and birth date: one person under one payer's membership."""
    treated, birth = claim.treated, claim.treated_birth
    parts = (
        payer_key(claim),
        claim.coverage.member_id.strip().upper(),
        treated.name.strip().upper(),
        treated.first.strip().upper(),
        birth.isoformat() if birth else "",
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def patient_row(claim: Claim) -> Row:
    """Columns of ``patient`` without its id and key."""
    return {
        "last_name": str(claim.treated.name),
        "first_name": str(claim.treated.first),
        "birth": claim.treated_birth,
        "sex": claim.treated_sex,
    }


def claim_row(read: ClaimRead, known_on: date) -> Row:
    """Columns of ``claim`` that follow from the claim alone; its keys and its file are the caller's."""
    claim = read.claim
    rendering = claim.rendering or claim.billing
    return {
        "control_number": claim.control_number.strip().upper(),
        "frequency": claim.frequency,
        "member_id": str(claim.coverage.member_id),
        "filing_indicator": claim.coverage.filing_indicator,
        "relationship": claim.coverage.relationship or (claim.patient.relationship if claim.patient else ""),
        "coverage_sequence": claim.coverage.sequence,
        "billing_npi": claim.billing.npi,
        "billing_tax_id": str(claim.billing.tax_id),
        "rendering_npi": rendering.npi or claim.billing.npi,
        "taxonomy": rendering.taxonomy or claim.billing.taxonomy,
        "referring_npi": _npi(claim.referring),
        "place_of_service": claim.place_of_service,
        "prior_authorization": claim.reference("G1"),
        "referral_number": claim.reference("9F"),
        "payer_claim_number": claim.reference("F8"),
        "charge_cents": claim.charge_cents,
        "served_from": min((line.service_from for line in claim.lines), default=known_on),
        "served_to": max((line.service_to for line in claim.lines), default=known_on),
        "known_on": known_on,
        "file_start": read.span.start,
        "file_end": read.span.end,
    }


def diagnosis_rows(claim: Claim, claim_id: int) -> list[Row]:
    """Rows of ``diagnosis``, the principal first."""
    return [
        {"claim_id": claim_id, "position": position, "code": diagnosis.code}
        for position, diagnosis in enumerate(claim.diagnoses, 1)
    ]


def line_rows(claim: Claim, claim_id: int, first_id: int) -> list[Row]:
    """Rows of ``service_line`` with consecutive ids. Lines are counted afresh where the file's numbers are no count."""
    numbers = [line.number for line in claim.lines]
    if len(set(numbers)) < len(numbers) or not all(0 < number <= _MAX_LINE_NUMBER for number in numbers):
        numbers = list(range(1, len(numbers) + 1))
    return [
        _line_row(line, number) | {"id": first_id + place, "claim_id": claim_id}
        for place, (line, number) in enumerate(zip(claim.lines, numbers, strict=True))
    ]


def _line_row(line: ServiceLine, number: int) -> Row:
    return {
        "number": number,
        "procedure": line.procedure.code,
        "modifiers": ":".join(line.procedure.modifiers),
        "units": line.units,
        "charge_cents": line.charge_cents,
        "served_from": line.service_from,
        "served_to": line.service_to,
        "place_of_service": line.place_of_service,
        "pointers": ":".join(map(str, line.diagnosis_pointers)),
        "control_number": line.control_number,
    }


def _npi(party: Party | None) -> str:
    return party.npi if party else ""


def _plain(value: Any) -> Any:
    """What JSON has no word for: the fields of a value by name, those that say nothing left out; days and decimals."""
    kind = value.__class__
    if kind is date:
        return value.isoformat()
    if kind is Decimal:
        return format(value.normalize(), "f")
    names, values_of = _fields_of(kind)
    return [(name, part) for name, part in zip(names, values_of(value), strict=True) if part]


@cache
def _fields_of(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    assert issubclass(kind, Value), f"a claim holds no {kind.__name__}"
    names = field_names(kind)
    return names, attrgetter(*names)


_AS_JSON: Final = json.JSONEncoder(default=_plain, check_circular=False, allow_nan=False).encode
