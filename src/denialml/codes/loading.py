"""Loading publishers' files: all of them or none, each checked, with what changed since the release before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from denialml.codes.kinds import KINDS
from denialml.codes.packed import Packer
from denialml.codes.publishers import FORMATS, Document, Edition, Format, documents, format_of, why_unread
from denialml.codes.releases import Part, Release, Shelf
from denialml.codes.shapes import key_of
from denialml.errors import BadInputError, RefusedError

EXAMPLES: Final = 5  # of each kind of change, unless asked for more


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a release brought to a table: counts of codes (or pairs) against the release ``before``, with examples.

    ``files`` are those that were read; none when all were loaded before, byte for byte.
    """

    table: str
    release: str
    effective: date
    rows: int
    before: str
    added: int
    removed: int
    changed: int
    examples: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. ``passed_over`` are files of archives that no table is made of."""

    tables: tuple[Loaded, ...]
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A document whose format and release are known."""

    document: Document
    format: Format
    edition: Edition

    @property
    def part(self) -> str:
        return self.format.part(self.document)


def load(
    shelf: Shelf, paths: Sequence[Path], loaded_on: date, *, edition: Edition | None = None, examples: int = EXAMPLES
) -> LoadReport:
    """Read files into the shelf. ``edition`` names their release where the files cannot.

    Loading the same files again changes nothing; a corrected file of a release replaces the one of its name.

    Raises:
        BadInputError: a file is no format that is known, says no release, or holds a line that cannot be used.
        RefusedError: another load is under way, or a release of that name began on another day.
        StorageError: the disk failed. After any error the shelf is as it was.
    """
    found, passed_over = _recognised(paths, edition)
    with shelf.locked():
        reads: dict[tuple[str, Edition], list[tuple[Part, str]]] = defaultdict(list)
        for each in found:
            for table in each.format.tables:
                _check(shelf, table, each.edition)
                reads[table, each.edition]  # a release whose files are all known is reported too
            if any(_is_new(shelf, table, each) for table in each.format.tables):
                for table, part in _read(shelf, each):
                    reads[table, each.edition].append((part, each.document.path))
        releases = {key: _with_parts(shelf, *key, loaded_on, [p for p, _ in parts]) for key, parts in reads.items()}
        report = [
            _loaded(shelf, table, release, tuple(path for _, path in reads[table, edition]), examples)
            for (table, edition), release in releases.items()
        ]
        changed = {table for (table, _), parts in reads.items() if parts}
        new = {name: [release for (table, _), release in releases.items() if table == name] for name in changed}
        shelf.put({name: _releases(shelf, name, each) for name, each in new.items()})
    return LoadReport(tuple(report), tuple(passed_over))


def _recognised(paths: Sequence[Path], edition: Edition | None) -> tuple[list[_Found], list[str]]:
    """The documents to read. Of an archive's documents that say the same, the one of the earliest format is taken."""
    best: dict[tuple[str, tuple[str, ...], Edition, str], _Found] = {}
    passed_over = []
    for path in paths:
        unknown, known = [], 0
        for document in documents(path):
            form = format_of(document)
            if form is None:
                unknown.append(document)
                continue
            known += 1
            each = _Found(document, form, _edition(document, form, edition))
            same = (document.archive, form.tables, each.edition, each.part)
            first = best.setdefault(same, each)
            if FORMATS.index(form) < FORMATS.index(first.format):
                best[same] = each
        if not known:
            raise _not_known(path, unknown)
        passed_over += [document.path for document in unknown]
    return list(best.values()), passed_over


def _not_known(path: Path, documents: Sequence[Document]) -> BadInputError:
    for document in documents:
        why = why_unread(document)
        if why:
            return BadInputError(f"{document.path}: {why}")
    return BadInputError(
        f"{path.name}: not a publisher's file that is known; see docs/how-to/load-code-tables.md for those that are, "
        "and for how a list of your own must be named"
    )


def _edition(document: Document, form: Format, given: Edition | None) -> Edition:
    edition = given or form.edition(document)
    if edition is None:
        raise BadInputError(
            f"{document.path}: a file of {form.name} does not say from which day it stands; give --effective"
        )
    return edition


def _check(shelf: Shelf, table: str, edition: Edition) -> None:
    known = shelf.release(table, edition.id)
    if known is not None and known.effective != edition.effective:
        raise RefusedError(
            f"release {edition.id} of {table} was loaded as of {known.effective}, not {edition.effective}; "
            "give the new one another name with --release"
        )


def _is_new(shelf: Shelf, table: str, found: _Found) -> bool:
    known = shelf.release(table, found.edition.id)
    return known is None or all(part.sha256 != found.document.sha256 for part in known.parts)


def _read(shelf: Shelf, found: _Found) -> list[tuple[str, Part]]:
    """Read a document whole and write what it gave each of its tables."""
    packers = {table: Packer() for table in found.format.tables}
    document = found.document
    for table, text, row in found.format.read(document):
        key = key_of(text)
        if key is None:
            raise BadInputError(f"{document.path}: {table} {text!r} is not a key of letters and digits; mend the file")
        packers[table].add(key, row)
    if not any(map(len, packers.values())):
        raise BadInputError(f"{document.path}: holds no row; fetch it from the publisher again")
    name = found.part or document.name
    return [(table, shelf.write_part(table, name, document.sha256, packer)) for table, packer in packers.items()]


def _with_parts(shelf: Shelf, table: str, edition: Edition, loaded_on: date, parts: list[Part]) -> Release:
    """A release with new parts, each in the place of the one of its name."""
    known = shelf.release(table, edition.id)
    if known is not None and not parts:
        return known
    together = {part.name: part for part in (*(known.parts if known else ()), *parts)}
    return Release(edition.id, edition.effective, loaded_on, tuple(together.values()))


def _loaded(shelf: Shelf, table: str, release: Release, files: tuple[str, ...], examples: int) -> Loaded:
    from denialml.codes.merging import compare

    before = shelf.before(table, release.effective)
    changes = compare(shelf.content(table, before) if before else [], shelf.content(table, release), examples)
    return Loaded(
        table=KINDS[table].name,
        release=release.id,
        effective=release.effective,
        rows=release.rows,
        before=before.id if before else "",
        added=changes.added,
        removed=changes.removed,
        changed=changes.changed,
        examples=changes.examples,
        files=files,
    )


def _releases(shelf: Shelf, table: str, new: list[Release]) -> list[Release]:
    """A table's releases, the new ones in the place of those of their name."""
    shelved = shelf.tables.get(table)
    together = {release.id: release for release in (*(shelved.releases if shelved else ()), *new)}
    return list(together.values())
