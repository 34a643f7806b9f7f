"""S101: Diagnosis pointers.

What:
    Each professional line points to one to four diagnoses of the claim, none twice.

Why:
    A line without a reason cannot be judged; a pointer that leads nowhere is refused.

Source:
    837P guide, SV107.

Fix:
    Point to the diagnoses that the service was for, the main one first.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule("S101", severity=BLOCK, layer=2, prevents=("11", "16"), remarks=("M64",), institutional=False)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    pointers, count = line.sent.diagnosis_pointers, len(line.claim.diagnoses)
    if not 1 <= len(pointers) <= 4:
        yield Problem("2400 SV107", "a line points to one to four diagnoses", str(len(pointers)), "1 to 4")
    if len(set(pointers)) < len(pointers):
        yield Problem("2400 SV107", "the line points twice to one diagnosis")
    if pointers and not 0 < min(pointers) <= max(pointers) <= count:
        yield Problem("2400 SV107", "a pointer leads to no diagnosis of the claim", expected=f"1 to {count}")
