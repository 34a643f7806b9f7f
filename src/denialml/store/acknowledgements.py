"""Keeping what was said of claims before adjudication (277CA, 999, TA1): each statement once, with its claim."""

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
class Statement:
    """What somebody says of one claim: in a ``277CA`` of itself, in a ``999`` or ``TA1`` of the file it was in.

    ``codes`` are joined by spaces. ``about`` is what else tells this statement from others.
    """

    kind: str
    control_number: str
    rejected: bool
    codes: str
    source_name: str
    about: tuple[str, ...]

    @classmethod
    def of(cls, said: ClaimAcknowledgement) -> Statement:
        """What a 277CA says of a claim."""
        day = said.processed_on or said.sent_on
        about = (said.reference, said.source_trace, day.isoformat() if day else "")
        number = normalised(said.trace)
        return cls("277CA", number, said.rejected, codes_of(said), str(said.source.name), about)

    @property
    def key(self) -> str:
        """SHA-256 of who says what of which claim on which day; another envelope around it changes nothing."""
        *about, day = self.about
        parts = (self.source_name, *about, self.control_number, self.codes, self.rejected, day)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SavedAcknowledgements:
    """What a file added: statements that accept a claim and that reject one, those of no claim of ours, and repeats."""

    accepted: int
    rejected: int
    unknown: int
    repeated: int


def save_acknowledgements(unit: Unit, file_id: int, said: Sequence[Statement], known_on: date) -> SavedAcknowledgements:
    """Keep what a file says of claims; each is of the version of its claim sent last up to that day."""
    sent = rows_with(unit.connection, _SENT, claim.c.control_number, {each.control_number for each in said})
    claims = {row.control_number: row.id for row in sent if row.sent_on <= known_on}
    rows: dict[str, dict[str, Any]] = {
        each.key: {
            "file_id": file_id,
            "claim_id": claims.get(each.control_number),
            "control_number": each.control_number,
            "rejected": each.rejected,
            "codes": each.codes,
            "source_name": each.source_name,
            "known_on": known_on,
            "event_key": each.key,
            "kind": each.kind,
        }
        for each in said
    }
    known = {row.event_key for row in rows_with(unit.connection, _KNOWN, acknowledgement.c.event_key, rows)}
    new = [row for key, row in rows.items() if key not in known]
    first = unit.allocate("acknowledgement", len(new))
    unit.insert(acknowledgement, [{"id": first + place, **row} for place, row in enumerate(new)])
    return SavedAcknowledgements(
        accepted=sum(row["claim_id"] is not None and not row["rejected"] for row in new),
        rejected=sum(row["claim_id"] is not None and row["rejected"] for row in new),
        unknown=sum(row["claim_id"] is None for row in new),
        repeated=len(said) - len(new),
    )


def codes_of(said: ClaimAcknowledgement) -> str:
    """The status codes of a claim and its lines as text: category and status, ``A7:562``, each once."""
    statuses = [*said.statuses, *(status for line in said.lines for status in line.statuses)]
    return " ".join(dict.fromkeys(f"{code.category}:{code.status}" for each in statuses for code in each.codes))
