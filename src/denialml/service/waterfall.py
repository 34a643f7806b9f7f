"""A prediction's reasons as the steps of a waterfall: from the base over each reason to the predicted probability."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from denialml.store.claim_file import PredictionFacts
from denialml.worklist import group_title

STEPS_SHOWN: Final = 8  # beside the base and the end; the rest are summed into one


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall in log-odds, from ``start`` to ``end``; ``fact`` is the sentence behind it.

    ``kind`` is ``base`` (before this claim's own reasons), ``raises``, ``lowers`` or ``total``. ``probability`` is what
    the log-odds at ``end`` amount to.
    """

    label: str
    kind: str
    start: float
    end: float
    probability: float
    fact: str
    edit: str


def waterfall(prediction: PredictionFacts) -> tuple[Step, ...]:
    """From the base log-odds over the reasons, largest first, to the prediction; empty where no base is stored.

    Contributions are additive in log-odds, so the last reason ends at the predicted probability's own log-odds; small
    reasons beyond the first eight are summed into one step.
    """
    if prediction.base_log_odds is None:
        return ()
    level = prediction.base_log_odds
    steps = [Step("Before this claim's reasons", "base", 0.0, level, _logistic(level), "", "")]
    ordered = sorted(prediction.reasons, key=lambda reason: (-abs(reason.contribution), reason.group))
    shown = STEPS_SHOWN if len(ordered) > STEPS_SHOWN + 1 else len(ordered)  # a single small one needs no summing up
    for reason in ordered[:shown]:
        steps.append(_step(group_title(reason.group), level, reason.contribution, reason.sentence, reason.edit))
        level += reason.contribution
    if ordered[shown:]:
        rest = sum(reason.contribution for reason in ordered[shown:])
        steps.append(_step(f"{len(ordered) - shown} smaller reasons", level, rest, "", ""))
        level += rest
    steps.append(Step("Predicted", "total", 0.0, level, _logistic(level), "", ""))
    return tuple(steps)


def _step(label: str, level: float, contribution: float, fact: str, edit: str) -> Step:
    end = level + contribution
    return Step(label, "raises" if contribution > 0 else "lowers", level, end, _logistic(end), fact, edit)


def _logistic(log_odds: float) -> float:
    # Of the two equal forms, the one whose exponential cannot overflow.
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    return math.exp(log_odds) / (1.0 + math.exp(log_odds))
