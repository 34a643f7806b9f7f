"""S038: Revenue code with its procedure and bill type.

What:
    A revenue code that needs a procedure has one, and is among those allowed on this type of bill.

Why:
    The outpatient code editor returns the claim otherwise.

Source:
    CMS integrated outpatient code editor (quarterly); revenue code table of the practice's licence.

Fix:
    Add the procedure, or correct revenue code or bill type.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S038",
    tables=("revenue",),
    severity=BLOCK,
    layer=5,
    prevents=("199", "282"),
    remarks=("M20", "M50"),
    institutional=True,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    code = line.sent.revenue_code
    row = context.tables.revenue(code, line.day)
    release = line.claim.release("revenue")
    if row is None:
        if release:
            yield Problem("2400 SV201", "this revenue code is not in force", code, table=release)
        return
    if row.needs_procedure and not line.code:
        yield Problem("2400 SV202", "this revenue code needs a procedure", code, table=release)
    bill = line.claim.sent.place_of_service
    if row.bill_types and bill not in row.bill_types:
        yield Problem(
            "2400 SV201",
            "this revenue code is not allowed on the type of bill",
            code,
            " ".join(sorted(row.bill_types)),
            table=release,
        )
