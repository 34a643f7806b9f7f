"""What a person decided about a claim or a denial, and that they looked at it, each with an audit event."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from denialml.errors import NotFoundError, UsageError
from denialml.service.practice import existing_store
from denialml.settings import Settings
from denialml.store import Unit, claim_file, schema
from denialml.store.audit import utc
from denialml.store.billing_patients import BILLED, NOT_BILLED
from denialml.store.reads import NOTE

MAX_NOTE: Final = 2_000  # characters; longer text belongs into a document
MAX_PERSON: Final = 80


class Status(StrEnum):
    """Where a piece of work stands, from the last decision on it."""

    TO_DO = "To do"
    HELD = "On hold"
    DONE = "Done"
    WAITING = "Waiting for the payer"


class Decision(StrEnum):
    """What a person can decide. The first three are about an unsent claim, the others about a denial."""

    REVIEWED = "reviewed"
    CORRECTED = "corrected"
    RELEASED = "released"
    HELD = "held"
    CORRECTED_CLAIM_SENT = "corrected_claim_sent"
    APPEAL_SENT = "appeal_sent"
    RECORDS_SENT = "records_sent"
    OTHER_PAYER_BILLED = "other_payer_billed"
    PATIENT_BILLED = BILLED
    PATIENT_NOT_BILLED = NOT_BILLED
    WRITE_OFF_REQUESTED = "write_off_requested"
    REOPENED = "reopened"
    NOTE = NOTE


LABELS: Final[Mapping[Decision, str]] = MappingProxyType(
    {
        Decision.REVIEWED: "Reviewed: send it as it is",
        Decision.CORRECTED: "Corrected in the billing system",
        Decision.RELEASED: "Back to the queue",
        Decision.HELD: "Hold: something is missing",
        Decision.CORRECTED_CLAIM_SENT: "Corrected claim sent",
        Decision.APPEAL_SENT: "Appeal sent",
        Decision.RECORDS_SENT: "Records sent",
        Decision.OTHER_PAYER_BILLED: "Other payer billed",
        Decision.PATIENT_BILLED: "Patient billed",
        Decision.PATIENT_NOT_BILLED: "Patient no longer billed",
        Decision.WRITE_OFF_REQUESTED: "Write-off: ask for approval",
        Decision.REOPENED: "Back to the queue",
        Decision.NOTE: "Note only",
    }
)

CLAIM_DECISIONS: Final = (
    Decision.CORRECTED,
    Decision.REVIEWED,
    Decision.HELD,
    Decision.RELEASED,
    Decision.NOTE,
)
CASE_DECISIONS: Final = (
    Decision.CORRECTED_CLAIM_SENT,
    Decision.APPEAL_SENT,
    Decision.RECORDS_SENT,
    Decision.OTHER_PAYER_BILLED,
    Decision.PATIENT_BILLED,
    Decision.HELD,
    Decision.WRITE_OFF_REQUESTED,
    Decision.REOPENED,
    Decision.NOTE,
)

_STATUS: Final[Mapping[str, Status]] = MappingProxyType(
    {
        Decision.REVIEWED: Status.DONE,
        Decision.CORRECTED: Status.DONE,
        Decision.HELD: Status.HELD,
        Decision.CORRECTED_CLAIM_SENT: Status.WAITING,
        Decision.APPEAL_SENT: Status.WAITING,
        Decision.RECORDS_SENT: Status.WAITING,
        Decision.OTHER_PAYER_BILLED: Status.WAITING,
        Decision.PATIENT_BILLED: Status.DONE,
        Decision.WRITE_OFF_REQUESTED: Status.DONE,
    }
)


def status_of(last_action: str) -> Status:
    """Where work stands after a decision; without one, or after a release, it is to do."""
    return _STATUS.get(last_action, Status.TO_DO)


def label_of(action: str) -> str:
    """A stored decision in words."""
    return LABELS[Decision(action)] if action in set(Decision) else action


def record_decision(
    settings: Settings,
    control_number: str,
    *,
    person: str,
    action: Decision,
    note: str = "",
    at: datetime,
    case_ids: Sequence[int] = (),
) -> tuple[int, ...]:
    """Write down what a person decided, with an audit event; the ids of the new decisions, one for each case.

    ``case_ids`` name denial cases of the claim; without them the decision is about the claim as a whole. The note is
    kept with the decision and never goes into the audit trail or a log: it may speak of the patient.

    Raises:
        NotFoundError: there is no such claim, or a case is not one of its.
        UsageError: nobody is named, the note is too long, or the decision does not fit what it is about.
    """
    who = named(person)
    said = noted(note)
    _check(action, about_cases=bool(case_ids))
    with existing_store(settings) as store, store.unit() as unit:
        claim_id = claim_file.claim_id_of(unit.connection, control_number)
        if claim_id is None:
            raise NotFoundError(f"no claim has the control number {control_number}")
        strange = set(case_ids) - claim_file.case_ids_of(unit.connection, control_number)
        if strange:
            raise NotFoundError(f"claim {control_number} has no denial case {min(strange)}")
        about = [(claim_id, case_id) for case_id in dict.fromkeys(case_ids) or (None,)]
        known_on = settings.today or at.date()
        ids = add_decisions(unit, about, person=who, action=action, note=said, at=at, known_on=known_on)
        detail = {"decisions": list(ids), "cases": list(case_ids)}
        unit.audit(who, f"decide:{action}", f"claim/{claim_id}", detail, at)
    return ids


def add_decisions(
    unit: Unit,
    about: Sequence[tuple[int, int | None]],
    *,
    person: str,
    action: Decision,
    note: str,
    at: datetime,
    known_on: date,
) -> tuple[int, ...]:
    """Keep one decision about each of some claims, or denial cases of them; their ids. Leaves no audit event."""
    first = unit.allocate(schema.decision.name, len(about))
    ids = tuple(range(first, first + len(about)))
    rows = [
        {
            "id": identity,
            "claim_id": claim_id,
            "denial_case_id": case_id,
            "person": person,
            "action": action.value,
            "note": note,
            "happened_at": utc(at),
            "known_on": known_on,
        }
        for identity, (claim_id, case_id) in zip(ids, about, strict=True)
    ]
    unit.insert(schema.decision, rows)
    return ids


def record_view(settings: Settings, control_number: str, *, person: str, at: datetime) -> None:
    """Write down that a person opened a claim's page (45 CFR 164.312(b): reading protected data leaves a trace).

    Raises:
        NotFoundError: there is no such claim.
        UsageError: nobody is named.
    """
    who = named(person)
    with existing_store(settings) as store, store.unit() as unit:
        claim_id = claim_file.claim_id_of(unit.connection, control_number)
        if claim_id is None:
            raise NotFoundError(f"no claim has the control number {control_number}")
        unit.audit(who, "view", f"claim/{claim_id}", {}, at)


def _check(action: Decision, *, about_cases: bool) -> None:
    if action not in (CASE_DECISIONS if about_cases else CLAIM_DECISIONS):
        raise UsageError(f"{action} is not a decision about a {'denial' if about_cases else 'claim'}")


def named(person: str, part: str = "who decides") -> str:
    """A person's name as it is kept; ``part`` says in messages who it is.

    Raises:
        UsageError: there is none, or it is too long.
    """
    who = person.strip()
    if not who or len(who) > MAX_PERSON:
        raise UsageError(f"say {part}: a name of 1 to {MAX_PERSON} characters")
    return who


def noted(note: str) -> str:
    """A note as it is kept; it may be empty.

    Raises:
        UsageError: it is too long.
    """
    if len(note.strip()) > MAX_NOTE:
        raise UsageError(f"a note holds at most {MAX_NOTE:,} characters")
    return note.strip()


def same_person(name: str, other: str) -> bool:
    """Whether two names are one person's: capitals, blanks and characters that look alike or do not show tell nothing
    apart.
    """  # noqa: D205 - one sentence
    return _plain(name) == _plain(other)


def _plain(name: str) -> str:
    shown = (each for each in unicodedata.normalize("NFKC", name) if unicodedata.category(each) != "Cf")
    return " ".join("".join(shown).casefold().split())


def reasoned(reason: str) -> str:
    """A reason as it is kept.

    Raises:
        UsageError: there is none, or it is too long.
    """
    why = reason.strip()
    if not why or len(why) > MAX_NOTE:
        raise UsageError(f"say why: a reason of 1 to {MAX_NOTE:,} characters")
    return why
