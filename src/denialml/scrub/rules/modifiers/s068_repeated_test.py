"""S068: Repeated laboratory test says so.

What:
    A laboratory test on a second line of one day bears 91, or 59 or a subset where it is of another specimen.

Why:
    The second is denied as a duplicate.

Source:
    CPT modifier 91; Medicare Claims Processing Manual, chapter 16, section 100.5.1.

Fix:
    Add 91 where the test was repeated for a new result; never for a rerun of a bad one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import DISTINCT, LABORATORY
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView

_SAYS_SO: Final = DISTINCT | {"91", "76", "77", "26", "TC"}


@claim_rule("S068", severity=WARN, layer=5, prevents=("18",), remarks=("M80",), codes=LABORATORY)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for code, lines in claim.by_code.items():
        if code not in LABORATORY:
            continue
        seen = {each.day for each in claim.services if each.code == code and claim.same_group(each)}
        for line in lines:
            if line.day in seen and line.marks.isdisjoint(_SAYS_SO):
                yield Problem("2400 SV101-3", "the test stands on a second line of that day", code, "91", line.number)
            seen.add(line.day)
