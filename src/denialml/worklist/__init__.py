"""What to work next: the value of an action, ranked under deadlines. Pure: values in, values out."""

from denialml.worklist.allowed import AllowedHistory, AllowedSum, ExpectedAllowed
from denialml.worklist.denials import DenialCandidate, Work, rank_denials
from denialml.worklist.risk import RankedClaim, RiskCandidate, rank_risk
from denialml.worklist.tables import APPEALS, OTHER, Action, actions, category_label, family_of, group_title

__all__ = [
    "APPEALS",
    "OTHER",
    "Action",
    "AllowedHistory",
    "AllowedSum",
    "DenialCandidate",
    "ExpectedAllowed",
    "RankedClaim",
    "RiskCandidate",
    "Work",
    "actions",
    "category_label",
    "family_of",
    "group_title",
    "rank_denials",
    "rank_risk",
]
