"""S065: Two visits on one day.

What:
    One patient has one visit a day by one group and specialty, unless a modifier (25, 27) says that another was
    separate.

Why:
    The second is denied as a duplicate or as part of the first.

Source:
    Medicare Claims Processing Manual, chapter 12, section 30.6.5.

Fix:
    Combine both into one visit of the level that the day supports.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import PREVENTIVE, VISIT, CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView

_OWN_RULE: Final = PREVENTIVE | CodeSet("99292 99238 99239 99315 99316")


@claim_rule(
    "S065", severity=WARN, layer=5, prevents=("B14", "18"), remarks=("M86", "N20"), codes=VISIT, institutional=False
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    seen = {
        (each.day, each.npi)
        for each in claim.services
        if each.code in VISIT and each.code not in _OWN_RULE and claim.same_group(each)
    }
    days = {day for day, _ in seen}
    for line in claim.lines:
        if line.code not in VISIT or line.code in _OWN_RULE or not line.marks.isdisjoint({"25", "27"}):
            continue
        if line.day in days:
            yield Problem("2400 SV101-2", "the group billed another visit on that day", line.code, line=line.number)
        days.add(line.day)
