"""Decisions about a remittance as a whole: it counts instead of another, or is posted although it does not balance.

After each step every law of the books holds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bank_files import COMPANY, DAY, Money, nacha
from denialml.claims import ClaimPayment, replace
from denialml.cli import app
from denialml.errors import RefusedError
from denialml.ledger import RemittanceAsRead
from denialml.service import deposits, exceptions
from denialml.service.ledger_periods import close_period
from denialml.service.ledger_verify import verify
from denialml.settings import Settings
from denialml.store import schema
from denialml.store.books import standing_books
from deposit_cases import take, view
from posting_cases import (
    NUMBER,
    PERSON,
    as_read,
    co,
    our_claim,
    payment,
    plb,
    post,
    pr,
    remit_file,
    reversal,
    send,
    service,
    take_in,
)
from store_reading import balances, looking, rows

BY = {"person": "Pat", "reason": "the payer said so"}
OTHER = "0000000002W"
PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))
MORE = payment(service(10000, 6000, co("45", 4000), line_control_number="L1"))  # the same money, told otherwise
DENIED = payment(service(10000, 0, co("50", 10000), line_control_number="L1"), number=OTHER, status="4")
OF_OTHER = payment(service(10000, 6000, co("45", 4000), line_control_number="L1"), number=OTHER)
OWED = {"ar_insurer": 10000, "revenue_charges": -20000}  # of the other claim
AS_PAID = {"cash_clearing": 6000, "adj_contractual": 3000, "ar_patient": 1000, **OWED}
AS_MORE = {"cash_clearing": 6000, "adj_contractual": 4000, **OWED}


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, database_url=database_url, today=date(2026, 3, 1))
    send(settings, tmp_path / "sent.837", our_claim(NUMBER, 10000), our_claim(OTHER, 10000))
    return settings


@dataclass(frozen=True)
class Books:
    standing: dict[str, str]
    balances: dict[str, int]
    waiting: tuple[tuple[Any, ...], ...]


def books(home: Settings) -> Books:
    """What stands and what waits; the books obey every law."""
    broken = verify(home, top=5)
    assert broken.breaches == 0, broken.rows
    waits = exceptions.list_exceptions(home).rows
    said = sorted((row.kind, row.amount_cents, row.claim, row.owner, row.actions) for row in waits)
    return Books(looking(home, standing_books), balances(home), tuple(said))


def waits(home: Settings, kind: str = "") -> list[exceptions.ExceptionRow]:
    return list(exceptions.list_exceptions(home, kind=kind).rows)


def decide(home: Settings, action: str, kind: str = "", **said: str) -> exceptions.Resolution:
    """A person decides about the first thing of a kind that allows it."""
    item = next(row for row in waits(home, kind) if action in row.actions)
    return exceptions.resolve(home, item.item, action, **BY, **said)  # type: ignore[arg-type]  # texts alone


def undo(home: Settings, decision: exceptions.Resolution) -> exceptions.Resolution:
    return exceptions.undo(home, decision.decision, person="Pat", reason="was wrong")


def conflict(home: Settings, path: Path, *sources: RemittanceAsRead) -> None:
    for place, source in enumerate(sources, 1):
        post(home, path / f"{place}.835", source, control=place)


def test_the_second_remittance_counts_instead_of_the_first(home: Settings, tmp_path: Path) -> None:
    conflict(home, tmp_path, as_read(PAID), as_read(MORE))
    before = books(home)
    assert before.balances == AS_PAID
    done = decide(home, "supersede")
    assert done.disposition == "posted"
    after = books(home)
    assert after.balances == AS_MORE
    assert after.waiting == (("trace_conflict", 6000, NUMBER, "", ("dismiss", "supersede")),)
    assert undo(home, done).disposition == "set_aside"
    assert books(home) == before
    again = decide(home, "supersede")
    assert books(home) == after
    back = decide(home, "supersede")  # the first one again: the last word counts
    assert books(home) == before
    assert undo(home, back).disposition == "set_aside"
    assert books(home) == after
    undo(home, again)
    assert books(home) == before


def test_a_remittance_sent_again_after_a_decision_is_known(home: Settings, tmp_path: Path) -> None:
    conflict(home, tmp_path, as_read(PAID), as_read(MORE))
    decide(home, "supersede")
    before = books(home)
    for place, source in enumerate((as_read(PAID), as_read(MORE)), 7):
        assert post(home, tmp_path / f"{place}.835", source, control=place).repeated_remittances == 1
    assert books(home) == before


def test_all_parts_go_with_it(home: Settings, tmp_path: Path) -> None:
    first = as_read(PAID, adjustments=[plb("L6", -100), plb("CS", 700)])
    second = as_read(MORE, DENIED, adjustments=[plb("CS", 500), plb("FB", 100)])
    conflict(home, tmp_path, first, second)
    before = books(home)
    done = decide(home, "supersede")
    after = books(home)
    assert after.balances == AS_MORE | {"cash_clearing": 5400, "suspense_remit": 500, "forward_balance": 100}
    assert [(kind, cents) for kind, cents, *_ in after.waiting] == [
        ("provider_adjustment_unclassified", 500),
        ("trace_conflict", -100),
        ("trace_conflict", 700),
        ("trace_conflict", 6000),
    ]
    booked = decide(home, "book", account="recoup_payer")
    assert books(home).balances["recoup_payer"] == 500
    with pytest.raises(RefusedError, match=f"decision {booked.decision} booked a part"):
        undo(home, done)
    undo(home, booked)
    undo(home, done)
    assert books(home) == before
    booked = decide(home, "book", account="recoup_payer")  # of the first
    with pytest.raises(RefusedError, match=f"decision {booked.decision} booked a part"):
        decide(home, "supersede")
    undo(home, booked)
    decide(home, "supersede")
    assert books(home) == after


def test_denials_and_reversals_follow(home: Settings, tmp_path: Path) -> None:
    """What a later remittance took back of the first waits for its original when another counts, and is back later."""
    conflict(home, tmp_path, as_read(PAID, DENIED), as_read(MORE, OF_OTHER))
    post(home, tmp_path / "r.835", as_read(reversal(PAID), trace="T9"), control=9)
    before = books(home)
    done = decide(home, "supersede", kind="trace_conflict")
    assert books(home).balances == {
        "cash_clearing": 6000, "adj_contractual": 4000, "ar_insurer": 10000, "revenue_charges": -20000,
    }  # fmt: skip
    undo(home, done)
    assert books(home) == before


def test_an_answer_found_by_the_member_is_found_again(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "more.837", our_claim("C9", 5000), control=2)
    line = service(5000, 4000, co("45", 500), pr("2", 500), line_control_number="L1")
    told = payment(line, number="C9", payer_control_number="")
    misread = payment(
        replace(line, adjustments=(co("45", 1000),)), number="MISREAD", payer_control_number="", patient=PERSON
    )
    conflict(home, tmp_path, as_read(told), as_read(misread))
    before = books(home)
    done = decide(home, "supersede")
    after = books(home)
    assert after.balances["adj_contractual"] == 1000
    assert [row.kind for row in waits(home)] == ["trace_conflict"]
    undo(home, done)
    assert books(home) == before
    decide(home, "supersede")
    assert books(home) == after


def test_a_remittance_of_another_sum_may_count_too(home: Settings, tmp_path: Path) -> None:
    other_sum = payment(service(10000, 7000, co("45", 3000), line_control_number="L1"))
    conflict(home, tmp_path, as_read(PAID), as_read(other_sum))
    before = books(home)
    done = decide(home, "supersede")
    assert books(home).balances["cash_clearing"] == 7000
    undo(home, done)
    assert books(home) == before


def test_what_counts_instead_and_does_not_balance_waits_by_itself(home: Settings, tmp_path: Path) -> None:
    conflict(home, tmp_path, as_read(PAID), as_read(MORE, total=6001))
    before = books(home)
    taken = decide(home, "supersede")
    assert taken.disposition == "quarantined"
    quarantined = books(home)
    assert quarantined.balances["suspense_remit"] == -6000
    released = decide(home, "release")
    assert released.disposition == "posted"
    assert books(home).balances == AS_MORE | {"cash_clearing": 6001, "suspense_remit": -1}
    back = decide(home, "supersede")
    assert books(home).balances == AS_PAID
    undo(home, back)
    undo(home, released)
    assert books(home) == quarantined
    undo(home, taken)
    assert books(home) == before


def test_what_does_not_balance_is_released(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(PAID, DENIED, adjustments=[plb("L6", -100), plb("CS", 50)], total=6000))
    before = books(home)
    assert before.balances["suspense_remit"] == -6050
    done = decide(home, "release")
    assert done.disposition == "posted"
    after = books(home)
    assert after.balances == AS_PAID | {"interest_income": -100, "suspense_remit": 100}
    assert [(kind, cents, actions) for kind, cents, _, _, actions in after.waiting] == [
        ("payment_differs", -50, ("book",)),
        ("provider_adjustment_unclassified", 50, ("book",)),
    ]
    booked = decide(home, "book", kind="payment_differs", account="other_income")
    assert books(home).balances["other_income"] == 50
    with pytest.raises(RefusedError, match="booked a part"):
        undo(home, done)
    undo(home, booked)
    undo(home, done)
    assert books(home) == before
    booked = decide(home, "book", kind="unbalanced_transaction", account="other_income")
    with pytest.raises(RefusedError, match="booked a part"):
        decide(home, "release")
    undo(home, booked)
    decide(home, "release")
    assert books(home) == after


def test_money_that_names_no_claim_is_released(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(total=500))
    before = books(home)
    done = decide(home, "release")
    assert books(home).balances == OWED | {"ar_insurer": 20000, "cash_clearing": 500, "suspense_remit": -500}
    assert [row.kind for row in waits(home)] == ["payment_differs"]
    undo(home, done)
    assert books(home) == before


def test_what_could_not_be_read_goes_on_waiting(home: Settings, tmp_path: Path) -> None:
    path = remit_file(tmp_path / "a.835", as_read(PAID, OF_OTHER))
    path.write_bytes(path.read_bytes().replace(f"CLP*{OTHER}*1*100*60".encode(), f"CLP*{OTHER}*1*100*6O".encode()))
    take_in(home, path)
    before = books(home)
    assert {row.kind for row in waits(home)} == {"unbalanced_transaction", "unreadable_claim"}
    for kind in ("unbalanced_transaction", "unreadable_claim"):
        done = decide(home, "release", kind=kind)
        assert books(home).balances == AS_PAID | {"cash_clearing": 12000, "suspense_remit": -6000}
        assert {row.kind for row in waits(home)} == {"payment_differs", "unreadable_claim"}
        undo(home, done)
        assert books(home) == before


def test_what_could_not_be_read_of_a_conflicting_one_is_in_no_books_until_it_counts(
    home: Settings, tmp_path: Path
) -> None:
    conflict(home, tmp_path, as_read(PAID))
    path = remit_file(tmp_path / "b.835", as_read(MORE, OF_OTHER), control=2)
    path.write_bytes(path.read_bytes().replace(b"HC:99213*100*60**1", b"HC:99213*1oo*60**1"))
    take_in(home, path)
    before = books(home)
    assert before.balances == AS_PAID
    assert {row.actions for row in waits(home)} == {("dismiss", "supersede")}
    dismissed = decide(home, "dismiss", kind="unreadable_claim")
    books(home)
    done = decide(home, "supersede", kind="unreadable_claim")
    assert books(home).balances == OWED | {"ar_insurer": 20000, "cash_clearing": 12000, "suspense_remit": -12000}
    assert {row.kind for row in waits(home)} == {"unreadable_claim", "trace_conflict"}
    undo(home, done)
    undo(home, dismissed)
    assert books(home) == before


@pytest.mark.parametrize("order", list(permutations(range(4)))[1::4], ids=lambda order: "".join(map(str, order)))
def test_files_in_any_order_and_a_decision_make_the_same_books(
    home: Settings, tmp_path: Path, order: tuple[int, ...]
) -> None:
    """The one that is said to count is short of a dollar, and released; another file takes its answer back."""
    told = [as_read(PAID, DENIED), as_read(MORE, adjustments=[plb("CS", 500)], total=5400), as_read(OF_OTHER)]
    files = [remit_file(tmp_path / f"{n}.835", each, control=n) for n, each in enumerate(told, 1)]
    files.append(remit_file(tmp_path / "back.835", as_read(reversal(MORE), trace="T9"), control=9))
    usual = Settings(home=tmp_path / "usual", today=home.today)
    send(usual, tmp_path / "again.837", our_claim(NUMBER, 10000), our_claim(OTHER, 10000))
    for settings, turn in ((usual, range(4)), (home, order)):
        for place in turn:
            take_in(settings, files[place])
        for row in waits(settings, "trace_conflict"):
            if row.amount_cents == 500:
                exceptions.resolve(settings, row.item, "supersede", **BY)
        decide(settings, "release")
    assert books(home) == books(usual)
    assert books(home).balances["suspense_remit"] == 600


def test_the_command_line_decides_about_the_whole(tmp_path: Path) -> None:
    home = Settings(home=tmp_path)
    conflict(home, tmp_path, as_read(PAID), as_read(MORE, total=6001))
    for action, became in (("supersede", "quarantined"), ("release", "posted")):
        item = next(str(row.item) for row in waits(home) if action in row.actions)
        said = ["--by", "pat", "--reason", "the payer said so", "--home", str(tmp_path), "--json"]
        done = CliRunner().invoke(app, ["exceptions", "resolve", item, action, *said])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["disposition"] == became


# Money at the bank.


def ach(*answers: ClaimPayment, **changes: Any) -> RemittanceAsRead:
    head = {"method": "ACH", "paid_on": DAY, "originator": COMPANY, "trace": "T1"}
    return as_read(*answers, **(head | changes))


def pairs(home: Settings) -> dict[int, tuple[tuple[int, ...], str]]:
    shown = view(home)
    return {each.deposit: (each.remittances, each.rule) for each in shown.deposits}


def at_bank(cents: dict[str, int]) -> dict[str, int]:
    """The same balances when the money has come."""
    return {{"cash_clearing": "cash_bank"}.get(account, account): each for account, each in cents.items()}


def test_a_deposit_goes_over_to_what_counts(home: Settings, tmp_path: Path) -> None:
    conflict(home, tmp_path, ach(PAID), ach(MORE))
    take(home, tmp_path, nacha(Money(6000, "T1")))
    before = books(home)
    assert pairs(home) == {1: ((1,), "trace")}
    done = decide(home, "supersede")
    assert pairs(home) == {1: ((2,), "trace")}
    assert books(home).balances == at_bank(AS_MORE)
    undo(home, done)
    assert pairs(home) == {1: ((1,), "trace")}
    assert books(home).balances == before.balances


def test_a_deposit_of_another_sum_waits(home: Settings, tmp_path: Path) -> None:
    other_sum = payment(service(10000, 7000, co("45", 3000), line_control_number="L1"))
    conflict(home, tmp_path, ach(PAID), ach(other_sum))
    take(home, tmp_path, nacha(Money(6000, "T1")))
    done = decide(home, "supersede")
    assert pairs(home) == {1: ((), "")}
    assert books(home).balances["cash_clearing"] == 7000
    undo(home, done)
    assert pairs(home) == {1: ((1,), "trace")}


def test_a_persons_match_goes_over_or_stands_in_the_way(home: Settings, tmp_path: Path) -> None:
    other_sum = payment(service(10000, 7000, co("45", 3000), line_control_number="L1"))
    conflict(home, tmp_path, ach(PAID), ach(MORE), ach(other_sum))
    take(home, tmp_path, nacha(Money(6000, "BANK")))
    deposits.match(
        home, 1, [1], person="Kim", reason="seen at the bank", at=datetime(2026, 3, 1), known_on=date(2026, 3, 1)
    )
    before = books(home)
    (dearer,) = [row.item for row in waits(home) if row.amount_cents == 7000]
    with pytest.raises(RefusedError, match="deposits unmatch 1"):
        exceptions.resolve(home, dearer, "supersede", **BY)
    assert books(home) == before
    (same,) = [row.item for row in waits(home) if row.amount_cents == 6000]
    done = exceptions.resolve(home, same, "supersede", **BY)
    assert pairs(home) == {1: ((2,), "person")}
    books(home)
    said = rows(home, sa.select(schema.deposit_match.c.person, schema.deposit_match.c.reason))
    assert said == [("Kim", "seen at the bank")] * 2
    undo(home, done)
    assert pairs(home) == {1: ((1,), "person")}
    assert books(home).balances == before.balances


def test_a_deposit_is_matched_with_what_was_released(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", ach(PAID, total=6001))
    take(home, tmp_path, nacha(Money(6001, "T1")))
    assert pairs(home) == {1: ((), "")}
    done = decide(home, "release")
    assert pairs(home) == {1: ((1,), "trace")}
    assert books(home).balances == at_bank(AS_PAID | {"cash_clearing": 6001}) | {"suspense_remit": -1}
    undo(home, done)
    assert pairs(home) == {1: ((), "")}
    books(home)


def test_closed_periods_stay_as_they_are(home: Settings, tmp_path: Path) -> None:
    conflict(home, tmp_path, as_read(PAID), as_read(MORE))
    close_period(home, date(2026, 2, 28), person="Pat", today=date(2026, 3, 1), at=datetime(2026, 3, 1))
    done = decide(home, "supersede")
    books(home)
    undo(home, done)
    books(home)
