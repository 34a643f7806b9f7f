"""S048: Side of diagnosis and modifier agree.

What:
    A line with RT or LT points to no diagnosis that is of the other side alone.

Why:
    A right knee treated for pain in the left is denied as inconsistent.

Source:
    ICD-10-CM Official Guidelines, section I.B.13; HCPCS modifiers RT and LT.

Fix:
    Correct the modifier or the diagnosis from the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import SIDES
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import WARN, line_rule
from denialml.scrub.view import LineView

_OTHER: Final = {"RT": "left", "LT": "right"}


@line_rule("S048", tables=("icd10",), severity=WARN, layer=5, prevents=("4", "11"), remarks=("N822",), marks=SIDES)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    marks = line.marks & SIDES
    if len(marks) != 1:
        return
    wrong = _OTHER[next(iter(marks))]
    sides = [(code, row.side) for code, row in line.conditions if row and row.side]
    if sides and all(side == wrong for _, side in sides):
        yield Problem(
            "2400 SV101-3",
            "the modifier's side is not that of the diagnosis",
            sides[0][0],
            table=line.claim.release("icd10"),
        )
