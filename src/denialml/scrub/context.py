"""What a rule may know beside the claim. No clock and no network: the day is given, the tables are there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from denialml.scrub.history import History
from denialml.scrub.practice import Practice
from denialml.scrub.tables import Tables


class Stage(StrEnum):
    """Where a claim is in its life. Each rule names the stages at which its facts are there."""

    SCHEDULED = "scheduled"  # who, when and where are known; codes are those planned
    CODED = "coded"
    READY = "ready"  # about to be sent
    REJECTED = "rejected"  # came back before adjudication
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Context:
    """``as_of`` is the day the claim would be sent."""

    tables: Tables
    history: History
    practice: Practice
    as_of: date
    stage: Stage = Stage.READY
