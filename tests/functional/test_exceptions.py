"""The exceptions queue: each kind is resolved by what it allows, and each decision is taken back without a trace."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from denialml.claims import Adjustment, replace
from denialml.cli import app
from denialml.errors import NotFoundError, RefusedError, UsageError
from denialml.service import exceptions
from denialml.service.posting import post_files
from denialml.settings import Settings
from denialml.store.books import standing_books
from denialml.store.ledger_checks import broken_laws
from posting_cases import NUMBER, as_read, co, our_claim, payment, plb, post, pr, remit_file, reversal, send, service
from store_reading import balances, looking

PAID = payment(service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"))
POSTED = {"cash_clearing": 6000, "adj_contractual": 3000, "ar_patient": 1000, "revenue_charges": -10000}
BY = {"person": "Pat", "reason": "seen on the paper"}


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, database_url=database_url, today=date(2026, 3, 1))
    send(settings, tmp_path / "sent.837", our_claim(NUMBER, 10000), our_claim("0000000002W", 10000))
    return settings


def books(home: Settings) -> tuple[dict[str, str], dict[str, int]]:
    return looking(home, standing_books), balances(home)


def only(home: Settings) -> exceptions.ExceptionRow:
    (row,) = exceptions.list_exceptions(home).rows
    return row


LOST = replace(PAID, control_number="LOST", payer_control_number="")
BORNE = payment(service(10000, 6000, Adjustment("PI", "45", 3000), pr("2", 1000), line_control_number="L1"))
TWICE = payment(service(10000, 10000, line_control_number="L1"))


@pytest.mark.parametrize(
    ("answer", "action", "said", "disposition", "expected"),
    [
        (
            LOST,
            "place",
            {"claim": NUMBER.lower()},
            "posted",
            {**POSTED, "ar_insurer": 10000, "revenue_charges": -20000},
        ),
        (
            LOST,
            "apply",
            {"claim": NUMBER},
            "posted",
            {"cash_clearing": 6000, "ar_insurer": 14000, "revenue_charges": -20000},
        ),
        (
            LOST,
            "return",
            {},
            "returned",
            {"cash_clearing": 6000, "refund_clearing": -6000, "ar_insurer": 20000, "revenue_charges": -20000},
        ),
        (
            BORNE,
            "classify",
            {"bears": {"PI-45": "contractual"}},
            "posted",
            {**POSTED, "ar_insurer": 10000, "revenue_charges": -20000},
        ),
    ],
)
def test_a_decision_posts_it_and_taking_it_back_undoes_that(
    home: Settings,
    tmp_path: Path,
    answer: object,
    action: str,
    said: dict[str, object],
    disposition: str,
    expected: dict[str, int],
) -> None:
    assert post(home, tmp_path / "a.835", as_read(answer)).parked_claims == 1  # type: ignore[arg-type]  # a claim payment
    before = books(home)
    item = only(home)
    assert action in item.actions
    done = exceptions.resolve(home, item.item, action, **BY, **said)  # type: ignore[arg-type]  # drawn by the case
    assert done.disposition == disposition
    assert balances(home) == expected
    assert exceptions.list_exceptions(home).total == 0
    assert exceptions.undo(home, done.decision, person="Pat", reason="was wrong").disposition == "parked"
    assert books(home) == before
    assert exceptions.list_decisions(home) == ()
    with pytest.raises(NotFoundError, match="no decision"):
        exceptions.undo(home, done.decision, person="Pat", reason="again")


def test_an_overpayment_may_be_accepted_as_a_credit(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(PAID))
    post(home, tmp_path / "b.835", as_read(TWICE, trace="T2", paid_on=date(2026, 3, 1)))
    done = exceptions.resolve(home, only(home).item, "accept", **BY)
    assert done.disposition == "posted"
    assert balances(home)["cash_clearing"] == 16000
    assert "ar_insurer" not in balances(home)  # what the other claim owes, less the credit


def test_a_provider_adjustment_is_booked_where_a_person_says(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(PAID, adjustments=[plb("CS", 700)]))
    before = books(home)
    item = only(home)
    assert item.actions == ("book",)
    done = exceptions.resolve(home, item.item, "book", account="recoup_payer", **BY)
    assert balances(home)["recoup_payer"] == 700
    assert balances(home).get("suspense_remit") is None
    exceptions.undo(home, done.decision, person="Pat", reason="was wrong")
    assert books(home)[1] == before[1]
    assert only(home).item == item.item


def test_a_decision_outlives_what_comes_later(home: Settings, tmp_path: Path) -> None:
    """Files that touch the claim settle it anew, and the decision is a fact among them."""
    post(home, tmp_path / "a.835", as_read(BORNE))
    exceptions.resolve(home, only(home).item, "classify", bears={"PI-45": "contractual"}, **BY)
    before = balances(home)
    send(home, tmp_path / "b.837", our_claim("0000000003V", 5000), control=2)
    post(home, tmp_path / "b.835", as_read(payment(service(5000, 5000), number="0000000003V"), trace="T2"))
    post(home, tmp_path / "c.835", as_read(replace(TWICE, paid_cents=0, status="4", services=()), trace="T3", total=0))
    assert balances(home)["adj_contractual"] == before["adj_contractual"] == 3000


def test_decisions_about_one_answer_add_up(home: Settings, tmp_path: Path) -> None:
    """It is placed on a claim of ours, its adjustment is classified, and that it takes too much off is accepted."""
    post(home, tmp_path / "a.835", as_read(PAID))
    lost = replace(BORNE, control_number="LOST", payer_control_number="")
    post(home, tmp_path / "b.835", as_read(lost, trace="T2", paid_on=date(2026, 2, 20)))
    waits = books(home)
    placed = exceptions.resolve(home, only(home).item, "place", claim=NUMBER, **BY)
    assert (placed.disposition, only(home).kind) == ("parked", "unclassified_group")
    borne = exceptions.resolve(home, only(home).item, "classify", bears={"PI-45": "contractual"}, **BY)
    assert (borne.disposition, only(home).kind) == ("parked", "overpayment")
    assert exceptions.resolve(home, only(home).item, "accept", **BY).disposition == "posted"
    twice = {account: 2 * cents for account, cents in POSTED.items() if account != "revenue_charges"}
    assert balances(home) == {**twice, "revenue_charges": -20000}  # the credit, less what the other claim owes
    exceptions.undo(home, borne.decision, person="Pat", reason="was wrong")
    assert only(home).kind == "unclassified_group"
    for decision in reversed(exceptions.list_decisions(home)):
        exceptions.undo(home, decision.decision, person="Pat", reason="was wrong")
    assert books(home) == waits
    assert looking(home, broken_laws) == []


UNEVEN = payment(service(10000, 800, replace(co("23", 9000), group="OA"), pr("2", 100)), status="2")


def test_money_of_a_second_payer_is_applied_to_what_that_payer_owes(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(PAID))
    ours = our_claim(NUMBER, 10000)
    second = replace(ours, coverage=replace(ours.coverage, sequence="S"))
    send(home, tmp_path / "b.837", second, control=2, created=datetime(2026, 2, 9))
    owed = balances(home)
    post(home, tmp_path / "b.835", as_read(UNEVEN, trace="T2"))
    done = exceptions.resolve(home, only(home).item, "apply", claim=NUMBER, **BY)
    left = {**owed, "ar_next_payer": owed["ar_next_payer"] - 800, "cash_clearing": owed["cash_clearing"] + 800}
    assert balances(home) == left
    assert looking(home, broken_laws) == []
    exceptions.undo(home, done.decision, person="Pat", reason="was wrong")
    assert balances(home)["ar_next_payer"] == owed["ar_next_payer"]


def test_applied_money_can_be_taken_back_by_its_payer(home: Settings, tmp_path: Path) -> None:
    before = balances(home)
    post(home, tmp_path / "a.835", as_read(BORNE))
    exceptions.resolve(home, only(home).item, "apply", claim=NUMBER, **BY)
    report = post(home, tmp_path / "b.835", as_read(reversal(BORNE), trace="T2"))
    assert report.parked_items == 0
    assert balances(home) == before


def test_what_pays_nothing_is_applied_without_an_empty_transaction(home: Settings, tmp_path: Path) -> None:
    nothing = payment(service(10000, 0, co("45", 9000)), status="4")
    post(home, tmp_path / "a.835", as_read(nothing))
    exceptions.resolve(home, only(home).item, "apply", claim=NUMBER, **BY)
    assert looking(home, broken_laws) == []


def test_whose_task_it_is(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(LOST))
    exceptions.assign(home, only(home).item, owner="Kim", person="Pat")
    assert only(home).owner == "Kim"
    assert exceptions.list_exceptions(home, owner="Lee").total == 0
    assert exceptions.list_exceptions(home, kind="unmatched_claim", older_than=20).total == 1
    assert only(home).age_days == 27


def test_what_is_refused(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(LOST))
    item = only(home).item
    before = books(home)
    for action, said, error, match in (
        ("accept", {}, RefusedError, "allows"),
        ("dismiss", {}, RefusedError, "not dismiss"),  # it carries money
        ("place", {}, UsageError, "which claim"),
        ("place", {"claim": "NOBODY"}, NotFoundError, "no claim NOBODY"),
        ("place", {"claim": NUMBER, "version": 3}, UsageError, "1 version"),
        ("classify", {}, RefusedError, "allows"),
    ):
        with pytest.raises(error, match=match):
            exceptions.resolve(home, item, action, **BY, **said)  # type: ignore[arg-type]  # cases of several kinds
    with pytest.raises(NotFoundError, match="nothing waits"):
        exceptions.resolve(home, 999, "return", **BY)
    with pytest.raises(UsageError, match="why"):
        exceptions.resolve(home, item, "return", person="Pat", reason=" ")
    assert books(home) == before
    assert exceptions.list_decisions(home) == ()


def test_what_would_still_wait_is_refused_and_nothing_changes(home: Settings, tmp_path: Path) -> None:
    wrong = payment(service(9000, 9000, line_control_number="L1"), number="LOST", payer_control_number="")
    post(home, tmp_path / "a.835", as_read(wrong))
    before = books(home)
    with pytest.raises(RefusedError, match="charge of a service is not our line's"):
        exceptions.resolve(home, only(home).item, "place", claim=NUMBER, **BY)
    assert books(home) == before


def test_a_conflict_of_trace_numbers_is_dismissed(home: Settings, tmp_path: Path) -> None:
    post_files(home, [remit_file(tmp_path / "a.835", as_read(PAID))])
    other = payment(service(10000, 6000, co("45", 2000), pr("2", 2000)))
    post_files(home, [remit_file(tmp_path / "b.835", as_read(other), control=2)])
    item = only(home)
    assert item.actions == ("dismiss", "supersede")
    assert exceptions.resolve(home, item.item, "dismiss", **BY).disposition == "dismissed"
    assert exceptions.list_exceptions(home).total == 0


def test_a_kind_is_asked_for_as_it_is_shown(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "remit.835", as_read(LOST))
    assert exceptions.list_exceptions(home, kind="unmatched claim").total == 1
    assert exceptions.list_exceptions(home, kind="unmatched_claim").total == 1
    assert exceptions.list_exceptions(home, kind="overpayment").total == 0
    with pytest.raises(UsageError, match="the kinds are ambiguous"):
        exceptions.list_exceptions(home, kind="unmatched")


def test_decisions_are_shown_on_a_screen(tmp_path: Path) -> None:
    home = Settings(home=tmp_path, today=date(2026, 3, 1))
    send(home, tmp_path / "sent.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "remit.835", as_read(LOST))
    asked = ["exceptions", "decisions", "--home", str(tmp_path)]
    assert "no decision stands" in CliRunner().invoke(app, asked).stdout
    exceptions.assign(home, only(home).item, owner="kim", person="pat")
    shown = CliRunner().invoke(app, asked)
    assert shown.exit_code == 0, shown.output
    assert "owner kim" in shown.stdout


def test_a_task_says_whose_it_is_and_names_have_bounds(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "a.835", as_read(payment(service(500, 500), number="LOST")))
    done = exceptions.assign(home, only(home).item, owner=" kim ", person="pat")
    assert (done.owner, done.waits.owner, done.waits.kind) == ("kim", "kim", "unmatched_claim")
    assert only(home).owner == "kim"
    with pytest.raises(UsageError, match="whose task it is"):
        exceptions.assign(home, only(home).item, owner="k" * 81, person="pat")
    with pytest.raises(UsageError, match=r"reason of 1 to 2,000"):
        exceptions.undo(home, done.decision, person="pat", reason="x" * 2_001)
