"""A small history, written for real: its files are good X12, strangers read the same in them, and all of it ties."""

from __future__ import annotations

import io
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pyx12.params
import pyx12.x12n_document
from typer.testing import CliRunner
from x12sdk.io import X12ModelReader

from denialml import x12
from denialml.cli import app
from denialml.errors import RefusedError, Severity
from denialml.service.simulation import SimulationConfig, SimulationReport, simulate
from denialml.simulator.appeals import Note, Result
from denialml.x12.faults import Fault
from denialml.x12.validate import validate
from oxedi_judge import ours, theirs
from written_history import WrittenHistory, day_of

X12_FOLDERS = ("sent", "charges", "acks", "eligibility", "status", "remits")


def test_counts_agree(simulated: SimulationReport, history: WrittenHistory) -> None:
    config = simulated.config
    firsts = {sent.claim.control_number for sent in history.sent}
    assert simulated.claims == config.claims == len(firsts | {claim.control_number for claim in history.drafts})
    assert 0 < simulated.drafts == len(history.drafts) < config.claims * 0.06
    assert not firsts & {claim.control_number for claim in history.drafts}
    assert len(history.files("sent")) == simulated.sent_files
    assert len(history.files("charges")) == simulated.draft_files
    assert len(history.files("remits")) == simulated.remit_files
    manifest = json.loads((history.directory / "manifest.json").read_text("utf-8"))
    assert {name: len(history.files(name)) for name in manifest["files"]} == manifest["files"]
    assert (manifest["claims"], manifest["drafts"], manifest["lines"]) == (
        simulated.claims, simulated.drafts, simulated.lines,
    )  # fmt: skip
    assert manifest["as_of"] == "2026-06-30"
    assert manifest["config"]["seed"] == config.seed
    assert len(manifest["payers"]) == 9


@pytest.mark.parametrize("folder", X12_FOLDERS)
def test_every_file_reads_without_a_finding_and_is_dated_by_its_name(history: WrittenHistory, folder: str) -> None:
    read = Counter[str]()
    for path, event in history.events(folder):
        assert not isinstance(event, x12.Refused), event.finding
        if isinstance(event, x12.Noticed):
            assert event.finding.severity is not Severity.ERROR, event.finding
        if isinstance(event, x12.Transaction):
            assert event.created_on == day_of(path)
            assert event.usage == "P"
        read[type(event).__name__] += 1
    assert read["Transaction"] == read["TransactionEnd"] >= len(history.files(folder)) > 0 or folder == "acks"


def test_nothing_is_dated_after_today(history: WrittenHistory) -> None:
    days = {path.parent.name: day_of(path) for path in sorted(history.directory.glob("*/2*.*"))}  # the last of each
    assert max(days.values()) == date(2026, 6, 30)
    assert day_of(history.files("sent")[0]) >= date(2025, 11, 1)


@pytest.mark.parametrize("folder", X12_FOLDERS)
def test_our_own_validation_finds_nothing(history: WrittenHistory, folder: str) -> None:
    for path in history.files(folder):
        assert [item for item in validate(path) if isinstance(item, Fault)] == [], path.name


@pytest.mark.parametrize(
    ("folder", "suffix", "every"),
    [("sent", "837", 25), ("charges", "837", 3), ("remits", "835", 20), ("acks", "999", 25), ("acks", "277ca", 40)],
)
def test_an_independent_judge_accepts_the_files(history: WrittenHistory, folder: str, suffix: str, every: int) -> None:
    """pyx12's maps of the implementation guides: it takes a second for a few files, so it sees a sample."""
    paths = history.files(folder, suffix)[::every]
    assert len(paths) > 5
    for path in paths:
        said = io.StringIO()
        pyx12.x12n_document.x12n_document(pyx12.params.ParamsUnix(), str(path), io.StringIO(), None, fd_json=said)
        (interchange,) = json.loads(said.getvalue())["interchanges"]
        codes = [t["ack_code"] for group in interchange["groups"] for t in group["transactions"]]
        assert set(codes) == {"A"}, path.name


@pytest.mark.parametrize("suffix", ["270", "271", "276", "277"])
def test_a_stranger_reads_as_many_questions_and_answers(history: WrittenHistory, suffix: str) -> None:
    """x12sdk. A 271 for a member not found, and a claim with two services in a 276 or 277, are beyond it."""
    paths = history.files("eligibility" if suffix in {"270", "271"} else "status", suffix)[::12]
    read = 0
    for path in paths:
        try:
            with X12ModelReader(str(path)) as reader:
                found = sum(_people(model, suffix) for model in reader.models())
        except Exception:  # noqa: BLE001 - whatever it raises, it could not read the file; counted below
            continue
        assert found == sum(isinstance(event, x12.MessageRead) for event in x12.read(path)), path.name
        read += 1
    assert read > len(paths) / 3


def _people(model: Any, suffix: str) -> int:
    if suffix in {"270", "271"}:
        receivers = [each for source in model.loop_2000a for each in source.loop_2000b]
        return sum(len(s.loop_2000d or ()) or 1 for each in receivers for s in each.loop_2000c)
    count = 0
    for subscriber in model.loop_2000a[0].loop_2000b[0].loop_2000c[0].loop_2000d:
        count += len(getattr(subscriber, "loop_2200d", None) or ())
        count += sum(len(dependent.loop_2200e) for dependent in getattr(subscriber, "loop_2000e", None) or ())
    return count


def test_another_reader_reads_the_same_amounts(history: WrittenHistory) -> None:
    for path in history.files("remits"):
        assert theirs(path.read_bytes()) == ours(path.read_bytes()), path.name


def test_every_remit_balances_to_the_cent(history: WrittenHistory) -> None:
    for payment in history.payments:
        for claim in payment.claims:
            for service in claim.services:
                assert service.charge_cents - sum(a.amount_cents for a in service.adjustments) == service.paid_cents
            assert sum(service.paid_cents for service in claim.services) == claim.paid_cents
            assert sum(service.charge_cents for service in claim.services) == claim.charge_cents
        paid = sum(claim.paid_cents for claim in payment.claims)
        assert paid - sum(payment.beside_cents) == payment.head.payment_cents
    # Some payers tell denied claims in a payment of their own.
    assert len(history.payments) > len(history.files("remits"))


def test_every_deposit_ties_to_its_remittance_and_every_remittance_to_its_deposit(
    simulated: SimulationReport, history: WrittenHistory
) -> None:
    deposited = Counter((each.day, each.trace, each.originator, each.cents) for each in history.deposits)
    heads = [payment.head for payment in history.payments if payment.head.payment_cents]
    announced = Counter(
        (head.paid_on, head.trace, head.originator, head.payment_cents)
        for head in heads
        if head.paid_on is not None and head.paid_on <= simulated.config.as_of
    )
    assert deposited == announced
    assert max(deposited.values()) == 1
    assert len({head.trace for head in heads}) == len(heads)


def test_a_refused_claim_is_never_answered_under_that_sending(history: WrittenHistory) -> None:
    refused = [sent for sent in history.sent if sent.refused]
    assert len(refused) == len(history.refused) > 20
    again = 0
    for one in refused:
        later = [
            sent.day
            for sent in history.sent
            if sent.claim.control_number == one.claim.control_number and sent.day > one.day
        ]
        again += bool(later)
        if one.claim.frequency == "1":
            heard = [answer.day for answer in history.decisions(one.payer, one.claim.control_number)]
            assert not [day for day in heard if one.day < day <= min(later, default=date.max)], one.claim.control_number
    assert again > len(refused) / 2  # most are put right and go again


def test_a_claim_that_nobody_refused_is_answered_once_for_each_sending(history: WrittenHistory) -> None:
    """And once more where an appeal was won; nothing is answered that was never sent, or sent on by its first payer."""
    taken = Counter((sent.payer, sent.claim.control_number) for sent in history.sent if not sent.refused)
    won = Counter(
        (number.partition("-")[0], history.appeals[number].control_number)
        for number, ruling in history.rulings.items()
        if ruling.lines
    )
    sent_on = {
        answer.payment.control_number
        for answers in history.answers.values()
        for answer in answers
        if answer.payment.status == "19"
    }
    for payer, control_number in history.answers:
        answers = len(history.decisions(payer, control_number))
        forwarded = control_number in sent_on and (payer, control_number) not in taken
        at_most = taken[payer, control_number] + won[payer, control_number] + forwarded
        assert 0 < answers <= at_most, control_number
    assert len(sent_on) > 20


def test_corrected_claims_name_a_number_that_the_payer_told_and_come_back_with_a_reversal(
    history: WrittenHistory,
) -> None:
    corrected = [sent for sent in history.sent if sent.claim.frequency == "7"]
    told: dict[tuple[str, str], date] = {}
    for (payer, _), answers in history.answers.items():
        for answer in answers:
            told.setdefault((payer, answer.payment.payer_control_number), answer.day)
    answered = 0
    for sent in corrected:
        assert told[sent.payer, sent.claim.reference("F8")] < sent.day, sent.claim.control_number
        of_claim = history.answers.get((sent.payer, sent.claim.control_number), [])
        later = [answer for answer in of_claim if answer.day > sent.day and answer.payment.frequency == "7"]
        if sent.refused or not later or all(answer.reverses for answer in of_claim if answer.day <= sent.day):
            continue
        new = next(answer for answer in later if not answer.reverses)
        before = [answer for answer in of_claim if answer.day < new.day]
        if not before:
            continue  # a repetition told as the replacement of the claim that it repeats
        (taken_back,) = [answer.payment for answer in of_claim if answer.file == new.file and answer.reverses]
        stood = [answer.payment for answer in before if not answer.reverses][-1]
        assert (taken_back.charge_cents, taken_back.paid_cents) == (-stood.charge_cents, -stood.paid_cents)
        assert taken_back.payer_control_number == stood.payer_control_number
        answered += 1
    assert len(corrected) > 40
    assert answered > 30


def test_a_claim_to_another_payer_after_a_denial_is_an_original(history: WrittenHistory) -> None:
    rebilled = [sent for sent in history.sent if "corrected" in sent.file.stem and sent.claim.frequency == "1"]
    assert rebilled
    for sent in rebilled:
        assert sent.claim.reference("F8") == ""
        others = [s for s in history.sent if s.claim.control_number == sent.claim.control_number and s.day < sent.day]
        assert {other.payer for other in others} - {sent.payer}


def test_appeals_and_their_decisions_match(history: WrittenHistory) -> None:
    assert len(history.appeals) > 30
    notes = Counter[Note]()
    for number, ruling in history.rulings.items():
        appeal = history.appeals[number]
        notes[ruling.note] += 1
        assert ruling.decided_on > appeal.filed_on >= appeal.told_on
        assert ruling.payer_claim_number == appeal.payer_claim_number
        assert set(ruling.lines) <= set(appeal.lines)
        assert (ruling.result is Result.UPHELD) is (not ruling.lines)
        payer = number.partition("-")[0]
        denied = [a for a in history.answers[payer, appeal.control_number] if a.day == appeal.told_on and a.denied]
        assert any(all(answer.denied[line] for line in appeal.lines) for answer in denied)
        paid = [a for a in history.answers[payer, appeal.control_number] if a.day > ruling.decided_on]
        if ruling.lines and paid:
            assert paid[0].reverses
            assert not any(paid[1].denied[line] for line in ruling.lines)
    assert notes.keys() >= {Note.PAID, Note.STANDS}
    assert not notes.keys() & {Note.UNKNOWN, Note.TOO_EARLY}
    old = {number for number, appeal in history.appeals.items() if appeal.filed_on < date(2026, 3, 1)}
    assert len(old - history.rulings.keys()) < len(old) / 10  # few appeals lie for four months


def test_claims_hold_nothing_but_what_a_claim_says(history: WrittenHistory) -> None:
    """No segment in which a truth could hide: no notes, no fixed-format information."""
    usual = {*"ISA GS ST BHT NM1 PER HL PRV N3 N4 REF SBR DMG PAT CLM HI LX SV1 DTP SE GE IEA".split()}  # noqa: SIM905
    usual |= {"AMT", "CAS", "OI", "SVD", "PWK"}  # what the first payer paid; records sent along
    for path in (*history.files("sent"), *history.files("charges")):
        names = {segment.partition("*")[0] for segment in path.read_text("ascii").split("~")}
        assert names - {""} <= usual


def test_no_two_interchanges_of_a_sender_have_one_number(history: WrittenHistory) -> None:
    for folder in ("sent", "remits"):
        numbers = [(content[35:50], content[90:99]) for content in map(Path.read_bytes, history.files(folder))]
        assert len(set(numbers)) == len(numbers) > 100


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(RefusedError, match="not an empty folder"):
        simulate(tmp_path, SimulationConfig(claims=10, months=1))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_command_lays_the_history_beside_published_figures_when_asked(tmp_path: Path) -> None:
    runner = CliRunner()
    words = ["simulate", "--claims", "200", "--months", "3"]
    plain = runner.invoke(app, [*words, str(tmp_path / "plain")])
    asked = runner.invoke(app, [*words, str(tmp_path / "asked"), "--report"])
    told = json.loads(runner.invoke(app, [*words, str(tmp_path / "told"), "--json"]).stdout)
    assert plain.exit_code == asked.exit_code == 0
    assert "within a fifth" in asked.stdout
    assert "within a fifth" not in plain.stdout
    assert {"published", "within_a_fifth", "difference", "source", "read"} <= told["figures"][0].keys()
