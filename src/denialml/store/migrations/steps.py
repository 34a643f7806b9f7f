"""What the steps of the schema share. Steps are history, and so is this: add to it, and change nothing in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def identity() -> sa.Column[int]:
    """The column ``id`` of a table whose ids are allocated in blocks."""
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False)


def text(name: str, default: str = "") -> sa.Column[str]:
    """A column of text that is empty where nothing else is said."""
    return sa.Column(name, sa.String(), server_default=default, nullable=False)


def refuse_changes(table: str) -> None:
    """Keep rows as they were written: triggers refuse to change or remove them.

    On PostgreSQL they call ``refuse_change()``, which step 0002 makes.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{change.lower()} BEFORE {change} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
