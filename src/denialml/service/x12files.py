"""Looking at X12 files without storing anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from denialml import x12
from denialml.errors import Finding, Severity
from denialml.x12.events import (
    ClaimPaymentRead,
    ClaimRead,
    Event,
    Noticed,
    ProviderAdjustmentRead,
    Refused,
    Transaction,
    X12Error,
)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What reading one file gave. ``transactions`` counts by set id; ``error`` is set when reading had to stop."""

    path: Path
    transactions: dict[str, int]
    claims: int
    claim_payments: int
    provider_adjustments: int
    refused: int
    findings: tuple[Finding, ...]
    error: str = ""

    @property
    def whole(self) -> bool:
        """Whether everything in the file was read and understood well enough to be used."""
        return not self.error and not self.refused and not any(f.severity is Severity.ERROR for f in self.findings)

    def row(self) -> dict[str, str | int]:
        """The outcome as one row of a table."""
        return {
            "file": self.path.name,
            "transactions": " ".join(f"{set_id}:{count}" for set_id, count in self.transactions.items()),
            "claims": self.claims,
            "payments": self.claim_payments,
            "refused": self.refused,
            "findings": len(self.findings),
            "error": self.error,
        }


def read_files(paths: Iterable[Path]) -> Iterator[FileOutcome]:
    """Read each file to its end, or to the point where it stops being X12."""
    for path in paths:
        yield _read_file(path)


def _read_file(path: Path) -> FileOutcome:
    counts: Counter[type] = Counter()
    transactions: Counter[str] = Counter()
    findings: list[Finding] = []
    error = ""
    try:
        for event in x12.read(path):
            counts[type(event)] += 1
            findings.extend(_findings(event))
            if isinstance(event, Transaction):
                transactions[event.set_id] += 1
    except X12Error as problem:
        error = f"{problem.code}: {problem}"
    except OSError as problem:
        error = f"cannot be opened: {problem.strerror}"
    return FileOutcome(
        path=path,
        transactions=dict(transactions),
        claims=counts[ClaimRead],
        claim_payments=counts[ClaimPaymentRead],
        provider_adjustments=counts[ProviderAdjustmentRead],
        refused=counts[Refused],
        findings=tuple(findings),
        error=error,
    )


def _findings(event: Event) -> tuple[Finding, ...]:
    return (event.finding,) if isinstance(event, Noticed | Refused) else ()
