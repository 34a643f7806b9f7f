"""What only the simulation knows, kept beside the files and never in them: each line's true denial probability."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from denialml.simulator.decisions import Decision
from denialml.simulator.policy import PolicyChange

_ROWS = 65_536  # lines written at a time, so that memory does not grow with the history

COLUMNS = (
    "control_number",
    "line_number",
    "payer",
    "procedure",
    "known_on",
    "served_on",
    "true_probability",
    "true_reason",
    "denied",
    "draft",
)


class TruthFile:
    """``truth/lines.parquet``, one row a service line in the order in which claims became known.

    ``denied`` is null for drafts and for lines whose remittance has not come by the end of the history.
    """

    def __init__(self, path: Path) -> None:
        # pyarrow takes a third of a second to load and only this file needs it.
        import pyarrow as pa
        import pyarrow.parquet as pq

        text, day = pa.string(), pa.date32()
        types = (text, pa.int16(), text, text, day, day, pa.float64(), text, pa.bool_(), pa.bool_())
        self._schema = pa.schema(list(zip(COLUMNS, types, strict=True)))
        self._arrow = pa
        self._writer = pq.ParquetWriter(path, self._schema)
        self._rows: list[tuple[Any, ...]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._writer.close()

    def keep(self, decision: Decision, known_on: date, as_of: date, *, draft: bool) -> None:
        """Add the lines of one decided claim."""
        claim = decision.claim
        answered = not draft and decision.pays_on <= as_of
        for decided in decision.lines:
            self._rows.append(
                (
                    claim.control_number,
                    decided.line.number,
                    claim.payer_id,
                    decided.line.procedure.code,
                    known_on,
                    decided.line.service_from,
                    decided.judgement.probability,
                    decided.judgement.likely_reason,
                    decided.verdict is not None if answered else None,
                    draft,
                )
            )
        if len(self._rows) >= _ROWS:
            self._flush()

    def _flush(self) -> None:
        if not self._rows:
            return
        columns = [list(column) for column in zip(*self._rows, strict=True)]
        arrays = [self._arrow.array(values, kind) for values, kind in zip(columns, self._schema.types, strict=True)]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._rows = []


def write_changes(path: Path, changes: list[PolicyChange]) -> None:
    """``truth/changes.json``: the policy changes inside the history, by date."""
    told = [
        {
            "payer": change.payer,
            "date": change.day.isoformat(),
            "rule": change.rule,
            "before": change.before,
            "after": change.after,
        }
        for change in sorted(changes, key=lambda change: (change.day, change.payer, change.rule))
    ]
    path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
