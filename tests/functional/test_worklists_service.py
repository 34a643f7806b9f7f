"""The queues, the claim page and decisions over a small practice, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import small_practice
from denialml.errors import NotFoundError, UsageError
from denialml.ledger import Account
from denialml.service.worklists import (
    Decision,
    QueueFilters,
    Sort,
    Status,
    claim_page,
    denials_queue,
    record_decision,
    record_view,
    risk_page,
    risk_queue,
)
from denialml.settings import Settings
from denialml.store import Store, open_store, schema

TODAY = small_practice.TODAY
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
ALL = QueueFilters(status=None)


@pytest.fixture
def practice(database_url: str, tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, database_url=database_url, today=TODAY)
    small_practice.build(settings)
    return settings


@pytest.fixture
def opened(practice: Settings) -> Iterator[Store]:
    store = open_store(practice.url)
    yield store
    store.close()


def numbers(settings: Settings, filters: QueueFilters = ALL) -> list[str]:
    return [row.control_number for row in risk_queue(settings, filters=filters).rows]


def test_unsent_claims_come_by_value_of_an_hour_with_their_main_reason(practice: Settings) -> None:
    queue = risk_queue(practice)
    assert [row.control_number for row in queue.rows] == [
        small_practice.RISKY,
        small_practice.MIDDLING,
        small_practice.SAFE,
    ]
    first = queue.rows[0]
    assert (first.group, first.edit) == ("Prior authorization and referral", "Enter the authorization number.")
    assert first.reasons == ("No authorization is on the claim.", "Denied 12% of 40 such lines in 90 days.")
    assert queue.at_risk_cents == sum(row.at_risk_cents for row in queue.rows)
    assert queue.model == "denial-risk version 3"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (QueueFilters(payer="Summit Mutual"), {small_practice.SAFE}),
        (QueueFilters(procedure="70553"), {small_practice.RISKY}),
        (QueueFilters(provider="1999999999"), set()),
        (QueueFilters(group="How this payer treats our claims"), {small_practice.SAFE}),
        (QueueFilters(minimum_probability=0.3), {small_practice.RISKY, small_practice.MIDDLING}),
        (QueueFilters(minimum_cents=40_000), {small_practice.RISKY}),
        (QueueFilters(text=small_practice.SAFE[-2:].lower()), {small_practice.SAFE}),
        (QueueFilters(status=Status.DONE), set()),
    ],
)
def test_each_filter_keeps_what_fits(practice: Settings, filters: QueueFilters, found: set[str]) -> None:
    assert set(numbers(practice, filters)) == found


def test_totals_are_of_all_that_fits_and_not_only_of_what_is_shown(practice: Settings) -> None:
    top = risk_queue(practice, top=1)
    assert len(top.rows) == 1
    assert (top.total, top.at_risk_cents) == (3, risk_queue(practice).at_risk_cents)


@pytest.mark.parametrize(
    "filters",
    [QueueFilters(page=0), QueueFilters(minimum_probability=1.5), QueueFilters(minimum_cents=-1)],
)
def test_filters_that_make_no_sense_are_refused(practice: Settings, filters: QueueFilters) -> None:
    with pytest.raises(UsageError):
        risk_queue(practice, filters=filters)
    with pytest.raises(UsageError):
        denials_queue(practice, today=TODAY, filters=filters)
    with pytest.raises(UsageError):
        risk_queue(practice, top=0)


def test_the_filters_offer_every_value_there_is(practice: Settings) -> None:
    choices = risk_page(practice).choices
    assert choices.payers == ("Harbor Health Plan", "Summit Mutual")
    assert choices.procedures == ("70553", "99213", "99214")
    assert choices.providers == ("1234567893",)


def test_a_claim_that_was_sent_or_replaced_leaves_the_queue(practice: Settings, opened: Store) -> None:
    with opened.unit() as unit:
        claims = schema.claim
        safe = unit.connection.execute(
            select(claims.c.id).where(claims.c.control_number == small_practice.SAFE)
        ).scalar_one()
        row = {"id": unit.allocate("submission", 1), "claim_id": safe, "sent_on": TODAY, "known_on": TODAY}
        unit.insert(schema.submission, [row])
        old = (
            unit.connection.execute(select(claims).where(claims.c.control_number == small_practice.MIDDLING))
            .mappings()
            .one()
        )
        newer = {**old, "id": unit.allocate("claim", 1), "version_key": "newer"}
        unit.insert(claims, [newer])
    assert numbers(practice) == [small_practice.RISKY]
    assert "denialml score" in risk_queue(practice).advice  # the newer version has no score yet


def test_the_value_of_a_denial_stands_on_history_and_not_on_the_charge(practice: Settings) -> None:
    queue = denials_queue(practice, today=TODAY)
    (row,) = queue.rows
    assert row.control_number == small_practice.UNAUTHORIZED
    assert (row.denied_cents, row.expected_allowed_cents) == (90_000, 54_000)
    assert (row.days_left, row.age_days) == (20, 20)
    assert row.reasons == "CO-197 Precertification or authorization absent"
    assert queue.expected_recovery_cents == row.expected_recovery_cents > 0


def test_an_expired_denial_is_no_work_and_its_route_is_a_write_off(practice: Settings) -> None:
    queue = denials_queue(practice, today=TODAY)
    (row,) = queue.expired
    assert (row.control_number, row.action) == (small_practice.EXPIRED, "Write off, with approval")
    assert (row.days_left, row.expected_recovery_cents, queue.total) == (-10, 0, 1)
    assert queue.expired_cents == row.expected_allowed_cents == 18_000


def test_only_what_was_known_on_the_day_counts(practice: Settings) -> None:
    before = denials_queue(practice, today=date(2026, 6, 9))
    assert (before.total, before.expired_total) == (0, 0)
    on_the_day = denials_queue(practice, today=date(2026, 6, 10))
    assert (on_the_day.total, on_the_day.expired_total) == (2, 0)


def test_a_line_paid_in_the_end_has_no_open_denial(practice: Settings, opened: Store) -> None:
    known = TODAY - timedelta(days=1)
    with opened.unit() as unit:
        lines, claims = schema.service_line, schema.claim
        claim_id, line = unit.connection.execute(
            select(claims.c.id, lines.c.id)
            .join(lines, lines.c.claim_id == claims.c.id)
            .where(claims.c.control_number == small_practice.UNAUTHORIZED)
        ).one()
        transaction = unit.allocate("ledger_transaction", 1)
        unit.insert(
            schema.ledger_transaction,
            [
                {
                    "id": transaction,
                    "key": "paid",
                    "kind": "payment",
                    "happened_on": known,
                    "known_on": known,
                    "claim_id": claim_id,
                }
            ],
        )
        entries = [(Account.CASH_CLEARING, 90_000), (Account.AR_INSURER, -90_000)]
        unit.insert(
            schema.ledger_entry,
            [
                {
                    "transaction_id": transaction,
                    "ordinal": place,
                    "account": account.value,
                    "line_id": line,
                    "amount_cents": cents,
                }
                for place, (account, cents) in enumerate(entries)
            ],
        )
    assert denials_queue(practice, today=TODAY).total == 0
    assert denials_queue(practice, today=known - timedelta(days=1)).total == 1
    page = claim_page(practice, small_practice.UNAUTHORIZED)
    assert [case.is_open for case in page.cases] == [False]
    assert page.work == ()


def test_the_claim_page_holds_the_whole_story_of_a_denied_claim(practice: Settings) -> None:
    page = claim_page(practice, f" {small_practice.EXPIRED.lower()} ")
    assert page.status == "Denial open"
    assert [line.diagnoses for line in page.lines] == ["M54.16"]
    assert page.lines[0].owed_cents == 30_000
    assert page.segments[0].startswith("CLM*")
    (remit,) = page.remits
    assert (remit.status, remit.adjustments[0].code) == ("Denied", "CO-16")
    assert "Claim lacks data" in remit.adjustments[0].meaning
    assert [(b.account, b.amount_cents) for b in page.balances] == [("Owed by the payer", 30_000), ("Charges", -30_000)]
    assert page.parked[0].kind == "charge_differs"
    assert (page.cases[0].correct_days_left, page.cases[0].status) == (-10, "To do")
    assert page.work[0].action == "Write off, with approval"


def test_the_claim_page_of_an_unsent_claim_explains_each_line(practice: Settings) -> None:
    page = claim_page(practice, small_practice.RISKY)
    assert page.status == "Not sent: to do"
    assert page.prediction is not None
    assert page.prediction.steps == ()
    (line,) = page.line_predictions
    assert [step.label for step in line.steps][1] == "Prior authorization and referral"
    assert line.steps[-1].probability == pytest.approx(line.probability, abs=0.001)


def test_a_correction_beside_an_appeal_on_one_claim_is_warned_of(practice: Settings, opened: Store) -> None:
    assert claim_page(practice, small_practice.UNAUTHORIZED).caution == ""
    with opened.unit() as unit:
        case = schema.denial_case
        appealed = unit.connection.execute(select(case).where(case.c.reason == "197")).mappings().one()
        services, lines = schema.service_payment, schema.service_line
        service = (
            unit.connection.execute(select(services).where(services.c.id == appealed["service_payment_id"]))
            .mappings()
            .one()
        )
        line = unit.connection.execute(select(lines).where(lines.c.id == appealed["line_id"])).mappings().one()
        second_line = {**line, "id": unit.allocate("service_line", 1), "number": 2}
        unit.insert(lines, [second_line])
        second = {**service, "id": unit.allocate("service_payment", 1), "line_id": second_line["id"], "ordinal": 2}
        unit.insert(services, [second])
        entry = schema.ledger_entry
        owed = (
            unit.connection.execute(
                select(entry).where(entry.c.line_id == line["id"], entry.c.account == Account.AR_INSURER)
            )
            .mappings()
            .one()
        )
        unit.insert(entry, [{**owed, "ordinal": 9, "line_id": second_line["id"]}])
        corrected = {
            "id": unit.allocate("denial_case", 1),
            "line_id": second_line["id"],
            "service_payment_id": second["id"],
            "reason": "16",
            "category": "missing_data",
            "route": "correct_resubmit_7",
        }
        unit.insert(case, [{**appealed, **corrected}])
    page = claim_page(practice, small_practice.UNAUTHORIZED)
    assert {work.lines for work in page.work} == {(1,), (2,)}
    assert "may void the appeal" in page.caution


def test_an_unknown_claim_is_not_found(practice: Settings) -> None:
    with pytest.raises(NotFoundError, match="NOSUCH"):
        claim_page(practice, "nosuch")
    with pytest.raises(NotFoundError):
        record_view(practice, "NOSUCH", person="Ada", at=NOON)
    with pytest.raises(NotFoundError):
        record_decision(practice, "NOSUCH", person="Ada", action=Decision.HELD, at=NOON)


def test_a_decision_about_several_denials_is_one_row_each_and_one_audit_event(
    practice: Settings, opened: Store
) -> None:
    case = claim_page(practice, small_practice.UNAUTHORIZED).cases[0].case_id
    ids = record_decision(
        practice,
        small_practice.UNAUTHORIZED,
        person="Ada",
        action=Decision.APPEAL_SENT,
        note="sent for Marigold Quince",
        at=NOON,
        case_ids=[case, case],
    )
    assert len(ids) == 1
    assert denials_queue(practice, today=TODAY).total == 0
    waiting = denials_queue(practice, today=TODAY, filters=QueueFilters(status=Status.WAITING))
    assert [row.control_number for row in waiting.rows] == [small_practice.UNAUTHORIZED]
    assert opened.verify_audit() == 1
    with opened.reading() as connection:
        detail = connection.execute(select(schema.audit_event.c.detail)).scalar_one()
    assert "Quince" not in detail
    page = claim_page(practice, small_practice.UNAUTHORIZED)
    assert (page.decisions[0].person, page.decisions[0].decision) == ("Ada", "Appeal sent")


def test_a_note_alone_changes_nothing_and_a_release_brings_work_back(practice: Settings) -> None:
    def decide(action: Decision) -> None:
        record_decision(practice, small_practice.RISKY, person="Ada", action=action, at=NOON)

    decide(Decision.HELD)
    decide(Decision.NOTE)
    assert numbers(practice, QueueFilters(status=Status.HELD)) == [small_practice.RISKY]
    assert claim_page(practice, small_practice.RISKY).status == "Not sent: on hold"
    decide(Decision.RELEASED)
    assert small_practice.RISKY in numbers(practice, QueueFilters())


def test_decisions_that_do_not_fit_are_refused(practice: Settings) -> None:
    other = claim_page(practice, small_practice.EXPIRED).cases[0].case_id
    with pytest.raises(NotFoundError, match="no denial case"):
        record_decision(
            practice,
            small_practice.UNAUTHORIZED,
            person="Ada",
            action=Decision.APPEAL_SENT,
            at=NOON,
            case_ids=[other],
        )
    with pytest.raises(UsageError, match="not a decision about a claim"):
        record_decision(practice, small_practice.RISKY, person="Ada", action=Decision.APPEAL_SENT, at=NOON)
    with pytest.raises(UsageError, match="who"):
        record_decision(practice, small_practice.RISKY, person="  ", action=Decision.HELD, at=NOON)
    with pytest.raises(UsageError, match="note"):
        record_decision(practice, small_practice.RISKY, person="Ada", action=Decision.HELD, note="x" * 2001, at=NOON)
    assert claim_page(practice, small_practice.RISKY).decisions == ()


def test_rows_come_in_the_order_asked_for(practice: Settings) -> None:
    by_age = numbers(practice, QueueFilters(sort=Sort.OLDEST))
    assert by_age == [small_practice.MIDDLING, small_practice.RISKY, small_practice.SAFE]
    by_risk = numbers(practice, QueueFilters(sort=Sort.PROBABILITY))
    assert by_risk == [small_practice.RISKY, small_practice.MIDDLING, small_practice.SAFE]


def test_a_home_without_a_database_is_left_without_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "none")
    with pytest.raises(NotFoundError, match="denialml demo"):
        risk_queue(settings)
    assert not settings.home.exists()
