"""A simulated history as its files tell it, and the truth beside them: read once, for many tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from denialml import x12
from denialml.claims import Claim, ClaimAcknowledgement, ClaimPayment, Remittance
from denialml.claims.status import StatusLevel
from denialml.simulator.appeals import Appeal, Ruling, read_appeals, read_rulings
from denialml.simulator.faults import REWORKS

Row = dict[str, Any]

# Reasons (CARC) of money that is not owed to the practice, or not by this payer: contract, sequestration, patient's
# share, paid by another payer.
CONTRACTUAL = frozenset({"45", "253", "1", "2", "3", "23"})


def day_of(path: Path) -> date:
    """The day with which a file's name begins."""
    return date(int(path.name[:4]), int(path.name[4:6]), int(path.name[6:8]))


@dataclass(frozen=True)
class Sent:
    """A claim in a file that was sent; ``refused`` says that a 277CA sent it back."""

    file: Path
    claim: Claim
    refused: bool = False

    @property
    def day(self) -> date:
        return day_of(self.file)

    @property
    def payer(self) -> str:
        """The payer's key, as in the file's name."""
        return self.file.stem.split("-")[1]


@dataclass(frozen=True)
class Payment:
    """One payment (ST to SE) of an 835, with its claims and the money beside them."""

    file: Path
    head: Remittance
    claims: list[ClaimPayment] = field(default_factory=list)
    beside_cents: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Answer:
    """A claim in an 835."""

    file: Path
    payment: ClaimPayment

    @property
    def day(self) -> date:
        return day_of(self.file)

    @property
    def payer(self) -> str:
        return self.file.stem.split("-")[1]

    @property
    def reverses(self) -> bool:
        return self.payment.status == "22"

    @property
    def denied(self) -> dict[int, bool]:
        """By line number, whether the line was denied."""
        return {
            int(service.line_control_number.rpartition("-")[2]): any(
                each.reason not in CONTRACTUAL for each in service.adjustments
            )
            for service in self.payment.services
        }


@dataclass(frozen=True)
class Deposit:
    """An entry of a bank file with its addenda."""

    day: date
    trace: str
    originator: str
    cents: int


class WrittenHistory:
    """The folder of one practice."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._truth: dict[str, list[Row]] = {}

    def truth(self, table: str) -> list[Row]:
        if table not in self._truth:
            self._truth[table] = pq.read_table(self.directory / "truth" / f"{table}.parquet").to_pylist()
        return self._truth[table]

    def files(self, folder: str, suffix: str = "*") -> list[Path]:
        return sorted((self.directory / folder).glob(f"*.{suffix}"))

    def events(self, folder: str) -> Iterator[tuple[Path, x12.Event]]:
        for path in self.files(folder):
            for event in x12.read(path):
                yield path, event

    @cached_property
    def sent(self) -> list[Sent]:
        """Every claim of every sent file, in order."""
        return [
            Sent(path, event.claim, (path.stem, event.claim.control_number) in self.refused)
            for path, event in self.events("sent")
            if isinstance(event, x12.ClaimRead)
        ]

    @cached_property
    def refused(self) -> set[tuple[str, str]]:
        """Claims that 277CAs sent back, each with the name of the file that it was sent in."""
        return {
            (path.stem.removesuffix("-payer"), said.trace)
            for path in self.files("acks", "277ca")
            for event in x12.read(path)
            if isinstance(event, x12.MessageRead)
            and isinstance(said := event.message, ClaimAcknowledgement)
            and said.level is StatusLevel.CLAIM
            and said.rejected
        }

    @cached_property
    def drafts(self) -> list[Claim]:
        return [event.claim for _, event in self.events("charges") if isinstance(event, x12.ClaimRead)]

    @cached_property
    def payments(self) -> list[Payment]:
        found: list[Payment] = []
        for path, event in self.events("remits"):
            if isinstance(event, x12.RemittanceRead):
                found.append(Payment(path, event.remittance))
            elif isinstance(event, x12.ClaimPaymentRead):
                found[-1].claims.append(event.payment)
            elif isinstance(event, x12.ProviderAdjustmentRead):
                found[-1].beside_cents.append(event.adjustment.amount_cents)
        return found

    @cached_property
    def answers(self) -> dict[tuple[str, str], list[Answer]]:
        """What was told of each of our claims, by payer's key and control number, in order."""
        found: dict[tuple[str, str], list[Answer]] = {}
        for payment in self.payments:
            for claim in payment.claims:
                answer = Answer(payment.file, claim)
                if not claim.control_number.startswith("X"):  # another practice's, paid to us by mistake
                    found.setdefault((answer.payer, claim.control_number), []).append(answer)
        return found

    @cached_property
    def reworked(self) -> set[tuple[str, str]]:
        """File and control number of claims that their payer took up again by itself."""
        reworks = {fault.name for fault in REWORKS}
        return {(row["file"], row["control_number"]) for row in self.truth("faults") if row["fault"] in reworks}

    def decisions(self, payer: str, control_number: str) -> list[Answer]:
        """The answers to what was sent or appealed: no reversals, and none that a payer's second thoughts brought."""
        return [
            answer
            for answer in self.answers.get((payer, control_number), [])
            if not answer.reverses and (f"remits/{answer.file.name}", control_number) not in self.reworked
        ]

    @cached_property
    def appeals(self) -> dict[str, Appeal]:
        read = [appeal for path in self.files("appeals") for appeal in read_appeals(path.read_bytes(), path.name)]
        assert len({appeal.number for appeal in read}) == len(read)
        return {appeal.number: appeal for appeal in read}

    @cached_property
    def rulings(self) -> dict[str, Ruling]:
        read = [ruling for path in self.files("decisions") for ruling in read_rulings(path.read_bytes(), path.name)]
        assert len({ruling.appeal_number for ruling in read}) == len(read)
        return {ruling.appeal_number: ruling for ruling in read}

    @cached_property
    def deposits(self) -> list[Deposit]:
        """Entries of the bank files whose addenda name a remittance."""
        found = []
        for path in self.files("bank"):
            cents = 0
            for record in path.read_text("ascii").splitlines():
                if record.startswith("6"):
                    cents = int(record[29:39])
                elif record.startswith("7"):
                    _, _, trace, originator = record[3:83].strip().rstrip("~").split("*")
                    found.append(Deposit(day_of(path), trace, originator, cents))
        return found
