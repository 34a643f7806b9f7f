"""S103: Procedure that payers take for investigational.

What:
    A category III procedure, or one that the contract lists as investigational, is named.

Why:
    Most are denied as experimental; the patient should know before.

Source:
    payer medical policies in the contract; CPT category III codes.

Fix:
    Look for a policy that covers it or ask for authorisation; tell the patient what it costs.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import CATEGORY_3
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView


@line_rule("S103", severity=WARN, layer=7, prevents=("55", "56", "114", "188"), remarks=("N623",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    listed = line.code in line.claim.contract.investigational
    if listed or (line.code in CATEGORY_3 and not line.claim.sent.reference("G1")):
        yield Problem("2400 SV101-2", "payers take this procedure for investigational", line.code)
