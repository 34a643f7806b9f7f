"""S090: Who gave the anaesthesia.

What:
    An anaesthesia line bears exactly one of AA, AD, QK, QX, QY and QZ.

Why:
    The payer shares the payment between anaesthesiologist and nurse anaesthetist by it.

Source:
    Medicare Claims Processing Manual, chapter 12, section 50; 42 CFR 414.46.

Fix:
    Add the modifier of who gave or directed the anaesthesia; both claims of a directed case must agree.
"""

from __future__ import annotations

from collections.abc import Iterator

from denialml.scrub.codesets import ANESTHESIA, ANESTHESIA_ROLES
from denialml.scrub.context import Context
from denialml.scrub.finding import Problem
from denialml.scrub.rule import BLOCK, FEDERAL, line_rule
from denialml.scrub.view import LineView


@line_rule(
    "S090",
    severity=BLOCK,
    layer=5,
    prevents=("4", "194"),
    remarks=("N519",),
    payers=FEDERAL,
    codes=ANESTHESIA,
    institutional=False,
)
def check(line: LineView, context: Context) -> Iterator[Problem]:
    roles = line.marks & ANESTHESIA_ROLES
    if len(roles) != 1:
        yield Problem(
            "2400 SV101-3",
            "one modifier says who gave or directed the anaesthesia",
            " ".join(sorted(roles)),
            "AA AD QK QX QY or QZ",
        )
