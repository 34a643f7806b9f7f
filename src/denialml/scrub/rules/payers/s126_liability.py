"""S126: Who is liable for an accident.

What:
    A claim for an injury at work goes to workers' compensation, one for a car accident to the car's insurer, before any
    other, or says that it has answered.

Why:
    Health payers deny what somebody else must pay first.

Source:
    42 CFR 411.40 to 411.54; 837P guide, CLM11; state law.

Fix:
    Get the number of the claim at the liable insurer and bill it first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView

_LIABLE: Final = {"EM": frozenset({"WC"}), "AA": frozenset({"AM", "LM", "LI"})}


@claim_rule("S126", severity=BLOCK, layer=7, prevents=("19", "20", "21"), remarks=("N418",), institutional=False)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    related, coverage = claim.sent.related_causes, claim.sent.coverage
    if related is None:
        return
    for cause in related.causes:
        liable = _LIABLE.get(cause)
        if liable is None or coverage.filing_indicator in liable:
            continue
        if not any(each.filing_indicator in liable for each in claim.sent.other_payers):
            yield Problem(
                "2000B SBR09",
                "somebody else is liable for this accident",
                cause,
                " or ".join(sorted(liable)),
                reasons=("19",) if cause == "EM" else ("20", "21"),
            )
    if coverage.filing_indicator in {"WC", "AM"} and not claim.sent.reference("Y4"):
        yield Problem("2010BA REF*Y4", "the number of the accident's claim is missing")
