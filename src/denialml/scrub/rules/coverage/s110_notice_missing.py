"""S110: Notice to the patient where a denial is likely.

What:
    Where coverage policy or frequency makes a denial likely, the line bears GA when the patient signed a notice, and GZ
    when not.

Why:
    Without a notice the patient may not be billed; with one and without GA, the payer does not know.

Source:
    42 CFR 411.404; Medicare Claims Processing Manual, chapter 30 (notice CMS-R-131).

Fix:
    Add GA with a signed notice, GZ without; better, have the notice signed before the service.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import NOTICE
from denialml.scrub.context import Context
from denialml.scrub.facts import PREVENTIVE_SERVICES, paid_again_from, uncovered
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEE_FOR_SERVICE, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S110",
    tables=("coverage",),
    severity=BLOCK,
    layer=7,
    prevents=("50", "116"),
    remarks=("M38", "N124"),
    payers=FEE_FOR_SERVICE,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if not line.marks.isdisjoint(NOTICE):
        return
    again = paid_again_from(line) if line.code in PREVENTIVE_SERVICES else None
    early = again is not None and line.day < again
    if early or uncovered(line, laboratory=False) or uncovered(line, laboratory=True):
        signed = context.history.has_notice(line.claim.sent, line.code, line.day)
        yield Problem(
            "2400 SV101-3", "a denial is likely, and no modifier tells of a notice", expected="GA" if signed else "GZ"
        )
