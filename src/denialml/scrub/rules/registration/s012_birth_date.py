"""S012: Birth date is there and possible.

What:
    The patient has a birth date, not after the first service, and is at most 125 years old.

Why:
    Payers identify the patient by it, and age edits rest on it.

Source:
    837 guides, DMG02.

Fix:
    Ask the patient or read it from an identity card; a century typed wrong is the usual cause.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S012", severity=BLOCK, layer=4, prevents=("14", "16"), remarks=("N329",), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    birth = claim.birth
    if birth is None:
        yield Problem("DMG02", "the patient's birth date is missing")
    elif birth > claim.day:
        yield Problem("DMG02", "the patient was born after the service", birth.isoformat())
    elif (claim.age(claim.day) or 0) > 125:
        yield Problem("DMG02", "the patient would be older than 125 years", birth.isoformat())
