"""The exceptions queue: what waits, whose task it is, and what a person decides; each decision can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from denialml.errors import BadInputError, NotFoundError, RefusedError, UsageError
from denialml.service import clock
from denialml.service.decisions import named, reasoned
from denialml.service.practice import existing_store
from denialml.settings import Settings

if TYPE_CHECKING:
    from denialml.ledger import Action
    from denialml.store import Unit
    from denialml.store.exceptions import Waiting
    from denialml.store.periods import MovedBookings


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """A thing that waits; ``age_days`` counts from the day it came, ``actions`` are those that may be decided."""

    item: int
    kind: str
    age_days: int
    amount_cents: int
    payer: str
    claim: str
    owner: str
    message: str
    file: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExceptionReport:
    """The queue, largest and oldest first, with its sums by kind."""

    total: int
    amount_cents: int
    kinds: dict[str, int]
    rows: tuple[ExceptionRow, ...]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision that stands and can be taken back."""

    decision: int
    action: str
    detail: str
    person: str
    reason: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Assignment:
    """What was made whose task: the decision's number, by which it is taken back, and the thing that waits."""

    decision: int
    owner: str
    waits: ExceptionRow


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a decision did: its number, by which it is taken back, and what became of the thing that waited.

    ``parked``: it waits for one more decision.
    """

    decision: int
    disposition: str
    moved_from_closed_periods: tuple[MovedBookings, ...] = ()


def list_exceptions(settings: Settings, *, kind: str = "", owner: str = "", older_than: int = 0) -> ExceptionReport:
    """Everything that waits for a person; a kind may be written as the screens write it, with spaces.

    Raises:
        UsageError: there is no such kind.
        NotFoundError: there is no database yet.
        StorageError: the database cannot be read.
    """
    from denialml.ledger import ParkedKind
    from denialml.store.exceptions import waiting

    kind, known = kind.strip().lower().replace(" ", "_"), sorted(each.value for each in ParkedKind)
    if kind and kind not in known:
        raise UsageError(f"--kind {kind}: there is no such kind; the kinds are {', '.join(known)}")
    today = clock.today(settings)
    with existing_store(settings) as store, store.reading() as connection:
        items = waiting(connection)
    rows = [_row(item, today) for item in items]
    chosen = [row for row in rows if kind in {"", row.kind} and owner in {"", row.owner} and row.age_days >= older_than]
    chosen.sort(key=lambda row: (-abs(row.amount_cents), -row.age_days, row.item))
    kinds: dict[str, int] = {}
    for row in chosen:
        kinds[row.kind] = kinds.get(row.kind, 0) + 1
    return ExceptionReport(
        len(chosen), sum(row.amount_cents for row in chosen), dict(sorted(kinds.items())), tuple(chosen)
    )


def _row(item: Waiting, today: date) -> ExceptionRow:
    from denialml.ledger import ALLOWED

    return ExceptionRow(
        item=item.id,
        kind=item.kind.value,
        age_days=(today - item.since).days,
        amount_cents=item.amount_cents,
        payer=item.payer_name,
        claim=item.account,
        owner=item.owner,
        message=item.message,
        file=item.file_name,
        actions=tuple(sorted(each.value for each in _allowed(item, ALLOWED))),
    )


def _allowed(item: Waiting, allowed: Mapping[Any, frozenset[Action]]) -> frozenset[Action]:
    """What may be decided: of a part of a remittance that waits as a whole as of the remittance itself.

    What posting would settle and carries money is not dismissed: its money goes somewhere.
    """
    from denialml.ledger import Action, ParkedKind, Standing

    if item.standing is Standing.SET_ASIDE:
        return allowed[ParkedKind.TRACE_CONFLICT]
    found = allowed[item.kind]
    if item.settled and item.amount_cents:
        found -= {Action.DISMISS}
    if item.standing is Standing.QUARANTINED and item.fault is ParkedKind.UNBALANCED_TRANSACTION:
        found |= {Action.RELEASE}
    return found


def assign(settings: Settings, item: int, *, owner: str, person: str) -> Assignment:
    """Make a thing that waits somebody's task.

    Raises:
        UsageError: no owner or person is named.
        NotFoundError: nothing of this number waits.
    """
    from denialml.store.exceptions import ASSIGN

    by, whose = named(person), named(owner, "whose task it is")
    with existing_store(settings) as store, store.unit() as unit:
        found = _find(unit, item)
        decision = _decide(settings, unit, found.subject, ASSIGN, {"owner": whose}, by, "")
    row = _row(found, clock.today(settings))
    return Assignment(decision, whose, replace(row, owner=whose))


def resolve(
    settings: Settings,
    item: int,
    action: str,
    *,
    person: str,
    reason: str,
    claim: str = "",
    version: int = 0,
    bears: Mapping[str, str] | None = None,
    account: str = "",
) -> Resolution:
    """Decide about a thing that waits.

    Args:
        settings: Where the store is.
        item: Its number in the queue.
        action: One of those that its kind allows.
        person: Who decides.
        reason: Why.
        claim: Our claim's control number (place, apply).
        version: Which of the claim's versions, counted from 1 in the order they were made; 0: as found.
        bears: What the books do with an adjustment, by group and reason (``PI-45``: ``contractual``, ``patient`` ...).
        account: The account of the books (book).

    Raises:
        UsageError: something is missing that the action needs.
        NotFoundError: nothing of this number waits, or there is no such claim.
        RefusedError: the action does not fit the kind, the thing would still wait, and not for a decision that
            completes this one, or another decision stands in the way.
        StorageError: the database refused a row.
    """
    from denialml.ledger import ALLOWED, WHOLE, Action
    from denialml.store.periods import moved

    by, why = named(person), reasoned(reason)
    with existing_store(settings) as store, store.unit() as unit:
        found = _find(unit, item)
        allowed = _allowed(found, ALLOWED)
        if action not in {each.value for each in allowed}:
            raise RefusedError(
                f"{found.kind.value.replace('_', ' ')} allows {', '.join(sorted(each.value for each in allowed))}; "
                f"not {action}"
            )
        wanted = Action(action)
        detail = _detail(unit, wanted, claim, version, bears or {}, account)
        subject = found.payment_key if wanted in WHOLE and found.payment_key else found.subject
        decision = _decide(settings, unit, subject, action, detail, by, why)
        disposition = _carried_out(settings, unit, found, wanted, decision, detail)
        return Resolution(decision, disposition, moved(unit.connection))


def undo(settings: Settings, decision: int, *, person: str, reason: str) -> Resolution:
    """Take a decision back: what it booked is corrected, and the thing waits again, unless a later event fits it.

    Raises:
        UsageError: no person or reason is named.
        NotFoundError: no such decision stands.
        RefusedError: a later decision stands in the way.
    """
    from denialml.ledger import WHOLE
    from denialml.store.exceptions import ASSIGN, WITHDRAW, add_decision, booked_key, decision_of
    from denialml.store.periods import moved
    from denialml.store.posting import resettle, take_back

    by, why = named(person), reasoned(reason)
    today = clock.today(settings)
    with existing_store(settings) as store, store.unit() as unit:
        known = decision_of(unit.connection, decision)
        if known is None:
            raise NotFoundError(
                f"there is no decision {decision} that stands; denialml exceptions decisions lists them"
            )
        subject, of = known
        at = clock.now()
        withdrawal = add_decision(
            unit, subject, WITHDRAW, {}, person=by, reason=why, at=at, known_on=today, withdraws=decision
        )
        unit.audit(by, "exception:withdraw", f"exception/{subject}", {"decision": decision}, at)
        if of.action == ASSIGN:
            return Resolution(decision, "unassigned")
        if of.action in WHOLE:
            return Resolution(decision, _restood(unit, subject, withdrawal, today), moved(unit.connection))
        take_back(unit, [booked_key(subject, decision)], today)
        posted = resettle(unit, subject, _accounts(unit, subject, of.detail), today)
        return Resolution(decision, posted.disposition.value if posted else "parked", moved(unit.connection))


def list_decisions(settings: Settings) -> tuple[DecisionRow, ...]:
    """Every decision that stands, the oldest first.

    Raises:
        NotFoundError: there is no database yet.
    """
    from denialml.store.exceptions import decisions

    with existing_store(settings) as store, store.reading() as connection:
        found = decisions(connection)
    return tuple(
        DecisionRow(
            each.id,
            each.action,
            ", ".join(f"{name} {value}" for name, value in each.detail.items() if value),
            each.person,
            each.reason,
            each.known_on,
        )
        for _, each in found
    )


def _find(unit: Unit, item: int) -> Waiting:
    from denialml.store.exceptions import waiting

    found = next((each for each in waiting(unit.connection) if each.id == item), None)
    if found is None:
        raise NotFoundError(f"nothing waits under number {item}; denialml exceptions list shows what does")
    return found


def _decide(
    settings: Settings, unit: Unit, subject: str, action: str, detail: Mapping[str, Any], person: str, reason: str
) -> int:
    from denialml.store.exceptions import add_decision

    at = clock.now()
    known_on = clock.today(settings)
    decision = add_decision(unit, subject, action, detail, person=person, reason=reason, at=at, known_on=known_on)
    unit.audit(person, f"exception:{action}", f"exception/{subject}", {"decision": decision}, at)
    return decision


def _detail(
    unit: Unit, action: Action, claim: str, version: int, bears: Mapping[str, str], account: str
) -> dict[str, Any]:
    from denialml.ledger import Action

    if action in {Action.PLACE, Action.APPLY}:
        return _claim_named(unit, claim, version)
    if action is Action.CLASSIFY:
        return {"bears": _bears(bears)}
    if action is Action.BOOK:
        return {"books": _account_named(account)}
    return {}


def _claim_named(unit: Unit, claim: str, version: int) -> dict[str, Any]:
    from denialml.ledger import normalised
    from denialml.store.known import version_keys

    if not claim.strip():
        raise UsageError("say which claim of ours (--claim)")
    number = normalised(claim)
    keys = version_keys(unit.connection, number)
    if not keys:
        raise NotFoundError(f"there is no claim {number}")
    if not 0 <= version <= len(keys):
        raise UsageError(f"claim {number} has {len(keys)} version(s); --version counts them from 1")
    return {"account": number, "version": keys[version - 1] if version else ""}


def _bears(bears: Mapping[str, str]) -> dict[str, str]:
    from denialml.codes import Treatment

    known = {Treatment.CONTRACTUAL, Treatment.PATIENT, Treatment.WITHHOLD, Treatment.INFORMATION, Treatment.DENIABLE}
    if not bears:
        raise UsageError("say who bears which adjustment (--bears PI-45=contractual)")
    for code, treatment in bears.items():
        if "-" not in code or treatment not in {each.value for each in known}:
            raise BadInputError(
                f"{code}={treatment} is not GROUP-REASON=HOW, where HOW is one of "
                f"{', '.join(sorted(each.value for each in known))}"
            )
    return dict(bears)


def _account_named(account: str) -> str:
    from denialml.ledger import Account

    barred = {Account.SUSPENSE_REMIT, Account.CASH_CLEARING, Account.CASH_BANK, Account.AR_PATIENT}
    barred |= {Account.PATIENT_CREDIT, Account.CASH_UNDEPOSITED, Account.ADJ_WRITE_OFF}  # a patient's, or approved
    known = sorted(each.value for each in Account if each not in barred)
    if account not in known:
        raise UsageError(f"say on which account (--account): {', '.join(known)}")
    return account


def _carried_out(
    settings: Settings, unit: Unit, item: Waiting, action: Action, decision: int, detail: Mapping[str, Any]
) -> str:
    from denialml.ledger import ALLOWED, COMPLETING, WHOLE, Account, Action
    from denialml.store.exceptions import book
    from denialml.store.posting import resettle

    today = clock.today(settings)
    if action in WHOLE and item.payment_key:
        return _restood(unit, item.payment_key, decision, today)
    if action is Action.BOOK:
        book(unit, item, decision, Account(detail["books"]), today)
        return "booked"
    if not item.settled:
        return "dismissed"
    posted = resettle(unit, item.subject, _accounts(unit, item.subject, detail), today)
    waits = posted.parked if posted else None
    if posted and (not waits or (waits.kind is not item.kind and ALLOWED[waits.kind] & COMPLETING)):
        return posted.disposition.value
    raise RefusedError(f"it would still wait: {waits.message if waits else item.message}; nothing was changed")


def _restood(unit: Unit, payment_key: str, decision: int, today: date) -> str:
    """Let a remittance stand as the decisions say, and match deposits with what is in the books then."""
    from denialml.service.deposits import match_within
    from denialml.store.restanding import restand

    standing = restand(unit, payment_key, decision, today)
    match_within(unit)
    return standing.value


def _accounts(unit: Unit, subject: str, detail: Mapping[str, Any]) -> set[str]:
    """The claim numbers that a decision touches: where the answer stands, and where it is to go."""
    from denialml.store.known import accounts_of

    return accounts_of(unit.connection, subject) | ({detail["account"]} if detail.get("account") else set())
