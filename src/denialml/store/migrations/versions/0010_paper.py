"""Who entered a remittance from paper, and from which document; append-only.

Revision ID: 0010
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the table, and refuse changes to it."""
    op.create_table(
        "paper_entry",
        identity(),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        text("person"),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_paper_entry"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_paper_entry_file_id"),
        sa.ForeignKeyConstraint(["document_id"], ["file.id"], name="fk_paper_entry_document_id"),
        sa.UniqueConstraint("file_id", name="uq_paper_entry_file_id"),
        sa.UniqueConstraint("document_id", name="uq_paper_entry_document_id"),
    )
    refuse_changes("paper_entry")
