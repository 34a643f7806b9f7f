"""The history of one practice, day by day, as the files it leaves and the truth beside them.

Each day: cover is asked after, patients are seen, claims become ready and are looked over; what waits is sent; payers'
answers and money arrive; denials are worked, and payers rule on appeals. Everything between the practice and the others
passes as files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from denialml.claims import Party, Reference, Remittance, replace
from denialml.simulator.accounts import Account, Standing
from denialml.simulator.bank import Bank, Deposit, DepositFault, faulty
from denialml.simulator.bounds import Bounds
from denialml.simulator.changes import changes_of
from denialml.simulator.claimstatus import StatusOffice
from denialml.simulator.clearinghouse import Clearinghouse
from denialml.simulator.config import SimulationConfig
from denialml.simulator.contracts import write_contracts
from denialml.simulator.data import document
from denialml.simulator.decisions import Decision
from denialml.simulator.denialwork import DenialOffice
from denialml.simulator.dice import Fates
from denialml.simulator.exchange import Decide, Outbox, Parcel, Sent
from denialml.simulator.faults import Faults
from denialml.simulator.inquiries import EligibilityOffice
from denialml.simulator.medicine import Medicine
from denialml.simulator.payer import Payer
from denialml.simulator.policy import Policy
from denialml.simulator.potential import EditOutcome, Laboratory
from denialml.simulator.practice import Practice, Span
from denialml.simulator.record import Record
from denialml.simulator.remits import Remit, RemitOffice
from denialml.simulator.repeats import Repeats
from denialml.simulator.review import PreSendReview
from denialml.simulator.secondpayer import SecondPayers
from denialml.simulator.tally import PayerTally, Tally
from denialml.simulator.truth import write_changes, write_json
from denialml.simulator.wire import WireFile
from denialml.simulator.worlds import Blueprint

_COVER_REASONS: Final = frozenset({"22", "26", "27", "31", "109"})
_TRIES: Final = 3  # times that a claim is sent before somebody gives it up
_LEFT: Final = 0.04  # share of refused claims that nobody takes up again
_KEPT_DAYS: Final = 600  # after which nothing is heard of a claim any more
_SEEDS_APART: Final = 1_000_003  # between practices


@dataclass(slots=True)
class _Window:
    """What the practice has for one payer: who asks and answers there, and the claims that wait for a send day."""

    payer: Payer
    remits: RemitOffice
    eligibility: EligibilityOffice
    status: StatusOffice
    send_days: frozenset[int]
    waiting: list[Account] = field(default_factory=list)
    others: dict[str, list[Parcel]] = field(default_factory=lambda: {"corrected": [], "secondary": []})


@dataclass(frozen=True, slots=True)
class Written:
    """What a history holds: its counts, and how well anybody could do."""

    tally: Tally
    bounds: Bounds


class History:
    """One practice's history of ``claims`` claims. All of its dice, and its payers' memories, are its own."""

    def __init__(
        self, directory: Path, config: SimulationConfig, plan: Blueprint, policies: Mapping[str, Policy], claims: int
    ) -> None:
        self._config = config
        seed = config.seed + plan.index * _SEEDS_APART
        self._claims = claims
        self.payers = {key: Payer(policy, seed) for key, policy in policies.items()}
        self.practice = Practice(plan, self.payers, Span(config.start, config.as_of, claims), seed)
        tally = Tally(payers={key: _payer_tally(payer) for key, payer in self.payers.items()})
        self._record = Record(directory, config.as_of, tally)
        self._faults = Faults(dict(config.faults), seed)
        wire, office = document("clearinghouse.yaml"), document("office.yaml")
        submitter, billing = self.practice.submitter, self.practice.billing
        self._outbox = Outbox(submitter, Clearinghouse(wire, submitter), self._faults, self._record)
        self._windows = {key: self._window(payer, wire, seed) for key, payer in self.payers.items()}
        self._review = PreSendReview(plan, Medicine(), self.payers, seed, config.random_share)
        judges = {key: payer.judge for key, payer in self.payers.items()}
        self._laboratory = Laboratory(judges, office["edit_minutes"])
        working = max(1, (config.as_of - config.start).days * 5 // 7)
        self._denials = DenialOffice(self.payers, self._record, config, claims / working, seed)
        self._second = SecondPayers(self.payers, self._faults, seed)
        self._bank = Bank(billing.name, billing.name, billing.tax_id)
        self._accounts: dict[str, Account] = {}
        self._again: dict[date, list[Account]] = {}
        self._repeats = Repeats(self._accounts)
        self._fates = Fates(seed, "billing office")
        self._fees = _medicare_fees()
        self._whole = {key: frozenset(rule.name for rule in policy.claim_rules) for key, policy in policies.items()}

    def write(self, progress: Callable[[str], None] | None = None) -> Written:
        """Write every file of the history; its manifest comes last. The directory must exist and be empty."""
        config, record = self._config, self._record
        day = min(self.practice.first_day, config.start)
        with record:
            while day <= config.as_of:
                self._live(day)
                if progress is not None and day.day == 1 and day >= config.start:
                    progress(f"{day:%B %Y}: {record.tally.claims:,} of {self._claims:,} claims")
                day += timedelta(days=1)
        record.bounds.schedules = record.cases.schedules(self._denials.capacity)
        changes = changes_of(self.payers.values(), self.practice, self._denials, config)
        write_changes(record.directory / "truth" / "changes.json", changes)
        write_json(record.directory / "truth" / "bounds.json", record.bounds.told())
        write_contracts(record.directory / "truth" / "contracts", self.payers.values())
        self._write_manifest()
        return Written(record.tally, record.bounds)

    def _live(self, day: date) -> None:
        self._see_patients(day)
        self._make_claims(day)
        for key, window in self._windows.items():
            if day > self._config.last_sent:
                self._keep_drafts(key, window, day)
            elif day.weekday() in window.send_days or day == self._config.last_sent:
                self._send_claims(key, window, day)
            if day.weekday() in window.send_days:
                self._send_others(window, day)
            self._hear(key, window, day)
        self._work_denials(day)
        file = self._bank.issue(day)
        if file is not None:
            self._record.store(file)
        if day.weekday() == 0:
            self._ask_after(day)
        self._record.spoilt(self._faults.log)
        self._faults.log.clear()
        if day.day == 1:
            self._forget(day)

    # Patients and claims

    def _see_patients(self, day: date) -> None:
        by_payer: dict[str, list[Any]] = {}
        for question in self.practice.asks(day):
            by_payer.setdefault(question.payer, []).append(question)
        for key, questions in by_payer.items():
            asking = self._windows[key].eligibility.ask(questions, day)
            self._record.store(asking.inquiry, asking.response)
            for question, answer in zip(questions, asking.answers, strict=True):
                self.practice.told(question, answer)
        self.practice.serve(day)

    def _make_claims(self, day: date) -> None:
        for account in self._again.pop(day, ()):
            self._windows[account.made.payer].waiting.append(account)
        draft = day > self._config.last_sent
        for coded in self.practice.ready(day):
            made, choice = self._review.look(coded, day)
            if choice is not None:
                self._record.chose([choice])
            self._windows[made.payer].waiting.append(Account(coded, made))
            self._record.tally.made(made.claim, self._fees, draft=draft)
        for key, parcel in self._second.due(day):
            self._windows[key].others["secondary"].append(parcel)

    def _edited(self, account: Account, day: date) -> tuple[EditOutcome, ...]:
        """What each edit of a claim would do, found out before its payer remembers it."""
        coded = account.undone
        return self._laboratory.outcomes(coded.claim, coded.payer, coded.edits, account.fixed, day)

    def _keep_drafts(self, key: str, window: _Window, day: date) -> None:
        """Leave what is ready unsent. What its payer would decide on that day is truth and nothing else."""
        waiting, window.waiting = window.waiting, []
        if not waiting:
            return
        file = self._outbox.write(window.payer, day, [account.made.claim for account in waiting])
        self._record.store(WireFile.of("charges", day, key, "837", file.content))
        for account in waiting:
            edited = self._edited(account, day)
            decision = window.payer.decide(account.made.claim, day)
            self._record.truth.decided(decision, day, draft=True, edited=bool(account.fixed))
            self._record.truth.tried(decision.claim, edited)

    # Sending

    def _send_claims(self, key: str, window: _Window, day: date) -> None:
        waiting, window.waiting = window.waiting, []
        if not waiting:
            return
        for account in waiting:
            if account.sent_on is None:
                self._record.tally.payers[key].sent(account.made.claim)
            account.sent_on = day
        parcels = [Parcel(account, account.made.claim, self._deciding(account, window.payer)) for account in waiting]
        sent = self._outbox.send(window.payer, "", day, parcels)
        window.waiting += [parcel.account for parcel in sent.again]
        self._take_back(key, sent, day)
        for parcel, decision in sent.decisions:
            self._decided(parcel.account, decision, window, day)

    def _deciding(self, account: Account, payer: Payer) -> Decide:
        """How a payer decides a claim. What it would under each edit is found out first, by what it then remembers."""
        decide = partial(self._repeats.decide, payer=payer, account=account)
        return lambda claim, day: self._tried(self._edited(account, day), decide(claim, day))

    def _tried(self, outcomes: tuple[EditOutcome, ...], decision: Decision) -> Decision:
        self._record.truth.tried(decision.claim, outcomes)
        self._record.bounds.tried(decision, outcomes)
        return decision

    def _send_others(self, window: _Window, day: date) -> None:
        """Send corrected claims, and claims to the second payer, each kind in a file of its own."""
        for kind, parcels in window.others.items():
            if not parcels:
                continue
            sent = self._outbox.send(window.payer, kind, day, parcels)
            refused = [parcel for parcel, _ in sent.refused if self._goes_again(parcel.account)]
            window.others[kind] = [*sent.again, *refused]
            for parcel, decision in sent.decisions:
                parcel.account.sent_on = day
                self._decided(parcel.account, decision, window, day)

    def _take_back(self, key: str, sent: Sent, day: date) -> None:
        """Claims that came back undecided are put right as the refusal says, and sent again some days later."""
        for parcel, _ in sent.refused:
            account = parcel.account
            if not account.refused:
                self._record.tally.payers[key].rejected()
            if self._goes_again(account):
                account.repair_refused()
                later = day + timedelta(days=2 + int(5 * self._fates.uniform("again", account.control_number)))
                if later <= self._config.last_sent:
                    self._again.setdefault(later, []).append(account)

    def _goes_again(self, account: Account) -> bool:
        account.refused += 1
        left = self._fates.chance(_LEFT, "left", account.control_number)
        return account.refused < _TRIES and not left

    def _decided(self, account: Account, decision: Decision, window: _Window, day: date) -> None:
        account.standing, account.told = decision, False
        self._accounts[account.control_number] = account
        window.remits.keep(decision, self._second.forwarding(account, decision))
        self._record.truth.decided(decision, day, edited=bool(account.fixed))

    # Answers

    def _hear(self, key: str, window: _Window, day: date) -> None:
        for remit in window.remits.issue(day):
            self._record.store(WireFile("remits", remit.name, remit.content))
            self._read(key, window, remit, day)
        for transfer in window.remits.transfers:
            self._deposit(transfer, day)

    def _read(self, key: str, window: _Window, remit: Remit, day: date) -> None:
        for decision in remit.decisions:
            account = self._accounts.get(decision.claim.control_number)
            if account is None:
                continue
            if not account.answered:
                account.answered = True
                self._first_answer(key, decision)
            if account.standing is decision.replaces and not account.second:
                account.standing = decision  # the payer has taken back what stood
            if account.standing is not decision:
                continue  # something newer is under way
            account.told = True
            if account.second:
                del self._accounts[account.control_number]
            else:
                self._told(account, decision, window, day)

    def _first_answer(self, key: str, decision: Decision) -> None:
        self._record.tally.payers[key].answered(decision)
        self._record.bounds.answered(decision, self._whole[key])
        for line in decision.lines:
            self._review.heard(key, line.line.procedure.code, denied=line.verdict is not None)

    def _told(self, account: Account, decision: Decision, window: _Window, day: date) -> None:
        """The office has read what a payer decided: denials go to their desk, what is left to the second payer."""
        awaited = self.practice.numbered(account.control_number, decision.number)
        self._repeats.told(decision, awaited=awaited)
        reason = _cover_reason(decision)
        if reason:
            self.practice.learn(account.made, day, reason)
        denied = self._denials.told(account, decision, day)
        if decision.replaces is not None:
            self._denials.corrected(account)
        if denied:
            return
        if account.made.secondary is None:
            if not window.remits.takes_back(decision):
                del self._accounts[account.control_number]
            return
        answer = self._second.bill(account, decision, window.remits.answer(decision), day)
        if answer is not None:
            self._decided(account, answer, self._windows[account.made.payer], day)

    def _work_denials(self, day: date) -> None:
        for work in self._denials.work(day):
            account = self._accounts.get(work.denial.control_number)
            if account is not None:
                key, parcel = self._denials.parcel(work, account, partial(self._repeats.decide, account=account))
                self._windows[key].others["corrected"].append(parcel)
        rulings = list(self._denials.rulings(day, Standing(self._accounts)))  # all by what stood that morning
        for key, decision in rulings:
            account = self._accounts.get(decision.claim.control_number)
            if account is not None:
                account.standing = decision
                self._windows[key].remits.keep(decision)

    # Money and questions

    def _deposit(self, transfer: Remittance, day: date) -> None:
        deposit = Deposit.of(transfer)
        if deposit is None:
            return
        fault = self._faults.deposit_faults.of(deposit.trace)
        if fault:
            self._faults.put(fault, day, f"bank/{deposit.settles_on:%Y%m%d}.ach", trace=deposit.trace)
            deposit = faulty(deposit, DepositFault(fault))
        if deposit is not None:
            self._bank.keep(deposit)

    def _ask_after(self, day: date) -> None:
        """Once a week, ask payers after claims that they have not answered for longer than the office waits."""
        silent: dict[str, list[Account]] = {key: [] for key in self._windows}
        for account in self._accounts.values():
            if not account.told and not account.second and account.sent_on is not None:
                silent[account.made.payer].append(account)
        for key, accounts in silent.items():
            status = self._windows[key].status
            last = day - timedelta(days=status.patience_days)
            asked = [a.made.claim for a in accounts if a.sent_on and last - timedelta(days=7) < a.sent_on <= last]
            if asked:
                asking = status.ask(asked, day, self._known)
                self._record.store(asking.inquiry, asking.response)

    def _known(self, control_number: str) -> Decision | None:
        account = self._accounts.get(control_number)
        return account.standing if account else None

    def _forget(self, day: date) -> None:
        """Drop claims of which nothing will be heard any more, so that memory does not grow with the history."""
        oldest = day - timedelta(days=_KEPT_DAYS)
        old = [number for number, account in self._accounts.items() if account.sent_on and account.sent_on < oldest]
        for number in old:
            del self._accounts[number]
        self._repeats.forget(oldest)
        for payer in self.payers.values():
            payer.forget(day)

    def _window(self, payer: Payer, wire: Mapping[str, Any], seed: int) -> _Window:
        billing, submitter = self.practice.billing, self.practice.submitter
        return _Window(
            payer=payer,
            remits=RemitOffice(payer, _payee(billing), submitter.identifier, seed, self._faults),
            eligibility=EligibilityOffice(billing, payer, seed, wire["eligibility"]),
            status=StatusOffice(submitter, payer, seed, wire["claim_status"]),
            send_days=frozenset(payer.data["population"]["send"]),
        )

    def _write_manifest(self) -> None:
        config, tally = self._config, self._record.tally
        told = {
            "made_by": "denialml simulate",
            "config": asdict(config),
            "start": config.start,
            "as_of": config.as_of,
            "practice": self.practice.billing.name,
            "claims": tally.claims,
            "drafts": tally.drafts,
            "lines": tally.lines,
            "files": dict(sorted(tally.files.items())),
            "payers": {payer.party.identifier: payer.party.name for payer in self.payers.values()},
        }
        text = json.dumps(told, indent=2, default=str) + "\n"
        (self._record.directory / "manifest.json").write_text(text, encoding="utf-8")


def _payee(billing: Party) -> Party:
    """The billing provider as a remittance names it: no taxonomy, the tax id as an additional identifier."""
    return replace(billing, taxonomy="", references=(Reference("TJ", billing.tax_id),))


def _payer_tally(payer: Payer) -> PayerTally:
    return PayerTally(payer.party.identifier, payer.party.name, payer.data["payer"]["kind"])


def _cover_reason(decision: Decision) -> str:
    """The reason, when the whole claim was denied for the patient's cover, else empty."""
    verdict = decision.lines[0].verdict
    return verdict.reason if verdict and verdict.whole_claim and verdict.reason in _COVER_REASONS else ""


def _medicare_fees() -> dict[str, int]:
    """Medicare's fees in cents by procedure, beside which charges are laid."""
    conversion = float(document("medicine.yaml")["charges"]["conversion"]) * 100
    return {code: max(1, round(value * conversion)) for code, value in document("fees.yaml")["values"].items()}
