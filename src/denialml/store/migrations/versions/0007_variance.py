"""Services paid less than their contract says, and what people decided about them; append-only.

Revision ID: 0007
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_TABLES = ("variance_case", "variance_decision")


def upgrade() -> None:
    """Make the tables, and refuse changes to them."""
    op.create_table(
        "variance_case",
        _id(),
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
        _id(),
        sa.Column("variance_case_id", sa.BigInteger(), nullable=False),
        _text("person"),
        _text("action"),
        _text("reason"),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_variance_decision"),
        sa.ForeignKeyConstraint(
            ["variance_case_id"], ["variance_case.id"], name="fk_variance_decision_variance_case_id"
        ),
    )
    op.create_index("ix_variance_decision_variance_case_id", "variance_decision", ["variance_case_id"])
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
