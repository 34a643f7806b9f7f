"""Code tables of a home: loading publishers' files, listing what is loaded, looking one code up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from denialml.codes.kinds import KINDS
from denialml.codes.loading import EXAMPLES, LoadReport, load
from denialml.codes.madeup import made_up
from denialml.codes.publishers import Edition
from denialml.codes.releases import Shelf
from denialml.codes.tables import Tables
from denialml.errors import NotFoundError, UsageError
from denialml.service.clock import today
from denialml.settings import Settings


@dataclass(frozen=True, slots=True)
class TableRelease:
    """One release on the shelf; ``from_day`` to ``to_day`` are the days that it speaks of."""

    table: str
    publisher: str
    release: str
    from_day: date
    to_day: date
    rows: int
    files: int
    loaded_on: date


@dataclass(frozen=True, slots=True)
class CodeShown:
    """What a table says of a code: the row in force on a day, and every row it has."""

    table: str
    code: str
    on: date
    covered: bool
    in_force: tuple[dict[str, Any], ...]
    history: tuple[dict[str, Any], ...]


def tables(settings: Settings) -> Tables:
    """The lookup door of a home: what was loaded, and in a demo the made-up tables for what was not."""
    loaded = _shelf(settings).open()
    return loaded.over(made_up()) if settings.demo else loaded


def load_files(
    settings: Settings,
    paths: Sequence[Path],
    *,
    release: str | None = None,
    effective: date | None = None,
    examples: int = EXAMPLES,
) -> LoadReport:
    """Read publishers' files into the home's code tables: all of them, or none.

    ``effective`` is the first day they stand and ``release`` their name, for files that do not say.

    Raises:
        UsageError: a release is named without its first day.
        BadInputError: a file is no format that is known, says no release, or holds a line that cannot be used.
        RefusedError: another load is under way, or a release of that name began on another day.
        StorageError: the disk failed; the tables are as they were.
    """
    if release and effective is None:
        raise UsageError("--release needs --effective: the first day that the release stands")
    edition = Edition(release or effective.isoformat(), effective) if effective else None
    return load(_shelf(settings), paths, today(settings), edition=edition, examples=examples)


def loaded_releases(settings: Settings) -> list[TableRelease]:
    """Every release on the shelf, by table and first day."""
    shelf = _shelf(settings)
    found = []
    for name in (name for name in KINDS if name in shelf.tables):
        for release in shelf.tables[name].releases:
            first, last = shelf.span(name, release)
            found.append(
                TableRelease(
                    table=name,
                    publisher=KINDS[name].publisher,
                    release=release.id,
                    from_day=first,
                    to_day=last,
                    rows=release.rows,
                    files=len(release.parts),
                    loaded_on=release.loaded_on,
                )
            )
    return found


def show_code(settings: Settings, table: str, code: str, on: date | None = None) -> CodeShown:
    """What a table says of a code on a day (today unless told), with all its intervals.

    A key of several parts is given with or without something between them (``11042 97597``, ``99213-26``).

    Raises:
        NotFoundError: there is no such table, or it has never had the code.
    """
    key = "".join(character for character in code.upper() if character.isalnum())
    door = tables(settings)
    day = on or today(settings)
    history = door.history(table, key)
    if not history:
        raise NotFoundError(f"{table} has no {code}; `denialml codes list` shows what is loaded")
    plain = [{name: getattr(row, name) for name in row.__struct_fields__} for row in history]
    in_force = tuple(said for row, said in zip(history, plain, strict=True) if row.in_force(day))
    return CodeShown(table, key, day, door.covers(table, day), in_force, tuple(plain))


def _shelf(settings: Settings) -> Shelf:
    return Shelf(settings.home / "codes")
