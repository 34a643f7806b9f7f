"""The one door for reading X12."""

from __future__ import annotations

from collections.abc import Iterator

from denialml.x12.envelope import Interchanges
from denialml.x12.events import Event
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
