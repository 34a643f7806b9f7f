"""What scrubbing keeps: missing edits, overrides of findings, and what was said of claims (277CA); all append-only.

Revision ID: 0003
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0003"
down_revision = "0002"

_TABLES = ("missing_edit", "missing_edit_decision", "finding_override", "acknowledgement")


def upgrade() -> None:
    """Make the tables, and refuse changes to them."""
    _create_missing_edits()
    _create_overrides()
    _create_acknowledgements()
    for table in _TABLES:
        refuse_changes(table)


def _create_missing_edits() -> None:
    op.create_table(
        "missing_edit",
        identity(),
        sa.Column("payer_id", sa.BigInteger(), nullable=False),
        text("reason"),
        text("remarks"),
        text("procedure"),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_missing_edit"),
        sa.ForeignKeyConstraint(["payer_id"], ["payer.id"], name="fk_missing_edit_payer_id"),
        sa.UniqueConstraint(
            "payer_id", "reason", "remarks", "procedure", name="uq_missing_edit_payer_id_reason_remarks_procedure"
        ),
    )
    op.create_index("ix_missing_edit_payer_id", "missing_edit", ["payer_id"])
    op.create_table(
        "missing_edit_decision",
        identity(),
        sa.Column("missing_edit_id", sa.BigInteger(), nullable=False),
        text("person"),
        text("action"),
        text("rule"),
        text("note"),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_missing_edit_decision"),
        sa.ForeignKeyConstraint(
            ["missing_edit_id"], ["missing_edit.id"], name="fk_missing_edit_decision_missing_edit_id"
        ),
    )
    op.create_index("ix_missing_edit_decision_missing_edit_id", "missing_edit_decision", ["missing_edit_id"])


def _create_overrides() -> None:
    op.create_table(
        "finding_override",
        identity(),
        sa.Column("control_number", sa.String(), nullable=False),
        text("rule"),
        sa.Column("line", sa.Integer(), nullable=False),
        text("action"),
        text("person"),
        text("reason"),
        sa.Column("happened_at", sa.DateTime(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_finding_override"),
    )
    op.create_index("ix_finding_override_control_number", "finding_override", ["control_number"])


def _create_acknowledgements() -> None:
    op.create_table(
        "acknowledgement",
        identity(),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=True),
        text("control_number"),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        text("codes"),
        text("source_name"),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("event_key", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgement"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_acknowledgement_file_id"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_acknowledgement_claim_id"),
        sa.UniqueConstraint("event_key", name="uq_acknowledgement_event_key"),
    )
    op.create_index("ix_acknowledgement_file_id", "acknowledgement", ["file_id"])
    op.create_index("ix_acknowledgement_claim_id", "acknowledgement", ["claim_id"])
