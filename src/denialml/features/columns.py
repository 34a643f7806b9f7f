"""SQL of each declared feature over a line and the answers of the levels (``at_<level>``)."""

from __future__ import annotations

from typing import Final

from denialml.features.declarations import FEATURES
from denialml.features.feature import Feature, Level
from denialml.features.history import EXPECTED_ALLOWED_RATIO, SHORT_WINDOW_DAYS, YEAR_DAYS
from denialml.features.levels import ALLOWED_MINIMUM_LINES, DEFAULT_ALLOWED_RATIO, LEVELS, PRIOR_RATE

KEY_COLUMNS: Final = (
    "line_id", "claim_id", "control_number", "line_number", "payer", "payer_name", "procedure", "known_on", "sent_on",
    "charge_cents",
)  # fmt: skip
"""Columns that say which line a row is."""

LABEL_COLUMNS: Final = ("label_known_on", "denied", "denied_cents", "allowed_cents")
"""Columns that say how its first adjudication went and when that became known; null before."""


def _rate(level: Level, days: int) -> str:
    if days < SHORT_WINDOW_DAYS:
        prior = f"{level.name}_rate_{YEAR_DAYS}"
    elif level.parent:
        prior = f"{level.parent}_rate_{days}"
    else:
        prior = str(PRIOR_RATE)
    table = f"at_{level.name}"
    return f"({table}.denied_{days} + {level.prior_lines} * {prior}) / ({table}.lines_{days} + {level.prior_lines})"


def _family_rate(level: Level, family: str) -> str:
    table = f"at_{level.name}"
    return f"{table}.{family}_{YEAR_DAYS} / ({table}.lines_{YEAR_DAYS} + {level.prior_lines})"


def _allowed_ratio() -> str:
    choices = " ".join(
        f"WHEN at_{name}.paid_lines_{YEAR_DAYS} >= {ALLOWED_MINIMUM_LINES}"
        f" THEN at_{name}.allowed_cents_{YEAR_DAYS} / at_{name}.paid_charge_cents_{YEAR_DAYS}"
        for name in ("payer_procedure", "payer", "practice")
    )
    return f"CASE {choices} ELSE {DEFAULT_ALLOWED_RATIO} END"


_CHARGE_TO_USUAL: Final = (
    "CASE WHEN units > 0 AND line.charge_cents > 0 AND at_procedure_charge.milliunits_365 > 0"
    " THEN (line.charge_cents / units)"
    " / (at_procedure_charge.charge_cents_365 * 1000 / at_procedure_charge.milliunits_365) END"
)


def expression(feature: Feature) -> str:
    """SQL of one feature. A rate may read the rates declared before it, by their names."""
    if not feature.level:
        return feature.expression
    level = LEVELS[feature.level]
    if feature is EXPECTED_ALLOWED_RATIO:
        return _allowed_ratio()
    if feature.statistic == "ratio":
        return _CHARGE_TO_USUAL
    if feature.statistic == "days_since":
        return f"at_{level.name}.days_since_{feature.name.rpartition('_')[2]}"
    assert feature.window_days is not None, "every other statistic of history has a window"
    if feature.statistic == "rate":
        return _family_rate(level, feature.family) if feature.family else _rate(level, feature.window_days)
    if feature.statistic == "rate_change":
        return f"{level.name}_rate_{feature.window_days} - {level.name}_rate_{YEAR_DAYS}"
    return f"at_{level.name}.{feature.family or feature.statistic}_{feature.window_days}"


def _order(feature: Feature) -> int:
    """Rates after everything else and, among them, longer windows first: a short window's prior is the year's rate."""
    depth = list(LEVELS).index(feature.level) if feature.statistic in {"rate", "rate_change"} else -1
    changed = feature.statistic == "rate_change"
    return 0 if depth < 0 else 10_000 * (depth + 1) + 5_000 * changed - (feature.window_days or 0)


def worked() -> str:
    """SQL of the features as computed, each under its own name, priors before the rates that use them."""
    return ",\n    ".join(f"{expression(feature)} AS {feature.name}" for feature in sorted(FEATURES, key=_order))


def written() -> str:
    """SQL of the features as written: numbers as 32-bit floats, categories as text, in declared order."""
    return ",\n    ".join(
        f"CAST({feature.name} AS {'VARCHAR' if feature.kind == 'category' else 'FLOAT'}) AS {feature.name}"
        for feature in FEATURES
    )
