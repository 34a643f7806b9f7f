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
from denialml.simulator.config import SimulationConfig
from denialml.simulator.data import PAYER_KEYS, document
from denialml.simulator.payer import Decision, Payer
from denialml.simulator.policy import load_policy, policy_changes
from denialml.simulator.practice import Practice, Span
from denialml.simulator.remits import Remit, RemitOffice
from denialml.simulator.tally import PayerTally, Tally
from denialml.simulator.truth import TruthFile, write_changes
from denialml.simulator.visit import Ready
from denialml.simulator.worlds import blueprint
from denialml.x12 import ClaimBatch, Envelope

_COVER_REASONS = frozenset({"22", "26", "27", "31", "109"})


class History:
    """One simulated history. Everything between the practice and its payers passes through X12 bytes."""

    def __init__(self, directory: Path, config: SimulationConfig) -> None:
        self.config = config
        self.payers = {key: Payer(load_policy(key), config.seed) for key in PAYER_KEYS}
        span = Span(config.start, config.as_of, config.claims)
        self.practice = Practice(blueprint(config.world), self.payers, span, config.seed)
        receiver_id = self.practice.submitter.identifier
        self._offices = {
            key: RemitOffice(payer, _payee(self.practice.billing), receiver_id, config.seed)
            for key, payer in self.payers.items()
        }
        self._send_days = {key: frozenset(payer.data["population"]["send"]) for key, payer in self.payers.items()}
        conversion = float(document("medicine.yaml")["charges"]["conversion"]) * 100
        self._fees = {
            code: max(1, round(value * conversion)) for code, value in document("fees.yaml")["values"].items()
        }
        self._directory = directory
        self._waiting: dict[str, list[Ready]] = {key: [] for key in PAYER_KEYS}
        self._sent: dict[str, Ready] = {}
        self._interchange = 0
        self.tally = Tally(payers={key: PayerTally() for key in PAYER_KEYS})

    def write(self, progress: Callable[[str], None] | None = None) -> Tally:
        """Write every file of the history and return its counts. The directory must exist and be empty."""
        for name in ("sent", "charges", "remits", "truth"):
            (self._directory / name).mkdir()
        config = self.config
        with TruthFile(self._directory / "truth" / "lines.parquet") as truth:
            for day in self._days():
                self._work(day, truth)
                if progress is not None and day.day == 1:
                    progress(f"{day:%B %Y}: {self.tally.claims:,} of {config.claims:,} claims")
        changes = [
            change
            for payer in self.payers.values()
            for change in policy_changes(payer.policy, config.start, config.as_of)
        ]
        write_changes(self._directory / "truth" / "changes.json", changes)
        self._write_manifest()
        return self.tally

    def _days(self) -> Iterator[date]:
        first = self.practice.first_day
        return (first + timedelta(days=n) for n in range((self.config.as_of - first).days + 1))

    def _work(self, day: date, truth: TruthFile) -> None:
        draft = day > self.config.last_sent
        self.practice.asks(day)
        self.practice.serve(day)
        for made in self.practice.ready(day):
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

    def _send(self, key: str, day: date, truth: TruthFile) -> None:
        """Send what is waiting for a payer, who reads the file and decides; its answer comes on a later day."""
        waiting, self._waiting[key] = self._waiting[key], []
        if not waiting:
            return
        content = self._file(key, day, [made.claim for made in waiting])
        self._store("sent", f"{day:%Y%m%d}-{key}.837", content)
        self.tally.sent_files += 1
        for made, decision in zip(waiting, self.payers[key].receive(content, day), strict=True):
            self._offices[key].keep(decision)
            self.tally.payers[key].sent(made.claim)
            self._sent[made.claim.control_number] = made
            truth.keep(decision, day, self.config.as_of, draft=False)

    def _keep_drafts(self, key: str, day: date, truth: TruthFile) -> None:
        """Leave what became ready unsent. What its payer would decide on that day is truth and nothing else."""
        waiting, self._waiting[key] = self._waiting[key], []
        if not waiting:
            return
        content = self._file(key, day, [made.claim for made in waiting])
        self._store("charges", f"{day:%Y%m%d}-{key}.837", content)
        self.tally.draft_files += 1
        for decision in self.payers[key].receive(content, day):
            truth.keep(decision, day, self.config.as_of, draft=True)

    def _receive(self, key: str, day: date, remit: Remit) -> None:
        self._store("remits", f"{day:%Y%m%d}-{key}.835", x12.write(remit.batch))
        self.tally.remit_files += 1
        for decision in remit.decisions:
            self.tally.payers[key].answered(decision)
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


def _cover_reason(decision: Decision) -> str:
    """The reason, when the whole claim was denied for the patient's cover, else empty."""
    verdict = decision.lines[0].verdict
    return verdict.reason if verdict and verdict.whole_claim and verdict.reason in _COVER_REASONS else ""
