"""Keep facts as they were written: triggers refuse to change or remove them.

Revision ID: 0002
Create Date: 2026-11-23
"""

from alembic import op

from denialml.store.migrations.steps import refuse_changes

revision = "0002"
down_revision = "0001"

_APPEND_ONLY = (
    "file",
    "claim",
    "diagnosis",
    "service_line",
    "submission",
    "remittance",
    "claim_payment",
    "service_payment",
    "adjustment",
    "provider_adjustment",
    "ledger_transaction",
    "ledger_entry",
    "scoring_run",
    "prediction",
    "prediction_reason",
    "decision",
    "audit_event",
)


def upgrade() -> None:
    """Put a trigger on every table of facts."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
        )
    for table in _APPEND_ONLY:
        refuse_changes(table)
