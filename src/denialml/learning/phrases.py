"""From a feature and a line's values to a biller's sentence. The words are data (``data/phrases.yaml``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

from denialml.features import BY_NAME, LEVELS, Feature, counterpart
from denialml.learning.table import BoolArray, IntArray, Table
from denialml.money import dollars

Values = NDArray[Any]

_SHARE_FROM: Final = 10  # lines a share needs; below, the counts themselves are told
_UNKNOWN: Final = "unknown"
_ELSE: Final = "else"


@dataclass(frozen=True, slots=True)
class Wording:
    """Who denied what at a level of history, for lines where every feature of ``when`` has the given value."""

    subject: str
    such: str
    before: str
    when: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Edit:
    """What a biller may do about a group, for lines where every feature of ``when`` has the given value."""

    text: str
    when: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Phrases:
    """All wordings: by level of history, by family of denial reasons, by feature of content, and edits by group.

    ``told_by`` names, for a feature that by itself tells a biller little, the rate that says what it means.
    """

    history: Mapping[str, tuple[Wording, ...]]
    families: Mapping[str, str]
    told_by: Mapping[str, str]
    content: Mapping[str, Mapping[str, str]]
    edits: Mapping[str, tuple[Edit, ...]]


@cache
def phrases() -> Phrases:
    """The wordings of the package's own file."""
    text = resources.files("denialml.learning").joinpath("data/phrases.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    return Phrases(
        history={
            level: tuple(Wording(w["subject"], w["such"], w.get("before", ""), w.get("when", {})) for w in wordings)
            for level, wordings in data["history"].items()
        },
        families=data["families"],
        told_by=data["told_by"],
        content={name: {_ELSE: told} if isinstance(told, str) else told for name, told in data["content"].items()},
        edits={group: tuple(Edit(e["edit"], e.get("when", {})) for e in rows) for group, rows in data["edits"].items()},
    )


class Facts:
    """A table's columns as arrays, each fetched once, and the names that sentences speak of."""

    def __init__(self, table: Table) -> None:
        self._rows = table.rows
        self._values: dict[str, Values] = {}
        self._numbers: dict[str, NDArray[np.float64]] = {}
        names, payers = table.rows["payer_name"].to_numpy(), table.rows["payer"].to_numpy()
        shown = [str(name or payer) for name, payer in zip(names, payers, strict=True)]
        self._payers = np.array(shown, dtype=object)
        self._procedures = table.rows["procedure"].astype(object).to_numpy()

    def has(self, name: str) -> bool:
        """Whether there is such a column: a model of fewer features than today's lacks some."""
        return name in self._rows.columns

    def values(self, name: str, rows: IntArray) -> Values:
        """A column of some lines as it is."""
        if name not in self._values:
            self._values[name] = self._rows[name].to_numpy()
        return self._values[name][rows]

    def numbers(self, name: str, rows: IntArray) -> NDArray[np.float64]:
        """A column of some lines as numbers, NaN where unknown."""
        if name not in self._numbers:
            self._numbers[name] = self._rows[name].to_numpy(np.float64, na_value=np.nan)
        return self._numbers[name][rows]

    def names(self, rows: IntArray) -> tuple[Values, Values]:
        """The payer's name, or its identifier where none was given, and the procedure, of some lines."""
        return self._payers[rows], self._procedures[rows]


def sentences(facts: Facts, name: str, rows: IntArray) -> list[str]:
    """One sentence for each of some lines: the fact that a feature states about it."""
    name = _teller(facts, name)
    told = phrases().content.get(name)
    feature = BY_NAME.get(name)
    if told is not None:
        return _content(facts, name, feature, told, rows)
    if feature is not None and feature.level in phrases().history:
        return _history(facts, feature, rows)
    label = feature.meaning if feature else name
    return _content(facts, name, feature, {_ELSE: f"{label}: {{value}}"}, rows)


def _teller(facts: Facts, name: str) -> str:
    """The feature whose fact is told in another's place, where the table has it; else the feature itself."""
    teller = phrases().told_by.get(name, name)
    return teller if facts.has(teller) else name


def edits(facts: Facts, group: str, rows: IntArray) -> list[str]:
    """The edit offered to each of some lines whose risk a group raises; empty where there is no legitimate one."""
    found = np.full(len(rows), "", dtype=object)
    for edit in reversed(phrases().edits.get(group, ())):
        found[_fits(facts, edit.when, rows)] = edit.text
    return [str(text) for text in found]


def _fits(facts: Facts, when: Mapping[str, float], rows: IntArray) -> BoolArray:
    mask = np.ones(len(rows), dtype=np.bool_)
    for name, value in when.items():
        mask &= facts.numbers(name, rows) == value if facts.has(name) else False
    return mask


def _content(facts: Facts, name: str, feature: Feature | None, told: Mapping[str, str], rows: IntArray) -> list[str]:
    values = facts.values(name, rows)
    show = _shower(feature.unit if feature else "number")
    return [
        told.get(key, told[_ELSE]).format(value=key if text else show(value), payer=payer, procedure=procedure)
        for value, (key, text), payer, procedure in zip(values, map(_key, values), *facts.names(rows), strict=True)
    ]


def _key(value: Any) -> tuple[str, bool]:
    """How the phrase table names a value, and whether that name is also how it is shown."""
    if isinstance(value, str):
        return value or "not given", True
    number = float(value) if value is not None else np.nan
    if np.isnan(number):
        return _UNKNOWN, True
    return (str(int(number)), False) if number.is_integer() else ("", False)


def _shower(unit: str) -> Callable[[Any], str]:
    if unit == "cents":
        return lambda value: dollars(round(float(value)))
    if unit == "share":
        return lambda value: f"{100 * float(value):.0f}%"
    return lambda value: f"{float(value):g}"


def _history(facts: Facts, feature: Feature, rows: IntArray) -> list[str]:
    found = np.full(len(rows), "", dtype=object)
    left = np.ones(len(rows), dtype=np.bool_)
    for wording in phrases().history[feature.level]:
        mask = left & _fits(facts, wording.when, rows)
        if mask.any():
            found[mask] = _STATISTICS.get(feature.statistic, _counted)(facts, feature, wording, rows[mask])
        left &= ~mask
    return [str(text) for text in found]


def _counted(facts: Facts, feature: Feature, wording: Wording, rows: IntArray) -> list[str]:
    """Such as: Payer 3 denied 41% of 97 such lines in the last 90 days."""
    window = f" in the last {feature.window_days} days" if feature.window_days else ""
    why = f" {phrases().families[feature.family]}" if feature.family else ""
    denied_template = f"{wording.before}{wording.subject} denied {{count}} {wording.such}{window}{why}"
    silent_template = _joined(wording.before, f"No answer yet on {wording.such}{window}")
    lines, denied = _counts(facts, feature, rows)
    told = [
        (denied_template if all_ > 0 else silent_template).format(
            count=_count(bad, all_), payer=payer, procedure=procedure
        )
        for all_, bad, payer, procedure in zip(lines, denied, *facts.names(rows), strict=True)
    ]
    # Where a level has no answered line, its rate is the next wider level's: that fact is told as well.
    silent = np.flatnonzero(~(lines > 0))
    for place, fact in zip(silent.tolist(), _wider_facts(facts, feature, rows[silent]), strict=True):
        told[place] += f"; {fact}" if fact else ""
    return told


def _counts(facts: Facts, feature: Feature, rows: IntArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Answered lines of a feature's level and window, and those denied (for its family of reasons)."""
    of_lines, of_denied = counterpart(feature, "lines"), counterpart(feature, "denied")
    if of_lines is None or of_denied is None:
        raise AssertionError(f"the counts behind {feature.name} are not declared")
    return facts.numbers(of_lines.name, rows), facts.numbers(of_denied.name, rows)


def _wider_facts(facts: Facts, feature: Feature, rows: IntArray) -> list[str]:
    """The fact of the nearest wider level that has an answered line; empty where none has or is in the table."""
    found = np.full(len(rows), "", dtype=object)
    wider, left = _wider(feature), np.arange(len(rows))
    while len(left) and wider is not None and facts.has(wider.name):
        answered = _counts(facts, wider, rows[left])[0] > 0
        found[left[answered]] = _history(facts, wider, rows[left[answered]])
        left = left[~answered]
        wider = _wider(wider)
    return [str(text) for text in found]


@cache
def _wider(feature: Feature) -> Feature | None:
    """The rate of the parent level over the same window."""
    wanted = (LEVELS[feature.level].parent, feature.window_days, "rate", "")
    return next((f for f in BY_NAME.values() if (f.level, f.window_days, f.statistic, f.family) == wanted), None)


def _recency(facts: Facts, feature: Feature, wording: Wording, rows: IntArray) -> list[str]:
    """Such as: Last denial by Payer 3 of lines of 99213: 12 days ago."""
    why = f" {phrases().families[feature.family]}" if feature.family else ""
    last = _joined(wording.before, f"Last denial{why} by {wording.subject} of {wording.such}: {{days:.0f}} days ago")
    never = _joined(wording.before, f"No denial{why} by {wording.subject} yet of {wording.such}")
    days = facts.numbers(feature.name, rows)
    return [
        (never if np.isnan(value) else last).format(days=value, payer=payer, procedure=procedure)
        for value, payer, procedure in zip(days, *facts.names(rows), strict=True)
    ]


def _drift(facts: Facts, feature: Feature, wording: Wording, rows: IntArray) -> list[str]:
    """Such as: Payer 3 denied lines of 99213 more often in the last 30 days than over the year, by 12 points."""
    template = (
        f"{wording.before}{wording.subject} denied {wording.such} {{often}} often in the last "
        f"{feature.window_days} days than over the year, by {{points:.0f}} points"
    )
    change = np.nan_to_num(facts.numbers(feature.name, rows))
    return [
        template.format(
            often="more" if value >= 0 else "less", points=100 * abs(value), payer=payer, procedure=procedure
        )
        for value, payer, procedure in zip(change, *facts.names(rows), strict=True)
    ]


_STATISTICS: Final = {"days_since": _recency, "rate_change": _drift}


def _count(denied: float, lines: float) -> str:
    if lines < _SHARE_FROM:
        return f"{denied:.0f} of {lines:.0f}"
    return f"{100 * denied / lines:.0f}% of {lines:.0f}"


def _joined(before: str, sentence: str) -> str:
    return before + sentence[0].lower() + sentence[1:] if before else sentence
