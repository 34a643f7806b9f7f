"""What payers allowed beside what their contracts say: a report, and underpayments as cases.

A case is opened once for each payment of a service and each version of its contract. Whether it is still open is read
from the record: a payment that was taken back or corrected closes its own case, and so does a contract that was put
right; else a person closes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from denialml.codes import Tables
from denialml.contracts import Agreement, Expected, Service, Step, Variance, compared, expected
from denialml.errors import NotFoundError, RefusedError
from denialml.service import codes
from denialml.service.audit import note
from denialml.service.clock import now, today
from denialml.service.contracts import Agreements, agreements_of
from denialml.service.decisions import named, reasoned
from denialml.service.practice import existing_store
from denialml.settings import Settings
from denialml.store import Store
from denialml.store.variance import (
    CLOSED,
    REOPENED,
    Case,
    NewCase,
    PaidClaim,
    PaidLine,
    cases,
    decide,
    open_cases,
    paid_claims,
)

Tell = Callable[[str], None]


class CaseState(StrEnum):
    """What became of a case."""

    OPEN = "open"
    CLOSED = "closed"  # by a person
    TAKEN_BACK = "taken back"  # its payment was reversed or corrected
    OUTDATED = "outdated"  # the contract as it stands now expects no more than was allowed, or cannot tell


@dataclass(frozen=True, slots=True)
class VarianceSum:
    """Lines of one payer, or of one of its procedures, whose expected amount is known; money in cents.

    ``under_cents`` is what underpaid lines fall short, ``over_cents`` what others exceed; ``under_share`` is of lines.
    """

    payer: str
    payer_name: str
    procedure: str
    lines: int
    expected_cents: int
    allowed_cents: int
    under_lines: int
    under_cents: int
    under_share: float
    over_lines: int
    over_cents: int


@dataclass(frozen=True, slots=True)
class NotTold:
    """Paid lines whose expected amount cannot be told, and why."""

    payer: str
    reason: str
    lines: int
    allowed_cents: int


@dataclass(frozen=True, slots=True)
class VarianceReport:
    """Paid lines beside their contracts: all, by payer, by payer and procedure (the most underpaid first)."""

    as_of: date
    since: date | None
    until: date | None
    lines: int
    equal_lines: int
    under_lines: int
    over_lines: int
    untold_lines: int
    expected_cents: int
    allowed_cents: int
    under_cents: int
    over_cents: int
    payers: tuple[VarianceSum, ...]
    procedures: tuple[VarianceSum, ...]
    not_told: tuple[NotTold, ...]


@dataclass(frozen=True, slots=True)
class VarianceCase:
    """An underpaid service: ``short_cents`` is what it falls short of the contract, ``steps`` how that is computed.

    ``reason`` and ``person`` are of the last decision about it.
    """

    case: int
    state: CaseState
    payer: str
    control_number: str
    line: int
    procedure: str
    expected_cents: int
    allowed_cents: int
    short_cents: int
    paid_on: date
    opened_on: date
    contract: str
    steps: tuple[Step, ...]
    person: str
    reason: str


def variance_report(
    settings: Settings,
    *,
    payer: str = "",
    since: date | None = None,
    until: date | None = None,
    as_of: date | None = None,
    progress: Tell | None = None,
) -> VarianceReport:
    """Lay every paid line beside its contract. ``since`` and ``until`` bound the day on which the payer decided.

    Raises:
        NotFoundError: the home holds no practice.
        BadInputError: the contracts of the home cannot be used.
    """
    tally = _Tally()
    day = as_of or today(settings)
    with existing_store(settings) as store:
        for found in _compared(settings, store, day, payer, since, until, progress):
            tally.add(found)
    return tally.report(day, since, until)


def variance_cases(
    settings: Settings,
    *,
    payer: str = "",
    every: bool = False,
    as_of: date | None = None,
    progress: Tell | None = None,
) -> tuple[VarianceCase, ...]:
    """Open a case for each underpayment that has none, and list them, the dearest first; with ``every`` also those that
    are not open. A day in the past opens none and shows what was known then.

    Raises:
        NotFoundError: the home holds no practice.
        BadInputError: the contracts of the home cannot be used.
    """  # noqa: D205 - one sentence
    now_known = today(settings)
    day = as_of or now_known
    with existing_store(settings) as store:
        short = [
            _new_case(each)
            for each in _compared(settings, store, day, payer, None, None, progress)
            if each.variance is Variance.UNDER
        ]
        if day >= now_known:
            with store.unit() as unit:
                opened = open_cases(unit, short, now_known)
                if opened:
                    note(unit, "variance:open", "variance_case", opened=opened)
        with store.reading() as connection:
            known = cases(connection, day)
    current = {(each.service_payment_id, each.contract) for each in short}
    found = [_told(case, current) for case in known if not payer or case.payer_id == payer]
    wanted = [each for each in found if every or each.state is CaseState.OPEN]
    return tuple(sorted(wanted, key=lambda each: (-each.short_cents, each.case)))


def close_variance(settings: Settings, case: int, *, person: str, reason: str) -> None:
    """Close a case: paid after all, disputed in vain, right as it is ...

    Raises:
        NotFoundError: there is no such case, or no practice.
        UsageError: nobody or no reason is named.
        RefusedError: it is closed already.
    """
    _decide(settings, case, person, CLOSED, reason)


def reopen_variance(settings: Settings, case: int, *, person: str, reason: str) -> None:
    """Open a closed case again.

    Raises:
        NotFoundError: there is no such case, or no practice.
        UsageError: nobody or no reason is named.
        RefusedError: nobody closed it.
    """
    _decide(settings, case, person, REOPENED, reason)


def _decide(settings: Settings, case: int, person: str, action: str, reason: str) -> None:
    who, why, day = named(person), reasoned(reason), today(settings)
    with existing_store(settings) as store, store.unit() as unit:
        known = cases(unit.connection, date.max, case)
        if not known:
            raise NotFoundError(f"there is no variance case {case}; `denialml variance list --all` shows them")
        if known[0].is_closed is (action == CLOSED):
            raise RefusedError(f"variance case {case} is {'closed' if known[0].is_closed else 'open'} already")
        at = now()
        decide(unit, case, who, action, why, at=at, known_on=day)
        unit.audit(who, f"variance:{action}", f"variance_case/{case}", {}, at)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A paid line beside its contract; ``variance`` is None where the expected amount cannot be told."""

    claim: PaidClaim
    line: PaidLine
    agreement: Agreement | None
    expected: Expected
    allowed_cents: int
    variance: Variance | None


def _compared(
    settings: Settings,
    store: Store,
    as_of: date,
    payer: str,
    since: date | None,
    until: date | None,
    progress: Tell | None,
) -> Iterator[_Compared]:
    agreements, tables = agreements_of(settings), codes.tables(settings)
    first, last = since or date.min, until or date.max
    with store.reading() as connection:
        for claim in paid_claims(connection, as_of, payer_id=payer, since=first, until=last):
            if progress is not None:
                progress(claim.control_number)
            for found in _of_claim(claim, agreements, tables):
                if first <= found.line.paid_on <= last:
                    yield found


def _of_claim(claim: PaidClaim, agreements: Agreements, tables: Tables) -> Iterator[_Compared]:
    services = {line.line_id: _service(claim, line) for line in claim.lines if not line.denied}
    for line in claim.lines:
        if line.allowed_cents is None:
            continue
        agreement = agreements.on(claim.payer_id, line.served_on)
        beside = [other for line_id, other in services.items() if line_id != line.line_id]
        found = expected(services[line.line_id], beside, agreement, tables)
        variance = None
        if agreement is not None and found.cents is not None:
            variance = compared(found.cents, line.allowed_cents, agreement.terms)
        yield _Compared(claim, line, agreement, found, line.allowed_cents, variance)


def _service(claim: PaidClaim, line: PaidLine) -> Service:
    return Service(
        line.procedure,
        line.modifiers,
        line.units,
        line.charge_cents,
        line.served_on,
        line.place,
        claim.provider,
        line.number,
    )


def _new_case(found: _Compared) -> NewCase:
    assert found.agreement is not None
    assert found.expected.cents is not None
    steps = list(found.expected.steps)
    if found.line.answered_as != found.line.procedure:
        steps.append(Step(f"the payer answered under {found.line.answered_as}", "the remittance"))
    told = json.dumps([[step.words, step.source] for step in steps])
    return NewCase(
        found.line.service_payment_id, found.agreement.version, found.expected.cents, found.allowed_cents, told
    )


def _told(case: Case, current: set[tuple[int, str]]) -> VarianceCase:
    return VarianceCase(
        case=case.id,
        state=_state(case, current),
        payer=case.payer_id,
        control_number=case.control_number,
        line=case.line_number,
        procedure=case.procedure,
        expected_cents=case.expected_cents,
        allowed_cents=case.allowed_cents,
        short_cents=case.expected_cents - case.allowed_cents,
        paid_on=case.paid_on,
        opened_on=case.opened_on,
        contract=case.contract,
        steps=tuple(Step(words, source) for words, source in json.loads(case.steps)),
        person=case.person,
        reason=case.reason,
    )


def _state(case: Case, current: set[tuple[int, str]]) -> CaseState:
    if case.is_closed:
        return CaseState.CLOSED
    if not case.stands:
        return CaseState.TAKEN_BACK
    return CaseState.OPEN if (case.service_payment_id, case.contract) in current else CaseState.OUTDATED


@dataclass(slots=True)
class _Sum:
    """Counts and cents of some lines."""

    payer_name: str = ""
    lines: int = 0
    expected_cents: int = 0
    allowed_cents: int = 0
    under_lines: int = 0
    under_cents: int = 0
    over_lines: int = 0
    over_cents: int = 0

    def add(self, found: _Compared, expected_cents: int) -> None:
        off = expected_cents - found.allowed_cents
        self.payer_name = found.claim.payer_name
        self.lines += 1
        self.expected_cents += expected_cents
        self.allowed_cents += found.allowed_cents
        if found.variance is Variance.UNDER:
            self.under_lines += 1
            self.under_cents += off
        elif found.variance is Variance.OVER:
            self.over_lines += 1
            self.over_cents -= off

    def told(self, payer: str, procedure: str) -> VarianceSum:
        return VarianceSum(
            payer,
            self.payer_name,
            procedure,
            self.lines,
            self.expected_cents,
            self.allowed_cents,
            self.under_lines,
            self.under_cents,
            self.under_lines / self.lines,
            self.over_lines,
            self.over_cents,
        )


@dataclass(slots=True)
class _Tally:
    """Sums while lines pass by."""

    whole: _Sum = field(default_factory=_Sum)
    payers: dict[tuple[str, str], _Sum] = field(default_factory=dict)
    procedures: dict[tuple[str, str], _Sum] = field(default_factory=dict)
    untold: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # lines, allowed cents

    def add(self, found: _Compared) -> None:
        payer, cents = found.claim.payer_id, found.expected.cents
        if cents is None:
            untold = self.untold.setdefault((payer, found.expected.reason), [0, 0])
            untold[0] += 1
            untold[1] += found.allowed_cents
            return
        self.whole.add(found, cents)
        self.payers.setdefault((payer, ""), _Sum()).add(found, cents)
        self.procedures.setdefault((payer, found.line.procedure), _Sum()).add(found, cents)

    def report(self, as_of: date, since: date | None, until: date | None) -> VarianceReport:
        whole = self.whole
        not_told = [NotTold(*key, *counts) for key, counts in self.untold.items()]
        return VarianceReport(
            as_of=as_of,
            since=since,
            until=until,
            lines=whole.lines,
            equal_lines=whole.lines - whole.under_lines - whole.over_lines,
            under_lines=whole.under_lines,
            over_lines=whole.over_lines,
            untold_lines=sum(each.lines for each in not_told),
            expected_cents=whole.expected_cents,
            allowed_cents=whole.allowed_cents,
            under_cents=whole.under_cents,
            over_cents=whole.over_cents,
            payers=_ordered(self.payers.items()),
            procedures=_ordered(self.procedures.items()),
            not_told=tuple(sorted(not_told, key=lambda each: (-each.lines, each.payer, each.reason))),
        )


def _ordered(sums: Iterable[tuple[tuple[str, str], _Sum]]) -> tuple[VarianceSum, ...]:
    """The most underpaid first."""
    told = [each.told(*key) for key, each in sums]
    return tuple(sorted(told, key=lambda each: (-each.under_cents, each.payer, each.procedure)))
