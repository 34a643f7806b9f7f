"""S002: Providers are registered and active.

What:
    Each provider's NPI is in the national registry, was not switched off before the service, and the rendering provider
    is a person.

Why:
    Payers check against the same registry and deny claims of providers it does not know.

Source:
    CMS NPPES full file and deactivation file (monthly, weekly increments).

Fix:
    Compare with the registry; renew or correct the provider's entry there.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.facts import is_npi
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FROM_BOOKING, WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S002",
    tables=("provider",),
    severity=WARN,
    layer=5,
    prevents=("208", "16"),
    remarks=("N290", "N277"),
    stages=FROM_BOOKING,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    release = claim.release("provider")
    if not release:
        return
    for loop, line, party in claim.parties:
        npi = party.npi
        if not is_npi(npi):
            continue
        row = context.tables.provider(npi, claim.day)
        if row is None or not row.registered:
            yield Problem(f"{loop} NM109", "the registry does not know this NPI", npi, line=line, table=release)
        elif row.deactivated_on and row.deactivated_on <= claim.day:
            yield Problem(f"{loop} NM109", "the NPI was switched off before the service", npi, line=line, table=release)
        elif loop in {"2310B", "2420A"} and not claim.institutional and not row.is_person:
            yield Problem(
                f"{loop} NM109", "the NPI of who rendered is an organisation's", npi, line=line, table=release
            )
