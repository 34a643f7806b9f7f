"""Paid services to be laid beside their contracts, and the cases of those paid less, as people left them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Final

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, select

from denialml.store.audit import utc
from denialml.store.schema import (
    claim,
    claim_payment,
    ledger_transaction,
    payer,
    service_line,
    service_payment,
    variance_case,
    variance_decision,
)
from denialml.store.units import Unit

CLOSED: Final = "closed"
REOPENED: Final = "reopened"

_FIRST_PAYER: Final = ("1", "19")  # CLP02: processed as primary, also when forwarded to the next payer


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line of a claim as billed and as its first payer allowed it; ``modifiers`` in the order sent.

    ``allowed_cents`` is None where the line was denied, also in part, or is undecided: there is nothing to compare.
    ``denied`` says that nothing of it was paid. ``service_payment_id`` is the first of the payer's rows on it,
    ``answered_as`` the codes of all.
    """

    line_id: int
    number: int
    procedure: str
    modifiers: tuple[str, ...]
    units: Decimal
    charge_cents: int
    served_on: date
    place: str
    service_payment_id: int
    answered_as: str
    allowed_cents: int | None
    denied: bool
    paid_on: date


@dataclass(frozen=True, slots=True)
class PaidClaim:
    """A claim that its first payer paid, with the lines that standing payments answer."""

    claim_id: int
    control_number: str
    payer_id: str
    payer_name: str
    provider: str
    lines: tuple[PaidLine, ...]


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened; ``steps`` is JSON."""

    service_payment_id: int
    contract: str
    expected_cents: int
    allowed_cents: int
    steps: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the last decision left it: ``action``, ``person`` and ``reason`` are empty before any.

    ``stands`` says whether the payment that it is about still does.
    """

    id: int
    service_payment_id: int
    contract: str
    expected_cents: int
    allowed_cents: int
    steps: str
    opened_on: date
    control_number: str
    line_number: int
    payer_id: str
    procedure: str
    paid_on: date
    stands: bool
    action: str = ""
    person: str = ""
    reason: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether a person closed it and nobody opened it again."""
        return self.action == CLOSED


def not_taken_back(as_of: date) -> ColumnElement[bool]:
    """Whether a claim payment stood on a day: nothing known by then has mirrored what it booked."""
    booked, mirror = ledger_transaction.alias(), ledger_transaction.alias()
    return ~exists(
        select(mirror.c.id)
        .join_from(booked, mirror, mirror.c.reverses_id == booked.c.id)
        .where(booked.c.claim_payment_id == claim_payment.c.id, mirror.c.known_on <= as_of)
    )


def paid_claims(
    connection: Connection, as_of: date, *, payer_id: str = "", since: date = date.min, until: date = date.max
) -> Iterator[PaidClaim]:
    """Claims with standing payments of their first payers that were known on a day, whole.

    ``payer_id`` is one payer's identifier. Of claims without a payment decided in ``since`` to ``until`` none is there.
    """
    rows = connection.execution_options(yield_per=2_000).execute(_paid(as_of, payer_id, since, until))
    for _, group in groupby(rows, key=lambda row: row.claim_id):
        found = list(group)
        head = found[0]
        lines = tuple(_line(list(parts)) for _, parts in groupby(found, key=lambda row: row.line_id))
        yield PaidClaim(
            head.claim_id,
            head.control_number,
            head.identifier,
            head.payer_name,
            head.rendering_npi,
            lines,
        )


def _paid(as_of: date, payer_id: str, since: date, until: date) -> Select[tuple[object, ...]]:
    chosen: Select[tuple[object, ...]] = (
        select(
            claim_payment.c.adjudicated_on,
            claim.c.id.label("claim_id"),
            claim.c.control_number,
            claim.c.rendering_npi,
            claim.c.place_of_service.label("claim_place"),
            payer.c.identifier,
            payer.c.name.label("payer_name"),
            service_line.c.id.label("line_id"),
            service_line.c.number,
            service_line.c.procedure,
            service_line.c.modifiers,
            service_line.c.units,
            service_line.c.charge_cents,
            service_line.c.served_from,
            service_line.c.place_of_service,
            service_payment.c.id.label("service_payment_id"),
            service_payment.c.procedure.label("answered_as"),
            service_payment.c.allowed_cents,
            service_payment.c.denied,
            service_payment.c.denial_reason,
        )
        .join_from(service_payment, claim_payment, service_payment.c.claim_payment_id == claim_payment.c.id)
        .join(service_line, service_payment.c.line_id == service_line.c.id)
        .join(claim, claim_payment.c.claim_id == claim.c.id)
        .join(payer, claim.c.payer_id == payer.c.id)
        .where(
            claim_payment.c.disposition == "posted",
            claim_payment.c.status.in_(_FIRST_PAYER),
            claim_payment.c.known_on <= as_of,
            not_taken_back(as_of),
        )
        .order_by(claim.c.id, service_line.c.number, service_payment.c.id)
    )
    if (since, until) != (date.min, date.max):
        inside = claim_payment.alias()
        chosen = chosen.where(
            claim.c.id.in_(select(inside.c.claim_id).where(inside.c.adjudicated_on.between(since, until)))
        )
    return chosen.where(payer.c.identifier == payer_id) if payer_id else chosen


def _line(parts: Sequence[Row[tuple[object, ...]]]) -> PaidLine:
    """One line of ours, which the payer may have answered in several parts."""
    first = parts[0]
    whole = all(part.allowed_cents is not None and not part.denial_reason for part in parts)
    return PaidLine(
        first.line_id,
        first.number,
        first.procedure,
        tuple(filter(None, first.modifiers.split(":"))),
        Decimal(str(first.units)),
        first.charge_cents,
        first.served_from,
        first.place_of_service or first.claim_place,
        first.service_payment_id,
        " ".join(dict.fromkeys(part.answered_as for part in parts)),
        sum(part.allowed_cents for part in parts) if whole else None,
        all(part.denied for part in parts),
        max(part.adjudicated_on for part in parts),
    )


def open_cases(unit: Unit, cases: Sequence[NewCase], known_on: date) -> int:
    """Open each case that is not there yet for its payment and contract; how many were opened."""
    known = {
        tuple(row)
        for row in unit.connection.execute(select(variance_case.c.service_payment_id, variance_case.c.contract))
    }
    new = [case for case in cases if (case.service_payment_id, case.contract) not in known]
    first = unit.allocate("variance_case", len(new))
    rows = [
        {
            "id": first + place,
            "service_payment_id": case.service_payment_id,
            "contract": case.contract,
            "expected_cents": case.expected_cents,
            "allowed_cents": case.allowed_cents,
            "steps": case.steps,
            "known_on": known_on,
        }
        for place, case in enumerate(new)
    ]
    unit.insert(variance_case, rows)
    return len(new)


def cases(connection: Connection, as_of: date, case: int | None = None) -> list[Case]:
    """Every case known on a day, or one of them, as the last decision by then left it; the oldest first."""
    last = (
        select(variance_decision.c.variance_case_id, func.max(variance_decision.c.id).label("id"))
        .where(variance_decision.c.known_on <= as_of)
        .group_by(variance_decision.c.variance_case_id)
        .subquery()
    )
    chosen = (
        select(
            variance_case,
            claim.c.control_number,
            service_line.c.number,
            payer.c.identifier,
            service_line.c.procedure,
            claim_payment.c.adjudicated_on,
            not_taken_back(as_of).label("stands"),
            func.coalesce(variance_decision.c.action, "").label("action"),
            func.coalesce(variance_decision.c.person, "").label("person"),
            func.coalesce(variance_decision.c.reason, "").label("reason"),
        )
        .join_from(variance_case, service_payment, variance_case.c.service_payment_id == service_payment.c.id)
        .join(claim_payment, service_payment.c.claim_payment_id == claim_payment.c.id)
        .join(claim, claim_payment.c.claim_id == claim.c.id)
        .join(service_line, service_payment.c.line_id == service_line.c.id)
        .join(payer, claim.c.payer_id == payer.c.id)
        .join(last, last.c.variance_case_id == variance_case.c.id, isouter=True)
        .join(variance_decision, variance_decision.c.id == last.c.id, isouter=True)
        .where(variance_case.c.known_on <= as_of)
        .order_by(variance_case.c.id)
    )
    if case is not None:
        chosen = chosen.where(variance_case.c.id == case)
    return [
        Case(
            row.id,
            row.service_payment_id,
            row.contract,
            row.expected_cents,
            row.allowed_cents,
            row.steps,
            row.known_on,
            row.control_number,
            row.number,
            row.identifier,
            row.procedure,
            row.adjudicated_on,
            bool(row.stands),
            row.action,
            row.person,
            row.reason,
        )
        for row in connection.execute(chosen)
    ]


def decide(unit: Unit, case: int, person: str, action: str, reason: str, *, at: datetime, known_on: date) -> None:
    """Write down that somebody closed a case or opened it again."""
    row = {
        "id": unit.allocate("variance_decision", 1),
        "variance_case_id": case,
        "person": person,
        "action": action,
        "reason": reason,
        "happened_at": utc(at),
        "known_on": known_on,
    }
    unit.insert(variance_decision, [row])
