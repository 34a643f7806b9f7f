"""What is simulated: how much, how long, where, by which payers, with which faults, from which seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from denialml.errors import UsageError

_LARGEST_PRACTICE = 60_000  # claims; more are a billing company's
_COMPANY = 30  # practices of a billing company
_LARGEST_OF_COMPANY = 40_000  # claims of one of its practices on average


class World(StrEnum):
    """Who sends the claims. ``AUTO`` is a group, or a billing company when there are more claims than a group has."""

    AUTO = "auto"
    CLINIC = "clinic"
    GROUP = "group"
    COMPANY = "company"


@dataclass(frozen=True, slots=True)
class SimulationConfig:
    """A history of ``claims`` professional claims over ``months`` months that ends on ``as_of``, its "today".

    Claims that become ready in the last ``draft_days`` days stay unsent. ``payers`` is a folder of policy files in
    place of those that come with denialml. ``faults`` are names of :data:`denialml.simulator.faults.FAULTS` with their
    rates. ``random_share`` is the part of people's choices that a coin makes, logged as such. Payer policies have
    absolute dates (2025 and 2026), so another ``as_of`` sees other policy changes.

    Raises:
        UsageError: a number is out of its range.
    """

    claims: int = 40_000
    months: int = 18
    seed: int = 20260630
    as_of: date = date(2026, 6, 30)
    draft_days: int = 7
    world: World = World.AUTO
    payers: Path | None = None
    faults: tuple[tuple[str, float], ...] = ()
    random_share: float = 0.0

    def __post_init__(self) -> None:
        lowest = {"claims": 1, "months": 1, "seed": 0, "draft_days": 0}
        for name, least in lowest.items():
            if getattr(self, name) < least:
                raise UsageError(f"simulation: {name} must be at least {least}")
        if not 0 <= self.random_share <= 1:
            raise UsageError("simulation: random_share is a share between 0 and 1")

    @property
    def practices(self) -> int:
        """How many practices send the claims: one, or thirty or more of a billing company."""
        if self.world is World.COMPANY or (self.world is World.AUTO and self.claims > _LARGEST_PRACTICE):
            return max(_COMPANY, -(-self.claims // _LARGEST_OF_COMPANY))
        return 1

    @property
    def start(self) -> date:
        """The first day of the history: the first of a month, ``months`` months up to and with that of ``as_of``."""
        months = self.as_of.year * 12 + self.as_of.month - self.months
        return date(months // 12, months % 12 + 1, 1)

    @property
    def last_sent(self) -> date:
        """The last day on which claims may be sent; those ready later are drafts."""
        return self.as_of - timedelta(days=self.draft_days)
