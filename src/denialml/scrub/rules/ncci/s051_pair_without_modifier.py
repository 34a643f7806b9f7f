"""S051: Pair of procedures without a modifier.

What:
    Where a pair has indicator 1, one of the two bears a modifier that tells them apart: site, digit, vessel, separate
    session or structure, or one of those for visits.

Why:
    Without it column 2 is denied as part of column 1.

Source:
    CMS NCCI procedure-to-procedure edits (quarterly); NCCI Policy Manual, chapter I, section E.

Fix:
    Add the modifier only where the record shows separate sites, sessions or structures; else take column 2 off.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import opened
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S051", tables=("ptp",), severity=BLOCK, layer=5, prevents=("97", "236"), remarks=("M80",), payers=FEDERAL)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for pair in claim.pairs:
        if pair.edit.indicator == "1" and not opened(pair):
            yield Problem(
                "2400 SV101-3",
                "this procedure needs a modifier beside another of that day",
                pair.column2.code,
                f"a modifier beside {pair.column1.code}",
                pair.line.number,
                claim.release("ptp"),
            )
