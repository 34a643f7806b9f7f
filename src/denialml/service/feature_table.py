"""The feature table of all that was known on a day, made once and kept while nothing new was learnt.

A folder below the home's snapshots holds the day's snapshot and table. Every fact comes from a file and takes its id
from the store's counters, so the same files and counters mean that snapshot and table still hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Final

from denialml import features
from denialml.learning.table import Table
from denialml.service.practice import existing_store
from denialml.settings import Settings
from denialml.store import Store, schema
from denialml.store.snapshot import snapshot

_STATE_FILE: Final = "state.json"
_NO_FACTS: Final = frozenset(  # counters that features ignore
    {
        "scoring_run",
        "prediction",
        "decision",
        "audit_event",
        "missing_edit",
        "missing_edit_decision",
        "finding_override",
        "acknowledgement",
    }
)


@dataclass(frozen=True, slots=True)
class _State:
    """What a kept table was made from: the store's counters, the declarations and the data's hash."""

    counters: str
    declaration_hash: str
    data_hash: str
    line_count: int


def feature_table(settings: Settings, as_of: date, tell: Callable[[str], None]) -> Table:
    """Features of every line known on a day, as of the day its claim was ready.

    Raises:
        NotFoundError: the home holds no practice.
        StorageError: the store cannot be read, or the table cannot be written.
    """
    folder = settings.snapshots / as_of.isoformat()
    target = folder / "features.parquet"
    with existing_store(settings) as store:
        counters = _counters(settings, store)
        kept = _kept(folder, counters)
        if kept is None or not target.is_file():
            (folder / _STATE_FILE).unlink(missing_ok=True)
            tell("taking a snapshot")
            taken = snapshot(store, folder, as_of)
            tell("building features")
            built = features.build(taken, target)
            kept = _State(counters, built.declaration_hash, built.data_hash, built.line_count)
            (folder / _STATE_FILE).write_text(json.dumps(astuple(kept)), "utf-8")
    return Table.read(_described(target, kept))


def _described(target: Path, state: _State) -> features.FeatureTable:
    return features.FeatureTable(
        path=target,
        names=tuple(feature.name for feature in features.FEATURES),
        categories=tuple(feature.name for feature in features.FEATURES if feature.kind == "category"),
        declaration_hash=state.declaration_hash,
        data_hash=state.data_hash,
        line_count=state.line_count,
    )


def _counters(settings: Settings, store: Store) -> str:
    """A hash of which database this is, of the counters of its facts and of the files they came from."""
    block, file = schema.id_block, schema.file
    with store.reading() as connection:
        rows = connection.execute(block.select().order_by(block.c.name)).all()
        files = connection.execute(file.select().with_only_columns(file.c.sha256).order_by(file.c.id)).scalars().all()
    facts = [(row.name, row.next) for row in rows if row.name not in _NO_FACTS]
    return hashlib.sha256(json.dumps([settings.url, facts, list(files)]).encode()).hexdigest()


def _kept(folder: Path, counters: str) -> _State | None:
    """The state of a table made earlier, if it is of the same facts and declarations."""
    try:
        state = _State(*json.loads((folder / _STATE_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # none yet, or one that was cut short: make it anew
    same = state.counters == counters and state.declaration_hash == features.declaration_hash()
    return state if same else None
