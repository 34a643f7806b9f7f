"""What people chose, and how probable that choice was: labels are selected by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice about a claim. ``propensity`` is its probability given what the office saw when it chose.

    ``kind`` says at which table it was made, ``rule`` by which of the office's rules, ``action`` what was chosen;
    ``random`` is set where a coin chose and not the rule.
    """

    control_number: str
    day: date
    kind: str
    person: str
    rule: str
    propensity: float
    random: bool
    action: str
