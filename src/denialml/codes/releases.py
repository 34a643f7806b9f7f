"""The shelf of a home: every release of every table that was loaded, and of each table what its releases say together.

Nothing on the shelf is ever changed in place. A load writes new files beside the old ones and then replaces the
manifest in one step: whoever kills it leaves what was there before.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from denialml.codes.kinds import KINDS, Kind
from denialml.codes.packed import Packed, Packer, open_packed
from denialml.codes.tables import Span, Tables
from denialml.errors import RefusedError, StorageError

_MANIFEST: Final = "manifest.json"


class Part(msgspec.Struct, frozen=True):
    """What one of the publisher's files gave a table: ``name`` tells it from others of the release."""

    name: str
    sha256: str
    rows: int
    file: str


class Release(msgspec.Struct, frozen=True):
    """One release of a table: stands from ``effective``, was loaded on ``loaded_on``."""

    id: str
    effective: date
    loaded_on: date
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        """How many rows its files hold together."""
        return sum(part.rows for part in self.parts)


class Shelved(msgspec.Struct, frozen=True):
    """A table on the shelf: its releases, oldest first, and the file that holds what they say together."""

    releases: tuple[Release, ...]
    file: str
    rows: int


class Shelf:
    """The code tables of one home.

    Raises:
        StorageError: the manifest cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.tables = self._manifest()

    def _manifest(self) -> dict[str, Shelved]:
        path = self._folder / _MANIFEST
        try:
            return msgspec.json.decode(path.read_bytes(), type=dict[str, Shelved]) if path.exists() else {}
        except (OSError, msgspec.DecodeError) as error:
            raise StorageError(f"{path}: cannot be read ({error}); bring it back from a backup") from error

    def open(self) -> Tables:
        """The lookup door on what is loaded now. Its files are mapped at once: a later load takes nothing from it.

        Raises:
            StorageError: a file is missing or damaged.
        """
        opened = {name: partial(_itself, self._packed(name, table.file)) for name, table in self.tables.items()}
        spans = {name: _span(KINDS[name], table) for name, table in self.tables.items()}
        named = {name: [(each.effective, each.id) for each in table.releases] for name, table in self.tables.items()}
        return Tables(opened, spans, named)

    def span(self, table: str, release: Release) -> Span:
        """The days that a release speaks of: until the next one, or as long as it may be trusted to be the newest."""
        later = [each.effective for each in self.tables[table].releases if each.effective > release.effective]
        end = later[0] if later else release.effective + timedelta(days=KINDS[table].fresh_days)
        return (release.effective, end - timedelta(days=1))

    def release(self, table: str, release_id: str) -> Release | None:
        """A release of a table, if it was loaded."""
        shelved = self.tables.get(table)
        return next((each for each in shelved.releases if each.id == release_id), None) if shelved else None

    def before(self, table: str, effective: date) -> Release | None:
        """The newest release of a table that began before a day."""
        shelved = self.tables.get(table)
        earlier = [each for each in shelved.releases if each.effective < effective] if shelved else []
        return earlier[-1] if earlier else None

    def content(self, table: str, release: Release) -> list[Packed[Any]]:
        """What the files of a release gave a table."""
        return [self._packed(table, part.file) for part in release.parts]

    def write_part(self, table: str, name: str, sha256: str, packer: Packer) -> Part:
        """Write what one of the publisher's files gave a table; it counts once a release with it is put."""
        return Part(name, sha256, len(packer), self._write(table, packer))

    def put(self, changed: dict[str, list[Release]]) -> None:
        """Make these the releases of each table named, all at once.

        Raises:
            StorageError: the disk failed; the shelf is as it was.
        """
        from denialml.codes.merging import merge

        tables = dict(self.tables)
        for name, releases in changed.items():
            ordered = tuple(sorted(releases, key=lambda release: release.effective))
            merged = merge(KINDS[name], [(each.effective, self.content(name, each)) for each in ordered])
            tables[name] = Shelved(ordered, self._write(name, merged), len(merged))
        self._save(self._folder / _MANIFEST, [msgspec.json.format(msgspec.json.encode(tables))])
        self.tables = tables
        self._sweep()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other loads away.

        Raises:
            RefusedError: another load is under way.
        """
        import fcntl

        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RefusedError("code tables are being loaded by another command; try again later") from error
            self.tables = self._manifest()
            yield

    def _packed(self, table: str, file: str) -> Packed[Any]:
        return open_packed(self._folder / file, KINDS[table].row)

    def _write(self, table: str, packer: Packer) -> str:
        """Write a packed table under a name that its content gives."""
        pieces = list(packer.pieces())
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        name = f"{table}-{digest.hexdigest()[:16]}.tbl"
        if not (self._folder / name).exists():
            self._save(self._folder / name, pieces)
        return name

    def _save(self, path: Path, pieces: list[bytes]) -> None:
        draft = path.with_name(path.name + ".part")
        try:
            with draft.open("wb") as stream:
                stream.writelines(pieces)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise StorageError(f"{path}: cannot be written: {error.strerror}; nothing was changed") from error

    def _sweep(self) -> None:
        """Remove files that no release needs: what a killed load or an older merge left."""
        wanted = {table.file for table in self.tables.values()}
        wanted |= {p.file for t in self.tables.values() for release in t.releases for p in release.parts}
        for path in self._folder.iterdir():
            if path.suffix in {".tbl", ".part"} and path.name not in wanted:
                path.unlink()


def _itself(packed: Packed[Any]) -> Packed[Any]:
    return packed


def _span(kind: Kind, table: Shelved) -> Span:
    """The days that a table's releases speak of together."""
    first, last = table.releases[0].effective, table.releases[-1].effective
    return (date.min if kind.dated else first, last + timedelta(days=kind.fresh_days - 1))
