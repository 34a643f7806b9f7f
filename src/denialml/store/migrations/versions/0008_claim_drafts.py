"""Claims made from a payer's answer, each purpose once for an answer; append-only.

Revision ID: 0008
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0008"
down_revision = "0007"

_TABLE = "claim_draft"


def upgrade() -> None:
    """Make the table, and refuse changes to it."""
    op.create_table(
        _TABLE,
        identity(),
        sa.Column("key", sa.String(64), nullable=False),
        text("purpose"),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        text("payer_identifier"),
        sa.Column("charge_cents", sa.BigInteger(), nullable=False),
        sa.Column("control_number", sa.BigInteger(), nullable=False),
        text("file_name"),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_claim_draft"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_claim_draft_claim_id"),
        sa.UniqueConstraint("key", name="uq_claim_draft_key"),
    )
    op.create_index("ix_claim_draft_claim_id", _TABLE, ["claim_id"])
    refuse_changes(_TABLE)
