"""Keeping claims: each version once, with its payer, patient, diagnoses, lines and the file it came in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Final

from sqlalchemy import Connection, select, update

from denialml.claims import Claim
from denialml.store import claim_rows, schema
from denialml.store.files import save_file
from denialml.store.lookup import rows_with
from denialml.store.units import Unit
from denialml.x12.events import ClaimRead

# Built once: to build a statement costs more than to run it.
_VERSIONS: Final = select(schema.claim.c.version_key, schema.claim.c.id)
_PAYERS: Final = select(schema.payer.c.identifier, schema.payer.c.id, schema.payer.c.filing_indicator)
_PATIENTS: Final = select(schema.patient.c.key, schema.patient.c.id)
_SENT: Final = select(schema.submission.c.claim_id)
_LINES: Final = select(schema.service_line.c.claim_id, schema.service_line.c.id).order_by(
    schema.service_line.c.claim_id, schema.service_line.c.id
)


@dataclass(frozen=True, slots=True)
class SavedClaim:
    """A claim version in the store: its id and those of its lines, in the order of ``read.claim.lines``."""

    id: int
    line_ids: tuple[int, ...]
    read: ClaimRead


@dataclass(frozen=True, slots=True)
class SavedClaims:
    """What one file of claims added.

    ``claims`` are the versions not seen before, ``repeated`` counts the others (of earlier files or this one).
    ``submitted`` are those that went from draft to sent by this file: all new ones, and earlier drafts sent now.
    """

    file_id: int
    file_repeated: bool
    claims: tuple[SavedClaim, ...]
    repeated: int
    submitted: tuple[SavedClaim, ...]

    @property
    def claim_ids(self) -> tuple[int, ...]:
        """Ids of the new claim versions, in file order."""
        return tuple(claim.id for claim in self.claims)

    @property
    def line_ids(self) -> dict[int, tuple[int, ...]]:
        """Ids of the lines of each new claim version, by claim id."""
        return {claim.id: claim.line_ids for claim in self.claims}


def save_claims(
    unit: Unit, file_name: str, content: bytes, reads: Sequence[ClaimRead], known_on: date, sent_on: date | None
) -> SavedClaims:
    """Keep the claims read from one file; a version that is there already is counted and not kept again.

    Args:
        unit: The transaction to work in.
        file_name: Name without folders, for people.
        content: The whole file, into which the reads' spans point.
        reads: Its claims, in file order.
        known_on: The day the claims were ready; T of their features.
        sent_on: The day they were sent, or None for drafts. A draft that comes again as sent becomes a submission.

    Raises:
        StorageError: the database refused a row.
    """
    saved_file = save_file(unit, file_name, "837P", content, known_on)
    by_key = {claim_rows.version_key(read): read for read in reversed(reads)}
    by_key = dict(reversed(by_key.items()))  # of a claim twice in the file the first counts, in file order
    known: dict[str, int] = dict(rows_with(unit.connection, _VERSIONS, schema.claim.c.version_key, by_key))
    fresh = {key: read for key, read in by_key.items() if key not in known}
    saved = _save_new(unit, fresh, known_on, saved_file.id)
    submitted: tuple[SavedClaim, ...] = ()
    if sent_on is not None:
        drafts = _drafts(unit.connection, {known[key]: read for key, read in by_key.items() if key in known})
        submitted = saved + drafts
        _submit(unit, submitted, sent_on, known_on)
    return SavedClaims(saved_file.id, saved_file.repeated, saved, len(reads) - len(fresh), submitted)


def _save_new(unit: Unit, fresh: Mapping[str, ClaimRead], known_on: date, file_id: int) -> tuple[SavedClaim, ...]:
    if not fresh:
        return ()
    claims = [read.claim for read in fresh.values()]
    payers = _payer_ids(unit, claims)
    patient_keys = [claim_rows.patient_key(claim) for claim in claims]
    patients = _patient_ids(unit, dict(zip(patient_keys, claims, strict=True)))
    next_claim = unit.allocate("claim", len(claims))
    next_line = unit.allocate("service_line", sum(len(claim.lines) for claim in claims))
    rows, diagnoses, lines, saved = [], [], [], []
    for (key, read), patient_key in zip(fresh.items(), patient_keys, strict=True):
        references = {
            "id": next_claim,
            "version_key": key,
            "file_id": file_id,
            "payer_id": payers[claim_rows.payer_key(read.claim)],
            "patient_id": patients[patient_key],
        }
        rows.append(claim_rows.claim_row(read, known_on) | references)
        diagnoses += claim_rows.diagnosis_rows(read.claim, next_claim)
        lines += claim_rows.line_rows(read.claim, next_claim, next_line)
        after = next_line + len(read.claim.lines)
        saved.append(SavedClaim(next_claim, tuple(range(next_line, after)), read))
        next_claim, next_line = next_claim + 1, after
    unit.insert(schema.claim, rows)
    unit.insert(schema.diagnosis, diagnoses)
    unit.insert(schema.service_line, lines)
    return tuple(saved)


def _payer_ids(unit: Unit, claims: Iterable[Claim]) -> dict[str, int]:
    """Ids of the claims' payers by key: new ones are added, and the last seen filing indicator is kept."""
    payer = schema.payer
    last = {claim_rows.payer_key(claim): claim.coverage for claim in claims}
    ids = {}
    for identifier, identity, indicator in rows_with(unit.connection, _PAYERS, payer.c.identifier, last):
        ids[identifier] = identity
        seen = last[identifier].filing_indicator
        if seen and seen != indicator:
            unit.connection.execute(update(payer).where(payer.c.id == identity).values(filing_indicator=seen))
    missing = [key for key in last if key not in ids]
    first = unit.allocate(payer.name, len(missing)) if missing else 0
    new = {key: first + place for place, key in enumerate(missing)}
    unit.insert(
        payer,
        [
            {
                "id": identity,
                "identifier": key,
                "name": last[key].payer.name,
                "filing_indicator": last[key].filing_indicator,
            }
            for key, identity in new.items()
        ],
    )
    return ids | new


def _patient_ids(unit: Unit, by_key: Mapping[str, Claim]) -> dict[str, int]:
    ids: dict[str, int] = dict(rows_with(unit.connection, _PATIENTS, schema.patient.c.key, by_key))
    missing = [key for key in by_key if key not in ids]
    first = unit.allocate("patient", len(missing)) if missing else 0
    new = {key: first + place for place, key in enumerate(missing)}
    rows = [claim_rows.patient_row(by_key[key]) | {"id": identity, "key": key} for key, identity in new.items()]
    unit.insert(schema.patient, rows)
    return ids | new


def _drafts(connection: Connection, known: Mapping[int, ClaimRead]) -> tuple[SavedClaim, ...]:
    """Those of the claims that have no submission yet, with their lines."""
    sent = {row.claim_id for row in rows_with(connection, _SENT, schema.submission.c.claim_id, known)}
    unsent = [identity for identity in known if identity not in sent]
    found = rows_with(connection, _LINES, schema.service_line.c.claim_id, unsent)
    lines = {claim_id: tuple(row.id for row in rows) for claim_id, rows in groupby(found, key=attrgetter("claim_id"))}
    return tuple(SavedClaim(identity, lines.get(identity, ()), known[identity]) for identity in unsent)


def _submit(unit: Unit, claims: Sequence[SavedClaim], sent_on: date, known_on: date) -> None:
    if not claims:
        return
    first = unit.allocate("submission", len(claims))
    unit.insert(
        schema.submission,
        [
            {"id": first + place, "claim_id": claim.id, "sent_on": sent_on, "known_on": known_on}
            for place, claim in enumerate(claims)
        ],
    )
