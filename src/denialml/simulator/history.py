"""The history of one practice, day by day, as the files it leaves and the truth beside them.

Each day: cover is asked after, patients are seen, claims become ready and are looked over; what waits is sent; payers'
answers and money arrive; denials are worked, and payers rule on appeals. Everything between the practice and the others
passes as files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from denialml import x12
from denialml.claims import Claim, Party, Reference
from denialml.claims import replace as replace_value
from denialml.simulator.accounts import Account
from denialml.simulator.bank import Bank, Deposit
from denialml.simulator.bounds import Bounds
from denialml.simulator.changes import changes_of
from denialml.simulator.claimstatus import StatusOffice
from denialml.simulator.clearinghouse import Clearinghouse
from denialml.simulator.config import SimulationConfig
from denialml.simulator.data import document
from denialml.simulator.decisions import Decision
from denialml.simulator.denialdesk import Work
from denialml.simulator.denialwork import DenialOffice
from denialml.simulator.dice import Fates
from denialml.simulator.exchange import Outbox, Parcel, Sent
from denialml.simulator.faults import Faults
from denialml.simulator.inquiries import EligibilityOffice
from denialml.simulator.payer import Payer
from denialml.simulator.policy import Policy
from denialml.simulator.potential import Laboratory
from denialml.simulator.practice import Practice, Span
from denialml.simulator.record import Record
from denialml.simulator.remits import Remit, RemitOffice
from denialml.simulator.review import PreSendReview
from denialml.simulator.secondary import coordinated, secondary_claim
from denialml.simulator.tally import PayerTally, Tally
from denialml.simulator.truth import write_changes, write_json
from denialml.simulator.wire import WireFile
from denialml.simulator.worlds import Blueprint

_COVER_REASONS: Final = frozenset({"22", "26", "27", "31", "109"})
_GIVEN_UP_AFTER: Final = 2  # times that a claim comes back undecided
_NEVER_SENT_AGAIN: Final = 0.04  # share of refused claims that nobody takes up
_FORWARDED: Final = 0.8  # share of claims that a payer of Medicare's kind sends on to the second payer by itself
_SECOND_AFTER: Final = 5  # days until the claim to the second payer is made


@dataclass(slots=True)
class _Desk:
    """What the practice has for one payer: claims that wait for the send day, and who asks and answers."""

    payer: Payer
    remits: RemitOffice
    eligibility: EligibilityOffice
    status: StatusOffice
    send_days: frozenset[int]
    waiting: list[Account]
    corrected: list[Parcel]
    second: list[Parcel]


@dataclass(frozen=True, slots=True)
class Written:
    """What a history holds: its counts, and how well anybody could do."""

    tally: Tally
    bounds: Bounds


class History:
    """One practice's history of ``claims`` claims. All of its dice, and its payers' memories, are its own."""

    def __init__(
        self,
        directory: Path,
        config: SimulationConfig,
        plan: Blueprint,
        policies: Mapping[str, Policy],
        claims: int | None = None,
    ) -> None:
        self._config = config
        self._seed = config.seed + plan.index * 1_000_003
        self._span = Span(config.start, config.as_of, config.claims if claims is None else claims)
        self.payers = {key: Payer(policy, self._seed) for key, policy in policies.items()}
        self.practice = Practice(plan, self.payers, self._span, self._seed)
        tally = Tally(payers={key: _payer_tally(payer) for key, payer in self.payers.items()})
        self._record = Record(directory, config.as_of, tally)
        self._faults = Faults(dict(config.faults), self._seed)
        wire = document("clearinghouse.yaml")
        submitter = self.practice.submitter
        self._outbox = Outbox(submitter, Clearinghouse(wire, submitter), self._faults, self._record)
        self._desks = {key: self._desk(payer, wire) for key, payer in self.payers.items()}
        self._review = PreSendReview(plan, self._seed, config.random_share)
        self._laboratory = Laboratory({key: payer.judge for key, payer in self.payers.items()}, self._review.minutes)
        days = max(1, (config.as_of - config.start).days * 5 // 7)
        self._denials = DenialOffice(self.payers, self._record, config, self._span.claims / days, self._seed)
        billing = self.practice.billing
        self._bank = Bank(billing.name, billing.name, billing.tax_id)
        self._accounts: dict[str, Account] = {}
        self._again: dict[date, list[Account]] = {}
        self._fates = Fates(self._seed, "billing office")
        self._fees = _medicare_fees()
        self._whole = {key: frozenset(rule.name for rule in policy.claim_rules) for key, policy in policies.items()}

    def write(self, progress: Callable[[str], None] | None = None) -> Written:
        """Write every file of the history. The directory must exist and be empty; its manifest comes last."""
        config, record = self._config, self._record
        day = min(self.practice.first_day, config.start)
        with record:
            while day <= config.as_of:
                self._live(day)
                if progress is not None and day.day == 1 and day >= config.start:
                    progress(f"{day:%B %Y}: {record.tally.claims:,} of {self._span.claims:,} claims")
                day += timedelta(days=1)
        record.bounds.schedules = record.cases.schedules(self._denials.capacity)
        changes = changes_of(self.payers.values(), self.practice, self._denials, config)
        write_changes(record.directory / "truth" / "changes.json", changes)
        write_json(record.directory / "truth" / "bounds.json", record.bounds.told())
        self._write_manifest()
        return Written(record.tally, record.bounds)

    def _live(self, day: date) -> None:
        self._see_patients(day)
        for account in self._again.pop(day, ()):
            self._desks[account.made.payer].waiting.append(account)
        self._make_claims(day)
        for key, desk in self._desks.items():
            if day > self._config.last_sent:
                self._keep_drafts(key, desk, day)
            elif day.weekday() in desk.send_days or day == self._config.last_sent:
                self._send_claims(key, desk, day)
            if day.weekday() in desk.send_days:
                self._send_others(desk, day)
            self._hear(key, desk, day)
        self._work_denials(day)
        self._settle_money(day)
        if day.weekday() == 0:
            self._ask_after(day)
        self._record.spoilt(self._faults.log)
        self._faults.log.clear()

    # The office: patients, claims, what waits

    def _see_patients(self, day: date) -> None:
        asked = self.practice.asks(day)
        by_payer: dict[str, list[Any]] = {}
        for question in asked:
            by_payer.setdefault(question.payer, []).append(question)
        for key, questions in by_payer.items():
            asking = self._desks[key].eligibility.ask(questions, day)
            self._record.store(asking.inquiry, asking.response)
            for question, answer in zip(questions, asking.answers, strict=True):
                self.practice.told(question, answer)
        self.practice.serve(day)

    def _make_claims(self, day: date) -> None:
        draft = day > self._config.last_sent
        for coded in self.practice.ready(day):
            made, choice = self._review.look(coded, day)
            if choice is not None:
                self._record.chose([choice])
            self._desks[made.payer].waiting.append(Account(coded, made))
            self._record.tally.made(made.claim, self._fees, draft=draft)

    def _send_claims(self, key: str, desk: _Desk, day: date) -> None:
        waiting, desk.waiting = desk.waiting, []
        if not waiting:
            return
        for account in waiting:
            account.sent_on = day
            self._accounts[account.control_number] = account
            if not account.refused:
                self._record.tally.payers[key].sent(account.made.claim)
        tried = [self._tried(account, day) for account in waiting]
        parcels = [Parcel(account, account.made.claim, desk.payer.decide) for account in waiting]
        sent = self._outbox.send(desk.payer, "", day, parcels)
        self._take_back(sent, desk, day)
        outcomes = dict(zip((account.control_number for account in waiting), tried, strict=True))
        for parcel, decision in sent.decisions:
            self._decided(parcel.account, decision, desk, day)
            found = outcomes[parcel.account.control_number]
            if found:
                self._record.truth.tried(decision.claim, found)
                self._record.bounds.tried(decision, found)

    def _tried(self, account: Account, day: date) -> tuple[Any, ...]:
        """What each edit of a claim would have done, found out before the payer remembers it."""
        coded = account.coded
        if not coded.edits or account.refused:
            return ()
        return self._laboratory.outcomes(coded.claim, coded.payer, coded.edits, account.fixed, day)

    def _keep_drafts(self, key: str, desk: _Desk, day: date) -> None:
        """Leave what is ready unsent. What its payer would decide on that day is truth and nothing else."""
        waiting, desk.waiting = desk.waiting, []
        if not waiting:
            return
        content = self._outbox.write(desk.payer, day, [account.made.claim for account in waiting])
        self._record.store(WireFile.of("charges", day, key, "837", content))
        for account in waiting:
            found = self._tried(account, day)
            decision = desk.payer.decide(account.made.claim, day)
            self._record.truth.decided(decision, day, draft=True, edited=bool(account.fixed))
            self._record.truth.tried(decision.claim, found)

    def _send_others(self, desk: _Desk, day: date) -> None:
        """Send corrected claims, and claims to the second payer, each kind in a file of its own."""
        corrected, desk.corrected = desk.corrected, []
        due = [parcel for parcel in desk.second if parcel.account.sent_on is None or parcel.account.sent_on <= day]
        desk.second = [parcel for parcel in desk.second if parcel not in due]
        for kind, parcels in (("corrected", corrected), ("secondary", due)):
            if parcels:
                sent = self._outbox.send(desk.payer, kind, day, parcels)
                again = [*sent.again, *(parcel for parcel, _ in sent.refused if self._try_again(parcel.account))]
                (desk.corrected if kind == "corrected" else desk.second).extend(again)
                for parcel, decision in sent.decisions:
                    parcel.account.sent_on = day
                    self._decided(parcel.account, decision, desk, day)

    def _take_back(self, sent: Sent, desk: _Desk, day: date) -> None:
        """Claims that came back undecided are looked at and sent again some days later, or left."""
        for parcel in sent.again:
            desk.waiting.append(parcel.account)
        for parcel, _ in sent.refused:
            account = parcel.account
            if not account.refused:
                self._record.tally.payers[desk.payer.key].rejected()
            if self._try_again(account):
                account.repair_refused()
                later = day + timedelta(days=2 + int(5 * self._fates.uniform("again", account.control_number)))
                self._again.setdefault(min(later, self._config.last_sent), []).append(account)

    def _try_again(self, account: Account) -> bool:
        account.refused += 1
        left = self._fates.chance(_NEVER_SENT_AGAIN, "left", account.control_number)
        if account.refused < _GIVEN_UP_AFTER and not left:
            return True
        self._accounts.pop(account.control_number, None)
        return False

    def _decided(self, account: Account, decision: Decision, desk: _Desk, day: date) -> None:
        account.standing, account.told = decision, False
        self._accounts[account.control_number] = account
        desk.remits.keep(decision, self._crossover(account, decision))
        self._record.truth.decided(decision, day, edited=bool(account.fixed))

    # Answers

    def _hear(self, key: str, desk: _Desk, day: date) -> None:
        for remit in desk.remits.issue(day):
            self._record.store(WireFile("remits", remit.name, remit.content))
            self._read(key, desk, remit, day)
        for remittance in desk.remits.transfers:
            deposit = Deposit.of(remittance)
            if deposit is not None:
                self._bank.keep(deposit)

    def _read(self, key: str, desk: _Desk, remit: Remit, day: date) -> None:
        for decision in remit.decisions:
            account = self._accounts.get(decision.claim.control_number)
            if account is None or account.standing is not decision:
                continue  # something newer stands already
            account.told = True
            self.practice.numbered(account.control_number, decision.number)
            if account.second:
                continue
            if decision.replaces is None and not account.refused:
                self._record.tally.payers[key].answered(decision)
                self._record.bounds.answered(decision, self._whole[key])
            self._told(account, decision, desk, day)

    def _told(self, account: Account, decision: Decision, desk: _Desk, day: date) -> None:
        """The office has read what a payer decided: denials go to their desk, what is left to the second payer."""
        reason = _cover_reason(decision)
        if reason:
            self.practice.learn(account.made, day, reason)
        denied = self._denials.told(account, decision, day)
        if decision.replaces is not None:
            self._denials.corrected(account)
        if not denied and not self._bill_second(account, decision, desk, day):
            del self._accounts[account.control_number]

    def _work_denials(self, day: date) -> None:
        for work in self._denials.work(day):
            self._correct(work)
        standing = _Standing(self._accounts)
        for key, decision in self._denials.rulings(day, standing):
            account = self._accounts.get(decision.claim.control_number)
            if account is None:
                continue
            account.standing = decision
            self._desks[key].remits.keep(decision)

    def _correct(self, work: Work) -> None:
        """Queue a corrected claim for its payer: a replacement where it was denied, else an original to who insures."""
        correction = work.correction
        account = self._accounts.get(work.denial.control_number)
        if correction is None or account is None:
            return
        account.put_right(correction.edits)
        account.made = replace(account.made, claim=correction.claim)
        payer = self.payers[correction.payer]
        decide = partial(self._decide_correction, work=work, payer=payer, earlier=account.standing)
        self._desks[correction.payer].corrected.append(Parcel(account, correction.claim, decide))

    def _decide_correction(
        self, claim: Claim, day: date, *, work: Work, payer: Payer, earlier: Decision | None
    ) -> Decision:
        """What the payer makes of a corrected claim: the outcome that was fixed for it when the denial was told."""
        assert work.correction is not None, "a parcel of corrected claims comes from a correction"
        replaced = None if work.correction.rebilled else earlier
        if self._denials.wins(work, day):
            return payer.decide(claim, day, replaces=replaced)
        return payer.uphold(claim, day, work.denial.verdict, replaced)

    # The second payer

    def _crossover(self, account: Account, decision: Decision) -> Party | None:
        """The payer to which the first one forwards a claim by itself."""
        second = account.made.secondary
        if second is None or account.second or decision.status != "1" or len(decision.denied) == len(decision.lines):
            return None
        forwards = self.payers[account.made.payer].data["payer"]["kind"] == "medicare"
        if not forwards or not self._fates.chance(_FORWARDED, "forwarded", account.control_number):
            return None
        return self.payers[second.payer].party

    def _bill_second(self, account: Account, decision: Decision, desk: _Desk, day: date) -> bool:
        """Bill what the first payer left, or wait for the second's answer to a claim that was forwarded to it."""
        second = account.made.secondary
        if second is None or account.second or not any(line.price for line in decision.lines):
            return False
        claim = secondary_claim(
            decision.claim, desk.remits.answer(decision), day, second.on_claims, second.patient
        )
        payer = self.payers[second.payer]
        account.second = True
        account.sent_on = day + timedelta(days=_SECOND_AFTER)
        crossed = self._crossover_told(account, decision)
        account.made = replace(account.made, claim=claim)
        if crossed:
            answer = coordinated(payer.decide(claim, day))
            account.standing = answer
            self._desks[second.payer].remits.keep(answer)
            return True
        self._desks[second.payer].second.append(Parcel(account, claim, partial(_coordinate, payer=payer)))
        return True

    def _crossover_told(self, account: Account, decision: Decision) -> bool:
        second, account.second = account.second, False
        crossed = self._crossover(account, decision) is not None
        account.second = second
        return crossed

    # Money and questions

    def _settle_money(self, day: date) -> None:
        file = self._bank.issue(day)
        if file is not None:
            self._record.store(file)

    def _ask_after(self, day: date) -> None:
        """Once a week, ask payers after claims that they have not answered for longer than the office waits."""
        for desk in self._desks.values():
            latest = day - timedelta(days=desk.status.patience_days)
            earliest = latest - timedelta(days=7)
            open_claims = [
                account.made.claim
                for account in self._accounts.values()
                if account.made.payer == desk.payer.key
                and not account.told
                and not account.second
                and account.sent_on is not None
                and earliest < account.sent_on <= latest
            ]
            if open_claims:
                asking = desk.status.ask(open_claims, day, self._known)
                self._record.store(asking.inquiry, asking.response)

    def _known(self, control_number: str) -> Decision | None:
        account = self._accounts.get(control_number)
        return account.standing if account else None

    def _desk(self, payer: Payer, wire: Mapping[str, Any]) -> _Desk:
        billing, submitter = self.practice.billing, self.practice.submitter
        return _Desk(
            payer=payer,
            remits=RemitOffice(payer, _payee(billing), submitter.identifier, self._seed, self._faults),
            eligibility=EligibilityOffice(billing, payer, self._seed, wire["eligibility"]),
            status=StatusOffice(submitter, payer, self._seed, wire["claim_status"]),
            send_days=frozenset(payer.data["population"]["send"]),
            waiting=[],
            corrected=[],
            second=[],
        )

    def _write_manifest(self) -> None:
        config, tally = self._config, self._record.tally
        told: dict[str, Any] = {
            "made_by": "denialml simulate",
            "config": asdict(config),
            "start": config.start.isoformat(),
            "as_of": config.as_of.isoformat(),
            "practice": self.practice.billing.name,
            "claims": tally.claims,
            "drafts": tally.drafts,
            "lines": tally.lines,
            "files": dict(sorted(tally.files.items())),
            "payers": {payer.party.identifier: payer.party.name for payer in self.payers.values()},
        }
        text = json.dumps(told, indent=2, default=str) + "\n"
        (self._record.directory / "manifest.json").write_text(text, encoding="utf-8")
