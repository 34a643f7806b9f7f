"""S111: Notice modifiers used rightly.

What:
    GX stands with GY alone; GA, GX, GY and GZ stand on no claim to Medicare Advantage; GA has a signed notice in the
    record where notices are kept.

Why:
    Medicare Advantage plans know no such notice, and deny or misprice the line.

Source:
    Medicare Claims Processing Manual, chapter 30; 42 CFR 422.568 for Medicare Advantage.

Fix:
    Ask a Medicare Advantage plan for a determination before the service; otherwise use the modifier that fits the
    notice.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import NOTICE
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICARE_ADVANTAGE
from denialml.scrub.rule import ANY_MEDICARE, BLOCK, WARN, line_rule
from denialml.scrub.view import LineView


@line_rule("S111", severity=BLOCK, layer=7, prevents=("96", "50"), remarks=("N425",), payers=ANY_MEDICARE, marks=NOTICE)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    marks, claim = line.marks & NOTICE, line.claim
    if claim.kind == MEDICARE_ADVANTAGE:
        yield Problem("2400 SV101-3", "Medicare Advantage knows no advance notice", " ".join(sorted(marks)))
    elif "GX" in marks and "GY" not in marks:
        yield Problem("2400 SV101-3", "GX stands with GY", "GX", "GX GY")
    elif "GA" in marks and not context.history.has_notice(claim.sent, line.code, line.day):
        yield Problem(
            "2400 SV101-3", "GA says that a notice was signed, and the record has none", "GA", "GZ", severity=WARN
        )
