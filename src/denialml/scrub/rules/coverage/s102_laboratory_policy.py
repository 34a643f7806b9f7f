"""S102: Diagnosis of a laboratory test under a national policy.

What:
    Where one of the national laboratory policies names the test, a diagnosis of the line is on its list, and none of
    those it refuses stands alone.

Why:
    The test is denied as not medically necessary, or as screening.

Source:
    CMS laboratory NCD edit module (quarterly); 42 CFR 410.32.

Fix:
    Ask who ordered the test for the diagnosis; have the patient sign a notice where none is covered.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import LABORATORY, NOTICE
from denialml.scrub.context import Context
from denialml.scrub.facts import uncovered
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, WARN, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S102",
    tables=("coverage",),
    severity=WARN,
    layer=7,
    prevents=("50",),
    remarks=("N386", "M25"),
    payers=ANY_MEDICARE,
    codes=LABORATORY,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    policy = uncovered(line, laboratory=True)
    if policy is not None and line.marks.isdisjoint(NOTICE):
        unlisted = "no diagnosis of the line is on the policy's list"
        message = "the policy refuses the diagnosis" if policy.refused else unlisted
        yield Problem(
            "2400 SV107",
            message,
            " ".join(sorted(policy.refused)) or " ".join(line.diagnoses),
            policy.policy,
            table=line.claim.release("coverage"),
        )
