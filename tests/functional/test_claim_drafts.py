"""Claims made from a payer's answer, from files to files through the store, on both databases."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import status_cases
import x12_cases as cases
from denialml import x12
from denialml.claims import Adjustment, Amount, Claim, ClaimPayment, Party, Reference, Remark, replace
from denialml.cli import app
from denialml.errors import BadInputError, NotFoundError, RefusedError, UsageError
from denialml.scrub import standard
from denialml.service import claims
from denialml.service.acks import import_acks
from denialml.service.charges import import_charges
from denialml.service.claims import DraftReport
from denialml.settings import Settings
from denialml.store import schema
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from posting_cases import (
    NUMBER,
    as_read,
    claims_file,
    co,
    our_claim,
    payment,
    post,
    pr,
    reversal,
    send,
    service,
)
from scrub_world import context_of
from second_covers import SECOND
from store_reading import balances, rows

AT = datetime(2026, 2, 20, 9, 0)
OTHER = "0000000002W"
DRAFTS = sa.select(schema.claim_draft)
PAID = payment(
    service(10000, 6000, co("45", 3000), pr("2", 1000), line_control_number="L1"),
    service(5000, 4000, pr("1", 1000), line_control_number="L2", code="99214"),
)


def first(number: str = NUMBER, *charges: int, **changes: Any) -> Claim:
    """A claim to the first payer of a patient with a second cover."""
    return our_claim(number, *(charges or (10000, 5000)), **({"other_payers": (SECOND,)} | changes))


def bill(home: Settings, out: Path, *numbers: str) -> DraftReport:
    return claims.secondary(home, numbers or None, out, AT)


def held(report: DraftReport) -> list[str]:
    return [each.reason.value for each in report.held]


def only_claim(report: DraftReport) -> Claim:
    (file,) = report.written
    (claim,) = x12.Reading.of(file.path.read_bytes()).claims
    return claim


@pytest.fixture
def answered(home: Settings, tmp_path: Path) -> Settings:
    """A home whose only claim the first payer paid in part."""
    send(home, tmp_path / "first.837", first())
    assert post(home, tmp_path / "paid.835", as_read(PAID)).posted_claims == 1
    return home


def test_a_claim_is_billed_to_the_second_payer_once(answered: Settings, tmp_path: Path) -> None:
    report = bill(answered, tmp_path / "out")
    (draft,) = report.drafts
    assert (draft.claim, draft.payer, draft.charge_cents, draft.paid_cents, draft.left_cents) == (
        NUMBER,
        "SM002",
        15000,
        10000,
        2000,
    )
    claim = only_claim(report)
    assert (claim.control_number, claim.payer_id, claim.coverage.sequence, claim.frequency) == (
        NUMBER,
        "SM002",
        "S",
        "1",
    )
    (other,) = claim.other_payers
    assert (other.sequence, other.payer.identifier, other.amounts) == ("P", "PH001", (Amount("D", 10000),))
    assert [(a.payer_id, a.paid_cents, a.amounts) for line in claim.lines for a in line.adjudications] == [
        ("PH001", 6000, (Amount("EAF", 1000),)),
        ("PH001", 4000, (Amount("EAF", 1000),)),
    ]
    content = report.written[0].path.read_bytes()
    assert [found for found in validate(content) if isinstance(found, Fault)] == []
    assert "S127" not in {f.code for f in standard().run(claim, context_of({"payer": "commercial"}, {})).findings}

    again = bill(answered, tmp_path / "again")
    assert (held(again), again.written) == (["made_already"], ())
    assert not (tmp_path / "again").exists()
    assert len(rows(answered, DRAFTS)) == 1


def test_a_draft_changes_the_books_when_it_is_imported_as_sent(answered: Settings, tmp_path: Path) -> None:
    before = balances(answered)
    report = bill(answered, tmp_path / "out", NUMBER.lower())
    assert balances(answered) == before
    assert import_charges(answered, [report.written[0].path], sent=True).sent_claims == 1
    after = balances(answered)
    assert (after.get("ar_patient", 0), after["ar_next_payer"]) == (0, before["ar_patient"])
    assert held(bill(answered, tmp_path / "again", NUMBER)) == ["next_sent"]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (replace(PAID, status="19"), "passed_on"),
        (replace(PAID, crossover=Party("SECOND MUTUAL", id_qualifier="PI", identifier="SM002")), "passed_on"),
        (replace(PAID, remarks=(Remark("MA18", "HE", "MOA"),)), "passed_on"),
        (payment(service(15000, 12000, co("45", 3000)), status="1"), "answer_parked"),
    ],
)
def test_what_the_payer_passed_on_or_a_person_must_settle_is_not_billed(
    told: ClaimPayment, reason: str, home: Settings, tmp_path: Path
) -> None:
    send(home, tmp_path / "first.837", first())
    post(home, tmp_path / "answer.835", as_read(told))
    assert held(bill(home, tmp_path / "out", NUMBER)) == [reason]
    assert rows(home, DRAFTS) == []


def test_a_second_payer_that_answered_is_not_asked(answered: Settings, tmp_path: Path) -> None:
    of_second = payment(
        service(10000, 800, Adjustment("OA", "23", 9000), pr("2", 200), line_control_number="L1"),
        service(5000, 1000, Adjustment("OA", "23", 4000), line_control_number="L2", code="99214"),
        status="2",
    )
    post(answered, tmp_path / "second.835", as_read(of_second, trace="T2"), control=2)
    assert held(bill(answered, tmp_path / "out", NUMBER)) == ["next_answered"]


def test_claims_without_a_second_cover_an_answer_or_a_share_are_told(home: Settings, tmp_path: Path) -> None:
    plain = first("0000000003T", other_payers=())
    sent = first()
    free = first("0000000004R")
    send(home, tmp_path / "first.837", sent, plain, free)
    full = payment(
        service(10000, 10000, line_control_number="L1"),
        service(5000, 5000, line_control_number="L2", code="99214"),
        number="0000000004R",
    )
    post(home, tmp_path / "paid.835", as_read(replace(PAID, control_number="0000000003T"), full))
    report = bill(home, tmp_path / "out", NUMBER, "0000000003T", "0000000004R")
    assert report.held_reasons == {"no_second_cover": 1, "not_answered": 1, "nothing_left": 1}
    with pytest.raises(NotFoundError, match="NOBODY"):
        bill(home, tmp_path / "out", "NOBODY")


def test_an_answer_that_was_taken_back_does_not_count(answered: Settings, tmp_path: Path) -> None:
    more = payment(
        service(10000, 7000, co("45", 3000), line_control_number="L1"),
        service(5000, 4500, pr("1", 500), line_control_number="L2", code="99214"),
    )
    assert len(bill(answered, tmp_path / "out").written) == 1
    back = as_read(reversal(PAID), trace="T2", total=-10000)
    post(answered, tmp_path / "back.835", back, control=2)
    assert held(bill(answered, tmp_path / "out", NUMBER)) == ["not_answered"]
    post(answered, tmp_path / "more.835", as_read(more, trace="T3"), control=3)
    claim = only_claim(bill(answered, tmp_path / "out", NUMBER))
    assert claim.other_payers[0].amounts == (Amount("D", 11500),)
    assert len(rows(answered, DRAFTS)) == 2


def test_a_claim_of_one_line_decided_as_a_whole(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "first.837", first(NUMBER, 10000))
    whole = payment(charge_cents=10000, paid_cents=6000, patient_responsibility_cents=1000)
    whole = replace(whole, adjustments=(co("45", 3000), pr("2", 1000)))
    assert post(home, tmp_path / "paid.835", as_read(whole)).posted_claims == 1
    claim = only_claim(bill(home, tmp_path / "out"))
    (other,) = claim.other_payers
    assert other.amounts == (Amount("D", 6000), Amount("EAF", 1000))
    assert other.adjudicated_on is not None
    assert claim.lines[0].adjudications == ()


def test_claims_to_one_payer_share_a_file_and_one_that_cannot_be_written_stops_no_other(
    home: Settings, tmp_path: Path
) -> None:
    numbers = (NUMBER, OTHER, "0000000003T")
    made = [first(NUMBER), first(OTHER), first("0000000003T", other_payers=(replace(SECOND, group_number="A+B"),))]
    content = x12.write(
        replace_batch(cases.batch(made, x12.Envelope("PRACTICE", "HOUSE", 1, AT - timedelta(days=40))), element="|")
    )
    (tmp_path / "first.837").write_bytes(content.replace(b"A+B", b"A*B"))
    assert import_charges(home, [tmp_path / "first.837"], sent=True).sent_claims == 3
    post(home, tmp_path / "paid.835", as_read(*(replace(PAID, control_number=number) for number in numbers)))
    report = bill(home, tmp_path / "out")
    (file,) = report.written
    assert (file.claims, file.charge_cents) == (2, 30000)
    assert [(each.claim, each.reason.value) for each in report.held] == [("0000000003T", "not_writable")]


def replace_batch(batch: x12.ClaimBatch, *, element: str) -> x12.ClaimBatch:
    envelope = x12.Envelope(
        batch.envelope.sender_id,
        batch.envelope.receiver_id,
        batch.envelope.control_number,
        batch.envelope.created_at,
        delimiters=x12.Delimiters(element=element),
    )
    return x12.ClaimBatch(envelope, batch.submitter, batch.receiver, batch.claims)


def test_what_the_guide_would_fault_is_told_with_the_draft(home: Settings, tmp_path: Path) -> None:
    bare = replace(SECOND, subscriber=replace(SECOND.subscriber, address=None), filing_indicator="MB")
    claim = first(NUMBER, other_payers=(bare,))
    nowhere = replace(claim.coverage, subscriber=replace(claim.coverage.subscriber, address=None))
    send(home, tmp_path / "first.837", replace(claim, coverage=nowhere))
    post(home, tmp_path / "paid.835", as_read(PAID))
    (draft,) = bill(home, tmp_path / "out").drafts
    assert draft.note.startswith("say why Medicare pays second (SBR05); ")
    assert "N3" in draft.note


def test_what_the_first_payer_denied_is_told_with_the_draft(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "first.837", first())
    half = payment(PAID.services[0], service(5000, 0, co("50", 5000), line_control_number="L2", code="99214"))
    post(home, tmp_path / "half.835", as_read(half))
    (draft,) = bill(home, tmp_path / "out").drafts
    assert (draft.paid_cents, draft.left_cents) == (6000, 1000)
    assert draft.note.startswith("$50.00 is still open with the first payer")


def test_nothing_is_kept_when_the_file_cannot_be_written(answered: Settings, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "secondary-SM002-000000001.837").write_bytes(b"somebody's")
    with pytest.raises(RefusedError, match="is there already"):
        bill(answered, tmp_path / "out")
    (tmp_path / "file").write_bytes(b"no folder")
    with pytest.raises(BadInputError, match="cannot be written"):
        bill(answered, tmp_path / "file")
    assert rows(answered, DRAFTS) == []
    assert len(bill(answered, tmp_path / "elsewhere").written) == 1


# Corrected and void claims.


def test_a_void_names_the_payers_number_and_keeps_the_charges(answered: Settings, tmp_path: Path) -> None:
    report = claims.void(answered, NUMBER, tmp_path / "out", AT)
    claim = only_claim(report)
    assert claim == replace(first(), frequency="8", references=(Reference("F8", "ICN1"),))
    again = claims.void(answered, NUMBER, tmp_path / "out", AT)
    assert (held(again), again.written) == (["made_already"], ())
    import_charges(answered, [report.written[0].path], sent=True)
    with pytest.raises(RefusedError, match="made void"):
        claims.correct(answered, NUMBER, tmp_path / "out", AT)
    assert held(bill(answered, tmp_path / "out", NUMBER)) == ["voided"]


def test_a_corrected_claim_says_what_the_users_file_says(answered: Settings, tmp_path: Path) -> None:
    better = first(NUMBER, 9000, 5000)
    path = claims_file(tmp_path / "better.837", better, first(OTHER), control=9)
    claim = only_claim(claims.correct(answered, NUMBER, tmp_path / "out", AT, content=path))
    assert claim == replace(better, frequency="7", references=(Reference("F8", "ICN1"),))
    assert held(claims.correct(answered, NUMBER, tmp_path / "out", AT, content=path)) == ["made_already"]
    best = claims_file(tmp_path / "best.837", first(NUMBER, 8000, 5000), control=11)
    assert only_claim(claims.correct(answered, NUMBER, tmp_path / "out", AT, content=best)).charge_cents == 13000
    elsewhere = replace(better, coverage=replace(better.coverage, payer=SECOND.payer))
    path = claims_file(tmp_path / "elsewhere.837", elsewhere, control=10)
    post(answered, tmp_path / "back.835", as_read(reversal(PAID), trace="T2", total=-10000), control=2)
    anew = as_read(replace(PAID, payer_control_number="ICN2"), trace="T3", produced_on=date(2026, 2, 2))
    post(answered, tmp_path / "more.835", anew, control=3)
    with pytest.raises(RefusedError, match="another payer"):
        claims.correct(answered, NUMBER, tmp_path / "out", AT, content=path)
    assert only_claim(claims.correct(answered, NUMBER, tmp_path / "out", AT)).reference("F8") == "ICN2"


def test_a_number_is_wanted_and_must_be_the_newest_known(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "first.837", first())
    with pytest.raises(RefusedError, match="no answer that stands"):
        claims.void(home, NUMBER, tmp_path / "out", AT)
    report = claims.void(home, NUMBER, tmp_path / "out", AT, payer_number="BY PHONE")
    assert only_claim(report).reference("F8") == "BY PHONE"
    post(home, tmp_path / "paid.835", as_read(PAID))
    with pytest.raises(RefusedError, match="ICN1"):
        claims.void(home, NUMBER, tmp_path / "out", AT, payer_number="BY PHONE")


def test_a_draft_is_not_corrected(home: Settings, tmp_path: Path) -> None:
    import_charges(home, [claims_file(tmp_path / "draft.837", first())], sent=False)
    with pytest.raises(RefusedError, match="change the draft"):
        claims.correct(home, NUMBER, tmp_path / "out", AT)
    with pytest.raises(NotFoundError):
        claims.correct(home, "NOBODY", tmp_path / "out", AT)


def refuse(home: Settings, path: Path) -> None:
    """A 277CA that refuses the claim."""
    statuses = (status_cases.status("A7", "562", "85", action="U", charge_cents=15000),)
    accepted = (status_cases.status("A1", "19", action="WQ", charge_cents=15000),)
    clinic = status_cases.of_claim("0", patient=None, references=(), dates=(), statuses=accepted)
    messages = [status_cases.answer(), clinic, status_cases.of_claim(NUMBER, statuses=statuses)]
    envelope = x12.Envelope("HOUSE", "PRACTICE", 1, datetime(2026, 1, 9, 9, 0))
    path.write_bytes(x12.write(replace(status_cases.batch(messages), envelope=envelope)))
    assert import_acks(home, [path]).rejected == 1


def test_of_a_claim_that_a_277ca_refused_an_original_is_right(home: Settings, tmp_path: Path) -> None:
    send(home, tmp_path / "first.837", first())
    refuse(home, tmp_path / "refused.277ca")
    for make in (claims.correct, claims.void):
        with pytest.raises(RefusedError, match="send it as an original"):
            make(home, NUMBER, tmp_path / "out", AT, payer_number="ICN1")


def test_a_refused_replacement_is_replaced_again(answered: Settings, tmp_path: Path) -> None:
    again = replace(first(), frequency="7", references=(Reference("F8", "ICN1"),))
    send(answered, tmp_path / "again.837", again, control=2, created=datetime(2026, 1, 8, 9, 0))
    refuse(answered, tmp_path / "refused.277ca")
    claim = only_claim(claims.correct(answered, NUMBER, tmp_path / "out", AT))
    assert claim == again


def test_a_later_payers_claim_is_corrected_under_its_own_number(answered: Settings, tmp_path: Path) -> None:
    second = bill(answered, tmp_path / "out").written[0].path
    import_charges(answered, [second], sent=True)
    with pytest.raises(RefusedError, match="no answer that stands"):
        claims.correct(answered, NUMBER, tmp_path / "out", AT, sequence="S")
    told = payment(
        service(10000, 800, Adjustment("OA", "23", 9000), pr("2", 200), line_control_number="L1"),
        service(5000, 1000, Adjustment("OA", "23", 4000), line_control_number="L2", code="99214"),
        status="2",
        payer_control_number="THEIRS",
    )
    post(answered, tmp_path / "second.835", as_read(told, trace="T2"), control=2)
    claim = only_claim(claims.correct(answered, NUMBER, tmp_path / "out", AT, sequence="S"))
    assert (claim.payer_id, claim.frequency, claim.reference("F8")) == ("SM002", "7", "THEIRS")
    (draft,) = claims.void(answered, NUMBER, tmp_path / "out", AT).drafts
    assert (draft.payer, draft.note) == ("PH001", "a later payer has the claim too: it needs to know")


def test_medicare_takes_no_replacement(home: Settings, tmp_path: Path) -> None:
    claim = first()
    send(home, tmp_path / "first.837", replace(claim, coverage=replace(claim.coverage, filing_indicator="MB")))
    post(home, tmp_path / "paid.835", as_read(PAID))
    with pytest.raises(RefusedError, match="S132"):
        claims.void(home, NUMBER, tmp_path / "out", AT)


# The command line.


def test_the_commands(tmp_path: Path, settings: Settings) -> None:
    send(settings, tmp_path / "first.837", first())
    post(settings, tmp_path / "paid.835", as_read(PAID))
    out = ["--home", str(settings.home), "--out", str(tmp_path / "out")]
    run = CliRunner().invoke
    told = run(app, ["claims", "secondary", "--all", *out])
    assert told.exit_code == 0
    assert "charges import --sent" in " ".join(told.output.split())
    again = json.loads(run(app, ["claims", "secondary", NUMBER, *out, "--json"]).output)
    assert again["held_reasons"] == {"made_already": 1}
    voided = json.loads(run(app, ["claims", "void", NUMBER, *out, "--json"]).output)
    corrected = json.loads(run(app, ["claims", "correct", NUMBER, *out, "--payer-number", "icn1", "--json"]).output)
    assert (voided["drafted_claims"], corrected["drafted_claims"]) == (1, 1)
    assert len(list((tmp_path / "out").iterdir())) == 3
    assert isinstance(run(app, ["claims", "secondary", *out]).exception, UsageError)
