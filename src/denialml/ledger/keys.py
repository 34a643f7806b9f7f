"""Keys that the same event always has, so that nothing is posted twice; the database holds each at most once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from denialml.claims import Adjustment, ClaimPayment, Procedure, Remark, Remittance, ServicePayment
from denialml.ledger.source import RemittanceAsRead


def digest(*parts: object) -> str:
    """Sixty-four hex digits of a sequence of plain values (text, numbers, days, None, tuples of these)."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def digest_of(value: Any) -> str:
    """Sixty-four hex digits of one value of the vocabulary: for long ones this is quicker than :func:`digest`."""
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()


@dataclass(frozen=True, slots=True)
class PaymentKeys:
    """Identity of a payment: ``payment`` as sent, ``content`` of what it says, ``kept`` of both.

    It is kept under both: of two remittances that tell one payment differently, each has its key whichever came first.
    """

    payment: str
    content: str
    kept: str


def payment_keys(source: RemittanceAsRead) -> PaymentKeys:
    """The keys of a remittance. Envelopes do not count: a clearinghouse numbers them anew when it sends again.

    A payment is known by originator, trace number, amount and date. Without a trace number, or without money (payers
    reuse a number for remittances that pay nothing), its content is part of its identity.
    """
    head = source.remittance
    content = _content_key(source)
    identity: tuple[Any, ...] = (head.originator.strip(), head.trace.strip(), head.payment_cents, _day(head.paid_on))
    if not moves_money(head):
        identity += (content,)
    payment = digest("payment", *identity)
    return PaymentKeys(payment, content, digest("conflict", payment, content))


def moves_money(head: Remittance) -> bool:
    """Whether a remittance's trace number must be its own: it names a payment of money."""
    return bool(head.trace.strip()) and head.payment_cents != 0


def event_identity(payment: ClaimPayment) -> tuple[str, str, str, int, int]:
    """What tells one claim payment of a remittance from another, but for legal repetitions."""
    return (
        payment.control_number,
        payment.payer_control_number,
        payment.status,
        payment.charge_cents,
        payment.paid_cents,
    )


def _content_key(source: RemittanceAsRead) -> str:
    """A digest of what a payment says, claim by claim: a payment may hold a hundred thousand."""
    total = hashlib.sha256(b"content")
    for read in source.payments:
        total.update(msgspec.json.encode(_claim(read.payment)))
    for refused in source.refused:
        total.update(repr([(s.name, s.elements) for s in refused.segments]).encode())
    for each in source.adjustments:
        a = each.adjustment
        said = (a.provider_id, a.reason, a.reference, a.amount_cents, _day(a.fiscal_period_end))
        total.update(repr(said).encode())
    return total.hexdigest()


def _claim(payment: ClaimPayment) -> tuple[Any, ...]:
    return (
        *event_identity(payment),
        payment.patient_responsibility_cents,
        payment.frequency,
        _adjustments(payment.adjustments),
        _remarks(payment.remarks),
        [_service(service) for service in payment.services],
    )


def _service(service: ServicePayment) -> tuple[Any, ...]:
    return (
        _procedure(service.procedure),
        service.charge_cents,
        service.paid_cents,
        None if service.units is None else str(service.units.normalize()),
        _procedure(service.submitted) if service.submitted else None,
        _day(service.service_from),
        service.line_control_number,
        _adjustments(service.adjustments),
        _remarks(service.remarks),
    )


def _procedure(procedure: Procedure) -> tuple[Any, ...]:
    return (procedure.qualifier, procedure.code, procedure.modifiers)


def _adjustments(adjustments: Iterable[Adjustment]) -> list[tuple[str, str, int]]:
    return [(a.group, a.reason, a.amount_cents) for a in adjustments]


def _remarks(remarks: Iterable[Remark]) -> list[str]:
    return [r.code for r in remarks]


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None
