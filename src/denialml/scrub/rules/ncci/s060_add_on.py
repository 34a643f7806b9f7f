"""S060: Add-on with its primary procedure.

What:
    An add-on code of type 1 or 3 stands with one of its listed primaries on the same day by the same provider, on this
    claim or an earlier one; of type 2, with any other procedure.

Why:
    An add-on by itself is never paid.

Source:
    CMS NCCI add-on code edits (yearly, quarterly changes).

Fix:
    Add the primary, or bill the code for the service that was done.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView


@line_rule("S060", tables=("addon",), severity=BLOCK, layer=5, prevents=("107", "B15", "97"), remarks=("N122",))
def check(line: LineView, context: Context) -> Iterator[Problem]:
    row = context.tables.addon(line.code, line.day)
    if row is None:
        return
    claim = line.claim
    beside = {other.code for other in claim.lines if other.day == line.day and other is not line}
    beside.update(each.code for each in claim.services if each.day == line.day and claim.same_group(each))
    beside.discard(line.code)
    if row.kind == 1 and not beside & row.primaries:
        yield Problem(
            "2400 SV101-2",
            "the add-on's primary procedure is missing",
            line.code,
            " ".join(sorted(row.primaries)[:8]),
            table=claim.release("addon"),
        )
    elif row.kind != 1 and not beside:
        yield Problem("2400 SV101-2", "the add-on stands alone", line.code, table=claim.release("addon"))
