"""Scrubbing with the practice's record, and measuring the rules on it: nothing is known before its day."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import status_cases
from denialml import x12
from denialml.claims import Claim, replace
from denialml.errors import NotFoundError, RefusedError, UsageError
from denialml.ids import claim_control_number
from denialml.scrub import Override, proposing
from denialml.scrub.history import ClaimState
from denialml.service.acks import AcksReport, import_acks
from denialml.service.charges import import_charges
from denialml.service.edits import edit_report
from denialml.service.missingedits import close_missing_edit, missing_edits, reopen_missing_edit
from denialml.service.posting import post_files
from denialml.service.proposals import propose_rules
from denialml.service.rules import approve_rule, list_rules, override_finding, try_rule
from denialml.service.scrub import scrub_files
from denialml.settings import Settings
from denialml.simulator.wire import Damage, damaged
from denialml.store import Store, open_store
from denialml.store.past import Past, past
from denialml.x12.acknowledge import acknowledge
from posting_cases import RECEIVED, SENT, as_read, claims_file, co, our_claim, payment, remit_file, reversal, service

FIRST, AGAIN, PAID = "0000000001Y", "0000000002W", "0000000003T"
LATER = SENT + timedelta(days=40)


@dataclass
class Office:
    """A home, and its files by number."""

    settings: Settings
    folder: Path
    files: int = 0

    def send(self, *claims: Claim, on: datetime = SENT) -> Path:
        self.files += 1
        path = claims_file(self.folder / f"{self.files}.837", *claims, control=self.files, created=on)
        import_charges(self.settings, [path], sent=True)
        return path

    def hear(self, *answers: object, on: datetime = RECEIVED) -> None:
        self.files += 1
        read = as_read(*answers, trace=f"T{self.files}")  # type: ignore[arg-type]
        post_files(self.settings, [remit_file(self.folder / f"{self.files}.835", read, control=self.files, created=on)])


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Office:
    return Office(Settings(home=tmp_path / "home", database_url=database_url), tmp_path)


@pytest.fixture
def known(office: Office) -> Iterator[Store]:
    store = open_store(office.settings.url)
    yield store
    store.close()


def asked(store: Store, claim: Claim, before: date) -> Past:
    with store.reading() as connection:
        return past(connection, [claim], before)


def test_the_record_knows_a_patients_services_as_they_stood(office: Office, known: Store) -> None:
    first, again = our_claim(FIRST, 10_000, 5_000), our_claim(AGAIN, 10_000)
    sent_on, heard_on = SENT.date(), RECEIVED.date()
    office.send(first)
    assert asked(known, again, sent_on).services(again) == []
    open_ = asked(known, again, sent_on + timedelta(days=1)).services(again)
    assert [(each.code, each.state, each.control_number) for each in open_] == [
        ("99213", ClaimState.OPEN, FIRST),
        ("99214", ClaimState.OPEN, FIRST),
    ]
    half = payment(
        service(10_000, 0, co("50", 10_000)), service(5_000, 4_000, co("45", 1_000), code="99214"), number=FIRST
    )
    office.hear(half)
    assert {each.state for each in asked(known, again, heard_on).services(again)} == {ClaimState.OPEN}
    after = heard_on + timedelta(days=1)
    assert [each.state for each in asked(known, again, after).services(again)] == [ClaimState.DENIED, ClaimState.PAID]
    sent = asked(known, first, after).sent(FIRST)
    assert sent
    assert (sent.state, sent.payer_control_number, sent.answered_on) == (ClaimState.PAID, "ICN1", heard_on)
    assert asked(known, first, after).services(first) == []
    office.hear(reversal(half), on=RECEIVED + timedelta(days=5))
    taken_back = asked(known, again, after + timedelta(days=5)).services(again)
    assert {each.state for each in taken_back} == {ClaimState.OPEN}
    assert len(asked(known, again, after).services(again)) == 2  # what was known then stays as it was


def test_a_void_claim_and_strangers_leave_no_services(office: Office, known: Store) -> None:
    first = our_claim(FIRST, 10_000)
    office.send(first)
    office.send(replace(first, frequency="8"), on=SENT + timedelta(days=2))
    again = our_claim(AGAIN, 10_000)
    assert asked(known, again, SENT.date() + timedelta(days=2)).services(again)
    assert asked(known, again, SENT.date() + timedelta(days=3)).services(again) == []
    other = replace(again, coverage=replace(again.coverage, subscriber_birth=date(1999, 1, 1)))
    assert asked(known, other, SENT.date() + timedelta(days=2)).services(other) == []


def test_scrub_finds_a_duplicate_of_what_was_sent_before(office: Office, tmp_path: Path) -> None:
    office.send(our_claim(FIRST, 10_000))
    path = claims_file(tmp_path / "draft.837", our_claim(AGAIN, 10_000))
    before = scrub_files(office.settings, [path], as_of=SENT.date())
    assert "S130" not in {each.rule for each in before.rules}
    after = scrub_files(office.settings, [path], as_of=LATER.date())
    assert "S130" in {each.rule for each in after.rules}


def test_tables_that_are_missing_are_told_with_their_rules(office: Office, tmp_path: Path) -> None:
    path = claims_file(tmp_path / "draft.837", our_claim(AGAIN, 10_000))
    silent = {each.table: each for each in scrub_files(office.settings, [path], as_of=SENT.date()).silent}
    assert silent["fee"].load == ("fee_schedule",)
    assert silent["fee"].claims == 1
    assert silent["fee"].first_day == silent["fee"].last_day == date(2026, 1, 5)
    assert "S061" in silent["fee"].rules
    assert "ptp_hospital" not in silent
    demo = Settings(home=office.settings.home, database_url=office.settings.database_url, demo=True)
    assert "fee" not in {each.table for each in scrub_files(demo, [path], as_of=SENT.date()).silent}


def test_rules_are_measured_on_the_past(office: Office) -> None:
    """One duplicate denied, one denial that no rule names, one claim paid: met, missing, and nothing held for it."""
    office.send(our_claim(FIRST, 10_000))
    office.send(our_claim(AGAIN, 10_000), on=SENT + timedelta(days=3))
    other = our_claim(PAID, 10_000)
    office.send(replace(other, coverage=replace(other.coverage, subscriber_birth=date(1999, 1, 1))))
    office.hear(
        payment(service(10_000, 0, co("197", 10_000)), number=FIRST, status="4"),
        payment(service(10_000, 0, co("18", 10_000)), number=AGAIN, status="4"),
        payment(service(10_000, 8_000, co("45", 2_000)), number=PAID),
    )
    report = edit_report(office.settings, until=LATER.date())
    assert (report.claims, report.denied_claims) == (3, 2)
    worth = {each.rule: each for each in report.rules}
    assert (worth["S130"].claims, worth["S130"].met, worth["S130"].met_cents) == (1, 1, 10_000)
    assert (report.preventable, report.held_share, report.held_cents) == (2, 0.5, 10_000)
    (gap,) = report.missing
    assert (gap.reason, gap.procedure, gap.denials, gap.denied_cents, gap.example) == ("197", "99213", 1, 10_000, FIRST)
    assert edit_report(office.settings, since=LATER.date(), until=LATER.date()).claims == 0
    tried = try_rule(office.settings, "S130")
    assert (tried.claims, tried.found, tried.found_denied, tried.denied_cents) == (3, 1, 1, 10_000)


def test_the_measure_of_a_day_does_not_change_with_what_comes_later(office: Office) -> None:
    office.send(our_claim(FIRST, 10_000))
    office.hear(payment(service(10_000, 8_000, co("45", 2_000)), number=FIRST))
    measured = edit_report(office.settings, until=LATER.date())
    office.send(our_claim(AGAIN, 10_000), on=LATER)
    office.hear(payment(service(10_000, 0, co("18", 10_000)), number=AGAIN, status="4"), on=LATER + timedelta(days=9))
    assert edit_report(office.settings, until=SENT.date()).rules == measured.rules


def test_missing_edits_are_tasks_until_somebody_answers_them(office: Office) -> None:
    office.send(our_claim(FIRST, 10_000))
    office.hear(payment(service(10_000, 0, co("197", 10_000)), number=FIRST, status="4"))
    (task,) = missing_edits(office.settings)
    assert (task.state, task.reason, task.denials, task.denied_cents) == ("open", "197", 1, 10_000)
    assert missing_edits(office.settings) == (task,)  # opened once
    with pytest.raises(UsageError, match="--rule"):
        close_missing_edit(office.settings, task.task, person="ada")
    with pytest.raises(NotFoundError, match="no rule L-NONE"):
        close_missing_edit(office.settings, task.task, person="ada", rule="L-NONE")
    with pytest.raises(NotFoundError, match="no missing edit 99"):
        close_missing_edit(office.settings, 99, person="ada", reason="ours")
    close_missing_edit(office.settings, task.task, person="ada", rule="S120")
    assert missing_edits(office.settings) == ()
    (closed,) = missing_edits(office.settings, every=True)
    assert (closed.state, closed.rule, closed.person) == ("closed", "S120", "ada")
    with pytest.raises(RefusedError, match="closed already"):
        close_missing_edit(office.settings, task.task, person="ada", rule="S120")
    reopen_missing_edit(office.settings, task.task, person="bob", reason="it still happens")
    assert [each.state for each in missing_edits(office.settings)] == ["open"]


def test_a_missing_edit_that_rules_meet_by_now_is_met(office: Office) -> None:
    office.send(our_claim(FIRST, 10_000))
    office.hear(payment(service(10_000, 0, co("197", 10_000)), number=FIRST, status="4"))
    assert [each.state for each in missing_edits(office.settings)] == ["open"]
    payer = our_claim().payer_id
    office.settings.home.mkdir(exist_ok=True)
    (office.settings.home / "practice.yaml").write_text(
        f'contracts:\n  "{payer}":\n    - {{effective: 2020-01-01, authorized_codes: ["99213"]}}\n'
    )
    assert missing_edits(office.settings) == ()
    assert [each.state for each in missing_edits(office.settings, every=True)] == ["met"]


def test_an_overridden_finding_holds_no_claim_and_is_judged_by_its_outcome(office: Office, tmp_path: Path) -> None:
    office.send(our_claim(FIRST, 10_000))
    again = our_claim(AGAIN, 10_000)
    path = claims_file(tmp_path / "draft.837", again)
    sent_on = SENT.date() + timedelta(days=3)
    settings = Settings(home=office.settings.home, database_url=office.settings.database_url, today=sent_on)
    holding = [each.rule for each in scrub_files(settings, [path], as_of=sent_on).rules if each.severity == "error"]
    for rule in holding:
        for line in (0, 1):
            override_finding(settings, AGAIN, Override(rule, "both were given", "ada", sent_on, line))
    report = scrub_files(settings, [path], as_of=sent_on)
    assert (report.held, report.overridden) == (0, 1)
    earlier = scrub_files(settings, [path], as_of=sent_on - timedelta(days=1))
    assert (earlier.held, earlier.overridden) == (1, 0)  # nobody had decided yet
    office.send(again, on=SENT + timedelta(days=3))
    office.hear(
        payment(service(10_000, 8_000, co("45", 2_000)), number=FIRST),
        payment(service(10_000, 8_000, co("45", 2_000)), number=AGAIN),
    )
    worth = {each.rule: each for each in edit_report(office.settings, until=LATER.date()).rules}
    assert (worth["S130"].overridden, worth["S130"].overridden_paid) == (1, 1)
    taken_back = Override("S130", "a mistake", "bob", sent_on, 1)
    override_finding(settings, AGAIN, taken_back, withdraw=True)
    assert scrub_files(settings, [path], as_of=sent_on).held == 1
    with pytest.raises(RefusedError, match="not overridden"):
        override_finding(settings, AGAIN, taken_back, withdraw=True)
    with pytest.raises(NotFoundError, match="no rule S999"):
        override_finding(settings, AGAIN, Override("S999", "why not", "bob", sent_on))


def acknowledged(office: Office, number: str, category: str, action: str, on: datetime) -> AcksReport:
    """A 277CA that accepts or refuses one claim, taken in."""
    office.files += 1
    around = {"source_trace": f"S{office.files}", "processed_on": on.date()}
    said = status_cases.of_claim(
        number,
        statuses=(status_cases.status(category, "562", "85", action=action, charge_cents=10_000),),
        **around,
    )
    accepted = (status_cases.status("A1", "19", action="WQ", charge_cents=10_000),)
    clinic = status_cases.of_claim("0", patient=None, references=(), dates=(), statuses=accepted, **around)
    path = office.folder / f"{office.files}.277ca"
    messages = status_cases.batch([status_cases.answer(**around), clinic, said])
    envelope = x12.Envelope("CLEARINGHOUSE", "PRACTICE", office.files, on)
    path.write_bytes(x12.write(replace(messages, envelope=envelope)))
    report = import_acks(office.settings, [path])
    again = import_acks(office.settings, [path])
    assert (again.accepted, again.rejected) == (0, 0)
    assert again.repeated == 1
    return report


def test_a_refused_claim_may_go_again_and_is_a_missing_edit(office: Office, known: Store) -> None:
    first = our_claim(FIRST, 10_000)
    office.send(first)
    refused_on = SENT + timedelta(days=1)
    report = acknowledged(office, FIRST, "A7", "U", refused_on)
    assert (report.rejected, report.unknown, report.unreadable_files) == (1, 0, 0)
    before, after = refused_on.date(), refused_on.date() + timedelta(days=1)
    assert asked(known, first, before).sent(FIRST).state is ClaimState.OPEN  # type: ignore[union-attr]
    assert asked(known, first, after).sent(FIRST).state is ClaimState.REJECTED  # type: ignore[union-attr]
    measured = edit_report(office.settings, until=LATER.date())
    assert (measured.refused, measured.refused_held_share) == (1, 0.0)
    (gap,) = measured.missing
    assert (gap.reason, gap.denials, gap.denied_cents, gap.example) == ("277CA A7:562", 1, 10_000, FIRST)
    office.settings.home.mkdir(exist_ok=True)
    (office.settings.home / "practice.yaml").write_text(
        f'contracts:\n  "{first.payer_id}":\n    - {{effective: 2020-01-01, authorized_codes: ["99213"]}}\n'
    )
    measured = edit_report(office.settings, until=LATER.date())
    assert (measured.refused_held_share, measured.missing) == (1.0, ())
    assert acknowledged(office, "UNKNOWN1", "A7", "U", refused_on).unknown == 1
    assert acknowledged(office, FIRST, "A2", "WQ", refused_on).accepted == 1


def test_what_is_no_277ca_is_told(office: Office, tmp_path: Path) -> None:
    path = claims_file(tmp_path / "claims.837", our_claim(FIRST, 10_000))
    report = import_acks(office.settings, [path])
    assert report.unreadable_files == 1
    assert "holds no 277CA, 999 or TA1" in report.files[0].error


def of_another(claim: Claim) -> Claim:
    """The same of another patient, so that neither is taken for the other's duplicate."""
    return replace(claim, coverage=replace(claim.coverage, subscriber_birth=date(1999, 1, 1)))


def answered(office: Office, sent: Path, on: datetime) -> tuple[AcksReport, AcksReport]:
    """A receiver's TA1 or 999 of a file that was sent, taken in, and taken in once more."""
    path = office.folder / f"{sent.stem}.999"
    path.write_bytes(b"".join(acknowledge(sent, control_number=1, created_at=on)))
    days = {"known_on": on.date()}
    return import_acks(office.settings, [path], **days), import_acks(office.settings, [path], **days)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (Damage.SEGMENT_COUNT, "999 IK5:4"),
        (Damage.GROUP_NUMBER, "999 AK9:4"),
        (Damage.INTERCHANGE_NUMBER, "TA1 R:001"),
    ],
)
def test_each_claim_of_a_refused_file_is_refused_once(
    office: Office, known: Store, damage: Damage, reason: str
) -> None:
    first = our_claim(FIRST, 10_000)
    path = claims_file(office.folder / "sent.837", first, of_another(our_claim(AGAIN, 7_000)), control=41)
    path.write_bytes(damaged(path.read_bytes(), damage))
    import_charges(office.settings, [path], sent=True)
    report, again = answered(office, path, SENT + timedelta(days=1))
    assert (report.rejected, report.unknown, report.files_rejected, report.files_unknown) == (2, 0, 1, 0)
    assert (again.rejected, again.repeated) == (0, 2)
    measured = edit_report(office.settings, until=LATER.date())
    (gap,) = measured.missing
    assert (measured.refused, gap.reason, gap.denials, gap.denied_cents) == (2, reason, 2, 17_000)
    (task,) = missing_edits(office.settings)
    assert task.reason == reason
    later = SENT.date() + timedelta(days=3)
    assert asked(known, first, later).sent(FIRST).state is ClaimState.REJECTED  # type: ignore[union-attr]
    assert acknowledged(office, FIRST, "A2", "WQ", SENT + timedelta(days=2)).accepted == 1  # it went again, as it was
    assert asked(known, first, later).sent(FIRST).state is ClaimState.OPEN  # type: ignore[union-attr]


def test_a_999_names_the_claims_that_spoilt_their_set(office: Office) -> None:
    """The claim that an error stands in is refused for it, the one beside it for the set."""
    path = claims_file(office.folder / "sent.837", our_claim(FIRST, 10_000), of_another(our_claim(AGAIN, 10_000)))
    first, second = path.read_bytes().rsplit(b"11:B:1", 1)
    path.write_bytes(first + b"11:Q:1" + second)
    import_charges(office.settings, [path], sent=True)
    report, _ = answered(office, path, SENT + timedelta(days=1))
    assert report.rejected + report.unknown == 2
    reasons = {gap.example: gap.reason for gap in edit_report(office.settings, until=LATER.date()).missing}
    assert reasons == {FIRST: "999 IK5:I5", AGAIN: "999 2300/CLM05:I6"}


def test_answers_to_sound_and_to_unknown_files_are_kept_and_told(office: Office) -> None:
    sent = office.send(our_claim(FIRST, 10_000))
    report, _ = answered(office, sent, SENT + timedelta(days=1))
    assert (report.files_accepted, report.rejected, report.files_unknown) == (1, 0, 0)
    stranger = claims_file(office.folder / "stranger.837", our_claim(AGAIN, 10_000), control=99)
    report, _ = answered(office, stranger, SENT + timedelta(days=1))
    assert (report.files_accepted, report.files_unknown) == (0, 1)
    assert "group 99" in report.files[0].findings[0].message


def live(office: Office, code: str, count: int, on: datetime, *, denied: bool) -> None:
    """Claims of one procedure, each of another patient, that the payer denies for want of authorisation or pays."""
    for _ in range(count):
        number = claim_control_number(office.files + 1)
        claim = our_claim(number, 10_000)
        line = replace(claim.lines[0], procedure=replace(claim.lines[0].procedure, code=code))
        born = date(1950, 1, 1) + timedelta(days=office.files)
        office.send(replace(claim, lines=(line,), coverage=replace(claim.coverage, subscriber_birth=born)), on=on)
        said = service(10_000, 0, co("197", 10_000), code=code) if denied else service(10_000, 10_000, code=code)
        office.hear(payment(said, number=number, status="4" if denied else "1"), on=on + timedelta(days=14))


def test_contract_rows_and_rules_are_proposed_and_act_only_when_taken(office: Office) -> None:
    early, late = SENT, SENT + timedelta(days=60)
    live(office, "99213", 20, early, denied=False)
    live(office, "70553", 5, early, denied=True)
    live(office, "99213", 8, late, denied=False)
    live(office, "70553", 3, late, denied=True)
    until = late.date() + timedelta(days=30)
    proposed = propose_rules(office.settings, until=until)
    (only,) = proposed.rules
    assert (only.place, only.learnt_denied, only.checked_held, only.checked_denied) == ("contract", 5, 3, 3)
    assert only.checked_denied_cents == 30_000
    assert proposed.practice
    before = edit_report(office.settings, until=until)
    assert before.held_share == 0
    proposed.practice.replace(office.settings.home / "practice.yaml")
    assert edit_report(office.settings, until=until).held_share == 1
    assert propose_rules(office.settings, until=until).rules == (), "what is found already is not proposed again"


def test_a_proposed_rule_waits_for_a_person(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    early, late = SENT, SENT + timedelta(days=60)
    for day, paid, denied in ((early, 20, 5), (late, 8, 3)):
        live(office, "99213", paid, day, denied=False)
        live(office, "70553", denied, day, denied=True)
    auth = next(each for each in proposing.KINDS if each.name == "AUTH")
    monkeypatch.setattr(proposing, "KINDS", [dataclasses.replace(auth, contract="")])
    until = late.date() + timedelta(days=30)
    (only,) = propose_rules(office.settings, until=until).rules
    assert only.written
    (listed,) = [each for each in list_rules(office.settings).rules if each.group == "local"]
    assert (listed.rule, listed.state) == (only.rule, "proposed")
    assert edit_report(office.settings, until=until).held_share == 0
    assert [each.written for each in propose_rules(office.settings, until=until).rules] == [False]
    assert approve_rule(office.settings, only.rule, "Ada Quill", until).state == "approved"
    assert edit_report(office.settings, until=until).held_share == 1
