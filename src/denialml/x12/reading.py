"""The one door for reading X12."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from denialml.errors import BadInputError
from denialml.x12.envelope import Interchanges
from denialml.x12.events import Event
from denialml.x12.tokens import batches


def read(source: bytes | Path | BinaryIO) -> Iterator[Event]:
    """Everything in an X12 file, in file order, as typed events; memory does not grow with the file.

    837P (005010X222) and 835 (005010X221) are read; other transaction sets are named, counted and skipped. Nothing is
    dropped silently: see :mod:`denialml.x12.events`.

    Raises:
        X12Error: the bytes are no X12, or cannot be followed any further.
        BadInputError: the file cannot be opened.
    """
    if isinstance(source, bytes):
        yield from Interchanges().read(batches(BytesIO(source)))
    elif isinstance(source, Path):
        try:
            stream = source.open("rb")
        except OSError as error:
            raise BadInputError(f"cannot open the file {source.name}: {error.strerror}") from error
        with stream:
            yield from Interchanges().read(batches(stream))
    else:
        yield from Interchanges().read(batches(source))
