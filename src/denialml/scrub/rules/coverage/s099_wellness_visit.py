"""S099: Wellness visits in their time.

What:
    The first preventive visit (G0402) and first wellness visit (G0438) are billed once in a life, later ones (G0439)
    after eleven full months; what the payer answered goes before the record.

Why:
    Medicare denies one that comes too early, and the patient may have to pay.

Source:
    42 CFR 410.15 and 410.16; Medicare Claims Processing Manual, chapter 18, sections 80 and 140.

Fix:
    Bill the visit that is due, or wait.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import WELLNESS
from denialml.scrub.context import Context
from denialml.scrub.facts import paid_again_from
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S099", severity=BLOCK, layer=7, prevents=("119",), remarks=("M86", "N130"), payers=ANY_MEDICARE, codes=WELLNESS
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    again = paid_again_from(line)
    if again and line.day < again:
        yield Problem("2400 SV101-2", "it is too early for this visit", line.day.isoformat(), again.isoformat())
    elif line.code != "G0439":
        before = [each.day for each in line.claim.services if each.code == line.code and each.day < line.day]
        if before:
            yield Problem("2400 SV101-2", "this visit is paid once in a life", before[0].isoformat(), "G0439")
