"""Laws of patients' money: conserved, never below zero, and the same sum owed whatever came first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from denialml.ledger import Account
from denialml.ledger.patients import (
    Hold,
    Move,
    Plan,
    Share,
    ageing,
    balance,
    due_under_plan,
    instalments,
    settle,
    transfers,
)

EXAMPLES = settings(max_examples=200, deadline=None, derandomize=True, database=None)
FIRST = date(2026, 1, 1)

cents = st.integers(0, 5000)


@st.composite
def accounts(draw: st.DrawFn, lowest: int = -3000) -> list[Share]:
    """Shares of up to four claims; what was applied and what is owed may be anything that the books can come to."""
    found = []
    for claim in range(1, draw(st.integers(1, 4)) + 1):
        hold = draw(st.sampled_from([None, None, None, *Hold]))
        for line in draw(st.sampled_from([(1,), (1, 2), (None, 1)])):
            day = FIRST + timedelta(days=draw(st.integers(0, 60)))
            owed, applied = draw(st.integers(lowest, 5000)), draw(cents)
            found.append(Share(claim, line and 10 * claim + line, day, day, owed, applied, hold))
    return found


def after(shares: Sequence[Share], credit: int, moves: Sequence[Move]) -> tuple[list[Share], int]:
    """The account once moves are booked."""
    moved = {(move.claim_id, move.line_id): move.cents for move in moves}
    new = [
        replace(
            share,
            owed_cents=share.owed_cents - moved.get((share.claim_id, share.line_id), 0),
            applied_cents=share.applied_cents + moved.get((share.claim_id, share.line_id), 0),
        )
        for share in shares
    ]
    return new, credit - sum(moved.values())


@EXAMPLES
@given(accounts(), cents)
def test_settling_conserves_what_is_owed_and_is_done_once(shares: list[Share], credit: int) -> None:
    settled, left = after(shares, credit, settle(shares, credit))
    assert balance(settled, left).due_cents == balance(shares, credit).due_cents
    assert sum(each.owed_cents for each in settled) - left == sum(each.owed_cents for each in shares) - credit
    assert settle(settled, left) == ()


@EXAMPLES
@given(accounts(lowest=0), cents)
def test_nothing_goes_below_zero(shares: list[Share], credit: int) -> None:
    settled, left = after(shares, credit, settle(shares, credit))
    assert left >= 0
    assert all(each.owed_cents >= 0 and each.applied_cents >= 0 for each in settled)
    free = [each for each in settled if each.hold is None]
    assert left == 0 or all(each.owed_cents == 0 for each in free)
    assert not any(each.applied_cents for each in settled if each.hold is Hold.PROTECTED)


@EXAMPLES
@given(accounts(lowest=0), cents)
def test_an_undone_payment_is_taken_back_from_shares(shares: list[Share], missing: int) -> None:
    assume(missing <= sum(each.applied_cents for each in shares))
    settled, left = after(shares, -missing, settle(shares, -missing))
    assert left >= 0
    assert all(each.applied_cents >= 0 for each in settled)


@EXAMPLES
@given(st.lists(st.tuples(st.sampled_from(["share", "pay", "back"]), st.integers(1, 3), cents), max_size=12), st.data())
def test_the_order_of_payments_and_remittances_does_not_count(
    events: list[tuple[str, int, int]], data: st.DataObject
) -> None:
    assert played(events) == played(data.draw(st.permutations(events)))


def played(events: Sequence[tuple[str, int, int]]) -> int:
    """What is owed after events in that order, each followed by settling. ``back`` takes a share back as a payer."""
    shares = [Share(claim, claim * 10, FIRST + timedelta(days=claim), FIRST, 0) for claim in (1, 2, 3)]
    credit = 0
    for kind, claim, amount in events:
        if kind == "pay":
            credit += amount
        else:
            change = amount if kind == "share" else -amount
            shares = [
                replace(each, owed_cents=each.owed_cents + change) if each.claim_id == claim else each
                for each in shares
            ]
        shares, credit = after(shares, credit, settle(shares, credit))
        assert credit >= 0
    return sum(each.owed_cents for each in shares) - credit


@EXAMPLES
@given(accounts(), cents)
def test_transfers_balance_and_move_what_was_said(shares: list[Share], credit: int) -> None:
    moves = settle(shares, credit)
    booked = transfers("event", moves, FIRST)
    assert len({each.key for each in booked}) == len(booked)
    totals = dict.fromkeys((Account.PATIENT_CREDIT, Account.AR_PATIENT), 0)
    for each in booked:
        for entry in each.entries:
            totals[entry.account] += entry.amount_cents
    used = sum(move.cents for move in moves)
    assert (totals[Account.PATIENT_CREDIT], totals[Account.AR_PATIENT]) == (used, -used)


@EXAMPLES
@given(
    st.integers(1, 50_000), st.integers(500, 20_000), st.integers(1, 31), st.integers(0, 400), st.integers(0, 60_000)
)
def test_a_plan_adds_up_and_is_paid_in_order(total: int, monthly: int, day: int, start: int, paid: int) -> None:
    parts = instalments(Plan(total, monthly, day, FIRST + timedelta(days=start)), paid)
    assert sum(part.amount_cents for part in parts) == total
    assert sum(part.paid_cents for part in parts) == min(paid, total)
    assert all(earlier.due_on < later.due_on for earlier, later in pairwise(parts))
    assert all(part.due_on >= FIRST + timedelta(days=start) for part in parts)
    assert all(not (a.open_cents and b.paid_cents) for a, b in pairwise(parts))
    owed = total - min(paid, total)
    assert due_under_plan(parts, owed, date.max) == owed
    assert due_under_plan(parts, owed + 7, FIRST - timedelta(days=1)) == 7


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 200), cents)))
def test_ages_add_up(shares: list[tuple[int, int]]) -> None:
    dated = [(FIRST - timedelta(days=age), amount) for age, amount in shares]
    assert sum(ageing(dated, FIRST)) == sum(amount for _, amount in shares)
    assert ageing([(FIRST - timedelta(days=30), 1), (FIRST - timedelta(days=31), 2)], FIRST) == (1, 2, 0, 0)
