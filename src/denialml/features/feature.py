"""What a declared feature is, and a declared level of history. Plain values; nothing here reads data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "category"]
"""``number`` (nullable 32-bit float; null is unknown) or ``category`` (string, never null, empty is "not given")."""

AsOf = Literal["known_on", "received_on"]
"""The date that decides whether a fact may be seen: the day a claim was ready, or the day a remittance came."""

Statistic = Literal[
    "value",  # of the claim itself
    "lines",  # how many lines: adjudicated ones (outcomes) or ready ones (lines)
    "claims",  # how many claims
    "denied",  # how many of the adjudicated lines were denied
    "rate",  # denied / lines, shrunk to a wider history
    "rate_change",  # the last days' rate less the year's
    "days_since",  # days since the last such event
    "ratio",  # one amount of money for another
]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column that a model may see.

    ``meaning`` says it in a biller's words; ``inputs`` names the snapshot columns it is computed from; ``as_of`` the
    date that cuts what it sees; ``group`` the biller's reason it belongs to (a key of ``GROUPS``). ``unit`` is
    ``cents``, ``days``, ``lines``, ``claims``, ``share`` (0 to 1), ``flag`` (0 or 1), ``code``, ``units``, ``years``,
    ``log`` or ``number``.

    A feature of the claim itself has its SQL ``expression`` over one enriched line. A feature of history has a
    ``level`` (a key of ``LEVELS``), a ``statistic`` of it, the window in days (None: all that came before) and, when
    only denials for some reasons count, their ``family`` (a key of ``FAMILIES``).
    """

    name: str
    meaning: str
    inputs: tuple[str, ...]
    as_of: AsOf
    kind: Kind
    group: str
    unit: str
    expression: str = ""
    level: str = ""
    statistic: Statistic = "value"
    window_days: int | None = None
    family: str = ""

    @property
    def is_evidence(self) -> bool:
        """A count of denials behind a rate: for sentences. Lines and rate already tell a model all of it."""
        return self.statistic == "denied"


@dataclass(frozen=True, slots=True)
class Level:
    """One grain at which the practice's history is counted: all events whose ``keys`` equal the line's.

    ``source`` says which events: ``outcomes`` (first adjudications, seen once received) or ``lines`` (lines of other
    claims, seen once ready). ``words`` completes "... lines ..." in a sentence ("of this procedure to this payer").

    A denial rate over ``n`` lines with ``d`` denied is ``(d + prior_lines * r) / (n + prior_lines)``; ``r`` is the
    rate of the ``parent`` level over the same window (windows under 60 days: this level's own rate over a year; no
    parent: a declared constant). ``families`` of reasons are counted apart over a year, their rates shrunk to zero.
    ``days_since`` names the events whose recency is kept: ``denial``, ``payment`` (not denied), ``line`` or a family.
    ``keeps_allowed`` adds up what paid lines were allowed for their charge, ``shares`` names what else is added up.
    """

    name: str
    keys: tuple[str, ...]
    words: str
    group: str
    source: Literal["outcomes", "lines"] = "outcomes"
    parent: str = ""
    windows: tuple[int, ...] = (90, 365)
    prior_lines: int = 20
    families: tuple[str, ...] = ()
    days_since: tuple[str, ...] = ("denial",)
    keeps_allowed: bool = False
    shares: tuple[str, ...] = ()
