"""Files that come again, broken off, unbalanced, out of order or on strange days are refused, parked, or no matter."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from denialml.claims import replace
from denialml.ledger import RemittanceAsRead
from denialml.service import clock, exceptions
from denialml.service.posting import PostedFile, post_files
from denialml.settings import Settings
from denialml.store import schema
from fault_story import (
    SECOND,
    State,
    claim,
    claims,
    importing,
    of_second,
    paid,
    remit,
    rows,
    state,
    story,
    tell,
    to_second,
)
from posting_cases import as_read, co, payment, plb, pr, remit_file, reversal, service
from store_reading import looking


def post_one(settings: Settings, path: Path) -> PostedFile:
    (file,) = post_files(settings, [path]).files
    return file


def two_remittances(path: Path) -> Path:
    """A file with two transactions, a provider adjustment in each."""
    sources = [
        as_read(paid("C1"), paid("LOST"), adjustments=[plb("L6", -25)], trace="T1"),
        as_read(paid("C2"), adjustments=[plb("CS", 10)], trace="T2"),
    ]
    return remit_file(path, *sources)


# The same again.


def test_a_renamed_file_is_posted_already(home: Settings, tmp_path: Path) -> None:
    importing(claims(tmp_path / "sent.837", 5, claim("C1"), claim("C2")))(home)
    path = two_remittances(tmp_path / "a.835")
    post_one(home, path)
    before = rows(home)
    again = post_one(home, path.rename(tmp_path / "copy of a (1).txt"))
    assert (again.repeated, again.repeated_remittances, again.repeated_cents) == (True, 2, 18_000)
    assert rows(home) == before


def test_a_file_under_a_new_interchange_number_brings_no_new_payment(home: Settings, tmp_path: Path) -> None:
    importing(claims(tmp_path / "sent.837", 5, claim("C1"), claim("C2")))(home)
    path = two_remittances(tmp_path / "a.835")
    post_one(home, path)
    before = state(home)
    for number in (b"000000002", b"000000777"):
        path.write_bytes(path.read_bytes().replace(b"000000001", number))
        again = post_one(home, path)
        assert (again.repeated, again.repeated_remittances, again.repeated_cents) == (False, 2, 18_000)
        assert state(home) == before
        path.write_bytes(path.read_bytes().replace(number, b"000000001"))


# Broken off.


def test_a_file_that_breaks_off_is_refused_whole(home: Settings, tmp_path: Path) -> None:
    """At every end of a segment, also between two transactions, and at bytes in between; then it posts when whole."""
    importing(claims(tmp_path / "sent.837", 5, claim("C1"), claim("C2")))(home)
    whole = two_remittances(tmp_path / "a.835").read_bytes()
    end = whole.rindex(b"IEA")
    cuts = {at + 1 for at, byte in enumerate(whole[:end]) if byte == ord("~")}
    assert len(cuts) > 30
    cuts |= set(random.Random(20260630).sample(range(1, end), 80))
    paths = []
    for at in sorted(cuts):
        paths.append(tmp_path / f"cut{at:05d}.835")
        paths[-1].write_bytes(whole[:at])
    before = rows(home)
    report = post_files(home, paths)
    assert all(file.error for file in report.files)
    assert sum("breaks off" in file.error for file in report.files) > 100
    assert rows(home) == before
    (tmp_path / "b.835").write_bytes(whole)
    posted = post_one(home, tmp_path / "b.835")
    assert (posted.remittances, posted.posted_claims, posted.parked_claims) == (2, 2, 1)


# Out of balance by a cent.


def out_of_balance(level: str) -> RemittanceAsRead:
    """An answer to C1 beside a good one to C2, a cent out at a line, the claim, or the whole payment."""
    good, bad = paid("C2"), paid("C1")
    if level == "line":
        bad = payment(service(10000, 6000, co("45", 3001), pr("2", 1000), line_control_number="L1"), number="C1")
    if level == "claim":
        bad = replace(bad, paid_cents=6001)
    return as_read(bad, good, trace="T1", total=12001 if level == "transaction" else None)


@pytest.mark.parametrize(
    ("level", "kind", "parked_cents", "posted_cents"),
    [
        ("line", "unbalanced_line", 6000, 6000),
        ("claim", "unbalanced_claim", 6001, 6000),
        ("transaction", "unbalanced_transaction", 12000, 0),
    ],
)
def test_a_cent_out_of_balance_is_parked_with_its_money(
    level: str, kind: str, parked_cents: int, posted_cents: int, home: Settings, tmp_path: Path
) -> None:
    importing(claims(tmp_path / "sent.837", 5, claim("C1"), claim("C2")))(home)
    posted = post_one(home, remit_file(tmp_path / "a.835", out_of_balance(level)))
    assert (posted.parked_cents, posted.posted_cents) == (parked_cents, posted_cents)
    rows = exceptions.list_exceptions(home).rows
    assert {row.kind for row in rows} == {kind}
    assert sum(row.amount_cents for row in rows) == parked_cents
    found = state(home)
    assert found.balances["suspense_remit"] == -parked_cents
    assert found.balances["ar_insurer"] == (10_000 if posted_cents else 20_000)
    assert found.balances["cash_clearing"] == parked_cents + posted_cents


# Out of order.


def test_a_reversal_before_its_original_waits_and_is_freed(home: Settings, tmp_path: Path) -> None:
    importing(claims(tmp_path / "sent.837", 5, claim("C1")))(home)
    sent = state(home).balances
    early = post_one(home, remit(tmp_path / "reversal.835", 9, reversal(paid("C1"))))
    assert early.parked_kinds == (("reversal_without_original", 1),)
    assert early.parked_cents == -6000
    late = post_one(home, remit(tmp_path / "original.835", 2, paid("C1")))
    assert (late.posted_claims, late.freed_claims) == (1, 1)
    assert state(home).balances == sent
    assert exceptions.list_exceptions(home).total == 0


def test_nothing_is_corrected_before_it_is_known(home: Settings, tmp_path: Path) -> None:
    """The original is posted after its reversal, and came before it: what waited is not taken back before it waited."""
    importing(claims(tmp_path / "sent.837", 5, claim("C1")))(home)
    turned = ((remit(tmp_path / "b.835", 5, reversal(paid("C1"))), 20), (remit(tmp_path / "a.835", 2, paid("C1")), 3))
    for path, day in turned:
        assert not post_files(home, [path], received_on=date(2026, 3, day)).unreadable_files
    booked, mirrored = schema.ledger_transaction, schema.ledger_transaction.alias()
    both = sa.select(booked.c.known_on, mirrored.c.known_on).join(mirrored, mirrored.c.id == booked.c.reverses_id)
    pairs = looking(home, lambda it: [tuple(row) for row in it.execute(both.where(booked.c.kind == "correction"))])
    assert pairs == [(date(2026, 3, 20), date(2026, 3, 20))]


def test_a_second_payer_before_the_first_waits_and_is_freed(home: Settings, tmp_path: Path) -> None:
    importing(claims(tmp_path / "sent.837", 5, claim("C1")))(home)
    importing(claims(tmp_path / "second.837", 6, to_second("C1")))(home)
    early = post_one(home, remit(tmp_path / "second.835", 9, of_second("C1"), payer=SECOND))
    assert early.parked_kinds == (("secondary_before_primary", 1),)
    late = post_one(home, remit(tmp_path / "first.835", 2, paid("C1")))
    assert (late.posted_claims, late.freed_claims) == (1, 1)
    assert state(home).balances == {
        "cash_clearing": 6800,
        "adj_contractual": 3000,
        "ar_patient": 200,
        "revenue_charges": -10_000,
    }


# Strange days.


@pytest.mark.parametrize("leap", [timedelta(days=-400), timedelta(days=400)])
def test_the_clock_of_the_machine_changes_nothing(
    leap: timedelta, home: Settings, tmp_path: Path, told: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It jumps whenever it is asked. Only the audit trail bears its time; the chain stays whole.

    What day it is, nobody asks it: files name their days, and what a person books is booked on the desk's day.
    """
    moment = datetime(2126, 6, 1, tzinfo=UTC)

    def now() -> datetime:
        nonlocal moment
        moment += leap
        return moment

    def day(settings: Settings) -> date:
        assert settings.today is not None
        return settings.today

    monkeypatch.setattr(clock, "now", now)
    monkeypatch.setattr(clock, "today", day)
    assert tell(home, story(tmp_path / "files")) == told


def test_days_of_receipt_may_go_backward_between_files(home: Settings, tmp_path: Path) -> None:
    """A file is posted on the day that is said of it; that a later one came first changes nothing of what stands."""
    files = [
        (
            remit(
                tmp_path / "a.835", 1, paid("C1"), payment(service(10000, 0, co("50", 10000)), number="C2", status="4")
            ),
            1,
        ),
        (remit(tmp_path / "b.835", 2, reversal(paid("C1")), paid("C1", 7000)), 20),
        (remit(tmp_path / "c.835", 3, paid("C3"), paid("LOST")), 9),
    ]
    ends = []
    for turn, order in enumerate((files, files[::-1])):
        each = home if not turn else Settings(home=tmp_path / "turned")
        importing(claims(tmp_path / f"sent{turn}.837", 5, *(claim(f"C{n}") for n in range(1, 4))))(each)
        for path, day in order:
            assert not post_files(each, [path], received_on=date(2026, 3, day)).unreadable_files
        ends.append(state(each))
    assert ends[0] == ends[1]
