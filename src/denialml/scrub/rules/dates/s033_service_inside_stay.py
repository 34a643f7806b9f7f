"""S033: Inpatient services lie within the stay.

What:
    A service in an inpatient place is not before the admission nor after the discharge that the claim names; an
    institution's lines lie within its statement period.

Why:
    A line outside the stay is taken for a wrong date.

Source:
    837 guides, DTP*435, DTP*096 and DTP*434.

Fix:
    Correct the date of the line or of the stay.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import dated
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S033", severity=WARN, layer=4, prevents=("16",), remarks=("M52",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    statement = next((each for each in claim.sent.dates if each.qualifier == "434"), None)
    discharged = dated(claim.sent.dates, "096")
    for line in claim.lines:
        if statement and not line.sent.undated and not statement.day <= line.day <= (statement.until or statement.day):
            yield Problem(
                "2400 DTP*472", "the service is outside the statement period", line.day.isoformat(), line=line.number
            )
        if discharged and line.place == "21" and line.day > discharged:
            yield Problem("2400 DTP*472", "the service is after the discharge", line.day.isoformat(), line=line.number)
