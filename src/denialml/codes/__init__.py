"""Code tables by date: what adjustment, remark and provider adjustment codes mean to a practice, and time limits.

One door: ``from denialml import codes`` and ask. The tables are data files in our own words (``codes/data``), each row
with its source and the day it takes effect; no publisher's wording is in them.
"""

from denialml.codes.lookup import (
    Deadline,
    ProviderAdjustmentRule,
    ReasonRule,
    RemarkRule,
    deadline,
    payer_kind,
    provider_adjustment,
    reason,
    reasons,
    remark,
)
from denialml.codes.treatment import GROUPS, Treatment, treatment

__all__ = [
    "GROUPS",
    "Deadline",
    "ProviderAdjustmentRule",
    "ReasonRule",
    "RemarkRule",
    "Treatment",
    "deadline",
    "payer_kind",
    "provider_adjustment",
    "reason",
    "reasons",
    "remark",
    "treatment",
]
