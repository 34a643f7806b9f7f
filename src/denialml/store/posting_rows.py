"""Rows of the posting plans of one file: ids allocated in blocks, every table inserted at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from denialml import denials
from denialml.claims import Adjustment
from denialml.denials import Denial, Verdict
from denialml.ledger import ClaimPosting, Disposition, KnownClaim, LedgerTransaction, Parked, PostingPlan
from denialml.store import schema
from denialml.store.ledger_rows import Placed, insert_transactions
from denialml.store.units import Unit

_NO_VERDICT = Verdict(denied=False, denial=None, allowed_cents=None, remarks=())

Row = dict[str, Any]


class Rows:
    """Collects the rows of a file's plans and inserts them in the order of their foreign keys."""

    def __init__(self, unit: Unit, file_id: int, plans: Sequence[PostingPlan]) -> None:
        self._unit = unit
        self._file_id = file_id
        self._remittances: list[Row] = []
        self._claims: list[Row] = []
        self._services: list[Row] = []
        self._adjustments: list[Row] = []
        self._provider_adjustments: list[Row] = []
        self._transactions: list[Placed] = []
        self._parked: list[Row] = []
        self._cases: list[Row] = []
        self._next_remittance = unit.allocate("remittance", len(plans))
        claims = [claim for plan in plans for claim in plan.claims]
        self._next_claim = unit.allocate("claim_payment", len(claims))
        self._next_service = unit.allocate("service_payment", sum(len(claim.services) for claim in claims))
        for plan in plans:
            self._add(plan)

    @property
    def denial_cases(self) -> int:
        """How many denial cases the file opens."""
        return len(self._cases)

    def insert(self) -> None:
        """Insert everything."""
        unit = self._unit
        unit.insert(schema.remittance, self._remittances)
        unit.insert(schema.claim_payment, self._claims)
        unit.insert(schema.service_payment, self._services)
        unit.insert(schema.adjustment, _numbered(unit, "adjustment", self._adjustments))
        unit.insert(schema.provider_adjustment, _numbered(unit, "provider_adjustment", self._provider_adjustments))
        insert_transactions(unit, self._transactions)
        unit.insert(schema.parked_item, _numbered(unit, "parked_item", self._parked))
        unit.insert(schema.denial_case, _numbered(unit, "denial_case", self._cases))

    def _add(self, plan: PostingPlan) -> None:
        head, identity = plan.source.remittance, self._next_remittance
        self._next_remittance += 1
        self._remittances.append(
            {
                "id": identity,
                "file_id": self._file_id,
                "ordinal": plan.source.ordinal,
                "trace": head.trace.strip(),
                "originator": head.originator.strip(),
                "method": head.method,
                "payer_name": head.payer.name,
                "payer_identifier": head.payer.identifier,
                "payee_npi": head.payee.npi,
                "payment_cents": head.payment_cents,
                "paid_on": head.paid_on,
                "known_on": plan.source.received_on,
                "status": "quarantined" if plan.quarantined else "posted",
                "payment_key": plan.payment_key,
                "content_key": plan.content_key,
            }
        )
        for claim in plan.claims:
            self._add_claim(claim, plan, identity)
        for adjustment in plan.adjustments:
            value = adjustment.adjustment
            self._provider_adjustments.append(
                {
                    "remittance_id": identity,
                    "ordinal": adjustment.ordinal,
                    "reason": value.reason,
                    "reference": value.reference,
                    "amount_cents": value.amount_cents,
                    "disposition": adjustment.disposition,
                }
            )
            self._add_booked(adjustment.transaction, adjustment.parked, plan, identity, None)
        for unreadable in plan.unreadable:
            self._add_booked(unreadable.transaction, unreadable.parked, plan, identity, None)
        for parked in plan.parked:
            self._add_booked(None, parked, plan, identity, None)

    def _add_booked(
        self,
        transaction: LedgerTransaction | None,
        parked: Parked | None,
        plan: PostingPlan,
        remittance_id: int,
        claim_payment_id: int | None,
    ) -> None:
        known_on = plan.source.received_on
        if transaction:
            self._transactions.append((transaction, known_on, remittance_id, claim_payment_id))
        if parked:
            self._parked.append(
                {
                    "key": parked.key,
                    "kind": parked.kind,
                    "remittance_id": remittance_id,
                    "claim_payment_id": claim_payment_id,
                    "file_id": self._file_id,
                    "amount_cents": parked.amount_cents,
                    "message": parked.message,
                    "known_on": known_on,
                }
            )

    def _add_claim(self, claim: ClaimPosting, plan: PostingPlan, remittance_id: int) -> None:
        payment, identity = claim.payment, self._next_claim
        self._next_claim += 1
        self._claims.append(
            {
                "id": identity,
                "remittance_id": remittance_id,
                "occurrence": claim.occurrence,
                "claim_id": claim.claim.id if claim.claim else None,
                "control_number": payment.control_number,
                "payer_claim_number": payment.payer_control_number,
                "status": payment.status,
                "charge_cents": payment.charge_cents,
                "paid_cents": payment.paid_cents,
                "patient_cents": payment.patient_responsibility_cents,
                "remarks": " ".join(remark.code for remark in payment.remarks),
                "adjudicated_on": plan.adjudicated_on,
                "known_on": plan.source.received_on,
                "disposition": claim.disposition,
                "event_key": claim.event_key,
                "file_start": claim.span.start,
                "file_end": claim.span.end,
            }
        )
        self._add_adjustments(payment.adjustments, identity, None)
        self._add_booked(claim.transaction, claim.parked, plan, remittance_id, identity)
        self._add_services(claim, plan, identity)

    def _add_services(self, claim: ClaimPosting, plan: PostingPlan, claim_payment_id: int) -> None:
        verdicts: Sequence[Verdict] = [_NO_VERDICT] * len(claim.services)
        if claim.disposition is Disposition.POSTED:
            verdicts = denials.judge(claim.payment, [posting.service for posting in claim.services], plan.noticed_on)
        for ordinal, (posting, verdict) in enumerate(zip(claim.services, verdicts, strict=True), 1):
            service, identity = posting.service, self._next_service
            self._next_service += 1
            self._services.append(
                {
                    "id": identity,
                    "claim_payment_id": claim_payment_id,
                    "line_id": posting.line_id,
                    "ordinal": ordinal,
                    "procedure": service.procedure.code,
                    "modifiers": ":".join(service.procedure.modifiers),
                    "submitted_procedure": service.submitted.code if service.submitted else "",
                    "units": service.units,
                    "charge_cents": service.charge_cents,
                    "paid_cents": service.paid_cents,
                    "allowed_cents": verdict.allowed_cents,
                    "denied": verdict.denied,
                    "denial_reason": verdict.denial.reason if verdict.denial else "",
                    "remarks": " ".join(remark.code for remark in service.remarks),
                }
            )
            self._add_adjustments(service.adjustments, claim_payment_id, identity)
            if verdict.denial and claim.claim and posting.line_id is not None:
                served = service.service_from or claim.claim.served_from
                case = _case(verdict.denial, claim.claim, served, plan.noticed_on)
                self._cases.append(
                    case
                    | {
                        "line_id": posting.line_id,
                        "service_payment_id": identity,
                        "known_on": plan.source.received_on,
                    }
                )

    def _add_adjustments(
        self, adjustments: Sequence[Adjustment], claim_payment_id: int, service_payment_id: int | None
    ) -> None:
        for adjustment in adjustments:
            self._adjustments.append(
                {
                    "claim_payment_id": claim_payment_id,
                    "service_payment_id": service_payment_id,
                    "group_code": adjustment.group,
                    "reason": adjustment.reason,
                    "amount_cents": adjustment.amount_cents,
                    "quantity": adjustment.quantity,
                }
            )


def _case(denial: Denial, claim: KnownClaim, served_on: date, noticed_on: date) -> Row:
    route = denials.route(denial.group, denial.reason, denial.remarks, noticed_on)
    clocks = denials.clocks(claim.filing_indicator, noticed_on, served_on, route)
    return {
        "claim_id": claim.id,
        "group_code": denial.group,
        "reason": denial.reason,
        "remarks": " ".join(denial.remarks),
        "category": route.category,
        "stage": route.stage,
        "route": route.route,
        "preventable": route.preventable,
        "appealable": route.appealable,
        "denied_cents": denial.denied_cents,
        "noticed_on": noticed_on,
        "correct_by": clocks.correct_by,
        "appeal_by": clocks.appeal_by,
        "clock_source": clocks.source,
    }


def _numbered(unit: Unit, name: str, rows: list[Row]) -> list[Row]:
    """The rows with consecutive ids."""
    if rows:
        first = unit.allocate(name, len(rows))
        for place, row in enumerate(rows):
            row["id"] = first + place
    return rows
