"""Periods of the books, which close, and sums beside the entries, from which reports are made.

Revision ID: 0011
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0011"
down_revision = "0010"

_CLOSED = (
    "SELECT max(p.through) FROM period p WHERE p.reopens_id IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM period r WHERE r.reopens_id = p.id)"
)


def upgrade() -> None:
    """Make the tables, keep closed periods as they are, and sum up what the books hold."""
    _create_periods()
    _create_sums()
    op.create_index("ix_ledger_transaction_known_on", "ledger_transaction", ["known_on"])
    for table in ("period", "period_balance"):
        refuse_changes(table)
    _refuse_closed_days()
    _sum_up()


def _create_periods() -> None:
    op.create_table(
        "period",
        identity(),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("transactions", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        text("person"),
        text("reason"),
        sa.Column("reopens_id", sa.BigInteger()),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_period"),
        sa.ForeignKeyConstraint(["reopens_id"], ["period.id"], name="fk_period_reopens_id"),
        sa.UniqueConstraint("reopens_id", name="uq_period_reopens_id"),
    )
    op.create_table(
        "period_balance",
        sa.Column("period_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("debit_cents", sa.BigInteger(), nullable=False),
        sa.Column("credit_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("period_id", "account", name="pk_period_balance"),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name="fk_period_balance_period_id"),
        sqlite_with_rowid=False,
    )


def _create_sums() -> None:
    op.create_table(
        "account_total",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("debit_cents", sa.BigInteger(), nullable=False),
        sa.Column("credit_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "known_on", name="pk_account_total"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receivable",
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("payer_id", sa.BigInteger()),
        sa.Column("patient_id", sa.BigInteger()),
        text("provider"),
        sa.Column("served_on", sa.Date()),
        sa.Column("sent_on", sa.Date()),
        sa.PrimaryKeyConstraint("claim_id", "account", name="pk_receivable"),
        sqlite_with_rowid=False,
    )
    for name, column in (("payer", "payer_id"), ("provider", "provider")):
        columns = ["account", column, "served_on", "sent_on", "cents"]
        op.create_index(f"ix_receivable_{name}_aging", "receivable", columns)
    op.create_index(
        "ix_receivable_settled",
        "receivable",
        ["claim_id"],
        sqlite_where=sa.text("cents = 0"),
        postgresql_where=sa.text("cents = 0"),
    )


def _refuse_closed_days() -> None:
    """Nothing new is booked on a day of a closed period, whoever tries."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608 - no value from outside
            "IF EXISTS (SELECT 1 FROM fresh WHERE fresh.known_on <= (" + _CLOSED + ")) THEN "
            "RAISE EXCEPTION 'that period of the books is closed' USING ERRCODE = 'restrict_violation'; "
            "END IF; RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER ledger_transaction_refuses_closed_days AFTER INSERT ON ledger_transaction "
            "REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_day()"
        )
        return
    op.execute(
        "CREATE TRIGGER ledger_transaction_refuses_closed_days BEFORE INSERT ON ledger_transaction "
        f"WHEN NEW.known_on <= ({_CLOSED}) "
        "BEGIN SELECT RAISE(ABORT, 'that period of the books is closed'); END"
    )


def _sum_up() -> None:
    op.execute(
        "INSERT INTO account_total (account, known_on, debit_cents, credit_cents) "
        "SELECT e.account, t.known_on, "
        "sum(CASE WHEN e.amount_cents > 0 THEN e.amount_cents ELSE 0 END), "
        "sum(CASE WHEN e.amount_cents < 0 THEN -e.amount_cents ELSE 0 END) "
        "FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id GROUP BY e.account, t.known_on"
    )
    op.execute(
        "INSERT INTO receivable (claim_id, account, cents, payer_id, patient_id, provider, served_on, sent_on) "
        "SELECT s.claim_id, s.account, s.cents, c.payer_id, c.patient_id, coalesce(c.rendering_npi, ''), "
        "c.served_from, b.sent_on FROM ("
        "SELECT coalesce(n.claim_id, t.claim_id, 0) AS claim_id, e.account AS account, sum(e.amount_cents) AS cents "
        "FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id "
        "LEFT JOIN service_line n ON n.id = e.line_id "
        "WHERE e.account IN ('ar_insurer', 'ar_next_payer', 'ar_patient') "
        "GROUP BY coalesce(n.claim_id, t.claim_id, 0), e.account) s "
        "LEFT JOIN claim c ON c.id = s.claim_id LEFT JOIN submission b ON b.claim_id = s.claim_id WHERE s.cents <> 0"
    )
