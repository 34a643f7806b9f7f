"""Which unsent claim to look at first: dollars that an edit is expected to save, by the hour of looking.

    value of an hour = P(any line denied) x expected allowed x preventable share x 60 / minutes

The share and the minutes depend on the group of the claim's main reason (``prevention.csv``). A rate table with
minutes is the simplest form of ranking by expected profit under limited staff (Vanderschueren et al. 2022).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from denialml.money import share_of
from denialml.worklist.tables import prevention_of

_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class RiskCandidate:
    """An unsent claim with its latest prediction: probability that any line is denied, expected allowed in cents."""

    claim_id: int
    control_number: str
    probability: float
    expected_allowed_cents: int
    main_group: str


@dataclass(frozen=True, slots=True)
class RankedClaim:
    """A claim's place and why: ``at_risk_cents`` is probability x allowed, ``preventable_cents`` what an edit saves."""

    rank: int
    candidate: RiskCandidate
    at_risk_cents: int
    preventable_cents: int
    minutes: int
    value_per_hour_cents: int


def weighted(cents: int, weight: float) -> int:
    """``cents`` times a weight between 0 and 1, to the nearest cent, with the weight taken to six decimals."""
    return share_of(cents, round(weight * _MILLION), _MILLION)


def rank_risk(candidates: Iterable[RiskCandidate]) -> list[RankedClaim]:
    """The claims by value of an hour, largest first; ties by dollars at risk, then by control number."""
    valued = [_valued(candidate) for candidate in candidates]
    valued.sort(key=lambda c: (-c.value_per_hour_cents, -c.at_risk_cents, c.candidate.control_number))
    return [
        RankedClaim(rank, c.candidate, c.at_risk_cents, c.preventable_cents, c.minutes, c.value_per_hour_cents)
        for rank, c in enumerate(valued, 1)
    ]


def _valued(candidate: RiskCandidate) -> RankedClaim:
    prevention = prevention_of(candidate.main_group)
    at_risk = weighted(candidate.expected_allowed_cents, candidate.probability)
    preventable = weighted(at_risk, prevention.share)
    return RankedClaim(
        rank=0,
        candidate=candidate,
        at_risk_cents=at_risk,
        preventable_cents=preventable,
        minutes=prevention.minutes,
        value_per_hour_cents=share_of(preventable, 60, prevention.minutes),
    )
