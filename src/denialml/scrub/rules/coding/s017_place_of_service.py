"""S017: Place of service exists and fits the procedure.

What:
    Each line's place of service is in CMS's set on the day, and is one where the procedure may be given, as the
    procedure table says.

Why:
    A hospital visit in an office, or the reverse, is denied as inconsistent with its place.

Source:
    CMS place of service code set; procedure rules by place in the Medicare Claims Processing Manual, chapter 12.

Fix:
    Correct the place, or bill the code for that place.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S017",
    tables=("place", "procedure"),
    severity=BLOCK,
    layer=5,
    prevents=("5", "58"),
    remarks=("M77",),
    institutional=False,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    tables = context.tables
    if tables.release("place", line.day) and not tables.place(line.place, line.day):
        yield Problem(
            "2400 SV105",
            "this place of service is not in force on that day",
            line.place,
            table=tables.release("place", line.day),
        )
        return
    row = line.procedure
    if row and row.places and line.place not in row.places and line.place not in {"02", "10"}:
        yield Problem(
            "2400 SV105", "the procedure is not given in this place", line.place, " ".join(sorted(row.places))
        )
