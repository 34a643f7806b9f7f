"""S089: Therapy modifiers and threshold.

What:
    A therapy code bears one of GP, GO and GN; CQ stands with GP and CO with GO; once the year's therapy passes the
    threshold, the line bears KX.

Why:
    Medicare counts therapy by discipline; a line without its modifier, or beyond the threshold without KX, is denied.

Source:
    42 CFR 410.59 to 410.62; Bipartisan Budget Act of 2018, section 50202; yearly fee schedule rules.

Fix:
    Add the discipline; add KX where the record supports more therapy.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from denialml.scrub.codesets import THERAPY
from denialml.scrub.context import Context
from denialml.scrub.dated import Dated, Since
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEE_FOR_SERVICE, WARN, line_rule
from denialml.scrub.view import LineView

_DISCIPLINES: Final = frozenset({"GP", "GO", "GN"})
THRESHOLD: Final = Dated(
    Since(date(2023, 1, 1), 223_000, "CMS physician fee schedule final rule 2023"),
    Since(date(2024, 1, 1), 233_000, "CMS physician fee schedule final rule 2024"),
    Since(date(2025, 1, 1), 241_000, "CMS physician fee schedule final rule 2025"),
)


@line_rule(
    "S089",
    severity=BLOCK,
    layer=5,
    prevents=("4", "119"),
    remarks=("N519", "N362"),
    payers=FEE_FOR_SERVICE,
    codes=THERAPY,
    parameters={"threshold in cents": THRESHOLD},
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    disciplines = line.marks & _DISCIPLINES
    if len(disciplines) != 1:
        yield Problem(
            "2400 SV101-3", "a therapy line bears one of GP, GO and GN", " ".join(sorted(disciplines)), "GP, GO or GN"
        )
        return
    discipline = next(iter(disciplines))
    for assistant, whose in (("CQ", "GP"), ("CO", "GO")):
        if assistant in line.marks and discipline != whose:
            yield Problem(
                "2400 SV101-3", "the assistant's modifier is of another discipline", f"{assistant} {discipline}", whose
            )
    limit = THRESHOLD.on(line.day)
    if limit is not None and "KX" not in line.marks and _spent(line, discipline) > limit:
        yield Problem("2400 SV101-3", "the year's therapy may pass the threshold", expected="KX", severity=WARN)


def _spent(line: LineView, discipline: str) -> int:
    """The year's charges of the discipline up to this line in cents, an upper bound of what Medicare counts.

    Physical therapy and speech share one threshold, occupational therapy has its own.
    """
    same = {"GO"} if discipline == "GO" else {"GP", "GN"}
    earlier = sum(
        each.charge_cents
        for each in line.claim.services
        if each.day.year == line.day.year and each.day <= line.day and not same.isdisjoint(each.modifiers)
    )
    own = sum(each.sent.charge_cents for each in line.claim.lines if each.number <= line.number and each.marks & same)
    return earlier + own
