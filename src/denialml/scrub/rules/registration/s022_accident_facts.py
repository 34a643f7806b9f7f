"""S022: Facts of an accident.

What:
    Where an injury or external cause is coded, the claim says whether an accident caused it; a car accident names its
    state, and any accident its day.

Why:
    Payers hold injury claims until they know whether somebody else is liable.

Source:
    837 guides, CLM11 and DTP*439; ICD-10-CM chapters 19 and 20.

Fix:
    Ask the patient how and when it happened; enter cause, day and, for a car, the state.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import dated
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S022", severity=BLOCK, layer=4, prevents=("19", "20", "21", "16"), remarks=("N305",), institutional=False)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    related = claim.sent.related_causes
    if related is None:
        external = next((code for code in claim.diagnoses if code[:1] in "VWXY"), "")
        if external:
            yield Problem("2300 CLM11", "an external cause is coded, and no related cause is given", external)
        return
    if "AA" in related.causes and not related.state and not related.country:
        yield Problem("2300 CLM11-4", "a car accident needs the state where it happened")
    if dated(claim.sent.dates, "439") is None and any(cause != "EM" for cause in related.causes):
        yield Problem("2300 DTP*439", "the day of the accident is missing")
