"""What is simulated: how much, how long, from which seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from denialml.errors import UsageError
from denialml.simulator.worlds import practices_of


@dataclass(frozen=True, slots=True)
class SimulationConfig:
    """A history of ``claims`` professional claims over ``months`` months that ends on ``as_of``, its "today".

    Claims that become ready in the last ``draft_days`` days stay unsent. ``world`` is ``clinic``, ``group`` or
    ``company``; ``practices`` is how many practices the company bills for, 0 for as many as the data say. Policies and
    changes of staff have absolute dates (2025 and 2026), so another ``as_of`` sees others. ``random_share`` is the
    share of claims and denials about which a coin decides in place of the office's rules.

    Raises:
        UsageError: a number is out of its range, or there is no such world.
    """

    claims: int = 40_000
    months: int = 18
    seed: int = 20260630
    as_of: date = date(2026, 6, 30)
    draft_days: int = 7
    world: str = "group"
    practices: int = 0
    random_share: float = 0.0

    def __post_init__(self) -> None:
        lowest = {"claims": 1, "months": 1, "seed": 0, "draft_days": 0, "practices": 0}
        for name, least in lowest.items():
            if getattr(self, name) < least:
                raise UsageError(f"simulation: {name} must be at least {least}")
        if not 0 <= self.random_share <= 1:
            raise UsageError("simulation: random_share must lie between 0 and 1")
        if practices_of(self.world) == 1 and self.practices > 1:
            raise UsageError(f"simulation: the {self.world} is one practice; only a company has more")

    @property
    def practice_count(self) -> int:
        """How many practices there are."""
        return self.practices or practices_of(self.world)

    @property
    def start(self) -> date:
        """The first day of the history: the first of a month, ``months`` months up to and with that of ``as_of``."""
        months = self.as_of.year * 12 + self.as_of.month - self.months
        return date(months // 12, months % 12 + 1, 1)

    @property
    def last_sent(self) -> date:
        """The last day on which claims may be sent; those ready later are drafts."""
        return self.as_of - timedelta(days=self.draft_days)
