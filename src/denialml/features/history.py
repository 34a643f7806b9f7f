"""Features of the practice's history, one for each statistic a level keeps. Seen as of T, strictly before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.features.feature import Feature, Level, Statistic
from denialml.features.levels import LINE_LEVELS, OUTCOME_LEVELS
from denialml.features.vocabulary import FAMILY_GROUPS

SHORT_WINDOW_DAYS: Final = 60
"""Windows shorter than this show drift: their rate is shrunk to the level's own rate over a year."""

YEAR_DAYS: Final = 365

DENIED_INPUTS: Final = ("outcomes.first", "outcomes.received_on", "outcomes.denied")


def _inputs(level: Level, *more: str) -> tuple[str, ...]:
    return (*(f"lines.{key}" for key in level.keys), *more)


def _outcome_feature(
    level: Level,
    name: str,
    meaning: str,
    unit: str,
    statistic: Statistic,
    window_days: int | None = None,
    family: str = "",
) -> Feature:
    inputs = _inputs(level, *DENIED_INPUTS, *(("outcomes.reason",) if family else ()))
    group = FAMILY_GROUPS.get(family, level.group)
    return Feature(
        name,
        meaning,
        inputs,
        "received_on",
        "number",
        group,
        unit,
        level=level.name,
        statistic=statistic,
        window_days=window_days,
        family=family,
    )


def _window_features(level: Level, days: int) -> Iterator[Feature]:
    lines = f"lines {level.words} adjudicated in the last {days} days"
    yield _outcome_feature(level, f"{level.name}_lines_{days}", f"Number of {lines}", "lines", "lines", days)
    yield _outcome_feature(
        level, f"{level.name}_denied_{days}", f"Number of {lines} and denied", "lines", "denied", days
    )
    yield _outcome_feature(
        level, f"{level.name}_rate_{days}", f"Smoothed share denied of {lines}", "share", "rate", days
    )
    if days < SHORT_WINDOW_DAYS:
        yield _outcome_feature(
            level,
            f"{level.name}_rate_change_{days}",
            f"Smoothed share denied of {lines}, less the share of the last {YEAR_DAYS} days",
            "share",
            "rate_change",
            days,
        )


def _family_features(level: Level, family: str) -> Iterator[Feature]:
    lines = f"lines {level.words} adjudicated in the last {YEAR_DAYS} days"
    yield _outcome_feature(
        level,
        f"{level.name}_denied_for_{family}_{YEAR_DAYS}",
        f"Number of {lines} and denied for {family} reasons",
        "lines",
        "denied",
        YEAR_DAYS,
        family,
    )
    yield _outcome_feature(
        level,
        f"{level.name}_rate_for_{family}_{YEAR_DAYS}",
        f"Smoothed share denied for {family} reasons of {lines}",
        "share",
        "rate",
        YEAR_DAYS,
        family,
    )


def _days_since_feature(level: Level, event: str) -> Feature:
    words = {"denial": "denial", "payment": "line that was not denied"}.get(event, f"denial for {event} reasons")
    family = event if event in FAMILY_GROUPS else ""
    return _outcome_feature(
        level,
        f"{level.name}_days_since_{event}",
        f"Days since the last {words} among lines {level.words}",
        "days",
        "days_since",
        family=family,
    )


def _outcome_features(level: Level) -> Iterator[Feature]:
    for days in level.windows:
        yield from _window_features(level, days)
    for family in level.families:
        yield from _family_features(level, family)
    for event in level.days_since:
        yield _days_since_feature(level, event)


def _line_feature(
    name: str, meaning: str, level: str, statistic: Statistic, unit: str, window_days: int | None = None, more: str = ""
) -> Feature:
    declared = next(each for each in LINE_LEVELS if each.name == level)
    return Feature(
        name,
        meaning,
        _inputs(declared, "lines.known_on", *more.split()),
        "known_on",
        "number",
        declared.group,
        unit,
        level=level,
        statistic=statistic,
        window_days=window_days,
    )


OF_OUTCOMES: Final[tuple[Feature, ...]] = tuple(
    feature for level in OUTCOME_LEVELS for feature in _outcome_features(level)
)
"""Counts, smoothed denial rates and recency at every level of adjudicated history."""

EXPECTED_ALLOWED_RATIO: Final = Feature(
    "expected_allowed_ratio",
    "Allowed amount per charge of paid lines of this procedure to this payer in the last 365 days;"
    " with fewer than 5 such lines those to this payer, then the practice's, then 0.4",
    ("lines.payer", "lines.procedure", "outcomes.allowed_cents", "outcomes.charge_cents", *DENIED_INPUTS),
    "received_on",
    "number",
    "claim_content",
    "share",
    level="payer_procedure",
    statistic="ratio",
    window_days=YEAR_DAYS,
)

OF_LINES: Final[tuple[Feature, ...]] = (
    _line_feature(
        "patient_lines_365",
        "Lines of this patient's other claims in the last 365 days",
        "patient",
        "lines",
        "lines",
        365,
    ),
    _line_feature(
        "patient_claims_365", "This patient's other claims in the last 365 days", "patient", "claims", "claims", 365
    ),
    _line_feature(
        "patient_days_since_line", "Days since this patient's last claim was ready", "patient", "days_since", "days"
    ),
    _line_feature(
        "patient_procedure_lines_30",
        "Lines of this procedure for this patient in the last 30 days",
        "patient_procedure",
        "lines",
        "lines",
        30,
    ),
    _line_feature(
        "patient_procedure_lines_365",
        "Lines of this procedure for this patient in the last 365 days",
        "patient_procedure",
        "lines",
        "lines",
        365,
    ),
    _line_feature(
        "patient_procedure_days_since_line",
        "Days since this procedure was last billed for this patient",
        "patient_procedure",
        "days_since",
        "days",
    ),
    _line_feature(
        "patient_served_day_lines_365",
        "Lines of this patient's other claims for the same day of service",
        "patient_served_day",
        "lines",
        "lines",
        365,
    ),
    _line_feature(
        "same_service_lines_365",
        "Lines of other claims with the same patient, procedure and day of service",
        "same_service",
        "lines",
        "lines",
        365,
    ),
    _line_feature(
        "same_service_days_since_line",
        "Days since the same patient, procedure and day of service was last billed",
        "same_service",
        "days_since",
        "days",
    ),
    _line_feature(
        "charge_to_usual",
        "Charge for one unit over the practice's mean for the procedure in the last 365 days",
        "procedure_charge",
        "ratio",
        "share",
        365,
        "lines.charge_cents lines.units",
    ),
)
"""The patient's other claims and the practice's usual charge."""

HISTORY: Final[tuple[Feature, ...]] = (*OF_OUTCOMES, EXPECTED_ALLOWED_RATIO, *OF_LINES)
"""Every feature of history."""
