"""The two queues: what to look at before sending, and which denials to work next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from denialml import codes
from denialml.service.decisions import Status, status_of
from denialml.service.practice import existing_store
from denialml.service.queue_filters import (
    NO_FILTERS,
    Choices,
    Item,
    QueueFilters,
    check,
    choices,
    cut,
    page_count,
    select,
)
from denialml.settings import Settings
from denialml.store import reads
from denialml.worklist import (
    OTHER,
    AllowedHistory,
    AllowedSum,
    DenialCandidate,
    RankedClaim,
    RiskCandidate,
    Work,
    actions,
    category_label,
    group_title,
    rank_denials,
    rank_risk,
)

WRITE_OFF: Final = "Write off, with approval"
DUE_SOON_DAYS: Final = 7
REASONS_SHOWN: Final = 3
NO_CLAIMS: Final = "No claims yet: run `denialml demo` for a made-up practice, or `denialml charges import FILE`."


@dataclass(frozen=True, slots=True)
class RiskQueueRow:
    """An unsent claim: ``probability`` that any line is denied, what that puts at risk, and why, weightiest first."""

    rank: int
    control_number: str
    payer: str
    provider: str
    procedures: str
    lines: int
    served_on: date
    ready_on: date
    probability: float
    charge_cents: int
    expected_allowed_cents: int
    at_risk_cents: int
    preventable_cents: int
    value_per_hour_cents: int
    minutes: int
    group: str
    reasons: tuple[str, ...]
    edit: str
    status: str


@dataclass(frozen=True, slots=True)
class RiskQueue:
    """Unsent claims by what an hour of looking is expected to save.

    ``total``, ``at_risk_cents`` and ``preventable_cents`` are of all claims that fit the filters, not only of those
    shown. ``advice`` says what to run next when something is missing.
    """

    model: str
    scored_as_of: date | None
    unsent: int
    total: int
    at_risk_cents: int
    preventable_cents: int
    advice: str
    pages: int
    rows: tuple[RiskQueueRow, ...]


@dataclass(frozen=True, slots=True)
class DenialRow:
    """One piece of work: the open denials of one claim that the same action answers; money in cents.

    ``days_left`` runs to the action's own deadline, None when no limit is known. ``note`` says what else matters.
    """

    rank: int
    control_number: str
    payer: str
    provider: str
    procedures: str
    lines: int
    reasons: str
    category: str
    action: str
    deadline: date | None
    days_left: int | None
    age_days: int
    win_probability: float
    denied_cents: int
    expected_allowed_cents: int
    expected_recovery_cents: int
    cost_cents: int
    minutes: int
    value_per_hour_cents: int
    note: str
    status: str


@dataclass(frozen=True, slots=True)
class DenialsQueue:
    """Open denials by what an hour of work is expected to bring, and apart from them those that cannot be worked.

    ``total``, ``expected_recovery_cents``, ``work_minutes`` and ``due_this_week`` are of all work that fits the
    filters; ``expired_total`` and ``expired_cents`` (expected allowed) of all whose only route is a write-off with
    approval.
    """

    today: date
    total: int
    expected_recovery_cents: int
    work_minutes: int
    due_this_week: int
    expired_total: int
    expired_cents: int
    advice: str
    pages: int
    rows: tuple[DenialRow, ...]
    expired: tuple[DenialRow, ...]


@dataclass(frozen=True, slots=True)
class RiskPage:
    """The pre-submission queue with the choices of its filters."""

    queue: RiskQueue
    choices: Choices


@dataclass(frozen=True, slots=True)
class DenialsPage:
    """The denials queue with the choices of its filters."""

    queue: DenialsQueue
    choices: Choices


def risk_queue(settings: Settings, *, filters: QueueFilters = NO_FILTERS, top: int | None = None) -> RiskQueue:
    """The unsent claims of the last scoring run, ranked.

    Raises:
        NotFoundError: the home holds no practice yet.
        UsageError: a filter makes no sense.
    """
    return risk_page(settings, filters=filters, top=top).queue


def denials_queue(
    settings: Settings, *, today: date, filters: QueueFilters = NO_FILTERS, top: int | None = None
) -> DenialsQueue:
    """The open denials as known on a day, ranked, with those that can no longer be worked apart.

    Raises:
        NotFoundError: the home holds no practice yet.
        UsageError: a filter makes no sense.
    """
    return denials_page(settings, today=today, filters=filters, top=top).queue


def risk_page(settings: Settings, *, filters: QueueFilters = NO_FILTERS, top: int | None = None) -> RiskPage:
    """As :func:`risk_queue`, with the choices that the filters have."""
    check(filters, top)
    with existing_store(settings) as store, store.reading() as connection:
        run = reads.latest_run(connection)
        found = reads.risk_rows(connection, run) if run else []
        unsent = reads.unsent_count(connection)
        claims = reads.claim_count(connection)
    by_id = {row.facts.claim_id: row for row in found}
    items = [
        _risk_item(_Risk(ranked, by_id[ranked.candidate.claim_id])) for ranked in rank_risk(map(_risk_candidate, found))
    ]
    chosen = select(items, filters)
    queue = RiskQueue(
        model=f"{run.model_name} version {run.model_version}" if run else "",
        scored_as_of=run.as_of if run else None,
        unsent=unsent,
        total=len(chosen),
        at_risk_cents=sum(item.dollars_cents for item in chosen),
        preventable_cents=sum(item.thing.ranked.preventable_cents for item in chosen),
        advice=_risk_advice(claims, unsent, scored=run is not None, ranked=len(items), shown=len(chosen)),
        pages=page_count(len(chosen)),
        rows=tuple(_risk_row(item) for item in cut(chosen, filters, top)),
    )
    return RiskPage(queue, choices(items))


def denials_page(
    settings: Settings, *, today: date, filters: QueueFilters = NO_FILTERS, top: int | None = None
) -> DenialsPage:
    """As :func:`denials_queue`, with the choices that the filters have."""
    check(filters, top)
    with existing_store(settings) as store, store.reading() as connection:
        cases = reads.open_cases(connection, today)
        sums = reads.allowed_sums(connection, today)
        claims = reads.claim_count(connection)
    history = AllowedHistory(
        AllowedSum(row.payer_id, row.procedure, row.lines, row.charge_cents, row.allowed_cents) for row in sums
    )
    by_id = {case.case_id: case for case in cases}
    # Cases in different states are different work, even on one claim: what was sent waits, the rest is to do.
    works = [
        work
        for status in Status
        for work in rank_denials(
            (denial_candidate(case, history) for case in cases if status_of(case.last_action) is status), today
        )
    ]
    items = [
        _denial_item(rank, _Denial(work, tuple(by_id[case.case_id] for case in work.cases)))
        for rank, work in enumerate(works, 1)
    ]
    chosen = select(items, filters)
    live = [item for item in chosen if not item.thing.work.expired]
    expired = [item for item in chosen if item.thing.work.expired]
    due = [left for item in live if (left := item.thing.work.days_left) is not None and left <= DUE_SOON_DAYS]
    queue = DenialsQueue(
        today=today,
        total=len(live),
        expected_recovery_cents=sum(item.dollars_cents for item in live),
        work_minutes=sum(item.thing.work.minutes for item in live),
        due_this_week=len(due),
        expired_total=len(expired),
        expired_cents=sum(item.dollars_cents for item in expired),
        advice=_denials_advice(claims, len(cases), len(chosen)),
        pages=page_count(max(len(live), len(expired))),
        rows=tuple(_denial_row(item) for item in cut(live, filters, top)),
        expired=tuple(_denial_row(item) for item in cut(expired, filters, top)),
    )
    return DenialsPage(queue, choices(items))


def denial_candidate(case: reads.CaseRow, history: AllowedHistory) -> DenialCandidate:
    """A case as the ranking sees it: its expected allowed amount comes from what was paid before, never the charge."""
    expected = history.expected(case.facts.payer_id, case.procedure, case.charge_cents)
    return DenialCandidate(
        case_id=case.case_id,
        claim_id=case.facts.claim_id,
        control_number=case.facts.control_number,
        category=case.category,
        route=case.route,
        appealable=case.appealable,
        expected_allowed_cents=min(expected.cents, case.owed_cents),
        noticed_on=case.noticed_on,
        correct_by=case.correct_by,
        appeal_by=case.appeal_by,
    )


def action_words(work: Work) -> str:
    """What a biller does next, in words."""
    return WRITE_OFF if work.action is None else actions()[work.action].label


def work_note(work: Work) -> str:
    """What matters about a piece of work beyond its numbers, or empty."""
    if work.expired:
        past = work.days_left is not None and work.days_left < 0
        return "every deadline has passed" if past else "nothing left to ask of the payer"
    if not work.worth_it:
        return "costs more than it is expected to bring: small-balance policy"
    if work.rerouted:
        return "its first route's deadline has passed: this is the best one still open"
    return ""


def reason_words(group_code: str, reason: str, on: date) -> str:
    """A denial's codes with their meaning in our words: ``CO-197 Authorization absent``."""
    rule = codes.reason(reason, on)
    code = "-".join(part for part in (group_code, reason) if part)
    return f"{code} {rule.wording}" if rule else code


def remark_words(remarks: str, on: date) -> str:
    """Remark codes, each with its meaning where our table has one: ``N706 Documentation absent``."""
    rules = [(code, codes.remark(code, on)) for code in remarks.split()]
    return "; ".join(f"{code} {rule.wording}" if rule else code for code, rule in rules)


def _named(reasons: tuple[reads.ReasonRow, ...]) -> tuple[reads.ReasonRow, ...]:
    """The first reasons that say something: the sum of all that has no name comes last or not at all."""
    return tuple(reason for reason in reasons if group_title(reason.group) != group_title(OTHER))[:REASONS_SHOWN]


def _risk_candidate(row: reads.RiskRow) -> RiskCandidate:
    named = _named(row.reasons)
    return RiskCandidate(
        claim_id=row.facts.claim_id,
        control_number=row.facts.control_number,
        probability=row.probability,
        expected_allowed_cents=row.expected_allowed_cents,
        main_group=named[0].group if named else OTHER,
    )


@dataclass(frozen=True, slots=True)
class _Risk:
    """A ranked claim with what the store knows of it."""

    ranked: RankedClaim
    row: reads.RiskRow


@dataclass(frozen=True, slots=True)
class _Denial:
    """A piece of work with the cases it answers."""

    work: Work
    cases: tuple[reads.CaseRow, ...]


def _risk_item(risk: _Risk) -> Item[_Risk]:
    facts, reasons = risk.row.facts, _named(risk.row.reasons)
    return Item(
        thing=risk,
        rank=risk.ranked.rank,
        facts=facts,
        groups=(group_title(reasons[0].group if reasons else OTHER),),
        dollars_cents=risk.ranked.at_risk_cents,
        probability=risk.row.probability,
        deadline=facts.served_on,
        known_on=facts.known_on,
        status=status_of(facts.last_action),
    )


def _risk_row(item: Item[_Risk]) -> RiskQueueRow:
    facts, ranked = item.facts, item.thing.ranked
    reasons = _named(item.thing.row.reasons)
    return RiskQueueRow(
        rank=ranked.rank,
        control_number=facts.control_number,
        payer=facts.payer_name,
        provider=facts.provider_npi,
        procedures=", ".join(facts.procedures),
        lines=facts.line_count,
        served_on=facts.served_on,
        ready_on=facts.known_on,
        probability=item.probability,
        charge_cents=facts.charge_cents,
        expected_allowed_cents=item.thing.row.expected_allowed_cents,
        at_risk_cents=ranked.at_risk_cents,
        preventable_cents=ranked.preventable_cents,
        value_per_hour_cents=ranked.value_per_hour_cents,
        minutes=ranked.minutes,
        group=item.groups[0],
        reasons=tuple(reason.sentence for reason in reasons),
        edit=next((reason.edit for reason in reasons if reason.edit), ""),
        status=item.status.value,
    )


def _denial_item(rank: int, denial: _Denial) -> Item[_Denial]:
    work, first = denial.work, denial.cases[0]
    return Item(
        thing=denial,
        rank=rank,
        facts=first.facts,
        groups=tuple(dict.fromkeys(category_label(case.category) for case in denial.cases)),
        dollars_cents=work.expected_allowed_cents if work.expired else work.expected_recovery_cents,
        probability=work.win_probability,
        deadline=work.deadline or date.max,
        known_on=min(case.noticed_on for case in denial.cases),
        status=status_of(first.last_action),
    )


def _denial_row(item: Item[_Denial]) -> DenialRow:
    work, cases, facts = item.thing.work, item.thing.cases, item.facts
    reasons = dict.fromkeys(reason_words(case.group_code, case.reason, case.noticed_on) for case in cases)
    return DenialRow(
        rank=item.rank,
        control_number=facts.control_number,
        payer=facts.payer_name,
        provider=facts.provider_npi,
        procedures=", ".join(dict.fromkeys(case.procedure for case in cases)),
        lines=len(cases),
        reasons="; ".join(reasons),
        category=", ".join(item.groups),
        action=action_words(work),
        deadline=work.deadline,
        days_left=work.days_left,
        age_days=work.age_days,
        win_probability=work.win_probability,
        denied_cents=sum(case.denied_cents for case in cases),
        expected_allowed_cents=work.expected_allowed_cents,
        expected_recovery_cents=work.expected_recovery_cents,
        cost_cents=work.cost_cents,
        minutes=work.minutes,
        value_per_hour_cents=work.value_per_hour_cents,
        note=work_note(work),
        status=item.status.value,
    )


def _risk_advice(claims: int, unsent: int, *, scored: bool, ranked: int, shown: int) -> str:
    if not claims:
        return NO_CLAIMS
    if not unsent:
        return "Every claim has been sent. New ones come in with `denialml charges import FILE`."
    if not scored:
        return f"{unsent:,} unsent claims are not scored yet: run `denialml train`, then `denialml score`."
    if ranked < unsent:
        return f"{unsent - ranked:,} unsent claims are newer than the last scores: run `denialml score`."
    return "" if shown else "No claim fits the filters."


def _denials_advice(claims: int, cases: int, shown: int) -> str:
    if not claims:
        return NO_CLAIMS
    if not cases:
        return "No open denials. The payers' answers come in with `denialml post FILE`."
    return "" if shown else "No denial fits the filters."
