"""The first schema: files, claims, remittances, ledger, denial cases, predictions, decisions and the audit trail.

Revision ID: 0001
Create Date: 2026-11-23
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

from denialml.store.migrations.steps import identity, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    _create_parties_and_files()
    _create_claims()
    _create_parts_of_claims()
    _create_remittances()
    _create_claim_payments()
    _create_services_paid()
    _create_ledger()
    _create_denials()
    _create_predictions()
    _create_decisions_and_audit()


def _required(name: str, kind: TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _day(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=False)


def _create_parties_and_files() -> None:
    op.create_table(
        "id_block", _required("name", sa.String()), _number("next"), sa.PrimaryKeyConstraint("name", name="pk_id_block")
    )
    op.create_table(
        "file",
        identity(),
        _required("sha256", sa.String(length=64)),
        text("name"),
        text("kind"),
        _number("size_bytes"),
        _required("content", sa.LargeBinary()),
        _day("known_on"),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
        sa.UniqueConstraint("sha256", name="uq_file_sha256"),
    )
    op.create_table(
        "payer",
        identity(),
        _required("identifier", sa.String()),
        text("name"),
        text("filing_indicator"),
        sa.PrimaryKeyConstraint("id", name="pk_payer"),
        sa.UniqueConstraint("identifier", name="uq_payer_identifier"),
    )
    op.create_table(
        "patient",
        identity(),
        _required("key", sa.String(length=64)),
        text("last_name"),
        text("first_name"),
        sa.Column("birth", sa.Date()),
        text("sex"),
        sa.PrimaryKeyConstraint("id", name="pk_patient"),
        sa.UniqueConstraint("key", name="uq_patient_key"),
    )


def _create_claims() -> None:
    op.create_table(
        "claim",
        identity(),
        _required("control_number", sa.String()),
        text("frequency", "1"),
        _number("payer_id"),
        _number("patient_id"),
        text("member_id"),
        text("filing_indicator"),
        text("relationship"),
        text("coverage_sequence", "P"),
        text("billing_npi"),
        text("billing_tax_id"),
        text("rendering_npi"),
        text("taxonomy"),
        text("referring_npi"),
        text("place_of_service"),
        text("prior_authorization"),
        text("referral_number"),
        text("payer_claim_number"),
        _number("charge_cents"),
        _day("served_from"),
        _day("served_to"),
        _day("known_on"),
        _number("file_id"),
        _number("file_start"),
        _number("file_end"),
        _required("version_key", sa.String(length=64)),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_claim_file_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name="fk_claim_patient_id"),
        sa.ForeignKeyConstraint(["payer_id"], ["payer.id"], name="fk_claim_payer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim"),
        sa.UniqueConstraint("version_key", name="uq_claim_version_key"),
    )
    op.create_index("ix_claim_control_number", "claim", ["control_number"])
    op.create_index("ix_claim_file_id", "claim", ["file_id"])
    op.create_index("ix_claim_patient_id", "claim", ["patient_id"])
    op.create_index("ix_claim_payer_id", "claim", ["payer_id"])


def _create_parts_of_claims() -> None:
    op.create_table(
        "diagnosis",
        _number("claim_id"),
        _required("position", sa.Integer()),
        text("code"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_diagnosis_claim_id"),
        sa.PrimaryKeyConstraint("claim_id", "position", name="pk_diagnosis"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "service_line",
        identity(),
        _number("claim_id"),
        _required("number", sa.Integer()),
        text("procedure"),
        text("modifiers"),
        _required("units", sa.Numeric(precision=12, scale=3)),
        _number("charge_cents"),
        _day("served_from"),
        _day("served_to"),
        text("place_of_service"),
        text("pointers"),
        text("control_number"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_service_line_claim_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_line"),
        sa.UniqueConstraint("claim_id", "number", name="uq_service_line_claim_id_number"),
    )
    op.create_index("ix_service_line_claim_id", "service_line", ["claim_id"])
    op.create_index("ix_service_line_procedure", "service_line", ["procedure"])
    op.create_table(
        "submission",
        identity(),
        _number("claim_id"),
        _day("sent_on"),
        _day("known_on"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_submission_claim_id"),
        sa.PrimaryKeyConstraint("id", name="pk_submission"),
        sa.UniqueConstraint("claim_id", name="uq_submission_claim_id"),
    )


def _create_remittances() -> None:
    op.create_table(
        "remittance",
        identity(),
        _number("file_id"),
        _required("ordinal", sa.Integer()),
        text("trace"),
        text("originator"),
        text("method"),
        text("payer_name"),
        text("payer_identifier"),
        text("payer_names"),
        text("payee_npi"),
        _number("payment_cents"),
        sa.Column("paid_on", sa.Date()),
        _day("noticed_on"),
        _day("known_on"),
        text("status"),
        _required("payment_key", sa.String(length=64)),
        _required("content_key", sa.String(length=64)),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_remittance_file_id"),
        sa.PrimaryKeyConstraint("id", name="pk_remittance"),
        sa.UniqueConstraint("file_id", "ordinal", name="uq_remittance_file_id_ordinal"),
        sa.UniqueConstraint("payment_key", name="uq_remittance_payment_key"),
    )
    op.create_index("ix_remittance_file_id", "remittance", ["file_id"])
    op.create_table(
        "provider_adjustment",
        identity(),
        _number("remittance_id"),
        _required("ordinal", sa.Integer()),
        text("reason"),
        text("reference"),
        _number("amount_cents"),
        text("disposition"),
        sa.ForeignKeyConstraint(["remittance_id"], ["remittance.id"], name="fk_provider_adjustment_remittance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_provider_adjustment"),
        sa.UniqueConstraint("remittance_id", "ordinal", name="uq_provider_adjustment_remittance_id_ordinal"),
    )
    op.create_index("ix_provider_adjustment_remittance_id", "provider_adjustment", ["remittance_id"])


def _create_claim_payments() -> None:
    op.create_table(
        "claim_payment",
        identity(),
        _number("remittance_id"),
        _required("place", sa.Integer()),
        _required("occurrence", sa.Integer()),
        sa.Column("claim_id", sa.BigInteger()),
        _required("account", sa.String()),
        text("sequence"),
        text("control_number"),
        text("payer_claim_number"),
        text("status"),
        text("frequency"),
        _number("charge_cents"),
        _number("paid_cents"),
        _number("patient_cents"),
        text("remarks"),
        sa.Column("period_from", sa.Date()),
        _day("adjudicated_on"),
        _day("known_on"),
        text("disposition"),
        _required("strange", sa.Boolean()),
        text("member_id"),
        _required("event_key", sa.String(length=64)),
        _required("revision", sa.Integer()),
        _required("outcome", sa.String(length=16)),
        sa.Column("supersedes_id", sa.BigInteger()),
        _number("file_start"),
        _number("file_end"),
        _number("segment"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_claim_payment_claim_id"),
        sa.ForeignKeyConstraint(["remittance_id"], ["remittance.id"], name="fk_claim_payment_remittance_id"),
        sa.ForeignKeyConstraint(["supersedes_id"], ["claim_payment.id"], name="fk_claim_payment_supersedes_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_payment"),
        sa.UniqueConstraint("event_key", "revision", name="uq_claim_payment_event_key_revision"),
        sa.UniqueConstraint("supersedes_id", name="uq_claim_payment_supersedes_id"),
    )
    op.create_index("ix_claim_payment_account", "claim_payment", ["account"])
    op.create_index("ix_claim_payment_payer_number", "claim_payment", [sa.text("upper(trim(payer_claim_number))")])
    for column in ("control_number", "member_id"):
        op.create_index(
            f"ix_claim_payment_strange_{column}",
            "claim_payment",
            [column],
            sqlite_where=sa.text("strange"),
            postgresql_where=sa.text("strange"),
        )
    op.create_index("ix_claim_payment_claim_id", "claim_payment", ["claim_id"])
    op.create_index("ix_claim_payment_known_on", "claim_payment", ["known_on"])
    op.create_index("ix_claim_payment_remittance_id", "claim_payment", ["remittance_id"])


def _create_services_paid() -> None:
    op.create_table(
        "service_payment",
        identity(),
        _number("claim_payment_id"),
        sa.Column("line_id", sa.BigInteger()),
        _required("ordinal", sa.Integer()),
        text("procedure"),
        text("modifiers"),
        text("submitted_procedure"),
        text("submitted_modifiers"),
        sa.Column("units", sa.Numeric(precision=12, scale=3)),
        sa.Column("served_from", sa.Date()),
        text("control_number"),
        _number("charge_cents"),
        _number("paid_cents"),
        sa.Column("allowed_cents", sa.BigInteger()),
        _required("denied", sa.Boolean()),
        text("denial_reason"),
        text("remarks"),
        _required("derived", sa.Boolean()),
        sa.ForeignKeyConstraint(["claim_payment_id"], ["claim_payment.id"], name="fk_service_payment_claim_payment_id"),
        sa.ForeignKeyConstraint(["line_id"], ["service_line.id"], name="fk_service_payment_line_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_payment"),
    )
    op.create_index("ix_service_payment_claim_payment_id", "service_payment", ["claim_payment_id"])
    op.create_index("ix_service_payment_line_id", "service_payment", ["line_id"])
    op.create_table(
        "adjustment",
        identity(),
        _number("claim_payment_id"),
        sa.Column("service_payment_id", sa.BigInteger()),
        text("group_code"),
        text("reason"),
        _number("amount_cents"),
        sa.Column("quantity", sa.Numeric(precision=15, scale=3)),
        sa.ForeignKeyConstraint(["claim_payment_id"], ["claim_payment.id"], name="fk_adjustment_claim_payment_id"),
        sa.ForeignKeyConstraint(
            ["service_payment_id"], ["service_payment.id"], name="fk_adjustment_service_payment_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_adjustment"),
    )
    op.create_index("ix_adjustment_claim_payment_id", "adjustment", ["claim_payment_id"])
    op.create_index("ix_adjustment_service_payment_id", "adjustment", ["service_payment_id"])


def _create_ledger() -> None:
    op.create_table(
        "ledger_transaction",
        identity(),
        _required("key", sa.String(length=64)),
        text("kind"),
        _day("happened_on"),
        _day("known_on"),
        sa.Column("claim_id", sa.BigInteger()),
        sa.Column("remittance_id", sa.BigInteger()),
        sa.Column("claim_payment_id", sa.BigInteger()),
        sa.Column("reverses_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_ledger_transaction_claim_id"),
        sa.ForeignKeyConstraint(
            ["claim_payment_id"], ["claim_payment.id"], name="fk_ledger_transaction_claim_payment_id"
        ),
        sa.ForeignKeyConstraint(["remittance_id"], ["remittance.id"], name="fk_ledger_transaction_remittance_id"),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_transaction.id"], name="fk_ledger_transaction_reverses_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_transaction"),
        sa.UniqueConstraint("key", name="uq_ledger_transaction_key"),
    )
    op.create_index("ix_ledger_transaction_claim_id", "ledger_transaction", ["claim_id"])
    op.create_index("ix_ledger_transaction_claim_payment_id", "ledger_transaction", ["claim_payment_id"])
    op.create_index("ix_ledger_transaction_remittance_id", "ledger_transaction", ["remittance_id"])
    op.create_index("ix_ledger_transaction_reverses_id", "ledger_transaction", ["reverses_id"])
    op.create_table(
        "ledger_entry",
        _number("transaction_id"),
        _required("ordinal", sa.Integer()),
        _required("account", sa.String()),
        sa.Column("line_id", sa.BigInteger()),
        _number("amount_cents"),
        text("group_code"),
        text("reason"),
        sa.ForeignKeyConstraint(["line_id"], ["service_line.id"], name="fk_ledger_entry_line_id"),
        sa.ForeignKeyConstraint(["transaction_id"], ["ledger_transaction.id"], name="fk_ledger_entry_transaction_id"),
        sa.PrimaryKeyConstraint("transaction_id", "ordinal", name="pk_ledger_entry"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ledger_entry_account", "ledger_entry", ["account"])
    op.create_index("ix_ledger_entry_line_id", "ledger_entry", ["line_id"])
    op.create_table(
        "parked_item",
        identity(),
        _required("key", sa.String(length=64)),
        _required("kind", sa.String()),
        sa.Column("remittance_id", sa.BigInteger()),
        sa.Column("claim_payment_id", sa.BigInteger()),
        sa.Column("file_id", sa.BigInteger()),
        _number("amount_cents"),
        text("message"),
        _day("known_on"),
        sa.ForeignKeyConstraint(["claim_payment_id"], ["claim_payment.id"], name="fk_parked_item_claim_payment_id"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_parked_item_file_id"),
        sa.ForeignKeyConstraint(["remittance_id"], ["remittance.id"], name="fk_parked_item_remittance_id"),
        sa.PrimaryKeyConstraint("id", name="pk_parked_item"),
        sa.UniqueConstraint("key", name="uq_parked_item_key"),
    )
    op.create_index("ix_parked_item_claim_payment_id", "parked_item", ["claim_payment_id"])
    op.create_index("ix_parked_item_file_id", "parked_item", ["file_id"])
    op.create_index("ix_parked_item_kind", "parked_item", ["kind"])
    op.create_index("ix_parked_item_remittance_id", "parked_item", ["remittance_id"])


def _create_denials() -> None:
    op.create_table(
        "denial_case",
        identity(),
        _number("claim_id"),
        _number("line_id"),
        _number("service_payment_id"),
        text("group_code"),
        text("reason"),
        text("remarks"),
        text("category"),
        text("stage"),
        text("route"),
        _required("preventable", sa.Boolean()),
        _required("appealable", sa.Boolean()),
        _number("denied_cents"),
        _day("noticed_on"),
        _day("known_on"),
        sa.Column("correct_by", sa.Date()),
        sa.Column("appeal_by", sa.Date()),
        text("clock_source"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_denial_case_claim_id"),
        sa.ForeignKeyConstraint(["line_id"], ["service_line.id"], name="fk_denial_case_line_id"),
        sa.ForeignKeyConstraint(
            ["service_payment_id"], ["service_payment.id"], name="fk_denial_case_service_payment_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_denial_case"),
        sa.UniqueConstraint("service_payment_id", name="uq_denial_case_service_payment_id"),
    )
    op.create_index("ix_denial_case_claim_id", "denial_case", ["claim_id"])
    op.create_index("ix_denial_case_line_id", "denial_case", ["line_id"])


def _create_predictions() -> None:
    op.create_table(
        "scoring_run",
        identity(),
        text("model_name"),
        text("model_version"),
        text("model_hash"),
        text("data_hash"),
        _day("as_of"),
        _day("known_on"),
        sa.PrimaryKeyConstraint("id", name="pk_scoring_run"),
    )
    op.create_table(
        "prediction",
        identity(),
        _number("run_id"),
        _number("claim_id"),
        sa.Column("line_id", sa.BigInteger()),
        _required("probability", sa.Float()),
        sa.Column("base_log_odds", sa.Float()),
        _number("expected_allowed_cents"),
        _number("expected_denied_cents"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_prediction_claim_id"),
        sa.ForeignKeyConstraint(["line_id"], ["service_line.id"], name="fk_prediction_line_id"),
        sa.ForeignKeyConstraint(["run_id"], ["scoring_run.id"], name="fk_prediction_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_prediction"),
        sa.UniqueConstraint("run_id", "claim_id", "line_id", name="uq_prediction_run_id_claim_id_line_id"),
    )
    op.create_index("ix_prediction_claim_id", "prediction", ["claim_id"])
    op.create_index("ix_prediction_line_id", "prediction", ["line_id"])
    op.create_index("ix_prediction_run_id", "prediction", ["run_id"])
    op.create_index(
        "uq_prediction_run_id_claim",
        "prediction",
        ["run_id", "claim_id"],
        unique=True,
        sqlite_where=sa.text("line_id IS NULL"),
        postgresql_where=sa.text("line_id IS NULL"),
    )
    op.create_table(
        "prediction_reason",
        _number("prediction_id"),
        _required("rank", sa.Integer()),
        text("group_name"),
        _required("contribution", sa.Float()),
        text("sentence"),
        text("edit"),
        sa.ForeignKeyConstraint(["prediction_id"], ["prediction.id"], name="fk_prediction_reason_prediction_id"),
        sa.PrimaryKeyConstraint("prediction_id", "rank", name="pk_prediction_reason"),
        sqlite_with_rowid=False,
    )


def _create_decisions_and_audit() -> None:
    op.create_table(
        "decision",
        identity(),
        sa.Column("claim_id", sa.BigInteger()),
        sa.Column("denial_case_id", sa.BigInteger()),
        text("person"),
        text("action"),
        text("note"),
        _required("happened_at", sa.DateTime()),
        _day("known_on"),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name="fk_decision_claim_id"),
        sa.ForeignKeyConstraint(["denial_case_id"], ["denial_case.id"], name="fk_decision_denial_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_claim_id", "decision", ["claim_id"])
    op.create_index("ix_decision_denial_case_id", "decision", ["denial_case_id"])
    op.create_table(
        "audit_event",
        identity(),
        _required("happened_at", sa.DateTime()),
        text("person"),
        text("action"),
        text("object"),
        _required("detail", sa.Text()),
        _required("previous_hash", sa.String(length=64)),
        _required("hash", sa.String(length=64)),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
        sa.UniqueConstraint("hash", name="uq_audit_event_hash"),
    )
