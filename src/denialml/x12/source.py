"""What X12 is read from: bytes, a file by its path, or a stream that is open already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from denialml.errors import BadInputError

Source = bytes | Path | BinaryIO


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """A binary stream of the source. A path is opened and closed here; a given stream stays open.

    Raises:
        BadInputError: the file cannot be opened.
    """
    if isinstance(source, bytes):
        yield BytesIO(source)
    elif isinstance(source, Path):
        try:
            stream = source.open("rb")
        except OSError as error:
            raise BadInputError(f"cannot open the file {source.name}: {error.strerror}") from error
        with stream:
            yield stream
    else:
        yield source
