"""S120: Authorisation there, and for this.

What:
    Where the contract wants authorisation of a procedure, the claim or line names one, and the record's authorisation
    of that number is approved, for this procedure, day, provider and these units.

Why:
    Without it the line is denied, often without appeal.

Source:
    payer authorisation lists in the contract; the practice's record of answers (278).

Fix:
    Ask for authorisation before the service; after it, ask for a retroactive one at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FROM_BOOKING, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S120",
    severity=BLOCK,
    layer=7,
    prevents=("197", "198", "15", "210", "243", "284", "302"),
    remarks=("M62", "N54"),
    stages=FROM_BOOKING,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    claim = line.claim
    if line.code not in claim.contract.authorized_codes:
        return
    references = (*line.sent.references, *claim.sent.references)
    number = next((each.value for each in references if each.qualifier == "G1"), "")
    if not number:
        yield Problem("2300 REF*G1", "the payer wants authorisation of this, and none is named", reasons=("197",))
        return
    known = context.history.authorization(number, claim.sent.payer_id)
    if known is None:
        return
    for fits, message, reason in (
        (known.approved, "the authorisation was not approved", "15"),
        (not known.codes or line.code in known.codes, "the authorisation is for other procedures", "284"),
        (known.first_day <= line.day <= known.last_day, "the authorisation does not hold on that day", "198"),
        (line.units <= known.units_left, "fewer units are left of the authorisation", "198"),
        (not known.npi or known.npi == line.npi, "the authorisation is for another provider", "243"),
    ):
        if not fits:
            yield Problem("2300 REF*G1", message, number, reasons=(reason,))
