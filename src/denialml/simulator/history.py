"""The history of a practice, day by day, as the files it leaves: claims sent, claims waiting, remittances received."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from denialml import x12
from denialml.claims import Claim, Party, Reference, replace
from denialml.simulator import payer as told
from denialml.simulator.bounds import Bounds
from denialml.simulator.config import SimulationConfig
from denialml.simulator.data import PAYER_KEYS, document
from denialml.simulator.decisions import Cause, Decision, Family, Judgement, LineDecision, Verdict
from denialml.simulator.payer import Payer
from denialml.simulator.people import Population
from denialml.simulator.policy import load_policy, policy_changes
from denialml.simulator.practice import Practice, Ready
from denialml.simulator.remits import Remit, RemitOffice
from denialml.simulator.tally import PayerTally, Tally
from denialml.simulator.truth import Change, TruthFiles, write_changes, write_json
from denialml.x12 import ClaimBatch, Envelope

_COVER_REASONS = frozenset({"22", "26", "27", "31", "109"})


class History:
    """One simulated history. Everything between the practice and its payers passes through X12 bytes."""

    def __init__(self, directory: Path, config: SimulationConfig) -> None:
        self.config = config
        self.payers = {key: Payer(load_policy(key), config.seed) for key in PAYER_KEYS}
        population = Population(config.seed, self.payers, config.as_of)
        self.practice = Practice(config.seed, config.providers, self.payers, population)
        receiver_id = self.practice.submitter.identifier
        self._offices = {
            key: RemitOffice(payer, _payee(self.practice.billing), receiver_id, config.seed)
            for key, payer in self.payers.items()
        }
        data = document("practice.yaml")
        self._send_days = {key: frozenset(data["payers"][key]["send"]) for key in PAYER_KEYS}
        conversion = float(data["charges"]["conversion"]) * 100
        self._fees = {
            code: max(1, round(value * conversion)) for code, value in document("fees.yaml")["values"].items()
        }
        self._directory = directory
        self._waiting: dict[str, list[Ready]] = {key: [] for key in PAYER_KEYS}
        self._sent: dict[str, Ready] = {}
        self._interchange = 0
        self.tally = Tally(payers={key: _payer_tally(payer) for key, payer in self.payers.items()})
        self.bounds = Bounds()
        self._whole = {
            key: frozenset(rule.name for rule in payer.policy.claim_rules) for key, payer in self.payers.items()
        }

    def write(self, progress: Callable[[str], None] | None = None) -> Tally:
        """Write every file of the history and return its counts. The directory must exist and be empty."""
        for name in ("sent", "charges", "remits", "truth"):
            (self._directory / name).mkdir()
        config = self.config
        with TruthFiles(self._directory / "truth", config.as_of) as truth:
            for day, count in _workload(config):
                self._work(day, count, truth)
                if progress is not None and day.day == 1:
                    progress(f"{day:%B %Y}: {self.tally.claims:,} of {config.claims:,} claims")
        changes = [
            Change(change.day, "policy", change.payer, change.rule, change.before, change.after)
            for payer in self.payers.values()
            for change in policy_changes(payer.policy, config.start, config.as_of)
        ]
        write_changes(self._directory / "truth" / "changes.json", changes)
        write_json(self._directory / "truth" / "bounds.json", self.bounds.told())
        self._write_manifest()
        return self.tally

    def _work(self, day: date, count: int, truth: TruthFiles) -> None:
        draft = day > self.config.last_sent
        for _ in range(count):
            made = self.practice.ready(day)
            self._waiting[made.payer].append(made)
            self.tally.made(made.claim, self._fees, draft=draft)
        for key in PAYER_KEYS:
            if draft:
                self._keep_drafts(key, day, truth)
            elif day.weekday() in self._send_days[key] or day == self.config.last_sent:
                self._send(key, day, truth)
            remit = self._offices[key].issue(day)
            if remit is not None:
                self._receive(key, day, remit)

    def _send(self, key: str, day: date, truth: TruthFiles) -> None:
        """Send what is waiting for a payer, who reads the file and decides; its answer comes on a later day."""
        waiting, self._waiting[key] = self._waiting[key], []
        if not waiting:
            return
        content = self._file(key, day, [made.claim for made in waiting])
        self._store("sent", f"{day:%Y%m%d}-{key}.837", content)
        for made, decision in zip(waiting, self.payers[key].receive(content, day), strict=True):
            self._offices[key].keep(decision)
            self.tally.payers[key].sent(made.claim)
            self._sent[made.claim.control_number] = made
            truth.decided(_in_full(decision), day)

    def _keep_drafts(self, key: str, day: date, truth: TruthFiles) -> None:
        """Leave what became ready unsent. What its payer would decide on that day is truth and nothing else."""
        waiting, self._waiting[key] = self._waiting[key], []
        if not waiting:
            return
        content = self._file(key, day, [made.claim for made in waiting])
        self._store("charges", f"{day:%Y%m%d}-{key}.837", content)
        for decision in self.payers[key].receive(content, day):
            truth.decided(_in_full(decision), day, draft=True)

    def _receive(self, key: str, day: date, remit: Remit) -> None:
        self._store("remits", f"{day:%Y%m%d}-{key}.835", x12.write(remit.batch))
        for decision in remit.decisions:
            answered = _in_full(decision)
            self.tally.payers[key].answered(answered)
            self.bounds.answered(answered, self._whole[key])
            made = self._sent.pop(decision.claim.control_number)
            reason = _cover_reason(decision)
            if reason:
                self.practice.learn(made, day, reason)

    def _file(self, key: str, day: date, claims: Sequence[Claim]) -> bytes:
        payer = self.payers[key]
        self._interchange += 1
        envelope = Envelope(
            sender_id=self.practice.submitter.identifier,
            receiver_id=payer.party.identifier,
            control_number=self._interchange,
            created_at=datetime.combine(day, time(17, 30)),
            usage="P",
        )
        receiver = Party(name=payer.party.name, id_qualifier="46", identifier=payer.party.identifier)
        return x12.write(ClaimBatch(envelope, self.practice.submitter, receiver, claims))

    def _store(self, folder: str, name: str, content: bytes) -> None:
        (self._directory / folder / name).write_bytes(content)
        self.tally.files[folder] += 1

    def _write_manifest(self) -> None:
        told: dict[str, Any] = {
            "made_by": "denialml simulate",
            "config": {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in asdict(self.config).items()
            },
            "start": self.config.start.isoformat(),
            "as_of": self.config.as_of.isoformat(),
            "claims": self.tally.claims,
            "drafts": self.tally.drafts,
            "lines": self.tally.lines,
            "payers": {payer.party.identifier: payer.party.name for payer in self.payers.values()},
        }
        (self._directory / "manifest.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _payee(billing: Party) -> Party:
    """The billing provider as a remittance names it: no taxonomy, the tax id as an additional identifier."""
    return replace(billing, taxonomy="", references=(Reference("TJ", billing.tax_id),))


def _payer_tally(payer: Payer) -> PayerTally:
    kinds = {"MB": "medicare", "MC": "medicaid", "HM": "managed medicaid", "16": "advantage"}
    return PayerTally(payer.party.identifier, payer.party.name, kinds.get(payer.filing_indicator, "commercial"))


def _in_full(decision: told.Decision) -> Decision:
    """A payer's decision with the one cause that it tells of each line."""
    lines = []
    for line in decision.lines:
        cause = Cause("told" if line.likely_reason else "", Family.ERROR, line.likely_reason, line.probability, 1.0)
        said = line.verdict
        verdict = Verdict(said.reason, said.group, said.remarks, said.whole_claim) if said else None
        judgement = Judgement(line.line, line.probability, (cause,), verdict)
        lines.append(LineDecision(judgement, line.price, line.price.paid_cents if line.price else 0))
    return Decision(decision.claim, decision.number, decision.received_on, decision.pays_on, tuple(lines))


def _cover_reason(decision: told.Decision) -> str:
    """The reason, when the whole claim was denied for the patient's cover, else empty."""
    verdict = decision.lines[0].verdict
    return verdict.reason if verdict and verdict.whole_claim and verdict.reason in _COVER_REASONS else ""


def _workload(config: SimulationConfig) -> Iterator[tuple[date, int]]:
    """Each day of the history and how many claims become ready on it: none at weekends, as many in all as asked for."""
    days = [config.start + timedelta(days=n) for n in range((config.as_of - config.start).days + 1)]
    working = sum(day.weekday() < 5 for day in days)
    done = passed = 0
    for day in days:
        passed += day.weekday() < 5
        target = config.claims * passed // working
        yield day, target - done
        done = target
