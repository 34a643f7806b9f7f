"""Claims that follow from a payer's answer, as values: to the next payer, corrected, void. Nothing here does I/O.

``secondary_claim`` makes the claim to the second payer, ``replacement`` the corrected or void one. What must not go, or
cannot be made from what is known, is :class:`Held` with a typed reason. ``batches`` puts claims into files.
"""

from denialml.submission.batches import Route, Shipment, batches
from denialml.submission.crossover import FORWARDED, is_passed_on
from denialml.submission.held import Held, HeldReason
from denialml.submission.replacement import REPLACEMENT, VOID, replacement
from denialml.submission.secondary import NO_SECOND_COVER, AnswerAsTold, secondary_claim

__all__ = [
    "FORWARDED",
    "NO_SECOND_COVER",
    "REPLACEMENT",
    "VOID",
    "AnswerAsTold",
    "Held",
    "HeldReason",
    "Route",
    "Shipment",
    "batches",
    "is_passed_on",
    "replacement",
    "secondary_claim",
]
