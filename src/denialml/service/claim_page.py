"""The claim page: one claim as sent, what the payer did with it, what is owed, what was predicted and decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from denialml import codes
from denialml.errors import NotFoundError
from denialml.ids import ICD10CM
from denialml.ledger import Account
from denialml.service import clock
from denialml.service.decisions import Decision, label_of, status_of
from denialml.service.practice import existing_store
from denialml.service.queues import action_words, denial_candidate, reason_words, remark_words, work_note
from denialml.service.waterfall import Step, waterfall
from denialml.settings import Settings
from denialml.store import claim_file, reads
from denialml.store.claim_file import (
    AdjustmentFacts,
    ClaimFile,
    ClaimHeader,
    LineFacts,
    ParkedFacts,
    PredictionFacts,
    RemitFacts,
    ServicePaymentFacts,
)
from denialml.worklist import APPEALS, Action, AllowedHistory, AllowedSum, Work, category_label, rank_denials

# Claim status codes of an 835 (CLP02), in our words.
_STATUS_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "1": "Processed as primary",
        "2": "Processed as secondary",
        "3": "Processed as tertiary",
        "4": "Denied",
        "19": "Processed as primary, sent on to another payer",
        "20": "Processed as secondary, sent on to another payer",
        "21": "Processed as tertiary, sent on to another payer",
        "22": "Reversal of an earlier payment",
        "23": "Not this payer's claim, sent on",
        "25": "Predetermination, no payment",
    }
)

# Accounts of the books as a biller calls them; the others are called by their own names.
_ACCOUNT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Account.AR_INSURER: "Owed by the payer",
        Account.AR_PATIENT: "Owed by the patient",
        Account.AR_NEXT_PAYER: "Owed by the next payer",
        Account.REVENUE_CHARGES: "Charges",
        Account.ADJ_CONTRACTUAL: "Contractual write-off",
        Account.ADJ_SEQUESTRATION: "Sequestration",
        Account.CASH_CLEARING: "Paid, to be cleared by the bank",
        Account.SUSPENSE_REMIT: "Parked",
    }
)

# What to write down when an action is done; without an action left, a write-off is asked for.
_DONE: Final[Mapping[Action | None, Decision]] = MappingProxyType(
    {
        None: Decision.WRITE_OFF_REQUESTED,
        Action.CORRECTED_CLAIM: Decision.CORRECTED_CLAIM_SENT,
        Action.ENROLMENT: Decision.CORRECTED_CLAIM_SENT,
        Action.VERIFY: Decision.CORRECTED_CLAIM_SENT,
        Action.RECORDS: Decision.RECORDS_SENT,
        Action.APPEAL: Decision.APPEAL_SENT,
        Action.CLINICAL_APPEAL: Decision.APPEAL_SENT,
        Action.RETRO_AUTHORIZATION: Decision.APPEAL_SENT,
        Action.OTHER_PAYER: Decision.OTHER_PAYER_BILLED,
        Action.PATIENT: Decision.PATIENT_BILLED,
        Action.REVIEW: Decision.HELD,
    }
)

_GROUP_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CO": "Contract: the provider's",
        "PR": "The patient's share",
        "OA": "Other",
        "PI": "The payer's own reduction",
    }
)


@dataclass(frozen=True, slots=True)
class LineView:
    """A service line as sent, the diagnoses it points to, and what its payer still owes by the ledger, in cents."""

    facts: LineFacts
    diagnoses: str
    owed_cents: int


@dataclass(frozen=True, slots=True)
class AdjustmentView:
    """One adjustment in our words; ``line_number`` is None where it stands at the level of the claim."""

    line_number: int | None
    code: str
    group: str
    meaning: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One service as adjudicated; ``line_number`` is None while it fits no line of ours; money in cents."""

    line_number: int | None
    procedure: str
    charge_cents: int
    allowed_cents: int | None
    paid_cents: int
    denied: bool
    remarks: str


@dataclass(frozen=True, slots=True)
class RemitView:
    """One answer of the payer with its services and adjustments."""

    facts: RemitFacts
    status: str
    services: tuple[ServiceView, ...]
    adjustments: tuple[AdjustmentView, ...]


@dataclass(frozen=True, slots=True)
class EntryView:
    """One ledger entry: a debit is positive, a credit negative, in cents."""

    known_on: date
    kind: str
    account: str
    line_number: int | None
    amount_cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What one account holds for the claim, in cents."""

    account: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class CaseView:
    """A denial of one line with both clocks; ``is_open`` while the payer owes for the line and no later case exists."""

    case_id: int
    line_number: int
    procedure: str
    reason: str
    remarks: str
    category: str
    stage: str
    preventable: bool
    denied_cents: int
    noticed_on: date
    correct_by: date | None
    correct_days_left: int | None
    appeal_by: date | None
    appeal_days_left: int | None
    clock_source: str
    is_open: bool
    status: str


@dataclass(frozen=True, slots=True)
class WorkView:
    """What to do about open denials of the claim, with its worth; ``lines`` are the numbers of the lines concerned.

    ``suggested`` is the decision to write down once it is done.
    """

    action: str
    lines: tuple[int, ...]
    deadline: date | None
    days_left: int | None
    win_probability: float
    expected_allowed_cents: int
    expected_recovery_cents: int
    cost_cents: int
    minutes: int
    value_per_hour_cents: int
    note: str
    case_ids: tuple[int, ...]
    suggested: Decision


@dataclass(frozen=True, slots=True)
class PredictionView:
    """What was predicted for the claim (``line_number`` None) or for one line, with its waterfall if there is one."""

    line_number: int | None
    procedure: str
    probability: float
    expected_allowed_cents: int
    expected_denied_cents: int
    model: str
    as_of: date
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What a person decided, when, about the claim or one line's denial (``case_id``)."""

    happened_at: datetime
    person: str
    decision: str
    note: str
    case_id: int | None


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """Everything there is to say about one claim on one day."""

    today: date
    header: ClaimHeader
    status: str
    versions: tuple[ClaimHeader, ...]
    diagnoses: tuple[str, ...]
    lines: tuple[LineView, ...]
    segments: tuple[str, ...]
    remits: tuple[RemitView, ...]
    entries: tuple[EntryView, ...]
    balances: tuple[Balance, ...]
    parked: tuple[ParkedFacts, ...]
    cases: tuple[CaseView, ...]
    work: tuple[WorkView, ...]
    caution: str
    prediction: PredictionView | None
    line_predictions: tuple[PredictionView, ...]
    decisions: tuple[DecisionView, ...]


def claim_page(settings: Settings, control_number: str) -> ClaimPage:
    """The page of the newest version of a claim.

    Raises:
        NotFoundError: no claim has this control number, or the home holds no practice yet.
    """
    today = clock.today(settings)
    number = control_number.strip().upper()
    with existing_store(settings) as store, store.reading() as connection:
        file = claim_file.claim_file(connection, number)
        if file is None:
            raise NotFoundError(f"no claim has the control number {number}")
        open_rows = reads.open_cases(connection, today, control_number=number)
        sums = reads.allowed_sums(connection, today) if open_rows else ()
    history = AllowedHistory(
        AllowedSum(r.payer_id, r.procedure, r.lines, r.charge_cents, r.allowed_cents) for r in sums
    )
    works = rank_denials((denial_candidate(row, history) for row in open_rows), today)
    by_case = {row.case_id: row for row in open_rows}
    return ClaimPage(
        today=today,
        header=file.header,
        status=_claim_status(file, bool(open_rows)),
        versions=file.versions,
        diagnoses=tuple(_diagnosis(code) for code in file.diagnoses),
        lines=_lines(file),
        segments=file.segments,
        remits=_remits(file),
        entries=tuple(
            EntryView(e.known_on, _plain(e.kind), _account(e.account), e.line_number, e.amount_cents, e.reason)
            for e in file.entries
        ),
        balances=_balances(file),
        parked=file.parked,
        cases=_cases(file, by_case, today),
        work=tuple(_work(work, [by_case[case.case_id].line_number for case in work.cases]) for work in works),
        caution=_caution(works),
        prediction=next((_prediction(p) for p in file.predictions if p.line_number is None), None),
        line_predictions=tuple(_prediction(p) for p in file.predictions if p.line_number is not None),
        decisions=tuple(
            DecisionView(d.happened_at, d.person, label_of(d.action), d.note, d.case_id) for d in file.decisions
        ),
    )


def _prediction(facts: PredictionFacts) -> PredictionView:
    return PredictionView(
        line_number=facts.line_number,
        procedure=facts.procedure,
        probability=facts.probability,
        expected_allowed_cents=facts.expected_allowed_cents,
        expected_denied_cents=facts.expected_denied_cents,
        model=f"{facts.model_name} version {facts.model_version}",
        as_of=facts.as_of,
        steps=waterfall(facts),
    )


def _claim_status(file: ClaimFile, is_denied: bool) -> str:
    if file.header.sent_on is None:
        claims = [d.action for d in file.decisions if d.case_id is None and d.action != reads.NOTE]
        return f"Not sent: {status_of(claims[-1] if claims else '').value.lower()}"
    if is_denied:
        return "Denial open"
    if not file.remits:
        return "Sent, no answer yet"
    return _STATUS_WORDS.get(file.remits[-1].status, "Answered")


def _diagnosis(code: str) -> str:
    return ICD10CM.format(code) if ICD10CM.is_valid(code) else code


def _lines(file: ClaimFile) -> tuple[LineView, ...]:
    owed: dict[int, int] = defaultdict(int)
    for entry in file.entries:
        if entry.account == Account.AR_INSURER and entry.line_number is not None:
            owed[entry.line_number] += entry.amount_cents
    return tuple(LineView(line, _pointed(line.pointers, file.diagnoses), owed[line.number]) for line in file.lines)


def _pointed(pointers: str, diagnoses: Sequence[str]) -> str:
    places = [int(pointer) for pointer in pointers.split(":") if pointer.isdigit()]
    return ", ".join(_diagnosis(diagnoses[place - 1]) for place in places if 1 <= place <= len(diagnoses))


def _remits(file: ClaimFile) -> tuple[RemitView, ...]:
    return tuple(
        RemitView(
            facts=remit,
            status=_STATUS_WORDS.get(remit.status, f"Status {remit.status}"),
            services=tuple(
                _service(s, remit.adjudicated_on) for s in file.services if s.claim_payment_id == remit.claim_payment_id
            ),
            adjustments=tuple(
                _adjustment(a, remit.adjudicated_on)
                for a in file.adjustments
                if a.claim_payment_id == remit.claim_payment_id
            ),
        )
        for remit in file.remits
    )


def _service(facts: ServicePaymentFacts, on: date) -> ServiceView:
    return ServiceView(
        line_number=facts.line_number,
        procedure=facts.procedure,
        charge_cents=facts.charge_cents,
        allowed_cents=facts.allowed_cents,
        paid_cents=facts.paid_cents,
        denied=facts.denied,
        remarks=remark_words(facts.remarks, on),
    )


def _adjustment(facts: AdjustmentFacts, on: date) -> AdjustmentView:
    rule = codes.reason(facts.reason, on)
    return AdjustmentView(
        line_number=facts.line_number,
        code=f"{facts.group_code}-{facts.reason}",
        group=_GROUP_WORDS.get(facts.group_code, facts.group_code),
        meaning=rule.wording if rule else "A reason our table does not know: look it up at its publisher",
        amount_cents=facts.amount_cents,
    )


def _balances(file: ClaimFile) -> tuple[Balance, ...]:
    totals: dict[str, int] = {}
    for entry in file.entries:
        totals[entry.account] = totals.get(entry.account, 0) + entry.amount_cents
    return tuple(Balance(_account(account), cents) for account, cents in totals.items())


def _cases(file: ClaimFile, open_rows: Mapping[int, reads.CaseRow], today: date) -> tuple[CaseView, ...]:
    return tuple(
        CaseView(
            case_id=case.case_id,
            line_number=case.line_number,
            procedure=case.procedure,
            reason=reason_words(case.group_code, case.reason, case.noticed_on),
            remarks=remark_words(case.remarks, case.noticed_on),
            category=category_label(case.category),
            stage=_plain(case.stage),
            preventable=case.preventable,
            denied_cents=case.denied_cents,
            noticed_on=case.noticed_on,
            correct_by=case.correct_by,
            correct_days_left=_days(case.correct_by, today),
            appeal_by=case.appeal_by,
            appeal_days_left=_days(case.appeal_by, today),
            clock_source=case.clock_source,
            is_open=case.case_id in open_rows,
            status=status_of(open_rows[case.case_id].last_action).value if case.case_id in open_rows else "Closed",
        )
        for case in file.cases
    )


def _work(work: Work, lines: Iterable[int]) -> WorkView:
    return WorkView(
        action=action_words(work),
        lines=tuple(sorted(lines)),
        deadline=work.deadline,
        days_left=work.days_left,
        win_probability=work.win_probability,
        expected_allowed_cents=work.expected_allowed_cents,
        expected_recovery_cents=work.expected_recovery_cents,
        cost_cents=work.cost_cents,
        minutes=work.minutes,
        value_per_hour_cents=work.value_per_hour_cents,
        note=work_note(work),
        case_ids=tuple(case.case_id for case in work.cases),
        suggested=_DONE[work.action],
    )


def _caution(works: Sequence[Work]) -> str:
    """A warning where the next steps of one claim get in each other's way, or empty."""
    wanted = {work.action for work in works}
    if Action.CORRECTED_CLAIM in wanted and wanted & APPEALS:
        return "A corrected claim sent while an appeal is open may void the appeal: do one, then the other."
    return ""


def _days(deadline: date | None, today: date) -> int | None:
    return None if deadline is None else (deadline - today).days


def _account(account: str) -> str:
    return _ACCOUNT_WORDS.get(account) or _plain(account)


def _plain(name: str) -> str:
    return name.replace("_", " ").capitalize()
