"""Files from outside, as bytes and as events."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from denialml import x12
from denialml.errors import BadInputError, Finding, Severity
from denialml.settings import Settings
from denialml.x12.events import Event, Noticed, Refused, Transaction

if TYPE_CHECKING:
    from denialml.store import Store

T = TypeVar("T")


def content_of(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        BadInputError: it cannot be opened or read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(f"cannot be read: {error.strerror}") from error


def taken_in(
    settings: Settings, files: Sequence[Path], take: Callable[[Store, Path], T], progress: Callable[[str], None] | None
) -> tuple[T, ...]:
    """What ``take`` makes of each file, one after the other, with the home's store open; ``progress`` gets its name.

    Raises:
        StorageError: the database failed. Files before are kept, the one at hand is not.
    """
    from denialml.store import open_store

    store = open_store(settings.url)
    done = []
    try:
        for path in files:
            with _no_collector():
                done.append(take(store, path))
            if progress:
                progress(path.name)
    finally:
        store.close()
    return tuple(done)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Hold Python's search for cycles: a file's values hold none, and to walk them again and again costs a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def by_day(
    events: Iterable[Event], known_on: date | None, wanted: Callable[[Event], T | None], unknown: str
) -> dict[date, list[T]]:
    """What is wanted of the events, by the day given, or that of the group it stands in (GS04).

    Raises:
        BadInputError: neither names a day; the message ends with ``unknown``.
    """
    found: dict[date, list[T]] = {}
    day = known_on
    for event in events:
        if isinstance(event, Transaction):
            day = known_on or event.created_on
        elif (value := wanted(event)) is not None:
            if day is None:
                raise BadInputError(f"its envelope names no day (GS04); {unknown}")
            found.setdefault(day, []).append(value)
    return found


def events_of(content: bytes, set_id: str) -> list[Event]:
    """All events of a file that holds at least one transaction of a kind (``837``, ``835``).

    Raises:
        BadInputError: it is no X12 to its end, or holds no such transaction.
    """
    events = list(x12.read(content))
    if not any(isinstance(event, Transaction) and event.set_id == set_id for event in events):
        raise BadInputError(f"holds no {set_id} transaction")
    return events


def findings_of(events: list[Event], *set_ids: str) -> tuple[Finding, ...]:
    """Findings about a file, with one more for each transaction in it that is not of a wanted kind."""
    found = [event.finding for event in events if isinstance(event, Noticed | Refused)]
    others = [event for event in events if isinstance(event, Transaction) and event.set_id not in set_ids]
    found += [
        Finding("other-transaction", Severity.WARNING, f"segment {each.span.segment}", f"{each.set_id} passed over")
        for each in others
    ]
    return tuple(found)
