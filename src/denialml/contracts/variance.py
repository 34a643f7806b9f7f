"""What was allowed beside what was expected."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction

from denialml.contracts.terms import Terms


class Variance(StrEnum):
    """How an allowed amount lies beside the expected one."""

    UNDER = "under"
    EQUAL = "equal"
    OVER = "over"


def compared(expected_cents: int, allowed_cents: int, terms: Terms) -> Variance:
    """Under, equal or over: equal within the terms' cents or percent of the expected amount, whichever is wider."""
    off = abs(allowed_cents - expected_cents)
    if off <= terms.tolerance_cents or off <= Fraction(terms.tolerance_percent) * expected_cents / 100:
        return Variance.EQUAL
    return Variance.UNDER if allowed_cents < expected_cents else Variance.OVER
