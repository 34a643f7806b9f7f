"""S097: Patient in hospice.

What:
    While the payer reports hospice, each line bears GV (the patient's own physician, not of the hospice) or GW
    (unrelated to the terminal illness).

Why:
    Medicare pays the hospice for all else.

Source:
    Medicare Claims Processing Manual, chapter 11, sections 40 and 50.

Fix:
    Add GV or GW from the record, or bill the hospice.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEE_FOR_SERVICE, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S097", severity=BLOCK, layer=7, prevents=("B9",), remarks=("N143",), payers=FEE_FOR_SERVICE, institutional=False
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    cover = line.claim.cover
    if cover is not None and cover.hospice and line.marks.isdisjoint({"GV", "GW"}):
        yield Problem("2400 SV101-3", "the patient is in hospice", expected="GV or GW")
