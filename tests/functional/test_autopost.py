"""How much was posted without a person: at once, later by a file that freed it, by a person, or not yet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from denialml.claims import replace
from denialml.service import exceptions
from denialml.service.autopost import AutopostReport, autopost
from denialml.settings import Settings
from posting_cases import NUMBER, RECEIVED, as_read, co, our_claim, payment, post, pr, reversal, send, service

PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))
LATE = "0000000003U"


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    """Four answers: one posted at once, one that waits for its claim, one lost, one only priced; then a reversal."""
    settings = Settings(home=tmp_path, database_url=database_url, today=date(2026, 3, 1))
    send(settings, tmp_path / "sent.837", our_claim(NUMBER, 10000))
    late = replace(PAID, control_number=LATE, payer_control_number="ICN3")
    lost = payment(service(5000, 5000), number="LOST", payer_control_number="")
    priced = payment(service(10000, 0, line_control_number="L1"), status="25")
    priced = replace(priced, services=(replace(priced.services[0], adjustments=(co("45", 10000),)),))
    post(settings, tmp_path / "a.835", as_read(PAID, late, lost, priced))
    post(settings, tmp_path / "b.835", as_read(reversal(PAID), trace="T2"), control=2)
    return settings


def _total(report: AutopostReport) -> tuple[int, int, int, int, int]:
    total = report.total
    return (total.claim_payments, total.at_once, total.later, total.by_person, total.waiting)


def test_what_waits_is_told_by_its_kind(home: Settings) -> None:
    report = autopost(home)
    assert _total(report) == (4, 2, 0, 0, 2)
    assert report.total.hands_free_share == pytest.approx(2 / 4)
    assert (report.total.paid_cents, report.total.hands_free_cents) == (23000, 12000)
    assert [(held.kind, held.claim_payments, held.waiting) for held in report.kinds] == [("unmatched_claim", 2, 2)]
    assert [row.group for row in report.payers] == ["PRAIRIE HEALTH"]
    assert [(row.group, row.claim_payments) for row in report.months] == [("2026-02", 4)]


def test_what_a_later_file_frees_needed_no_person(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "late.837", our_claim(LATE, 10000), control=2)
    report = autopost(home)
    assert _total(report) == (4, 2, 1, 0, 1)
    (held,) = report.kinds
    assert (held.freed_later, held.by_person, held.waiting) == (1, 0, 1)
    assert report.total.hands_free_dollars_share == pytest.approx(18000 / 23000)


def test_what_a_person_decided_is_not_hands_free_until_it_is_taken_back(home: Settings) -> None:
    (item,) = [row.item for row in exceptions.list_exceptions(home).rows if row.amount_cents == 5000]
    exceptions.assign(home, item, owner="Alex", person="Pat")
    assert _total(autopost(home)) == (4, 2, 0, 0, 2)
    done = exceptions.resolve(home, item, "return", person="Pat", reason="not ours")
    assert _total(autopost(home)) == (4, 2, 0, 1, 1)
    exceptions.undo(home, done.decision, person="Pat", reason="it is ours")
    assert _total(autopost(home)) == (4, 2, 0, 0, 2)


def test_what_a_person_books_of_a_quarantined_remittance_no_longer_waits(home: Settings, tmp_path: Path) -> None:
    off = as_read(payment(service(7000, 7000), number="C9", payer_control_number="ICN9"), total=6900, trace="T9")
    post(home, tmp_path / "c.835", off, control=3)
    assert _total(autopost(home)) == (5, 2, 0, 0, 3)
    (item,) = [row.item for row in exceptions.list_exceptions(home).rows if row.kind == "unbalanced_transaction"]
    exceptions.resolve(home, item, "book", person="Pat", reason="told", account="other_income")
    assert _total(autopost(home)) == (5, 2, 0, 1, 2)


def test_days_bound_what_came(home: Settings) -> None:
    day = RECEIVED.date()
    assert autopost(home, since=day, until=day).total.claim_payments == 4
    assert autopost(home, until=date(2026, 2, 1)).total.claim_payments == 0
    nothing = autopost(home, since=date(2026, 2, 3)).total
    assert (nothing.claim_payments, nothing.hands_free_share, nothing.hands_free_dollars_share) == (0, 0.0, 0.0)
