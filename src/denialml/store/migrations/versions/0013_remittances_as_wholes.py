"""How remittances stand as wholes once a person decided about them; append-only.

Revision ID: 0013
Create Date: 2026-11-25
"""

import sqlalchemy as sa
from alembic import op

from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table, and tell remittances that conflict with another from those that do not balance."""
    op.add_column("remittance", sa.Column("fault", sa.String()))
    op.create_table(
        "remittance_standing",
        identity(),
        sa.Column("remittance_id", sa.BigInteger(), nullable=False),
        text("standing"),
        sa.Column("exception_decision_id", sa.BigInteger()),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_remittance_standing"),
        sa.ForeignKeyConstraint(["remittance_id"], ["remittance.id"], name="fk_remittance_standing_remittance_id"),
        sa.ForeignKeyConstraint(
            ["exception_decision_id"], ["exception_decision.id"], name="fk_remittance_standing_exception_decision_id"
        ),
    )
    for column in ("remittance_id", "exception_decision_id"):
        op.create_index(f"ix_remittance_standing_{column}", "remittance_standing", [column])
    op.execute(
        "INSERT INTO remittance_standing (id, remittance_id, standing, known_on) "
        "SELECT r.id, r.id, 'set_aside', r.known_on FROM remittance r WHERE r.status = 'quarantined' "
        "AND EXISTS (SELECT 1 FROM parked_item p WHERE p.remittance_id = r.id AND p.kind = 'trace_conflict')"
    )
    op.execute(
        "INSERT INTO id_block (name, next) SELECT 'remittance_standing', max(id) + 1 FROM remittance_standing "
        "HAVING max(id) IS NOT NULL"
    )
    refuse_changes("remittance_standing")
