"""S144: Diagnoses are counted and marked.

What:
    A professional claim has 1 to 12 diagnoses, none twice, the first marked as principal (ABK) and the rest as others
    (ABF).

Why:
    More cannot be sent; a claim without any is refused.

Source:
    837P guide, HI in loop 2300.

Fix:
    Keep those that the services were for.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S144", severity=BLOCK, layer=2, prevents=("16",), remarks=("M76", "MA63"))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    codes, most = claim.diagnoses, 25 if claim.institutional else 12
    if not 1 <= len(codes) <= most:
        yield Problem("2300 HI", f"a claim has 1 to {most} diagnoses", str(len(codes)))
    if len(set(codes)) < len(codes):
        yield Problem("2300 HI", "a diagnosis stands twice")
    for place, each in enumerate(claim.sent.diagnoses):
        if each.qualifier != ("ABK" if place == 0 else "ABF"):
            yield Problem(f"2300 HI{place + 1:02d}-1", "the first diagnosis is marked ABK, others ABF", each.qualifier)
