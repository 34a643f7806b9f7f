"""Checks that came on paper, through files and the store, on both databases: posted once, whatever else comes."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from denialml.claims import replace
from denialml.errors import BadInputError, RefusedError, UsageError
from denialml.service import exceptions, ledger_verify
from denialml.service.audit import verify
from denialml.service.eob import enter_file
from denialml.service.posting import PostedFile
from denialml.settings import Settings
from denialml.store import schema
from denialml.store.posting import trial_balance
from eob_entries import CSV, PAID, changed
from posting_cases import NUMBER, as_read, co, our_claim, payment, post, pr, remark, send, service
from store_reading import looking, rows

CAME = date(2026, 2, 3)
AT = datetime(2026, 2, 3, 15, 30, tzinfo=UTC)
SERVICE = service(10000, 7000, co("45", 2000), pr("3", 1000), line_control_number="L1", remarks=(remark("N130"),))
ON_FILE = as_read(payment(SERVICE), trace="100234", paid_on=date(2026, 1, 30), method="CHK")
DENIED = {"paid: 70.00": "paid: 0.00", "[CO-45-20.00, PR-3-10.00]": "[CO-50-100.00]", "patient: 10.00": "patient: 0"}


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    """Settings on this test's own database, with one claim that was sent."""
    settings = Settings(home=tmp_path, database_url=database_url)
    send(settings, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    return settings


def enter(
    home: Settings, content: bytes, name: str = "check.yaml", person: str = "Pat Miller", **more: Any
) -> PostedFile:
    path = home.home / name
    path.write_bytes(content)
    return enter_file(home, path, person=person, received_on=CAME, at=AT, **more)


def balances(home: Settings) -> dict[str, int]:
    found: dict[str, int] = looking(home, trial_balance)
    return found


def counts(home: Settings) -> list[int]:
    tables = (schema.file, schema.remittance, schema.claim_payment, schema.ledger_entry, schema.paper_entry)
    return [rows(home, sa.select(sa.func.count()).select_from(table))[0][0] for table in tables]


@pytest.mark.parametrize(("content", "name"), [(PAID, "check.yaml"), (CSV, "check.csv")])
def test_a_typed_check_is_posted_like_its_835(home: Settings, tmp_path: Path, content: str, name: str) -> None:
    posted = enter(home, content.encode(), name)
    assert (posted.posted_cents, posted.parked_cents, posted.parked_items) == (7000, 0, 0)
    typed = balances(home)
    other = Settings(home=tmp_path / "other")
    send(other, tmp_path / "again.837", our_claim(NUMBER, 10000))
    post(other, tmp_path / "check.835", ON_FILE)
    assert typed == balances(other)


def test_who_answers_is_written_down(home: Settings) -> None:
    enter(home, PAID.encode())
    entry = rows(home, sa.select(schema.paper_entry))[0]
    assert (entry.person, entry.known_on, entry.file_id == entry.document_id) == ("Pat Miller", CAME, True)
    event = rows(home, sa.select(schema.audit_event).where(schema.audit_event.c.action == "eob:enter"))[0]
    assert (event.person, event.object) == ("Pat Miller", f"file/{entry.file_id}")
    assert json.loads(event.detail)["posted_cents"] == 7000
    assert NUMBER not in event.detail
    assert verify(home).events
    kept = rows(home, sa.select(schema.file.c.kind, schema.file.c.sha256).where(schema.file.c.id == entry.file_id))[0]
    assert kept.kind == "EOB"


def test_another_share_of_the_patient_is_told_once(home: Settings) -> None:
    posted = enter(home, changed({"patient: 10.00": "patient: 12.00"}))
    assert [(each.code, each.where) for each in posted.findings] == [
        ("patient-share-differs", "claim 1 (line 10), patient")
    ]


def test_no_word_of_a_document_is_said_in_errors_or_the_trail(home: Settings) -> None:
    canary = "CANARYBIRD"
    content = changed({"OUR PAYER": canary, "code: 99213": f"code: {canary}", "N130": canary})
    with pytest.raises(BadInputError) as caught:
        enter(home, content + f"  - {{claim: {canary}, charge: {canary}, paid: {canary}}}\n".encode())
    assert canary not in str(caught.value)
    enter(home, changed({"OUR PAYER": canary}))
    details = [row.detail for row in rows(home, sa.select(schema.audit_event.c.detail))]
    assert not any(canary in detail for detail in details)


def test_nobody_is_nobody(home: Settings) -> None:
    before = counts(home)
    with pytest.raises(UsageError, match="say who decides"):
        enter(home, PAID.encode(), person="  ")
    assert counts(home) == before


def test_what_does_not_balance_is_not_posted(home: Settings) -> None:
    before = counts(home)
    with pytest.raises(BadInputError, match=r"(?s)check.yaml: nothing was posted:.*line 17.*leaves \$0.01"):
        enter(home, changed({"        paid: 70.00": "        paid: 69.99"}))
    assert counts(home) == before


def test_the_same_file_and_the_same_check_are_entered_once(home: Settings) -> None:
    enter(home, PAID.encode())
    before = counts(home)
    with pytest.raises(RefusedError, match="posted already, from paper of 2026-02-03"):
        enter(home, PAID.encode(), "again.yaml")
    with pytest.raises(RefusedError, match="posted already"):
        enter(home, PAID.encode() + b"# the copy that came by mail\n")
    assert counts(home) == before


def test_a_letter_without_money_is_entered_once(home: Settings) -> None:
    letter = changed(
        {**DENIED, "amount: 70.00": "amount: 0", 'check: "100234"\n': "", "allowed: 80.00": "allowed: 0.00"}
    )
    assert enter(home, letter).denial_cases == 1
    with pytest.raises(RefusedError, match="posted already, from paper"):
        enter(home, letter, "again.yaml")
    with pytest.raises(RefusedError, match="posted already, from paper"):
        enter(home, letter + b"# again\n", "copy.yaml")


def test_a_letter_that_names_no_claim_is_entered_once(home: Settings) -> None:
    letter = (
        b"payer: OUR PAYER\ndate: 2026-01-30\namount: 0\nprovider_adjustments:\n"
        b"  - {reason: WO, reference: ICN0, amount: 20.00}\n  - {reason: WO, reference: ICN1, amount: -20.00}\n"
    )
    enter(home, letter)
    before = counts(home)
    with pytest.raises(RefusedError, match="this file was entered before"):
        enter(home, letter, "again.yaml")
    with pytest.raises(RefusedError, match="the same payment was entered before"):
        enter(home, letter + b"# again\n", "copy.yaml")
    assert counts(home) == before


def test_an_835_of_the_same_letter_changes_nothing_and_one_of_another_day_does(home: Settings, tmp_path: Path) -> None:
    letter = changed(
        {**DENIED, "amount: 70.00": "amount: 0", 'check: "100234"\n': "", "allowed: 80.00": "allowed: 0.00"}
    )
    enter(home, letter)
    answer = payment(service(10000, 0, co("50", 10000), line_control_number="L1"), status="4")
    head = {"trace": "NOPAY1", "method": "NON"}
    same = post(home, tmp_path / "same.835", as_read(answer, paid_on=date(2026, 1, 30), **head))
    assert (same.repeated_remittances, same.denial_cases) == (1, 0)
    other = post(home, tmp_path / "other.835", as_read(answer, paid_on=date(2026, 3, 1), **head), control=2)
    assert (other.repeated_remittances, other.denial_cases) == (0, 1)


def test_a_letter_that_an_835_brought_is_not_entered(home: Settings, tmp_path: Path) -> None:
    letter = changed(
        {**DENIED, "amount: 70.00": "amount: 0", 'check: "100234"\n': "", "allowed: 80.00": "allowed: 0.00"}
    )
    answer = payment(service(10000, 0, co("50", 10000), line_control_number="L1"), status="4")
    post(home, tmp_path / "answer.835", as_read(answer, paid_on=date(2026, 1, 30), trace="NOPAY1", method="NON"))
    with pytest.raises(RefusedError, match="posted already, from an 835"):
        enter(home, letter)
    assert enter(home, letter.replace(b"CO-50", b"CO-97")).claim_payments == 1


@pytest.mark.parametrize("tax_id", ["", 'payer_tax_id: "123456789"\n'])
def test_an_835_of_the_same_check_later_changes_nothing(home: Settings, tmp_path: Path, tax_id: str) -> None:
    enter(home, tax_id.encode() + PAID.encode())
    before = balances(home)
    report = post(home, tmp_path / "check.835", ON_FILE)
    assert (report.repeated_remittances, report.parked_items, report.posted_cents) == (1, 0, 0)
    assert balances(home) == before
    again = post(home, tmp_path / "again.835", ON_FILE, control=2)
    assert again.repeated_remittances == 1
    assert balances(home) == before


def test_an_835_of_the_same_check_that_says_otherwise_waits_for_a_person(home: Settings, tmp_path: Path) -> None:
    enter(home, PAID.encode())
    before = balances(home)
    other = replace(SERVICE, adjustments=(co("45", 1000), pr("3", 2000)))
    report = post(home, tmp_path / "check.835", as_read(payment(other), trace="100234"))
    assert report.parked_kinds == {"trace_conflict": 1}
    assert balances(home) == before
    (item,) = exceptions.list_exceptions(home).rows
    done = exceptions.resolve(home, item.item, "supersede", person="Pat", reason="the 835 is right")
    assert balances(home) != before
    assert ledger_verify.verify(home, top=5).breaches == 0
    exceptions.undo(home, done.decision, person="Pat", reason="the paper is")
    assert balances(home) == before


def test_a_check_that_an_835_brought_is_not_entered(home: Settings, tmp_path: Path) -> None:
    post(home, tmp_path / "check.835", ON_FILE)
    before = counts(home)
    with pytest.raises(RefusedError, match="posted already, from an 835 of 2026-02-02"):
        enter(home, PAID.encode())
    assert counts(home) == before


def test_checks_of_two_payers_may_bear_one_number(home: Settings, tmp_path: Path) -> None:
    enter(home, b'payer_tax_id: "222222222"\n' + PAID.encode())
    report = post(home, tmp_path / "check.835", ON_FILE)
    assert (report.repeated_remittances, report.quarantined_remittances) == (0, 0)


def test_another_amount_is_another_check(home: Settings, tmp_path: Path) -> None:
    enter(home, PAID.encode())
    other = as_read(payment(service(10000, 6000, co("45", 4000), line_control_number="L1")), trace="100234")
    assert post(home, tmp_path / "check.835", other).repeated_remittances == 0


def test_a_document_is_kept_and_entered_once(home: Settings) -> None:
    document = home.home / "letter.pdf"
    document.write_bytes(b"%PDF-1.4 made up")
    named = f"document: {hashlib.sha256(document.read_bytes()).hexdigest()}\n".encode() + PAID.encode()
    with pytest.raises(BadInputError, match="name that with --document"):
        enter(home, named)
    with pytest.raises(BadInputError, match="was not drafted from this document"):
        enter(home, PAID.encode(), document=document)
    enter(home, named, document=document)
    entry = rows(home, sa.select(schema.paper_entry))[0]
    kept = rows(home, sa.select(schema.file).where(schema.file.c.id == entry.document_id))[0]
    assert (kept.kind, kept.size_bytes) == ("EOB document", document.stat().st_size)
    assert entry.document_id != entry.file_id
    before = counts(home)
    other = named.replace(b"100234", b"100235")
    with pytest.raises(RefusedError, match="this document was entered before"):
        enter(home, other, "other.yaml", document=document)
    assert counts(home) == before


def test_other_files_are_no_entries(home: Settings) -> None:
    with pytest.raises(BadInputError, match=r"an entry is a .yaml or a .csv file"):
        enter(home, b"", "check.xlsx")
