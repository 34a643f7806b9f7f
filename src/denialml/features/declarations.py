"""All features in column order, and the hash that names this set of declarations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Final

from denialml.features.content import CONTENT
from denialml.features.feature import Feature, Statistic
from denialml.features.history import HISTORY
from denialml.features.levels import (
    ALLOWED_MINIMUM_LINES,
    DEFAULT_ALLOWED_RATIO,
    DELAY_BANDS_DAYS,
    LEVELS,
    PRIOR_RATE,
)
from denialml.features.vocabulary import FAMILIES

CALCULATION_VERSION: Final = 1
"""Raised whenever the code computes another value from the same declarations."""

FEATURES: Final[tuple[Feature, ...]] = (*CONTENT, *HISTORY)
"""Every feature, in the order of the table's columns."""

BY_NAME: Final[Mapping[str, Feature]] = MappingProxyType({feature.name: feature for feature in FEATURES})
"""Every feature by its name."""


def counterpart(feature: Feature, statistic: Statistic) -> Feature | None:
    """The feature that keeps another statistic of the same level, window and family, or None.

    A rate's ``lines`` and ``denied`` are the counts behind it: "denied 40 of 97 such lines in the last 90 days".
    """
    family = "" if statistic == "lines" else feature.family
    wanted = (feature.level, feature.window_days, statistic, family)
    if not feature.level:
        return None
    return next((f for f in FEATURES if (f.level, f.window_days, f.statistic, f.family) == wanted), None)


def declaration_hash() -> str:
    """SHA-256 over everything that decides a value: features, levels, families, constants, calculation."""
    canonical = {
        "features": [asdict(feature) for feature in FEATURES],
        "levels": [asdict(level) for level in LEVELS.values()],
        "families": {name: sorted(codes) for name, codes in FAMILIES.items()},
        "constants": [PRIOR_RATE, DEFAULT_ALLOWED_RATIO, ALLOWED_MINIMUM_LINES, DELAY_BANDS_DAYS],
        "calculation_version": CALCULATION_VERSION,
    }
    return hashlib.sha256(json.dumps(canonical, sort_keys=True).encode()).hexdigest()
