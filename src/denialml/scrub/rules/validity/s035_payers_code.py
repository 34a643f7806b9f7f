"""S035: The code that this payer wants.

What:
    For Medicare, a code of status I in the fee schedule is not used; for any payer, a code for which the contract names
    a replacement is not used.

Why:
    Payers deny a code that they replaced by their own.

Source:
    CMS physician fee schedule, status I; payer policies in the contract.

Fix:
    Bill the payer's code.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICARE
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule("S035", tables=("fee",), severity=BLOCK, layer=7, prevents=("181", "96"), remarks=("M51", "N56"))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    claim = line.claim
    wanted = claim.contract.replacements.get(line.code)
    if wanted:
        yield Problem("2400 SV101-2", "the payer wants another code for this", line.code, wanted)
    elif claim.kind == MEDICARE and (fee := line.fee) and fee.status == "I":
        yield Problem(
            "2400 SV101-2",
            "Medicare does not use this code; another stands for it",
            line.code,
            table=claim.release("fee"),
        )
