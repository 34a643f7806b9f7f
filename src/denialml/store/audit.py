"""The audit trail: an append-only chain in which each event carries the hash of the one before.

The hash of an event is SHA-256 over canonical JSON of its fields and the previous hash, so that changing, removing
or inserting an event breaks every hash after it. The last id is also held against the series it was taken from, so
that cutting the end off shows too. Who owns the database could rebuild the whole chain: copy the last hash elsewhere
from time to time where that matters.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, insert, select

from denialml.errors import StorageError
from denialml.store import schema

_START: Final = "0" * 64  # the previous hash of the first event


def append(
    connection: Connection,
    identity: int,
    person: str,
    action: str,
    object_: str,
    detail: Mapping[str, Any],
    happened_at: datetime,
) -> None:
    """Add an event to the end of the chain. A moment with a time zone is kept as UTC; one without is taken as UTC."""
    event = schema.audit_event
    last = connection.execute(select(event.c.hash).order_by(event.c.id.desc()).limit(1)).scalar()
    row: dict[str, Any] = {
        "id": identity,
        "happened_at": utc(happened_at),
        "person": person,
        "action": action,
        "object": object_,
        "detail": _canonical(detail),
        "previous_hash": last or _START,
    }
    connection.execute(insert(event).values(**row, hash=_hash_of(row)))


def verify(connection: Connection) -> int:
    """Walk the whole chain and count its events.

    Raises:
        StorageError: an event was changed, removed or put in; the message names the first one that does not fit.
    """
    event = schema.audit_event
    previous, count = _START, 0
    rows = connection.execution_options(yield_per=5000).execute(select(event).order_by(event.c.id))
    for row in rows.mappings():
        count += 1
        if row["id"] != count:
            raise StorageError(f"audit trail: event {count} is missing; the next one found is event {row['id']}")
        if row["previous_hash"] != previous or row["hash"] != _hash_of(row):
            raise StorageError(f"audit trail: event {count} is not as it was written")
        previous = row["hash"]
    block = schema.id_block
    next_id = connection.execute(select(block.c.next).where(block.c.name == event.name)).scalar() or 1
    if next_id != count + 1:
        raise StorageError(f"audit trail: event {count + 1} is missing; {next_id - 1} were written")
    return count


def _hash_of(row: Mapping[str, Any] | RowMapping) -> str:
    fields = ("id", "person", "action", "object", "detail", "previous_hash")
    content = {name: row[name] for name in fields} | {"happened_at": row["happened_at"].isoformat()}
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _canonical(value: Mapping[str, Any]) -> str:
    """JSON with one spelling for each value: sorted keys, no spaces, ASCII only, dates in ISO form."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, default=_text)


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"an audit detail cannot hold a {type(value).__name__}")


def utc(moment: datetime) -> datetime:
    """A moment as it is kept: in UTC, without its zone; one without a zone is taken as UTC."""
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
