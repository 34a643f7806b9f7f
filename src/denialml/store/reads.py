"""What the two queues are made of: unsent claims with their latest prediction, open denial cases, allowed history.

Every read is bounded by a day: facts known after it are not seen. Nothing here carries a patient's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, select
from sqlalchemy.sql import Subquery

from denialml.ledger import Account
from denialml.ledger.known import FIRST
from denialml.store.answers import standing
from denialml.store.schema import (
    claim,
    claim_payment,
    decision,
    denial_case,
    ledger_entry,
    ledger_transaction,
    payer,
    prediction,
    prediction_reason,
    scoring_run,
    service_line,
    service_payment,
    submission,
)

REASONS_KEPT: Final = 4  # of each claim in the queue; the claim page shows them all

NOTE: Final = "note"  # a decision that changes nothing: it never counts as the last action


@dataclass(frozen=True, slots=True)
class RunRow:
    """One scoring run: which model looked at the unsent claims, as of which day."""

    id: int
    model_name: str
    model_version: str
    as_of: date


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What both queues show of a claim. ``procedures`` are its distinct codes in the order of the lines."""

    claim_id: int
    control_number: str
    payer_id: int
    payer_name: str
    provider_npi: str
    procedures: tuple[str, ...]
    line_count: int
    charge_cents: int
    served_on: date
    known_on: date
    last_action: str


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason of a prediction: its group, its part of the log-odds, the fact behind it, the edit that would help."""

    group: str
    contribution: float
    sentence: str
    edit: str


@dataclass(frozen=True, slots=True)
class RiskRow:
    """An unsent claim with its prediction; money in cents, ``probability`` that any line is denied."""

    facts: ClaimFacts
    probability: float
    expected_allowed_cents: int
    expected_denied_cents: int
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """The newest denial case of a service line that the payer still owes for. ``owed_cents`` is the line's balance."""

    facts: ClaimFacts
    case_id: int
    line_id: int
    line_number: int
    procedure: str
    charge_cents: int
    owed_cents: int
    group_code: str
    reason: str
    remarks: str
    category: str
    route: str
    preventable: bool
    appealable: bool
    denied_cents: int
    noticed_on: date
    correct_by: date | None
    appeal_by: date | None
    last_action: str


@dataclass(frozen=True, slots=True)
class AllowedRow:
    """Paid lines of one payer and procedure: how many, charged and allowed cents."""

    payer_id: int
    procedure: str
    lines: int
    charge_cents: int
    allowed_cents: int


def latest_run(connection: Connection) -> RunRow | None:
    """The scoring run made last, or None before the first."""
    found = connection.execute(
        select(scoring_run.c.id, scoring_run.c.model_name, scoring_run.c.model_version, scoring_run.c.as_of)
        .order_by(scoring_run.c.known_on.desc(), scoring_run.c.id.desc())
        .limit(1)
    ).first()
    return RunRow(*found) if found else None


def claim_count(connection: Connection) -> int:
    """How many claims there are at all."""
    return int(connection.execute(select(func.count()).select_from(claim)).scalar_one())


def unsent_count(connection: Connection) -> int:
    """How many claims wait to be sent, scored or not."""
    return int(connection.execute(select(func.count()).select_from(claim).where(_is_unsent())).scalar_one())


def risk_rows(connection: Connection, run: RunRow) -> list[RiskRow]:
    """The claims of a run that are still unsent, in order of id, each with its weightiest reasons."""
    whole = and_(prediction.c.run_id == run.id, prediction.c.line_id.is_(None))
    rows = connection.execute(
        select(
            claim.c.id,
            prediction.c.probability,
            prediction.c.expected_allowed_cents,
            prediction.c.expected_denied_cents,
        )
        .join(claim, claim.c.id == prediction.c.claim_id)
        .where(whole, _is_unsent())
        .order_by(claim.c.id)
    ).all()
    wanted = select(claim.c.id).join(prediction, prediction.c.claim_id == claim.c.id).where(whole, _is_unsent())
    facts = _claim_facts(connection, wanted.subquery())
    reasons = _main_reasons(connection, run, wanted.subquery())
    return [
        RiskRow(facts[identity], probability, allowed, denied, reasons.get(identity, ()))
        for identity, probability, allowed, denied in rows
    ]


def _is_unsent() -> ColumnElement[bool]:
    """Neither sent nor replaced by a later version of the same claim."""
    later = claim.alias("later")
    return and_(
        ~exists().where(submission.c.claim_id == claim.c.id),
        ~exists().where(later.c.control_number == claim.c.control_number, later.c.id > claim.c.id),
    )


def _main_reasons(connection: Connection, run: RunRow, wanted: Subquery) -> dict[int, tuple[ReasonRow, ...]]:
    """What raises each claim's risk most, by its own row, or by its riskiest line's where the row has no reasons."""
    rows = connection.execute(
        select(
            prediction.c.claim_id,
            prediction.c.line_id,
            prediction_reason.c.group_name,
            prediction_reason.c.contribution,
            prediction_reason.c.sentence,
            prediction_reason.c.edit,
        )
        .join(prediction_reason, prediction_reason.c.prediction_id == prediction.c.id)
        .where(
            prediction.c.run_id == run.id,
            prediction.c.claim_id.in_(select(wanted.c.id)),
            prediction_reason.c.contribution > 0,
        )
        .order_by(
            prediction.c.claim_id,
            prediction.c.line_id.is_not(None),
            prediction.c.probability.desc(),
            prediction.c.line_id,
            prediction_reason.c.contribution.desc(),
            prediction_reason.c.rank,
        )
    )
    chosen: dict[int, int | None] = {}
    found: dict[int, list[ReasonRow]] = {}
    for claim_id, line_id, group, contribution, sentence, edit in rows:
        if chosen.setdefault(claim_id, line_id) == line_id:
            found.setdefault(claim_id, []).append(ReasonRow(group, contribution, sentence, edit))
    return {claim_id: tuple(reasons[:REASONS_KEPT]) for claim_id, reasons in found.items()}


def _claim_facts(connection: Connection, wanted: Subquery) -> dict[int, ClaimFacts]:
    lines: dict[int, list[str]] = {}
    for claim_id, procedure in connection.execute(
        select(service_line.c.claim_id, service_line.c.procedure)
        .where(service_line.c.claim_id.in_(select(wanted.c.id)))
        .order_by(service_line.c.claim_id, service_line.c.number)
    ):
        lines.setdefault(claim_id, []).append(procedure)
    actions = _last_actions(connection, wanted)
    rows = connection.execute(
        select(
            claim.c.id,
            claim.c.control_number,
            claim.c.payer_id,
            payer.c.name,
            payer.c.identifier,
            claim.c.rendering_npi,
            claim.c.charge_cents,
            claim.c.served_from,
            claim.c.known_on,
        )
        .join(payer, payer.c.id == claim.c.payer_id)
        .where(claim.c.id.in_(select(wanted.c.id)))
    )
    return {
        row.id: ClaimFacts(
            claim_id=row.id,
            control_number=row.control_number,
            payer_id=row.payer_id,
            payer_name=row.name or row.identifier,
            provider_npi=row.rendering_npi,
            procedures=tuple(dict.fromkeys(lines.get(row.id, ()))),
            line_count=len(lines.get(row.id, ())),
            charge_cents=row.charge_cents,
            served_on=row.served_from,
            known_on=row.known_on,
            last_action=actions.get(row.id, ""),
        )
        for row in rows
    }


def _last_actions(connection: Connection, wanted: Subquery) -> dict[int, str]:
    """The last decision on each claim as a whole."""
    rows = connection.execute(
        select(decision.c.claim_id, decision.c.action)
        .where(
            decision.c.claim_id.in_(select(wanted.c.id)),
            decision.c.denial_case_id.is_(None),
            decision.c.action != NOTE,
        )
        .order_by(decision.c.id)
    )
    return {claim_id: action for claim_id, action in rows if claim_id is not None}


def open_cases(connection: Connection, as_of: date, *, control_number: str | None = None) -> list[CaseRow]:
    """The newest case of every line that the payer still owes for by the ledger, in order of id.

    A line whose balance was paid, adjusted or written off has no open case; a line denied twice has one, the later.
    ``control_number`` asks for one claim's alone.
    """
    owed = _owed_by_line(as_of)
    newest = _newest_cases(as_of, control_number)
    rows = connection.execute(
        select(
            denial_case,
            service_line.c.number,
            service_line.c.procedure,
            service_line.c.charge_cents,
            owed.c.owed_cents,
        )
        .join(newest, newest.c.id == denial_case.c.id)
        .join(service_line, service_line.c.id == denial_case.c.line_id)
        .join(service_payment, service_payment.c.id == denial_case.c.service_payment_id)
        .join(claim_payment, claim_payment.c.id == service_payment.c.claim_payment_id)
        .join(owed, and_(owed.c.line_id == denial_case.c.line_id, owed.c.account == _account_of_payer()))
        .where(owed.c.owed_cents > 0)
        .order_by(denial_case.c.id)
    ).all()
    wanted = select(denial_case.c.claim_id.label("id")).join(newest, newest.c.id == denial_case.c.id).distinct()
    facts = _claim_facts(connection, wanted.subquery())
    actions = _last_case_actions(connection, as_of)
    return [
        CaseRow(
            facts=facts[row.claim_id],
            case_id=row.id,
            line_id=row.line_id,
            line_number=row.number,
            procedure=row.procedure,
            charge_cents=row.charge_cents,
            owed_cents=row.owed_cents,
            group_code=row.group_code,
            reason=row.reason,
            remarks=row.remarks,
            category=row.category,
            route=row.route,
            preventable=row.preventable,
            appealable=row.appealable,
            denied_cents=row.denied_cents,
            noticed_on=row.noticed_on,
            correct_by=row.correct_by,
            appeal_by=row.appeal_by,
            last_action=actions.get(row.id, ""),
        )
        for row in rows
    ]


def _newest_cases(as_of: date, control_number: str | None) -> Subquery:
    """The ids of the last case of each line, those of one claim where a control number is given."""
    known = (
        select(func.max(denial_case.c.id).label("id"))
        .join(service_payment, service_payment.c.id == denial_case.c.service_payment_id)
        .join(claim_payment, claim_payment.c.id == service_payment.c.claim_payment_id)
        .where(denial_case.c.known_on <= as_of, standing(as_of))
        .group_by(denial_case.c.line_id)
    )
    if control_number is not None:
        known = known.join(claim, claim.c.id == denial_case.c.claim_id).where(claim.c.control_number == control_number)
    return known.subquery()


def _account_of_payer() -> ColumnElement[str]:
    """The account on which the payer that denied a line owes for it."""
    first = claim_payment.c.sequence == FIRST
    return case((first, Account.AR_INSURER.value), else_=Account.AR_NEXT_PAYER.value)


def _owed_by_line(as_of: date) -> Subquery:
    total = func.sum(ledger_entry.c.amount_cents).label("owed_cents")
    return (
        select(ledger_entry.c.line_id, ledger_entry.c.account, total)
        .join(ledger_transaction, ledger_transaction.c.id == ledger_entry.c.transaction_id)
        .where(
            ledger_entry.c.line_id.in_(select(denial_case.c.line_id)),
            ledger_entry.c.account.in_((Account.AR_INSURER.value, Account.AR_NEXT_PAYER.value)),
            ledger_transaction.c.known_on <= as_of,
        )
        .group_by(ledger_entry.c.line_id, ledger_entry.c.account)
        .subquery()
    )


def _last_case_actions(connection: Connection, as_of: date) -> dict[int, str]:
    rows = connection.execute(
        select(decision.c.denial_case_id, decision.c.action)
        .where(
            decision.c.denial_case_id.is_not(None),
            decision.c.action != NOTE,
            decision.c.known_on <= as_of,
        )
        .order_by(decision.c.id)
    )
    return {case_id: action for case_id, action in rows if case_id is not None}


def allowed_sums(connection: Connection, before: date) -> Sequence[AllowedRow]:
    """Paid lines by payer and procedure, from remittances received before a day. Reversals and denials do not count."""
    rows = connection.execute(
        select(
            claim.c.payer_id,
            service_line.c.procedure,
            func.count(),
            func.sum(service_payment.c.charge_cents),
            func.sum(service_payment.c.allowed_cents),
        )
        .join(claim_payment, claim_payment.c.id == service_payment.c.claim_payment_id)
        .join(service_line, service_line.c.id == service_payment.c.line_id)
        .join(claim, claim.c.id == service_line.c.claim_id)
        .where(
            claim_payment.c.known_on < before,
            claim_payment.c.disposition == "posted",
            claim_payment.c.sequence == FIRST,
            standing(),
            service_payment.c.denied.is_(False),
            service_payment.c.allowed_cents > 0,
            service_payment.c.charge_cents > 0,
        )
        .group_by(claim.c.payer_id, service_line.c.procedure)
        .order_by(claim.c.payer_id, service_line.c.procedure)
    )
    return [AllowedRow(payer_id, procedure, lines, int(c), int(a)) for payer_id, procedure, lines, c, a in rows]
