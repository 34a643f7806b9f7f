"""Underpayments on both databases: found, opened once, closed by the record or by a person, and reported."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from denialml.claims import ClaimPayment, replace
from denialml.errors import BadInputError, NotFoundError, RefusedError, UsageError
from denialml.service.audit import verify
from denialml.service.variance import (
    CaseState,
    VarianceCase,
    close_variance,
    reopen_variance,
    variance_cases,
    variance_report,
)
from denialml.settings import Settings
from denialml.store import schema
from posting_cases import NUMBER, as_read, co, our_claim, payment, post, pr, reversal, send, service
from store_reading import rows

TODAY = date(2026, 3, 1)
SECOND = "0000000002W"
PAYER = our_claim(NUMBER, 10_000).payer_id
SCHEDULE = "code,cents\n99213,8000\n99214,12000\n"


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    """A home with a contract: $80.00 for 99213 and $120.00 for 99214."""
    settings = Settings(home=tmp_path / "home", database_url=database_url, today=TODAY)
    agree(settings)
    return settings


def agree(home: Settings, schedule: str = SCHEDULE, more: str = "") -> None:
    (home.home / "schedules").mkdir(parents=True, exist_ok=True)
    (home.home / "schedules" / "fees.csv").write_text(schedule, encoding="utf-8")
    pays = f"{{schedule: fees.csv, multiple_procedures: []{more}}}"
    text = f"contracts: {{{PAYER}: [{{effective: 2025-01-01, pays: {pays}}}]}}\n"
    (home.home / "practice.yaml").write_text(text, encoding="utf-8")


def paid(allowed: int, charge: int = 10_000, **changes: Any) -> ClaimPayment:
    """A visit paid in full of what was allowed."""
    return payment(service(charge, allowed, co("45", charge - allowed), line_control_number="L1"), **changes)


def open_ones(home: Settings) -> tuple[VarianceCase, ...]:
    return variance_cases(home)


def test_an_underpayment_is_a_case_once(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000))
    post(home, tmp_path / "a.835", as_read(paid(7_000)))
    (case,) = open_ones(home)
    assert (case.state, case.control_number, case.line, case.procedure) == (CaseState.OPEN, NUMBER, 1, "99213")
    assert (case.expected_cents, case.allowed_cents, case.short_cents) == (8_000, 7_000, 1_000)
    assert (case.opened_on, case.payer) == (TODAY, PAYER)
    assert [(step.words, step.source) for step in case.steps] == [("99213: $80.00 a unit", "fees.csv")]
    assert open_ones(home) == (case,)
    assert len(rows(home, sa.select(schema.variance_case))) == 1


def test_the_patients_share_and_sequestration_do_not_count(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000))
    split = payment(service(10_000, 6_272, co("45", 2_000), co("253", 128), pr("2", 1_600), line_control_number="L1"))
    post(home, tmp_path / "a.835", as_read(split))
    assert open_ones(home) == ()
    report = variance_report(home)
    assert (report.lines, report.equal_lines, report.expected_cents, report.allowed_cents) == (1, 1, 8_000, 8_000)


def test_denied_lines_and_parts_are_denials_not_variances(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000), our_claim(SECOND, 10_000))
    denied = payment(service(10_000, 0, co("50", 10_000), line_control_number="L1"), status="4")
    part = payment(service(10_000, 3_000, co("45", 2_000), co("50", 5_000), line_control_number="L1"), number=SECOND)
    post(home, tmp_path / "a.835", as_read(denied, part))
    assert open_ones(home) == ()
    assert variance_report(home).lines == 0


def test_a_corrected_payment_closes_its_own_case(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000))
    short = paid(7_000)
    post(home, tmp_path / "a.835", as_read(short))
    (case,) = open_ones(home)
    post(home, tmp_path / "b.835", as_read(reversal(short), paid(7_500), trace="T2"), control=2)
    (second,) = open_ones(home)
    assert (second.case, second.short_cents) != (case.case, 1_000)
    assert second.short_cents == 500
    states = {each.case: each.state for each in variance_cases(home, every=True)}
    assert states == {case.case: CaseState.TAKEN_BACK, second.case: CaseState.OPEN}
    post(home, tmp_path / "c.835", as_read(reversal(paid(7_500)), paid(8_000), trace="T3"), control=3)
    assert open_ones(home) == ()


def test_a_contract_put_right_is_another_version(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000))
    post(home, tmp_path / "a.835", as_read(paid(7_000)))
    (case,) = open_ones(home)
    agree(home, "code,cents\n99213,7000\n")
    assert open_ones(home) == ()
    agree(home, "code,cents\n99213,9000\n")
    (other,) = open_ones(home)
    assert (other.short_cents, other.contract != case.contract) == (2_000, True)
    states = [each.state for each in variance_cases(home, every=True)]
    assert sorted(states) == [CaseState.OPEN, CaseState.OUTDATED]


def test_a_person_closes_and_opens_again(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000))
    post(home, tmp_path / "a.835", as_read(paid(7_000)))
    (case,) = open_ones(home)
    close_variance(home, case.case, person="ada", reason="disputed, paid by check")
    assert open_ones(home) == ()
    (closed,) = variance_cases(home, every=True)
    assert (closed.state, closed.person, closed.reason) == (CaseState.CLOSED, "ada", "disputed, paid by check")
    with pytest.raises(RefusedError, match="closed already"):
        close_variance(home, case.case, person="ada", reason="again")
    reopen_variance(home, case.case, person="ben", reason="the check bounced")
    assert [each.case for each in open_ones(home)] == [case.case]
    with pytest.raises(RefusedError, match="open already"):
        reopen_variance(home, case.case, person="ben", reason="again")
    with pytest.raises(NotFoundError):
        close_variance(home, 99, person="ada", reason="none")
    with pytest.raises(UsageError):
        close_variance(home, case.case, person=" ", reason="none")
    verify(home)
    told = rows(
        home,
        sa.select(schema.audit_event.c.person, schema.audit_event.c.action, schema.audit_event.c.object)
        .where(schema.audit_event.c.action.like("variance:%"))
        .order_by(schema.audit_event.c.id),
    )
    assert [row.action for row in told] == ["variance:open", "variance:closed", "variance:reopened"]
    assert [row.person for row in told[1:]] == ["ada", "ben"]
    assert {row.object for row in told[1:]} == {f"variance_case/{case.case}"}


def test_a_past_day_sees_what_was_known_and_opens_nothing(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000))
    short = paid(7_000)
    post(home, tmp_path / "a.835", as_read(short))
    before, on = date(2026, 2, 1), date(2026, 2, 2)  # the remittance came on the second
    assert variance_cases(home, as_of=on) == ()
    assert rows(home, sa.select(schema.variance_case)) == []
    assert (variance_report(home, as_of=before).lines, variance_report(home, as_of=on).under_lines) == (0, 1)


def test_the_report_adds_up_by_payer_and_procedure(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000, 20_000), our_claim(SECOND, 10_000))
    whole = payment(
        service(10_000, 7_000, co("45", 3_000), line_control_number="L1"),
        service(20_000, 13_000, co("45", 7_000), code="99214", line_control_number="L2"),
    )
    post(home, tmp_path / "a.835", as_read(whole, paid(8_050, number=SECOND)))
    report = variance_report(home)
    assert (report.lines, report.under_lines, report.equal_lines, report.over_lines) == (3, 1, 1, 1)
    assert (report.expected_cents, report.allowed_cents) == (28_000, 28_050)
    assert (report.under_cents, report.over_cents, report.untold_lines) == (1_000, 1_000, 0)
    (payer,) = report.payers
    assert (payer.payer, payer.lines, payer.under_share) == (PAYER, 3, pytest.approx(1 / 3))
    assert [(each.procedure, each.under_cents) for each in report.procedures] == [("99213", 1_000), ("99214", 0)]
    assert variance_report(home, payer="ELSE").lines == 0
    told: list[str] = []
    variance_report(home, until=date(2026, 1, 30), progress=told.append)
    assert told == [NUMBER, SECOND]
    assert variance_report(home, since=date(2026, 1, 31)).lines == 0
    assert variance_report(home, since=date(2026, 1, 30), until=date(2026, 1, 30)).lines == 3


def test_what_cannot_be_told_is_counted_with_its_reason(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000))
    post(home, tmp_path / "a.835", as_read(paid(7_000)))
    agree(home, "code,cents\n99999,1\n")
    report = variance_report(home)
    assert (report.lines, report.untold_lines) == (0, 1)
    assert [(each.payer, each.reason, each.lines, each.allowed_cents) for each in report.not_told] == [
        (PAYER, "the contract has no price for the code", 1, 7_000)
    ]
    (home.home / "practice.yaml").unlink()
    assert variance_report(home).not_told[0].reason == "no contract with prices holds on the day of service"


def test_a_schedule_that_is_not_there_is_named(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000))
    (home.home / "schedules" / "fees.csv").unlink()
    with pytest.raises(BadInputError, match=r"fees\.csv is not there: the contract with"):
        variance_report(home)


def test_a_downcoded_visit_is_priced_as_billed(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000, 20_000))
    cheaper = payment(
        service(10_000, 8_000, co("45", 2_000), line_control_number="L1"),
        service(20_000, 8_000, co("45", 12_000), code="99213", line_control_number="L2"),
    )
    downcoded = replace(cheaper.services[1], submitted=replace(cheaper.services[1].procedure, code="99214"))
    post(home, tmp_path / "a.835", as_read(replace(cheaper, services=(cheaper.services[0], downcoded))))
    (case,) = open_ones(home)
    assert (case.line, case.procedure, case.short_cents) == (2, "99214", 4_000)
    assert case.steps[-1].words == "the payer answered under 99213"


def test_the_commands(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "a.837", our_claim(NUMBER, 10_000))
    post(home, tmp_path / "a.835", as_read(paid(7_000)))

    def run(*words: object) -> str:
        code = "from denialml.cli import main; main()"
        where = ("--home", home.home, "--database-url", home.url)
        command = [sys.executable, "-c", code, "variance", *map(str, (*words, *where))]
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
        assert shown.returncode == 0, shown.stderr
        return shown.stdout

    assert json.loads(run("report", "--json"))["under_cents"] == 1_000
    assert "99213" in run("report", "--payer", PAYER)
    (case,) = json.loads(run("list", "--json"))
    assert "$10.00 short" in run("list")
    assert "[fees.csv]" in run("list")
    closed = run("close", case["case"], "--by", "ada", "--reason", "right as it is", "--json")
    assert json.loads(closed) == {"case": case["case"], "state": "closed"}
    assert json.loads(run("list", "--json")) == []
    assert "is open" in run("reopen", case["case"], "--by", "ada", "--reason", "not right")
