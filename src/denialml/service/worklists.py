"""What the app, the command line and the demo call to see what is to be worked and to write down what was decided."""

from denialml.service.claim_page import ClaimPage, claim_page
from denialml.service.decisions import (
    CASE_DECISIONS,
    CLAIM_DECISIONS,
    LABELS,
    Decision,
    Status,
    record_decision,
    record_view,
)
from denialml.service.queue_filters import NO_FILTERS, PAGE_ROWS, Choices, QueueFilters, Sort
from denialml.service.queues import (
    DenialRow,
    DenialsPage,
    DenialsQueue,
    RiskPage,
    RiskQueue,
    RiskQueueRow,
    denials_page,
    denials_queue,
    risk_page,
    risk_queue,
)

__all__ = [
    "CASE_DECISIONS",
    "CLAIM_DECISIONS",
    "LABELS",
    "NO_FILTERS",
    "PAGE_ROWS",
    "Choices",
    "ClaimPage",
    "Decision",
    "DenialRow",
    "DenialsPage",
    "DenialsQueue",
    "QueueFilters",
    "RiskPage",
    "RiskQueue",
    "RiskQueueRow",
    "Sort",
    "Status",
    "claim_page",
    "denials_page",
    "denials_queue",
    "record_decision",
    "record_view",
    "risk_page",
    "risk_queue",
]
