"""Patients' money: taken, used, paid back and undone, each once, in a person's name, with an audit event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from denialml.errors import NotFoundError, RefusedError, UsageError
from denialml.ledger import LedgerTransaction, TransactionKind
from denialml.ledger.patients import (
    EventKind,
    Hold,
    Instalment,
    Method,
    Plan,
    event_key,
    instalments,
    payment_received,
    refund_paid,
    transfers,
    undone,
)
from denialml.money import cents_as_written, dollars
from denialml.service.clock import now, today
from denialml.service.decisions import Decision, add_decisions, named, reasoned
from denialml.service.patient_accounts import KEY_SHOWN, account, accounts, find_patient
from denialml.service.practice import existing_store
from denialml.settings import Settings
from denialml.store import Connection, Unit
from denialml.store import patients as rows
from denialml.store.billing_patients import book_back, book_to_patient
from denialml.store.patients import EVERYTHING, Knowledge
from denialml.store.periods import MovedBookings, moved

MAX_INSTALMENTS = 60  # five years; a plan that is longer than that is none
MAX_REFERENCE = 80  # characters
LATE = timedelta(days=3653)  # ten years: before that a day is a slip of the hand
START_WITHIN = timedelta(days=366)  # of today, before or after: a plan on paper may have begun


@dataclass(frozen=True, slots=True)
class Money:
    """Money that changes hands: how, on which day, under what number. ``occurrence`` tells apart what is alike."""

    cents: int
    method: Method
    reference: str
    day: date
    occurrence: int = 1

    def identity(self) -> tuple[object, ...]:
        """What makes it the same money when it is told twice."""
        return (self.method.value, self.reference.strip().upper(), self.day.isoformat(), self.cents, self.occurrence)


@dataclass(frozen=True, slots=True)
class AccountReport:
    """What a command did to a patient's account, and how it stands then, in cents.

    ``event`` is the number to undo it by, 0 where nothing was to be done; ``repeated`` says that it was there already.
    ``used_cents`` were put to what the patient owes, with a minus taken back from it. ``due_cents`` is owed and may be
    asked for, ``held_cents`` waits for another payer or may not be asked for. ``moved_from_closed_periods`` is what was
    booked on the first open day, since its own is closed.
    """

    patient: str
    event: int
    repeated: bool
    amount_cents: int
    used_cents: int
    credit_cents: int
    due_cents: int
    held_cents: int
    moved_from_closed_periods: tuple[MovedBookings, ...] = ()


@dataclass(frozen=True, slots=True)
class AppliedReport:
    """What came of putting all patients' credit to what they owe."""

    patients: int
    used_cents: int
    released_cents: int
    moved_from_closed_periods: tuple[MovedBookings, ...] = ()


@dataclass(frozen=True, slots=True)
class PatientRow:
    """A patient's account in a list; ``oldest`` is the day of the oldest share that is due."""

    patient: str
    due_cents: int
    held_cents: int
    credit_cents: int
    oldest: date | None


@dataclass(frozen=True, slots=True)
class CreditRow:
    """Money that is not ours: a patient's credit or an insurer's overpayment of a claim, since when, and its age.

    ``refundable_cents`` is what is left when all that the patient owes is taken off it.
    """

    owner: str
    name: str
    credit_cents: int
    refundable_cents: int
    since: date
    age_days: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of a patient's account."""

    event: int
    day: date
    kind: str
    amount_cents: int
    method: str
    reference: str
    person: str
    reason: str
    undone: bool


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A plan as agreed: its parts with what is paid of them; none when there is no plan."""

    patient: str
    total_cents: int
    monthly_cents: int
    parts: tuple[Instalment, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One patient's account with its events."""

    patient: str
    due_cents: int
    held_cents: int
    credit_cents: int
    holds: tuple[str, ...]
    events: tuple[EventRow, ...]
    plan: tuple[Instalment, ...]


def amount_from_text(text: str) -> int:
    """Cents of an amount as people write it: ``25``, ``25.50``, ``$1,025.50``.

    Raises:
        UsageError: it is no amount above zero.
    """
    try:
        cents = cents_as_written(text)
    except ValueError as error:
        raise UsageError(f"{text} is no amount of dollars ({error}); write 25 or 25.50") from None
    if cents <= 0:
        raise UsageError("the amount must be above zero")
    return cents


def method_from_text(text: str) -> Method:
    """How money changes hands, from the word for it.

    Raises:
        UsageError: it is none of the words.
    """
    if text not in set(Method):
        raise UsageError(f"{text} is no method: {', '.join(Method)} are")
    return Method(text)


def pay(settings: Settings, who: str, money: Money, *, person: str) -> AccountReport:
    """Take a patient's payment, once, and put it to what is owed: first to the claim named, then oldest first.

    ``who`` is a claim's control number or a patient's key. What is over stays as credit.

    Raises:
        NotFoundError: no such claim or patient.
        BadInputError: several patients are meant.
        RefusedError: it was taken before, and undone.
        UsageError: nobody is named, the day is in the future or long ago, or the reference is too long.
    """
    by = named(person)
    with existing_store(settings) as store, store.unit() as unit:
        patient = find_patient(unit.connection, who)
        _check_money(settings, money)
        key = event_key(EventKind.PAYMENT, patient.key, *money.identity())
        known = _told_before(unit.connection, key)
        if known is not None:
            return _report(unit.connection, patient.id, known, money.cents, repeated=True)
        event = _keep(
            unit, settings, patient.id, EventKind.PAYMENT, key, money, by,
            payment_received(key, money.cents, money.day),
        )  # fmt: skip
        used = _settle(
            unit, patient.id, event, key, money.day, today(settings), first=rows.claim_ids_of(unit.connection, who)
        )
        _audit(unit, by, "patients:pay", event, money.cents, money.method)
        return _report(unit.connection, patient.id, event, money.cents, used=used)


def refund(settings: Settings, who: str, money: Money, *, person: str, reason: str) -> AccountReport:
    """Pay a patient's credit out, once, and never more than is there.

    Raises:
        NotFoundError: no such claim or patient.
        BadInputError: several patients are meant.
        RefusedError: the credit is less than that, or it was paid out before and undone.
        UsageError: nobody is named, no reason, the day is in the future or long ago, or the reference is too long.
    """
    by, why = named(person), reasoned(reason)
    with existing_store(settings) as store, store.unit() as unit:
        patient = find_patient(unit.connection, who)
        _check_money(settings, money)
        key = event_key(EventKind.REFUND, patient.key, *money.identity())
        known = _told_before(unit.connection, key)
        if known is not None:
            return _report(unit.connection, patient.id, known, money.cents, repeated=True)
        credit = account(unit.connection, patient.id).credit_cents
        if money.cents > credit:
            raise RefusedError(f"the credit is {dollars(credit)}, which is less than {dollars(money.cents)}")
        event = _keep(
            unit, settings, patient.id, EventKind.REFUND, key, money, by,
            refund_paid(key, money.cents, money.method, money.day), reason=why,
        )  # fmt: skip
        _audit(unit, by, "patients:refund", event, money.cents, money.method)
        return _report(unit.connection, patient.id, event, money.cents)


def undo(settings: Settings, event_id: int, *, person: str, reason: str, day: date | None = None) -> AccountReport:
    """Take a payment (a bounced check, the wrong patient) or a refund back, by a mirrored transaction.

    Of a payment, what it was used for is owed again.

    Raises:
        NotFoundError: there is no such event.
        RefusedError: it was undone before, cannot be undone, or its money was paid out already.
        UsageError: nobody is named, no reason, or the day is before the event's or in the future.
    """
    by, why = named(person), reasoned(reason)
    known_on = today(settings)
    on = day or known_on
    with existing_store(settings) as store, store.unit() as unit:
        event = next(iter(rows.events(unit.connection, event_id=event_id)), None)
        if event is None:
            raise NotFoundError(f"there is no event {event_id}; `denialml patients show` lists a patient's")
        if event.kind not in {EventKind.PAYMENT, EventKind.REFUND}:
            raise RefusedError(f"event {event_id} is a {event.kind}; only payments and refunds are undone")
        if event.undone:
            raise RefusedError(f"event {event_id} was undone already")
        if not event.happened_on <= on <= known_on:
            raise UsageError(f"{on} is not between the day of event {event_id}, {event.happened_on}, and today")
        booked = rows.transactions_of(unit.connection, event_id)
        original = next(each for each in booked if each.kind is not TransactionKind.TRANSFER)
        used_for = {each.claim_id for each in booked if each.claim_id is not None}
        key = event_key(EventKind.UNDO, event.key)
        row = {
            "key": key,
            "patient_id": event.patient_id,
            "kind": EventKind.UNDO,
            "amount_cents": event.amount_cents,
            "method": event.method,
            "reference": event.reference,
            "reason": why,
            "person": by,
            "undoes_id": event_id,
            "happened_on": on,
            "known_on": known_on,
        }
        undoing = rows.add_event(unit, row, [undone(original, key, on)], now())
        used = _settle(unit, event.patient_id, undoing, key, on, known_on, take_first=used_for)
        if account(unit.connection, event.patient_id).credit_cents < 0:
            raise RefusedError(f"the money of event {event_id} was paid out as a refund; undo the refund first")
        _audit(unit, by, "patients:undo", undoing, event.amount_cents, event.method)
        return _report(unit.connection, event.patient_id, undoing, event.amount_cents, used=used)


def apply_credit(settings: Settings, who: str = "", *, person: str) -> AppliedReport:
    """Put credit to what is owed, of one patient or of all, and take back what shares no longer take.

    Raises:
        NotFoundError: no such claim or patient.
        BadInputError: several patients are meant.
        UsageError: nobody is named.
    """
    by, day = named(person), today(settings)
    with existing_store(settings) as store, store.unit() as unit:
        only = find_patient(unit.connection, who).id if who else None
        found = accounts(unit.connection, patient_id=only)
        used = {owner: moves for owner, each in found.items() if (moves := each.settled())}
        keys = {owner: patient.key for owner, patient in rows.patients_of(unit.connection, used).items()}
        before = Counter(event.patient_id for event in rows.events(unit.connection, patient_ids=used))
        for owner, moves in used.items():
            key = event_key(EventKind.SETTLEMENT, keys[owner], before[owner])
            row = {
                "key": key,
                "patient_id": owner,
                "kind": EventKind.SETTLEMENT,
                "amount_cents": sum(move.cents for move in moves),
                "person": by,
                "happened_on": day,
                "known_on": day,
            }
            rows.add_event(unit, row, transfers(key, moves, day), now())
        every = [move.cents for moves in used.values() for move in moves]
        report = AppliedReport(
            len(used),
            sum(cents for cents in every if cents > 0),
            -sum(cents for cents in every if cents < 0),
            moved(unit.connection),
        )
        if used:
            detail = {"patients": report.patients, "used_cents": report.used_cents}
            unit.audit(by, "patients:apply", "patient_event", detail, now())
        return report


def list_patients(settings: Settings) -> tuple[PatientRow, ...]:
    """Patients who owe something or have credit, the largest sum due first."""
    with existing_store(settings) as store, store.reading() as connection:
        found = accounts(connection)
        patients = rows.patients_of(connection, found)
    listed = []
    for owner, each in found.items():
        balance = each.balance
        if not (balance.owed_cents or balance.credit_cents):
            continue
        ages = [share.since for share in each.shares if share.owed_cents > 0 and share.hold is None]
        listed.append(
            PatientRow(
                patients[owner].key[:KEY_SHOWN],
                balance.due_cents,
                balance.held_cents,
                balance.credit_cents,
                min(ages, default=None) if balance.due_cents else None,
            )
        )
    return tuple(sorted(listed, key=lambda row: (-row.due_cents, row.patient)))


def credit_balances(settings: Settings) -> tuple[CreditRow, ...]:
    """Money that is not ours, of patients and of insurers, the oldest first."""
    day = today(settings)
    with existing_store(settings) as store, store.reading() as connection:
        found = accounts(connection)
        patients = rows.patients_of(connection, found)
        changes: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for owner, on, cents in rows.credit_entries(connection):
            changes[owner].append((on, cents))
        overpaid: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
        for number, name, on, cents in rows.insurer_entries(connection):
            overpaid[number, name].append((on, -cents))
    listed = []
    for owner, each in found.items():
        refundable = max(0, each.credit_cents - sum(move.cents for move in each.settled()))
        since = _above_zero_since(changes[owner])
        if max(each.credit_cents, refundable) > 0:
            since = since or day  # not in the credit yet: `patients apply` brings it there
            key = patients[owner].key[:KEY_SHOWN]
            listed.append(CreditRow("patient", key, each.credit_cents, refundable, since, (day - since).days))
    for (number, name), own in overpaid.items():
        cents = sum(each for _, each in own)
        since = _above_zero_since(own) or day
        listed.append(CreditRow("insurer", f"{name} {number}", cents, cents, since, (day - since).days))
    return tuple(sorted(listed, key=lambda row: (row.since, row.owner, row.name)))


def show_account(settings: Settings, who: str) -> AccountPage:
    """One patient's account: what is owed and held, events and plan.

    Raises:
        NotFoundError: no such claim or patient.
        BadInputError: several patients are meant.
    """
    with existing_store(settings) as store, store.reading() as connection:
        patient = find_patient(connection, who)
        found = account(connection, patient.id)
        events = rows.events(connection, patient_ids=[patient.id])
        parts = plan_parts(connection, patient.id)
    balance = found.balance
    return AccountPage(
        patient.key[:KEY_SHOWN],
        balance.due_cents,
        balance.held_cents,
        balance.credit_cents,
        tuple(
            f"{found.claims[claim].control_number}: {_HOLD_WORDS[hold]}"
            for claim, hold in dict.fromkeys((s.claim_id, s.hold) for s in found.shares if s.hold and s.owed_cents)
            if hold
        ),
        tuple(
            EventRow(
                each.id, each.happened_on, each.kind, each.amount_cents, each.method, each.reference, each.person,
                each.reason, each.undone,
            )
            for each in events
        ),
        parts,
    )  # fmt: skip


def set_plan(
    settings: Settings, who: str, *, monthly_cents: int, day_of_month: int, starts_on: date, person: str
) -> PlanReport:
    """Agree instalments for all that a patient owes today; takes the place of an earlier plan.

    Raises:
        NotFoundError: no such claim or patient.
        BadInputError: several patients are meant.
        RefusedError: nothing is owed, or it would take more than 60 months.
        UsageError: nobody is named, the day of the month is none, or the start is more than a year from today.
    """
    by = named(person)
    if not 1 <= day_of_month <= 31:
        raise UsageError("the day of the month is 1 to 31; in a shorter month the last day counts")
    if abs(starts_on - today(settings)) > START_WITHIN:
        raise UsageError(f"{starts_on} is more than a year from today; a plan starts sooner")
    with existing_store(settings) as store, store.unit() as unit:
        patient = find_patient(unit.connection, who)
        total = account(unit.connection, patient.id).balance.due_cents
        if not total:
            raise RefusedError("this patient owes nothing that may be asked for today")
        if total > monthly_cents * MAX_INSTALMENTS:
            least = dollars(-(-total // MAX_INSTALMENTS))
            raise RefusedError(f"{dollars(total)} would take more than {MAX_INSTALMENTS} months; agree {least} or more")
        plan = Plan(total, monthly_cents, day_of_month, starts_on)
        rows.add_plan(unit, patient.id, plan, person=by, reason="", at=now(), day=today(settings))
        detail = {"total_cents": total, "monthly_cents": monthly_cents}
        unit.audit(by, "patients:plan", f"patient/{patient.id}", detail, now())
        return PlanReport(patient.key[:KEY_SHOWN], total, monthly_cents, instalments(plan, 0))


def end_plan(settings: Settings, who: str, *, person: str, reason: str) -> PlanReport:
    """End a patient's plan: all that is owed is due.

    Raises:
        NotFoundError: no such claim or patient, or there is no plan.
        BadInputError: several patients are meant.
        UsageError: nobody is named, or no reason.
    """
    by, why = named(person), reasoned(reason)
    with existing_store(settings) as store, store.unit() as unit:
        patient = find_patient(unit.connection, who)
        day = today(settings)
        if rows.plan_of(unit.connection, patient.id) is None:
            raise NotFoundError("this patient has no payment plan")
        rows.add_plan(unit, patient.id, Plan(0, 0, 1, day), person=by, reason=why, at=now(), day=day)
        unit.audit(by, "patients:plan-ended", f"patient/{patient.id}", {}, now())
        return PlanReport(patient.key[:KEY_SHOWN], 0, 0, ())


def bill_patient(settings: Settings, claim: str, *, person: str, reason: str) -> AccountReport:
    """Decide that no other payer pays the shares of a claim, so that the patient is asked.

    What was passed on to another payer becomes the patient's, and so do lines that the payer refused and put on the
    patient (group PR). What it refused under another group is never asked of a patient.

    Raises:
        NotFoundError: no such claim.
        RefusedError: the payer says that this patient may not be billed.
        UsageError: nobody is named, or no reason.
    """
    by, why, day, at = named(person), reasoned(reason), today(settings), now()
    with existing_store(settings) as store, store.unit() as unit:
        patient = find_patient(unit.connection, claim)
        ids = rows.claim_ids_of(unit.connection, claim)
        if not ids:
            raise NotFoundError(f"no claim has the control number {claim}")
        if Hold.PROTECTED in rows.holds(unit.connection, ids).by_claim.values():
            raise RefusedError("the payer says that this patient is a qualified Medicare beneficiary: never billed")
        about = [(each, None) for each in sorted(ids)]
        decided = add_decisions(unit, about, person=by, action=Decision.PATIENT_BILLED, note=why, at=at, known_on=day)
        moved = book_to_patient(unit, sorted(ids), decided[0], day)
        unit.audit(by, "patients:bill", f"claim/{min(ids)}", {"moved_cents": moved}, at)
        return _report(unit.connection, patient.id, 0, moved)


def unbill_patient(settings: Settings, claim: str, *, person: str, reason: str) -> AccountReport:
    """Take back that a claim's patient was billed for what other payers owe: they owe it again, the patient waits.

    What the patient paid for it comes back as credit and goes to what else is owed.

    Raises:
        NotFoundError: no such claim.
        RefusedError: nobody decided that, or it was taken back.
        UsageError: nobody is named, or no reason.
    """
    by, why, day, at = named(person), reasoned(reason), today(settings), now()
    with existing_store(settings) as store, store.unit() as unit:
        patient = find_patient(unit.connection, claim)
        ids = sorted(rows.claim_ids_of(unit.connection, claim))
        if not ids:
            raise NotFoundError(f"no claim has the control number {claim}")
        if not rows.billed_by_person(unit.connection, ids):
            raise RefusedError(f"nobody has decided by `patients bill` that the patient of claim {claim} is asked")
        about = [(each, None) for each in ids]
        action = Decision.PATIENT_NOT_BILLED
        decided = add_decisions(unit, about, person=by, action=action, note=why, at=at, known_on=day)
        moved = book_back(unit, ids, decided[0], day)
        unit.audit(by, "patients:unbill", f"claim/{ids[0]}", {"moved_cents": moved}, at)
        return _report(unit.connection, patient.id, 0, moved)


def plan_parts(connection: Connection, patient_id: int, known: Knowledge = EVERYTHING) -> tuple[Instalment, ...]:
    """The instalments that hold for a patient, with what is paid of them."""
    agreed = rows.plan_of(connection, patient_id, known)
    if agreed is None:
        return ()
    paid = sum(
        event.amount_cents
        for event in rows.events(connection, patient_ids=[patient_id], known=known)
        if event.kind is EventKind.PAYMENT and not event.undone and event.happened_at > agreed.agreed_at
    )
    return instalments(agreed.plan, paid)


_HOLD_WORDS = {
    Hold.NEXT_PAYER: "another payer is asked first",
    Hold.REPLACED: "a corrected claim is with the payer",
    Hold.PROTECTED: "this patient may not be billed (qualified Medicare beneficiary)",
}


def _keep(
    unit: Unit,
    settings: Settings,
    patient_id: int,
    kind: EventKind,
    key: str,
    money: Money,
    person: str,
    transaction: LedgerTransaction,
    *,
    reason: str = "",
) -> int:
    row = {
        "key": key,
        "patient_id": patient_id,
        "kind": kind,
        "amount_cents": money.cents,
        "method": money.method,
        "reference": money.reference.strip(),
        "reason": reason,
        "person": person,
        "happened_on": money.day,
        "known_on": today(settings),
    }
    return rows.add_event(unit, row, [transaction], now())


def _settle(
    unit: Unit,
    patient_id: int,
    event: int,
    key: str,
    on: date,
    known_on: date,
    *,
    first: Collection[int] = (),
    take_first: Collection[int] = (),
) -> int:
    """Put the credit to shares as part of an event; the cents used."""
    moves = account(unit.connection, patient_id).settled(first, take_first)
    rows.add_transactions(unit, event, transfers(key, moves, on), known_on)
    return sum(move.cents for move in moves)


def _report(
    connection: Connection, patient_id: int, event: int, amount: int, *, used: int = 0, repeated: bool = False
) -> AccountReport:
    balance = account(connection, patient_id).balance
    key = rows.patients_of(connection, [patient_id])[patient_id].key[:KEY_SHOWN]
    return AccountReport(
        key,
        event,
        repeated,
        amount,
        used,
        balance.credit_cents,
        balance.due_cents,
        balance.held_cents,
        moved(connection),
    )


def _audit(unit: Unit, person: str, action: str, event: int, cents: int, method: str) -> None:
    unit.audit(person, action, f"patient_event/{event}", {"cents": cents, "method": str(method)}, now())


def _above_zero_since(changes: Iterable[tuple[date, int]]) -> date | None:
    """The day from which a running sum has been above zero, from (day, cents) in order; None when it is not."""
    total, since = 0, None
    for on, cents in changes:
        before, total = total, total + cents
        if total <= 0:
            since = None
        elif before <= 0:
            since = on
    return since


def _told_before(connection: Connection, key: str) -> int | None:
    """The number of the event that says the same, if there is one.

    Raises:
        RefusedError: it was undone, so that to say it again may mean either.
    """
    known = rows.event_with_key(connection, key)
    if known is not None and any(event.undone for event in rows.events(connection, event_id=known)):
        raise RefusedError(
            f"event {known} is the same and was undone; if the money did change hands once more, say --occurrence 2 "
            "(or the next that is free)"
        )
    return known


def _check_money(settings: Settings, money: Money) -> None:
    if money.day > today(settings):
        raise UsageError(f"{money.day} is in the future; give the day the money changed hands")
    if today(settings) - money.day > LATE:
        raise UsageError(f"{money.day} is more than ten years ago; give the day the money changed hands")
    if len(money.reference) > MAX_REFERENCE:
        raise UsageError(f"a reference has at most {MAX_REFERENCE} characters: the number of the check or receipt")
    if money.occurrence < 1:
        raise UsageError("occurrences count from 1")
