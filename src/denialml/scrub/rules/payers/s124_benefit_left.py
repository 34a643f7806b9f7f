"""S124: Visits left of the benefit.

What:
    Where the payer answered how many visits are left, the claim does not need more.

Why:
    What is beyond the benefit is denied and falls to the patient.

Source:
    eligibility answers (271, EB01 F and HSD) in the practice's record.

Fix:
    Ask for more visits, or tell the patient.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import CHIROPRACTIC, THERAPY, CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S124",
    severity=BLOCK,
    layer=7,
    prevents=("35", "119", "149"),
    remarks=("N362",),
    stages=FROM_BOOKING,
    codes=THERAPY | CHIROPRACTIC | CodeSet("90791-90853"),
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    cover = claim.cover
    if cover is None or cover.visits_left is None:
        return
    limited = THERAPY | CHIROPRACTIC | CodeSet("90791-90853")
    days = {line.day for line in claim.lines if line.code in limited}
    if len(days) > cover.visits_left:
        yield Problem("2400", "the claim needs more visits than are left", str(len(days)), str(cover.visits_left))
