"""What was known of claims' patients and numbers on a day, as scrubbing asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select

from denialml.claims import Claim
from denialml.ledger import normalised
from denialml.ledger.answers import REVERSAL
from denialml.ledger.charges import VOID
from denialml.scrub.history import ClaimState, SentClaim, Service, Unrecorded
from denialml.store.answers import standing
from denialml.store.claim_rows import patient_key
from denialml.store.lookup import rows_with
from denialml.store.schema import (
    acknowledgement,
    claim,
    claim_payment,
    patient,
    payer,
    service_line,
    service_payment,
    submission,
)

_SENT = (
    select(
        claim.c.id,
        claim.c.control_number,
        claim.c.frequency,
        claim.c.billing_tax_id,
        claim.c.rendering_npi,
        claim.c.taxonomy,
        patient.c.key,
        payer.c.identifier,
        submission.c.sent_on,
    )
    .join(patient, claim.c.patient_id == patient.c.id)
    .join(payer, claim.c.payer_id == payer.c.id)
    .join(submission, submission.c.claim_id == claim.c.id)
    .order_by(submission.c.sent_on, claim.c.id)
)
_LINES = select(
    service_line.c.id,
    service_line.c.claim_id,
    service_line.c.procedure,
    service_line.c.modifiers,
    service_line.c.units,
    service_line.c.charge_cents,
    service_line.c.served_from,
)
_ANSWERS = select(
    claim_payment.c.id,
    claim_payment.c.claim_id,
    claim_payment.c.status,
    claim_payment.c.payer_claim_number,
    claim_payment.c.known_on,
).order_by(claim_payment.c.known_on, claim_payment.c.id)
_ACKNOWLEDGED = select(acknowledgement.c.claim_id, acknowledgement.c.rejected, acknowledgement.c.known_on)
_SERVICES = select(service_payment.c.claim_payment_id, service_payment.c.line_id, service_payment.c.denied)


@dataclass(frozen=True, slots=True)
class Past(Unrecorded):
    """What the record held on a day of some claims' patients (:class:`denialml.scrub.history.History`).

    Nothing is stored yet of a patient's cover, authorisations, signed notices or death: those answers are empty.
    """

    by_patient: Mapping[str, tuple[Service, ...]]
    by_number: Mapping[str, SentClaim]

    def services(self, claim: Claim) -> Sequence[Service]:
        """See :meth:`denialml.scrub.history.History.services`."""
        known, own = self.by_patient.get(patient_key(claim), ()), _number(claim)
        return [each for each in known if each.control_number != own]

    def sent(self, control_number: str) -> SentClaim | None:
        """See :meth:`denialml.scrub.history.History.sent`."""
        return self.by_number.get(normalised(control_number))


def past(connection: Connection, claims: Iterable[Claim], before: date) -> Past:
    """What was known before a day of claims that were sent before it, for the patients and numbers of ``claims``."""
    wanted = list(claims)
    rows = _sent(connection, wanted, before)
    states = _states(connection, rows, before)
    services: dict[str, list[Service]] = {}
    for key, service in _services(connection, rows, states):
        services.setdefault(key, []).append(service)
    return Past(
        {key: tuple(of) for key, of in services.items()},
        {row.control_number: states[row.id].sent for row in rows.values()},
    )


@dataclass(frozen=True, slots=True)
class _State:
    """A sent claim as it stood, and which of its lines were denied."""

    sent: SentClaim
    denied_lines: frozenset[int] = frozenset()


def _sent(connection: Connection, claims: Sequence[Claim], before: date) -> dict[str, Any]:
    """The version sent last of each claim, by control number."""
    mine = _SENT.where(submission.c.sent_on < before)
    found = [
        *rows_with(connection, mine, patient.c.key, {patient_key(each) for each in claims}),
        *rows_with(connection, mine, claim.c.control_number, {_number(each) for each in claims}),
    ]
    found.sort(key=lambda row: (row.sent_on, row.id))
    return {row.control_number: row for row in found}


def _states(connection: Connection, rows: Mapping[str, Any], before: date) -> dict[int, _State]:
    ids = [row.id for row in rows.values()]
    last = {
        answer.claim_id: answer
        for answer in rows_with(
            connection,
            _ANSWERS.where(claim_payment.c.known_on < before, standing(before - timedelta(days=1))),
            claim_payment.c.claim_id,
            ids,
        )
    }
    payments = [answer.id for answer in last.values()]
    services: dict[int, list[Any]] = {}
    for row in rows_with(connection, _SERVICES, service_payment.c.claim_payment_id, payments):
        services.setdefault(row.claim_payment_id, []).append(row)
    told = rows_with(
        connection, _ACKNOWLEDGED.where(acknowledgement.c.known_on < before), acknowledgement.c.claim_id, ids
    )
    rejected = _rejected(told)
    return {row.id: _state(row, last.get(row.id), services, rejected=row.id in rejected) for row in rows.values()}


def _rejected(told: Iterable[Any]) -> set[int]:
    """The claims refused last. One in a refused file may go again as it is, and be accepted on a later day."""
    last: dict[int, tuple[date, bool]] = {}
    for row in told:
        last[row.claim_id] = max(last.get(row.claim_id, (date.min, False)), (row.known_on, row.rejected))
    return {claim_id for claim_id, (_, refused) in last.items() if refused}


def _state(row: Any, answer: Any, services: Mapping[int, Sequence[Any]], *, rejected: bool) -> _State:
    state, lines = ClaimState.OPEN, frozenset[int]()
    if row.frequency == VOID:
        state = ClaimState.VOID
    elif answer is not None and answer.status != REVERSAL:
        paid_for = services.get(answer.id, ())
        lines = frozenset(each.line_id for each in paid_for if each.denied)
        state = ClaimState.DENIED if paid_for and all(each.denied for each in paid_for) else ClaimState.PAID
    elif rejected and answer is None:
        state = ClaimState.REJECTED
    number = answer.payer_claim_number if answer is not None else ""
    answered_on = answer.known_on if answer is not None else None
    return _State(SentClaim(row.control_number, row.identifier, state, number, row.sent_on, answered_on), lines)


def _services(
    connection: Connection, rows: Mapping[str, Any], states: Mapping[int, _State]
) -> Iterable[tuple[str, Service]]:
    of = {row.id: row for row in rows.values() if states[row.id].sent.state is not ClaimState.VOID}
    for line in rows_with(connection, _LINES, service_line.c.claim_id, of):
        row, state = of[line.claim_id], states[line.claim_id]
        yield (
            row.key,
            Service(
                day=line.served_from,
                code=line.procedure,
                modifiers=tuple(filter(None, line.modifiers.split(":"))),
                units=line.units,
                npi=row.rendering_npi,
                tax_id=row.billing_tax_id,
                taxonomy=row.taxonomy,
                payer_id=row.identifier,
                control_number=row.control_number,
                state=ClaimState.DENIED if line.id in state.denied_lines else state.sent.state,
                charge_cents=line.charge_cents,
            ),
        )


def _number(claim: Claim) -> str:
    return normalised(claim.control_number)
