"""The reference of features, written from their declarations: ``python -m denialml.features.reference FILE``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from denialml.features.columns import KEY_COLUMNS, LABEL_COLUMNS
from denialml.features.declarations import FEATURES
from denialml.features.feature import Feature, Level
from denialml.features.levels import ALLOWED_MINIMUM_LINES, DEFAULT_ALLOWED_RATIO, LEVELS, PRIOR_RATE
from denialml.features.vocabulary import FAMILIES, FAMILY_GROUPS, GROUPS

_INTRODUCTION = f"""# Features

Written from the declarations in `src/denialml/features` by `python -m denialml.features.reference`; a test fails when
it is stale. One row stands for one service line, as it could be known on **T**, the day its claim was ready
(`known_on`).

## What is seen as of T

- The claim itself is seen whole, with all its lines.
- Other claims are seen when they were ready **before** T. Claims that were ready on the same day do not see each other.
- Adjudications are seen when their remittance was received **before** T, and only the first final one of each line.
- A window of *w* days reaches from T - *w* to T - 1, both included.

So what came on T itself is never seen: nobody can say which of two things of one day came first. Two tests hold it:
one compares every feature with a plain loop over all events, one replaces the future and demands the same features.

## How a rate is smoothed

A level with *n* adjudicated lines in a window, *d* of them denied, has the rate (d + k r) / (n + k). Here *k* is the
level's prior strength in lines and *r* the rate of its parent level over the same window. Windows under 60 days show
drift: their *r* is the level's own rate over 365 days. The practice as a whole starts from {PRIOR_RATE}. Rates for a
family of reasons are shrunk to zero: d / (n + k). For every rate the table holds *n* (`..._lines_...`) and *d*
(`..._denied_...`).

`expected_allowed_ratio` uses the first level with at least {ALLOWED_MINIMUM_LINES} paid lines, else \
{DEFAULT_ALLOWED_RATIO}.

## How it is computed

DuckDB reads the Parquet snapshot, describes every line and its claim, and hands over events. For each level, events
and questions become integers (key, day); the events are sorted once, their shares summed up, and each window is a
difference of two sums found by binary search. The work is one sort a level, however skewed its keys. Memory holds one
level for each thread; the counts wait in scratch files beside the target and the table is written in runs of lines.
The same table built wholly in SQL, with DuckDB's RANGE windows over the union of events and questions, had the same
values and took about four times the processor time for 1.75 million lines (ASOF joins about as much as the windows).
"""


def render() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_INTRODUCTION, *_levels(), *_families(), *_features(), ""])


def _levels() -> Iterator[str]:
    yield "## Levels of history\n"
    yield "| Level | All lines with the same | Counted over | Windows, days | Parent | Prior, lines |"
    yield "|---|---|---|---|---|---|"
    for level in LEVELS.values():
        yield _level_row(level)
    yield ""


def _level_row(level: Level) -> str:
    same = ", ".join(f"`{key}`" for key in level.keys) or "(all)"
    over = "first adjudications" if level.source == "outcomes" else "lines of other claims"
    windows = ", ".join(map(str, level.windows))
    prior = str(level.prior_lines) if level.source == "outcomes" else ""
    return f"| `{level.name}` | {same} | {over} | {windows} | {level.parent and f'`{level.parent}`'} | {prior} |"


def _families() -> Iterator[str]:
    yield "## Families of denial reasons\n"
    yield "| Family | CARC | Reason group |"
    yield "|---|---|---|"
    for name, codes in FAMILIES.items():
        yield f"| `{name}` | {', '.join(sorted(codes, key=_by_number))} | {GROUPS[FAMILY_GROUPS[name]]} |"
    yield ""


def _by_number(code: str) -> tuple[int, str]:
    return len(code), code


def _features() -> Iterator[str]:
    yield "## Columns\n"
    yield f"Keys: {', '.join(f'`{name}`' for name in KEY_COLUMNS)}."
    yield f"Labels: {', '.join(f'`{name}`' for name in LABEL_COLUMNS)}.\n"
    for group, title in GROUPS.items():
        yield f"### {title} (`{group}`)\n"
        yield "| Feature | Meaning | Unit | Kind | Cut by | From |"
        yield "|---|---|---|---|---|---|"
        yield from (_feature_row(feature) for feature in FEATURES if feature.group == group)
        yield ""


def _feature_row(feature: Feature) -> str:
    inputs = ", ".join(f"`{name}`" for name in feature.inputs)
    return f"| `{feature.name}` | {feature.meaning} | {feature.unit} | {feature.kind} | `{feature.as_of}` | {inputs} |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), encoding="utf-8")
