"""What is simulated: how much, how long, from which seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from denialml.errors import UsageError


@dataclass(frozen=True, slots=True)
class SimulationConfig:
    """A history of ``claims`` professional claims over ``months`` months that ends on ``as_of``, its "today".

    Claims that become ready in the last ``draft_days`` days stay unsent. Twelve providers are the practice that the
    data describe; a larger number repeats its specialties. Payer policies have absolute dates (2025 and 2026), so
    another ``as_of`` sees other policy changes.

    Raises:
        UsageError: a number is out of its range.
    """

    claims: int = 40_000
    months: int = 18
    seed: int = 20260630
    as_of: date = date(2026, 6, 30)
    draft_days: int = 7
    providers: int = 12

    def __post_init__(self) -> None:
        lowest = {"claims": 1, "months": 1, "seed": 0, "draft_days": 0, "providers": 12}
        for name, least in lowest.items():
            if getattr(self, name) < least:
                raise UsageError(f"simulation: {name} must be at least {least}")

    @property
    def start(self) -> date:
        """The first day of the history: the first of a month, ``months`` months up to and with that of ``as_of``."""
        months = self.as_of.year * 12 + self.as_of.month - self.months
        return date(months // 12, months % 12 + 1, 1)

    @property
    def last_sent(self) -> date:
        """The last day on which claims may be sent; those ready later are drafts."""
        return self.as_of - timedelta(days=self.draft_days)
