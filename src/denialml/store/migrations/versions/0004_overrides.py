"""People's decisions to send a claim in spite of a finding, append-only.

Revision ID: 0004
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TABLE = "finding_override"


def upgrade() -> None:
    """Make the table, and refuse changes to it."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("control_number", sa.String(), nullable=False),
        _text("rule"),
        sa.Column("line", sa.Integer(), nullable=False),
        _text("action"),
        _text("person"),
        _text("reason"),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_finding_override"),
    )
    op.create_index("ix_finding_override_control_number", _TABLE, ["control_number"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {_TABLE}_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {_TABLE}_refuses_{change.lower()} BEFORE {change} ON {_TABLE} "
            f"BEGIN SELECT RAISE(ABORT, '{_TABLE} is append-only'); END"
        )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")
