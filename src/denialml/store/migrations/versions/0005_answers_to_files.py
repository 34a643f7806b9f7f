"""Answers to whole files (TA1, 999): the control numbers of claims' files, also of those kept before; append-only.

Revision ID: 0005
Create Date: 2026-11-25
"""

import zlib

import sqlalchemy as sa
from alembic import op

from denialml import x12
from denialml.store.migrations.steps import identity, refuse_changes, text

revision = "0005"
down_revision = "0004"

_FILE = sa.table("file", sa.column("id"), sa.column("kind"), sa.column("content"))
_BLOCK = sa.table("id_block", sa.column("name"), sa.column("next"))


def upgrade() -> None:
    """Make the table, fill it from the files that are there, and refuse changes to it."""
    op.add_column("acknowledgement", sa.Column("kind", sa.String(), nullable=False, server_default="277CA"))
    op.create_table(
        "claim_set",
        identity(),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("file_start", sa.BigInteger(), nullable=False),
        text("sender"),
        text("interchange_number"),
        text("group_number"),
        text("control_number"),
        sa.Column("created_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_claim_set"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_claim_set_file_id"),
        sa.UniqueConstraint("file_id", "file_start", name="uq_claim_set_file_id_file_start"),
    )
    for column in ("file_id", "interchange_number", "group_number"):
        op.create_index(f"ix_claim_set_{column}", "claim_set", [column])
    _fill()
    refuse_changes("claim_set")


def _fill() -> None:
    bind, number = op.get_bind(), 0
    table = sa.table(
        "claim_set",
        *(sa.column(name) for name in ("id", "file_id", "file_start", "sender", "interchange_number", "group_number")),
        sa.column("control_number"),
        sa.column("created_on", sa.Date()),
    )
    claims = sa.select(_FILE.c.id).where(_FILE.c.kind == "837P").order_by(_FILE.c.id)
    for file_id in bind.execute(claims).scalars().all():
        content = bind.execute(sa.select(_FILE.c.content).where(_FILE.c.id == file_id)).scalar_one()
        for event in x12.read(zlib.decompress(content)):
            if isinstance(event, x12.Transaction) and event.set_id == "837":
                number += 1
                bind.execute(table.insert().values(id=number, file_id=file_id, **_row(event)))
    if number:
        bind.execute(_BLOCK.insert().values(name="claim_set", next=number + 1))


def _row(told: x12.Transaction) -> dict[str, object]:
    return {
        "file_start": told.span.start,
        "sender": told.sender_id,
        "interchange_number": told.interchange_control_number.strip().lstrip("0") or "0",
        "group_number": told.group_control_number.strip().lstrip("0") or "0",
        "control_number": told.control_number.strip().lstrip("0") or "0",
        "created_on": told.created_on,
    }
