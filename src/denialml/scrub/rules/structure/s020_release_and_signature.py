"""S020: Signature and release of information.

What:
    The provider's signature on file is Y or N, the release of information is I or Y, and the source of the patient's
    signature is P where given.

Why:
    These elements are required and closed; a payer refuses any other value.

Source:
    837 guides, CLM06, CLM09 and CLM10.

Fix:
    Take the values from the signed forms.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S020", severity=BLOCK, layer=2, prevents=("16",), remarks=("MA75",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    sent = claim.sent
    for element, value, allowed in (
        ("CLM06", sent.signature_on_file, ("Y", "N")),
        ("CLM09", sent.release, ("I", "Y")),
        ("CLM10", sent.patient_signature, ("", "P")),
    ):
        if value not in allowed and not (claim.institutional and element != "CLM09"):
            yield Problem(f"2300 {element}", "this value is not among those allowed", value, " ".join(allowed).strip())
