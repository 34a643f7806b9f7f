"""Rows of the posting plans of one file: ids allocated in blocks, every table inserted at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from denialml import denials, ledger
from denialml.claims import Adjustment
from denialml.denials import Denial, Verdict
from denialml.ledger import ClaimPosting, Disposition, KnownClaim, LedgerTransaction, Parked, PostingPlan
from denialml.store import schema
from denialml.store.answers import said_remarks
from denialml.store.ledger_rows import Placed, insert_transactions
from denialml.store.units import Unit

_NO_VERDICT = Verdict(denied=False, denial=None, allowed_cents=None, remarks=())

Row = dict[str, Any]

_ADJUSTMENT_COLUMNS = (
    "id",
    "claim_payment_id",
    "service_payment_id",
    "group_code",
    "reason",
    "amount_cents",
    "quantity",
)


@dataclass(frozen=True, slots=True)
class Reposted:
    """An answer of an earlier file posted again: its remittance, and the row that the new one takes the place of."""

    posting: ClaimPosting
    remittance_id: int
    claim_payment_id: int
    adjudicated_on: date


@dataclass(frozen=True, slots=True)
class Places:
    """Where the next ids of claim payments and their services come from."""

    claims: Iterator[int]
    services: Iterator[int]


class Rows:
    """Collects the rows of a file's plans, and of answers posted again, and inserts them in the order of their keys."""

    def __init__(self, unit: Unit, file_id: int | None, known_on: date) -> None:
        self._unit = unit
        self._file_id = file_id
        self._known_on = known_on
        self._remittances: list[Row] = []
        self._claims: list[Row] = []
        self._services: list[Row] = []
        self._adjustments: list[tuple[Any, ...]] = []
        self._provider_adjustments: list[Row] = []
        self._transactions: list[Placed] = []
        self._parked: list[Row] = []
        self._cases: list[Row] = []

    @property
    def denial_cases(self) -> int:
        """How many denial cases are opened."""
        return len(self._cases)

    def insert(self) -> None:
        """Insert everything."""
        unit = self._unit
        unit.insert(schema.remittance, self._remittances)
        unit.insert(schema.claim_payment, self._claims)
        unit.insert(schema.service_payment, self._services)
        if self._adjustments:
            first = unit.allocate("adjustment", len(self._adjustments))
            rows = [(identity, *row) for identity, row in enumerate(self._adjustments, first)]
            unit.insert_tuples(schema.adjustment, _ADJUSTMENT_COLUMNS, rows)
        unit.insert(schema.provider_adjustment, _numbered(unit, "provider_adjustment", self._provider_adjustments))
        insert_transactions(unit, self._transactions)
        unit.insert(schema.parked_item, _numbered(unit, "parked_item", self._parked))
        unit.insert(schema.denial_case, _numbered(unit, "denial_case", self._cases))

    def add_booked(self, transactions: Sequence[LedgerTransaction]) -> None:
        """Charges, cancellations and transfers: known now, but never before their own day."""
        self._transactions += [(each, max(self._known_on, each.happened_on), None, None) for each in transactions]

    def add_corrections(self, originals: Sequence[tuple[LedgerTransaction, date, int | None]]) -> None:
        """The mirrors of transactions, on the remittance of each, never known before what they mirror."""
        for original, known_on, remittance_id in originals:
            mirror = ledger.correction(original)
            day = max(self._known_on, known_on, mirror.happened_on)
            self._transactions.append((mirror, day, remittance_id, None))

    def add_plans(self, plans: Sequence[PostingPlan]) -> dict[str, int]:
        """Remittances, with all that they hold but answers to be settled; their ids by payment key."""
        first = self._unit.allocate("remittance", len(plans))
        places = self._places([claim for plan in plans for claim in plan.claims])
        for identity, plan in enumerate(plans, first):
            self._add_plan(plan, identity, places)
        return {plan.payment_key: identity for identity, plan in enumerate(plans, first)}

    def add_postings(self, postings: Sequence[ClaimPosting], remittances: Mapping[str, int]) -> None:
        """Answers of this file, of remittances with these ids."""
        places = self._places(postings)
        for posting in postings:
            answer = posting.answer
            remittance_id = remittances[answer.place[0]]
            self._add_claim(posting, remittance_id, answer.decided_on, answer.received_on, places, None)

    def add_parts(
        self, remittance_id: int, transactions: Sequence[LedgerTransaction], parked: Sequence[Parked]
    ) -> None:
        """Parts of an earlier remittance that are booked, or wait, since it stands otherwise."""
        for transaction in transactions:
            self._add_moved(transaction, None, self._known_on, remittance_id, None)
        for each in parked:
            self._add_moved(None, each, self._known_on, remittance_id, None)

    def add_reposted(self, reposted: Sequence[Reposted]) -> None:
        """Answers of earlier files of which something else becomes now."""
        places = self._places([each.posting for each in reposted])
        for each in reposted:
            known_on = max(self._known_on, each.posting.answer.received_on)
            self._add_claim(
                each.posting, each.remittance_id, each.adjudicated_on, known_on, places, each.claim_payment_id
            )

    def _places(self, claims: Sequence[ClaimPosting]) -> Places:
        """Ids for claim payments and their services."""
        return Places(
            count(self._unit.allocate("claim_payment", len(claims))),
            count(self._unit.allocate("service_payment", sum(len(claim.services) for claim in claims))),
        )

    def _add_plan(self, plan: PostingPlan, identity: int, places: Places) -> None:
        head = plan.source.remittance
        known_on = plan.source.received_on
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
                "payer_names": " ".join(sorted(ledger.payers_of(head))),
                "payee_npi": head.payee.npi,
                "payment_cents": head.payment_cents,
                "paid_on": head.paid_on,
                "noticed_on": plan.noticed_on,
                "known_on": known_on,
                "status": plan.standing,
                "fault": plan.fault or "",
                "payment_key": plan.payment_key,
                "content_key": plan.content_key,
            }
        )
        for claim in plan.claims:
            self._add_claim(claim, identity, plan.adjudicated_on, known_on, places, None)
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
            self._add_moved(adjustment.transaction, adjustment.parked, known_on, identity, None)
        for unreadable in plan.unreadable:
            self._add_moved(unreadable.transaction, unreadable.parked, known_on, identity, None)
        for parked in plan.parked:
            self._add_moved(None, parked, known_on, identity, None)

    def _add_moved(
        self,
        transaction: LedgerTransaction | None,
        parked: Parked | None,
        known_on: date,
        remittance_id: int,
        claim_payment_id: int | None,
    ) -> None:
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

    def _add_claim(
        self,
        claim: ClaimPosting,
        remittance_id: int,
        adjudicated_on: date,
        known_on: date,
        places: Places,
        supersedes_id: int | None,
    ) -> None:
        payment, answer, identity = claim.payment, claim.answer, next(places.claims)
        self._claims.append(
            {
                "id": identity,
                "remittance_id": remittance_id,
                "place": answer.place[1],
                "occurrence": answer.occurrence,
                "claim_id": claim.claim.id if claim.claim else None,
                "account": claim.account,
                "sequence": claim.sequence,
                "control_number": answer.number,
                "payer_claim_number": payment.payer_control_number,
                "status": payment.status,
                "frequency": payment.frequency,
                "charge_cents": payment.charge_cents,
                "paid_cents": payment.paid_cents,
                "patient_cents": payment.patient_responsibility_cents,
                "remarks": said_remarks(payment.remarks),
                "period_from": ledger.claim_day(payment),
                "adjudicated_on": adjudicated_on,
                "known_on": known_on,
                "disposition": claim.disposition,
                "strange": claim.strange,
                "member_id": ledger.member_of(payment) if claim.strange or claim.claim is None else "",
                "event_key": answer.key,
                "revision": answer.revision,
                "outcome": claim.outcome,
                "supersedes_id": supersedes_id,
                "file_start": answer.span.start,
                "file_end": answer.span.end,
                "segment": answer.span.segment,
            }
        )
        self._add_adjustments(payment.adjustments, identity, None)
        self._add_moved(claim.transaction, claim.parked, known_on, remittance_id, identity)
        self._add_services(claim, known_on, identity, places)

    def _add_services(self, claim: ClaimPosting, known_on: date, claim_payment_id: int, places: Places) -> None:
        verdicts: Sequence[Verdict] = [_NO_VERDICT] * len(claim.services)
        noticed_on = claim.answer.on
        if claim.disposition is Disposition.POSTED:
            verdicts = denials.judge(claim.payment, [posting.service for posting in claim.services], noticed_on)
        for ordinal, (posting, verdict) in enumerate(zip(claim.services, verdicts, strict=True), 1):
            service, identity = posting.service, next(places.services)
            submitted = service.submitted
            self._services.append(
                {
                    "id": identity,
                    "claim_payment_id": claim_payment_id,
                    "line_id": posting.line_id,
                    "ordinal": ordinal,
                    "procedure": service.procedure.code,
                    "modifiers": ":".join(service.procedure.modifiers),
                    "submitted_procedure": submitted.code if submitted else "",
                    "submitted_modifiers": ":".join(submitted.modifiers) if submitted else "",
                    "units": service.units,
                    "served_from": service.service_from,
                    "control_number": service.line_control_number,
                    "charge_cents": service.charge_cents,
                    "paid_cents": service.paid_cents,
                    "allowed_cents": verdict.allowed_cents,
                    "denied": verdict.denied,
                    "denial_reason": verdict.denial.reason if verdict.denial else "",
                    "remarks": said_remarks(service.remarks),
                    "derived": posting.derived,
                }
            )
            self._add_adjustments(service.adjustments, claim_payment_id, identity)
            if verdict.denial and claim.claim and posting.line_id is not None:
                served = service.service_from or claim.claim.served_from
                case = _case(verdict.denial, claim.claim, served, noticed_on)
                self._cases.append(
                    case
                    | {
                        "line_id": posting.line_id,
                        "service_payment_id": identity,
                        "known_on": known_on,
                    }
                )

    def _add_adjustments(
        self, adjustments: Sequence[Adjustment], claim_payment_id: int, service_payment_id: int | None
    ) -> None:
        for adjustment in adjustments:
            group, reason, cents = adjustment.group, adjustment.reason, adjustment.amount_cents
            self._adjustments.append((claim_payment_id, service_payment_id, group, reason, cents, adjustment.quantity))


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
