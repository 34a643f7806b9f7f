"""S006: Taxonomy code valid and the enrolled one.

What:
    The taxonomy codes of billing and rendering provider are in force, and equal to the one that the provider enrolled
    with this payer, where that is known.

Why:
    Payers choose contract and fee schedule by taxonomy; another than enrolled is denied as not eligible.

Source:
    NUCC provider taxonomy (twice a year); the payer's enrolment record.

Fix:
    Send the taxonomy of the enrolment, or have the payer add the new one.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FROM_BOOKING, WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S006",
    tables=("taxonomy",),
    severity=WARN,
    layer=5,
    prevents=("8", "170", "172"),
    remarks=("N95",),
    stages=FROM_BOOKING,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    release = claim.release("taxonomy")
    for loop, party in (("2000A", claim.sent.billing), ("2310B", claim.sent.rendering)):
        if party is None or not party.taxonomy:
            continue
        code = party.taxonomy
        if release and not context.tables.taxonomy(code, claim.day):
            yield Problem(f"{loop} PRV03", "this taxonomy code is not in force", code, table=release)
        enrolled = _enrolled(claim, party.npi)
        if enrolled and code not in enrolled:
            yield Problem(f"{loop} PRV03", "the payer enrolled another taxonomy", code, " ".join(sorted(enrolled)))


def _enrolled(claim: ClaimView, npi: str) -> set[str]:
    enrolments = claim.context.practice.enrolments.get(claim.sent.payer_id, ())
    return {each.taxonomy for each in enrolments if each.npi == npi and each.taxonomy and each.holds(claim.day)}
