"""Claims that a payer takes up again after it has answered them: another price, or a denial after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from denialml.claims import ClaimPayment, replace
from denialml.simulator.decisions import Decision, LineDecision, Verdict
from denialml.simulator.dice import Fates, Weighted
from denialml.simulator.payer import Payer
from denialml.simulator.remits.answers import answered

TAKEBACKS: Final = frozenset({"takeback", "takeback-plb"})
_REASONS: Final[Weighted[tuple[str, tuple[str, ...]]]] = Weighted.of(
    {("22", ("MA04",)): 4, ("97", ("M15",)): 2, ("50", ("N115",)): 2, ("109", ("N418",)): 1}
)


@dataclass(frozen=True, slots=True)
class Rework:
    """The new answer to a decided claim; ``fault`` is how it is told, empty when something else asks for it."""

    fault: str
    decision: Decision
    answer: ClaimPayment


def rework(payer: Payer, fault: str, decision: Decision, fates: Fates) -> Rework:
    """What a payer makes of a paid claim later. It remembers nothing of it: its deductibles stay as they are."""
    if fault in TAKEBACKS:
        lines = _denied(decision, fates)
    else:
        lines = _repriced(payer, decision, 78 + int(fates.uniform("percent", decision.number) * 37))
    answer = answered(payer, replace(decision, lines=lines))
    if fault == "payer-number-changed":
        answer = replace(answer, payer_control_number=f"{decision.number}C")
    return Rework(fault, decision, answer)


def days_until(fault: str, decision: Decision, fates: Fates) -> int:
    """How many days after its pay day a claim is taken up again."""
    fate = fates.uniform("days", decision.number)
    return 60 + int(fate * 151) if fault in TAKEBACKS else 21 + int(fate * 56)


def _repriced(payer: Payer, decision: Decision, percent: int) -> tuple[LineDecision, ...]:
    return tuple(
        line if line.price is None else replace(line, price=payer.fees.repriced(line.line, line.price, percent))
        for line in decision.lines
    )


def _denied(decision: Decision, fates: Fates) -> tuple[LineDecision, ...]:
    reason, remarks = _REASONS.at(fates.uniform("reason", decision.number))
    verdict = Verdict(reason, "CO", remarks, whole_claim=True)
    return tuple(
        replace(line, judgement=replace(line.judgement, verdict=verdict), price=None) for line in decision.lines
    )
