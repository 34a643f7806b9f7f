"""Published figures with their sources (``data/published.yaml``), and a simulated history laid beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from denialml.errors import BadInputError
from denialml.simulator.data import document
from denialml.simulator.decisions import Family
from denialml.simulator.measures import MEASURES, Scope
from denialml.simulator.tally import Tally

EACH_PAYER = "each payer"  #: the slice that makes a row of every payer
_TOLERANCE = 0.2  # a fifth
_READ = frozenset({"source", "secondary", "derived", "assumed"})
_PAYER_KINDS = frozenset({"medicare", "medicaid", "managed medicaid", "advantage", "commercial"})


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure from ``low`` to ``high`` (percentages as such), of the measure in ``scope``.

    ``read`` tells how the figure was come by: ``source``, ``secondary``, ``derived`` or ``assumed``; ``differs`` why a
    simulated one may lie farther away than a fifth.
    """

    measure: str
    slice: str
    low: float
    high: float
    source: str
    read: str
    scope: Scope
    differs: str = ""

    def near(self, value: float) -> bool:
        """Whether a value in the same unit lies within a fifth of what was published."""
        return self.low * (1 - _TOLERANCE) <= value <= self.high * (1 + _TOLERANCE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row: a simulated ``value`` in the unit of what was published; None where nothing was counted."""

    published: Published
    value: float | None

    @property
    def within(self) -> bool | None:
        """Whether it lies within a fifth of the published figure; None where nothing was counted."""
        return None if self.value is None else self.published.near(self.value)


def compare(tally: Tally) -> tuple[Comparison, ...]:
    """Every published figure beside the same of a simulated history."""
    return tuple(Comparison(each, _value(tally, each)) for figure in published() for each in _spread(figure, tally))


@cache
def published() -> tuple[Published, ...]:
    """The figures of ``data/published.yaml``.

    Raises:
        BadInputError: one of them cannot be used; the message names it.
    """
    return tuple(published_from(place, row) for place, row in enumerate(document("published.yaml")["figures"], 1))


def published_from(place: int, row: Mapping[str, Any]) -> Published:
    """One figure from its entry, the ``place``-th.

    Raises:
        BadInputError: it has an unknown key, measure, kind, cause or mark, or no figure or source.
    """
    for problem in _problems(row):
        raise BadInputError(f"published.yaml, figure {place}: {problem}")
    low = float(row["value"] if "value" in row else row["low"])
    high = float(row["value"] if "value" in row else row["high"])
    days = row.get("days", (0, 9_999))
    scope = Scope(tuple(row.get("among", ())), (int(days[0]), int(days[1])), float(row.get("at", 0.5)))
    return Published(row["measure"], row["slice"], low, high, row["source"], row["read"], scope, row.get("differs", ""))


def _problems(row: Mapping[str, Any]) -> Iterator[str]:
    known = {each.name for kind in (Published, Scope) for each in fields(kind)} - {"scope"} | {"value"}
    if unknown := sorted(row.keys() - known):
        yield f"unknown key {unknown[0]}; known are {', '.join(sorted(known))}"
    if row.get("measure") not in MEASURES:
        yield f"unknown measure {row.get('measure')}; known are {', '.join(MEASURES)}"
    if not row.get("slice") or not row.get("source"):
        yield "a figure has a slice and a source; add them"
    if row.get("read") not in _READ:
        yield f"read is one of {', '.join(sorted(_READ))}"
    if ("value" in row) == ("low" in row and "high" in row):
        yield "a figure is a value, or low and high; give one of the two"
    for word in row.get("among", ()):
        if str(word) != word:
            yield f"{word} is read as a number; put it into quotation marks"
    if row.get("measure") in {"overturned", "overturned_late"}:
        yield from (f"{word} is no cause of a denial" for word in row.get("among", ()) if word not in set(Family))
    elif row.get("measure") != "reason_share":
        yield from (f"{word} is no kind of payer" for word in row.get("among", ()) if word not in _PAYER_KINDS)


def _spread(figure: Published, tally: Tally) -> Iterator[Published]:
    if figure.slice != EACH_PAYER:
        yield figure
        return
    for key, payer in tally.payers.items():
        yield replace(figure, slice=payer.name, scope=replace(figure.scope, among=(key,)))


def _value(tally: Tally, figure: Published) -> float | None:
    measure = MEASURES[figure.measure]
    value = measure.take(tally, figure.scope)
    return 100 * value if value is not None and measure.unit == "%" else value
