"""A file that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from denialml.errors import BadInputError, RefusedError


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A stream into a new file, whose folder is made where it is missing.

    The file takes its name when all is written; when writing it fails, or nothing was written, it never stood there.

    Raises:
        RefusedError: a file of that name is there already.
        BadInputError: it cannot be written.
    """
    if path.exists():
        raise RefusedError(f"{path}: is there already; take it away, or choose another folder with --out")
    draft = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as stream:
            yield stream
        if draft.stat().st_size:
            draft.replace(path)
    except OSError as problem:
        raise BadInputError(f"{path}: cannot be written: {problem.strerror}") from problem
    finally:
        with suppress(NotADirectoryError):  # a folder of its path is a file
            draft.unlink(missing_ok=True)
