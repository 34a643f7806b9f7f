"""Patients' money, their plans and statements, and write-offs with approval; all append-only.

Revision ID: 0009
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0009"
down_revision = "0008"

_TABLES = (
    "patient_event",
    "patient_transaction",
    "payment_plan",
    "patient_statement",
    "write_off",
    "write_off_decision",
)


def upgrade() -> None:
    """Make the tables, and refuse changes to them."""
    _create_events()
    _create_plans()
    _create_statements()
    _create_write_offs()
    for table in _TABLES:
        refuse_changes(table)


def _create_events() -> None:
    op.create_table(
        "patient_event",
        identity(),
        sa.Column("key", sa.String(64), nullable=False),
        _number("patient_id"),
        text("kind"),
        _number("amount_cents"),
        text("method"),
        text("reference"),
        text("reason"),
        text("person"),
        _number("undoes_id", nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        *_when(),
        sa.PrimaryKeyConstraint("id", name="pk_patient_event"),
        sa.UniqueConstraint("key", name="uq_patient_event_key"),
        sa.UniqueConstraint("undoes_id", name="uq_patient_event_undoes_id"),
        _to("patient_event", "patient_id", "patient"),
        _to("patient_event", "undoes_id", "patient_event"),
    )
    _index("patient_event", "patient_id")
    op.create_table(
        "patient_transaction",
        _number("transaction_id"),
        _number("event_id"),
        sa.PrimaryKeyConstraint("transaction_id", name="pk_patient_transaction"),
        _to("patient_transaction", "transaction_id", "ledger_transaction"),
        _to("patient_transaction", "event_id", "patient_event"),
        sqlite_with_rowid=False,
    )
    _index("patient_transaction", "event_id")


def _create_plans() -> None:
    op.create_table(
        "payment_plan",
        identity(),
        _number("patient_id"),
        _number("total_cents"),
        _number("monthly_cents"),
        sa.Column("day_of_month", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        text("person"),
        text("reason"),
        *_when(),
        sa.PrimaryKeyConstraint("id", name="pk_payment_plan"),
        _to("payment_plan", "patient_id", "patient"),
    )
    _index("payment_plan", "patient_id")


def _create_statements() -> None:
    op.create_table(
        "patient_statement",
        identity(),
        _number("patient_id"),
        sa.Column("as_of", sa.Date(), nullable=False),
        _number("balance_cents"),
        _number("due_cents"),
        _number("last_transaction_id"),
        sa.Column("sha256", sa.String(64), nullable=False),
        text("person"),
        *_when(),
        sa.PrimaryKeyConstraint("id", name="pk_patient_statement"),
        sa.UniqueConstraint("patient_id", "as_of", name="uq_patient_statement_patient_id_as_of"),
        _to("patient_statement", "patient_id", "patient"),
        _to("patient_statement", "last_transaction_id", "ledger_transaction"),
    )
    _index("patient_statement", "patient_id")
    _index("patient_statement", "last_transaction_id")


def _create_write_offs() -> None:
    op.create_table(
        "write_off",
        identity(),
        _number("claim_id"),
        _number("line_id", nullable=True),
        text("account"),
        _number("amount_cents"),
        text("reason"),
        text("note"),
        text("person"),
        *_when(),
        sa.PrimaryKeyConstraint("id", name="pk_write_off"),
        _to("write_off", "claim_id", "claim"),
        _to("write_off", "line_id", "service_line"),
    )
    _index("write_off", "claim_id")
    _index("write_off", "line_id")
    op.create_table(
        "write_off_decision",
        identity(),
        _number("write_off_id"),
        text("action"),
        text("note"),
        text("person"),
        _number("transaction_id", nullable=True),
        *_when(),
        sa.PrimaryKeyConstraint("id", name="pk_write_off_decision"),
        sa.UniqueConstraint("write_off_id", "action", name="uq_write_off_decision_write_off_id_action"),
        _to("write_off_decision", "write_off_id", "write_off"),
        _to("write_off_decision", "transaction_id", "ledger_transaction"),
    )
    _index("write_off_decision", "write_off_id")
    _index("write_off_decision", "transaction_id")


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=nullable)


def _when() -> tuple[sa.Column[object], sa.Column[object]]:
    happened_at: sa.Column[object] = sa.Column("happened_at", sa.DateTime(), nullable=False)
    known_on: sa.Column[object] = sa.Column("known_on", sa.Date(), nullable=False)
    return happened_at, known_on


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])
