"""Who entered a remittance from paper, and from which document; append-only.

Revision ID: 0010
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table, and refuse changes to it."""
    op.create_table(
        "paper_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(), nullable=False, server_default=""),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paper_entry"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_paper_entry_file_id"),
        sa.ForeignKeyConstraint(["document_id"], ["file.id"], name="fk_paper_entry_document_id"),
        sa.UniqueConstraint("file_id", name="uq_paper_entry_file_id"),
        sa.UniqueConstraint("document_id", name="uq_paper_entry_document_id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER paper_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON paper_entry "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER paper_entry_refuses_{change.lower()} BEFORE {change} ON paper_entry "
            "BEGIN SELECT RAISE(ABORT, 'paper_entry is append-only'); END"
        )
