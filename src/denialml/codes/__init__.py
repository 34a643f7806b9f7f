"""Code tables by date: what codes mean to a practice, which are valid together, and time limits.

One door: ``from denialml import codes`` and ask. Adjustment, remark and provider adjustment codes and deadlines are
data files in our own words (``codes/data``), each row with its source and the day it takes effect. The publishers' own
tables (ICD-10-CM, HCPCS, NCCI, fee schedule, coverage, providers) are loaded by the user (``codes.loading``) onto a
shelf (``codes.releases``) and looked up in :class:`Tables`; no publisher's table is in the repository.
"""

from denialml.codes.kinds import KINDS, Kind
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
from denialml.codes.rows import in_span
from denialml.codes.shapes import ProcedureShape, procedure_shape
from denialml.codes.tables import Tables
from denialml.codes.treatment import GROUPS, Treatment, treatment

__all__ = [
    "GROUPS",
    "KINDS",
    "Deadline",
    "Kind",
    "ProcedureShape",
    "ProviderAdjustmentRule",
    "ReasonRule",
    "RemarkRule",
    "Tables",
    "Treatment",
    "deadline",
    "in_span",
    "payer_kind",
    "procedure_shape",
    "provider_adjustment",
    "reason",
    "reasons",
    "remark",
    "treatment",
]
