"""Reasons: the groups that moved a line's log-odds most, each with the fact behind it and what may be put right.

Only the groups that are shown get a sentence; the rest is summed into one last reason, so that base and reasons still
add up to the calibrated log-odds. A claim's reasons are those of its riskiest line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from denialml.learning import phrases
from denialml.learning.score import Scores
from denialml.learning.table import IntArray

OTHER_GROUP: Final = "other"
OTHER_SENTENCE: Final = "Everything else about the claim together"
_UP: Final = 4
_DOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its group, what it adds to the log-odds, the fact behind it, and a legitimate edit or nothing."""

    group: str
    contribution: float
    sentence: str
    edit: str


def reasons(scores: Scores, *, up: int = _UP, down: int = _DOWN) -> list[tuple[Reason, ...]]:
    """For each line: the groups that raise its risk most, then those that lower it most, then the rest as one."""
    count, width = scores.contributions.shape
    order = np.argsort(-scores.contributions, axis=1, kind="stable")
    ranked = np.take_along_axis(scores.contributions, order, axis=1)
    place = np.arange(width)
    shown = ((place < up) & (ranked > 0)) | ((place >= width - down) & (ranked < 0))
    rows, places = np.nonzero(shown)
    columns = order[rows, places]
    facts = phrases.Facts(scores.table)
    told = _sentences(scores, facts, rows, columns)
    offered = _edits(scores, facts, rows, columns)
    values = ranked[rows, places].tolist()
    groups = [scores.groups[column] for column in columns.tolist()]
    ends = np.cumsum(shown.sum(axis=1)).tolist()
    rest = np.where(shown, 0.0, ranked).sum(axis=1).tolist()
    made = list(map(Reason, groups, values, told, offered))
    found, begin = [], 0
    for row in range(count):
        found.append((*made[begin : ends[row]], Reason(OTHER_GROUP, rest[row], OTHER_SENTENCE, "")))
        begin = ends[row]
    return found


def _sentences(scores: Scores, facts: phrases.Facts, rows: IntArray, columns: IntArray) -> list[str]:
    """Rendered feature by feature, so that each feature's columns are fetched once."""
    leads = scores.leads[rows, columns]
    told = np.full(len(rows), "", dtype=object)
    for lead in np.unique(leads).tolist():
        own = np.flatnonzero(leads == lead)
        told[own] = phrases.sentences(facts, scores.table.names[lead], rows[own])
    return told.tolist()


def _edits(scores: Scores, facts: phrases.Facts, rows: IntArray, columns: IntArray) -> list[str]:
    raising = scores.contributions[rows, columns] > 0
    offered = np.full(len(rows), "", dtype=object)
    for column in np.unique(columns).tolist():
        own = np.flatnonzero((columns == column) & raising)
        if len(own):
            offered[own] = phrases.edits(facts, scores.groups[column], rows[own])
    return offered.tolist()
