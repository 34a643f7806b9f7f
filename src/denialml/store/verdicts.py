"""How payers first answered the claims that were sent: what scrubbing and its rules are measured by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, func, select

from denialml.store.answers import standing
from denialml.store.lookup import rows_with
from denialml.store.schema import acknowledgement, claim, claim_payment, denial_case, payer, service_line, submission

_ORIGINAL: Final = "1"
_PRIMARY: Final = "P"

_FIRST_ANSWER = (
    select(claim_payment.c.claim_id, func.min(claim_payment.c.known_on).label("known_on"))
    .where(claim_payment.c.disposition == "posted", standing())
    .group_by(claim_payment.c.claim_id)
    .subquery()
)
_DENIALS = (
    select(
        denial_case.c.id,
        denial_case.c.claim_id,
        service_line.c.number,
        service_line.c.procedure,
        denial_case.c.reason,
        denial_case.c.remarks,
        denial_case.c.preventable,
        denial_case.c.denied_cents,
        denial_case.c.known_on,
    )
    .join(service_line, denial_case.c.line_id == service_line.c.id)
    .order_by(denial_case.c.id)
)


@dataclass(frozen=True, slots=True)
class Denied:
    """A denial of a first answer: its case, its line by number, why, whether it is of a preventable kind, its cents."""

    case_id: int
    line: int
    procedure: str
    reason: str
    remarks: str
    preventable: bool
    denied_cents: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """An original claim to a first payer, where it lies (file, control number), and how it was first answered."""

    claim_id: int
    control_number: str
    file_id: int
    payer_id: int
    payer_name: str
    sent_on: date
    answered_on: date
    denials: tuple[Denied, ...]


def verdicts(connection: Connection, since: date, until: date) -> Iterator[list[Verdict]]:
    """First answers to the claims sent from one day to another, both included; a list for each file they were sent in.

    In the order of the days of sending. Later versions of a claim and claims to second payers are left out.
    """
    rows = connection.execute(
        select(
            claim.c.id,
            claim.c.control_number,
            claim.c.file_id,
            claim.c.payer_id,
            payer.c.name,
            submission.c.sent_on,
            _FIRST_ANSWER.c.known_on,
        )
        .join(submission, submission.c.claim_id == claim.c.id)
        .join(payer, claim.c.payer_id == payer.c.id)
        .join(_FIRST_ANSWER, _FIRST_ANSWER.c.claim_id == claim.c.id)
        .where(claim.c.frequency == _ORIGINAL, claim.c.coverage_sequence == _PRIMARY)
        .where(submission.c.sent_on >= since, submission.c.sent_on <= until)
        .order_by(submission.c.sent_on, claim.c.file_id, claim.c.id)
    ).all()
    for _, together in groupby(rows, key=_of_file):
        of_file = list(together)
        denials = _denials(connection, {row.id: row.known_on for row in of_file})
        yield [
            Verdict(
                row.id, row.control_number, row.file_id, row.payer_id, row.name, row.sent_on, row.known_on,
                tuple(denials.get(row.id, ())),
            )
            for row in of_file
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refusal:
    """A claim refused before adjudication, where it lies, by what kind of answer (277CA, 999, TA1) and codes."""

    control_number: str
    file_id: int
    payer_id: int
    payer_name: str
    sent_on: date
    refused_on: date
    kind: str
    codes: str
    charge_cents: int


def refusals(connection: Connection, since: date, until: date) -> Iterator[list[Refusal]]:
    """The claims sent from one day to another that were refused (277CA, 999, TA1); a list for each file."""
    rows = connection.execute(
        select(
            claim.c.control_number,
            claim.c.file_id,
            claim.c.payer_id,
            payer.c.name,
            submission.c.sent_on,
            acknowledgement.c.known_on,
            acknowledgement.c.kind,
            acknowledgement.c.codes,
            claim.c.charge_cents,
        )
        .join(submission, submission.c.claim_id == claim.c.id)
        .join(payer, claim.c.payer_id == payer.c.id)
        .join(acknowledgement, acknowledgement.c.claim_id == claim.c.id)
        .where(acknowledgement.c.rejected)
        .where(submission.c.sent_on >= since, submission.c.sent_on <= until)
        .order_by(submission.c.sent_on, claim.c.file_id, acknowledgement.c.id)
    ).all()
    for _, together in groupby(rows, key=_of_file):
        yield [Refusal(*row) for row in together]


def _of_file(row: Any) -> tuple[date, int]:
    """What the rows of one file have in common, by which they are ordered."""
    return row.sent_on, row.file_id


def _denials(connection: Connection, answered_on: Mapping[int, date]) -> dict[int, list[Denied]]:
    """The denials of claims' first answers, by claim; ``answered_on`` is the day of each."""
    found: dict[int, list[Denied]] = {}
    for row in rows_with(connection, _DENIALS, denial_case.c.claim_id, answered_on):
        if row.known_on == answered_on[row.claim_id]:
            found.setdefault(row.claim_id, []).append(
                Denied(row.id, row.number, row.procedure, row.reason, row.remarks, row.preventable, row.denied_cents)
            )
    return found
