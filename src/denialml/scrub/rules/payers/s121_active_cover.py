"""S121: Cover active on the day of service.

What:
    Where the payer answered an eligibility request for that day, the answer says that cover is active.

Why:
    A claim for somebody not covered is denied whatever else is right.

Source:
    eligibility answers (271, EB01) in the practice's record.

Fix:
    Ask the patient for the present card and send the claim there.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S121", severity=BLOCK, layer=7, prevents=("27", "26", "31", "177", "200"), remarks=("N30",), stages=FROM_BOOKING
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    cover = claim.cover
    if cover is not None and cover.active is False:
        yield Problem("2010BA", "the payer answered that no cover was active", claim.day.isoformat())
