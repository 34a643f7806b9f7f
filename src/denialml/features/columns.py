"""Values of the declared features of history, from what the levels counted. Rates need their parents' rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from denialml.features.feature import Feature, Level
from denialml.features.history import EXPECTED_ALLOWED_RATIO, SHORT_WINDOW_DAYS, YEAR_DAYS
from denialml.features.levels import ALLOWED_MINIMUM_LINES, DEFAULT_ALLOWED_RATIO, LEVELS, PRIOR_RATE

Numbers = NDArray[np.floating[Any]]

KEY_COLUMNS: Final = (
    "line_id", "claim_id", "control_number", "line_number", "payer", "payer_name", "procedure", "known_on", "sent_on",
    "charge_cents",
)  # fmt: skip
"""Columns that say which line a row is."""

LABEL_COLUMNS: Final = ("label_known_on", "denied", "denied_cents", "allowed_cents")
"""Columns that say how its first adjudication went and when that became known; null before."""


class HistoryColumns:
    """The features of history for one run of lines.

    ``counted`` holds each level's tallies by ``<level>.<name>``; ``unit_charge_cents`` is the lines' own (NaN unknown).
    """

    def __init__(self, counted: Mapping[str, NDArray[Any]], unit_charge_cents: Numbers) -> None:
        self._counted = counted
        self._unit_charge_cents = unit_charge_cents
        self._rates: dict[tuple[str, int], Numbers] = {}

    def values(self, feature: Feature) -> Numbers:
        """The feature's values as 32-bit floats."""
        return self._values(feature).astype(np.float32)

    def _values(self, feature: Feature) -> NDArray[Any]:
        level = LEVELS[feature.level]
        if feature.statistic == "days_since":
            return self._of(level, f"days_since_{feature.name.rpartition('_')[2]}")
        if feature.statistic == "ratio":
            return self._allowed_ratio() if feature is EXPECTED_ALLOWED_RATIO else self._charge_to_usual()
        assert feature.window_days is not None, "every other statistic of history has a window"
        if feature.statistic == "rate":
            return (
                self._family_rate(level, feature.family) if feature.family else self._rate(level, feature.window_days)
            )
        if feature.statistic == "rate_change":
            return self._rate(level, feature.window_days) - self._rate(level, YEAR_DAYS)
        return self._of(level, f"{feature.family or feature.statistic}_{feature.window_days}")

    def _of(self, level: Level, name: str) -> NDArray[Any]:
        return self._counted[f"{level.name}.{name}"]

    def _rate(self, level: Level, days: int) -> Numbers:
        if (level.name, days) not in self._rates:
            denied, lines = self._of(level, f"denied_{days}"), self._of(level, f"lines_{days}")
            prior = self._prior(level, days)
            self._rates[level.name, days] = (denied + level.prior_lines * prior) / (lines + level.prior_lines)
        return self._rates[level.name, days]

    def _prior(self, level: Level, days: int) -> Numbers | float:
        if days < SHORT_WINDOW_DAYS:
            return self._rate(level, YEAR_DAYS)
        return self._rate(LEVELS[level.parent], days) if level.parent else PRIOR_RATE

    def _family_rate(self, level: Level, family: str) -> Numbers:
        lines = self._of(level, f"lines_{YEAR_DAYS}")
        rate: Numbers = self._of(level, f"{family}_{YEAR_DAYS}") / (lines + level.prior_lines)
        return rate

    def _allowed_ratio(self) -> Numbers:
        ratio = np.full(len(self._unit_charge_cents), DEFAULT_ALLOWED_RATIO)
        for name in ("practice", "payer", "payer_procedure"):
            level = LEVELS[name]
            enough = self._of(level, f"paid_lines_{YEAR_DAYS}") >= ALLOWED_MINIMUM_LINES
            charge = self._of(level, f"paid_charge_cents_{YEAR_DAYS}")
            np.divide(self._of(level, f"paid_allowed_cents_{YEAR_DAYS}"), charge, out=ratio, where=enough)
        return ratio

    def _charge_to_usual(self) -> Numbers:
        level = LEVELS["procedure_charge"]
        charge = self._of(level, f"usual_charge_cents_{YEAR_DAYS}")
        milliunits = self._of(level, f"usual_milliunits_{YEAR_DAYS}")
        usual = np.full(len(charge), np.nan)
        np.divide(charge * 1000.0, milliunits, out=usual, where=milliunits > 0)
        ratio: Numbers = self._unit_charge_cents / usual
        return ratio
