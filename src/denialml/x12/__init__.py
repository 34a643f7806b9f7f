"""Bytes to the vocabulary and back: ``x12.read`` and ``x12.write`` for 837P claims and 835 remittances."""

from denialml.x12.events import (
    ClaimGroupRead,
    ClaimPaymentRead,
    ClaimRead,
    Event,
    MessageRead,
    Noticed,
    ProviderAdjustmentRead,
    Refused,
    RemittanceRead,
    Segment,
    Span,
    Transaction,
    TransactionEnd,
    X12Error,
)
from denialml.x12.heads837 import ClaimsHead, claims_heads
from denialml.x12.reading import Reading, read
from denialml.x12.tokens import Delimiters
from denialml.x12.write835 import RemittanceTransaction
from denialml.x12.writing import ClaimBatch, Envelope, MessageBatch, RemittanceBatch, write, written

__all__ = [
    "ClaimBatch",
    "ClaimGroupRead",
    "ClaimPaymentRead",
    "ClaimRead",
    "ClaimsHead",
    "Delimiters",
    "Envelope",
    "Event",
    "MessageBatch",
    "MessageRead",
    "Noticed",
    "ProviderAdjustmentRead",
    "Reading",
    "Refused",
    "RemittanceBatch",
    "RemittanceRead",
    "RemittanceTransaction",
    "Segment",
    "Span",
    "Transaction",
    "TransactionEnd",
    "X12Error",
    "claims_heads",
    "read",
    "write",
    "written",
]
