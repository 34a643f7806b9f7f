"""Claims made from a payer's answer, each purpose once for an answer; append-only.

Revision ID: 0008
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_TABLE = "claim_draft"


def upgrade() -> None:
    """Make the table, and refuse changes to it."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False, server_default=""),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("payer_identifier", sa.String(), nullable=False, server_default=""),
        sa.Column("charge_cents", sa.BigInteger(), nullable=False),
        sa.Column("control_number", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False, server_default=""),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_claim_draft"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_claim_draft_claim_id"),
        sa.UniqueConstraint("key", name="uq_claim_draft_key"),
    )
    op.create_index("ix_claim_draft_claim_id", _TABLE, ["claim_id"])
    _refuse_changes()


def _refuse_changes() -> None:
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
