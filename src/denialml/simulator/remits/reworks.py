"""Claims that a payer takes up again after it has answered them: another price, or a denial after all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from denialml.claims import replace
from denialml.simulator.decisions import Decision, LineDecision, Verdict
from denialml.simulator.dice import Fates, Weighted
from denialml.simulator.payer import Payer

TAKEBACKS: Final = frozenset({"takeback", "takeback-plb"})
_REASONS: Final[Weighted[tuple[str, tuple[str, ...]]]] = Weighted.of(
    {("22", ("MA04",)): 4, ("97", ("M15",)): 2, ("50", ("N115",)): 2, ("109", ("N418",)): 1}
)


@dataclass(frozen=True, slots=True)
class Rework:
    """A paid claim that will be taken up again; ``fault`` is how, empty when something else asks for it."""

    fault: str
    decision: Decision

    @property
    def takes_back(self) -> bool:
        """Whether all that was paid is denied after all."""
        return self.fault in TAKEBACKS


def reworked(payer: Payer, again: Rework, fates: Fates, day: date) -> Decision:
    """What a payer makes of the claim on that day: a denial that replaces its decision, or the same at another price.

    It remembers nothing of another price: its deductibles stay as they are.
    """
    decision = again.decision
    if again.takes_back:
        reason, remarks = _REASONS.at(fates.uniform("reason", decision.number))
        return payer.take_back(decision, Verdict(reason, "CO", remarks, whole_claim=True), day)
    percent = 78 + int(fates.uniform("percent", decision.number) * 37)
    return replace(decision, lines=_repriced(payer, decision, percent))


def days_until(fault: str, decision: Decision, fates: Fates) -> int:
    """How many days after its pay day a claim is taken up again."""
    fate = fates.uniform("days", decision.number)
    return 60 + int(fate * 151) if fault in TAKEBACKS else 21 + int(fate * 56)


def _repriced(payer: Payer, decision: Decision, percent: int) -> tuple[LineDecision, ...]:
    return tuple(
        line if line.price is None else replace(line, price=payer.fees.repriced(line.line, line.price, percent))
        for line in decision.lines
    )
