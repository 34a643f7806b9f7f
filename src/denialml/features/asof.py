"""SQL that counts history as of each line's day: day-aggregated events, windows over the union of events and questions.

For each level: ``events`` of one key and one day are added up once; the days on which some line of that key asks are
laid among them; a RANGE frame that ends one day before the row's own day adds up what came before. So neither an event
of the same day nor a later one can be seen, and the work is one sort for each level, however skewed its keys are.

All counts and cents are added as doubles: whole numbers below 2**53 add up exactly in any order.
"""

# ruff: noqa: S608 -- the SQL is put together from this package's declarations; values from outside are parameters
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from denialml.features.feature import Level
from denialml.features.history import YEAR_DAYS
from denialml.features.levels import LEVELS
from denialml.features.vocabulary import FAMILIES

WIDEST_KEY: Final = 2**63
"""Keys are numbered in mixed radix; a level with more combinations than this uses 128-bit keys."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One column added up over the events of a window: its name, the event's share of it, the window in days."""

    name: str
    event: str
    window_days: int


def tallies(level: Level) -> tuple[Tally, ...]:
    """What a level adds up."""
    return tuple(_tallies(level))


def _tallies(level: Level) -> Iterator[Tally]:
    for days in level.windows:
        yield Tally(f"lines_{days}", "lines", days)
        if level.source == "outcomes":
            yield Tally(f"denied_{days}", "denied", days)
    for family in level.families:
        yield Tally(f"{family}_{YEAR_DAYS}", f"denied_for_{family}", YEAR_DAYS)
    if level.keeps_allowed:
        for name in ("paid_lines", "paid_charge_cents", "allowed_cents"):
            yield Tally(f"{name}_{YEAR_DAYS}", name, YEAR_DAYS)
    if level.name == "patient":
        yield Tally(f"claims_{YEAR_DAYS}", "claims", YEAR_DAYS)
    if level.name == "procedure_charge":
        yield Tally(f"charge_cents_{YEAR_DAYS}", "usual_charge_cents", YEAR_DAYS)
        yield Tally(f"milliunits_{YEAR_DAYS}", "usual_milliunits", YEAR_DAYS)


HAPPENED: Final[Mapping[str, str]] = {
    "denial": "denied > 0",
    "payment": "denied = 0",
    "line": "true",
    **{family: f"denied_for_{family} > 0" for family in FAMILIES},
}
"""Which events each kind of recency looks for."""

_REASON_FLAGS: Final = ", ".join(
    f"CAST(coalesce(denied, false) AND coalesce(reason, '') IN ({', '.join(repr(code) for code in sorted(codes))})"
    f" AS TINYINT) AS denied_for_{family}"
    for family, codes in FAMILIES.items()
)

_PAID: Final = "NOT coalesce(denied, false) AND allowed_cents IS NOT NULL AND outcome.charge_cents > 0"

OUTCOME: Final = """
CREATE TABLE outcome AS
SELECT line_id, received_on, CAST(received_on - DATE '1970-01-01' AS INTEGER) AS day, denied, denied_cents,
    allowed_cents, charge_cents, reason
FROM read_parquet($outcomes) WHERE first
"""


def event_tables(codes: str) -> tuple[str, str]:
    """SQL of ``outcome_event`` and ``line_event``: a row an event, with its day, key codes and shares."""
    outcomes = f"""
CREATE TABLE outcome_event AS
SELECT outcome.day, {codes}, 1 AS lines, CAST(coalesce(denied, false) AS TINYINT) AS denied, {_REASON_FLAGS},
    CAST({_PAID} AS TINYINT) AS paid_lines,
    CASE WHEN {_PAID} THEN outcome.charge_cents ELSE 0 END AS paid_charge_cents,
    CASE WHEN {_PAID} THEN allowed_cents ELSE 0 END AS allowed_cents
FROM outcome JOIN line USING (line_id)
"""
    lines = f"""
CREATE VIEW line_event AS
SELECT day, {codes}, 1 AS lines, CAST(opens_claim AS TINYINT) AS claims,
    CASE WHEN charge_cents > 0 AND units > 0 THEN charge_cents ELSE 0 END AS usual_charge_cents,
    CASE WHEN charge_cents > 0 AND units > 0 THEN round(units * 1000) ELSE 0 END AS usual_milliunits
FROM line
"""
    return outcomes, lines


def key(level: Level, sizes: Mapping[str, int]) -> str:
    """SQL of a level's key: the codes of its columns in mixed radix, so that equal keys are equal numbers."""
    product = 1
    for column in level.keys:
        product *= max(1, sizes[column])
    number = "BIGINT" if product < WIDEST_KEY else "HUGEINT"
    expression = f"CAST(0 AS {number})"
    for column in level.keys:
        expression = f"({expression} * {sizes[column]} + code_{column})"
    return expression


def level_sql(level: Level, sizes: Mapping[str, int]) -> str:
    """SQL of ``at_<level>``: for each key and day on which a line asks, the level's tallies and days since."""
    added = tallies(level)
    shares = sorted({tally.event for tally in added})
    own_key = key(level, sizes)
    events = f"{'outcome' if level.source == 'outcomes' else 'line'}_event"
    seen = [f"CAST(sum({share}) AS DOUBLE) AS {share}" for share in shares]
    seen += [f"max(day) FILTER ({HAPPENED[event]}) AS last_{event}" for event in level.days_since]
    nothing = [f"CAST(0 AS DOUBLE) AS {share}" for share in shares]
    nothing += [f"CAST(NULL AS INTEGER) AS last_{event}" for event in level.days_since]
    asked = [f"coalesce(sum({t.event}) OVER within_{t.window_days}, 0) AS {t.name}" for t in added]
    asked += [f"day - max(last_{event}) OVER before AS days_since_{event}" for event in level.days_since]
    frames = [(f"within_{days}", str(days)) for days in sorted({tally.window_days for tally in added})]
    frames += [("before", "UNBOUNDED")] if level.days_since else []
    windows = ", ".join(
        f"{name} AS (PARTITION BY key ORDER BY day RANGE BETWEEN {start} PRECEDING AND 1 PRECEDING)"
        for name, start in frames
    )
    return f"""
CREATE TABLE at_{level.name} AS
SELECT key AS asked_key, day AS asked_day, {", ".join(asked)}
FROM (
    SELECT DISTINCT {own_key} AS key, day, true AS asks, {", ".join(nothing)} FROM line
    UNION ALL
    SELECT {own_key} AS key, day, false AS asks, {", ".join(seen)} FROM {events} GROUP BY ALL
)
WINDOW {windows}
QUALIFY asks
"""


def joins(sizes: Mapping[str, int]) -> str:
    """SQL that lays every level's answers beside the lines that asked."""
    return "\n".join(
        f"JOIN at_{name} ON at_{name}.asked_key = {key(level, sizes)} AND at_{name}.asked_day = day"
        for name, level in LEVELS.items()
    )
