"""What only the simulation knows, written beside the files and never in them, as Parquet and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from denialml.claims import Claim
from denialml.simulator.decisions import Cause, Decision
from denialml.simulator.potential import EditOutcome
from denialml.simulator.truth_tables import CAUSES, EDITS, LINES, TABLES, Kind, Table

Value = str | int | float | bool | date | None

_ROWS = 32_768  # rows written at a time, so that memory does not grow with the history


class TruthFiles:
    """``truth/*.parquet``: every table of :data:`~denialml.simulator.truth_tables.TABLES`, filled row by row.

    The same rows give the same bytes with the same version of Arrow, which writes its version into each file.
    Answers that come after ``as_of`` are not known: their ``denied`` is null.
    """

    def __init__(self, directory: Path, as_of: date) -> None:
        self._as_of = as_of
        self._files = {table.name: _TableFile(directory / f"{table.name}.parquet", table) for table in TABLES}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def add(self, table: Table, *rows: tuple[Value, ...]) -> None:
        """Add rows, each with the table's columns in their order."""
        self._files[table.name].add(rows)

    def decided(self, decision: Decision, known_on: date, *, draft: bool = False, edited: bool = False) -> None:
        """Add a decided claim: its ``lines``, and the ``causes`` of those that meet a rule.

        ``edited`` says that the claim was put right before it was sent.
        """
        claim = decision.claim
        number, payer, pays_on = claim.control_number, claim.payer_id, decision.pays_on
        version = _version(decision)
        answered = not draft and pays_on <= self._as_of
        lines: list[tuple[Value, ...]] = []
        causes: list[tuple[Value, ...]] = []
        for decided in decision.lines:
            judgement = decided.judgement
            line = judgement.line
            likely = _likeliest(judgement.causes)
            denied = judgement.verdict is not None if answered else None
            price = decided.price
            allowed = price.allowed_cents if price is not None else None
            contract = price.allowed_cents + price.underpaid_cents if price is not None else None
            told = (likely.reason, likely.family) if likely else ("", "")
            lines.append(
                (number, line.number, payer, line.procedure.code, known_on, line.service_from, judgement.probability,
                 told[0], denied, draft, version, told[1], edited, pays_on, contract, allowed)
            )  # fmt: skip
            if likely is not None:
                causes += [
                    (number, line.number, version, each.rule, each.family, each.reason, each.probability, each.share)
                    for each in judgement.causes
                ]
        self._files[LINES.name].add(lines)
        self._files[CAUSES.name].add(causes)

    def tried(self, claim: Claim, outcomes: Iterable[EditOutcome]) -> None:
        """Add what would have come of a claim under its edits."""
        self._files[EDITS.name].add(
            (claim.control_number, tried.kind, tried.edit_line, before.line.number, tried.payer, before.probability,
             after.probability, before.verdict is not None, after.verdict is not None, tried.fixed, tried.minutes)
            for tried in outcomes
            for before, after in zip(tried.before, tried.after, strict=True)
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed on ``day``: ``who`` changed (a payer, the clearinghouse, the office), ``what`` of it.

    ``kind`` is one of ``policy``, ``drift``, ``new payer``, ``fee schedule``, ``clearinghouse edit``, ``code update``,
    ``staff``, ``office rule``.
    ``before`` and ``after`` are values that JSON holds, null where there is none.
    """

    day: date
    kind: str
    who: str
    what: str
    before: Any = None
    after: Any = None


def write_changes(path: Path, changes: Iterable[Change]) -> None:
    """``truth/changes.json``: what changed inside the history, by date."""
    told = [
        {
            "date": each.day.isoformat(),
            "kind": each.kind,
            "who": each.who,
            "what": each.what,
            "before": each.before,
            "after": each.after,
        }
        for each in sorted(changes, key=lambda each: (each.day, each.kind, each.who, each.what))
    ]
    write_json(path, told)


def write_json(path: Path, told: Any) -> None:
    """Write one of the JSON files of the truth, in the order of its parts."""
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


class _TableFile:
    """One Parquet file: rows are kept until there are enough to be written."""

    def __init__(self, path: Path, table: Table) -> None:
        # pyarrow takes a third of a second to load and only these files need it.
        import pyarrow as pa
        import pyarrow.parquet as pq

        types = {
            Kind.TEXT: pa.string(),
            Kind.WHOLE: pa.int64(),
            Kind.REAL: pa.float64(),
            Kind.DAY: pa.date32(),
            Kind.FLAG: pa.bool_(),
        }
        self._arrow = pa
        self._schema = pa.schema([(column.name, types[column.kind]) for column in table.columns])
        self._writer = pq.ParquetWriter(path, self._schema, version="2.6", compression="zstd", store_schema=False)
        self._rows: list[tuple[Value, ...]] = []

    def add(self, rows: Iterable[tuple[Value, ...]]) -> None:
        self._rows.extend(rows)
        if len(self._rows) >= _ROWS:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = zip(zip(*self._rows, strict=True), self._schema.types, strict=True)
        arrays = [self._arrow.array(values, kind) for values, kind in columns]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []


def _likeliest(causes: tuple[Cause, ...]) -> Cause | None:
    """The most probable cause that is a rule."""
    likely = None
    for cause in causes:
        if cause.rule and (likely is None or cause.probability > likely.probability):
            likely = cause
    return likely


def _version(decision: Decision) -> int:
    version = 1
    while decision.replaces is not None:
        version += 1
        decision = decision.replaces
    return version
