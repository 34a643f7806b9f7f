"""An independent judge of 835 files: oxedi reads the same payments, claims, services and adjustments.

Where the judge differs from us, and why it is not compared there: it drops LQ remark codes from its tables, has one
service date where 2110 may have two, keeps no claim-level AMT, QTY or inpatient facts, and has no units of more than
two decimals (its column holds two).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import oxedi
import pyarrow as pa

from denialml import x12
from denialml.claims import Adjustment, ClaimPayment, ServicePayment

Facts = dict[str, list[tuple[Any, ...]]]


def theirs(content: bytes) -> Facts:
    """What oxedi reads, table by table, in file order, amounts in cents."""
    tables = oxedi.parse(content).tables
    rows = {name: pa.table(tables[name]).to_pylist() for name in ("payments", "claims", "services", "adjustments")}
    plb = pa.table(tables["provider_adjustments"]).to_pylist()
    return {
        "payments": [(_signed(row), _text(row["trace_number"])) for row in rows["payments"]],
        "claims": [
            (
                _text(row["claim_id"]), _text(row["claim_status"]), _cents(row["charge_amount"]),
                _cents(row["payment_amount"]), _cents(row["patient_responsibility"]),
                _text(row["payer_control_number"]),
            )
            for row in rows["claims"]
        ],
        "services": [
            (
                _text(row["procedure_code"]), _cents(row["charge_amount"]), _cents(row["payment_amount"]),
                row["units_paid"] or None, _text(row["line_item_control_number"]),
            )
            for row in rows["services"]
        ],
        "adjustments": [
            (_text(row["group_code"]), _text(row["reason_code"]), _cents(row["amount"]), row["quantity"])
            for row in rows["adjustments"]
        ],
        "provider adjustments": [
            (_text(row["reason_code"]), _text(row["reference_id"]), _cents(row["amount"])) for row in plb
        ],
    }  # fmt: skip


def ours(content: bytes) -> Facts:
    """The same facts as we read them."""
    facts: Facts = {name: [] for name in ("payments", "claims", "services", "adjustments", "provider adjustments")}
    for event in x12.read(content):
        match event:
            case x12.RemittanceRead(remittance=head):
                facts["payments"].append((head.payment_cents, head.trace))
            case x12.ClaimPaymentRead(payment=payment):
                _add(facts, payment)
            case x12.ProviderAdjustmentRead(adjustment=adjustment):
                facts["provider adjustments"].append((adjustment.reason, adjustment.reference, adjustment.amount_cents))
            case _:
                pass
    return facts


def _add(facts: Facts, payment: ClaimPayment) -> None:
    facts["claims"].append(
        (
            payment.control_number, payment.status, payment.charge_cents, payment.paid_cents,
            payment.patient_responsibility_cents, payment.payer_control_number,
        )
    )  # fmt: skip
    facts["services"] += map(_service, payment.services)
    facts["adjustments"] += _adjustments(payment.adjustments)
    for service in payment.services:
        facts["adjustments"] += _adjustments(service.adjustments)


def _service(service: ServicePayment) -> tuple[Any, ...]:
    return (
        service.procedure.code, service.charge_cents, service.paid_cents, _two_decimals(service.units),
        service.line_control_number,
    )  # fmt: skip


def _adjustments(adjustments: tuple[Adjustment, ...]) -> Iterator[tuple[Any, ...]]:
    return ((each.group, each.reason, each.amount_cents, each.quantity) for each in adjustments)


def _two_decimals(units: Decimal | None) -> Decimal | None:
    return units if units and units == round(units, 2) else None


def _text(value: bytes | None) -> str:
    return (value or b"").decode()


def _cents(value: Decimal | None) -> int:
    return int((value or Decimal(0)) * 100)


def _signed(row: dict[str, Any]) -> int:
    cents = _cents(row["total_payment_amount"])
    return -cents if row["credit_debit_flag"] == b"D" else cents
