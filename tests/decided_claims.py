"""Claims of a test's payer, decided by the test itself: which lines are denied, what the others are paid, and when."""

from __future__ import annotations

from datetime import date

from denialml.claims import Adjustment, Claim, Procedure, ServiceLine, replace
from denialml.simulator.decisions import Decision, Judgement, LineDecision, Verdict
from denialml.simulator.pricing import Price
from simulated_payer import RECEIVED, claim

DENIED = Verdict("50", "CO", ("N115",), whole_claim=False)
LACKING = Verdict("16", "CO", ("N382",), whole_claim=True)
PAYS_ON = date(2025, 3, 18)  # a Tuesday, as the test's payer pays on


def decided(
    serial: int = 1,
    *codes: str,
    verdicts: tuple[Verdict | None, ...] = (),
    pays_on: date = PAYS_ON,
    received_on: date = RECEIVED,
    replaces: Decision | None = None,
    made: Claim | None = None,
    allowed_percent: int = 40,
) -> Decision:
    """A decision of a claim with a line for each code; a line is covered unless a verdict stands in its place."""
    codes = codes or ("99214", "36415")
    of = made or claim(serial, *codes)
    if made is None:
        first = replace(of.lines[0], procedure=Procedure(codes[0], ("25",)))
        of = replace(of, lines=(first, *of.lines[1:]))
    if replaces is not None:
        of = replace(of, frequency="7")
    padded = (*verdicts, *(None,) * len(of.lines))
    lines = tuple(_line(line, verdict, allowed_percent) for line, verdict in zip(of.lines, padded, strict=False))
    return Decision(of, f"TP{serial:07d}{_depth(replaces)}", received_on, pays_on, lines, replaces=replaces)


def _depth(replaced: Decision | None) -> int:
    """How many decisions this one comes after."""
    return 0 if replaced is None else 1 + _depth(replaced.replaces)


def _line(line: ServiceLine, verdict: Verdict | None, percent: int) -> LineDecision:
    judgement = Judgement(line, 0.1, (), verdict)
    allowed = line.charge_cents * percent // 100
    shares = [("1", 1_000), ("2", (allowed - 1_000) // 5)]
    patient = sum(cents for _, cents in shares)
    price = Price(
        allowed,
        allowed - patient,
        patient,
        (Adjustment("CO", "45", line.charge_cents - allowed), *(Adjustment("PR", r, c) for r, c in shares)),
    )
    return LineDecision(judgement, None if verdict else price, price.paid_cents)
