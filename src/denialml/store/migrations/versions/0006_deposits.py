"""Money at the bank and which remittances it pays; all append-only.

Revision ID: 0006
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0006"
down_revision = "0005"

_TABLES = ("deposit", "deposit_match", "deposit_unmatch")


def upgrade() -> None:
    """Make the tables, and refuse changes to them."""
    _create_deposits()
    _create_matches()
    _create_unmatches()
    for table in _TABLES:
        refuse_changes(table)


def _create_deposits() -> None:
    op.create_table(
        "deposit",
        identity(),
        _reference("file_id"),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        text("trace"),
        text("originator"),
        text("payer_name"),
        text("description"),
        text("bank_reference"),
        text("returned_reference"),
        text("account"),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("entry_key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deposit"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_deposit_file_id"),
        sa.UniqueConstraint("entry_key", name="uq_deposit_entry_key"),
        sa.UniqueConstraint("file_id", "ordinal", name="uq_deposit_file_id_ordinal"),
    )
    op.create_index("ix_deposit_file_id", "deposit", ["file_id"])
    op.create_index("ix_deposit_trace", "deposit", ["trace"])


def _create_matches() -> None:
    op.create_table(
        "deposit_match",
        identity(),
        _reference("deposit_id"),
        _reference("remittance_id"),
        _reference("transaction_id"),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        text("rule"),
        text("person"),
        text("reason"),
        sa.Column("happened_at", sa.DateTime(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("match_key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deposit_match"),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name="fk_deposit_match_deposit_id"),
        sa.ForeignKeyConstraint(["remittance_id"], ["remittance.id"], name="fk_deposit_match_remittance_id"),
        sa.ForeignKeyConstraint(["transaction_id"], ["ledger_transaction.id"], name="fk_deposit_match_transaction_id"),
        sa.UniqueConstraint("match_key", name="uq_deposit_match_match_key"),
    )
    for column in ("deposit_id", "remittance_id", "transaction_id"):
        op.create_index(f"ix_deposit_match_{column}", "deposit_match", [column])


def _create_unmatches() -> None:
    op.create_table(
        "deposit_unmatch",
        identity(),
        _reference("deposit_match_id"),
        _reference("transaction_id"),
        text("person"),
        text("reason"),
        sa.Column("happened_at", sa.DateTime(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deposit_unmatch"),
        sa.ForeignKeyConstraint(["deposit_match_id"], ["deposit_match.id"], name="fk_deposit_unmatch_deposit_match_id"),
        sa.ForeignKeyConstraint(
            ["transaction_id"], ["ledger_transaction.id"], name="fk_deposit_unmatch_transaction_id"
        ),
        sa.UniqueConstraint("deposit_match_id", name="uq_deposit_unmatch_deposit_match_id"),
    )
    op.create_index("ix_deposit_unmatch_transaction_id", "deposit_unmatch", ["transaction_id"])


def _reference(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
