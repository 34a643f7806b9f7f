"""Patients' money, their plans and statements, and write-offs with approval; all append-only.

Revision ID: 0009
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

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
        _refuse_changes(table)


def _create_events() -> None:
    op.create_table(
        "patient_event",
        _id(),
        sa.Column("key", sa.String(64), nullable=False),
        _number("patient_id"),
        _text("kind"),
        _number("amount_cents"),
        _text("method"),
        _text("reference"),
        _text("reason"),
        _text("person"),
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
        _id(),
        _number("patient_id"),
        _number("total_cents"),
        _number("monthly_cents"),
        sa.Column("day_of_month", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        _text("person"),
        _text("reason"),
        *_when(),
        sa.PrimaryKeyConstraint("id", name="pk_payment_plan"),
        _to("payment_plan", "patient_id", "patient"),
    )
    _index("payment_plan", "patient_id")


def _create_statements() -> None:
    op.create_table(
        "patient_statement",
        _id(),
        _number("patient_id"),
        sa.Column("as_of", sa.Date(), nullable=False),
        _number("balance_cents"),
        _number("due_cents"),
        _number("last_transaction_id"),
        sa.Column("sha256", sa.String(64), nullable=False),
        _text("person"),
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
        _id(),
        _number("claim_id"),
        _number("line_id", nullable=True),
        _text("account"),
        _number("amount_cents"),
        _text("reason"),
        _text("note"),
        _text("person"),
        *_when(),
        sa.PrimaryKeyConstraint("id", name="pk_write_off"),
        _to("write_off", "claim_id", "claim"),
        _to("write_off", "line_id", "service_line"),
    )
    _index("write_off", "claim_id")
    _index("write_off", "line_id")
    op.create_table(
        "write_off_decision",
        _id(),
        _number("write_off_id"),
        _text("action"),
        _text("note"),
        _text("person"),
        _number("transaction_id", nullable=True),
        *_when(),
        sa.PrimaryKeyConstraint("id", name="pk_write_off_decision"),
        sa.UniqueConstraint("write_off_id", "action", name="uq_write_off_decision_write_off_id_action"),
        _to("write_off_decision", "write_off_id", "write_off"),
        _to("write_off_decision", "transaction_id", "ledger_transaction"),
    )
    _index("write_off_decision", "write_off_id")
    _index("write_off_decision", "transaction_id")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=nullable)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default="")


def _when() -> tuple[sa.Column[object], sa.Column[object]]:
    happened_at: sa.Column[object] = sa.Column("happened_at", sa.DateTime(), nullable=False)
    known_on: sa.Column[object] = sa.Column("known_on", sa.Date(), nullable=False)
    return happened_at, known_on


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column])


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
