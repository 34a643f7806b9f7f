"""Double entry for a practice: what a remittance does to the books, as values. Nothing here touches a database.

``remittances`` groups what a reader yields; ``settle`` turns remittances, or claims that were sent, and what we know
of the claims they name into what they add to the books. Balanced or parked, never forced: no sign is flipped, no
charge invented, no balance made up. Whatever order files come in, the books end the same.
"""

from denialml.ledger.accounts import Account, Disposition, ParkedKind, TransactionKind
from denialml.ledger.aging import BUCKETS, OPEN_ACCOUNTS, UNDATED, Days, bucket_days
from denialml.ledger.answers import Answer, answers_of, claim_day, member_of, payers_of
from denialml.ledger.keys import payment_keys
from denialml.ledger.known import Answered, Known, KnownClaim, KnownLine, by_number, normalised, payer_names
from denialml.ledger.periods import period_digest, posting_day
from denialml.ledger.plan import (
    ClaimPosting,
    Entry,
    LedgerTransaction,
    Parked,
    PostingPlan,
    ProviderAdjustmentPosting,
    ServicePosting,
)
from denialml.ledger.post import Settlement, correction, post, settle, transaction_key
from denialml.ledger.rulings import ALLOWED, Action, Ruling
from denialml.ledger.source import RemittanceAsRead, refused_cents, remittances

__all__ = [
    "ALLOWED",
    "BUCKETS",
    "OPEN_ACCOUNTS",
    "UNDATED",
    "Account",
    "Action",
    "Answer",
    "Answered",
    "ClaimPosting",
    "Days",
    "Disposition",
    "Entry",
    "Known",
    "KnownClaim",
    "KnownLine",
    "LedgerTransaction",
    "Parked",
    "ParkedKind",
    "PostingPlan",
    "ProviderAdjustmentPosting",
    "RemittanceAsRead",
    "Ruling",
    "ServicePosting",
    "Settlement",
    "TransactionKind",
    "answers_of",
    "bucket_days",
    "by_number",
    "claim_day",
    "correction",
    "member_of",
    "normalised",
    "payer_names",
    "payers_of",
    "payment_keys",
    "period_digest",
    "post",
    "posting_day",
    "refused_cents",
    "remittances",
    "settle",
    "transaction_key",
]
