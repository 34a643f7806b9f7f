"""S014: Sex code.

What:
    The patient's sex is sent as F, M or U.

Why:
    The element is required where the patient is described, and edits by sex rest on it.

Source:
    837 guides, DMG03.

Fix:
    Take it from the registration; U where it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S014", severity=BLOCK, layer=2, prevents=("16",), remarks=("MA39",), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    if claim.sent.treated_sex not in {"F", "M", "U"}:
        yield Problem("DMG03", "the patient's sex code is missing or not F, M or U", claim.sent.treated_sex, "F M U")
