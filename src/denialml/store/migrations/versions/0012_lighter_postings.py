"""Entries without an index on their account: sums answer what it was for. Remittances with one on their trace number.

Revision ID: 0012
Create Date: 2026-11-25
"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Drop the one, make the other."""
    op.drop_index("ix_ledger_entry_account", "ledger_entry")
    op.create_index("ix_remittance_trace", "remittance", ["trace"])
