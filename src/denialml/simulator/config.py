"""What is simulated: how much, how long, where, by which payers, with which faults, from which seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from denialml.errors import UsageError
from denialml.simulator.worlds import practices_of

_LARGEST_GROUP = 60_000  # claims; more are a billing company's
_LARGEST_OF_COMPANY = 40_000  # claims of one of its practices on average


@dataclass(frozen=True, slots=True)
class SimulationConfig:
    """A history of ``claims`` professional claims over ``months`` months that ends on ``as_of``, its "today".

    Claims that become ready in the last ``draft_days`` days stay unsent. ``world`` is ``clinic``, ``group`` or
    ``company``; without it claims are a group's, or a billing company's when there are more than 60,000. ``payers`` is
    a folder of policy files in place of those that come with denialml. ``faults`` are names of
    :data:`denialml.simulator.faults.FAULTS` with their rates. ``random_share`` is the part of people's choices that a
    coin makes, logged as such. Policies and changes of staff have absolute dates (2025 and 2026), so another ``as_of``
    sees others.

    Raises:
        UsageError: a number is out of its range, or there is no such world.
    """

    claims: int = 40_000
    months: int = 18
    seed: int = 20260630
    as_of: date = date(2026, 6, 30)
    draft_days: int = 7
    world: str = ""
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
        practices_of(self.kind)

    @property
    def kind(self) -> str:
        """The world, whether it was asked for or follows from the number of claims."""
        return self.world or ("company" if self.claims > _LARGEST_GROUP else "group")

    @property
    def practices(self) -> int:
        """How many practices send the claims: one, or thirty and more of a billing company."""
        least = practices_of(self.kind)
        return least if least == 1 else max(least, -(-self.claims // _LARGEST_OF_COMPANY))

    @property
    def start(self) -> date:
        """The first day of the history: the first of a month, ``months`` months up to and with that of ``as_of``."""
        months = self.as_of.year * 12 + self.as_of.month - self.months
        return date(months // 12, months % 12 + 1, 1)

    @property
    def last_sent(self) -> date:
        """The last day on which claims may be sent; those ready later are drafts."""
        return self.as_of - timedelta(days=self.draft_days)
