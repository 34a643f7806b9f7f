"""S069: Problem visit beside a preventive one.

What:
    A problem visit on the day of a preventive visit bears 25.

Why:
    It is denied as part of the preventive visit.

Source:
    CPT guidelines on preventive medicine; Medicare Claims Processing Manual, chapter 12, section 30.6.1.1.

Fix:
    Add 25 where the problem needed work of its own; else do not bill it.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import OFFICE, PREVENTIVE, WELLNESS
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S069", severity=WARN, layer=5, prevents=("97",), remarks=("M15",), codes=PREVENTIVE | WELLNESS, institutional=False
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    days = {line.day for line in claim.lines if line.code in PREVENTIVE or line.code in WELLNESS}
    for line in claim.lines:
        if line.day in days and line.code in OFFICE and "25" not in line.marks:
            yield Problem(
                "2400 SV101-3", "a problem visit stands beside a preventive one", expected="25", line=line.number
            )
