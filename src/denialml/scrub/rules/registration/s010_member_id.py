"""S010: Member number has the payer's pattern.

What:
    A Medicare number is eleven characters in CMS's pattern, and any other member number fits the pattern that the
    payer's contract records.

Why:
    A number that cannot exist is answered with "patient not identified".

Source:
    CMS, Medicare Beneficiary Identifier format; the payer's companion guide.

Fix:
    Read the number from the card again; Medicare's has no letters S, L, O, I, B or Z.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.ids import MBI
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICARE
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S010", severity=BLOCK, layer=5, prevents=("31", "140"), remarks=("N382",), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    member, pattern = claim.sent.coverage.member_id, claim.contract.member_id
    if not member:
        yield Problem("2010BA NM109", "the member number is missing")
    elif claim.kind == MEDICARE and not MBI.is_valid(member):
        yield Problem("2010BA NM109", "this is no Medicare number: its pattern is wrong", member)
    elif pattern is not None and not pattern.fullmatch(member):
        yield Problem("2010BA NM109", "the member number does not fit the payer's pattern", member, pattern.pattern)
