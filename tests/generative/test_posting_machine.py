"""Files posted, repeated and killed half-way, decisions taken and taken back: the books obey their laws throughout.

After every step each law of the books holds, and each line owes what was charged less what was paid and adjusted on it.
In the end, the same facts in an empty database come to the same books.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, func, select

from denialml.claims import Claim, ClaimPayment, Party
from denialml.errors import RefusedError
from denialml.ledger import WHOLE, Account, Action
from denialml.service import exceptions
from denialml.settings import Settings
from denialml.store import Unit, open_store, schema
from denialml.store.answers import standing
from denialml.store.exceptions import add_decision, book, decisions, waiting
from denialml.store.known import accounts_of
from denialml.store.ledger_checks import broken_laws
from denialml.store.posting import resettle
from denialml.store.restanding import restand
from fault_story import BY, DECIDED, FIRST, SECOND, claim, denied, ids, of_second, paid, state, to_second
from machines import STEPS, empty_database
from posting_cases import as_read, claims_file, plb, remit_file, reversal, take_in
from store_reading import looking, rows

NUMBERS = ("C1", "C2", "C3")
START = date(2026, 1, 1)
OWED = {Account.AR_INSURER, Account.AR_PATIENT, Account.AR_NEXT_PAYER}
EXAMPLES = settings(STEPS, max_examples=10, stateful_step_count=14)


class _Killed(BaseException):
    """Nobody catches it, as nobody catches a signal."""


def _new_home(folder: Path) -> Settings:
    folder.mkdir()
    (folder / "denialml.sqlite3").write_bytes(empty_database())
    return Settings(home=folder, today=DECIDED)


ANSWERS = {
    "paid": paid,
    "paid more": lambda number: paid(number, 7000),
    "denied": denied,
    "second": of_second,
}


class Posting(RuleBasedStateMachine):
    """One home, and the files that are in its books."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="denialml-machine-"))
        self.home = _new_home(self.folder / "home")
        self.files: list[Path] = []
        self.waiting_files: list[Path] = []
        self.answers: list[tuple[ClaimPayment, Party]] = []
        self.traces: list[str] = []
        self.made = 0
        self.take(self.claims_file(claim("C1"), 0))

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.replay()
            shutil.rmtree(self.folder)

    # What happens.

    @rule(number=st.sampled_from(NUMBERS), kind=st.sampled_from("1178S"), day=st.integers(0, 40))
    def send(self, number: str, kind: str, day: int) -> None:
        self.take(self.claims_file(to_second(number) if kind == "S" else claim(number, frequency=kind), day))

    @rule(
        kind=st.sampled_from([*ANSWERS]),
        number=st.sampled_from([*NUMBERS, "LOST"]),
        day=st.integers(5, 60),
        killed=st.integers(0, 14),
    )
    def answer(self, kind: str, number: str, day: int, killed: int) -> None:
        """A payer answers; one time in so many posting is killed before an insert, and the file is left for later."""
        answer, payer = ANSWERS[kind](number), SECOND if kind == "second" else FIRST
        self.answers.append((answer, payer))
        self.take(self.remit_file(answer, payer, day), killed)

    @precondition(lambda self: self.answers)
    @rule(data=st.data(), day=st.integers(20, 90))
    def take_back(self, data: st.DataObject, day: int) -> None:
        answer, payer = data.draw(st.sampled_from(self.answers))
        self.take(self.remit_file(reversal(answer), payer, day))

    @precondition(lambda self: self.answers)
    @rule(data=st.data(), number=st.sampled_from(NUMBERS), cents=st.sampled_from([6000, 7000]), off=st.integers(0, 1))
    def answer_otherwise(self, data: st.DataObject, number: str, cents: int, off: int) -> None:
        """A remittance with a trace number that was there, of other content, or a cent out of balance."""
        trace = data.draw(st.sampled_from(self.traces))
        self.take(self.remit_file(paid(number, cents), FIRST, 50, trace=trace, off=off))

    @precondition(lambda self: self.waiting_files)
    @rule()
    def run_again(self) -> None:
        self.take(self.waiting_files.pop(0))

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def take_again(self, data: st.DataObject) -> None:
        before = ids(self.home)
        take_in(self.home, data.draw(st.sampled_from(self.files)))
        assert ids(self.home) == before

    @precondition(lambda self: exceptions.list_exceptions(self.home).rows)
    @rule(data=st.data(), number=st.sampled_from(NUMBERS))
    def decide(self, data: st.DataObject, number: str) -> None:
        row = data.draw(st.sampled_from(exceptions.list_exceptions(self.home).rows))
        action = data.draw(st.sampled_from(row.actions))
        said = {"claim": number} if action in {Action.PLACE, Action.APPLY} else {}
        said |= {"account": "incentive_income"} if action == Action.BOOK else {}
        before = ids(self.home)
        if said.get("claim") and not self.is_known(number):
            return
        try:
            exceptions.resolve(self.home, row.item, action, **BY, **said)
        except RefusedError:
            assert ids(self.home) == before

    @precondition(lambda self: exceptions.list_decisions(self.home))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        decision = data.draw(st.sampled_from(exceptions.list_decisions(self.home)))
        before = ids(self.home)
        try:
            exceptions.undo(self.home, decision.decision, person="Pat", reason="was wrong")
        except RefusedError:
            assert ids(self.home) == before

    # What is true throughout.

    @invariant()
    def the_books_are_whole(self) -> None:
        if not hasattr(self, "home"):
            return
        found = state(self.home)
        assert sum(found.balances.values()) == 0
        store = open_store(self.home.url)
        with store.reading() as connection:
            owed, taken = _owed(connection), _taken(connection)
            assert {place: owed[place] + taken[place] for place in owed.keys() | taken.keys()} == dict.fromkeys(
                owed.keys() | taken.keys(), 0
            )
            assert broken_laws(connection) == []
        store.close()

    def replay(self) -> None:
        """The same files and the decisions that stand, into an empty database."""
        again = _new_home(self.folder / "again")
        for file in self.files:
            take_in(again, file)
        decided = looking(self.home, decisions)
        store = open_store(again.url)
        with store.unit() as unit:
            for subject, decision in decided:
                _decide_again(unit, subject, decision)
        store.close()
        assert state(again) == state(self.home)

    # Files.

    def claims_file(self, sent: Claim, day: int) -> Path:
        self.made += 1
        created = datetime.combine(START + timedelta(days=day), datetime.min.time())
        return claims_file(self.folder / f"{self.made:02d}.837", sent, control=self.made, created=created)

    def remit_file(self, answer: ClaimPayment, payer: Party, day: int, trace: str = "", off: int = 0) -> Path:
        self.made += 1
        self.traces.append(trace or f"T{self.made}")
        on = START + timedelta(days=day)
        adjustments = [plb("CS", 10)] if self.made % 4 == 0 else []
        total = answer.paid_cents - sum(each.amount_cents for each in adjustments) + off
        source = as_read(
            answer, adjustments=adjustments, trace=self.traces[-1], total=total, paid_on=on, produced_on=on, payer=payer
        )
        created = datetime.combine(on, datetime.min.time())
        return remit_file(self.folder / f"{self.made:02d}.835", source, control=self.made, created=created)

    def take(self, file: Path, killed: int = 0) -> None:
        """Take a file in, or die before the insert of a number (0: none) and leave nothing."""
        before = ids(self.home)
        usual, left = Unit.insert, killed

        def insert(unit: Unit, *args: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise _Killed
            usual(unit, *args)

        Unit.insert = insert  # type: ignore[method-assign]
        try:
            take_in(self.home, file)
            self.files.append(file)
        except _Killed:
            assert ids(self.home) == before
            self.waiting_files.append(file)
        finally:
            Unit.insert = usual  # type: ignore[method-assign]

    def is_known(self, number: str) -> bool:
        return bool(rows(self.home, select(schema.claim.c.id).where(schema.claim.c.control_number == number)))


_Places = dict[tuple[str, int], int]  # cents by claim number and line number


def _owed(connection: Connection) -> _Places:
    """What the books say is owed on each line, less what was charged on it."""
    entry, line, of = schema.ledger_entry, schema.service_line, schema.claim
    accounts = [*OWED, Account.REVENUE_CHARGES]
    rows = connection.execute(
        select(of.c.control_number, line.c.number, func.sum(entry.c.amount_cents))
        .join_from(entry, line, entry.c.line_id == line.c.id)
        .join(of, line.c.claim_id == of.c.id)
        .where(entry.c.account.in_(accounts))
        .group_by(of.c.control_number, line.c.number)
    )
    return defaultdict(int, {(number, line): int(cents) for number, line, cents in rows})


def _taken(connection: Connection) -> _Places:
    """What answers that stand say was paid and written off (CO 45) on each line."""
    payment, service, adjustment = schema.claim_payment, schema.service_payment, schema.adjustment
    line, of = schema.service_line, schema.claim
    base = (
        select(of.c.control_number, line.c.number)
        .join_from(service, payment, service.c.claim_payment_id == payment.c.id)
        .join(line, service.c.line_id == line.c.id)
        .join(of, line.c.claim_id == of.c.id)
        .where(standing(), payment.c.disposition == "posted")
    )
    written_off = base.join(adjustment, adjustment.c.service_payment_id == service.c.id).where(
        adjustment.c.group_code == "CO", adjustment.c.reason == "45"
    )
    taken: _Places = defaultdict(int)
    for statement, cents in ((base, service.c.paid_cents), (written_off, adjustment.c.amount_cents)):
        for number, place, amount in connection.execute(statement.add_columns(cents)):
            taken[number, place] += amount
    return taken


def _decide_again(unit: Unit, subject: str, decision: Any) -> None:
    item = next((each for each in waiting(unit.connection) if each.subject == subject), None)
    identity = add_decision(
        unit, subject, decision.action, decision.detail, person=decision.person, reason=decision.reason,
        at=datetime(2026, 3, 1), known_on=DECIDED,
    )  # fmt: skip
    if decision.action in WHOLE:
        restand(unit, subject, identity, DECIDED)
        return
    if decision.action == Action.BOOK:
        assert item
        book(unit, item, identity, Account(decision.detail["books"]), DECIDED)
        return
    accounts = accounts_of(unit.connection, subject) | {decision.detail.get("account", "")} - {""}
    resettle(unit, subject, accounts, DECIDED)


def test_any_sequence_of_what_happens_keeps_the_laws_of_the_books() -> None:
    run_state_machine_as_test(Posting, settings=EXAMPLES)
