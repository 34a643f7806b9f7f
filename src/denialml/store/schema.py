"""The tables, on SQLite and PostgreSQL alike. Migrations build them; this is their one description in code.

Three kinds of fact never share a table: what a model *predicted* (``prediction``), what a person *decided*
(``decision``) and what the payer *did* (``remittance`` and below). Every fact carries two dates: when it happened
and ``known_on``, when we learnt of it. Rows of facts, of the ledger and of the audit trail are never updated.
Money is integer cents. Ids are allocated in blocks from ``id_block`` (see :mod:`denialml.store.units`).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


# On SQLite only a column declared INTEGER is the table's own row number; BIGINT would cost a second index.
_ID = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", _ID, primary_key=True, autoincrement=False)


def _to(target: str, name: str, *, nullable: bool = False, index: bool = True) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(f"{target}.id"), nullable=nullable, index=index)


def _cents(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _text(name: str, *, nullable: bool = False, default: str = "") -> Column[str]:
    return Column(name, String, nullable=nullable, server_default=None if nullable else default)


id_block = Table(
    "id_block", metadata, Column("name", String, primary_key=True), Column("next", BigInteger, nullable=False)
)

# Files as they came or went, whole and compressed: any total drills down to the bytes it came from.
file = Table(
    "file",
    metadata,
    _id(),
    Column("sha256", String(64), nullable=False, unique=True),
    _text("name"),
    _text("kind"),  # 837P, 835, 277CA, 999 or TA1, or from paper: EOB and EOB document
    Column("size_bytes", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),  # zlib
    Column("known_on", Date, nullable=False),
)

payer = Table(
    "payer",
    metadata,
    _id(),
    Column("identifier", String, nullable=False, unique=True),  # NM109 of 2010BB
    _text("name"),
    _text("filing_indicator"),  # SBR09 last seen
)

patient = Table(
    "patient",
    metadata,
    _id(),
    Column(
        "key", String(64), nullable=False, unique=True
    ),  # sha256 of payer, member, name and birth date: no PHI in it
    _text("last_name"),
    _text("first_name"),
    Column("birth", Date),
    _text("sex"),
)

# One row for each version of a claim; never updated. Whether it was sent is a row of ``submission``.
claim = Table(
    "claim",
    metadata,
    _id(),
    Column("control_number", String, nullable=False, index=True),  # CLM01, compared upper-case and trimmed
    _text("frequency", default="1"),
    _to("payer", "payer_id"),
    _to("patient", "patient_id"),
    _text("member_id"),
    _text("filing_indicator"),
    _text("relationship"),
    _text("coverage_sequence", default="P"),
    _text("billing_npi"),
    _text("billing_tax_id"),
    _text("rendering_npi"),  # the billing provider's when none is named
    _text("taxonomy"),
    _text("referring_npi"),
    _text("place_of_service"),
    _text("prior_authorization"),
    _text("referral_number"),
    _text("payer_claim_number"),  # REF*F8
    _cents("charge_cents"),
    Column("served_from", Date, nullable=False),
    Column("served_to", Date, nullable=False),
    Column("known_on", Date, nullable=False),  # when the claim was made ready: T of its features
    _to("file", "file_id"),
    Column("file_start", BigInteger, nullable=False),  # its bytes in the file: from, up to
    Column("file_end", BigInteger, nullable=False),
    Column("version_key", String(64), nullable=False, unique=True),  # sha256 of control number, frequency and content
)

diagnosis = Table(
    "diagnosis",
    metadata,
    Column("claim_id", BigInteger, ForeignKey("claim.id"), primary_key=True),
    Column("position", Integer, primary_key=True),  # from 1, the principal first
    _text("code"),
    sqlite_with_rowid=False,
)

service_line = Table(
    "service_line",
    metadata,
    _id(),
    _to("claim", "claim_id"),
    Column("number", Integer, nullable=False),  # LX01
    _text("procedure"),
    _text("modifiers"),  # in the order sent, joined by ':'
    Column("units", Numeric(12, 3), nullable=False),
    _cents("charge_cents"),
    Column("served_from", Date, nullable=False),
    Column("served_to", Date, nullable=False),
    _text("place_of_service"),
    _text("pointers"),  # diagnosis pointers joined by ':'
    _text("control_number"),  # REF*6R
    UniqueConstraint("claim_id", "number"),
)

submission = Table(
    "submission",
    metadata,
    _id(),
    Column("claim_id", BigInteger, ForeignKey("claim.id"), nullable=False, unique=True),
    Column("sent_on", Date, nullable=False),
    Column("known_on", Date, nullable=False),
)

# The transaction sets of 837 files, by the control numbers that TA1 and 999 answer; without leading zeros.
claim_set = Table(
    "claim_set",
    metadata,
    _id(),
    _to("file", "file_id"),
    Column("file_start", BigInteger, nullable=False),  # the byte at which its ST stands
    _text("sender"),  # ISA06
    _text("interchange_number"),  # ISA13
    _text("group_number"),  # GS06
    _text("control_number"),  # ST02
    Column("created_on", Date),  # GS04
    UniqueConstraint("file_id", "file_start"),
    Index("ix_claim_set_interchange_number", "interchange_number"),
    Index("ix_claim_set_group_number", "group_number"),
)

# What was said of a claim before anybody adjudicated it: of itself (277CA), or of the file it was in (999, TA1).
acknowledgement = Table(
    "acknowledgement",
    metadata,
    _id(),
    _to("file", "file_id"),
    _to("claim", "claim_id", nullable=True),  # the version sent last before it came; null: none of ours
    _text("control_number"),
    Column("rejected", Boolean, nullable=False),
    _text("codes"),  # joined by spaces: category:status of a 277CA, place:code of a 999, status:note of a TA1
    _text("source_name"),
    Column("known_on", Date, nullable=False),
    Column("event_key", String(64), nullable=False, unique=True),
    _text("kind", default="277CA"),  # 277CA, 999 or TA1
)

# What the payer did.
remittance = Table(
    "remittance",
    metadata,
    _id(),
    _to("file", "file_id"),
    Column("ordinal", Integer, nullable=False),  # of the ST within its file, from 1
    _text("trace"),
    _text("originator"),
    _text("method"),
    _text("payer_name"),
    _text("payer_identifier"),
    _text("payer_names"),  # what the payer is called, as compared: names and ids joined by ' '
    _text("payee_npi"),
    _cents("payment_cents"),
    Column("paid_on", Date),
    Column("noticed_on", Date, nullable=False),  # its own day, from which clocks run
    Column("known_on", Date, nullable=False),  # received
    _text("status"),  # ledger.Standing value, as it stood when it came
    Column(
        "payment_key", String(64), nullable=False, unique=True
    ),  # sha256 of originator, trace, amount, date, content
    Column("content_key", String(64), nullable=False),  # sha256 of its claims: same payment, other content = conflict
    Column("fault", String),  # why all of it waits by itself (ledger.ParkedKind value), or empty; null: not told
    UniqueConstraint("file_id", "ordinal"),
)

# How a remittance stands since a person decided about it, or about another with its trace number; the last row counts.
remittance_standing = Table(
    "remittance_standing",
    metadata,
    _id(),
    _to("remittance", "remittance_id"),
    _text("standing"),  # ledger.Standing value
    _to("exception_decision", "exception_decision_id", nullable=True),  # null: as it came, before the status told it
    Column("known_on", Date, nullable=False),
)

# A payer's answer to a claim, and what we made of it. When more is known (a claim came late, a reversal found its
# original), another row takes its place: ``revision`` counts, ``supersedes_id`` names the row before.
claim_payment = Table(
    "claim_payment",
    metadata,
    _id(),
    _to("remittance", "remittance_id"),
    Column("place", Integer, nullable=False),  # of the CLP within the remittance, from 0
    Column("occurrence", Integer, nullable=False),  # of an identical CLP within the remittance, from 1
    _to("claim", "claim_id", nullable=True),  # null while unmatched
    Column("account", String, nullable=False, index=True),  # the claim number it is placed under
    _text("sequence"),  # of the payer that answers: P, S, T; empty while that is not decided
    _text("control_number"),  # CLP01, upper-case and trimmed
    _text("payer_claim_number"),
    _text("status"),  # CLP02
    _text("frequency"),  # CLP09
    _cents("charge_cents"),
    _cents("paid_cents"),
    _cents("patient_cents"),
    _text("remarks"),  # MOA and MIA remark codes joined by ' '
    Column("period_from", Date),  # DTM*232
    Column("adjudicated_on", Date, nullable=False),  # by this day answers are taken in order
    Column("known_on", Date, nullable=False),
    _text("disposition"),  # posted, parked or noted
    Column("strange", Boolean, nullable=False),  # its number is none of ours: told by the payer's, or by the member
    _text("member_id"),  # of strange ones, and of those of which no claim is known
    Column("event_key", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),  # digest of what became of it
    Column("supersedes_id", BigInteger, ForeignKey("claim_payment.id"), unique=True),
    Column("file_start", BigInteger, nullable=False),
    Column("file_end", BigInteger, nullable=False),
    Column("segment", BigInteger, nullable=False),  # number of its CLP in the file
    UniqueConstraint("event_key", "revision"),
)

service_payment = Table(
    "service_payment",
    metadata,
    _id(),
    _to("claim_payment", "claim_payment_id"),
    _to("service_line", "line_id", nullable=True),
    Column("ordinal", Integer, nullable=False),  # of the SVC within its CLP, from 1
    _text("procedure"),
    _text("modifiers"),
    _text("submitted_procedure"),
    _text("submitted_modifiers"),
    Column("units", Numeric(12, 3)),
    Column("served_from", Date),
    _text("control_number"),  # REF*6R
    _cents("charge_cents"),
    _cents("paid_cents"),
    _cents("allowed_cents", nullable=True),  # charge less contractual adjustments; null when denied
    Column("denied", Boolean, nullable=False),  # by denials.classify
    _text("denial_reason"),  # CARC that denied it, or empty
    _text("remarks"),
    Column("derived", Boolean, nullable=False),  # the payer decided the claim as a whole: our line stands in
)

adjustment = Table(
    "adjustment",
    metadata,
    _id(),
    _to("claim_payment", "claim_payment_id"),
    _to("service_payment", "service_payment_id", nullable=True, index=False),  # null: of the claim level
    _text("group_code"),
    _text("reason"),
    _cents("amount_cents"),
    Column("quantity", Numeric(15, 3)),
)

provider_adjustment = Table(
    "provider_adjustment",
    metadata,
    _id(),
    _to("remittance", "remittance_id"),
    Column("ordinal", Integer, nullable=False),
    _text("reason"),
    _text("reference"),
    _cents("amount_cents"),
    _text("disposition"),  # posted or parked
    UniqueConstraint("remittance_id", "ordinal"),
)

# The ledger: append-only double entry. Entries of one transaction sum to zero.
ledger_transaction = Table(
    "ledger_transaction",
    metadata,
    _id(),
    Column("key", String(64), nullable=False, unique=True),  # hash of the source event and its component
    _text("kind"),  # ledger.TransactionKind value
    Column("happened_on", Date, nullable=False),
    Column("known_on", Date, nullable=False),
    _to("claim", "claim_id", nullable=True),
    _to("remittance", "remittance_id", nullable=True),
    _to("claim_payment", "claim_payment_id", nullable=True),
    _to("ledger_transaction", "reverses_id", nullable=True, index=False),
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("transaction_id", BigInteger, ForeignKey("ledger_transaction.id"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("account", String, nullable=False),  # ledger.Account value
    _to("service_line", "line_id", nullable=True),
    _cents("amount_cents"),  # debit positive, credit negative
    _text("group_code"),  # of the adjustment it came from, or empty
    _text("reason"),
    sqlite_with_rowid=False,
)

# Money and messages that do not fit, each typed, none silently dropped.
parked_item = Table(
    "parked_item",
    metadata,
    _id(),
    Column("key", String(64), nullable=False, unique=True),
    Column("kind", String, nullable=False, index=True),  # ledger.ParkedKind value
    _to("remittance", "remittance_id", nullable=True),
    _to("claim_payment", "claim_payment_id", nullable=True),
    _to("file", "file_id", nullable=True),
    _cents("amount_cents"),
    _text("message"),
    Column("known_on", Date, nullable=False),
)

# What people decided about things that wait: whose task each is, and what becomes of it. A row that takes back another
# names it. The subject of a claim payment is its event key, of anything else its parked item's key.
exception_decision = Table(
    "exception_decision",
    metadata,
    _id(),
    Column("subject", String(64), nullable=False, index=True),
    _text("action"),  # assign, withdraw, or ledger.Action value
    Column("detail", Text, nullable=False),  # JSON: owner; account, version, bears; account of the books
    _text("person"),
    _text("reason"),
    Column("withdraws_id", BigInteger, ForeignKey("exception_decision.id"), unique=True),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

denial_case = Table(
    "denial_case",
    metadata,
    _id(),
    _to("claim", "claim_id"),
    _to("service_line", "line_id"),
    Column("service_payment_id", BigInteger, ForeignKey("service_payment.id"), nullable=False, unique=True),
    _text("group_code"),
    _text("reason"),
    _text("remarks"),
    _text("category"),
    _text("stage"),
    _text("route"),
    Column("preventable", Boolean, nullable=False),
    Column("appealable", Boolean, nullable=False),
    _cents("denied_cents"),  # billed amount denied
    Column("noticed_on", Date, nullable=False),  # the remittance's date
    Column("known_on", Date, nullable=False),
    Column("correct_by", Date),  # last day to send a corrected claim; null: no such limit known
    Column("appeal_by", Date),
    _text("clock_source"),  # the deadline rows used
)

# What a model predicted.
scoring_run = Table(
    "scoring_run",
    metadata,
    _id(),
    _text("model_name"),
    _text("model_version"),
    _text("model_hash"),
    _text("data_hash"),
    Column("as_of", Date, nullable=False),
    Column("known_on", Date, nullable=False),
)

prediction = Table(
    "prediction",
    metadata,
    _id(),
    _to("scoring_run", "run_id"),
    _to("claim", "claim_id"),
    _to("service_line", "line_id", nullable=True),  # null: the claim as a whole
    Column("probability", Float, nullable=False),
    Column("base_log_odds", Float),  # log-odds before the claim's own reasons; null on claim rows
    _cents("expected_allowed_cents"),
    _cents("expected_denied_cents"),
    UniqueConstraint("run_id", "claim_id", "line_id"),
)

prediction_reason = Table(
    "prediction_reason",
    metadata,
    Column("prediction_id", BigInteger, ForeignKey("prediction.id"), primary_key=True),
    Column("rank", Integer, primary_key=True),  # from 1, the largest contribution first
    _text("group_name"),
    Column("contribution", Float, nullable=False),  # to the log-odds
    _text("sentence"),
    _text("edit"),  # the legitimate edit that would help, or empty
    sqlite_with_rowid=False,
)

# What a person decided.
decision = Table(
    "decision",
    metadata,
    _id(),
    _to("claim", "claim_id", nullable=True),
    _to("denial_case", "denial_case_id", nullable=True),
    _text("person"),
    _text("action"),
    _text("note"),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

# Preventable denials that no rule of scrubbing finds: a task to write one, and what people decided about it.
missing_edit = Table(
    "missing_edit",
    metadata,
    _id(),
    _to("payer", "payer_id"),
    _text("reason"),
    _text("remarks"),
    _text("procedure"),
    Column("known_on", Date, nullable=False),  # when it was first seen to be missing
    UniqueConstraint("payer_id", "reason", "remarks", "procedure"),
)

missing_edit_decision = Table(
    "missing_edit_decision",
    metadata,
    _id(),
    _to("missing_edit", "missing_edit_id"),
    _text("person"),
    _text("action"),  # closed or reopened
    _text("rule"),  # the number of the rule that answers it, or empty
    _text("note"),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

# Decisions to send a claim in spite of a finding. The claim may be in a file alone, so it is known by its number.
finding_override = Table(
    "finding_override",
    metadata,
    _id(),
    Column("control_number", String, nullable=False, index=True),
    _text("rule"),
    Column("line", Integer, nullable=False),  # 0 for the claim as a whole
    _text("action"),  # overridden or withdrawn
    _text("person"),
    _text("reason"),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

# A service paid less than its contract says: opened once for each payment and version of the contract.
variance_case = Table(
    "variance_case",
    metadata,
    _id(),
    _to("service_payment", "service_payment_id"),
    Column("contract", String, nullable=False),  # contracts.Agreement.version
    _cents("expected_cents"),
    _cents("allowed_cents"),
    Column("steps", Text, nullable=False),  # JSON: words and source of each step of the computation
    Column("known_on", Date, nullable=False),
    UniqueConstraint("service_payment_id", "contract"),
)

variance_decision = Table(
    "variance_decision",
    metadata,
    _id(),
    _to("variance_case", "variance_case_id"),
    _text("person"),
    _text("action"),  # closed or reopened
    _text("reason"),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

# Remittances that a person entered from paper: who answers for them. The document of a typed entry is the entry.
paper_entry = Table(
    "paper_entry",
    metadata,
    _id(),
    Column("file_id", BigInteger, ForeignKey("file.id"), nullable=False, unique=True),
    Column("document_id", BigInteger, ForeignKey("file.id"), nullable=False, unique=True),
    _text("person"),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

# Claims made from a payer's answer (to the second payer, corrected, void): each purpose once for an answer. They are
# drafts: a claim is in the record when the file it was written to is imported.
claim_draft = Table(
    "claim_draft",
    metadata,
    _id(),
    Column("key", String(64), nullable=False, unique=True),  # of purpose, claim and answers
    _text("purpose"),  # secondary, correct or void
    _to("claim", "claim_id"),  # the version that it was made from
    _text("payer_identifier"),  # to whom it goes
    _cents("charge_cents"),
    Column("control_number", BigInteger, nullable=False),  # of the interchange (ISA13)
    _text("file_name"),
    Column("file_sha256", String(64), nullable=False),
    Column("known_on", Date, nullable=False),
)

# The audit trail: each row carries the hash of the one before. Triggers refuse update and delete.
audit_event = Table(
    "audit_event",
    metadata,
    _id(),
    Column("happened_at", DateTime, nullable=False),
    _text("person"),
    _text("action"),
    _text("object"),
    Column("detail", Text, nullable=False),  # canonical JSON without PHI
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

# Money at the bank, entry by entry; negative where it went out again.
deposit = Table(
    "deposit",
    metadata,
    _id(),
    _to("file", "file_id"),
    Column("ordinal", Integer, nullable=False),  # within its file, from 1
    Column("settled_on", Date, nullable=False),
    _cents("amount_cents"),
    _text("trace"),  # TRN02 of the remittance, where the bank tells it
    _text("originator"),  # TRN03, or the company that the bank names
    _text("payer_name"),
    _text("description"),
    _text("bank_reference"),
    _text("returned_reference"),  # of the entry that this one takes back
    _text("account"),  # the last four characters
    Column("known_on", Date, nullable=False),
    Column(
        "entry_key", String(64), nullable=False, unique=True
    ),  # of reference, day, amount, account, trace, occurrence
    UniqueConstraint("file_id", "ordinal"),
)

# Which remittances a deposit pays, one row for each; it stands as long as no row of deposit_unmatch takes it back.
deposit_match = Table(
    "deposit_match",
    metadata,
    _id(),
    _to("deposit", "deposit_id"),
    _to("remittance", "remittance_id"),
    _to("ledger_transaction", "transaction_id"),
    _cents("amount_cents"),
    _text("rule"),  # ledger.MatchRule value
    _text("person"),  # empty: by rule
    _text("reason"),
    Column("happened_at", DateTime),  # when the person decided; null: by rule
    Column("known_on", Date, nullable=False),
    Column("match_key", String(64), nullable=False, unique=True),
)

deposit_unmatch = Table(
    "deposit_unmatch",
    metadata,
    _id(),
    Column("deposit_match_id", BigInteger, ForeignKey("deposit_match.id"), nullable=False, unique=True),
    _to("ledger_transaction", "transaction_id"),
    _text("person"),  # empty: what came later left the match in doubt
    _text("reason"),
    Column("happened_at", DateTime),
    Column("known_on", Date, nullable=False),
)

# What patients paid, got back, and had their money used for. ``undoes_id`` names the event that a later one takes back.
patient_event = Table(
    "patient_event",
    metadata,
    _id(),
    Column("key", String(64), nullable=False, unique=True),  # of method, reference, day, amount and occurrence
    _to("patient", "patient_id"),
    _text("kind"),  # ledger.EventKind value
    _cents("amount_cents"),
    _text("method"),
    _text("reference"),  # number of the check or of the card's receipt
    _text("reason"),
    _text("person"),
    Column("undoes_id", BigInteger, ForeignKey("patient_event.id"), nullable=True, unique=True),
    Column("happened_on", Date, nullable=False),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

# Which event a ledger transaction belongs to, and so whose money it moved.
patient_transaction = Table(
    "patient_transaction",
    metadata,
    Column("transaction_id", BigInteger, ForeignKey("ledger_transaction.id"), primary_key=True, autoincrement=False),
    _to("patient_event", "event_id"),
    sqlite_with_rowid=False,
)

# Instalments that a patient agreed to. The last row of a patient holds; one of no cents a month ends the plan.
payment_plan = Table(
    "payment_plan",
    metadata,
    _id(),
    _to("patient", "patient_id"),
    _cents("total_cents"),
    _cents("monthly_cents"),
    Column("day_of_month", Integer, nullable=False),
    Column("starts_on", Date, nullable=False),
    _text("person"),
    _text("reason"),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

patient_statement = Table(
    "patient_statement",
    metadata,
    _id(),
    _to("patient", "patient_id"),
    Column("as_of", Date, nullable=False),
    _cents("balance_cents"),  # what the patient owed
    _cents("due_cents"),  # what was asked for: less where instalments are agreed
    _to("ledger_transaction", "last_transaction_id"),  # the newest one that it knew
    Column("sha256", String(64), nullable=False),  # of the PDF
    _text("person"),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
    UniqueConstraint("patient_id", "as_of"),
)

# Write-offs that somebody asks for, and what others decided about them.
write_off = Table(
    "write_off",
    metadata,
    _id(),
    _to("claim", "claim_id"),
    _to("service_line", "line_id", nullable=True),  # null: booked on the claim as a whole
    _text("account"),  # ledger.Account value: who owes it
    _cents("amount_cents"),
    _text("reason"),  # ledger.WriteOffReason value
    _text("note"),
    _text("person"),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

write_off_decision = Table(
    "write_off_decision",
    metadata,
    _id(),
    _to("write_off", "write_off_id"),
    _text("action"),  # approved, rejected or undone
    _text("note"),
    _text("person"),
    _to("ledger_transaction", "transaction_id", nullable=True),  # null: rejected
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
    UniqueConstraint("write_off_id", "action"),
)

# Periods of the books that a person closed: nothing more is booked on their days. To open one again is a row that names
# its closing.
period = Table(
    "period",
    metadata,
    _id(),
    Column("through", Date, nullable=False),  # its last accounting day (ledger_transaction.known_on)
    Column("transactions", BigInteger, nullable=False),  # how many it holds
    Column("digest", String(64), nullable=False),  # of its transactions, its trial balance and the period before it
    _text("person"),
    _text("reason"),
    Column("reopens_id", BigInteger, ForeignKey("period.id"), unique=True),
    Column("happened_at", DateTime, nullable=False),
    Column("known_on", Date, nullable=False),
)

# The trial balance as a closing froze it.
period_balance = Table(
    "period_balance",
    metadata,
    Column("period_id", BigInteger, ForeignKey("period.id"), primary_key=True),
    Column("account", String, primary_key=True),
    _cents("debit_cents"),
    _cents("credit_cents"),
    sqlite_with_rowid=False,
)

# Sums kept beside the entries, in the unit of work that inserts them; they say nothing that the entries do not say.
account_total = Table(
    "account_total",
    metadata,
    Column("account", String, primary_key=True),
    Column("known_on", Date, primary_key=True),
    _cents("debit_cents"),
    _cents("credit_cents"),
    sqlite_with_rowid=False,
)

# What is open: a row for each claim and account of receivables that does not come to zero.
receivable = Table(
    "receivable",
    metadata,
    Column("claim_id", BigInteger, primary_key=True),  # 0: its entries name no claim
    Column("account", String, primary_key=True),
    _cents("cents"),
    Column("payer_id", BigInteger),
    Column("patient_id", BigInteger),
    _text("provider"),  # NPI
    Column("served_on", Date),
    Column("sent_on", Date),
    sqlite_with_rowid=False,
)

# A unique constraint takes nulls for different from each other, so the claim's own row needs a rule of its own.
Index(
    "uq_prediction_run_id_claim",
    prediction.c.run_id,
    prediction.c.claim_id,
    unique=True,
    sqlite_where=prediction.c.line_id.is_(None),
    postgresql_where=prediction.c.line_id.is_(None),
)
Index("ix_service_line_procedure", service_line.c.procedure)
Index("ix_claim_payment_known_on", claim_payment.c.known_on)
Index("ix_ledger_transaction_known_on", ledger_transaction.c.known_on)
Index(
    "ix_ledger_transaction_reverses_id",
    ledger_transaction.c.reverses_id,
    sqlite_where=ledger_transaction.c.reverses_id.is_not(None),
    postgresql_where=ledger_transaction.c.reverses_id.is_not(None),
)
Index("ix_claim_payment_payer_number", func.upper(func.trim(claim_payment.c.payer_claim_number)))
for _column in (claim_payment.c.control_number, claim_payment.c.member_id):
    Index(
        f"ix_claim_payment_strange_{_column.name}",
        _column,
        sqlite_where=claim_payment.c.strange,
        postgresql_where=claim_payment.c.strange,
    )
Index("ix_deposit_trace", deposit.c.trace)
Index("ix_remittance_trace", remittance.c.trace)

# Each holds all that aging by payer or provider asks, in its order.
for _name, _column in (("payer", receivable.c.payer_id), ("provider", receivable.c.provider)):
    Index(
        f"ix_receivable_{_name}_aging",
        receivable.c.account,
        _column,
        receivable.c.served_on,
        receivable.c.sent_on,
        receivable.c.cents,
    )

# Rows that came to zero, until they are taken out: the index is empty at rest.
Index(
    "ix_receivable_settled",
    receivable.c.claim_id,
    sqlite_where=receivable.c.cents == literal_column("0"),
    postgresql_where=receivable.c.cents == literal_column("0"),
)

# Rows of these come in bulk. PostgreSQL would look up, and lock, what each of them names, row by row: there triggers
# look up all rows of a statement together (migration 0012).
BULK: tuple[Table, ...] = (
    claim_payment, service_payment, adjustment, ledger_transaction, ledger_entry, denial_case,
)  # fmt: skip
for _table in BULK:
    for _key in _table.foreign_key_constraints:
        _key.ddl_if(dialect="sqlite")

# Triggers refuse UPDATE and DELETE here on both databases: what was known, booked, predicted or decided stays.
APPEND_ONLY: tuple[Table, ...] = (
    file,
    claim,
    diagnosis,
    service_line,
    submission,
    claim_set,
    acknowledgement,
    remittance,
    remittance_standing,
    claim_payment,
    service_payment,
    adjustment,
    provider_adjustment,
    ledger_transaction,
    ledger_entry,
    scoring_run,
    prediction,
    prediction_reason,
    decision,
    missing_edit,
    missing_edit_decision,
    finding_override,
    exception_decision,
    variance_case,
    variance_decision,
    paper_entry,
    audit_event,
    deposit,
    deposit_match,
    deposit_unmatch,
    claim_draft,
    patient_event,
    patient_transaction,
    payment_plan,
    patient_statement,
    write_off,
    write_off_decision,
    period,
    period_balance,
)
