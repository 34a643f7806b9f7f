"""S029: Supervision of services incident to a physician's.

What:
    A claim that names a supervising provider is for a place where services incident to a physician's may be given: not
    a hospital or nursing facility.

Why:
    Medicare pays no incident-to services there; they are billed by who rendered them.

Source:
    42 CFR 410.26; Medicare Benefit Policy Manual, chapter 15, section 60.

Fix:
    Bill under the practitioner who rendered the service, without a supervisor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from denialml.scrub.codesets import THERAPY
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import ANY_MEDICARE, WARN, claim_rule
from denialml.scrub.view import ClaimView

_INSTITUTIONS: Final = frozenset({"19", "21", "22", "23", "31"})


@claim_rule(
    "S029", severity=WARN, layer=7, prevents=("185", "170"), remarks=("N297",), payers=ANY_MEDICARE, institutional=False
)
def check(claim: ClaimView, context: Context) -> Iterator[Problem]:
    for line in claim.lines:
        supervised = line.sent.supervising or claim.sent.supervising
        if supervised is not None and line.place in _INSTITUTIONS and line.code not in THERAPY:
            yield Problem(
                "2310D", "no service is incident to a physician's in this place", line.place, line=line.number
            )
