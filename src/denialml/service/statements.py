"""Statements to patients: made for all who owe something, kept as sent, and the same again when made again."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from denialml.errors import BadInputError, RefusedError
from denialml.ledger.patients import EventKind, Hold, ageing, due_under_plan
from denialml.service.clock import now, today
from denialml.service.decisions import named
from denialml.service.patient_accounts import KEY_SHOWN, PatientAccount, accounts
from denialml.service.patients import plan_parts
from denialml.service.practice import existing_store
from denialml.service.statement import (
    ChangesSince,
    PaymentLine,
    Statement,
    Visit,
    addressee_of,
    name_of,
    practice_of,
    visit,
)
from denialml.settings import Settings
from denialml.store import Connection
from denialml.store import patients as rows
from denialml.store import statement_rows as books
from denialml.store.patients import Knowledge, Patient, SentStatement

LIST_NAME = "statements.csv"
MOST_PAYMENTS = 12  # on a statement: a year of monthly ones
FIRST_LOOKS_BACK = timedelta(days=90)  # a first statement tells of visits that the patient paid for since then


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement in the list. ``sent_before`` says that it is the one of that day made once more."""

    patient: str
    file: str
    balance_cents: int
    due_cents: int
    sent_before: bool


@dataclass(frozen=True, slots=True)
class StatementsReport:
    """What was written, where, and what it asks for."""

    directory: Path
    as_of: date
    statements: int
    sent_before: int
    due_cents: int
    not_printed: int
    rows: tuple[StatementRow, ...]


def make_statements(
    settings: Settings,
    directory: Path,
    *,
    as_of: date,
    person: str,
    at_least_cents: int = 1,
    progress: Callable[[str], None] | None = None,
) -> StatementsReport:
    """Write a PDF for each patient who owes ``at_least_cents`` at the end of a day, and a list of them.

    Each is kept as sent. Made again for the same day, a statement says what it said; those whose next statement was
    sent already are left out. ``not_printed`` counts patients with a balance whose claims cannot be found in their
    files. ``progress`` is called with each patient's key.

    Raises:
        NotFoundError: the home holds no practice.
        RefusedError: the day is in the future, so that its statements would leave out what is still to come; or another
            run made some of them meanwhile.
        BadInputError: the folder cannot be written.
        UsageError: nobody is named.
    """
    by, day = named(person), today(settings)
    if as_of > day:
        raise RefusedError(f"{as_of} is in the future; statements say what is known")
    at = now()
    with existing_store(settings) as store:
        with store.reading() as connection:
            made, not_printed = _write(directory, _Maker(connection, settings, as_of), at_least_cents, progress)
        sent = [(each.as_sent(as_of, at), each.sha256) for each in made if not each.row.sent_before]
        if sent:
            with store.unit() as unit:
                _require_unsent(unit.connection, [each for each, _ in sent])
                rows.add_statements(unit, sent, person=by, known_on=day)
                asked = sum(each.due_cents for each, _ in sent)
                detail = {"statements": len(sent), "due_cents": asked, "as_of": as_of}
                unit.audit(by, "statements:make", "patient_statement", detail, at)
    return StatementsReport(
        directory,
        as_of,
        len(made),
        len(made) - len(sent),
        sum(each.row.due_cents for each in made),
        not_printed,
        tuple(each.row for each in made),
    )


def _require_unsent(connection: Connection, wanted: Sequence[SentStatement]) -> None:
    before = rows.statements(connection)
    if any(sent.as_of == each.as_of for each in wanted for sent in before.get(each.patient_id, ())):
        raise RefusedError(
            f"another run made statements of {wanted[0].as_of} meanwhile, and none of this one was kept: run it again"
        )


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement that is written: its row in the list, its PDF's digest, and what it took in."""

    patient_id: int
    row: StatementRow
    sha256: str
    last_transaction_id: int

    def as_sent(self, as_of: date, at: datetime) -> SentStatement:
        row = self.row
        return SentStatement(self.patient_id, as_of, row.balance_cents, row.due_cents, self.last_transaction_id, at)


def _write(
    directory: Path, maker: _Maker, at_least_cents: int, progress: Callable[[str], None] | None
) -> tuple[list[_Made], int]:
    """Write the statements of a day and their list; those written, and how many could not be made."""
    made: list[_Made] = []
    missing = 0
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for patient, account, before in maker.wanted(at_least_cents):
            statement = maker.statement(patient, account)
            if statement is None:
                missing += 1
                continue
            made.append(_write_one(directory, statement, patient.id, maker.last_transaction_id, before=before))
            if progress:
                progress(statement.account)
        _write_list(directory, made)
    except OSError as error:
        raise BadInputError(f"{directory}: {error.strerror}; name a folder that can be written") from error
    return made, missing


def _write_one(
    directory: Path, statement: Statement, patient_id: int, last_transaction_id: int, *, before: bool
) -> _Made:
    from denialml.service.statement_pdf import statement_pdf

    content = statement_pdf(statement)
    name = f"statement-{statement.account}-{statement.as_of.isoformat()}.pdf"
    (directory / name).write_bytes(content)
    row = StatementRow(statement.account, name, statement.balance_cents, statement.due_cents, before)
    return _Made(patient_id, row, hashlib.sha256(content).hexdigest(), last_transaction_id)


def _write_list(directory: Path, made: Sequence[_Made]) -> None:
    with (directory / LIST_NAME).open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["patient", "file", "balance", "due"])
        for row in (each.row for each in made):
            writer.writerow([row.patient, row.file, _decimal(row.balance_cents), _decimal(row.due_cents)])


class _Maker:
    """Gathers what the statements of a day say."""

    def __init__(self, connection: Connection, settings: Settings, as_of: date) -> None:
        self._connection = connection
        self._settings = settings
        self._as_of = as_of
        self._sent = rows.statements(connection)
        self.last_transaction_id = books.newest_transaction(connection, Knowledge(as_of))

    def wanted(self, at_least_cents: int) -> list[tuple[Patient, PatientAccount, bool]]:
        """Whom to write to, each with the account and whether the day's statement was sent before."""
        found = accounts(self._connection, Knowledge(self._as_of))
        # One look at the books for each time that statements of the day were sent, not one for each patient.
        sent_then = {owner: sent.knowledge() for owner in found if (sent := self._of_day(owner))}
        then = {known: accounts(self._connection, known) for known in set(sent_then.values())}
        again = {owner: then[known][owner] for owner, known in sent_then.items()}
        patients = rows.patients_of(self._connection, found)
        chosen = []
        for owner, each in found.items():
            later = any(sent.as_of > self._as_of for sent in self._sent.get(owner, ()))
            if owner in again:
                chosen.append((patients[owner], again[owner], True))
            elif not later and each.balance.due_cents >= max(1, at_least_cents):
                chosen.append((patients[owner], each, False))
        return sorted(chosen, key=lambda one: one[0].key)

    def statement(self, patient: Patient, found: PatientAccount) -> Statement | None:
        """A patient's statement; None when the claims it would be about are not in their files."""
        known, balance = self._known(patient.id), found.balance
        newest = max(found.claims, default=None)
        if newest is None:
            return None
        pay_by = self._as_of + timedelta(days=self._settings.statements.due_days)
        parts = plan_parts(self._connection, patient.id, known)
        open_shares = [each for each in found.shares if each.hold is None and each.owed_cents]
        last = self._last(patient.id)
        since = last.knowledge() if last else Knowledge(self._as_of - FIRST_LOOKS_BACK)
        told = {each.claim_id for each in open_shares}
        told |= books.claims_paid_on(self._connection, patient.id, since, known)
        told -= {each.claim_id for each in found.shares if each.hold is not None} | _below_zero(found)
        held = {each.served_on for each in found.shares if each.hold not in {None, Hold.PROTECTED} and each.owed_cents}
        return Statement(
            account=patient.key[:KEY_SHOWN],
            as_of=self._as_of,
            pay_by=pay_by,
            practice=practice_of(self._settings.statements, found.claims[newest]),
            addressee=addressee_of(patient, found.claims[newest], self._as_of),
            patient=name_of(patient),
            visits=self._visits(told, known),
            held_visits=tuple(sorted(held)),
            credit_cents=balance.owed_cents - balance.held_cents - balance.due_cents,
            balance_cents=balance.due_cents,
            due_cents=due_under_plan(parts, balance.due_cents, pay_by) if parts else balance.due_cents,
            payments=self._payments(patient.id, known),
            plan=parts,
            ages=_ages(found, self._as_of),
            changes=self._changes(patient.id, balance.due_cents, known),
        )

    def _of_day(self, patient_id: int) -> SentStatement | None:
        return next((each for each in self._sent.get(patient_id, ()) if each.as_of == self._as_of), None)

    def _last(self, patient_id: int) -> SentStatement | None:
        earlier = [each for each in self._sent.get(patient_id, ()) if each.as_of < self._as_of]
        return earlier[-1] if earlier else None

    def _known(self, patient_id: int) -> Knowledge:
        before = self._of_day(patient_id)
        return before.knowledge() if before else Knowledge(self._as_of, self.last_transaction_id)

    def _visits(self, claim_ids: set[int], known: Knowledge) -> tuple[Visit, ...]:
        heads = books.claim_heads(self._connection, claim_ids)
        lines = books.line_heads(self._connection, claim_ids)
        amounts = books.line_amounts(self._connection, claim_ids, known)
        found = [
            visit(head, lines.get(claim_id, ()), amounts.get(claim_id, ()), self._as_of)
            for claim_id, head in heads.items()
        ]
        return tuple(sorted(found, key=lambda each: (each.served_on, each.control_number)))

    def _payments(self, patient_id: int, known: Knowledge) -> tuple[PaymentLine, ...]:
        found = []
        for event in rows.events(self._connection, patient_ids=[patient_id], known=known):
            if event.kind is EventKind.PAYMENT:
                words = f"Payment by {event.method}" + (" (returned unpaid or taken back)" if event.undone else "")
                found.append(PaymentLine(event.happened_on, words, 0 if event.undone else event.amount_cents))
            elif event.kind is EventKind.REFUND and not event.undone:
                found.append(PaymentLine(event.happened_on, f"Paid back to you by {event.method}", -event.amount_cents))
        return tuple(sorted(found, key=lambda each: each.day)[-MOST_PAYMENTS:])

    def _changes(self, patient_id: int, balance_cents: int, known: Knowledge) -> ChangesSince | None:
        last = self._last(patient_id)
        if last is None:
            return None
        found = books.changes(self._connection, patient_id, last.knowledge(), known)
        steps = (
            ("Your share of care that insurance has now decided, or decided anew", found.shares_cents),
            ("Your payments", found.payments_cents),
            ("Paid back to you", found.refunds_cents),
            ("Taken off by us", found.write_offs_cents),
            (
                "Waiting for another insurance, or no longer waiting",
                balance_cents - last.balance_cents - found.total_cents,
            ),
        )
        return ChangesSince(last.as_of, last.balance_cents, tuple((words, cents) for words, cents in steps if cents))


def _below_zero(found: PatientAccount) -> set[int]:
    """The claims that the payer took back after the patient paid: that money is credit, and said to be so."""
    totals: dict[int, int] = {}
    for share in found.shares:
        totals[share.claim_id] = totals.get(share.claim_id, 0) + share.owed_cents
    return {claim_id for claim_id, cents in totals.items() if cents < 0}


def _ages(found: PatientAccount, as_of: date) -> tuple[int, ...]:
    """What is due by age, once the credit is put to it. What a claim is below zero makes nothing else less."""
    moved = {(move.claim_id, move.line_id): move.cents for move in found.settled()}
    of_claims: dict[int, list[tuple[date, int]]] = {}
    for share in found.shares:
        if share.hold is None:
            cents = share.owed_cents - moved.get((share.claim_id, share.line_id), 0)
            of_claims.setdefault(share.claim_id, []).append((share.since, cents))
    return ageing((each for shares in of_claims.values() for each in _owed(shares)), as_of)


def _owed(shares: Iterable[tuple[date, int]]) -> Iterator[tuple[date, int]]:
    """Shares of a claim that are owed, less those below zero, which are taken off the oldest first."""
    shares = sorted(shares)
    taken = -sum(min(0, cents) for _, cents in shares)
    for since, cents in shares:
        off = min(taken, max(0, cents))
        taken -= off
        yield since, max(0, cents) - off


def _decimal(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
