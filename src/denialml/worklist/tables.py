"""What the ranking believes before it sees a case: small tables with their sources, kept as data beside this module.

``actions.csv`` names what a biller can do about a denial, its clock and its outlay; ``recovery.csv`` how often each
action wins and how long it takes; ``categories.csv`` folds the categories of denials into families;
``prevention.csv`` how much of a predicted denial an edit before sending can prevent.
Figures marked as assumptions in the tables' ``basis`` column are ours; the others name where they were published.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

OTHER: Final = "other"


class Action(StrEnum):
    """What a biller does about a denial."""

    CORRECTED_CLAIM = "corrected_claim"
    RECORDS = "records"
    APPEAL = "appeal"
    CLINICAL_APPEAL = "clinical_appeal"
    RETRO_AUTHORIZATION = "retro_authorization"
    OTHER_PAYER = "other_payer"
    ENROLMENT = "enrolment"
    VERIFY = "verify"
    PATIENT = "patient"
    REVIEW = "review"


APPEALS: Final = frozenset({Action.APPEAL, Action.CLINICAL_APPEAL, Action.RETRO_AUTHORIZATION})


class Clock(StrEnum):
    """Which of a denial's two deadlines an action runs on."""

    CORRECT_BY = "correct_by"
    APPEAL_BY = "appeal_by"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """One row of ``actions.csv``: words, clock, days the action needs to arrive, outlay in cents."""

    action: Action
    label: str
    clock: Clock
    lead_days: int
    outlay_cents: int
    basis: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """One row of ``recovery.csv``: chance of being paid when worked at once, its half-life, and minutes of work.

    ``is_fallback`` is false where the chance only holds for cases whose own route names the action.
    """

    family: str
    action: Action
    win_early: float
    half_life_days: int
    minutes: int
    is_fallback: bool
    basis: str

    def win_probability(self, age_days: int) -> float:
        """Chance of being paid when worked ``age_days`` after the notice: it halves every ``half_life_days``."""
        return float(self.win_early * 0.5 ** (max(age_days, 0) / self.half_life_days))


@dataclass(frozen=True, slots=True)
class Prevention:
    """One row of ``prevention.csv``: share of predicted denials an edit prevents (0 to 1), and minutes of a look."""

    group: str
    title: str
    share: float
    minutes: int
    basis: str


def _rows(name: str) -> Iterator[Mapping[str, str]]:
    yield from csv.DictReader((files(__package__) / "data" / name).read_text(encoding="utf-8").splitlines())


@cache
def actions() -> Mapping[Action, ActionFacts]:
    """Every action with its facts."""
    table = {
        Action(row["action"]): ActionFacts(
            Action(row["action"]),
            row["label"],
            Clock(row["clock"]),
            int(row["lead_days"]),
            int(row["outlay_cents"]),
            row["basis"],
        )
        for row in _rows("actions.csv")
    }
    return MappingProxyType(table)


@cache
def recoveries() -> Mapping[tuple[str, Action], Recovery]:
    """Chances and minutes by family and action, in the table's order."""
    table = {
        (row["family"], Action(row["action"])): Recovery(
            row["family"],
            Action(row["action"]),
            float(row["win_early"]),
            int(row["half_life_days"]),
            int(row["minutes"]),
            row["fallback"] == "y",
            row["basis"],
        )
        for row in _rows("recovery.csv")
    }
    return MappingProxyType(table)


@cache
def _categories() -> Mapping[str, tuple[str, str]]:
    return MappingProxyType({row["category"]: (row["family"], row["label"]) for row in _rows("categories.csv")})


def family_of(category: str) -> str:
    """The family of a denial's category; an unknown category belongs to ``other``."""
    return _categories().get(category, (OTHER, ""))[0]


def category_label(category: str) -> str:
    """A denial's category in a biller's words; an unknown one as it is named, without underscores."""
    return _categories().get(category, ("", category.replace("_", " ").capitalize()))[1]


@cache
def _preventions() -> Mapping[str, Prevention]:
    table = {
        row["group"]: Prevention(row["group"], row["title"], float(row["share"]), int(row["minutes"]), row["basis"])
        for row in _rows("prevention.csv")
    }
    return MappingProxyType(table | {row.title: row for row in table.values()})


def prevention_of(group: str) -> Prevention:
    """What an edit can do about a predicted denial whose main reason is of this group, by its key or its title.

    An unknown group is answered by the row ``other``.
    """
    table = _preventions()
    return table.get(group) or table[OTHER]


@cache
def _routes() -> Mapping[str, tuple[Action, ...]]:
    return MappingProxyType(
        {row["route"]: tuple(Action(name) for name in row["actions"].split("|") if name) for row in _rows("routes.csv")}
    )


def actions_of(route: str) -> tuple[Action, ...]:
    """What a biller may do on a route of :mod:`denialml.denials`; nothing where only a write-off is left.

    An unknown route is one to look at.
    """
    return _routes().get(route, (Action.REVIEW,))


def group_title(group: str) -> str:
    """A reason group in a biller's words; an unknown one as it is named, without underscores."""
    row = _preventions().get(group)
    return row.title if row else group.replace("_", " ").capitalize()
