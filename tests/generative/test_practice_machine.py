"""Everything a small practice does to its books, in any order: after every step all laws of the books hold.

Beside files and decisions (as in the machine of posting) money is written off, patients pay, the bank tells of
deposits, periods are closed and opened again, and the home is put back from its copy.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

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
from sqlalchemy import select

import bank_files
from denialml.claims import Adjustment, Claim, ClaimPayment, Party, replace
from denialml.errors import NotFoundError, RefusedError, UsageError
from denialml.ledger import OPEN_ACCOUNTS, Account, Action, CountFrom, GroupBy
from denialml.ledger.patients import Method
from denialml.service import deposits, exceptions, ledger, ledger_periods, ledger_verify, patients, writeoffs
from denialml.service.backup import back_up, verify_home
from denialml.service.eob import enter
from denialml.settings import Settings
from denialml.store import schema
from eob_entries import changed
from fault_story import BY, FIRST, SECOND, claim, denied, ids, of_second, paid, state, to_second
from machines import STEPS, empty_database
from posting_cases import (
    NUMBER,
    as_read,
    claims_file,
    co,
    payment,
    plb,
    pr,
    remit_file,
    reversal,
    service,
    take_in,
)
from store_reading import balances, rows

NUMBERS = ("C1", "C2")
START, TODAY = date(2026, 1, 1), date(2026, 6, 1)
PERSON = {"person": "Pat", "reason": "was wrong"}
MOMENT = {"at": datetime(2026, 6, 1), "today": TODAY}
EXAMPLES = settings(STEPS, max_examples=12, stateful_step_count=20)


def _borne(number: str) -> ClaimPayment:
    """An answer of which a person must say who bears a part."""
    plain = paid(number, 5000)
    (line,) = plain.services
    adjusted = (Adjustment("PI", "45", 4000), *line.adjustments[1:])
    return replace(plain, services=(replace(line, adjustments=adjusted),))


ANSWERS = {
    "paid": paid,
    "paid more": lambda number: paid(number, 7000),
    "passed on": lambda number: paid(number, status="19"),
    "denied": denied,
    "second": of_second,
    "second pays what the first refused": lambda number: paid(number, 5000, status="2"),
    "second denies": denied,
    "borne": _borne,
    "nothing": lambda number: paid(number, 9000, status="25"),
}


class Practice(RuleBasedStateMachine):
    """One home."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="denialml-practice-"))
        self.home = Settings(home=self.folder / "home", today=TODAY, second_person_above_cents=10**9)
        self.home.home.mkdir()
        self.database = self.home.home / "denialml.sqlite3"
        self.database.write_bytes(empty_database())
        self.made = 0
        self.files: list[Path] = []
        self.answers: list[tuple[ClaimPayment, Party]] = []
        self.traces: list[str] = []
        self.take(self.claims_file(claim("C1"), 0))

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    # Files.

    @rule(number=st.sampled_from(NUMBERS), kind=st.sampled_from("1178"), day=st.integers(0, 40), second=st.booleans())
    def send(self, number: str, kind: str, day: int, *, second: bool) -> None:
        sent = to_second(number) if second else claim(number)
        self.take(self.claims_file(replace(sent, frequency=kind), day))

    @rule(
        kind=st.sampled_from([*ANSWERS]),
        number=st.sampled_from([*NUMBERS, "LOST"]),
        day=st.integers(5, 60),
        reason=st.sampled_from(["", "", "WO", "FB", "L6", "CS"]),
        off=st.sampled_from([0, 0, 0, 100]),
    )
    def answer(self, kind: str, number: str, day: int, reason: str, off: int) -> None:
        """A payer answers; ``off``: its remittance is out of balance by so much."""
        answer, payer = ANSWERS[kind](number), SECOND if kind.startswith("second") else FIRST
        self.answers.append((answer, payer))
        self.take(self.remit_file([answer], payer, day, reason=reason, off=off))

    @precondition(lambda self: self.answers)
    @rule(data=st.data(), day=st.integers(20, 90), corrected=st.booleans())
    def take_back(self, data: st.DataObject, day: int, corrected: bool) -> None:
        answer, payer = data.draw(st.sampled_from(self.answers))
        again = paid(answer.control_number, 6500)
        self.take(self.remit_file([reversal(answer), *([again] if corrected else [])], payer, day))

    @precondition(lambda self: self.traces)
    @rule(data=st.data(), number=st.sampled_from(NUMBERS))
    def use_a_trace_again(self, data: st.DataObject, number: str) -> None:
        self.take(self.remit_file([paid(number, 6100)], FIRST, 50, trace=data.draw(st.sampled_from(self.traces))))

    @rule(number=st.sampled_from(NUMBERS), day=st.integers(5, 60), agrees=st.booleans())
    def type_a_check(self, number: str, day: int, *, agrees: bool) -> None:
        """A check comes on paper and then as an 835, which changes nothing, and waits where it says otherwise."""
        self.made += 1
        trace, on = f"{self.made:06d}", START + timedelta(days=day)
        told = {"amount: 70.00": "amount: 60.00", "paid: 70.00": "paid: 60.00", "allowed: 80.00": "allowed: 70.00"}
        told |= {"CO-45-20.00, PR-3-10.00": "CO-45-30.00, PR-2-10.00", NUMBER: number, "ICN1": f"ICN{number}"}
        told |= {"100234": trace, "2026-01-30": on.isoformat(), "OUR PAYER": FIRST.name}
        content = changed(told)
        enter(self.home, "check.yaml", content, "yaml", person="Pat", received_on=on, at=MOMENT["at"])
        before, waiting = balances(self.home), len(exceptions.list_exceptions(self.home).rows)
        line = service(10000, 6000, *((co("45", 3000), pr("2", 1000)) if agrees else (co("45", 4000),)))
        answer = payment(line, number=number, payer_control_number=f"ICN{number}")
        self.take(self.remit_file([answer], FIRST, day, trace=trace, method="CHK"))
        assert balances(self.home) == before
        assert len(exceptions.list_exceptions(self.home).rows) == waiting + (not agrees)
        self.traces.append(trace)

    @rule(data=st.data())
    def take_again(self, data: st.DataObject) -> None:
        before = ids(self.home)
        take_in(self.home, data.draw(st.sampled_from(self.files)))
        assert ids(self.home) == before

    # Decisions.

    @precondition(lambda self: exceptions.list_exceptions(self.home).rows)
    @rule(data=st.data(), number=st.sampled_from(NUMBERS), how=st.sampled_from(["contractual", "patient"]))
    def decide(self, data: st.DataObject, number: str, how: str) -> None:
        row = data.draw(st.sampled_from(exceptions.list_exceptions(self.home).rows))
        action = data.draw(st.sampled_from(row.actions))
        said: dict[Action, dict[str, object]] = {
            Action.PLACE: {"claim": number},
            Action.APPLY: {"claim": number},
            Action.BOOK: {"account": "recoup_payer"},
            Action.CLASSIFY: {"bears": {"PI-45": how}},
        }
        before = ids(self.home)
        try:
            exceptions.resolve(self.home, row.item, action, **BY, **said.get(Action(action), {}))  # type: ignore[arg-type]  # by action
        except (RefusedError, NotFoundError):
            assert ids(self.home) == before

    @precondition(lambda self: exceptions.list_decisions(self.home))
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        decision = data.draw(st.sampled_from(exceptions.list_decisions(self.home)))
        before = ids(self.home)
        try:
            exceptions.undo(self.home, decision.decision, **PERSON)
        except RefusedError:  # a later one stands in the way
            assert ids(self.home) == before

    @rule(number=st.sampled_from(NUMBERS), owed_by=st.sampled_from(["patient", "insurer"]), cents=st.integers(1, 1500))
    def write_off(self, number: str, owed_by: str, cents: int) -> None:
        try:
            asked = writeoffs.propose(
                self.home, number, line=None, owed_by=owed_by, cents=cents, reason="administrative", person="Ada"
            )
        except (RefusedError, NotFoundError, UsageError):
            return
        writeoffs.approve(self.home, asked.write_off, person="Bob")

    @rule()
    def undo_write_off(self) -> None:
        for each in writeoffs.list_write_offs(self.home, every=True)[-1:]:
            if each.state == "approved":
                writeoffs.undo(self.home, each.write_off, person="Bob", note="was wrong")

    # Patients and the bank.

    @rule(number=st.sampled_from(NUMBERS), cents=st.integers(1, 3000))
    def patient_pays(self, number: str, cents: int) -> None:
        self.made += 1
        try:
            patients.pay(self.home, number, patients.Money(cents, Method.CHECK, str(self.made), TODAY, 1), person="Pat")
        except NotFoundError:
            return

    @rule(data=st.data())
    def undo_payment(self, data: st.DataObject) -> None:
        event = schema.patient_event
        made = rows(self.home, select(event.c.id).where(event.c.kind == "payment"))
        if made:
            try:
                patients.undo(self.home, data.draw(st.sampled_from([row.id for row in made])), **PERSON)
            except RefusedError:
                return

    @rule(number=st.sampled_from(NUMBERS), back=st.booleans())
    def bill(self, number: str, *, back: bool) -> None:
        try:
            (patients.unbill_patient if back else patients.bill_patient)(self.home, number, **PERSON)
        except (RefusedError, NotFoundError):
            return

    @rule()
    def use_credit(self) -> None:
        patients.apply_credit(self.home, person="Pat")
        assert patients.apply_credit(self.home, person="Pat").patients == 0

    @precondition(lambda self: self.traces)
    @rule(data=st.data(), off=st.sampled_from([0, 0, 7]))
    def deposit(self, data: st.DataObject, off: int) -> None:
        r = schema.remittance
        trace = data.draw(st.sampled_from(self.traces))
        (row, *_) = rows(self.home, select(r.c.payment_cents, r.c.originator).where(r.c.trace == trace))
        if row.payment_cents <= 0:
            return
        self.made += 1
        path = self.folder / f"{self.made:02d}.csv"
        money = bank_files.Money(row.payment_cents + off, trace=trace, originator=row.originator)
        path.write_bytes(bank_files.csv(money))
        assert not deposits.import_deposits(self.home, [path]).unreadable_files

    @rule(data=st.data())
    def match_or_unmatch(self, data: st.DataObject) -> None:
        shown = deposits.view(self.home, today=TODAY)
        if not (shown.deposits and shown.remittances):
            return
        deposit = data.draw(st.sampled_from(shown.deposits)).deposit
        remittance = data.draw(st.sampled_from(shown.remittances)).remittance
        try:
            if data.draw(st.booleans()):
                deposits.unmatch(self.home, deposit, **PERSON, at=MOMENT["at"], known_on=TODAY)
            else:
                deposits.match(self.home, deposit, [remittance], **PERSON, at=MOMENT["at"], known_on=TODAY)
        except (RefusedError, NotFoundError):
            return

    # The books as a whole.

    @rule(day=st.integers(10, 100))
    def close(self, day: int) -> None:
        try:
            ledger_periods.close_period(self.home, START + timedelta(days=day), person="Pat", **MOMENT)
        except RefusedError:
            return

    @rule()
    def open_again(self) -> None:
        try:
            ledger_periods.reopen_period(self.home, **PERSON, **MOMENT)
        except NotFoundError:
            return

    @rule()
    def put_back(self) -> None:
        """The home's database is lost, and its copy put in its place."""
        self.made += 1
        copy, before = self.folder / f"{self.made:02d}.copy", state(self.home)
        back_up(self.home, copy)
        for file in self.home.home.glob("denialml.sqlite3*"):
            file.unlink()
        copy.rename(self.database)
        verify_home(self.home)
        assert state(self.home) == before

    # What is true throughout.

    @invariant()
    def the_laws_hold(self) -> None:
        if not hasattr(self, "home"):
            return
        found = ledger_verify.verify(self.home, top=5)
        assert found.rows == ()
        owed = balances(self.home)
        assert sum(owed.values()) == 0
        aged = ledger.aging(self.home, date(2027, 1, 1), by=GroupBy.PAYER, counted_from=CountFrom.SERVICE, top=99)
        assert aged.difference_cents == 0
        sums = {str(each.account): each.balance_cents for each in aged.accounts if each.balance_cents}
        wanted = {str(Account.PATIENT_CREDIT), *map(str, OPEN_ACCOUNTS)}
        assert sums == {account: cents for account, cents in owed.items() if account in wanted}

    # Making files.

    def claims_file(self, sent: Claim, day: int) -> Path:
        self.made += 1
        created = datetime.combine(START + timedelta(days=day), datetime.min.time())
        return claims_file(self.folder / f"{self.made:02d}.837", sent, control=self.made, created=created)

    def remit_file(
        self,
        answers: list[ClaimPayment],
        payer: Party,
        day: int,
        *,
        reason: str = "",
        off: int = 0,
        trace: str = "",
        method: str = "ACH",
    ) -> Path:
        self.made += 1
        on = START + timedelta(days=day)
        if not trace:
            trace = f"T{self.made}"
            self.traces.append(trace)
        adjustments = [plb(reason, 150 if reason == "WO" else -150)] if reason else []
        total = sum(answer.paid_cents for answer in answers) - sum(each.amount_cents for each in adjustments) + off
        source = as_read(
            *answers,
            adjustments=adjustments,
            trace=trace,
            total=total,
            paid_on=on,
            produced_on=on,
            payer=payer,
            method=method,
        )
        created = datetime.combine(on, datetime.min.time())
        return remit_file(self.folder / f"{self.made:02d}.835", source, control=self.made, created=created)

    def take(self, file: Path) -> None:
        take_in(self.home, file)
        self.files.append(file)


def test_whatever_a_practice_does_the_laws_of_its_books_hold() -> None:
    run_state_machine_as_test(Practice, settings=EXAMPLES)
