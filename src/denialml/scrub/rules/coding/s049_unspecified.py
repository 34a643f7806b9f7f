"""S049: Unspecified where more exact codes exist.

What:
    The first diagnosis of a line is not an unspecified one whose siblings name side or site.

Why:
    Some payers deny unspecified codes, and risk and quality programmes count them against the practice.

Source:
    ICD-10-CM Official Guidelines, section I.B.18.

Fix:
    Code what the record says of side, site or kind; keep the code where it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import INFO, line_rule
from denialml.scrub.view import LineView


@line_rule("S049", tables=("icd10",), severity=INFO, layer=5, prevents=("11", "50"), remarks=("M76",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    for code, row in line.conditions[:1]:
        if row is not None and row.unspecified:
            yield Problem(
                "2300 HI", "more exact codes exist for this diagnosis", code, table=line.claim.release("icd10")
            )
