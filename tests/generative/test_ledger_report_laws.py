"""Whatever files come in, and whenever periods are closed: sums are those of the entries, and every law is kept."""

from __future__ import annotations

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from denialml.ledger import CountFrom, GroupBy
from denialml.service.ledger import aging, trial_balance
from denialml.service.ledger_periods import close_period
from denialml.service.ledger_verify import verify
from denialml.settings import Settings
from denialml.store import schema
from file_stories import EXAMPLES, START, file_of, stories
from posting_cases import take_in
from store_reading import rows

TODAY = START + timedelta(days=120)
OPEN = ("ar_insurer", "ar_next_payer", "ar_patient", "patient_credit")


def _balances_by(home: Settings, as_of: date) -> dict[tuple[str, int], int]:
    """Receivables by account and claim as of a day, by looking at every entry: the slow and plain way."""
    t, e, n = schema.ledger_transaction, schema.ledger_entry, schema.service_line
    statement = (
        sa.select(e.c.account, n.c.claim_id, t.c.claim_id.label("of_all"), e.c.amount_cents)
        .join_from(e, t, t.c.id == e.c.transaction_id)
        .outerjoin(n, n.c.id == e.c.line_id)
        .where(t.c.known_on <= as_of, e.c.account.in_(OPEN))
    )
    found: dict[tuple[str, int], int] = {}
    for row in rows(home, statement):
        place = (row.account, row.claim_id or row.of_all or 0)
        found[place] = found.get(place, 0) + row.amount_cents
    return {place: cents for place, cents in found.items() if cents}


@EXAMPLES
@given(story=stories(), data=st.data())
def test_reports_tie_on_every_day_and_no_law_is_broken(story: list[tuple[int, Any, Any]], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = Settings(home=folder / "home", today=TODAY)
        files = [file_of(folder, place, *what) for place, what in enumerate(story)]
        closings = data.draw(st.dictionaries(st.integers(0, len(files) - 1), st.integers(0, 110), max_size=2))
        closed = START - timedelta(1)
        for place, path in enumerate(data.draw(st.permutations(files))):
            take_in(home, path)
            through = START + timedelta(days=closings.get(place, -1))
            if through > closed and place in closings:
                close_period(home, through, person="Pat", today=TODAY, at=datetime(2026, 5, 1))
                closed = through
        assert verify(home, top=9).rows == ()
        for days in (*data.draw(st.lists(st.integers(0, 120), max_size=3)), 120):
            _ties(home, START + timedelta(days=days))


def _ties(home: Settings, as_of: date) -> None:
    by_claim = _balances_by(home, as_of)
    assert trial_balance(home, as_of).difference_cents == 0
    for by in GroupBy:
        report = aging(home, as_of, by=by, counted_from=CountFrom.SENT, top=99)
        assert report.difference_cents == 0
        assert sum(row.credit_cents for row in report.rows) == sum(cents for cents in by_claim.values() if cents < 0)
        assert sum(row.balance_cents for row in report.rows) == sum(by_claim.values())
        assert sum(row.claims for row in report.rows) == len(by_claim)
