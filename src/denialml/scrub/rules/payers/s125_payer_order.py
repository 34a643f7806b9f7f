"""S125: Order of payers.

What:
    No two payers of the claim have the same place in the order, Medicaid comes last, and where the payer answered that
    another pays first, the claim does not go to it as the first.

Why:
    A payer in the wrong place denies the claim until the right one has answered.

Source:
    42 CFR 411.20 to 411.206 (Medicare secondary payer); 42 CFR 433.139 (Medicaid last); 837 guides, SBR01.

Fix:
    Ask the patient about other cover and send the claim in the right order.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICAID
from denialml.scrub.rule import BLOCK, FROM_BOOKING, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S125", severity=BLOCK, layer=7, prevents=("22", "227"), remarks=("MA04", "N4"), stages=FROM_BOOKING)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    own, others = claim.sent.coverage, claim.sent.other_payers
    places = [own.sequence, *[each.sequence for each in others]]
    if len(set(places)) < len(places):
        yield Problem("2320 SBR01", "two payers have the same place in the order", " ".join(places))
    if claim.kind == MEDICAID and any(
        each.sequence > own.sequence for each in others if each.sequence in {"S", "T"} and own.sequence in {"P", "S"}
    ):
        yield Problem("2000B SBR01", "Medicaid stands before another payer", own.sequence)
    cover = claim.cover
    if cover is not None and cover.other_payer_first and own.sequence == "P":
        yield Problem("2000B SBR01", "the payer answered that another pays first", "P", cover.other_payer_id)
