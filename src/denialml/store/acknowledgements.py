"""Keeping what was said of claims before they were adjudicated (277CA): each statement once, with its claim."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from denialml.claims import ClaimAcknowledgement
from denialml.ledger import normalised
from denialml.store.files import save_file
from denialml.store.lookup import rows_with
from denialml.store.schema import acknowledgement, claim, submission
from denialml.store.units import Unit

_SENT = (
    select(claim.c.id, claim.c.control_number, submission.c.sent_on)
    .join(submission, submission.c.claim_id == claim.c.id)
    .order_by(submission.c.sent_on, claim.c.id)
)
_KNOWN = select(acknowledgement.c.event_key)


@dataclass(frozen=True, slots=True)
class SavedAcknowledgements:
    """What a file added: statements that accept a claim and that reject one, those of no claim of ours, and repeats."""

    file_id: int
    accepted: int
    rejected: int
    unknown: int
    repeated: int


def save_acknowledgements(
    unit: Unit, name: str, content: bytes, said: Sequence[ClaimAcknowledgement], known_on: date
) -> SavedAcknowledgements:
    """Keep a file and what it says of claims; each is of the version of its claim sent last up to that day."""
    file_id = save_file(unit, name, "277CA", content, known_on).id
    sent = rows_with(unit.connection, _SENT, claim.c.control_number, {_number(each) for each in said})
    claims = {row.control_number: row.id for row in sent if row.sent_on <= known_on}
    rows: dict[str, dict[str, Any]] = {}
    for each in said:
        key = _event_key(each)
        rows[key] = {
            "file_id": file_id,
            "claim_id": claims.get(_number(each)),
            "control_number": _number(each),
            "rejected": each.rejected,
            "codes": codes_of(each),
            "source_name": str(each.source.name),
            "known_on": known_on,
            "event_key": key,
        }
    known = {row.event_key for row in rows_with(unit.connection, _KNOWN, acknowledgement.c.event_key, rows)}
    new = [row for key, row in rows.items() if key not in known]
    first = unit.allocate("acknowledgement", len(new))
    unit.insert(acknowledgement, [{"id": first + place, **row} for place, row in enumerate(new)])
    return SavedAcknowledgements(
        file_id,
        accepted=sum(row["claim_id"] is not None and not row["rejected"] for row in new),
        rejected=sum(row["claim_id"] is not None and row["rejected"] for row in new),
        unknown=sum(row["claim_id"] is None for row in new),
        repeated=len(said) - len(new),
    )


def codes_of(said: ClaimAcknowledgement) -> str:
    """The status codes of a claim and its lines as text: category and status, ``A7:562``, each once."""
    statuses = [*said.statuses, *(status for line in said.lines for status in line.statuses)]
    return " ".join(dict.fromkeys(f"{code.category}:{code.status}" for each in statuses for code in each.codes))


def _number(said: ClaimAcknowledgement) -> str:
    return normalised(said.trace)


def _event_key(said: ClaimAcknowledgement) -> str:
    """SHA-256 of who says what of which claim on which day; another envelope around it changes nothing."""
    day = said.processed_on or said.sent_on
    parts = (said.source.name, said.reference, said.source_trace, _number(said), codes_of(said), said.rejected,
             day.isoformat() if day else "")  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
