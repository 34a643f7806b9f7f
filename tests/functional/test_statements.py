"""Statements to patients, on both databases: what they ask for, what they say, and what they leave out."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa

from denialml.claims import Adjustment, Party, replace
from denialml.claims.people import Address
from denialml.errors import BadInputError, RefusedError
from denialml.ledger.patients import Method
from denialml.service import patients, statements, writeoffs
from denialml.service.audit import verify
from denialml.service.patients import Money
from denialml.service.statements import StatementsReport, make_statements
from denialml.settings import Settings, StatementSettings
from denialml.store import schema
from posting_cases import NUMBER, SENT, as_read, co, our_claim, payment, post, pr, reversal, send, service
from second_covers import SECOND
from store_reading import rows

TODAY = date(2026, 3, 1)
ASKED = date(2026, 2, 10)
PRACTICE = StatementSettings(name="Riverside Family Practice", address=("12 River Street",), phone="(217) 555-0100")
SHARE = payment(service(10000, 6000, co("45", 3000), pr("2", 400), pr("1", 600), line_control_number="L1"))
OTHER = "0000000002W"


@pytest.fixture
def home(database_url: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url=database_url, today=TODAY, statements=PRACTICE)


def text_of(report: StatementsReport, place: int = 0) -> str:
    pages = pypdfium2.PdfDocument(report.directory / report.rows[place].file)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def make(home: Settings, tmp_path: Path, as_of: date = ASKED, folder: str = "") -> StatementsReport:
    return make_statements(home, tmp_path / (folder or f"out-{as_of}"), as_of=as_of, person="Ada")


def pay(home: Settings, cents: int, number: str = "101") -> int:
    on = home.today or TODAY
    return patients.pay(home, NUMBER, Money(cents, Method.CHECK, number, on), person="Ada").event


def on(home: Settings, day: date) -> Settings:
    return home.model_copy(update={"today": day})


def with_share(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    post(home, tmp_path / "remit.835", as_read(SHARE))


def test_a_statement_says_in_plain_words_what_is_owed_and_why(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    report = make(home, tmp_path)
    assert (report.statements, report.due_cents, report.sent_before, report.not_printed) == (1, 1000, 0, 0)
    text = text_of(report)
    for words in (
        "Riverside Family Practice",
        "(217) 555-0100",
        "Amount due now: $10.00",
        "Pay by March 3, 2026",
        "Visit of January 5, 2026",
        "Office visit (code 99213)",
        "$100.00 -$30.00 $70.00 -$60.00 $10.00 $0.00 $10.00",
        "Your share: $6.00 deductible, $4.00 coinsurance",
        "coinsurance: your percentage",
        "deductible: what you pay",
        "Amount enclosed",
        "Page 1 of 1",
    ):
        assert words in text, words
    listed = list(csv.DictReader((report.directory / "statements.csv").open(encoding="utf-8")))
    assert [(row["balance"], row["due"]) for row in listed] == [("10.00", "10.00")]
    assert listed[0]["file"] == report.rows[0].file
    assert "STONE" not in listed[0]["file"]


def test_every_font_is_embedded_and_the_page_is_letter(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    report = make(home, tmp_path)
    file = report.directory / report.rows[0].file
    pages = list(pypdfium2.PdfDocument(file))
    assert [page.get_mediabox() for page in pages] == [(0.0, 0.0, 612.0, 792.0)]
    for page in pages:
        texts = [each for each in page.get_objects() if isinstance(each, pypdfium2.PdfTextObj)]
        assert texts
        assert all(each.get_font().is_embedded for each in texts)
    content = file.read_bytes()
    assert 0 < content.count(b"/Type /FontDescriptor") == content.count(b"/FontFile2")


def test_made_again_it_says_the_same(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    that_day = on(home, ASKED)
    first = make(that_day, tmp_path, folder="first")
    pay(that_day, 300)
    patients.set_plan(that_day, NUMBER, monthly_cents=100, day_of_month=1, starts_on=TODAY, person="Ada")
    again = make(home, tmp_path, folder="again")
    assert (again.statements, again.sent_before) == (1, 1)
    names = (first.rows[0].file, again.rows[0].file)
    assert (first.directory / names[0]).read_bytes() == (again.directory / names[1]).read_bytes()
    assert len(rows(home, sa.select(schema.patient_statement))) == 1
    verify(home)


def test_the_next_statement_says_what_changed(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    make(on(home, ASKED), tmp_path)
    pay(on(home, date(2026, 2, 15)), 300)
    asked = writeoffs.propose(
        home, NUMBER, line=None, owed_by="patient", cents=200, reason="small_balance", person="Ada"
    )
    writeoffs.approve(home, asked.write_off, person="Bob")
    send(home, tmp_path / "second.837", our_claim(OTHER, 5000), control=2)
    more = payment(service(5000, 4000, pr("3", 1000), line_control_number="L1"), number=OTHER)
    post(home, tmp_path / "second.835", as_read(more, trace="T2"), control=2)
    report = make(home, tmp_path, TODAY)
    text = text_of(report)
    assert report.due_cents == 1500
    for words in (
        "Balance on your statement of February 10, 2026 $10.00",
        "decided anew $10.00",
        "Your payments -$3.00",
        "Taken off by us -$2.00",
        "Balance now $15.00",
        "February 15, 2026 Payment by check $3.00",
        "We took $2.00 off your share",
        "copay: the fixed amount",
    ):
        assert words in text, words
    assert make(home, tmp_path).statements == 1  # the first one again, and no other of that day


def test_a_plan_asks_for_its_parts_only(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    patients.set_plan(home, NUMBER, monthly_cents=250, day_of_month=15, starts_on=TODAY, person="Ada")
    pay(home, 100)
    report = make(home, tmp_path, TODAY)
    assert (report.rows[0].balance_cents, report.due_cents) == (900, 150)
    text = text_of(report)
    assert "You have a payment plan" in text
    assert "March 15, 2026 $2.50 $1.00 $1.50" in text
    assert "June 15, 2026 $2.50 $0.00 $2.50" in text


def test_what_came_after_a_plan_is_due_beside_it(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    patients.set_plan(home, NUMBER, monthly_cents=250, day_of_month=15, starts_on=TODAY, person="Ada")
    send(home, tmp_path / "second.837", our_claim(OTHER, 5000), control=2)
    more = payment(service(5000, 4000, pr("3", 1000), line_control_number="L1"), number=OTHER)
    post(home, tmp_path / "second.835", as_read(more, trace="T2"), control=2)
    report = make(home, tmp_path, TODAY)
    assert report.due_cents == 1250
    assert "$2.50 of your plan, and $10.00 for what came after you agreed on it" in text_of(report)


def test_a_visit_that_is_paid_meanwhile_is_told_once(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    send(home, tmp_path / "second.837", our_claim(OTHER, 5000), control=2)
    more = payment(service(5000, 4000, pr("3", 1000), line_control_number="L1"), number=OTHER)
    post(home, tmp_path / "second.835", as_read(more, trace="T2"), control=2)
    patients.pay(home, OTHER, Money(1000, Method.CARD, "55", TODAY), person="Ada")
    assert text_of(make(home, tmp_path, TODAY)).count("You owe for this visit") == 2
    later = on(home, date(2026, 3, 20))
    assert text_of(make(later, tmp_path, date(2026, 3, 20))).count("You owe for this visit") == 1


def test_credit_is_taken_off_and_nobody_is_asked_for_nothing(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    pay(home, 400)
    post(home, tmp_path / "remit.835", as_read(SHARE))
    report = make(home, tmp_path, TODAY)
    assert report.due_cents == 600
    assert "We have already taken off $4.00 that you paid us before" in text_of(report)
    pay(home, 600, "102")
    assert make(on(home, date(2026, 3, 2)), tmp_path, date(2026, 3, 2)).statements == 0


def test_money_of_a_visit_that_was_taken_back_is_taken_off(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    pay(home, 1000)
    post(home, tmp_path / "back.835", as_read(reversal(SHARE), trace="T3"), control=3)
    send(home, tmp_path / "second.837", our_claim(OTHER, 5000), control=2)
    more = payment(service(5000, 0, pr("1", 5000), line_control_number="L1"), number=OTHER)
    post(home, tmp_path / "second.835", as_read(more, trace="T2"), control=2)
    report = make(home, tmp_path, TODAY)
    text = text_of(report)
    assert report.due_cents == 4000
    assert "We have already taken off $10.00" in text
    assert text.count("You owe for this visit") == 1
    assert "You owe for this visit $50.00" in text


def test_what_the_plan_does_not_cover_is_said_so(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000))
    refused = payment(service(10000, 0, pr("119", 10000), line_control_number="L1"), status="4")
    post(home, tmp_path / "remit.835", as_read(refused))
    patients.bill_patient(home, NUMBER, person="Ada", reason="signed a notice before the visit")
    text = text_of(make(home, tmp_path, TODAY))
    assert "$100.00 not covered: benefit maximum for the period reached" in text
    assert "not covered: your plan does not pay" in text


def test_a_returned_check_is_said_to_be_returned(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    patients.undo(home, pay(home, 1000), person="Ada", reason="returned unpaid")
    report = make(home, tmp_path, TODAY)
    assert report.due_cents == 1000
    assert "Payment by check (returned unpaid or taken back) $0.00" in text_of(report)


def test_what_waits_for_another_payer_is_not_asked_for(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    send(home, tmp_path / "second.837", our_claim(OTHER, 5000), control=2)
    more = payment(service(5000, 4000, pr("3", 1000), line_control_number="L1"), number=OTHER)
    post(home, tmp_path / "second.835", as_read(more, trace="T2"), control=2)
    secondary = our_claim(OTHER, 5000)
    secondary = replace(secondary, coverage=replace(secondary.coverage, sequence="S"))
    send(home, tmp_path / "secondary.837", secondary, control=3)
    report = make(home, tmp_path, TODAY)
    assert report.due_cents == 1000
    text = text_of(report)
    assert "Nothing to pay yet for your visit of January 5, 2026" in text
    assert "copay" not in text


def test_what_was_written_off_and_taken_back_makes_no_age_less(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000), our_claim(OTHER, 10000))
    post(home, tmp_path / "remit.835", as_read(SHARE, replace(SHARE, control_number=OTHER)))
    asked = writeoffs.propose(home, NUMBER, line=None, owed_by="patient", cents=1000, reason="charity", person="Ada")
    writeoffs.approve(home, asked.write_off, person="Bob")
    post(home, tmp_path / "back.835", as_read(reversal(SHARE), trace="T2"), control=2)
    report = make(home, tmp_path, TODAY)
    assert report.due_cents == 1000
    assert "Over 90 days $10.00 $0.00 $0.00 $0.00" in text_of(report)


def test_a_claim_decided_as_a_whole_waits_for_no_insurance(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000, 5000))
    whole = replace(payment(), charge_cents=15000, paid_cents=10000, patient_responsibility_cents=2000)
    post(home, tmp_path / "remit.835", as_read(replace(whole, adjustments=(co("45", 3000), pr("1", 2000)))))
    report = make(home, tmp_path, TODAY)
    assert report.due_cents == 2000
    text = text_of(report)
    assert "still open" not in text
    assert "Visit as a whole Your share: $20.00 deductible $0.00 -$30.00 -$30.00 -$100.00 $20.00 $0.00 $20.00" in text
    assert "You owe for this visit $20.00" in text


def test_what_a_second_payer_paid_is_taken_off_the_visit(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    secondary = our_claim(NUMBER, 10000)
    secondary = replace(secondary, coverage=replace(secondary.coverage, sequence="S"))
    send(home, tmp_path / "secondary.837", secondary, control=2)
    left = service(10000, 700, Adjustment("OA", "23", 9000), pr("3", 300), line_control_number="L1")
    answer = payment(left, status="2", payer_control_number="ICN2")
    post(home, tmp_path / "second.835", as_read(answer, trace="T2"), control=2)
    report = make(home, tmp_path, TODAY)
    assert report.due_cents == 300
    text = text_of(report)
    assert "Your share: $3.00 copay $100.00 -$30.00 $70.00 -$67.00 $3.00 $0.00 $3.00" in text
    assert "You owe for this visit $3.00" in text


def test_what_is_billed_after_a_second_payer_is_told_by_its_reason(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    secondary = our_claim(NUMBER, 10000)
    secondary = replace(secondary, coverage=replace(secondary.coverage, sequence="S"))
    send(home, tmp_path / "secondary.837", secondary, control=2)
    patients.bill_patient(home, NUMBER, person="Ada", reason="the cover had ended")
    pay(home, 100)
    text = text_of(make(home, tmp_path, TODAY))
    assert "Your share: $6.00 deductible, $4.00 coinsurance" in text
    assert "You owe for this visit $9.00" in text


def test_a_childs_statement_goes_to_the_parent_and_names_keep_their_letters(home: Settings, tmp_path: Path) -> None:
    claim = our_claim(NUMBER, 10000)
    house = Address("1 Elm Street", "", "Springfield", "IL", "627010001")
    child = Party("NUÑEZ", "ZOË", is_person=True, id_qualifier="MI", identifier="M1", address=house)
    coverage = replace(claim.coverage, subscriber=child, subscriber_birth=date(2015, 5, 5))
    send(home, tmp_path / "claims.837", replace(claim, coverage=coverage, patient=None))
    post(home, tmp_path / "remit.835", as_read(SHARE))
    text = text_of(make(home, tmp_path))
    assert "Parent or guardian of ZOË NUÑEZ 1 Elm Street Springfield, IL 62701-0001" in text


def test_no_name_leaves_the_pdf(home: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_share(home, tmp_path)
    report = make(home, tmp_path)
    name = next(word for word in text_of(report).split() if word.isupper() and len(word) > 3)
    events = rows(home, sa.select(schema.audit_event))
    assert name not in str(events)
    assert name not in repr(report)
    assert name not in (report.directory / "statements.csv").read_text(encoding="utf-8")
    assert name not in "".join(capsys.readouterr())


def test_a_day_to_come_and_a_folder_that_is_a_file_are_refused(home: Settings, tmp_path: Path) -> None:
    with_share(home, tmp_path)
    with pytest.raises(RefusedError, match="future"):
        make(home, tmp_path, date(2026, 3, 2))
    (tmp_path / "taken").write_text("x", encoding="utf-8")
    with pytest.raises(BadInputError, match="name a folder"):
        make(home, tmp_path, folder="taken")
    assert make(home, tmp_path).sent_before == 0
    assert SENT.date() < ASKED


def test_another_run_of_the_same_day_is_told(home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people make the day's statements at the same time: one set is kept, and the other learns why."""
    with_share(home, tmp_path)
    write = statements._write

    def slow(*told: Any) -> Any:
        made = write(*told)
        monkeypatch.setattr(statements, "_write", write)
        make(home, tmp_path, folder="quick")
        return made

    monkeypatch.setattr(statements, "_write", slow)
    with pytest.raises(RefusedError, match="another run"):
        make(home, tmp_path, folder="slow")
    assert len(rows(home, sa.select(schema.patient_statement))) == 1
    assert make(home, tmp_path, folder="slow").sent_before == 1


def test_made_again_it_knows_of_no_later_decision_of_the_day(home: Settings, tmp_path: Path) -> None:
    """A share that waited when the statement was made is billed in the afternoon: the statement says it waits."""
    that_day = on(home, ASKED)
    send(home, tmp_path / "claims.837", our_claim(NUMBER, 10000), our_claim(OTHER, 5000, other_payers=(SECOND,)))
    more = payment(service(5000, 4000, pr("3", 1000), line_control_number="L1"), number=OTHER)
    post(home, tmp_path / "remit.835", as_read(SHARE, more))
    first = make(that_day, tmp_path, folder="first")
    patients.bill_patient(that_day, OTHER, person="Ada", reason="the cover had ended")
    again = make(home, tmp_path, folder="again")
    assert (first.due_cents, again.due_cents) == (1000, 1000)
    assert text_of(first) == text_of(again)
