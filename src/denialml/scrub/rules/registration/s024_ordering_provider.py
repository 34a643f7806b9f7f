"""S024: Ordering provider present and allowed to order.

What:
    Laboratory tests, imaging and equipment billed to Medicare name who ordered them, by line or by claim, and that
    person is in Medicare's list of those who may order and refer.

Why:
    Medicare denies what an unlisted person ordered, without appeal rights for the supplier in some cases.

Source:
    42 CFR 424.507; CMS Order and Referring file (twice weekly).

Fix:
    Name the person who ordered; ask them to enrol or opt out validly.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import EQUIPMENT, LABORATORY, RADIOLOGY
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, BLOCK, line_rule
from denialml.scrub.view import LineView

_ORDERED: Final = LABORATORY | RADIOLOGY | EQUIPMENT


@line_rule(
    "S024",
    tables=("ordering",),
    severity=BLOCK,
    layer=4,
    prevents=("16", "184", "173", "174"),
    remarks=("N264", "N265", "N574"),
    payers=ANY_MEDICARE,
    codes=_ORDERED,
    institutional=False,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    sent = line.claim.sent
    orderer = line.sent.ordering or line.sent.referring or sent.referring
    if orderer is None or not orderer.npi:
        yield Problem("2420E NM109", "nobody is named who ordered this, or the NPI is missing")
        return
    row = context.tables.provider(orderer.npi, line.day)
    if row and row.may_order is False:
        yield Problem(
            "2420E NM109",
            "Medicare does not list this person among those who may order",
            orderer.npi,
            table=line.claim.release("ordering"),
        )
