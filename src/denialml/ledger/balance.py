"""The three balances of a remittance (835 guide, section 1.10.2). A delta of zero means balanced; nothing is forced."""

from __future__ import annotations

from collections.abc import Sequence

from denialml.claims import ClaimPayment, ProviderAdjustment, ServicePayment


def line_delta(service: ServicePayment) -> int:
    """Line charge less adjustments less paid, in cents."""
    return service.charge_cents - sum([a.amount_cents for a in service.adjustments]) - service.paid_cents


def claim_delta(payment: ClaimPayment) -> int:
    """Claim charge less adjustments of both levels less paid, in cents."""
    of_lines = sum([a.amount_cents for service in payment.services for a in service.adjustments])
    of_claim = sum(a.amount_cents for a in payment.adjustments)
    return payment.charge_cents - of_lines - of_claim - payment.paid_cents


def services_delta(payment: ClaimPayment) -> int:
    """Paid of the lines less the claim level's adjustments less paid of the claim; zero when it names no lines."""
    if not payment.services:
        return 0
    of_lines = sum(service.paid_cents for service in payment.services)
    return of_lines - sum(a.amount_cents for a in payment.adjustments) - payment.paid_cents


def transaction_delta(claims_cents: int, adjustments: Sequence[ProviderAdjustment], payment_cents: int) -> int:
    """Paid on claims less provider adjustments less the payment, in cents."""
    return claims_cents - sum(a.amount_cents for a in adjustments) - payment_cents
