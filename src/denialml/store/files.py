"""Files as they came or went, kept whole: any figure can be followed down to the bytes it came from."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, bindparam, select

from denialml.errors import NotFoundError
from denialml.store import schema
from denialml.store.units import Unit

_BY_DIGEST: Final = select(schema.file.c.id, schema.file.c.kind).where(schema.file.c.sha256 == bindparam("digest"))


@dataclass(frozen=True, slots=True)
class SavedFile:
    """Where a file is kept; ``repeated`` when the same bytes were there before, under whatever name."""

    id: int
    repeated: bool


def save_file(unit: Unit, name: str, kind: str, content: bytes, known_on: date) -> SavedFile:
    """Keep a file's bytes, compressed. The same bytes are kept once; ``kind`` is as in the schema."""
    found = file_of(unit.connection, content)
    if found is not None:
        return SavedFile(found, repeated=True)
    identity = unit.allocate("file", 1)
    row = {
        "id": identity,
        "sha256": hashlib.sha256(content).hexdigest(),
        "name": name,
        "kind": kind,
        "size_bytes": len(content),
        "content": zlib.compress(content, level=3),
        "known_on": known_on,
    }
    unit.insert(schema.file, [row])
    return SavedFile(identity, repeated=False)


def file_of(connection: Connection, content: bytes, kind: str = "") -> int | None:
    """The id of the file of these bytes, of one kind where that is given; None where they are not kept as such."""
    found = connection.execute(_BY_DIGEST, {"digest": hashlib.sha256(content).hexdigest()}).first()
    return None if found is None or kind not in {"", found.kind} else int(found.id)


def load_file(connection: Connection, file_id: int) -> bytes:
    """A file's bytes, as they came.

    Raises:
        NotFoundError: there is no such file.
    """
    content = connection.execute(select(schema.file.c.content).where(schema.file.c.id == file_id)).scalar()
    if content is None:
        raise NotFoundError(f"there is no file {file_id} in the database")
    return zlib.decompress(content)
