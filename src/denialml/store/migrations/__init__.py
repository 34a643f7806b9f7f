"""The schema's history: each file in ``versions`` is one step, numbered, written out and never changed afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

_FOLDER: Final = Path(__file__).parent
# The newest step's number, from the file names: cheap to know without loading Alembic.
HEAD: Final = max(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def revision_of(connection: Connection) -> str | None:
    """The number of the last step that the database has gone through, or None when it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_step(revision: str) -> bool:
    """Whether a revision may be one of ours: four digits. Alembic's own naming gives other programs twelve letters."""
    return len(revision) == 4 and revision.isdecimal()


def migrate(connection: Connection) -> None:
    """Go through the steps that are missing, inside the caller's transaction."""
    # Alembic costs a fifth of a second to load, and most openings of a database do not need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
