"""S129: Qualified Medicare beneficiary is not charged.

What:
    A patient whom Medicare reports as a qualified beneficiary has paid nothing towards a covered service.

Why:
    Federal law forbids to bill them for Medicare's cost sharing.

Source:
    Social Security Act, section 1902(n)(3)(B); CMS eligibility answers.

Fix:
    Give the money back, and bill Medicaid for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.money import dollars
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S129", severity=BLOCK, layer=7, prevents=("303",), remarks=("N781",), payers=ANY_MEDICARE)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    cover = claim.cover
    if cover is None or not cover.qualified_beneficiary:
        return
    paid = sum(each.cents for each in claim.sent.amounts if each.qualifier == "F5")
    if paid > 0:
        yield Problem("2300 AMT*F5", "a qualified beneficiary paid for this", dollars(paid), dollars(0))
