"""How values look in the app: tables with money, shares and days, and the waterfall of a prediction's reasons."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import altair as alt
import pandas as pd
import streamlit as st

from denialml.service.waterfall import Step

# Spreadsheets run a cell that begins like this as a formula, and every table here can be downloaded.
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")

_MARKUP: Final = re.compile(r"([\\*_\[\]<>#$~|:])")

_COLOURS: Final = {"base": "#8a98a6", "raises": "#c2513f", "lowers": "#3f8f6b", "total": "#1f5f8b"}
_BAR_PIXELS: Final = 34
_ROWS_ON_A_SCREEN: Final = 18
_TABLE_PIXELS: Final = 640
_MARGIN_LOG_ODDS: Final = 0.6  # room for the labels beside the outermost bars


def money(label: str, *, help_text: str | None = None, cents: bool = False) -> Any:
    """A column of dollars, whole ones unless ``cents`` are asked for."""
    return st.column_config.NumberColumn(label, format="dollar" if cents else "$%,.0f", width=100, help=help_text)


def share(label: str, *, help_text: str | None = None) -> Any:
    """A column of per cent (see :func:`in_per_cent`), shown as a bar."""
    return st.column_config.ProgressColumn(
        label, format="%.0f%%", min_value=0.0, max_value=100.0, width=130, help=help_text
    )


def day(label: str, *, help_text: str | None = None) -> Any:
    """A column of dates."""
    return st.column_config.DateColumn(label, format="YYYY-MM-DD", width=100, help=help_text)


def words(label: str, *, width: Any = None, help_text: str | None = None) -> Any:
    """A column of text."""
    return st.column_config.TextColumn(label, width=width, help=help_text)


def whole(label: str, *, help_text: str | None = None) -> Any:
    """A column of whole numbers."""
    return st.column_config.NumberColumn(label, format="%d", width=max(48, 10 * len(label)), help=help_text)


def in_dollars(cents: int | None) -> float | None:
    """Dollars for a column of a table. The last step before the screen: nothing is ever computed from it."""
    return None if cents is None else cents / 100


def in_per_cent(probability: float) -> float:
    """Per cent for a column of shares."""
    return 100.0 * probability


def big_money(cents: int) -> str:
    """An amount for a headline, in whole dollars."""
    return f"{'-' if cents < 0 else ''}${(abs(cents) + 50) // 100:,}"


def per_cent(probability: float) -> str:
    """A probability for people."""
    return f"{probability:.0%}" if 0.01 <= probability <= 0.99 else f"{probability:.1%}"


def days_left(days: int | None) -> str:
    """Days to a deadline for people."""
    if days is None:
        return "no limit known"
    if days < 0:
        return f"{-days} days ago"
    return "today" if days == 0 else f"{days} days left"


def iso(on: date | None) -> str:
    """A date for people, or a dash."""
    return on.isoformat() if on else "-"


def safe_text(value: str) -> str:
    """Text for a cell that a spreadsheet will not run as a formula."""
    return f"'{value}" if len(value) > 1 and value.startswith(_FORMULA_STARTS) else value


def plain(text: str) -> str:
    """Text from outside for a place that renders Markdown: no link, image, formula or colour can come out of it.

    Backticks stay: our own messages name commands in them, and they render nothing but type.
    """
    return _MARKUP.sub(r"\\\1", text)


def table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A frame of rows, every text in it safe to download."""
    return pd.DataFrame(
        [{name: safe_text(cell) if isinstance(cell, str) else cell for name, cell in row.items()} for row in rows]
    )


def height(rows: int) -> Any:
    """As tall as its rows, and no taller than a screen."""
    return "content" if rows <= _ROWS_ON_A_SCREEN else _TABLE_PIXELS


def waterfall(steps: Sequence[Step]) -> alt.LayerChart | alt.FacetChart:
    """Reasons from the base to the prediction, in log-odds, where they add up; its axis says probabilities."""
    ends = [step.end for step in steps]
    floor, ceiling = min(ends) - 1.0, max(ends) + _MARGIN_LOG_ODDS
    frame = pd.DataFrame([_bar(step, floor) for step in steps])
    order = [step.label for step in steps]
    scale = alt.Scale(domain=[floor, ceiling], nice=False, zero=False)
    axis = alt.Axis(
        title="Probability of denial",
        labelExpr="format(1 / (1 + exp(-datum.value)), '.0%')",
        values=_ticks(floor, ceiling),
        grid=True,
    )
    base = alt.Chart(frame).encode(
        y=alt.Y("label:N", sort=order, title=None, axis=alt.Axis(labelLimit=280, ticks=False, domain=False)),
        tooltip=[
            alt.Tooltip("label:N", title="Reason"),
            alt.Tooltip("fact:N", title="Fact"),
            alt.Tooltip("change:Q", title="Log-odds", format="+.2f"),
            alt.Tooltip("probability:Q", title="Probability after it", format=".1%"),
        ],
    )
    bars = base.mark_bar(cornerRadius=2, height={"band": 0.62}).encode(
        x=alt.X("left:Q", scale=scale, axis=axis),
        x2="right:Q",
        color=alt.Color("kind:N", scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())), legend=None),
    )
    labels = base.mark_text(align="left", dx=6, color="#1c2733").encode(x=alt.X("right:Q", scale=scale), text="shown:N")
    return alt.layer(bars, labels, height=_BAR_PIXELS * len(steps) + 40)


def _bar(step: Step, floor: float) -> dict[str, Any]:
    start = floor if step.kind in {"base", "total"} else step.start
    change = step.end if step.kind in {"base", "total"} else step.end - step.start
    return {
        "label": step.label,
        "kind": step.kind,
        "left": min(start, step.end),
        "right": max(start, step.end),
        "fact": step.fact,
        "change": change,
        "probability": step.probability,
        "shown": f"{'' if step.kind in {'base', 'total'} else 'to '}{per_cent(step.probability)}",
    }


def _ticks(floor: float, ceiling: float) -> list[float]:
    """Log-odds of round probabilities inside the axis."""
    shares = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)
    return [value for p in shares if floor <= (value := math.log(p / (1 - p))) <= ceiling]
