"""Double entry for a practice: what a remittance does to the books, as values. Nothing here touches a database.

``remittances`` groups what a reader yields, ``plan_payments`` tells which of them are new and whole, ``counting`` which
of those with one trace number counts when people decided about them. ``settle`` turns their answers, or claims that
were sent, and what we know of the claims they name into what they add to the books.
Balanced or parked, never forced: no sign is flipped, no charge invented, no balance made up. Whatever order files come
in, the books end the same.
"""

from denialml.ledger.accounts import Account, Disposition, ParkedKind, Standing, TransactionKind
from denialml.ledger.aging import BUCKETS, OPEN_ACCOUNTS, UNDATED, CountFrom, Days, GroupBy, bucket_days
from denialml.ledger.answers import Answer, answers_of, claim_day, member_of, payers_of
from denialml.ledger.keys import payment_keys
from denialml.ledger.known import Answered, Known, KnownClaim, KnownLine, by_number, normalised, payer_names
from denialml.ledger.other_posting import Parts, parts_of
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
from denialml.ledger.post import (
    Settlement,
    correction,
    open_answers,
    plan_payments,
    settle,
    share_differs,
)
from denialml.ledger.reassociation import (
    LATE_AFTER,
    Announcement,
    Deposit,
    DepositState,
    Match,
    MatchRule,
    Reassociation,
    RemittanceState,
    business_days,
    deposit_transaction,
    reassociate,
    unmatch_transaction,
)
from denialml.ledger.rulings import ALLOWED, COMPLETING, WHOLE, Action, Ruling
from denialml.ledger.source import RemittanceAsRead, refused_cents, remittances
from denialml.ledger.whole import CONFLICTING, HEADLESS, Bearer, Held, counting, unbalanced

__all__ = [
    "ALLOWED",
    "BUCKETS",
    "COMPLETING",
    "CONFLICTING",
    "HEADLESS",
    "LATE_AFTER",
    "OPEN_ACCOUNTS",
    "UNDATED",
    "WHOLE",
    "Account",
    "Action",
    "Announcement",
    "Answer",
    "Answered",
    "Bearer",
    "ClaimPosting",
    "CountFrom",
    "Days",
    "Deposit",
    "DepositState",
    "Disposition",
    "Entry",
    "GroupBy",
    "Held",
    "Known",
    "KnownClaim",
    "KnownLine",
    "LedgerTransaction",
    "Match",
    "MatchRule",
    "Parked",
    "ParkedKind",
    "Parts",
    "PostingPlan",
    "ProviderAdjustmentPosting",
    "Reassociation",
    "RemittanceAsRead",
    "RemittanceState",
    "Ruling",
    "ServicePosting",
    "Settlement",
    "Standing",
    "TransactionKind",
    "answers_of",
    "bucket_days",
    "business_days",
    "by_number",
    "claim_day",
    "correction",
    "counting",
    "deposit_transaction",
    "member_of",
    "normalised",
    "open_answers",
    "parts_of",
    "payer_names",
    "payers_of",
    "payment_keys",
    "period_digest",
    "plan_payments",
    "posting_day",
    "reassociate",
    "refused_cents",
    "remittances",
    "settle",
    "share_differs",
    "unbalanced",
    "unmatch_transaction",
]
