"""S105: The payer's own limits on frequency.

What:
    Units of a family of procedures in the payer's window, with earlier claims, stay within the limit that the contract
    names.

Why:
    What is beyond is denied.

Source:
    payer policies in the contract; the practice's record.

Fix:
    Wait, or ask for authorisation of more.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule("S105", severity=WARN, layer=7, prevents=("119", "151", "222"), remarks=("N362", "M86"))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for limit in claim.contract.frequency_limits:
        for line in claim.lines:
            if line.code not in limit.codes:
                continue
            first = line.day - timedelta(days=limit.days - 1)
            units = sum(
                (each.units for each in claim.lines if each.code in limit.codes and each.number <= line.number),
                Decimal(0),
            )
            units += sum(
                each.units for each in claim.services if each.code in limit.codes and first <= each.day <= line.day
            )
            if units > limit.most:
                yield Problem(
                    "2400 SV104",
                    "the payer's limit for these procedures is passed",
                    str(units),
                    f"{limit.most} in {limit.days} days",
                    line.number,
                )
