"""A small practice's story that goes through all of posting, and what has to be true of its books after any fault."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event, func, make_url, select
from sqlalchemy.engine import Engine

from denialml.claims import Claim, ClaimPayment, Party, ProviderAdjustment
from denialml.claims import replace as changed
from denialml.service import exceptions
from denialml.service.charges import import_charges
from denialml.service.posting import PostReport, post_files
from denialml.settings import Settings
from denialml.store import Unit, open_store, schema
from denialml.store.books import open_parked, standing_books, trial_balance
from posting_cases import as_read, claims_file, co, our_claim, payment, plb, pr, remit_file, reversal, service

FIRST = Party("FIRST HEALTH", id_qualifier="XV", identifier="FIRST1")
SECOND = Party("SECOND MUTUAL", id_qualifier="XV", identifier="SECOND2")
DECIDED = date(2026, 3, 1)  # what a decision books, it books on its day
BY = {"person": "Pat", "reason": "seen on the paper"}

Step = Callable[[Settings], object]


def paid(number: str, cents: int = 6000, **changes: Any) -> ClaimPayment:
    """An answer to a claim of $100: so much paid, $10 the patient's, the rest contractual."""
    line = service(10000, cents, co("45", 9000 - cents), pr("2", 1000), line_control_number="L1")
    return payment(line, number=number, payer_control_number=f"ICN{number}", **changes)


def denied(number: str) -> ClaimPayment:
    return payment(service(10000, 0, co("50", 10000), line_control_number="L1"), number=number, status="4")


def of_second(number: str) -> ClaimPayment:
    """The second payer pays $8 of the $10 that the first one left."""
    share = changed(co("23", 9000), group="OA")
    return payment(service(10000, 800, share, pr("2", 200), line_control_number="L1"), number=number, status="2")


def claim(number: str, **changes: Any) -> Claim:
    return our_claim(number, 10000, **changes)


def to_second(number: str) -> Claim:
    plain = claim(number)
    return changed(plain, coverage=changed(plain.coverage, sequence="S", payer=SECOND))


def claims(path: Path, day: int, *sent: Claim) -> Path:
    """A file of claims sent on a day of January."""
    return claims_file(path, *sent, control=100 + day, created=datetime(2026, 1, day))


def remit(
    path: Path, day: int, *answers: ClaimPayment, payer: Party = FIRST, adjustments: tuple[ProviderAdjustment, ...] = ()
) -> Path:
    """A file of one remittance, of a day of February."""
    on = date(2026, 2, day)
    source = as_read(*answers, adjustments=adjustments, trace=path.stem, paid_on=on, produced_on=on, payer=payer)
    return remit_file(path, source, control=day, created=datetime(2026, 2, day))


def importing(file: Path) -> Step:
    return lambda settings: import_charges(settings, [file], sent=True)


def posting(file: Path) -> Step:
    return lambda settings: post_files(settings, [file])


def resolving(kind: str, action: str, **said: Any) -> Step:
    """A person decides about the first thing of a kind, unless that was done before."""

    def step(settings: Settings) -> None:
        at_desk = settings.model_copy(update={"today": DECIDED})
        rows = exceptions.list_exceptions(at_desk, kind=kind).rows
        if rows:
            exceptions.resolve(at_desk, rows[0].item, action, **BY, **said)

    return step


def undoing(settings: Settings) -> None:
    """The last decision is taken back, unless that was done before: the story makes two others."""
    at_desk = settings.model_copy(update={"today": DECIDED})
    decisions = exceptions.list_decisions(at_desk)
    if len(decisions) == 3:
        exceptions.undo(at_desk, decisions[-1].decision, person="Pat", reason="was wrong")


def story(folder: Path) -> list[Step]:
    """Charges, payments, denials, second payers, reversals, answers that wait and are freed, decisions.

    A step that was done is done again without any effect.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = iter(range(20))

    def name(kind: str) -> Path:
        return folder / f"{next(files):02d}.{kind}"

    plbs = (plb("L6", -25), plb("CS", 10))
    return [
        importing(claims(name("837"), 5, *(claim(f"C{n}") for n in range(1, 7)))),
        posting(
            remit(name("835"), 1, paid("C1"), denied("C2"), paid("LOST"), paid("C3"), adjustments=plbs),
        ),
        importing(claims(name("837"), 6, to_second("C1"), to_second("C4"))),
        posting(remit(name("835"), 2, of_second("C1"), of_second("C4"), payer=SECOND)),
        posting(remit(name("835"), 3, paid("C4"))),
        posting(remit(name("835"), 4, reversal(paid("C3")), paid("C3", 7000))),
        posting(remit(name("835"), 6, reversal(paid("C6")))),
        posting(remit(name("835"), 5, paid("C6"), paid("C7"))),
        importing(claims(name("837"), 7, claim("C7"), claim("C2", frequency="7"))),
        resolving("unmatched_claim", "place", claim="C5"),
        resolving("provider_adjustment_unclassified", "book", account="incentive_income"),
        posting(remit(name("835"), 8, paid("C1", 6500))),
        resolving("overpayment", "accept"),
        undoing,
        posting(remit(name("835"), 9, paid("C2", 5000, frequency="7"))),
    ]


@dataclass(frozen=True)
class State:
    """What the books say: equal for two homes exactly when nothing was lost, doubled or booked otherwise."""

    standing: dict[str, str]
    balances: dict[str, int]
    parked: dict[str, int]


def state(settings: Settings) -> State:
    """The books of a home, which are whole: every transaction comes to zero and the audit trail is unbroken."""
    entry = schema.ledger_entry
    uneven = select(entry.c.transaction_id).group_by(entry.c.transaction_id).having(func.sum(entry.c.amount_cents) != 0)
    store = open_store(settings.url)
    try:
        store.verify_audit()
        with store.reading() as connection:
            assert connection.execute(uneven).all() == []
            balances = {account: cents for account, cents in trial_balance(connection).items() if cents}
            return State(standing_books(connection), balances, open_parked(connection))
    finally:
        store.close()


def ids(settings: Settings) -> tuple[tuple[Any, ...], ...]:
    """How far the series of ids have come: whatever writes takes ids, so that nothing was written where they agree."""
    url = make_url(settings.url)
    statement = "SELECT name, next FROM id_block ORDER BY name"
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database or "")) as plain:
            return tuple(plain.execute(statement))
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        return tuple(server.execute(statement))


def rows(settings: Settings) -> dict[str, int]:
    """A hash of each table's rows, ids and all: equal when nothing at all was written in between."""
    store = open_store(settings.url)
    try:
        with store.reading() as connection:
            return {
                table.name: hash(tuple(sorted(repr(tuple(row)) for row in connection.execute(select(table)))))
                for table in schema.metadata.sorted_tables
            }
    finally:
        store.close()


def tell(settings: Settings, steps: list[Step]) -> State:
    for step in steps:
        step(settings)
    return state(settings)


def at_each_write(do: Callable[[], object]) -> None:
    """From now on, in this process, before every statement of the store that writes, and every commit.

    For processes that end soon. Between two of them a database only reads, so that no other moment differs.
    """

    def on_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().startswith(("SELECT", "PRAGMA", "BEGIN")):
            do()

    def insert(self: Unit, *args: Any) -> None:
        do()  # rows go in by the driver's own door
        usual(self, *args)

    usual = Unit.insert
    Unit.insert = insert  # type: ignore[method-assign]
    event.listen(Engine, "before_cursor_execute", on_statement)
    event.listen(Engine, "commit", lambda _connection: do())


def forked(work: Callable[[], object]) -> int:
    """Start a process of its own that does ``work`` and ends, 0 when well; its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def ended(child: int) -> int:
    """Wait for a process: its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def only(report: PostReport) -> Any:
    (file,) = report.files
    return file
