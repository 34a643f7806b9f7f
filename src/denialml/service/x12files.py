"""Looking at X12 files without storing anything. Each file is one stream: memory does not grow with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from denialml import x12
from denialml.claims import Value, field_names
from denialml.errors import BadInputError, Finding, Severity
from denialml.service.newfile import new_file
from denialml.x12.diff import Difference, diff
from denialml.x12.events import (
    ClaimPaymentRead,
    ClaimRead,
    Event,
    MessageRead,
    Noticed,
    ProviderAdjustmentRead,
    Refused,
    Transaction,
    X12Error,
)
from denialml.x12.faults import Fault
from denialml.x12.validate import Ended, Level, validate

Say = Callable[[str], None]  # takes one line of text


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What reading one file gave. ``transactions`` counts by set id; ``error`` is set when reading had to stop."""

    path: Path
    transactions: dict[str, int]
    claims: int
    claim_payments: int
    provider_adjustments: int
    messages: int
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
            "messages": self.messages,
            "refused": self.refused,
            "findings": len(self.findings),
            "error": self.error,
        }


def read_file(path: Path, say: Say | None = None) -> FileOutcome:
    """Read a file to its end, or to the point where it stops being X12.

    With ``say``, every event is said as one line of JSON as it is read, and last the outcome. These lines hold all that
    the file holds, people too.
    """
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
            if say is not None:
                say(_line(type(event).__name__, _plain(event)))
    except X12Error as problem:
        error = f"{problem.code}: {problem}"
    except BadInputError as problem:
        error = str(problem)
    outcome = FileOutcome(
        path=path,
        transactions=dict(transactions),
        claims=counts[ClaimRead],
        claim_payments=counts[ClaimPaymentRead],
        provider_adjustments=counts[ProviderAdjustmentRead],
        messages=counts[MessageRead],
        refused=counts[Refused],
        findings=tuple(findings),
        error=error,
    )
    if say is not None:
        say(_line("File", outcome.row() | {"findings": len(findings)}))
    return outcome


def _findings(event: Event) -> tuple[Finding, ...]:
    return (event.finding,) if isinstance(event, Noticed | Refused) else ()


def _plain(value: Value) -> dict[str, Any]:
    """The fields of an event that say something."""
    pairs = ((name, getattr(value, name)) for name in field_names(type(value)))
    return {name: field for name, field in pairs if field not in (None, "", ())}


def _line(event: str, fields: dict[str, Any]) -> str:
    return msgspec.json.encode({"event": event, **fields}).decode()


@dataclass(slots=True)
class FileCheck:
    """What checking one file against the guides gave."""

    path: Path
    sets: int = 0
    unchecked_sets: int = 0
    errors: int = 0
    warnings: int = 0
    error: str = ""

    @property
    def sound(self) -> bool:
        """Whether the file was followed to its end, and no fault is an error."""
        return not self.error and not self.errors

    def row(self) -> dict[str, str | int]:
        """The check as one row of a table."""
        return {
            "file": self.path.name,
            "sets": self.sets,
            "unchecked_sets": self.unchecked_sets,
            "errors": self.errors,
            "warnings": self.warnings,
            "error": self.error,
        }


def check_file(path: Path, say: Say, *, highest: int = 4, as_json: bool = False, every: bool = True) -> FileCheck:
    """Check a file against the guides, and say each fault up to a WEDI SNIP type as it is found.

    Without ``every``, only the first fault of each code and place in the guide is said.
    """
    check = FileCheck(path)
    said: set[tuple[str, ...]] = set()
    try:
        for item in validate(path):
            if isinstance(item, Ended) and item.level is Level.SET:
                check.sets += 1
                check.unchecked_sets += not item.checked
            elif isinstance(item, Fault) and item.snip <= highest:
                check.errors += item.severity is Severity.ERROR
                check.warnings += item.severity is Severity.WARNING
                kind = item.code, item.loop, item.segment, str(item.element), item.label
                if every or as_json or kind not in said:
                    said.add(kind)
                    say(_line("Fault", {"file": path.name, **_plain(item)}) if as_json else _words(path, item))
    except X12Error as problem:
        check.error = f"{problem.code}: {problem}"
    except BadInputError as problem:
        check.error = str(problem)
    if as_json:
        say(_line("File", check.row()))
    return check


def _words(path: Path, fault: Fault) -> str:
    finding = fault.finding()
    return f"{path.name}: {finding.severity} (SNIP {fault.snip}): {finding.code} at {finding.where}: {finding.message}"


def count_file(path: Path) -> list[dict[str, Any]]:
    """What is in a file, as rows: what is counted, of what, how often, and cents where it is money.

    Raises:
        BadInputError: the file cannot be opened.
    """
    from denialml.x12.stats import Money, stats

    found = stats(path)
    rows: list[dict[str, Any]] = [
        {"what": name, "of": "", "count": getattr(found, name), "sum_cents": None}
        for name in ("bytes", "interchanges", "groups")
    ]
    for name in (
        "transactions", "messages", "refused", "findings", "charges", "payments", "adjustments",
        "provider_adjustments", "loops", "segments",
    ):  # fmt: skip
        for key, value in sorted(getattr(found, name).items()):
            of = " ".join(part for part in key if part) if isinstance(key, tuple) else key
            count, cents = (value.count, value.cents) if isinstance(value, Money) else (value, None)
            rows.append({"what": name.replace("_", " "), "of": of, "count": count, "sum_cents": cents})
    if found.stopped:
        rows.append({"what": "stopped", "of": found.stopped, "count": 1, "sum_cents": None})
    return rows


def compare_files(first: Path, second: Path, say: Say, *, show_values: bool = False, as_json: bool = False) -> int:
    """Say each difference between two files as it is found; returns how many there are.

    Claim numbers and values are said with ``show_values`` alone.

    Raises:
        BadInputError: a file cannot be opened, or followed to its end.
    """
    from denialml.x12.stats import stats

    count = 0
    try:
        for difference in diff(first, second, show_values=show_values):
            count += 1
            if as_json:
                say(_line("Difference", _plain(difference)))
            else:
                say(_difference(difference))
    except X12Error as problem:
        broken = first if stats(first).stopped else second
        raise BadInputError(f"{broken.name}: {problem}") from problem
    return count


def _difference(difference: Difference) -> str:
    """A difference as one line of text."""
    places = [str(number) if number else "-" for number in (difference.first, difference.second)]
    what = " ".join(
        part for part in (difference.block, difference.claim, difference.segment, difference.element) if part
    )
    values = f": {difference.before or '(empty)'} -> {difference.after or '(empty)'}"
    shown = values if difference.before or difference.after else ""
    return f"{difference.change}: {what} (segments {places[0]} and {places[1]}){shown}"


def anonymise_file(path: Path, folder: Path, key: bytes) -> dict[str, str | int]:
    """Write a file with made-up people to a folder, under its name; it appears there whole or not at all.

    Raises:
        RefusedError: a file of that name is there, or the key is too short.
        BadInputError: the file cannot be opened or followed to its end, or the folder cannot be written to.
    """
    from denialml.x12.anonymise import anonymise

    made = folder / path.name
    try:
        with new_file(made) as stream:
            segments = anonymise(path, stream, key=key)
    except X12Error as problem:
        raise BadInputError(f"{path.name}: {problem}") from problem
    return {"file": path.name, "written": made.name, "segments": segments}
