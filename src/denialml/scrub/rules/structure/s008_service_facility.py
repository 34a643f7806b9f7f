"""S008: Service facility named.

What:
    A service in a hospital, surgical centre or nursing facility names the place where it was given, with its NPI.

Why:
    Payers price and check such services by the facility; without it they cannot.

Source:
    837P guide, loop 2310C; CMS place of service codes.

Fix:
    Add the facility with its NPI and street address.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView

_PLACES: Final = frozenset({"21", "22", "23", "24", "31", "32", "51", "61"})


@claim_rule("S008", severity=WARN, layer=4, prevents=("16",), remarks=("MA114", "N277"), institutional=False)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    facility = claim.sent.facility
    if facility is not None and facility.npi:
        return
    for line in claim.lines:
        if line.place in _PLACES and not (line.sent.facility and line.sent.facility.npi):
            yield Problem(
                "2310C NM109", "the place of service needs the facility and its NPI", line.place, line=line.number
            )
