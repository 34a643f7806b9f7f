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
from denialml.ledger.source import RemittanceAsRead, refused_cents, remittances

__all__ = [
    "Account",
    "ClaimPosting",
    "Disposition",
    "Entry",
    "Known",
    "KnownClaim",
    "KnownLine",
    "LedgerTransaction",
    "Parked",
    "ParkedKind",
    "PostingPlan",
    "PriorPayment",
    "ProviderAdjustmentPosting",
    "RemittanceAsRead",
    "ServicePosting",
    "TransactionKind",
    "cancel_charges",
    "charge",
    "normalised",
    "payment_keys",
    "post",
    "post_all",
    "refused_cents",
    "remittances",
]
