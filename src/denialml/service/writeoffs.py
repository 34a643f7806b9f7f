"""Write-offs with approval: the only way that something which is owed is given up by a person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from denialml.errors import NotFoundError, PermissionDeniedError, RefusedError, UsageError
from denialml.ledger import Account, LedgerTransaction
from denialml.ledger.writeoffs import REASONS, WriteOffReason, may_be_written_off, write_off_undone, written_off
from denialml.money import dollars
from denialml.service.clock import now, today
from denialml.service.decisions import named, noted, reasoned, same_person
from denialml.service.practice import existing_store
from denialml.settings import Settings
from denialml.store import Unit
from denialml.store import writeoffs as rows
from denialml.store.periods import MovedBookings, moved
from denialml.store.writeoffs import APPROVED, PROPOSED, REJECTED, UNDONE, Place, WriteOff

OWED_BY: Final = {"patient": Account.AR_PATIENT, "insurer": Account.AR_INSURER}


@dataclass(frozen=True, slots=True)
class WriteOffRow:
    """A write-off in a list. ``line`` None: of the claim as a whole. ``owed_by`` is ``patient`` or ``insurer``."""

    write_off: int
    state: str
    claim: str
    line: int | None
    owed_by: str
    amount_cents: int
    reason: str
    proposed_by: str
    proposed_on: date
    decided_by: str
    decided_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class DecidedWriteOff(WriteOffRow):
    """A write-off as a decision left it, and what of it was booked on the first open day, since its own is closed."""

    moved_from_closed_periods: tuple[MovedBookings, ...] = ()


def propose(
    settings: Settings,
    claim: str,
    *,
    line: int | None,
    owed_by: str,
    cents: int,
    reason: str,
    person: str,
    note: str = "",
) -> WriteOffRow:
    """Ask that an amount of a line be given up. Nothing is booked before somebody approves it.

    Without ``line`` it is the claim's only line with something owed.

    Raises:
        NotFoundError: nothing is booked for such a claim or line.
        RefusedError: it is more than is owed, or an earlier proposal for the line waits.
        UsageError: the reason does not fit who owes it, the line must be named, nobody is, or the note is too long.
    """
    by, said = named(person), noted(note)
    account = OWED_BY.get(owed_by)
    if account is None:
        raise UsageError(f"{owed_by} owes nothing here: say patient or insurer")
    why = _reason(reason, owed_by)
    with existing_store(settings) as store, store.unit() as unit:
        place = _place(unit, claim, line, account)
        _check_owed(place, cents)
        earlier = rows.waiting(rows.write_offs(unit.connection), place, account)
        if earlier is not None:
            raise RefusedError(f"write-off {earlier.id} of that line waits to be decided; approve or reject it first")
        at, day = now(), today(settings)
        identity = rows.propose(unit, place, account, cents, why, note=said, person=by, at=at, known_on=day)
        _audit(unit, by, "proposed", identity, cents, at)
        return _row(_found(unit, identity))


def approve(settings: Settings, identity: int, *, person: str, note: str = "") -> DecidedWriteOff:
    """Book a write-off that was asked for.

    Raises:
        NotFoundError: there is no such write-off.
        PermissionDeniedError: who asked for it may not approve it.
        RefusedError: it was decided before, or less is owed by now.
    """
    by, said = named(person), noted(note)
    with existing_store(settings) as store, store.unit() as unit:
        found = _undecided(unit, identity)
        limit = settings.second_person_above_cents
        if found.amount_cents > limit and same_person(by, found.person):
            raise PermissionDeniedError(
                f"{by} asked for write-off {identity}; above {dollars(limit)} another person must approve it"
            )
        places = rows.places(unit.connection, found.control_number, found.account)
        place = next(each for each in places if (each.claim_id, each.line_id) == (found.claim_id, found.line_id))
        _check_owed(place, found.amount_cents)
        day = today(settings)
        booked = written_off(identity, found.account, found.amount_cents, found.claim_id, found.line_id, day)
        return _decided(unit, settings, found, APPROVED, by, said, booked)


def reject(settings: Settings, identity: int, *, person: str, note: str) -> DecidedWriteOff:
    """Refuse a write-off that was asked for: it stays owed.

    Raises:
        NotFoundError: there is no such write-off.
        RefusedError: it was decided before.
        UsageError: nobody is named, or no reason.
    """
    by, why = named(person), reasoned(note)
    with existing_store(settings) as store, store.unit() as unit:
        return _decided(unit, settings, _undecided(unit, identity), REJECTED, by, why, None)


def undo(settings: Settings, identity: int, *, person: str, note: str) -> DecidedWriteOff:
    """Take an approved write-off back by a mirrored transaction: the amount is owed again.

    Raises:
        NotFoundError: there is no such write-off.
        RefusedError: it is not approved.
        UsageError: nobody is named, or no reason.
    """
    by, why = named(person), reasoned(note)
    with existing_store(settings) as store, store.unit() as unit:
        found = _found(unit, identity)
        if found.state != APPROVED:
            raise RefusedError(f"write-off {identity} is {found.state}; only an approved one is undone")
        day = today(settings)
        original = written_off(identity, found.account, found.amount_cents, found.claim_id, found.line_id, day)
        return _decided(unit, settings, found, UNDONE, by, why, write_off_undone(original, day))


def list_write_offs(settings: Settings, *, every: bool = False) -> tuple[WriteOffRow, ...]:
    """Write-offs that wait to be decided, or every one, oldest first."""
    with existing_store(settings) as store, store.reading() as connection:
        found = rows.write_offs(connection)
    return tuple(_row(each) for each in found if every or each.state == PROPOSED)


def _place(unit: Unit, claim: str, line: int | None, account: Account) -> Place:
    places = rows.places(unit.connection, claim, account)
    if not places:
        raise NotFoundError(f"nothing is owed that way on a claim with the control number {claim}")
    if line is None:
        places = [each for each in places if each.line_cents > 0]
        if len(places) > 1:
            raise UsageError("something is owed on several lines: name one with --line (0: the claim as a whole)")
    else:
        wanted = line or None
        places = [each for each in places if each.line == wanted]
        places = [each for each in places if each.line_cents > 0] or places[-1:]
    if len(places) != 1:
        raise NotFoundError(f"nothing is owed that way on claim {claim}{f', line {line}' if line else ''}")
    return places[0]


def _check_owed(place: Place, cents: int) -> None:
    if cents <= 0:
        raise UsageError("the amount must be above zero")
    most = may_be_written_off(place.line_cents, place.claim_cents)
    if cents > most:
        raise RefusedError(f"{dollars(cents)} is more than the {dollars(most)} that is owed there")


def _reason(reason: str, owed_by: str) -> WriteOffReason:
    fitting = REASONS[OWED_BY[owed_by]]
    if reason not in fitting:
        raise UsageError(f"for what the {owed_by} owes the reasons are {', '.join(sorted(fitting))}")
    return WriteOffReason(reason)


def _found(unit: Unit, identity: int) -> WriteOff:
    found = rows.write_offs(unit.connection, identity)
    if not found:
        raise NotFoundError(f"there is no write-off {identity}; `denialml writeoffs list --all` lists them")
    return found[0]


def _undecided(unit: Unit, identity: int) -> WriteOff:
    found = _found(unit, identity)
    if found.state != PROPOSED:
        raise RefusedError(f"write-off {identity} is {found.state} already")
    return found


def _decided(
    unit: Unit,
    settings: Settings,
    found: WriteOff,
    action: str,
    person: str,
    note: str,
    booked: LedgerTransaction | None,
) -> DecidedWriteOff:
    at = now()
    rows.decide(unit, found.id, action, booked, note=note, person=person, at=at, known_on=today(settings))
    _audit(unit, person, action, found.id, found.amount_cents, at)
    return DecidedWriteOff(**asdict(_row(_found(unit, found.id))), moved_from_closed_periods=moved(unit.connection))


def _audit(unit: Unit, person: str, action: str, identity: int, cents: int, at: datetime) -> None:
    unit.audit(person, f"write-off:{action}", f"write_off/{identity}", {"cents": cents}, at)


def _row(found: WriteOff) -> WriteOffRow:
    owed_by = next(name for name, account in OWED_BY.items() if account is found.account)
    return WriteOffRow(
        found.id, found.state, found.control_number, found.line, owed_by, found.amount_cents, found.reason,
        found.person, found.proposed_on, found.decided_by, found.decided_on, found.note,
    )  # fmt: skip
