"""S095: Place of a telehealth service.

What:
    A service with a telehealth modifier is in place 10 (the patient at home) or 02, as the contract says; for Medicare
    since 2024, and other than therapy or hospital services.

Why:
    The place decides on the rate; payers deny a contradiction.

Source:
    CMS physician fee schedule final rule 2024 (places 02 and 10); payers' telehealth policies in the contract.

Fix:
    Set the place to where the patient was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from denialml.scrub.codesets import THERAPY
from denialml.scrub.context import Context
from denialml.scrub.dated import Dated, Since
from denialml.scrub.finding import Problem
from denialml.scrub.practice import MEDICARE
from denialml.scrub.rule import BLOCK, line_rule
from denialml.scrub.view import LineView

BY_PLACE: Final = Dated(Since(date(2024, 1, 1), True, "CMS physician fee schedule final rule 2024"))
_TAKEN: Final = frozenset({"02", "10", "19", "21", "22", "23", "31"})


@line_rule(
    "S095",
    severity=BLOCK,
    layer=7,
    prevents=("5", "58"),
    remarks=("M77",),
    marks=frozenset({"95", "GT", "93"}),
    institutional=False,
    parameters={"Medicare by place": BY_PLACE},
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    claim, wanted = line.claim, line.claim.contract.telehealth_place
    if wanted:
        if line.place != wanted:
            yield Problem("2400 SV105", "the payer wants another place for telehealth", line.place, wanted)
    elif claim.kind == MEDICARE and BY_PLACE.on(line.day) and line.code not in THERAPY and line.place not in _TAKEN:
        yield Problem("2400 SV105", "a telehealth service is in place 02 or 10", line.place, "02 or 10")
