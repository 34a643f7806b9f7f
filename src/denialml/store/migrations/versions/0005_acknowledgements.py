"""What payers and clearinghouses say of claims before anybody adjudicates them, append-only.

Revision ID: 0005
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TABLE = "acknowledgement"


def upgrade() -> None:
    """Make the table, and refuse changes to it."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=True),
        _text("control_number"),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        _text("codes"),
        _text("source_name"),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("event_key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgement"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_acknowledgement_file_id"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_acknowledgement_claim_id"),
        sa.UniqueConstraint("event_key", name="uq_acknowledgement_event_key"),
    )
    op.create_index("ix_acknowledgement_file_id", _TABLE, ["file_id"])
    op.create_index("ix_acknowledgement_claim_id", _TABLE, ["claim_id"])
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
