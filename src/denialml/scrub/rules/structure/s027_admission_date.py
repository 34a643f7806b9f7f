"""S027: Admission date of inpatient places.

What:
    A service in an inpatient place has the day of admission, not after the service.

Why:
    Payers match the professional claim with the stay.

Source:
    837P guide, DTP*435 in loop 2300.

Fix:
    Take the day of admission from the hospital's face sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.facts import dated
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView

_INPATIENT: Final = frozenset({"21", "51", "61"})


@claim_rule("S027", severity=BLOCK, layer=4, prevents=("16",), remarks=("MA40",), institutional=False)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for line in claim.lines:
        if line.place in _INPATIENT:
            admitted = dated(claim.sent.dates, "435")
            if admitted is None:
                yield Problem("2300 DTP*435", "an inpatient place needs the day of admission", line=line.number)
            elif admitted > line.day:
                yield Problem(
                    "2300 DTP*435", "the admission is after the service", admitted.isoformat(), line=line.number
                )
