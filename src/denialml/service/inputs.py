"""Files from outside, as bytes and as events."""

from __future__ import annotations

from pathlib import Path

from denialml import x12
from denialml.errors import BadInputError, Finding, Severity
from denialml.x12.events import Event, Noticed, Refused, Transaction


def content_of(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        BadInputError: it cannot be opened or read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(f"cannot be read: {error.strerror}") from error


def events_of(content: bytes, set_id: str) -> list[Event]:
    """All events of a file that holds at least one transaction of a kind (``837``, ``835``).

    Raises:
        BadInputError: it is no X12 to its end, or holds no such transaction.
    """
    events = list(x12.read(content))
    if not any(isinstance(event, Transaction) and event.set_id == set_id for event in events):
        raise BadInputError(f"holds no {set_id} transaction")
    return events


def findings_of(events: list[Event], set_id: str) -> tuple[Finding, ...]:
    """Findings about a file, with one more for each transaction in it that is not of the wanted kind."""
    found = [event.finding for event in events if isinstance(event, Noticed | Refused)]
    others = [event for event in events if isinstance(event, Transaction) and event.set_id != set_id]
    found += [
        Finding("other-transaction", Severity.WARNING, f"segment {each.span.segment}", f"{each.set_id} passed over")
        for each in others
    ]
    return tuple(found)
