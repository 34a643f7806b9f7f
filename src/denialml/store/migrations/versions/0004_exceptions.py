"""What people decide about things that wait; append-only.

Revision ID: 0004
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

from denialml.errors import StorageError
from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table, and refuse changes to it."""
    _require_revisions()
    op.create_table(
        "exception_decision",
        identity(),
        sa.Column("subject", sa.String(length=64), nullable=False),
        text("action"),
        sa.Column("detail", sa.Text(), nullable=False),
        text("person"),
        text("reason"),
        sa.Column("withdraws_id", sa.BigInteger()),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exception_decision"),
        sa.ForeignKeyConstraint(["withdraws_id"], ["exception_decision.id"], name="fk_exception_decision_withdraws_id"),
        sa.UniqueConstraint("withdraws_id", name="uq_exception_decision_withdraws_id"),
    )
    op.create_index("ix_exception_decision_subject", "exception_decision", ["subject"])
    refuse_changes("exception_decision")


def _require_revisions() -> None:
    """Refuse a database of an earlier unreleased version, whose remittances lack what posting in any order needs."""
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("claim_payment")}
    if "revision" not in columns:
        raise StorageError(
            "this database was made by an earlier version that was never released; move it away, import the claims "
            "and post the files again (for a demo: denialml demo --fresh)"
        )
