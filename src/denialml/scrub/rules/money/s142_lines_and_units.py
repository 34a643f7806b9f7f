"""S142: Number of lines and units.

What:
    A professional claim has 1 to 50 lines and an institutional one 1 to 999; each line has more than 0 and at most
    9999.9 units, whole ones but for drugs, miles and minutes.

Why:
    More cannot be sent; a fraction is refused for most services.

Source:
    837 guides, loop 2400 and SV104.

Fix:
    Split the claim; correct the units.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from denialml.scrub.codesets import ANESTHESIA, DRUG, CodeSet
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, claim_rule
from denialml.scrub.view import ClaimView

_FRACTIONS: Final = DRUG | ANESTHESIA | CodeSet("A0425 A0435 A0436")


@claim_rule("S142", severity=BLOCK, layer=2, prevents=("16",), remarks=("M53",))
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    most = 999 if claim.institutional else 50
    if not 1 <= len(claim.lines) <= most:
        yield Problem("2400 LX", f"a claim has 1 to {most} lines", str(len(claim.lines)))
    for line in claim.lines:
        units = line.units
        if not 0 < units <= _MOST_UNITS:
            yield Problem("2400 SV104", "units are more than 0 and at most 9999.9", str(units), line=line.number)
        elif units % 1 and line.code not in _FRACTIONS:
            yield Problem("2400 SV104", "units are whole for this service", str(units), line=line.number)


_MOST_UNITS: Final = Decimal("9999.9")
