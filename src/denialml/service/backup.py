"""Copies of a practice's database, and proof that a copy is good."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from denialml.errors import NotFoundError, RefusedError, UsageError
from denialml.service.practice import existing_store
from denialml.settings import Settings

if TYPE_CHECKING:
    from denialml.store.backup import Checked


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A database that passed all checks, and what it holds; ``path`` is None for a home's own."""

    path: Path | None
    schema: str
    kept_files: int
    transactions: int
    audit_events: int


def back_up(settings: Settings, path: Path) -> BackupReport:
    """Copy the embedded database into a new file, while others may post, and check the copy.

    The file takes its name when the copy is whole and good. To go back to it, put it in the place of the home's
    ``denialml.sqlite3`` while no program has that open, and take its ``-wal`` and ``-shm`` away.

    Raises:
        UsageError: the database is PostgreSQL's, which has its own tool; the message is the command.
        NotFoundError: the home holds no database yet.
        RefusedError: a file of that name is there already.
        StorageError: the copy cannot be written, or is not good.
    """
    from denialml.store.backup import copy_database, dump_commands

    commands = dump_commands(settings.url, path)
    if commands:
        raise UsageError("PostgreSQL has its own tools. Copy:\n  {}\nBring back:\n  {}".format(*commands))
    if path.exists():
        raise RefusedError(f"{path}: is there already; name another file")
    draft = path.with_name(path.name + ".part")
    draft.unlink(missing_ok=True)
    try:
        with existing_store(settings) as store:
            copy_database(store, draft)
        checked = _checked(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return _report(path, checked)


def verify_backup(path: Path) -> BackupReport:
    """Check a copy without altering it: pages and references, the audit trail, and that the ledger balances.

    Raises:
        NotFoundError: there is no such file.
        StorageError: it is no database of ours, or not as it was written.
    """
    if not path.is_file():
        raise NotFoundError(f"{path}: no such file")
    return _report(path, _checked(path))


def verify_home(settings: Settings) -> BackupReport:
    """Check the database in use in the same way: one that was brought back, for one.

    Raises:
        NotFoundError: the home holds no database yet.
        StorageError: it is not as it was written.
    """
    from denialml.store.backup import check

    with existing_store(settings) as store, store.reading() as connection:
        return _report(None, check(connection, f"the database of {settings.home}"))


def _checked(path: Path) -> Checked:
    from denialml.store.backup import check, open_copy

    with open_copy(path) as connection:
        return check(connection, f"the copy {path}")


def _report(path: Path | None, checked: Checked) -> BackupReport:
    return BackupReport(path, **asdict(checked))
