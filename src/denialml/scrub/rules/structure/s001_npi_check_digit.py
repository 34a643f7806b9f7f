"""S001: Check digit of every NPI.

What:
    Each National Provider Identifier on the claim has ten digits, begins with 1 or 2, and ends in its Luhn check digit
    over 80840 and the nine digits before it.

Why:
    Payers' front ends refuse a claim with an impossible NPI before anybody adjudicates it.

Source:
    45 CFR 162.406; CMS NPI standard (check digit).

Fix:
    Compare the NPI with the registry and correct the provider's record; two swapped digits are the usual cause.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import is_npi
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S001", severity=BLOCK, layer=5, prevents=("206", "207"), remarks=("N257", "N290"), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for loop, line, party in claim.parties:
        if party.npi and not is_npi(party.npi):
            yield Problem(f"{loop} NM109", "this NPI cannot exist: its check digit is wrong", party.npi, line=line)
