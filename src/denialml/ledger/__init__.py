"""Double entry for a practice: what a remittance does to the books, as values. Nothing here touches a database.

``remittances`` groups what a reader yields, ``post`` turns a remittance and what we know of the claims it names into
a :class:`PostingPlan`. Balanced or parked, never forced: no sign is flipped, no charge invented, no balance made up.
"""

from denialml.ledger.accounts import Account, Disposition, ParkedKind, TransactionKind
from denialml.ledger.charges import cancel_charges, charge
from denialml.ledger.keys import payment_keys
from denialml.ledger.known import Known, KnownClaim, KnownLine, PriorPayment, normalised
from denialml.ledger.plan import (
    ClaimPosting,
    Entry,
    LedgerTransaction,
    Parked,
    PostingPlan,
    ProviderAdjustmentPosting,
    ServicePosting,
)
from denialml.ledger.post import post, post_all
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
from denialml.ledger.source import RemittanceAsRead, refused_cents, remittances

__all__ = [
    "LATE_AFTER",
    "Account",
    "Announcement",
    "ClaimPosting",
    "Deposit",
    "DepositState",
    "Disposition",
    "Entry",
    "Known",
    "KnownClaim",
    "KnownLine",
    "LedgerTransaction",
    "Match",
    "MatchRule",
    "Parked",
    "ParkedKind",
    "PostingPlan",
    "PriorPayment",
    "ProviderAdjustmentPosting",
    "Reassociation",
    "RemittanceAsRead",
    "RemittanceState",
    "ServicePosting",
    "TransactionKind",
    "business_days",
    "cancel_charges",
    "charge",
    "deposit_transaction",
    "normalised",
    "payment_keys",
    "post",
    "post_all",
    "reassociate",
    "refused_cents",
    "remittances",
    "unmatch_transaction",
]
