"""S034: Procedure in force on the day of service.

What:
    The procedure code is in the table of procedures on the day of service.

Why:
    Codes come and go every quarter; one not in force is denied whatever else is right.

Source:
    CMS HCPCS level II (quarterly), physician fee schedule, and the practice's own CPT licence.

Fix:
    Find the code that holds on that day; a code ended in January is usually replaced by another.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule("S034", tables=("procedure",), severity=BLOCK, layer=5, prevents=("181",), remarks=("M51", "N56"))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    if line.code and line.procedure is None:
        release = line.claim.release("procedure")
        if release:
            yield Problem(
                "2400 SV101-2", "the procedure is not in force on the day of service", line.code, table=release
            )
