"""S096: Services included in a stay or home health episode.

What:
    While the payer reports a skilled nursing stay or a home health episode, therapy, technical components and, in the
    episode, supplies and equipment of this claim are named.

Why:
    Medicare pays them to the facility or agency, and denies everybody else.

Source:
    Medicare Claims Processing Manual, chapters 6 (section 10) and 10 (section 20); CMS consolidated billing files.

Fix:
    Bill the facility or agency under an agreement.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import EQUIPMENT, SUPPLIES, THERAPY
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import FEE_FOR_SERVICE, WARN, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S096",
    severity=WARN,
    layer=7,
    prevents=("190", "109"),
    remarks=("N538", "N70"),
    payers=FEE_FOR_SERVICE,
    institutional=False,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    cover = line.claim.cover
    if cover is None or not (cover.skilled_nursing_stay or cover.home_health_episode):
        return
    technical = "TC" in line.marks
    if cover.skilled_nursing_stay and (line.code in THERAPY or technical):
        yield Problem("2400 SV101-2", "the skilled nursing stay's payment includes this", line.code)
    elif cover.home_health_episode and (line.code in THERAPY or (line.code in SUPPLIES and line.code not in EQUIPMENT)):
        yield Problem("2400 SV101-2", "the home health episode's payment includes this", line.code)
