"""The one door for reading X12: event by event, or a file that fits into memory at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from denialml.claims import Claim, Value
from denialml.x12.envelope import Interchanges
from denialml.x12.events import ClaimRead, Event, MessageRead
from denialml.x12.source import Source, opened
from denialml.x12.tokens import batches


def read(source: Source) -> Iterator[Event]:
    """Everything in an X12 file, in file order, as typed events; memory does not grow with the file.

    The transaction sets in the table of :mod:`denialml.x12.bodies` are read; others are named, counted and skipped.
    Nothing is dropped silently: see :mod:`denialml.x12.events`.

    Raises:
        X12Error: the bytes are no X12, or cannot be followed any further.
        BadInputError: the file cannot be opened.
    """
    with opened(source) as stream:
        yield from Interchanges().read(batches(stream))


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's bytes with everything that the reader makes of them, for those who need both and should read once."""

    content: bytes
    events: tuple[Event, ...] = field(repr=False)

    @classmethod
    def of(cls, content: bytes) -> Reading:
        """Read a file whole.

        Raises:
            X12Error: as :func:`read` does.
        """
        return cls(content, tuple(read(content)))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims in it, in file order."""
        return tuple([event.claim for event in self.events if isinstance(event, ClaimRead)])

    @property
    def messages(self) -> tuple[Value, ...]:
        """The messages of the small transactions in it, in file order."""
        return tuple([event.message for event in self.events if isinstance(event, MessageRead)])
