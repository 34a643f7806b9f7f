"""S056: One procedure on several lines.

What:
    A procedure with a limit for lines is not spread over lines of one day without a modifier that says why.

Why:
    Payers add such lines up, or deny the second as a duplicate.

Source:
    CMS NCCI medically unlikely edits; NCCI Policy Manual, chapter I, section V.

Fix:
    Put all units on one line, or add 76, 77, 91, 59, RT or LT as the record shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from denialml.scrub.codesets import ANATOMIC, DISTINCT
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FEDERAL, WARN, claim_rule
from denialml.scrub.view import ClaimView

_REASONS: Final = ANATOMIC | DISTINCT | {"76", "77", "91", "50", "JW", "JZ", "GP", "GO", "GN"}


@claim_rule("S056", tables=("mue",), severity=WARN, layer=5, prevents=("18", "151"), remarks=("N362",), payers=FEDERAL)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for code, lines in claim.by_code.items():
        if len(lines) < 2:
            continue
        limit = claim.unit_limit(code, lines[0].day)
        if limit is None or limit.adjudication != "1":
            continue
        bare: set[date] = set()
        for line in lines:
            if line.marks.isdisjoint(_REASONS):
                if line.day in bare:
                    yield Problem(
                        "2400 SV101-3", "the procedure stands on a second line without a reason", code, line=line.number
                    )
                bare.add(line.day)
