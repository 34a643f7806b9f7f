"""S100: Diagnosis covered by the policy on the procedure.

What:
    Where a local or national coverage policy names the procedure, one of the line's diagnoses is among those it covers.

Why:
    The line is denied as not medically necessary.

Source:
    CMS Medicare Coverage Database exports (weekly): local and national determinations and articles.

Fix:
    Point to the covered diagnosis that the record supports; where there is none, have the patient sign a notice first.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import NOTICE
from denialml.scrub.context import Context
from denialml.scrub.facts import uncovered
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, WARN, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S100",
    tables=("coverage",),
    severity=WARN,
    layer=7,
    prevents=("50", "11", "167"),
    remarks=("N115", "N386", "M25"),
    payers=ANY_MEDICARE,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    policy = uncovered(line, laboratory=False)
    if policy is not None and line.marks.isdisjoint(NOTICE):
        yield Problem(
            "2400 SV107",
            "no diagnosis of the line is covered",
            " ".join(line.diagnoses),
            policy.policy,
            table=line.claim.release("coverage"),
        )
