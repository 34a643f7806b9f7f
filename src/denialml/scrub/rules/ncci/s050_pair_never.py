"""S050: Pair of procedures that no modifier opens.

What:
    No procedure is column 2 of a procedure-to-procedure edit with indicator 0, beside its column 1 of the same day and
    the same provider, or group and specialty, on this claim or an earlier one.

Why:
    Column 2 is denied, and the patient may not be billed for it.

Source:
    CMS NCCI procedure-to-procedure edits (quarterly); NCCI Policy Manual, chapter I.

Fix:
    Take column 2 off the claim; no modifier opens this pair.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, claim_rule
from denialml.scrub.view import ClaimView


@claim_rule(
    "S050",
    tables=("ptp",),
    severity=BLOCK,
    layer=5,
    prevents=("97", "236", "231"),
    remarks=("M80", "N20"),
    payers=FEDERAL,
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for pair in claim.pairs:
        if pair.edit.indicator == "0":
            yield Problem(
                "2400 SV101-2",
                "this procedure is part of another of that day",
                pair.column2.code,
                f"without {pair.column1.code}",
                pair.line.number,
                claim.release("ptp"),
            )
