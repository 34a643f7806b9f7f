"""S003: Tax id of the billing provider.

What:
    The billing provider has one tax id of nine digits (REF with EI or SY), and where its enrolment with the payer names
    a tax id, it is that one.

Why:
    Payers pay to a tax id; one that is missing or differs from the enrolment is refused or pays somebody else.

Source:
    837 guides, loop 2010AA REF; 26 CFR 301.6109-1.

Fix:
    Enter the tax id that the practice enrolled with this payer.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import is_tax_id
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S003", severity=BLOCK, layer=2, prevents=("16",), remarks=("N252", "MA112"), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    tax_id = claim.tax_id
    if not is_tax_id(tax_id):
        yield Problem("2010AA REF02", "the tax id of the billing provider is missing or not nine digits", tax_id)
        return
    for enrolment in context.practice.enrolments.get(claim.sent.payer_id, ()):
        if enrolment.npi == claim.sent.billing.npi and enrolment.tax_id and enrolment.holds(claim.day):
            if enrolment.tax_id != tax_id:
                yield Problem("2010AA REF02", "the payer enrolled another tax id", tax_id, enrolment.tax_id)
            return
