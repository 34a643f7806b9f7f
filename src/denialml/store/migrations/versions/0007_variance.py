"""Services paid less than their contract says, and what people decided about them; append-only.

Revision ID: 0007
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0007"
down_revision = "0006"

_TABLES = ("variance_case", "variance_decision")


def upgrade() -> None:
    """Make the tables, and refuse changes to them."""
    op.create_table(
        "variance_case",
        identity(),
        sa.Column("service_payment_id", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("expected_cents", sa.BigInteger(), nullable=False),
        sa.Column("allowed_cents", sa.BigInteger(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_variance_case"),
        sa.ForeignKeyConstraint(
            ["service_payment_id"], ["service_payment.id"], name="fk_variance_case_service_payment_id"
        ),
        sa.UniqueConstraint("service_payment_id", "contract", name="uq_variance_case_service_payment_id_contract"),
    )
    op.create_index("ix_variance_case_service_payment_id", "variance_case", ["service_payment_id"])
    op.create_table(
        "variance_decision",
        identity(),
        sa.Column("variance_case_id", sa.BigInteger(), nullable=False),
        text("person"),
        text("action"),
        text("reason"),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_variance_decision"),
        sa.ForeignKeyConstraint(
            ["variance_case_id"], ["variance_case.id"], name="fk_variance_decision_variance_case_id"
        ),
    )
    op.create_index("ix_variance_decision_variance_case_id", "variance_decision", ["variance_case_id"])
    for table in _TABLES:
        refuse_changes(table)
