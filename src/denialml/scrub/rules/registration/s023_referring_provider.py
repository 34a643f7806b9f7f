"""S023: Referring provider present.

What:
    A consultation, or any service where the contract wants a referral, names the referring provider: a person with an
    NPI.

Why:
    Payers deny what nobody referred.

Source:
    837P guide, loop 2310A; payer contracts; Medicare order and referring file.

Fix:
    Name the physician who sent the patient, or bill a visit in place of the consultation.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import CONSULTATION
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S023", severity=BLOCK, layer=7, prevents=("183", "243", "288", "16"), remarks=("N285", "N286"), institutional=False
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    consulted = any(line.code in CONSULTATION for line in claim.lines)
    if not consulted and not claim.contract.wants_referral:
        return
    referring = claim.sent.referring or next((line.sent.referring for line in claim.lines if line.sent.referring), None)
    if referring is None or not referring.npi:
        yield Problem("2310A NM109", "nobody is named who referred the patient, or the NPI is missing")
    elif not referring.is_person:
        yield Problem("2310A NM102", "an organisation cannot refer")
