"""What a payer would allow for a service, from what it has allowed before. Never from the billed amount alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from denialml.money import share_of

# Below ten paid lines the ratio of one payer and procedure is mostly noise: the next wider history answers instead.
MINIMUM_LINES: Final = 10

# When there is no history at all: the median allowed share of charge for Medicare, 1 / 2.5 (Bai and Anderson,
# JAMA 2017: physicians charge a median of 2.5 times what Medicare allows).
NO_HISTORY: Final = (2, 5)


@dataclass(frozen=True, slots=True)
class AllowedSum:
    """Paid lines of one payer and procedure: how many, what was charged, what was allowed, in cents."""

    payer_id: int
    procedure: str
    lines: int
    charge_cents: int
    allowed_cents: int


@dataclass(frozen=True, slots=True)
class ExpectedAllowed:
    """An expected allowed amount in cents, and the history it stands on, in words."""

    cents: int
    basis: str


class AllowedHistory:
    """Allowed share of charge by payer and procedure, falling back to payer, then procedure, then everything."""

    def __init__(self, sums: Iterable[AllowedSum]) -> None:
        self._sums: dict[tuple[int | None, str | None], list[int]] = {}
        for row in sums:
            for key in (
                (row.payer_id, row.procedure),
                (row.payer_id, None),
                (None, row.procedure),
                (None, None),
            ):
                total = self._sums.setdefault(key, [0, 0, 0])
                total[0] += row.lines
                total[1] += row.charge_cents
                total[2] += row.allowed_cents

    def expected(self, payer_id: int, procedure: str, charge_cents: int) -> ExpectedAllowed:
        """What this payer is expected to allow of a charge for a procedure, never more than the charge."""
        levels = (
            ((payer_id, procedure), "this payer and procedure"),
            ((payer_id, None), "this payer, all procedures"),
            ((None, procedure), "this procedure, all payers"),
            ((None, None), "all payers and procedures"),
        )
        for key, words in levels:
            lines, charge, allowed = self._sums.get(key, (0, 0, 0))
            if lines >= MINIMUM_LINES and charge > 0:
                cents = min(share_of(charge_cents, max(allowed, 0), charge), charge_cents)
                return ExpectedAllowed(cents, f"{lines:,} paid lines of {words}")
        return ExpectedAllowed(share_of(charge_cents, *NO_HISTORY), "no history: the national median for Medicare")
