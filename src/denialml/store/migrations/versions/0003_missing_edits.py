"""Tasks for edits that are missing, and what people decided about them; both append-only.

Revision ID: 0003
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TABLES = ("missing_edit", "missing_edit_decision")


def upgrade() -> None:
    """Make both tables, and refuse changes to them."""
    op.create_table(
        "missing_edit",
        _id(),
        sa.Column("payer_id", sa.BigInteger(), nullable=False),
        _text("reason"),
        _text("remarks"),
        _text("procedure"),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_missing_edit"),
        sa.ForeignKeyConstraint(["payer_id"], ["payer.id"], name="fk_missing_edit_payer_id"),
        sa.UniqueConstraint(
            "payer_id", "reason", "remarks", "procedure", name="uq_missing_edit_payer_id_reason_remarks_procedure"
        ),
    )
    op.create_index("ix_missing_edit_payer_id", "missing_edit", ["payer_id"])
    op.create_table(
        "missing_edit_decision",
        _id(),
        sa.Column("missing_edit_id", sa.BigInteger(), nullable=False),
        _text("person"),
        _text("action"),
        _text("rule"),
        _text("note"),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_missing_edit_decision"),
        sa.ForeignKeyConstraint(
            ["missing_edit_id"], ["missing_edit.id"], name="fk_missing_edit_decision_missing_edit_id"
        ),
    )
    op.create_index("ix_missing_edit_decision_missing_edit_id", "missing_edit_decision", ["missing_edit_id"])
    for table in _TABLES:
        _refuse_changes(table)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")


def _refuse_changes(table: str) -> None:
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
