"""S054: Units within the medically unlikely limit.

What:
    Units of a procedure stay within its limit: for each line (indicator 1), or for the day over all lines and earlier
    claims of the same provider (2, from law or policy; 3, from practice).

Why:
    All units of the line are denied, not only those above the limit.

Source:
    CMS NCCI medically unlikely edits (quarterly); NCCI Policy Manual, chapter I, section V.

Fix:
    Correct the units; where they are right, split lines with modifiers (indicator 1), or send records (indicator 3); 2
    cannot be passed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, WARN, claim_rule
from denialml.scrub.view import ClaimView, LineView


@claim_rule(
    "S054", tables=("mue",), severity=BLOCK, layer=5, prevents=("151", "222"), remarks=("N362", "MA01"), payers=FEDERAL
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for code, lines in claim.by_code.items():
        limit = claim.unit_limit(code, lines[0].day)
        if limit is None:
            continue
        if limit.adjudication == "1":
            for line in lines:
                if line.units > limit.units:
                    yield Problem(
                        "2400 SV104",
                        "the line has more units than the limit for a line",
                        str(line.units),
                        str(limit.units),
                        line.number,
                        claim.release("mue"),
                    )
            continue
        lighter = WARN if limit.adjudication == "3" else None
        for line, units in _days(claim, lines):
            if units > limit.units:
                yield Problem(
                    "2400 SV104",
                    "the day has more units than the limit for a day",
                    str(units),
                    str(limit.units),
                    line.number,
                    claim.release("mue"),
                    severity=lighter,
                )


def _days(claim: ClaimView, lines: list[LineView]) -> Iterator[tuple[LineView, Decimal]]:
    """The last line of each day, with the units of that day over lines and earlier claims of the provider."""
    units: dict[tuple[date, str], Decimal] = defaultdict(Decimal)
    last: dict[tuple[date, str], LineView] = {}
    for line in lines:
        units[line.day, line.npi] += line.units
        last[line.day, line.npi] = line
    for service in claim.services:
        if service.code == lines[0].code and (service.day, service.npi) in last:
            units[service.day, service.npi] += service.units
    for key, line in last.items():
        yield line, units[key]
