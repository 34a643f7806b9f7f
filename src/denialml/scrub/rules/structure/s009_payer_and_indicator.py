"""S009: Payer id and claim filing indicator.

What:
    The claim names its payer by number, the filing indicator is one that the payer's contract knows, and Medicare as a
    later payer says why it is (insurance type).

Why:
    A claim with the wrong payer number or indicator goes to another payer or is refused at the door.

Source:
    837 guides, loops 2000B SBR and 2010BB NM1.

Fix:
    Take payer number and indicator from the payer list of the clearinghouse; give SBR05 when Medicare is not first.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICARE
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S009", severity=BLOCK, layer=2, prevents=("109", "16"), remarks=("N382",), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    coverage, known = claim.sent.coverage, claim.contract.filing_indicators
    if not coverage.payer_id:
        yield Problem("2010BB NM109", "the payer has no number")
    if not coverage.filing_indicator:
        yield Problem("2000B SBR09", "the claim filing indicator is missing")
    elif known and coverage.filing_indicator not in known:
        yield Problem(
            "2000B SBR09",
            "the payer's contract knows another filing indicator",
            coverage.filing_indicator,
            " ".join(sorted(known)),
        )
    if claim.kind == MEDICARE and coverage.sequence != "P" and not coverage.insurance_type:
        yield Problem("2000B SBR05", "Medicare pays second here: the insurance type must say why")
