"""S127: What the payer before decided adds up.

What:
    Of each line that another payer decided, the charge is what it paid and adjusted; what it paid on all lines, less
    claim adjustments, is what it paid on the claim; and no group and reason stands twice.

Why:
    A secondary claim that does not balance is refused.

Source:
    837 guides, section 1.4.1 (coordination of benefits) and loops 2320 and 2430.

Fix:
    Copy paid amounts and adjustments from the other payer's remittance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from denialml.claims import Adjustment, OtherCoverage
from denialml.money import dollars
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BEFORE_SENDING, BLOCK, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S127", severity=BLOCK, layer=3, prevents=("129", "22", "276", "16"), remarks=("MA04", "N4"), stages=BEFORE_SENDING
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    paid: dict[str, int] = defaultdict(int)
    for line in claim.lines:
        for each in line.sent.adjudications:
            paid[each.payer_id] += each.paid_cents
            taken = sum(adjustment.amount_cents for adjustment in each.adjustments)
            if each.paid_cents + taken != line.sent.charge_cents:
                yield Problem(
                    "2430 SVD02",
                    "paid and adjusted do not add up to the line's charge",
                    dollars(each.paid_cents + taken),
                    dollars(line.sent.charge_cents),
                    line.number,
                )
            if _repeats(each.adjustments):
                yield Problem("2430 CAS", "a group and reason stand twice", line=line.number)
    for other in claim.sent.other_payers:
        yield from _claim_level(other, paid)


def _claim_level(other: OtherCoverage, paid: Mapping[str, int]) -> Iterator[Problem]:
    told = next((each.cents for each in other.amounts if each.qualifier == "D"), None)
    by_line = paid.get(other.payer.identifier)
    if by_line is None:
        return
    expected = by_line - sum(each.amount_cents for each in other.adjustments)
    if told is None:
        yield Problem("2320 AMT*D", "what the other payer paid is missing", expected=dollars(expected))
    elif told != expected:
        yield Problem(
            "2320 AMT*D", "what the other payer paid is not the sum of its lines", dollars(told), dollars(expected)
        )
    if _repeats(other.adjustments):
        yield Problem("2320 CAS", "a group and reason stand twice")


def _repeats(adjustments: tuple[Adjustment, ...]) -> bool:
    return len({(each.group, each.reason) for each in adjustments}) < len(adjustments)
